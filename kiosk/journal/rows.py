"""Facts -> rows and rows -> values; no SQL state lives here."""

import sqlite3
from typing import Final

from kiosk.sale.facts import (
    DayClosed,
    Fact,
    ForwardMoved,
    InvoiceFinal,
    InvoiceIssued,
    InvoicePaid,
    PaidTwice,
    PayoutIssued,
    Sale,
    SaleLeft,
    SaleStarted,
)
from kiosk.sale.invoice import ExternalId, Invoice, PaymentHash, PaymentRequest, SaleId
from kiosk.sale.money import Currency, Fiat, Rate, Sats

Statement = tuple[str, tuple[object, ...]]

# A fact that is known already changes nothing.
_KNOWN_IS_FINE: Final = " ON CONFLICT DO NOTHING"


def statement(fact: Fact, at: int) -> Statement:
    """The one insertion that records a fact; `at` is Unix seconds."""
    match fact:
        case SaleStarted(sale):
            return _insert("sales", _sale_values(sale))
        case InvoiceIssued(sale_id, invoice):
            values = (invoice.payment_hash, sale_id, *_invoice_values(invoice), at)
            return _insert("invoices", values)
        case PayoutIssued(sale_id, payout, generation):
            values = (payout.payment_hash, sale_id, generation, *_invoice_values(payout), at)
            return _insert("payouts", values)
        case SaleLeft(sale_id, ending):
            return _insert("endings", (sale_id, ending.value, at))
        case InvoicePaid(sale_id, payment_hash, late):
            return (
                "INSERT INTO payments SELECT ?, sale_id, ?, amount_sat, tip_sat, ? FROM sales"
                " WHERE sale_id = ? ON CONFLICT DO NOTHING",
                (payment_hash, int(late), at, sale_id),
            )
        case InvoiceFinal(_, payment_hash):
            return _insert("finals", (payment_hash, at))
        case ForwardMoved(sale_id, status, payout_hash, reason):
            return (
                "INSERT INTO forward_steps (sale_id, payout_hash, status, reason, at)"
                " VALUES (?, ?, ?, ?, ?)",
                (sale_id, payout_hash, status.value, reason, at),
            )
        case PaidTwice(_, payment_hash, payments):
            return _insert("paid_twice", (payment_hash, payments, at))
        case DayClosed(closed_at):
            return _insert("day_closes", (closed_at,))


def sale_of(row: sqlite3.Row) -> Sale:
    """A sale from a row of `sales`."""
    currency = Currency(row["currency"], row["symbol"], row["fraction_digits"])
    rate = None
    if row["rate_base"] is not None:
        shown = Currency(row["rate_currency"], row["rate_symbol"], row["rate_digits"])
        rate = Rate(shown, row["rate_base"], row["rate_offset"], fetched_s=0.0)
    items = tuple(int(item) for item in row["items"].split(",") if item)
    return Sale(
        id=SaleId(row["sale_id"]),
        amount=Sats(row["amount_sat"]),
        price=Fiat(row["price_minor"], currency),
        rate=rate,
        started_at=row["started_at"],
        memo=row["memo"],
        tip=Sats(row["tip_sat"]),
        items=items,
    )


def invoice_of(row: sqlite3.Row) -> Invoice:
    """An invoice from a row of `invoices` or `payouts`."""
    return Invoice(
        payment_hash=PaymentHash(row["payment_hash"]),
        payment_request=PaymentRequest(row["payment_request"]),
        amount=Sats(row["amount_sat"]),
        external_id=ExternalId(row["external_id"]),
        expires_at=row["expires_at"],
        lifetime_s=row["lifetime_s"],
    )


def _insert(table: str, values: tuple[object, ...]) -> Statement:
    marks = ", ".join("?" * len(values))
    return f"INSERT INTO {table} VALUES ({marks}){_KNOWN_IS_FINE}", values  # noqa: S608 - our own names


def _sale_values(sale: Sale) -> tuple[object, ...]:
    rate = sale.rate
    return (
        sale.id,
        sale.started_at,
        sale.amount,
        sale.tip,
        sale.price.minor,
        sale.price.currency.code,
        sale.price.currency.symbol,
        sale.price.currency.fraction_digits,
        rate.currency.code if rate else None,
        rate.currency.symbol if rate else None,
        rate.currency.fraction_digits if rate else None,
        rate.base if rate else None,
        rate.offset if rate else None,
        sale.memo,
        ",".join(str(item) for item in sale.items),
    )


def _invoice_values(invoice: Invoice) -> tuple[object, ...]:
    return (
        invoice.payment_request,
        invoice.amount,
        invoice.external_id,
        invoice.expires_at,
        invoice.lifetime_s,
    )

"""Facts -> rows and rows -> values. No SQL is run here."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from kiosk.sale.facts import (
    AlarmRead,
    AlarmTold,
    CodeReplaced,
    DayClosed,
    DigitsAccepted,
    DirectInvoiceIssued,
    DirectInvoiceNeverPaid,
    DirectInvoicePaid,
    DirectPaymentReviewed,
    DirectPaymentUnproven,
    Fact,
    ForeignCodesAwaited,
    ForwardStatusChanged,
    InvoiceIssued,
    InvoiceNeverPaid,
    InvoicePaid,
    JournalRebuilt,
    LateMoneyNoticed,
    LateMoneyPutAway,
    MerchantWalletAccepted,
    PaidTwice,
    PayoutIssued,
    PinTried,
    RecoveredFact,
    RefundRecorded,
    Sale,
    SaleLeftScreen,
    SaleStarted,
    SaleUndecided,
)
from kiosk.sale.invoice import ExternalId, Invoice, PaymentHash, PaymentRequest, SaleId
from kiosk.sale.money import Currency, Fiat, Rate, Sats, fiat_from_sats
from kiosk.sale.pin_tries import MANAGER
from kiosk.sale.tax import TaxShare, tax_shares

Value = int | str | None
Columns = sqlite3.Row | Mapping[str, Any]

# A currency with more digits than that would be a damaged row, and would fill the screen.
MOST_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Row:
    """A fact as a row. `identity` is the fact itself: a fact that is known already has the same.

    `details` are written with it the first time and may differ when the fact comes again.
    """

    table: str
    identity: Mapping[str, Value]
    details: Mapping[str, Value] = field(default_factory=dict)

    @property
    def insertion(self) -> str:
        """The statement that adds it, or does nothing if its key is there already."""
        names = [*self.identity, *self.details]
        marks = ", ".join(f":{name}" for name in names)
        return (
            f"INSERT INTO {self.table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - our own names
            " ON CONFLICT DO NOTHING"
        )

    @property
    def question(self) -> str:
        """The statement that finds it again."""
        same = " AND ".join(f"{name} IS :{name}" for name in self.identity)
        return f"SELECT 1 FROM {self.table} WHERE {same}"  # noqa: S608 - our own names

    @property
    def values(self) -> dict[str, Value]:
        """What both statements are filled with."""
        return {**self.identity, **self.details}


def rows_of(fact: Fact, at: int) -> tuple[Row, ...]:
    """The rows that record a fact, the one that says it first; `at` is Unix seconds."""
    match fact:
        case SaleStarted(sale):
            return (_row_of(fact, at), *_detail_rows(sale))
        case RefundRecorded():
            return (_row_of(fact, at), *_refund_tax_rows(fact))
        case RecoveredFact(inner, then):
            return rows_of(inner, then)
    return (_row_of(fact, at),)


def _row_of(fact: Fact, at: int) -> Row:
    now: dict[str, Value] = {"at": at}
    match fact:
        case SaleStarted(sale):
            return Row("direct_sales" if sale.direct else "sales", _sale_values(sale))
        case InvoiceIssued(sale, invoice):
            return Row("invoices", {"sale_id": sale, **_invoice_values(invoice)}, now)
        case PayoutIssued(sale, payout, generation):
            identity = {"sale_id": sale, "generation": generation, **_invoice_values(payout)}
            return Row("payouts", identity, now)
        case SaleLeftScreen(sale, ending, direct):
            table = "direct_endings" if direct else "endings"
            return Row(table, {"sale_id": sale}, {"ending": ending.value, **now})
        case InvoicePaid(sale, payment_hash, late):
            identity = {"sale_id": sale, "payment_hash": payment_hash}
            return Row("payments", identity, {"late": int(late), **now})
        case InvoiceNeverPaid(sale, payment_hash):
            return Row("finals", {"sale_id": sale, "payment_hash": payment_hash}, now)
        case DirectInvoiceIssued(sale, invoice):
            identity = {"sale_id": sale, **_invoice_values(invoice)}
            return Row("direct_invoices", {**identity, "verify_url": invoice.verify_url}, now)
        case DirectInvoicePaid(sale, payment_hash, late):
            identity = {"sale_id": sale, "payment_hash": payment_hash}
            return Row("direct_payments", identity, {"late": int(late), **now})
        case DirectInvoiceNeverPaid(sale, payment_hash):
            return Row("direct_finals", {"sale_id": sale, "payment_hash": payment_hash}, now)
        case DirectPaymentUnproven(sale, payment_hash):
            return Row("direct_undecided", {"sale_id": sale, "payment_hash": payment_hash}, now)
        case DirectPaymentReviewed(sale):
            return Row("direct_reviews", {"sale_id": sale}, now)
        case ForwardStatusChanged(sale, status, payout_hash, reason):
            identity = {"sale_id": sale, "status": status.value, "payout_hash": payout_hash}
            return Row("forward_steps", identity, {"reason": reason, **now})
        case PaidTwice(sale, payment_hash, payments):
            identity = {"sale_id": sale, "payment_hash": payment_hash, "payments": payments}
            return Row("paid_twice", identity, now)
        case AlarmTold(sale, kind, subject):
            alarm = {"sale_id": sale, "kind": kind.value, "subject": subject}
            return Row("told_alarms", {}, {**alarm, "is_read": 0, **now})
        case AlarmRead(sale, kind):
            return Row(
                "told_alarms", {}, {"sale_id": sale, "kind": kind.value, "is_read": 1, **now}
            )
        case DigitsAccepted(currency, digits):
            return Row("currency_digits", {"currency": currency, "digits": digits}, now)
        case LateMoneyNoticed(sale):
            return Row("late_money", {"sale_id": sale}, now)
        case LateMoneyPutAway(sale):
            return Row("late_money_put_away", {"sale_id": sale}, now)
        case CodeReplaced(sale, first):
            return Row("replaced_codes", {"sale_id": sale, "first_payment_hash": first}, now)
        case MerchantWalletAccepted(username, wallet):
            return Row("merchant_wallets", {"username": username, "wallet_id": wallet}, now)
        case JournalRebuilt(file_name):
            return Row("rebuilt", {"name": file_name}, now)
        case ForeignCodesAwaited(begun_before, until):
            return Row("foreign_codes", {}, {"begun_before": begun_before, "until": until, **now})
        case SaleUndecided(sale, reason):
            return Row("undecided", {"sale_id": sale}, {"reason": reason, **now})
        case RecoveredFact(inner, then):
            return _row_of(inner, then)
        case PinTried(wrong, owner):
            if owner == MANAGER:
                return Row("pin_tries", {}, {"wrong": wrong, **now})
            return Row("cashier_pin_tries", {}, {"code": owner, "wrong": wrong, **now})
        case DayClosed(closed_at):
            return Row("day_closes", {"at": closed_at})
        case RefundRecorded():
            identity = {
                "sale_id": fact.sale,
                "part": fact.part,
                "minor": fact.minor,
                "tip_minor": fact.tip_minor,
                "amount_sat": fact.amount,
                "tip_sat": fact.tip,
                "reason": fact.reason,
                "refunded_by": fact.by,
            }
            return Row("refunds", identity, now)


def _detail_rows(sale: Sale) -> Iterator[Row]:
    """Items, tax and cashier: what a sale without them has no row for."""
    for place, line in enumerate(sale.lines, start=1):
        yield Row(
            "sale_lines",
            {
                "sale_id": sale.id,
                "place": place,
                "name": line.name,
                "quantity": line.quantity,
                "minor": line.minor,
                "tax_name": line.tax.name if line.tax else None,
                "tax_rate": line.tax.hundredths if line.tax else None,
            },
        )
    for share in tax_shares(sale.lines):
        yield Row("sale_taxes", {"sale_id": sale.id, **_share_values(share)})
    if sale.cashier:
        yield Row("sale_cashiers", {"sale_id": sale.id, "cashier": sale.cashier})


def _refund_tax_rows(fact: RefundRecorded) -> Iterator[Row]:
    for share in fact.taxes:
        values = {"sale_id": fact.sale, "part": fact.part, **_share_values(share)}
        yield Row("refund_taxes", values)


def _share_values(share: TaxShare) -> dict[str, Value]:
    return {
        "tax_name": share.rate.name,
        "tax_rate": share.rate.hundredths,
        "gross_minor": share.gross_minor,
        "tax_minor": share.tax_minor,
    }


@lru_cache(maxsize=64)
def checked_currency(code: str, symbol: str, digits: int) -> Currency:
    """A currency as the journal has it.

    Raises:
        ValueError: no currency has so many fraction digits.
    """
    if not 0 <= digits <= MOST_DIGITS:
        raise ValueError(f"{digits} fraction digits of {code}")
    return Currency(code, symbol, digits)


def sale_of(row: Columns, *, direct: bool = False) -> Sale:
    """A sale from a row with the columns of `sales`, or of `direct_sales`.

    Raises:
        ValueError: it holds what no sale has.
    """
    rate = None
    if row["rate_base"] is not None:
        shown = checked_currency(row["rate_currency"], row["rate_symbol"], row["rate_digits"])
        rate = Rate(shown, row["rate_base"], row["rate_offset"], fetched_s=0.0)
    return Sale(
        id=SaleId(row["sale_id"]),
        amount=Sats(row["amount_sat"]),
        price=Fiat(
            row["price_minor"],
            checked_currency(row["currency"], row["symbol"], row["fraction_digits"]),
        ),
        rate=rate,
        started_at=row["started_at"],
        memo=row["memo"],
        tip=Sats(row["tip_sat"]),
        tip_minor=row["tip_minor"],
        items=tuple(int(item) for item in row["items"].split(",") if item),
        direct=direct,
    )


def invoice_of(row: Columns) -> Invoice:
    """An invoice from a row of `invoices` or `payouts`."""
    return Invoice(
        payment_hash=PaymentHash(row["payment_hash"]),
        payment_request=PaymentRequest(row["payment_request"]),
        amount=Sats(row["amount_sat"]),
        external_id=ExternalId(row["external_id"]),
        expires_at=row["expires_at"],
        lifetime_s=row["lifetime_s"],
    )


def direct_invoice_of(row: Columns) -> Invoice:
    """An invoice from a row of `direct_invoices`."""
    return replace(invoice_of(row), verify_url=row["verify_url"])


def value_of(sale: Sale) -> Fiat | None:
    """What a sale was worth at its own rate, tip included; None without a rate."""
    if sale.rate is None:
        return None
    if sale.price.currency.code == sale.rate.currency.code:
        return sale.whole_price
    return fiat_from_sats(sale.amount, sale.rate)


def _sale_values(sale: Sale) -> dict[str, Value]:
    rate, value = sale.rate, value_of(sale)
    return {
        "sale_id": sale.id,
        "started_at": sale.started_at,
        "amount_sat": sale.amount,
        "tip_sat": sale.tip,
        "price_minor": sale.price.minor,
        "tip_minor": sale.tip_minor,
        "currency": sale.price.currency.code,
        "symbol": sale.price.currency.symbol,
        "fraction_digits": sale.price.currency.fraction_digits,
        "rate_currency": rate.currency.code if rate else None,
        "rate_symbol": rate.currency.symbol if rate else None,
        "rate_digits": rate.currency.fraction_digits if rate else None,
        "rate_base": rate.base if rate else None,
        "rate_offset": rate.offset if rate else None,
        "value_minor": value.minor if value else None,
        "memo": sale.memo,
        "items": ",".join(str(item) for item in sale.items),
    }


def _invoice_values(invoice: Invoice) -> dict[str, Value]:
    return {
        "payment_hash": invoice.payment_hash,
        "payment_request": invoice.payment_request,
        "amount_sat": invoice.amount,
        "external_id": invoice.external_id,
        "expires_at": invoice.expires_at,
        "lifetime_s": invoice.lifetime_s,
    }

"""Sales and refunds as tables for files: a row for each, for each item, and for each tax rate.

Amounts are exact decimals in their own currency. What was not paid stands in columns of its own,
and what was given back is taken off, so that the sum of a column is what the books say.
"""

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Final

from kiosk.commands.cells import Cell, Row, amount, clock, rate_cell, share_cells
from kiosk.commands.table import moment
from kiosk.journal.books import Entry, RefundEntry, SaleEntry
from kiosk.journal.rows import value_of
from kiosk.sale.books import ReceiptNumber
from kiosk.sale.facts import Sale
from kiosk.sale.ids import parse_sale_id
from kiosk.sale.money import Rate
from kiosk.sale.tax import SaleLine, TaxShare

_SAT_PER_BTC_POWER: Final = 8

SALES: Final = [
    "kiosk",
    "series",
    "number",
    "close",
    "date",
    "time",
    "offset",
    "cashier",
    "items",
    "currency",
    "gross",
    "tip",
    "net",
    "tax_rate",
    "tax",
    "sats",
    "tip_sats",
    "btc_price",
    "value",
    "value_currency",
    "state",
    "late",
    "refund_of",
    "way",
    "unpaid_gross",
    "unpaid_tip",
    "unpaid_sats",
    "paid_at",
    "forwarded_at",
    "payment_hash",
    "payout_hash",
    "sale",
    "memo",
    "trouble",
]
ITEMS: Final = [
    "kiosk",
    "series",
    "number",
    "close",
    "date",
    "time",
    "place",
    "name",
    "quantity",
    "currency",
    "gross",
    "tax_name",
    "tax_rate",
]
TAXES: Final = [
    "kiosk",
    "series",
    "number",
    "refund_of",
    "close",
    "date",
    "currency",
    "tax_name",
    "tax_rate",
    "gross",
    "net",
    "tax",
]


def is_paid(entry: SaleEntry) -> bool:
    """Whether the sale counts: money came in for it."""
    return entry.record.paid_at is not None


def sale_row(entry: Entry, zone: tzinfo) -> Row:
    """A sale or a refund in the columns of SALES."""
    return _refund_row(entry, zone) if isinstance(entry, RefundEntry) else _sale_row(entry, zone)


def _sale_row(entry: SaleEntry, zone: tzinfo) -> Row:
    record, sale = entry.record, entry.record.sale
    paid, currency, value = is_paid(entry), sale.price.currency, value_of(sale)
    gross, tip = amount(sale.price.minor, currency), amount(sale.tip_minor, currency)
    tax = amount(sum(share.tax_minor for share in entry.taxes), currency)
    return (
        *_head(sale, entry.receipt, entry.close),
        *clock(entry.at, zone),
        entry.cashier,
        len(_item_lines(entry)),
        currency.code,
        gross if paid else None,
        tip if paid else None,
        gross - tax if paid else None,
        _rates(entry.taxes),
        tax if paid else None,
        sale.amount if paid else None,
        sale.tip if paid else None,
        _btc_price(sale.rate) if sale.rate else None,
        amount(value.minor, value.currency) if paid and value else None,
        value.currency.code if value else None,
        str(record.state),
        record.late,
        None,
        _way(sale),
        None if paid else gross,
        None if paid else tip,
        None if paid else sale.amount,
        moment(record.paid_at, zone),
        moment(record.forwarded_at, zone),
        record.payment_hash,
        record.payout_hash,
        sale.id,
        sale.memo,
        (record.trouble.reason or record.trouble.kind) if record.trouble else None,
    )


def _refund_row(entry: RefundEntry, zone: tzinfo) -> Row:
    sale, currency = entry.sale, entry.sale.price.currency
    gross = amount(entry.tip_minor - entry.minor, currency)
    tax = -amount(sum(share.tax_minor for share in entry.taxes), currency)
    return (
        *_refund_head(entry),
        *clock(entry.at, zone),
        entry.by,
        0,
        currency.code,
        gross,
        -amount(entry.tip_minor, currency),
        gross - tax,
        _rates(entry.taxes),
        tax,
        -entry.amount,
        -entry.tip,
        _btc_price(sale.rate) if sale.rate else None,
        None,
        None,
        "refunded",
        False,
        _refund_of(entry),
        _way(sale),
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        sale.id,
        entry.reason,
        None,
    )


def _refund_of(entry: RefundEntry) -> str:
    """Which sale a refund is of: by its number, else by its id."""
    return str(entry.sale_receipt) if entry.sale_receipt is not None else entry.sale.id


def _item_lines(entry: SaleEntry) -> tuple[SaleLine, ...]:
    """The items of a sale; where none were kept, as they were typed."""
    sale = entry.record.sale
    return entry.lines or tuple(
        SaleLine(minor, None) for minor in (sale.items or (sale.price.minor,))
    )


def item_rows(entry: Entry, zone: tzinfo) -> Iterator[Row]:
    """The items of a paid sale in the columns of ITEMS."""
    if isinstance(entry, RefundEntry) or not is_paid(entry):
        return
    sale = entry.record.sale
    head = _head(sale, entry.receipt, entry.close)
    day, hour, _ = clock(entry.at, zone)
    for place, line in enumerate(_item_lines(entry), start=1):
        yield (
            *head,
            day,
            hour,
            place,
            line.name,
            line.quantity,
            sale.price.currency.code,
            amount(line.minor, sale.price.currency),
            line.tax.name if line.tax else None,
            rate_cell(line.tax) if line.tax else None,
        )


def tax_rows(entry: Entry, zone: tzinfo) -> Iterator[Row]:
    """The tax of a paid sale or of a refund in the columns of TAXES, a row for each rate."""
    if isinstance(entry, RefundEntry):
        head, sale, sign, of = _refund_head(entry), entry.sale, -1, _refund_of(entry)
    elif is_paid(entry):
        sale = entry.record.sale
        head, sign, of = _head(sale, entry.receipt, entry.close), 1, ""
    else:
        return
    currency = sale.price.currency
    day, _, _ = clock(entry.at, zone)
    for share in entry.taxes:
        yield (*head[:3], of, head[3], day, currency.code, *share_cells(share, currency, sign))


def _head(sale: Sale, number: ReceiptNumber | None, close: ReceiptNumber | None) -> Row:
    return (
        _kiosk(sale.id),
        number.series if number else None,
        number.number if number else None,
        str(close) if close else None,
    )


def _refund_head(entry: RefundEntry) -> Row:
    """Refunds are numbered apart: their series wears an R."""
    kiosk, _, _, close = _head(entry.sale, None, entry.close)
    return (kiosk, f"R{entry.number.series}", entry.number.number, close)


@lru_cache(maxsize=64)
def _kiosk(sale_id: str) -> str:
    parts = parse_sale_id(sale_id)
    return parts.kiosk_id if parts is not None else ""


def _rates(taxes: Iterable[TaxShare]) -> Cell:
    """The rate in percent; several with plus signs."""
    rates = [share.rate for share in taxes]
    if len(rates) == 1:
        return rate_cell(rates[0])
    return "+".join(rate.percent for rate in rates) or None


def _way(sale: Sale) -> str:
    return "direct" if sale.direct else "forward"


def _btc_price(rate: Rate) -> Decimal:
    """The price of a whole bitcoin at a rate, exactly as it was served."""
    digits = rate.currency.fraction_digits
    return Decimal(rate.base).scaleb(_SAT_PER_BTC_POWER - rate.offset - digits)

"""Sales, items, taxes, hours and closes as tables for files, with columns that can be summed up.

Amounts are exact decimals in their own currency. What was not paid stands in columns of its own,
and what was given back is taken off, so that the sum of a column is what the books say.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import Final

from kiosk.commands.table import moment
from kiosk.journal.books import Entry, RefundEntry, SaleEntry
from kiosk.journal.rows import value_of
from kiosk.sale.books import CloseReport, CurrencySums, ReceiptNumber, Sums, less
from kiosk.sale.facts import Sale
from kiosk.sale.ids import parse_sale_id
from kiosk.sale.money import Currency, Rate
from kiosk.sale.tax import SaleLine, TaxShare

_SAT_PER_BTC_POWER: Final = 8

Cell = str | int | bool | Decimal | date | time | None
Row = tuple[Cell, ...]

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
HOURS: Final = (
    "date",
    "hour",
    "currency",
    "receipts",
    "gross",
    "tip",
    "sats",
)
CLOSES: Final = [
    "series",
    "close",
    "from",
    "to",
    "by",
    "part",
    "currency",
    "receipts",
    "gross",
    "tip",
    "net",
    "tax",
    "sats",
    "tip_sats",
    "apart_receipts",
    "apart_gross",
    "apart_tip",
    "apart_sats",
]
CLOSE_TAXES: Final = [
    "series",
    "close",
    "part",
    "currency",
    "tax_name",
    "tax_rate",
    "gross",
    "net",
    "tax",
]


def amount(minor: int, currency: Currency) -> Decimal:
    """Minor units as an exact decimal in major units: 1250 of USD is 12.50."""
    return Decimal(minor).scaleb(-currency.fraction_digits)


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
        *_clock(entry.at, zone),
        entry.cashier,
        len(item_lines(entry)),
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
        *_clock(entry.at, zone),
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
        refund_of(entry),
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


def refund_of(entry: RefundEntry) -> str:
    """Which sale a refund is of: by its number, else by its id."""
    return str(entry.sale_receipt) if entry.sale_receipt is not None else entry.sale.id


def item_lines(entry: SaleEntry) -> tuple[SaleLine, ...]:
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
    day, hour, _ = _clock(entry.at, zone)
    for place, line in enumerate(item_lines(entry), start=1):
        yield (
            *_head(sale, entry.receipt, entry.close),
            day,
            hour,
            place,
            line.name,
            line.quantity,
            sale.price.currency.code,
            amount(line.minor, sale.price.currency),
            line.tax.name if line.tax else None,
            Decimal(line.tax.percent) if line.tax else None,
        )


def tax_rows(entry: Entry, zone: tzinfo) -> Iterator[Row]:
    """The tax of a paid sale or of a refund in the columns of TAXES, a row for each rate."""
    if isinstance(entry, RefundEntry):
        head, sale, sign, of = _refund_head(entry), entry.sale, -1, refund_of(entry)
    elif is_paid(entry):
        sale = entry.record.sale
        head, sign, of = _head(sale, entry.receipt, entry.close), 1, ""
    else:
        return
    currency = sale.price.currency
    day, _, _ = _clock(entry.at, zone)
    for share in entry.taxes:
        yield (*head[:3], of, head[3], day, currency.code, *_share(share, currency, sign))


class Hours:
    """What was sold in each hour, summed up while entries go by."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._sums: dict[tuple[date, int, Currency], list[int]] = {}

    def add(self, entry: Entry) -> None:
        """Count a paid sale, or take a refund off."""
        if isinstance(entry, RefundEntry):
            sale = entry.sale
            sums = (0, entry.tip_minor - entry.minor, -entry.tip_minor, -entry.amount)
        elif is_paid(entry):
            sale = entry.record.sale
            sums = (1, sale.price.minor, sale.tip_minor, sale.amount)
        else:
            return
        when = datetime.fromtimestamp(entry.at, self._zone)
        known = self._sums.setdefault((when.date(), when.hour, sale.price.currency), [0] * 4)
        for place, more in enumerate(sums):
            known[place] += more

    def rows(self) -> Iterator[Row]:
        """The hours in the columns of HOURS, oldest first."""
        ordered = sorted(self._sums.items(), key=lambda hour: (*hour[0][:2], hour[0][2].code))
        for (day, hour, currency), (receipts, gross, tip, sats) in ordered:
            money = (amount(gross, currency), amount(tip, currency))
            yield (day, hour, currency.code, receipts, *money, sats)


def close_rows(report: CloseReport, zone: tzinfo) -> Iterator[Row]:
    """A close in the columns of CLOSES: what is summed up, and apart what only is of note."""
    head = _close_head(report, zone)
    for part, sums in _parts(report):
        for line in sums:
            currency = line.currency
            yield (
                *head,
                part,
                currency.code,
                line.receipts,
                *(
                    amount(minor, currency)
                    for minor in (line.gross_minor, line.tip_minor, line.net_minor, line.tax_minor)
                ),
                line.amount,
                line.tip_sat,
                *[None] * 4,
            )
    for line in report.late:
        yield (*head, "late", line.currency.code, *[None] * 7, *_apart(line))
    if report.twice:
        apart = (report.twice, None, None, report.twice_amount)
        yield (*head, "paid twice", None, *[None] * 7, *apart)


def close_tax_rows(report: CloseReport) -> Iterator[Row]:
    """The taxes of a close in the columns of CLOSE_TAXES."""
    for part, sums in _parts(report):
        for line in sums:
            for share in line.taxes:
                number = (report.number.series, report.number.number)
                share_cells = _share(share, line.currency, 1)
                yield (*number, part, line.currency.code, *share_cells)


def _parts(report: CloseReport) -> tuple[tuple[str, Sums], ...]:
    return (
        ("forward", report.forwarded),
        ("direct", report.received),
        ("refunded", less((), report.refunded)),
    )


def _apart(line: CurrencySums) -> Row:
    gross, tip = (amount(minor, line.currency) for minor in (line.gross_minor, line.tip_minor))
    return (line.receipts, gross, tip, line.amount)


def _close_head(report: CloseReport, zone: tzinfo) -> Row:
    begin = moment(report.from_s, zone) if report.from_s else None
    number = report.number
    return (number.series, number.number, begin, moment(report.to_s, zone), report.by)


def _head(sale: Sale, number: ReceiptNumber | None, close: ReceiptNumber | None) -> Row:
    return (
        _kiosk(sale),
        number.series if number else None,
        number.number if number else None,
        str(close) if close else None,
    )


def _refund_head(entry: RefundEntry) -> Row:
    """Refunds are numbered apart: their series wears an R."""
    kiosk, _, _, close = _head(entry.sale, None, entry.close)
    return (kiosk, f"R{entry.number.series}", entry.number.number, close)


def _kiosk(sale: Sale) -> str:
    parts = parse_sale_id(sale.id)
    return parts.kiosk_id if parts is not None else ""


def _clock(unix_s: int, zone: tzinfo) -> tuple[date, time, str]:
    when = datetime.fromtimestamp(unix_s, zone)
    return when.date(), when.time(), when.isoformat()[-6:]


def _rates(taxes: Iterable[TaxShare]) -> Cell:
    """The rate in percent; several with plus signs."""
    rates = [share.rate.percent for share in taxes]
    return Decimal(rates[0]) if len(rates) == 1 else "+".join(rates) or None


def _share(share: TaxShare, currency: Currency, sign: int) -> Row:
    minors = (share.gross_minor, share.net_minor, share.tax_minor)
    money = tuple(amount(sign * minor, currency) for minor in minors)
    return (share.rate.name, Decimal(share.rate.percent), *money)


def _way(sale: Sale) -> str:
    return "direct" if sale.direct else "forward"


def _btc_price(rate: Rate) -> Decimal:
    """The price of a whole bitcoin at a rate, exactly as it was served."""
    digits = rate.currency.fraction_digits
    return Decimal(rate.base).scaleb(_SAT_PER_BTC_POWER - rate.offset - digits)

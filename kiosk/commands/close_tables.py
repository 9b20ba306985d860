"""Closes of the day as tables for files, with columns that can be summed up."""

from collections.abc import Iterator
from datetime import tzinfo
from typing import Final

from kiosk.commands.cells import Row, amount, share_cells
from kiosk.commands.table import moment
from kiosk.sale.books import CloseReport, CurrencySums, Sums, less

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
CLOSE_CASHIERS: Final = [
    "series",
    "close",
    "cashier",
    "currency",
    "receipts",
    "gross",
    "tip",
    "net",
    "tax",
    "sats",
    "tip_sats",
]


def close_rows(report: CloseReport, zone: tzinfo) -> Iterator[Row]:
    """A close in the columns of CLOSES: what is summed up, and apart what only is of note."""
    head = _close_head(report, zone)
    for part, sums in _parts(report):
        for line in sums:
            yield (
                *head,
                part,
                *_sums_cells(line),
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
                money = share_cells(share, line.currency, 1)
                yield (*number, part, line.currency.code, *money)


def close_cashier_rows(report: CloseReport) -> Iterator[Row]:
    """What of a close is whose, in the columns of CLOSE_CASHIERS; refunds are taken off."""
    for cashier in report.cashiers:
        for line in less(cashier.sums, cashier.refunded):
            number = (report.number.series, report.number.number)
            yield (*number, cashier.cashier, *_sums_cells(line))


def _sums_cells(line: CurrencySums) -> Row:
    """The columns from `currency` to `tip_sats`."""
    money = (line.gross_minor, line.tip_minor, line.net_minor, line.tax_minor)
    return (
        line.currency.code,
        line.receipts,
        *(amount(minor, line.currency) for minor in money),
        line.amount,
        line.tip_sat,
    )


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

"""What was sold in each hour, as a table for files."""

from collections.abc import Iterator
from typing import Final

from kiosk.commands.cells import Row, amount
from kiosk.commands.sale_tables import is_paid
from kiosk.journal.books import Entry, RefundEntry
from kiosk.sale.hours import Hours
from kiosk.sale.money import Fiat

HOURS: Final = (
    "date",
    "hour",
    "currency",
    "receipts",
    "gross",
    "tip",
    "sats",
)


def add_entry(hours: Hours, entry: Entry) -> None:
    """Count a paid sale, or take a refund off."""
    if isinstance(entry, RefundEntry):
        given = Fiat(entry.minor, entry.sale.price.currency)
        hours.add_refund(entry.at, given, entry.tip_minor, entry.amount)
    elif is_paid(entry):
        sale = entry.record.sale
        hours.add_sale(entry.at, sale.price, sale.tip_minor, sale.amount)


def hour_rows(hours: Hours) -> Iterator[Row]:
    """The hours in the columns of HOURS, oldest first."""
    for sums in hours.sums():
        money = (amount(minor, sums.currency) for minor in (sums.gross_minor, sums.tip_minor))
        yield (sums.day, sums.hour, sums.currency.code, sums.receipts, *money, sums.amount)

"""What was sold in each hour, as a table for files."""

from collections.abc import Iterator
from datetime import date, tzinfo
from typing import Final

from kiosk.commands.cells import Row, amount, clock
from kiosk.commands.sale_tables import is_paid
from kiosk.journal.books import Entry, RefundEntry
from kiosk.sale.money import Currency

HOURS: Final = (
    "date",
    "hour",
    "currency",
    "receipts",
    "gross",
    "tip",
    "sats",
)


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
        day, when, _ = clock(entry.at, self._zone)
        known = self._sums.setdefault((day, when.hour, sale.price.currency), [0] * 4)
        for place, more in enumerate(sums):
            known[place] += more

    def rows(self) -> Iterator[Row]:
        """The hours in the columns of HOURS, oldest first."""
        ordered = sorted(self._sums.items(), key=lambda hour: (*hour[0][:2], hour[0][2].code))
        for (day, hour, currency), (receipts, gross, tip, sats) in ordered:
            money = (amount(gross, currency), amount(tip, currency))
            yield (day, hour, currency.code, receipts, *money, sats)

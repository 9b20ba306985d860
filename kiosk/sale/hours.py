"""What was sold in each hour: the numbers of the manager's small picture and of the workbook."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from kiosk.sale.money import Currency, Fiat, Sats


@dataclass(frozen=True, slots=True)
class HourSums:
    """An hour of a day in one currency, 0 to 23; what was given back in it is taken off.

    `gross_minor` is without tips; `amount` is in sats, tips included.
    """

    day: date
    hour: int
    currency: Currency
    receipts: int
    gross_minor: int
    tip_minor: int
    amount: Sats


class Hours:
    """Sums up sales and refunds while they go by; hours are those of a time zone."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._sums: dict[tuple[date, int, Currency], HourSums] = {}

    def add_sale(self, at: int, price: Fiat, tip_minor: int, amount: Sats) -> None:
        """Count a sale that was paid `at` Unix seconds; `price` is without the tip."""
        self._add(at, price.currency, 1, price.minor, tip_minor, amount)

    def add_refund(self, at: int, given: Fiat, tip_minor: int, amount: Sats) -> None:
        """Take off what was given back; `given` includes the tip."""
        self._add(at, given.currency, 0, tip_minor - given.minor, -tip_minor, -amount)

    def sums(self) -> tuple[HourSums, ...]:
        """The hours in which anything was sold or given back, oldest first."""
        return tuple(
            sorted(self._sums.values(), key=lambda sums: (sums.day, sums.hour, sums.currency.code))
        )

    def _add(
        self, at: int, currency: Currency, receipts: int, gross: int, tip: int, amount: int
    ) -> None:
        when = datetime.fromtimestamp(at, self._zone)
        key = (when.date(), when.hour, currency)
        known = self._sums.get(key, HourSums(*key, 0, 0, 0, Sats(0)))
        self._sums[key] = HourSums(
            *key,
            known.receipts + receipts,
            known.gross_minor + gross,
            known.tip_minor + tip,
            Sats(known.amount + amount),
        )

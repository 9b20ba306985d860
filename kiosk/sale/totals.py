"""Totals of sales."""

from dataclasses import dataclass

from kiosk.sale.books import Sums
from kiosk.sale.money import Sats


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of paid sales, in sats, and exactly by the currency they were typed in.

    `refunded` is what was given back meanwhile; it is not taken off the others.
    """

    since: int
    sales: int
    amount: Sats
    tips: Sats
    forwarded: Sats
    sums: Sums = ()
    received: Sats = Sats(0)  # by direct sales: never forwarded
    refunded: Sums = ()

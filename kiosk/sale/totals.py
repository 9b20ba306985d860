"""Sums of sales."""

from dataclasses import dataclass

from kiosk.sale.money import Fiat, Sats


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of settled sales; `fiat` has one for each currency, at the rates of the moments."""

    since: int
    sales: int
    amount: Sats
    tips: Sats
    forwarded: Sats
    fiat: tuple[Fiat, ...] = ()
    received: Sats = Sats(0)  # by direct sales: never forwarded

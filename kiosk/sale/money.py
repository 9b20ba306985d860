"""Sats, fiat, the rate between them, and the one rounding rule.

Money is a whole number of a named unit. Nothing here is ever a float.
"""

from dataclasses import dataclass
from typing import Final, NewType

Sats = NewType("Sats", int)  # Blink's SatAmount, our journal. 1 BTC = 100_000_000 sat
Msats = NewType("Msats", int)  # BOLT11 amounts. 1 sat = 1000 msat
Cents = NewType("Cents", int)  # US cents: the unit of Blink's account limits

MSAT_PER_SAT: Final = 1000
ONE_BITCOIN: Final = Sats(100_000_000)

# Law of money, M9: an older price is no price.
RATE_LIFE_S: Final = 120

# A price that has moved by so much within so long is asked about before it is charged by: it is
# more often a fault of a feed than the market.
JUMP_PERCENT: Final = 20
JUMP_WITHIN_S: Final = 3600.0

# US cents are the unit of Blink's account limits, so dollars have to have cents.
CENT_DIGITS: Final = 2


@dataclass(frozen=True, slots=True)
class Currency:
    """A display currency as Blink's `currencyList` serves it.

    `fraction_digits` is the served number, never ISO 4217's: for several currencies they differ.
    """

    code: str
    symbol: str
    fraction_digits: int
    name: str = ""


# Blink lists some 160 currencies. The dearest satoshi of them is the Iranian rial's, some 10**5 of
# its minor units at what a bitcoin is worth today, the cheapest some 10**-2. What is far beyond is
# no price: at the most of these the largest sale of the settings is still a number that SQLite can
# keep (64 bits).
MOST_MINOR_PER_SAT: Final = 5 * 10**5
LEAST_SATS_PER_MINOR: Final = 10**6  # a bitcoin is worth at least 100 minor units
_MOST_OFFSET: Final = 18
_INT64: Final = 2**63


def is_sane_price(base: int, offset: int) -> bool:
    """Whether `base / 10**offset` minor units can be the price of a satoshi."""
    if not (0 < base < _INT64 and 0 <= offset <= _MOST_OFFSET):
        return False
    unit: int = 10**offset
    return unit <= base * LEAST_SATS_PER_MINOR and base <= unit * MOST_MINOR_PER_SAT


SAT: Final = Currency("SAT", "sat", 0, "Satoshi")


@dataclass(frozen=True, slots=True)
class Fiat:
    """An amount in minor units of a currency: 1250 of USD is $12.50."""

    minor: int
    currency: Currency


class CurrencyMismatch(ValueError):
    """Two amounts, or an amount and a rate, in different currencies were combined."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of one satoshi: `base / 10**offset` minor units of `currency`.

    Source: Blink's `realtimePrice.btcSatPrice`. `fetched_s` is monotonic; `age_s` is how old the
    price already was at that moment, by Blink's own clock.
    """

    currency: Currency
    base: int
    offset: int
    fetched_s: float
    age_s: float = 0.0

    def age(self, now_s: float) -> float:
        """Seconds since Blink made this price; `now_s` is monotonic."""
        return self.age_s + max(0.0, now_s - self.fetched_s)

    def is_fresh(self, now_s: float) -> bool:
        """Whether an invoice may be made at this price."""
        return is_sane_price(self.base, self.offset) and self.age(now_s) <= RATE_LIFE_S


def sats_from_fiat(price: Fiat, rate: Rate) -> Sats:
    """Convert a price to whole sats, rounded up so that the merchant is never paid short.

    Raises:
        CurrencyMismatch: `price` and `rate` are in different currencies, or in minor units of
            different size.
        ZeroDivisionError: the rate is no price; `Rate.is_fresh` says so beforehand.
    """
    units = [
        (currency.code, currency.fraction_digits) for currency in (price.currency, rate.currency)
    ]
    if units[0] != units[1]:
        raise CurrencyMismatch(f"{units[0]} at a rate of {units[1]}")
    return Sats(-(-price.minor * 10**rate.offset // rate.base))


def fiat_from_sats(amount: Sats, rate: Rate) -> Fiat:
    """Convert sats to minor units, rounded half up: for showing and records, never for charging."""
    unit = 10**rate.offset
    return Fiat((2 * amount * rate.base + unit) // (2 * unit), rate.currency)


def jumped(before: Rate, now: Rate) -> bool:
    """Whether a price has moved by JUMP_PERCENT or more against an earlier one."""
    was: int = before.base * 10**now.offset
    is_now: int = now.base * 10**before.offset
    return abs(is_now - was) * 100 >= JUMP_PERCENT * was


def sats_within_cents(limit: Cents, usd: Rate) -> Sats:
    """The most sats that surely fit into a limit in US cents, rounded down.

    One cent is held back because Blink converts at its own moment.
    """
    return Sats(max(0, limit - 1) * 10**usd.offset // usd.base)

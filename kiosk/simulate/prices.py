"""What a satoshi costs, in every currency the simulator knows."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kiosk.simulate.clock import Clock
from kiosk.simulate.errors import Refusal, invalid_input
from kiosk.simulate.faults import Fault, Faults

OFFSET: Final = 12
# The rate in Blink's documentation (blinkbitcoin/dev.blink.sv): 43 623 dollars for a bitcoin.
USD_BASE: Final = 43_623_050_781
STALE_S: Final = 600


@dataclass(frozen=True, slots=True)
class Currency:
    """A display currency; `fraction_digits` as Blink serves them, which is not always ISO 4217."""

    code: str
    name: str
    symbol: str
    fraction_digits: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A price: base / 10^OFFSET minor units for one satoshi, as of `at_s` in Unix seconds."""

    currency: Currency
    base: int
    at_s: int


# code, name, symbol, fraction digits served, units for one US dollar
_TABLE: Final = (
    ("USD", "US Dollar", "$", 2, "1"),
    ("EUR", "Euro", "€", 2, "0.92"),
    ("GBP", "British Pound", "£", 2, "0.79"),
    ("CRC", "Costa Rican Colón", "₡", 2, "515"),
    ("JPY", "Japanese Yen", "¥", 0, "148"),
    ("KRW", "South Korean Won", "₩", 0, "1330"),
    ("KWD", "Kuwaiti Dinar", "KD", 3, "0.31"),
    ("BHD", "Bahraini Dinar", "BD", 3, "0.377"),
    ("TND", "Tunisian Dinar", "DT", 3, "3.1"),
    ("BRL", "Brazilian Real", "R$", 2, "4.95"),
    ("MXN", "Mexican Peso", "$", 2, "17.1"),
    ("NGN", "Nigerian Naira", "₦", 2, "1500"),
    ("ARS", "Argentine Peso", "$", 2, "850"),
    ("COP", "Colombian Peso", "$", 0, "3920"),
    ("CLP", "Chilean Peso", "$", 0, "950"),
    ("PEN", "Peruvian Sol", "S/", 2, "3.75"),
    ("GTQ", "Guatemalan Quetzal", "Q", 2, "7.8"),
    ("HNL", "Honduran Lempira", "L", 2, "24.7"),
    ("HUF", "Hungarian Forint", "Ft", 0, "360"),
    ("IDR", "Indonesian Rupiah", "Rp", 0, "15700"),
    ("VND", "Vietnamese Dong", "₫", 0, "24500"),
    ("THB", "Thai Baht", "฿", 2, "35.5"),
    ("PHP", "Philippine Peso", "₱", 2, "56"),
    ("INR", "Indian Rupee", "₹", 2, "83"),
    ("LBP", "Lebanese Pound", "L£", 0, "89500"),
    ("TRY", "Turkish Lira", "₺", 2, "30.5"),
    ("CHF", "Swiss Franc", "CHF", 2, "0.87"),
    ("CZK", "Czech Koruna", "Kč", 2, "23"),
    ("PLN", "Polish Złoty", "zł", 2, "4"),
    ("SEK", "Swedish Krona", "kr", 2, "10.4"),
    ("NOK", "Norwegian Krone", "kr", 2, "10.5"),
    ("DKK", "Danish Krone", "kr", 2, "6.86"),
    ("CAD", "Canadian Dollar", "$", 2, "1.35"),
    ("AUD", "Australian Dollar", "$", 2, "1.52"),
    ("NZD", "New Zealand Dollar", "$", 2, "1.63"),
    ("ZAR", "South African Rand", "R", 2, "18.9"),
    ("KES", "Kenyan Shilling", "KSh", 2, "145"),
    ("GHS", "Ghanaian Cedi", "GH₵", 2, "12.5"),
    ("XAF", "Central African CFA Franc", "FCFA", 0, "605"),
)
CURRENCIES: Final = {row[0]: Currency(*row[:4]) for row in _TABLE}
_PER_DOLLAR: Final = {row[0]: Decimal(row[4]) for row in _TABLE}


class Prices:
    """The price feed, and the faults it can have."""

    def __init__(self, clock: Clock, faults: Faults) -> None:
        self._clock = clock
        self._faults = faults

    def quote(self, currency: str, operation: str) -> Quote:
        """Return the price in `currency`.

        Raises:
            ApplicationError: unknown currency, or the feed is down.
        """
        if currency not in CURRENCIES:
            raise invalid_input("Invalid currency.")
        if self._faults.take(Fault.PRICE_DEAD, operation):
            raise Refusal.PRICE_OFFLINE.error()
        age_s = 0.0
        if stale := self._faults.take(Fault.PRICE_STALE, operation):
            age_s = STALE_S if stale.seconds is None else stale.seconds
        base = _base(currency)
        if absurd := self._faults.take(Fault.PRICE_ABSURD, operation):
            base = 1 if absurd.value is None else absurd.value
        return Quote(CURRENCIES[currency], base, int(self._clock.now() - age_s))


def cents(amount_sat: int) -> int:
    """Return what so many sats are worth in US cents, rounded down, whatever the feed says."""
    return int(amount_sat * USD_BASE // 10**OFFSET)


def _base(code: str) -> int:
    minor_per_dollar = _PER_DOLLAR[code] * Decimal(10) ** CURRENCIES[code].fraction_digits
    return int(USD_BASE * minor_per_dollar / 100)

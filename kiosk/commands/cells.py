"""What the tables of the books are made of: cells of exact numbers, days and words."""

from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from functools import lru_cache

from kiosk.sale.money import Currency
from kiosk.sale.tax import TaxRate, TaxShare

Cell = str | int | bool | Decimal | date | time | None
Row = tuple[Cell, ...]


def amount(minor: int, currency: Currency) -> Decimal:
    """Minor units as an exact decimal in major units: 1250 of USD is 12.50."""
    return Decimal(minor).scaleb(-currency.fraction_digits)


@lru_cache(maxsize=64)
def rate_cell(rate: TaxRate) -> Decimal:
    """A rate in percent."""
    return Decimal(rate.percent)


@lru_cache(maxsize=64)
def clock(unix_s: int, zone: tzinfo) -> tuple[date, time, str]:
    """A moment as day, time of day, and the zone's offset like +02:00.

    Every table has the moments of the same sale one after the other.
    """
    when = datetime.fromtimestamp(unix_s, zone)
    return when.date(), when.time(), when.isoformat()[-6:]


def share_cells(share: TaxShare, currency: Currency, sign: int) -> Row:
    """The name, rate, gross, net and tax of a share; `sign` is -1 for what was given back."""
    minors = (share.gross_minor, share.net_minor, share.tax_minor)
    money = [amount(sign * minor, currency) for minor in minors]
    return (share.rate.name, rate_cell(share.rate), *money)

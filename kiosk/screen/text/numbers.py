"""Numbers, amounts and times as a language writes them; digits and symbols as Blink serves them."""

import re
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Final

from kiosk.sale.money import Currency, Fiat
from kiosk.screen.drawing.font_coverage import covers

if TYPE_CHECKING:
    from babel.core import Locale
    from babel.numbers import NumberPattern

# Babel is imported where a number is first written: the first picture has none, and the import
# takes a third as long as that of pygame.

_HARD_SPACE: Final = "\u00a0"
_SIGN: Final = "¤"
_RIGHT_TO_LEFT: Final = ("he",)


def number(minor: int, digits: int, language: str) -> str:
    """Minor units as a number in major units: 1,234.50 in English, 1.234,50 in Spanish."""
    pattern = _pattern("#,##0." + "0" * digits if digits else "#,##0")
    return str(pattern.apply(_major(minor, digits), locale(language)))


def money(amount: Fiat, language: str) -> str:
    """An amount with its symbol where the language puts it: $1,234.50, 1.234,50 €, KSh 10.00."""
    digits = amount.currency.fraction_digits
    pattern = _money_pattern(sign_of(amount.currency), digits, language)
    return str(pattern.apply(_major(amount.minor, digits), locale(language)))


@cache
def sign_of(currency: Currency) -> str:
    """The served symbol, or the code where there is none or no font can draw it."""
    symbol = currency.symbol.strip()
    return symbol if symbol and covers(symbol) else currency.code


def percent(whole: int, language: str) -> str:
    """So many per cent: 10% in English, 10 % in German."""
    from babel.numbers import format_percent

    return str(format_percent(Decimal(whole) / 100, locale=locale(language)))


def moment(unix_s: int, language: str, zone: tzinfo) -> str:
    """Day and minute in a time zone, as short as it stays clear: Nov 24, 6:05 PM."""
    from babel.dates import format_skeleton, format_time

    at, where = datetime.fromtimestamp(unix_s, zone), locale(language)
    day = format_skeleton("MMMd", at, locale=where)
    time = format_time(at, "short", locale=where)
    return str(where.datetime_formats["short"]).format(time, day)


def day(unix_s: int, language: str, zone: tzinfo) -> str:
    """A day with its weekday: Thu, Nov 26, 2026."""
    from babel.dates import format_skeleton

    at, where = datetime.fromtimestamp(unix_s, zone), locale(language)
    return str(format_skeleton("yMMMEd", at, locale=where))


def date(unix_s: int, language: str, zone: tzinfo) -> str:
    """A day without its weekday: Nov 26, 2026."""
    from babel.dates import format_date

    return str(format_date(datetime.fromtimestamp(unix_s, zone), "medium", locale=locale(language)))


def minute(unix_s: int, language: str, zone: tzinfo) -> str:
    """A time of the day: 6:05 PM."""
    from babel.dates import format_time

    return str(format_time(datetime.fromtimestamp(unix_s, zone), "short", locale=locale(language)))


@cache
def locale(language: str) -> "Locale":
    """Babel's data for one of our languages."""
    from babel.core import Locale

    return Locale.parse(language)


def is_rtl(language: str) -> bool:
    """Whether a language reads from right to left."""
    return language in _RIGHT_TO_LEFT


@cache
def _money_pattern(sign: str, digits: int, language: str) -> "NumberPattern":
    """The language's own pattern with our symbol and our digits, and a gap before letters."""
    pattern = locale(language).currency_formats["standard"].pattern
    pattern = pattern.replace("0.00", "0." + "0" * digits if digits else "0")
    if sign[-1].isalpha():
        pattern = re.sub(f"{_SIGN}(?=[#0])", _SIGN + _HARD_SPACE, pattern)
    if sign[0].isalpha():
        pattern = re.sub(f"(?<=[#0]){_SIGN}", _HARD_SPACE + _SIGN, pattern)
    return _pattern(pattern.replace(_SIGN, f"'{sign}'"))


@cache
def _pattern(pattern: str) -> "NumberPattern":
    from babel.numbers import parse_pattern

    return parse_pattern(pattern)


def _major(minor: int, digits: int) -> Decimal:
    return Decimal(minor).scaleb(-digits)

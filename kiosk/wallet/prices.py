"""The price feed: rates with their age by Blink's own clock."""

import time
from collections.abc import Mapping
from typing import Any, Final

from kiosk.clock import steady_s
from kiosk.sale.account import Rates
from kiosk.sale.money import SAT, Currency, Rate, is_sane_price
from kiosk.wallet import documents
from kiosk.wallet.answer_bounds import LONGEST_NAME, LONGEST_SYMBOL, OddValue, number, text, unix_s
from kiosk.wallet.errors import UNREADABLE, unexpected_answer
from kiosk.wallet.http import Http

LONGEST_CODE: Final = 10
LARGEST_BASE: Final = 2**53 - 1  # Blink's SafeInt

AHEAD_S: Final = 300  # a price may be newer than the clock by which its age is counted


async def rates(http: Http, currency: str) -> Rates:
    """Ask for the rate of a display currency and of US dollars; for SAT, of dollars twice.

    Raises:
        KioskError: no usable price.
    """
    if currency == SAT.code:
        currency = "USD"
    data = await http.ask(documents.PRICES, {"currency": currency}, side=http.public_side)
    now_s, server_s = steady_s(), http.server_unix_s
    try:
        shown = _rate(data["shown"], now_s, server_s)
        usd = _rate(data["usd"], now_s, server_s)
    except UNREADABLE as error:
        raise unexpected_answer(f"an odd price: {type(error).__name__}") from None
    if shown.currency.code != currency or usd.currency.code != "USD":
        raise unexpected_answer("the price of another currency")
    return Rates(shown, usd)


def currency_of(raw: Mapping[str, Any]) -> Currency:
    """A currency as served; the fraction digits are Blink's own."""
    code = text(raw["id"], LONGEST_CODE)
    digits = number(raw["fractionDigits"], 0, 8)
    return Currency(code, _text_or(code, raw, "symbol"), digits, _text_or(code, raw, "name"))


def _text_or(code: str, raw: Mapping[str, Any], field: str) -> str:
    """What only the screen shows: the code does as well where it is not served or odd."""
    longest = LONGEST_SYMBOL if field == "symbol" else LONGEST_NAME
    try:
        return text(raw.get(field), longest) or code
    except OddValue:
        return code


def _rate(raw: Mapping[str, Any], now_s: float, server_s: int | None) -> Rate:
    price = raw["btcSatPrice"]
    base, offset = number(price["base"], 1, LARGEST_BASE), number(price["offset"], 0, 18)
    if not is_sane_price(base, offset):
        raise OddValue("a price beyond reason")
    made_at = unix_s(raw["timestamp"])
    if server_s is not None and made_at > server_s + AHEAD_S:
        raise OddValue("a price from the future")
    age_s = float(max(0, (server_s if server_s is not None else int(time.time())) - made_at))
    return Rate(currency_of(raw["denominatorCurrencyDetails"]), base, offset, now_s, age_s)

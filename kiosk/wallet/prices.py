"""The price feed: rates with their age by Blink's own clock."""

import time
from collections.abc import Mapping
from typing import Any

from kiosk.clock import steady_s
from kiosk.sale.account import Rates
from kiosk.sale.money import SAT, Currency, Rate
from kiosk.wallet import documents
from kiosk.wallet.errors import UNREADABLE, odd
from kiosk.wallet.http import Http


async def rates(http: Http, currency: str) -> Rates:
    """Ask for the rate of a display currency and of US dollars; for SAT, of dollars twice.

    Raises:
        KioskError: no usable price.
    """
    if currency == SAT.code:
        currency = "USD"
    data = await http.ask(documents.PRICES, {"currency": currency})
    now_s, server_s = steady_s(), http.server_unix_s
    try:
        shown = _rate(data["shown"], now_s, server_s)
        usd = _rate(data["usd"], now_s, server_s)
    except UNREADABLE as error:
        raise odd(f"an odd price: {type(error).__name__}") from None
    if shown.currency.code != currency or usd.currency.code != "USD":
        raise odd("the price of another currency")
    return Rates(shown, usd)


def currency_of(raw: Mapping[str, Any]) -> Currency:
    """A currency as served; the fraction digits are Blink's own."""
    digits = raw["fractionDigits"]
    if not isinstance(digits, int) or not 0 <= digits <= 8:
        raise ValueError("odd fraction digits")
    return Currency(str(raw["id"]), str(raw["symbol"]), digits, str(raw["name"]))


def _rate(raw: Mapping[str, Any], now_s: float, server_s: int | None) -> Rate:
    price = raw["btcSatPrice"]
    base, offset = int(price["base"]), int(price["offset"])
    if base <= 0 or not 0 <= offset <= 30:
        raise ValueError("no price")
    made_at = int(raw["timestamp"])
    age_s = float(max(0, (server_s if server_s is not None else int(time.time())) - made_at))
    return Rate(currency_of(raw["denominatorCurrencyDetails"]), base, offset, now_s, age_s)

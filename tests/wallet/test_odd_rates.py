"""A price is looked at where it enters: what cannot be one never reaches the till."""

import asyncio
from typing import Any, cast

import pytest

from kiosk.sale.trouble import KioskError, TroubleKind
from kiosk.wallet import prices
from kiosk.wallet.errors import AccountSide
from kiosk.wallet.http import Http

NOW = 1_780_000_000
CURRENCY = {"id": "USD", "symbol": "$", "fractionDigits": 2, "name": "US Dollar"}
PRICE = {
    "timestamp": NOW,
    "btcSatPrice": {"base": 43_623_050_781, "offset": 12},
    "denominatorCurrencyDetails": CURRENCY,
}


class Answer:
    """A connection that answers with one price."""

    server_unix_s = NOW
    public_side = AccountSide.TILL

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw

    async def ask(self, *_: object, side: AccountSide) -> dict[str, Any]:
        return {"shown": self.raw, "usd": self.raw}


def fetch(raw: dict[str, Any]) -> float:
    return asyncio.run(prices.rates(cast(Http, Answer(raw)), "USD")).shown.age_s


def test_a_usual_price_is_taken_with_its_age() -> None:
    assert fetch({**PRICE, "timestamp": NOW - 7}) == 7.0


def sat_price(base: object, offset: object) -> dict[str, Any]:
    return {**PRICE, "btcSatPrice": {"base": base, "offset": offset}}


def currency(**changed: object) -> dict[str, Any]:
    return {**PRICE, "denominatorCurrencyDetails": {**CURRENCY, **changed}}


@pytest.mark.parametrize(
    "raw",
    [
        sat_price(10**30, 0),
        sat_price(10**18, 0),
        sat_price(1, 18),
        sat_price(0, 12),
        sat_price(-1, 12),
        sat_price(1, 10**9),
        sat_price(float("inf"), 0),
        sat_price(4e10, 12),
        sat_price("43623050781", 12),
        sat_price(True, 0),
        {**PRICE, "timestamp": 10**400},
        {**PRICE, "timestamp": -1},
        {**PRICE, "timestamp": NOW + 86_400},
        currency(fractionDigits=True),
        currency(fractionDigits=9),
        currency(id="U" * 100),
    ],
    ids=lambda raw: ascii(raw)[:60],
)
def test_what_cannot_be_a_price_is_an_odd_answer(raw: dict[str, Any]) -> None:
    """Fault 11: a rate beyond reason reached SQLite, and its OverflowError ended the loop."""
    with pytest.raises(KioskError) as error:
        fetch(raw)
    assert error.value.trouble.kind is TroubleKind.BLINK_ODD

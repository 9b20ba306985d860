import pytest

from kiosk.simulate import Fault, ManualClock, Simulator
from tests.simulate.conftest import Client

PRICE = (
    'query P($currency: DisplayCurrency = "USD") { realtimePrice(currency: $currency) { timestamp '
    "btcSatPrice { base offset } "
    "denominatorCurrencyDetails { id fractionDigits } } }"
)


def test_the_price_is_that_of_a_sat_in_minor_units(anonymous: Client, clock: ManualClock) -> None:
    price = anonymous.ask(PRICE)["realtimePrice"]
    assert price["btcSatPrice"] == {"base": 43_623_050_781, "offset": 12}
    assert price["timestamp"] == int(clock.now())
    assert 500 * 10**12 // 43_623_050_781 == 11_461, "so five dollars are 11,462 sat, rounded up"


@pytest.mark.parametrize(("currency", "digits"), [("COP", 0), ("HUF", 0), ("KWD", 3), ("EUR", 2)])
def test_fraction_digits_are_served_with_the_price(
    anonymous: Client, currency: str, digits: int
) -> None:
    price = anonymous.ask(PRICE, {"currency": currency.lower()})["realtimePrice"]
    assert price["denominatorCurrencyDetails"] == {"id": currency, "fractionDigits": digits}
    listed = anonymous.ask("{ currencyList { id fractionDigits } }")["currencyList"]
    assert {"id": currency, "fractionDigits": digits} in listed


@pytest.mark.parametrize("currency", ["XXX", "DOLLAR"])
def test_an_unknown_currency_is_a_top_level_error(anonymous: Client, currency: str) -> None:
    answer = anonymous.post(PRICE, {"currency": currency}).json
    assert answer["data"] is None
    assert answer["errors"][0]["message"] in (
        "Invalid currency.",
        "Invalid value for DisplayCurrency",
    )


def test_a_price_can_be_stale_absurd_or_gone(
    simulator: Simulator, anonymous: Client, clock: ManualClock
) -> None:
    simulator.faults.add(Fault.PRICE_STALE, seconds=130)
    assert anonymous.ask(PRICE)["realtimePrice"]["timestamp"] == int(clock.now()) - 130
    simulator.faults.add(Fault.PRICE_ABSURD, value=9_000_000_000_000_000)
    price = anonymous.ask(PRICE)["realtimePrice"]
    assert price["btcSatPrice"]["base"] == 9_000_000_000_000_000
    simulator.faults.clear()
    simulator.faults.add(Fault.PRICE_DEAD)
    gone = anonymous.post(PRICE).json
    assert gone["errors"][0]["message"].startswith("Price unavailable")

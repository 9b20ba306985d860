"""Whole sales on the appliance, by every way of typing."""

import pytest

from kiosk.sale.keys import Key
from tests.appliance.bench import APPLIANCE, Bench, digits
from tests.screen.samples import every_view

pytestmark = APPLIANCE

AMOUNT = digits("500")  # $5.00


def sell(bench: Bench, how: str) -> int:
    """Type an amount and charge, scan and pay; returns the sats."""
    idle, amount = every_view()["idle"], every_view()["amount"]
    match how:
        case "keypad":
            bench.press(*AMOUNT, Key.CHARGE)
        case "touch":
            bench.touch(idle, *AMOUNT[:1])
            bench.touch(amount, *AMOUNT[1:], Key.CHARGE)
        case "keyboard":
            bench.type(*AMOUNT, Key.CHARGE)
    return bench.pay(bench.scan())


@pytest.mark.parametrize("how", ["keypad", "touch", "keyboard"])
def test_a_sale_is_typed_scanned_paid_and_forwarded(bench: Bench, how: str) -> None:
    sats = sell(bench, how)
    led = bench.led(3.0)
    bench.until_logged("forwarded sale=")
    assert bench.moved() == [("outside", "till", sats), ("till", "merchant", sats)]
    assert {True, False} <= set(led)
    bench.until_logged("disconnected reason=paid")
    assert bench.simulator.open_sockets() == 0

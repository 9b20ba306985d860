"""A program that hangs, and a cable that is pulled."""

import time

from kiosk.sale.keys import Key
from tests.appliance.bench import APPLIANCE, Bench, digits, is_kiosk

pytestmark = APPLIANCE

_PID = "systemctl show --property=MainPID --value kiosk"


def test_a_program_that_hangs_is_started_again_by_the_watchdog(
    bench: Bench, times: dict[str, float]
) -> None:
    starts = bench.starts()
    begun_s = time.monotonic()
    old = bench.machine.run(_PID).strip()
    bench.machine.run(f"kill -STOP {old}")
    bench.until_logged("Watchdog timeout")
    times["stopped program to watchdog"] = time.monotonic() - begun_s
    bench.until_ready(starts + 1)
    assert bench.machine.run(_PID).strip() != old
    bench.until_picture(is_kiosk)
    times["stopped program to in service"] = time.monotonic() - begun_s
    bench.press(*digits("500"), Key.CHARGE)
    sats = bench.pay(bench.scan())
    bench.until_logged("forwarded sale=")
    assert bench.moved() == [("outside", "till", sats), ("till", "merchant", sats)]


def test_a_payment_while_the_cable_is_out_is_seen_when_it_is_in_again(bench: Bench) -> None:
    bench.press(*digits("500"), Key.CHARGE)
    code = bench.scan()
    bench.until_logged("subscribed sale=")
    with bench.machine.cable_pulled():
        sats = bench.pay(code)
        bench.until_logged("disconnected")
        assert bench.scan() == code, "the code stays up: the customer may be paying"
    bench.until_logged("forwarded sale=")
    assert bench.moved() == [("outside", "till", sats), ("till", "merchant", sats)]


def test_a_sale_without_a_network_is_refused_and_works_when_it_is_back(bench: Bench) -> None:
    with bench.machine.cable_pulled():
        bench.press(*digits("500"), Key.CHARGE)
        bench.until_logged("refused")
        bench.shot("no-network")
    bench.machine.until("ip route get 10.0.2.2 | grep dev")
    bench.press(Key.CHARGE)
    sats = bench.pay(bench.scan())
    bench.until_logged("forwarded sale=")
    assert bench.moved() == [("outside", "till", sats), ("till", "merchant", sats)]

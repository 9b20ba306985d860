"""The plug is pulled: QEMU is killed, and boots again from the same disk."""

import pytest

from kiosk.sale.keys import Key
from kiosk.simulate import Fault
from tests.appliance.bench import APPLIANCE, Bench, digits

pytestmark = APPLIANCE


def test_a_customer_who_pays_while_the_till_is_dead_is_found_and_forwarded_once(
    bench: Bench,
) -> None:
    bench.press(*digits("500"), Key.CHARGE)
    code = bench.scan()
    bench.machine.pull_the_plug()
    sats = bench.pay(code)
    bench.switch_on()
    bench.until_logged("forwarded sale=")
    assert bench.moved() == [("outside", "till", sats), ("till", "merchant", sats)]


@pytest.mark.parametrize(
    "fate",
    [
        pytest.param(Fault.NEVER_ANSWERED, id="not-sent"),
        pytest.param(Fault.NEVER_ANSWERED_AFTER, id="sent-and-unknown"),
    ],
)
def test_a_plug_pulled_between_paid_and_forwarded_forwards_once(bench: Bench, fate: Fault) -> None:
    bench.simulator.faults.add(fate, operation="lnInvoicePaymentSend", times=1)
    bench.press(*digits("750"), Key.CHARGE)
    sats = bench.pay(bench.scan())
    bench.simulator.wait_for("lnInvoicePaymentSend", timeout_s=60.0)
    bench.machine.pull_the_plug()
    bench.simulator.faults.clear()
    bench.switch_on()
    bench.until_logged("forwarded sale=")
    assert bench.moved() == [("outside", "till", sats), ("till", "merchant", sats)]
    # A sale after it shows that the till is a till again.
    bench.until_ready()
    bench.press(*digits("100"), Key.CHARGE)
    more = bench.pay(bench.scan())
    bench.until_logged("forwarded sale=", times=2)
    assert bench.moved()[-1] == ("till", "merchant", more)

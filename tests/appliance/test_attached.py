"""What is attached to the device, and somebody else has already."""

import shlex

from kiosk.sale.keys import Key
from tests.appliance.bench import APPLIANCE, Bench, digits

pytestmark = APPLIANCE

_PYTHON = "/opt/kiosk/current/venv/bin/python"
# Takes the LED's pin while the till restarts, and keeps it for the rest of the case.
_TAKE_THE_LED = """
import gpiod, signal
gpiod.Chip("/dev/gpiochip0").request_lines({17: None}, "lirc")
signal.pause()
"""


def test_a_pin_that_another_program_has_is_named_and_the_keypad_works(bench: Bench) -> None:
    """Box fault 7."""
    starts = sum("in service" in line for line in bench.log())
    bench.machine.run("systemctl stop kiosk")
    bench.machine.run(
        f"systemd-run --unit=led-thief {_PYTHON} -Ic {shlex.quote(_TAKE_THE_LED)}; sleep 2;"
        " systemctl start --no-block kiosk"
    )
    bench.until_logged('LED: GPIO 17 cannot be used: "lirc" uses it')
    bench.until_ready(starts + 1)
    bench.press(*digits("300"), Key.CHARGE)
    bench.scan()
    assert "$3.00" in bench.simulator.invoices(bench.simulator.till)[-1].memo

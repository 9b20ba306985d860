"""What copper does and fingers do not: ghosts, and keys that stick."""

from kiosk.panel.debounce import STUCK_AFTER_S
from kiosk.sale.keys import Key
from tests.appliance.bench import APPLIANCE, Bench, digits

pytestmark = APPLIANCE


def test_three_keys_at_once_make_a_ghost_and_neither_counts(bench: Bench) -> None:
    bench.press(Key.D3)
    # Without diodes a fourth key, 5, reads as down as well.
    bench.hold(Key.D1, Key.D2, Key.D4)
    lines = bench.machine.run("sleep 1; cat /sys/devices/platform/gpio-wire-sim/lines")
    bench.let_go(Key.D1, Key.D2, Key.D4)
    bench.press(*digits("00"), Key.CHARGE)
    bench.scan()
    assert lines
    assert "$3.00" in bench.simulator.invoices(bench.simulator.till)[-1].memo


def test_a_stuck_key_is_reported_counts_once_and_blocks_nothing_when_lifted(bench: Bench) -> None:
    before = bench.look()
    bench.hold(Key.D5)
    bench.until_logged("stuck key=5", timeout_s=4 * STUCK_AFTER_S)
    bench.shot("stuck")
    assert bench.look() != before
    bench.let_go(Key.D5)
    bench.until_logged("freed key=5")
    bench.press(*digits("00"), Key.CHARGE)
    bench.scan()
    assert "$5.00" in bench.simulator.invoices(bench.simulator.till)[-1].memo

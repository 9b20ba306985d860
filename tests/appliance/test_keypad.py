"""What copper does and fingers do not: ghosts, and keys that stick."""

from dataclasses import replace

from PIL import Image as Picture

from kiosk.panel.debounce import STUCK_AFTER_S
from kiosk.sale.entry import Entry
from kiosk.sale.keys import Key
from kiosk.sale.screens import EnteringAmount
from tests.appliance.bench import APPLIANCE, Bench, difference, digits
from tests.sale.tills import USD
from tests.screen.samples import till

pytestmark = APPLIANCE


def test_of_three_keys_and_their_ghost_only_the_first_counts(bench: Bench) -> None:
    bench.hold(Key.DELETE)  # first and alone: it counts, and finds nothing to delete
    bench.hold(Key.D5, Key.PLUS)  # now 2, the fourth corner, reads as down as well
    bench.let_go(Key.D5, Key.PLUS, Key.DELETE)
    bench.press(*digits("300"), Key.CHARGE)
    bench.scan()
    assert "$3.00" in bench.simulator.invoices(bench.simulator.till)[-1].memo


def test_a_stuck_key_is_reported_counts_once_and_blocks_nothing_when_lifted(bench: Bench) -> None:
    typed = till(EnteringAmount(Entry(USD, typed=5)))
    shown = replace(typed, stuck_keys=("5",))

    def tells_of_it(seen: Picture.Image) -> bool:
        return difference(seen, shown) < difference(seen, typed)

    bench.hold(Key.D5)
    assert not tells_of_it(bench.look())
    bench.until_logged("stuck key=5", timeout_s=4 * STUCK_AFTER_S)
    bench.until_picture(tells_of_it)
    bench.shot("stuck")
    bench.let_go(Key.D5)
    bench.until_logged("freed key=5")
    bench.press(*digits("00"), Key.CHARGE)
    bench.scan()
    assert "$5.00" in bench.simulator.invoices(bench.simulator.till)[-1].memo

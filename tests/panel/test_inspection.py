"""One look at the panel: its pins are free, or it says why not, and which keys are down."""

from kiosk.panel.gpio_chip import NoHeader
from kiosk.panel.gpio_header import GpioMode
from kiosk.panel.inspection import Inspection, inspect
from kiosk.panel.pin_factory import KernelFactory
from tests.panel.kernel import Kernel
from tests.panel.wired import WIRING_4X4, Copper


def test_a_key_that_is_down_is_named_by_its_legend() -> None:
    copper = Copper(WIRING_4X4)
    copper.press("5", "#")
    seen = inspect(WIRING_4X4, 17, None, lambda mode: copper)
    assert (seen.missing, set(seen.down)) == ((), {"5", "#"})


def test_a_quiet_keypad_has_nothing_down_and_gets_its_pins_back() -> None:
    copper = Copper(WIRING_4X4)
    assert inspect(WIRING_4X4, 17, 27, lambda mode: copper).down == ()
    assert inspect(WIRING_4X4, 17, 27, lambda mode: Copper(WIRING_4X4)).missing == ()


def test_a_panel_that_is_not_there_says_why() -> None:
    def nothing(mode: GpioMode) -> None:
        raise NoHeader("This machine has no header.")

    seen = inspect(WIRING_4X4, None, None, nothing)
    assert seen == Inspection(("This machine has no header.",), has_header=False)


def test_every_taken_pin_is_named_with_who_has_it() -> None:
    kernel = Kernel()
    kernel.taken = {17: "lirc", WIRING_4X4.rows[0]: "spi0 CS0"}
    seen = inspect(WIRING_4X4, 17, None, lambda mode: KernelFactory(kernel.chip()))
    assert [words.partition(".")[0] for words in seen.missing] == [
        'LED: GPIO 17 cannot be used: "lirc" uses it',
        'Keypad: GPIO 5 cannot be used: "spi0 CS0" uses it',
    ]
    assert seen.has_header
    assert (kernel.open_chips, kernel.edges) == (0, {})

"""One look at the panel: its pins are free, or it says why not, and which keys are down."""

from kiosk.panel.checkup import check_up
from kiosk.panel.chip import PanelMissing
from kiosk.panel.header import GpioMode
from tests.panel.wired import WIRING_4X4, Copper


def test_a_key_that_is_down_is_named_by_its_legend() -> None:
    copper = Copper(WIRING_4X4)
    copper.press("5", "#")
    seen = check_up(WIRING_4X4, 17, None, lambda mode: copper)
    assert (seen.missing, set(seen.down)) == ("", {"5", "#"})


def test_a_quiet_keypad_has_nothing_down_and_gets_its_pins_back() -> None:
    copper = Copper(WIRING_4X4)
    assert check_up(WIRING_4X4, 17, 27, lambda mode: copper).down == ()
    assert check_up(WIRING_4X4, 17, 27, lambda mode: Copper(WIRING_4X4)).missing == ""


def test_a_panel_that_is_not_there_says_why() -> None:
    def nothing(mode: GpioMode) -> None:
        raise PanelMissing("This machine has no header.")

    assert check_up(WIRING_4X4, None, None, nothing).missing == "This machine has no header."

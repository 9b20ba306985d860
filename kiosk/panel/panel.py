"""The front panel as the loop sees it: keys come out of it, a light goes into it."""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.panel.chip import PanelMissing
from kiosk.panel.debounce import Change, Crowded, Freed, Pressed, Stuck
from kiosk.panel.header import GpioMode, open_pins
from kiosk.panel.wiring import Wiring
from kiosk.sale.keys import Key, Light

if TYPE_CHECKING:
    from kiosk.panel.pins import Factory

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeyDown:
    """A key of the keypad was pressed."""

    key: Key


@dataclass(frozen=True, slots=True)
class StuckKey:
    """A key has been down for too long; `legend` is what is printed on it."""

    legend: str


@dataclass(frozen=True, slots=True)
class StuckKeyReleased:
    """The stuck key came up."""

    legend: str


KeypadEvent = KeyDown | StuckKey | StuckKeyReleased
Put = Callable[[KeypadEvent], None]


class Panel:
    """Keypad, LED and buzzer on real pins. `put` is called in the keypad's thread.

    Owns the factory. Raises PanelMissing when a pin is taken by something else.
    """

    def __init__(
        self,
        wiring: Wiring,
        led_pin: int | None,
        buzzer_pin: int | None,
        factory: "Factory",
        put: Put,
    ) -> None:
        from kiosk.panel.keypad import Keypad
        from kiosk.panel.led import Lamp

        self._wiring = wiring
        self._put = put
        with ExitStack() as opened:
            opened.callback(factory.close)
            self._lamp = Lamp(led_pin, buzzer_pin, factory)
            opened.callback(self._lamp.close)
            self._keypad = Keypad(wiring, factory, self._tell)
            opened.callback(self._keypad.close)
            self._release = opened.pop_all()

    def show(self, light: Light) -> None:
        """Let LED and buzzer tell this to the room, from now on."""
        self._lamp.show(light)

    def alive(self) -> bool:
        """Whether keys are read and lights shown; a watchdog restarts the program if not."""
        return self._keypad.alive() and self._lamp.alive()

    def close(self) -> None:
        """Dark, silent, no thread left, all pins floating."""
        self._release.close()

    def _tell(self, change: Change) -> None:
        match change:
            case Pressed((row, column)):
                self._put(KeyDown(self._wiring.key(row, column)))
            case Stuck((row, column)):
                self._put(StuckKey(self._wiring.legend(row, column)))
            case Freed((row, column)):
                self._put(StuckKeyReleased(self._wiring.legend(row, column)))
            case Crowded(positions):
                log.debug("%d keys down at once: none is taken until all are up", len(positions))


class NoPanel:
    """A box without GPIO: shows nothing, reports nothing, and is content."""

    def show(self, light: Light) -> None:
        """Nowhere to show it."""

    def alive(self) -> bool:
        """There is nothing that could die."""
        return True

    def close(self) -> None:
        """Nothing to give back."""


def open_panel(
    mode: GpioMode,
    wiring: Wiring,
    led_pin: int | None,
    buzzer_pin: int | None,
    put: Put,
    open_factory: Callable[[GpioMode], "Factory | None"] = open_pins,
) -> Panel | NoPanel:
    """The panel of this box, by `KIOSK_GPIO`.

    Raises:
        PanelMissing: `mode` is `on`, and there is no GPIO or a pin is taken.
    """
    factory = open_factory(mode)
    if factory is None:
        return NoPanel()
    try:
        return Panel(wiring, led_pin, buzzer_pin, factory, put)
    except PanelMissing as missing:
        if mode == "on":
            raise
        log.warning("no keypad, LED or buzzer: %s", missing)
        return NoPanel()

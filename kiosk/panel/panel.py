"""The front panel as the loop sees it: keys come out of it, a light goes into it."""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from kiosk.panel.debounce import Change, Pressed, Released, SeveralDown, Stuck
from kiosk.panel.gpio_chip import PanelMissing
from kiosk.panel.gpio_header import GpioMode, open_pins
from kiosk.panel.wiring import Wiring
from kiosk.sale.events import KeyPressed, KeyReleased, KeyStuck
from kiosk.sale.keys import Light

if TYPE_CHECKING:
    from kiosk.panel.keypad import Keypad
    from kiosk.panel.led import Lamp
    from kiosk.panel.pin_factory import Factory

log = logging.getLogger(__name__)


KeyEvent = KeyPressed | KeyStuck | KeyReleased
Put = Callable[[KeyEvent], None]
OpenFactory = Callable[[GpioMode], "Factory | None"]


class Panel:
    """Keypad, LED and buzzer on real pins: each is used if its own pins can be.

    `put` is called in the keypad's thread. Begins with no part; `retry` opens what is missing.
    Owns the factory.
    """

    def __init__(
        self,
        wiring: Wiring,
        led_pin: int | None,
        buzzer_pin: int | None,
        put: Put,
        open_factory: OpenFactory,
        factory: "Factory | None" = None,
    ) -> None:
        self._wiring = wiring
        self._led_pin = led_pin
        self._buzzer_pin = buzzer_pin
        self._put = put
        self._open_factory = open_factory
        self._factory = factory
        self._keypad: Keypad | None = None
        self._lamp: Lamp | None = None
        self._light: Light | None = None
        self.missing: tuple[str, ...] = ()

    def retry(self) -> None:
        """Open what is not open yet; `missing` says afterwards what cannot be, and why."""
        try:
            if self._factory is None:
                self._factory = self._open_factory("on")
            assert self._factory is not None  # `on` never means none
        except PanelMissing as missing:
            self.missing = (str(missing),)
            return
        faults: list[str] = []
        if self._lamp is None or self._lamp.missing:
            faults += self._open_lamp(self._factory)
        if self._keypad is None:
            faults += self._open_keypad(self._factory)
        self.missing = tuple(faults)

    def show(self, light: Light) -> None:
        """Show this with LED and buzzer from now on."""
        self._light = light
        if self._lamp is not None:
            self._lamp.show(light)

    def alive(self) -> bool:
        """Whether keys are read and lights shown; a watchdog restarts the program if not."""
        return all(part is None or part.alive() for part in (self._keypad, self._lamp))

    def close(self) -> None:
        """Dark, silent, no thread left, all pins floating."""
        with ExitStack() as closing:
            for part in (self._factory, self._lamp, self._keypad):
                if part is not None:
                    closing.callback(part.close)

    def _open_lamp(self, factory: "Factory") -> tuple[str, ...]:
        from kiosk.panel.led import Lamp

        if self._lamp is not None:
            self._lamp.close()
        self._lamp = Lamp(self._led_pin, self._buzzer_pin, factory)
        if self._light is not None:
            self._lamp.show(self._light)
        return self._lamp.missing

    def _open_keypad(self, factory: "Factory") -> tuple[str, ...]:
        from kiosk.panel.keypad import Keypad

        try:
            self._keypad = Keypad(self._wiring, factory, self.on_change)
        except (PanelMissing, OSError) as error:
            return (f"Keypad: {error}",)
        return ()

    def on_change(self, change: Change) -> None:
        """Tell the till what a key's contact did; called from the keypad's thread."""
        match change:
            case Pressed((row, column)):
                self._put(KeyPressed(self._wiring.key(row, column)))
            case Stuck((row, column)):
                self._put(KeyStuck(self._wiring.legend(row, column)))
            case Released((row, column)):
                self._put(KeyReleased(self._wiring.legend(row, column)))
            case SeveralDown(positions):
                log.debug("%d keys down at once: none is taken until all are up", len(positions))


class NoPanel:
    """A device without GPIO: shows nothing and reports nothing."""

    missing: tuple[str, ...] = ()

    def retry(self) -> None:
        """There is nothing to look for."""

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
    open_factory: OpenFactory = open_pins,
) -> Panel | NoPanel:
    """The panel of this device, by `KIOSK_GPIO`. Its `missing` says which parts cannot be used.

    Raises:
        PanelMissing: `mode` is `on`, and there is no GPIO or a pin is taken.
    """
    factory: Factory | None = None
    try:
        factory = open_factory(mode)
        if factory is None:
            return NoPanel()
    except PanelMissing:
        if mode == "on":
            raise
    panel = Panel(wiring, led_pin, buzzer_pin, put, open_factory, factory)
    panel.retry()
    if panel.missing and mode == "on":
        panel.close()
        raise PanelMissing(" ".join(panel.missing))
    return panel

"""One look at the panel, for the doctor: is it there, are its pins free, is a key down?"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.panel.chip import PanelMissing
from kiosk.panel.header import GpioMode, open_pins
from kiosk.panel.wiring import Wiring

if TYPE_CHECKING:
    from kiosk.panel.pins import Factory


@dataclass(frozen=True, slots=True)
class Checkup:
    """`missing` says why there is no panel, empty when there is one. `down` are legends."""

    missing: str = ""
    down: tuple[str, ...] = ()


def check_up(
    wiring: Wiring,
    led_pin: int | None,
    buzzer_pin: int | None,
    open_factory: Callable[[GpioMode], "Factory | None"] = open_pins,
) -> Checkup:
    """Take the pins, look once which keys are down, and give the pins back."""
    try:
        with ExitStack() as opened:
            factory = open_factory("on")
            assert factory is not None  # `on` never means none
            opened.callback(factory.close)
            from kiosk.panel.keypad import Matrix
            from kiosk.panel.led import Lamp

            lamp = Lamp(led_pin, buzzer_pin, factory)
            opened.callback(lamp.close)
            matrix = Matrix(wiring, factory, lambda: None)
            opened.callback(matrix.close)
            closed = matrix.scan()
    except PanelMissing as missing:
        return Checkup(str(missing))
    return Checkup(down=tuple(wiring.legend(row, column) for row, column in sorted(closed)))

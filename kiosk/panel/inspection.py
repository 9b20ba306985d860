"""One look at the panel, for the doctor: is it there, are its pins free, is a key down?"""

from contextlib import ExitStack
from dataclasses import dataclass

from kiosk.panel.gpio_chip import NoHeader, PanelMissing
from kiosk.panel.gpio_header import open_pins
from kiosk.panel.panel import OpenFactory
from kiosk.panel.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Inspection:
    """`missing` says what cannot be used and why, empty when all can. `down` are legends.

    `has_header` is False where there is no GPIO at all, as on most machines.
    """

    missing: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    has_header: bool = True


def inspect(
    wiring: Wiring,
    led_pin: int | None,
    buzzer_pin: int | None,
    open_factory: OpenFactory = open_pins,
) -> Inspection:
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
            try:
                matrix = Matrix(wiring, factory, lambda: None)
            except (PanelMissing, OSError) as error:
                return Inspection((*lamp.missing, f"Keypad: {error}"))
            opened.callback(matrix.close)
            closed = sorted(matrix.scan())
            return Inspection(lamp.missing, tuple(wiring.legend(*position) for position in closed))
    except NoHeader as missing:
        return Inspection((str(missing),), has_header=False)
    except PanelMissing as missing:
        return Inspection((str(missing),))

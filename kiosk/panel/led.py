"""Light -> blinking and beeping, and the thread that does it. Asleep while nothing changes.

No pattern flashes more than three times a second, which is what photosensitive people can bear
(WCAG 2.3.1), and each differs in more than its colour.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final

from gpiozero import OutputDevice

from kiosk.panel.gpio_chip import PanelMissing
from kiosk.panel.pin_factory import Factory
from kiosk.sale.keys import Light

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Seconds on, off, on, off, … ; then again, or dark for good."""

    steps_s: tuple[float, ...]
    repeats: bool = False

    def at(self, since_s: float) -> tuple[bool, float | None]:
        """Whether it is on `since_s` after its start, and the seconds to the next change.

        None: it stays as it is.
        """
        length_s = sum(self.steps_s)
        if not self.repeats and since_s >= length_s:
            return False, None
        left_s = since_s % length_s if self.repeats else since_s
        for step, step_s in enumerate(self.steps_s):
            if left_s < step_s:
                return step % 2 == 0, step_s - left_s
            left_s -= step_s
        return False, 0.0  # rounding: the end of the round is the start of the next


NEVER: Final = Pattern(())
_DOT: Final = (0.2, 0.2)
_DASH: Final = (0.6, 0.2)

LED: Final[dict[Light, Pattern]] = {
    Light.DARK: NEVER,
    Light.WAITING: Pattern((1.0, 1.0), repeats=True),
    Light.PAID: Pattern((0.15, 0.2, 0.15, 0.5), repeats=True),
    Light.FORWARDED: Pattern((0.25, 0.1) * 9),
    Light.RECEIVED: Pattern((1.5, 0.5)),  # once and slowly: nobody may hand out goods for it
    Light.TROUBLE: Pattern((*_DOT * 3, *_DASH * 3, *_DOT * 2, 0.2, 2.0), repeats=True),
}

_PAID_BEEPS: Final = Pattern((0.08, 0.08, 0.08))
_TROUBLE_BEEP: Final = Pattern((0.7,))


def level(light: Light, since_s: float) -> bool:
    """Whether the LED is on, `since_s` after this light began."""
    return LED[light].at(since_s)[0]


def beeps(before: Light, now: Light) -> Pattern | None:
    """What the buzzer does when the light changes: two short for money, one long for trouble.

    None: it finishes what it is doing. A forward that settles at once may hide the light before
    it, so FORWARDED beeps too, unless PAID just has.
    """
    match before, now:
        case _, Light.TROUBLE:
            return _TROUBLE_BEEP
        case Light.PAID, Light.FORWARDED:
            return None
        case _, (Light.PAID | Light.FORWARDED):
            return _PAID_BEEPS
    return None


class Lamp:
    """LED and buzzer, each None where there is none, and the thread that switches them.

    `missing` says which of them cannot be used, and why; the other one works all the same.
    """

    def __init__(
        self,
        led_pin: int | None,
        buzzer_pin: int | None,
        factory: Factory,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._lights: SimpleQueue[Light | None] = SimpleQueue()
        self._release = ExitStack()
        faults: list[str] = []
        self._led = self._open("LED", led_pin, factory, faults)
        self._buzzer = self._open("Buzzer", buzzer_pin, factory, faults)
        self.missing = tuple(faults)
        self._thread = threading.Thread(target=self._run, name="lamp", daemon=True)
        self._thread.start()

    def show(self, light: Light) -> None:
        """Begin this light."""
        self._lights.put(light)

    def alive(self) -> bool:
        """Whether lights are still shown."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Dark and silent; the pins float."""
        self._lights.put(None)
        self._thread.join()
        self._release.close()

    def _open(
        self, name: str, pin: int | None, factory: Factory, faults: list[str]
    ) -> OutputDevice | None:
        if pin is None:
            return None
        try:
            return self._release.enter_context(OutputDevice(pin, pin_factory=factory))
        except (PanelMissing, OSError) as error:
            faults.append(f"{name}: {error}")
            return None

    def _run(self) -> None:
        try:
            self._follow()
        except Exception:
            log.exception("the LED is no longer driven; the program has to be restarted")

    def _follow(self) -> None:
        now, sound = Light.DARK, NEVER
        light_began_s = sound_began_s = self._clock()
        while True:
            time_s = self._clock()
            on, led_changes_s = LED[now].at(time_s - light_began_s)
            loud, sound_changes_s = sound.at(time_s - sound_began_s)
            sleep_s = _earlier(
                _switch(self._led, on, led_changes_s),
                _switch(self._buzzer, loud, sound_changes_s),
            )
            try:
                light = self._lights.get(timeout=sleep_s)
            except Empty:
                continue
            if light is None:
                return
            began_s = self._clock()
            new_sound = beeps(now, light)
            if new_sound is not None:
                sound, sound_began_s = new_sound, began_s
            now, light_began_s = light, began_s


def _switch(device: OutputDevice | None, on: bool, changes_s: float | None) -> float | None:
    """Switch what is there; seconds until it has to be switched again."""
    if device is None:
        return None
    device.value = on
    return changes_s


def _earlier(first: float | None, other: float | None) -> float | None:
    return min((time_s for time_s in (first, other) if time_s is not None), default=None)

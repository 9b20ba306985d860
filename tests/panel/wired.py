"""A keypad in copper for gpiozero's MockFactory, whose pins have no wires between them."""

import threading
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin

from kiosk.panel.wiring import Wiring, read_wiring

WIRING_4X4 = read_wiring()
WIRING_4X3 = read_wiring(columns=(22, 23, 24))


class Copper(MockFactory):  # type: ignore[misc]  # gpiozero has no types
    """Pins joined by the pressed switches, so that ghosts and shorts are as in a real keypad.

    A joined net is low when a pin drives it low, high when one drives it high or pulls it up.
    `shorts` counts the nets that were driven high and low at once.
    """

    def __init__(self, wiring: Wiring) -> None:
        super().__init__(pin_class=WiredPin)
        self.wiring = wiring
        self.closed: set[tuple[int, int]] = set()
        self.shorts = 0
        self.driven = 0  # how often a row was driven low
        self.lock = threading.RLock()
        self._rested = threading.Event()

    def press(self, *legends: str) -> None:
        """Close these switches at once."""
        with self.lock:
            self.closed |= {self._switch(legend) for legend in legends}
            self.settle()

    def release(self, *legends: str) -> None:
        """Open these switches, or all when none is named."""
        with self.lock:
            self.closed -= {self._switch(legend) for legend in legends} or set(self.closed)
            self.settle()

    def next_time_at_rest(self) -> threading.Event:
        """Set the next time that every row is driven, which is where a scanner goes to sleep."""
        with self.lock:
            self._rested = threading.Event()
            return self._rested

    def settle(self) -> None:
        """Give every input the level of its net."""
        with self.lock:
            by_gpio = {pin.gpio: pin for pin in self.pins.values()}
            inputs = [pin for pin in self.pins.values() if pin.function == "input"]
            for pin in inputs:
                net = self._net(pin, by_gpio)
                levels = {other.level for other in net if other.function == "output"}
                self.shorts += len(levels) == 2
                pulled_up = any(other.pull == "up" for other in net if other.function == "input")
                if False in levels or not (levels or pulled_up):
                    pin.drive_low()
                else:
                    pin.drive_high()
            if not any(pin.gpio in self.wiring.rows for pin in inputs):
                self._rested.set()

    def _switch(self, legend: str) -> tuple[int, int]:
        for row, legends in enumerate(self.wiring.legends):
            if legend in legends:
                return self.wiring.rows[row], self.wiring.columns[legends.index(legend)]
        raise ValueError(f"there is no key {legend}")

    def _net(self, pin: "WiredPin", by_gpio: dict[int, "WiredPin"]) -> list["WiredPin"]:
        net = [pin]
        for joined in net:  # which grows as it is walked
            for switch in self.closed:
                other = by_gpio.get(sum(switch) - joined.gpio) if joined.gpio in switch else None
                if other is not None and other not in net:
                    net.append(other)
        return net


class WiredPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    """A mock pin that tells the copper what it does."""

    def __init__(self, factory: Copper, info: Any) -> None:
        self.gpio = int(info.name.removeprefix("GPIO"))
        super().__init__(factory, info)

    @property
    def level(self) -> bool:
        """What an output drives."""
        return bool(self._state)

    def output_with_state(self, state: bool) -> None:
        with self.factory.lock:
            self._function = "output"
            self._change_state(bool(state))
            self.factory.driven += not state
            self.factory.settle()

    def _set_function(self, value: str) -> None:
        with self.factory.lock:
            super()._set_function(value)
            self.factory.settle()

    def _set_pull(self, value: str) -> None:
        with self.factory.lock:
            super()._set_pull(value)
            self.factory.settle()

    def _set_state(self, value: Any) -> None:
        with self.factory.lock:
            super()._set_state(value)
            self.factory.settle()


def wait_for_end_of_scanning(within_s: float) -> None:
    """Wait until no thread of a keypad is left, or for so many seconds."""
    for thread in threading.enumerate():
        if thread.name == "keypad":
            thread.join(within_s)

"""gpiozero's devices on the kernel's own GPIO lines."""

import os
import select
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Final

from gpiod.line import Bias, Direction, Edge
from gpiozero.exc import PinFixedPull, PinInvalidEdges, PinInvalidFunction, PinInvalidPull
from gpiozero.pins import Factory
from gpiozero.pins.pi import PiFactory, PiPin

from kiosk.panel.gpio_chip import Chip
from kiosk.panel.line import FLOATING, OUTPUT, pulled, take_line

__all__ = ["Factory", "KernelFactory", "KernelPin", "Watcher"]

# gpiozero only wants to know which header the board has, and since 2014 all have the same. Asking
# the real board would need /proc/device-tree, which a hardened service does not see.
_ANY_40_PIN_BOARD: Final = 0xC03115  # a Pi 4B

_PULLS: Final = {"floating": Bias.DISABLED, "up": Bias.PULL_UP, "down": Bias.PULL_DOWN}


class KernelFactory(PiFactory):  # type: ignore[misc]  # gpiozero has no types
    """A gpiozero pin factory on one GPIO chip of the kernel. Owns `chip`."""

    def __init__(self, chip: Chip) -> None:
        super().__init__()
        self.pin_class = KernelPin
        self.watcher = Watcher()
        self.chip = chip

    def close(self) -> None:
        """Let every pin float, give all back and end the watching thread."""
        self.watcher.close()
        pins = list(self.pins.values())
        super().close()
        for pin in pins:
            pin.give_back()
        self.chip.close()

    def ticks(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def ticks_diff(self, later: float, earlier: float) -> float:
        """Seconds between two ticks."""
        return later - earlier

    def _get_revision(self) -> int:
        return _ANY_40_PIN_BOARD


class KernelPin(PiPin):  # type: ignore[misc]  # gpiozero has no types
    """A gpiozero pin on a kernel line. It reports falling edges only: a keypad needs no others."""

    def __init__(self, factory: KernelFactory, info: Any) -> None:
        super().__init__(factory, info)
        self._line = take_line(factory.chip, self._number)

    def close(self) -> None:
        """Stop watching and driving; the line stays ours, as an input."""
        self.when_changed = None
        self._line.become(FLOATING)

    def give_back(self) -> None:
        """Return the line to the kernel; the pin cannot be used afterwards."""
        self._line.close()

    def output_with_state(self, state: bool) -> None:
        """Make the pin an output, and drive it."""
        self._line.become(OUTPUT)
        self._line.write(state)

    def _get_function(self) -> str:
        return "output" if self._is_output() else "input"

    def _set_function(self, value: str) -> None:
        if value not in ("input", "output"):
            raise PinInvalidFunction(f"{self!r} can be input or output, not {value}")
        self._line.become(FLOATING if value == "input" else OUTPUT)

    def _get_state(self) -> bool:
        return self._line.read()

    def _set_state(self, value: bool) -> None:
        self._line.write(bool(value))

    def _get_pull(self) -> str:
        bias = self._line.settings.bias
        return next((name for name, pull in _PULLS.items() if pull is bias), "floating")

    def _set_pull(self, value: str) -> None:
        if self._is_output():
            raise PinFixedPull(f"{self!r} is an output and has no pull")
        if value not in _PULLS:
            raise PinInvalidPull(f"{self!r} can be pulled up, down or floating, not {value}")
        self._line.become(pulled(_PULLS[value]))

    def _get_edges(self) -> str:
        return "falling"

    def _set_edges(self, value: str) -> None:
        if value != "falling":
            raise PinInvalidEdges(f"{self!r} tells falling edges only, not {value}")

    def _enable_event_detect(self) -> None:
        self._line.become(pulled(self._line.settings.bias, Edge.FALLING))
        self.factory.watcher.watch(self._line.fd, self._fell)

    def _disable_event_detect(self) -> None:
        self.factory.watcher.forget(self._line.fd)
        self._line.become(pulled(self._line.settings.bias))

    def _is_output(self) -> bool:
        return self._line.settings.direction is Direction.OUTPUT

    def _fell(self) -> None:
        try:
            self._line.drain()
        except OSError:  # the chip is gone: stop watching; whoever reads the pin meets the error
            self.factory.watcher.forget(self._line.fd)
        with self._when_changed_lock:  # the device may be closing in another thread
            changed = self._get_when_changed()
        if changed is not None:
            changed(self.factory.ticks(), False)


class Watcher:
    """One thread that sleeps in the kernel until a watched file can be read."""

    def __init__(self) -> None:
        self._orders: SimpleQueue[tuple[int, Callable[[], None] | None]] = SimpleQueue()
        self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="gpio-edges", daemon=True)

    def watch(self, fd: int, on_edge: Callable[[], None]) -> None:
        """Call `on_edge` in the watcher's thread whenever `fd` can be read."""
        self._order(fd, on_edge)
        if self._thread.ident is None:
            self._thread.start()

    def forget(self, fd: int) -> None:
        """Watch `fd` no longer."""
        self._order(fd, None)

    def close(self) -> None:
        """End the thread."""
        if self._closing:
            return
        self._closing = True
        os.eventfd_write(self._bell, 1)
        if self._thread.ident is not None:
            self._thread.join()
        os.close(self._bell)

    def _order(self, fd: int, on_edge: Callable[[], None] | None) -> None:
        if not self._closing:
            self._orders.put((fd, on_edge))
            os.eventfd_write(self._bell, 1)

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._bell, select.POLLIN)
        watched: dict[int, Callable[[], None]] = {}
        while not self._closing:
            for fd, _ in poll.poll():
                if fd == self._bell:
                    os.eventfd_read(self._bell)
                    self._obey(poll, watched)
                elif fd in watched:
                    watched[fd]()

    def _obey(self, poll: "select.poll", watched: dict[int, Callable[[], None]]) -> None:
        while True:
            try:
                fd, on_edge = self._orders.get_nowait()
            except Empty:
                return
            if on_edge is not None:
                watched[fd] = on_edge
                poll.register(fd, select.POLLIN)
            elif watched.pop(fd, None) is not None:
                poll.unregister(fd)

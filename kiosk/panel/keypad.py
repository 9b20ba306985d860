"""Pins of the matrix -> what the fingers did. Asleep until a key goes down, then scanning.

At rest all rows are driven low, so any key pulls its column down and that edge wakes the thread.
Rows that are not driven float rather than sit high: with two keys of a column down, a high row and
a low one would be shorted through the keypad.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

from gpiozero import GPIODevice, InputDevice

from kiosk.panel.debounce import SCAN_S, Change, Contacts, Scan, debounce
from kiosk.panel.pin_factory import Factory
from kiosk.panel.wiring import Wiring

log = logging.getLogger(__name__)

# A column rises through the chip's own pull-up: 50 kilohm against 200 pF of ribbon is 10 us.
LINE_SETTLES_S: Final = 0.0001
# A key that has been reported as stuck is only waited for, and that may take days.
STUCK_SCAN_S: Final = 0.25


class Matrix:
    """The pins of the keypad: rows that are driven low or float, columns that are pulled up."""

    def __init__(
        self,
        wiring: Wiring,
        factory: Factory,
        on_edge: Callable[[], None],
        line_settles: Callable[[float], object] = time.sleep,
    ) -> None:
        self._on_edge = on_edge
        self._line_settles = line_settles
        with ExitStack() as opened:
            self._columns = [
                opened.enter_context(InputDevice(pin, pull_up=True, pin_factory=factory))
                for pin in wiring.columns
            ]
            self._rows = [
                opened.enter_context(GPIODevice(pin, pin_factory=factory)) for pin in wiring.rows
            ]
            for column in self._columns:
                column.pin.edges = "falling"
                column.pin.when_changed = self._edge
            self._release = opened.pop_all()

    def rest(self) -> None:
        """Drive every row, so that any key makes an edge."""
        for row in self._rows:
            row.pin.output_with_state(False)
        self._line_settles(LINE_SETTLES_S)

    def any_down(self) -> bool:
        """Whether a key is down. Only at rest."""
        return any(column.is_active for column in self._columns)

    def scan(self) -> Scan:
        """Drive one row after the other and see which switches are closed. Makes edges itself."""
        for row in self._rows:
            row.pin.function = "input"
        closed = set()
        for y, row in enumerate(self._rows):
            row.pin.output_with_state(False)
            self._line_settles(LINE_SETTLES_S)
            closed |= {(y, x) for x, column in enumerate(self._columns) if column.is_active}
            row.pin.function = "input"
        return frozenset(closed)

    def close(self) -> None:
        """Let all pins float and give them back."""
        self._release.close()

    def _edge(self, _ticks: object, _state: object) -> None:
        self._on_edge()


class Scanner:
    """Scans the matrix from the first edge until it is at rest again. Has no thread of its own.

    `pause` waits for so many seconds, and says True to end the scanning early.
    """

    def __init__(
        self,
        wiring: Wiring,
        factory: Factory,
        on_change: Callable[[Change], None],
        pause: Callable[[float], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._on_change = on_change
        self._pause = pause
        self._clock = clock
        self.edge_seen = threading.Event()
        self.edge_seen.set()  # a key may be down already
        self._matrix = Matrix(wiring, factory, self.edge_seen.set)

    def scan_until_rest(self) -> None:
        """Report every change until all keys are up and the next edge will be seen."""
        contacts = Contacts()
        while True:
            contacts, changes = debounce(contacts, self._matrix.scan(), self._clock())
            for change in changes:
                self._on_change(change)
            if contacts.at_rest:
                self._matrix.rest()
                # The scans made edges too. Forget them, then look: a key that went down before
                # this look is seen by it, and a later one makes an edge that nobody clears.
                self.edge_seen.clear()
                if not self._matrix.any_down():
                    return
            if self._pause(STUCK_SCAN_S if contacts.stuck else SCAN_S):
                return

    def close(self) -> None:
        """Let the pins float and give them back."""
        self._matrix.close()


class Keypad:
    """The keypad's thread. `on_change` is called in it with every change and must not block."""

    def __init__(
        self, wiring: Wiring, factory: Factory, on_change: Callable[[Change], None]
    ) -> None:
        self._closing = threading.Event()
        self._scanner = Scanner(wiring, factory, on_change, pause=self._closing.wait)
        self._thread = threading.Thread(target=self._run, name="keypad", daemon=True)
        self._thread.start()

    def alive(self) -> bool:
        """Whether keys are still looked for."""
        return self._thread.is_alive()

    def close(self) -> None:
        """End the thread, then let the pins float."""
        self._closing.set()
        self._scanner.edge_seen.set()
        self._thread.join()
        self._scanner.close()

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                self._scanner.edge_seen.wait()
                self._scanner.scan_until_rest()
        except Exception:
            log.exception("the keypad is no longer read; the program has to be restarted")

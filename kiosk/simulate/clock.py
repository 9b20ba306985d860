"""Time in the simulator: the computer's clock, one moved by hand, and timers that follow either."""

import asyncio
import heapq
import itertools
import threading
import time
from collections.abc import Callable

# The wall clock may be set while we wait, so no wait is longer than this.
LONGEST_WAIT_S = 3600.0


class Clock:
    """The computer's own clock, which never tells when it jumps."""

    def now(self) -> float:
        """Return Unix seconds."""
        return time.time()

    def listen(self, on_jump: Callable[[], None]) -> None:
        """Call `on_jump` whenever the time is moved by hand, which here is never."""


class ManualClock(Clock):
    """A clock that stands still until it is advanced; safe to use from any thread."""

    def __init__(self, start_s: float | None = None) -> None:
        """Start at `start_s` in Unix seconds, or at the present second."""
        self._now = float(int(time.time())) if start_s is None else start_s
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> float:
        """Return Unix seconds."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`; returns after every timer that came due has run."""
        with self._lock:
            self._now += seconds
        for on_jump in tuple(self._listeners):
            on_jump()

    def listen(self, on_jump: Callable[[], None]) -> None:
        """Call `on_jump` after every advance, in the thread that advanced."""
        self._listeners.append(on_jump)


class Timers:
    """Callbacks at Unix seconds of a clock, run in one asyncio loop."""

    def __init__(self, clock: Clock) -> None:
        """Follow `clock`; nothing runs before `attach`."""
        self._clock = clock
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._alarm: asyncio.TimerHandle | None = None

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run in `loop` from now on."""
        self._loop = loop
        self.run_due()

    def detach(self) -> None:
        """Stop; what is not yet due is kept for the next `attach`."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._loop = self._alarm = None

    def call_at(self, when_s: float, callback: Callable[[], object]) -> None:
        """Call `callback` once, at `when_s` or soon after."""
        heapq.heappush(self._due, (when_s, next(self._order), callback))
        if self._due[0][0] == when_s:
            self._set_alarm()

    def run_due(self) -> None:
        """Run what is due, in order; called by the alarm and by a clock that was moved."""
        while self._due and self._due[0][0] <= self._clock.now():
            _, _, callback = heapq.heappop(self._due)
            callback()
        self._set_alarm()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._loop is not None and self._due:
            wait_s = max(0.001, self._due[0][0] - self._clock.now())
            self._alarm = self._loop.call_later(min(wait_s, LONGEST_WAIT_S), self.run_due)

"""The watchdog is fed only while everything that a sale needs is alive."""

import logging
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from kiosk.host.notify import Notifier

log: Final = logging.getLogger("kiosk.systemd")

# Three chances within the watchdog's patience, so that one slow round is forgiven.
BEATS: Final = 3


class Feeder(Protocol):
    """Who takes the sign of life."""

    def feed(self) -> None: ...


class Heart:
    """Beats in the loop, so a loop that hangs does not beat.

    `organs` are asked at every beat, by name; one that is not alive is told once in the log, and
    nothing is fed from then on until it is alive again: systemd restarts the program.
    """

    def __init__(
        self, feeder: Feeder, patience_s: float, organs: Mapping[str, Callable[[], bool]]
    ) -> None:
        self._feeder = feeder
        self._every_s = patience_s / BEATS
        self._organs = organs
        self._dead: tuple[str, ...] = ()
        self._due_s = 0.0  # the first beat is due at once

    @property
    def due_s(self) -> float:
        """The monotonic time of the next beat."""
        return self._due_s

    def beat(self, now_s: float) -> None:
        """Feed the watchdog if it is time to and all is well."""
        if now_s < self._due_s:
            return
        self._due_s = now_s + self._every_s
        dead = tuple(name for name, alive in self._organs.items() if not alive())
        if dead and dead != self._dead:
            log.error("%s: no sign of life; the watchdog is not fed", ", ".join(dead))
        self._dead = dead
        if not dead:
            self._feeder.feed()


def heart(
    teller: Notifier, patience_s: float | None, organs: Mapping[str, Callable[[], bool]]
) -> Heart | None:
    """A heart where a watchdog listens to one, else None: then nothing wakes the loop for it."""
    return Heart(teller, patience_s, organs) if teller.listens and patience_s else None

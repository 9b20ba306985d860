"""The watchdog is fed only while everything that a sale needs is alive."""

import logging
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from kiosk.host.notify import Notifier

log: Final = logging.getLogger("kiosk.systemd")

# Three chances within the watchdog's patience, so that one slow round is forgiven.
FEEDS_PER_TIMEOUT: Final = 3


class WatchdogFeeder(Protocol):
    """Who takes the sign of life."""

    def feed(self) -> None:
        """Show systemd that the program is alive."""


class Watchdog:
    """Feeds systemd's watchdog from the loop, so a loop that hangs does not feed it.

    `health_checks` are called, by name, each time before feeding; one that fails is logged once,
    and nothing is fed from then on until it is alive again: systemd restarts the program.
    """

    def __init__(
        self,
        feeder: WatchdogFeeder,
        patience_s: float,
        health_checks: Mapping[str, Callable[[], bool]],
    ) -> None:
        self._feeder = feeder
        self._every_s = patience_s / FEEDS_PER_TIMEOUT
        self._health_checks = health_checks
        self._dead: tuple[str, ...] = ()
        self._due_s = 0.0  # the first feeding is due at once

    @property
    def due_s(self) -> float:
        """The monotonic time of the next feeding."""
        return self._due_s

    def feed_if_due(self, now_s: float) -> None:
        """Feed the watchdog if it is time to and all is well."""
        if now_s < self._due_s:
            return
        self._due_s = now_s + self._every_s
        dead = tuple(name for name, alive in self._health_checks.items() if not alive())
        if dead and dead != self._dead:
            log.error("%s: no sign of life; the watchdog is not fed", ", ".join(dead))
        self._dead = dead
        if not dead:
            self._feeder.feed()


def make_watchdog(
    notifier: Notifier, patience_s: float | None, health_checks: Mapping[str, Callable[[], bool]]
) -> Watchdog | None:
    """A watchdog where systemd expects one, else None: then the loop does not wake for it."""
    return (
        Watchdog(notifier, patience_s, health_checks) if notifier.listens and patience_s else None
    )

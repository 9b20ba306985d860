"""What arrives: how long it travels, a record to wait for, and limits by address."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

KEPT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Link:
    """The line to Blink; `handshake_rtts` round trips pass before a new connection works."""

    rtt_s: float = 0.0
    handshake_rtts: int = 0

    async def travel(self) -> None:
        """Take half a round trip."""
        if self.rtt_s:
            await asyncio.sleep(self.rtt_s / 2)

    async def shake_hands(self) -> None:
        """Take the round trips of TCP and TLS, which cost nothing on a loopback."""
        if self.rtt_s and self.handshake_rtts:
            await asyncio.sleep(self.rtt_s * self.handshake_rtts)


@dataclass(frozen=True, slots=True)
class Request:
    """One operation that reached Blink; `at` is time.monotonic(), `kind` is http or ws."""

    at: float
    account: str | None
    operation: str
    kind: str
    variables: Mapping[str, Any] = field(repr=False)


class Traffic:
    """The last ten thousand requests; safe to use from any thread."""

    def __init__(self) -> None:
        """Start with none."""
        self._requests: deque[Request] = deque(maxlen=KEPT)
        self._changed = threading.Condition()

    def add(self, request: Request) -> None:
        """Record a request and wake whoever waits for it."""
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()

    def all(self) -> list[Request]:
        """Return the requests, oldest first."""
        with self._changed:
            return list(self._requests)

    def wait_for(self, operation: str, count: int, timeout_s: float) -> Request:
        """Return the `count`-th request of `operation`, waiting for it if need be.

        Raises:
            TimeoutError: it did not come.
        """
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while True:
                seen = [request for request in self._requests if request.operation == operation]
                if len(seen) >= count:
                    return seen[count - 1]
                if not self._changed.wait(deadline - time.monotonic()):
                    raise TimeoutError(
                        f"{len(seen)} of {count} {operation} within {timeout_s:g} s; "
                        f"seen: {sorted({each.operation for each in self._requests})}"
                    )


class LeakyBucket:
    """So many a minute, with a burst: how nginx counts. Times in seconds of any one clock."""

    def __init__(self, per_minute: float, burst: int) -> None:
        """Allow a burst on top of the steady rate."""
        self._per_s = per_minute / 60
        self._burst = burst
        self._excess = 0.0
        self._at_s: float | None = None

    def pour(self, now_s: float) -> bool:
        """Count one and return whether it still fits."""
        passed_s = 0.0 if self._at_s is None else now_s - self._at_s
        excess = max(0.0, self._excess - passed_s * self._per_s)
        self._at_s = now_s
        if excess > self._burst:
            self._excess = excess
            return False
        self._excess = excess + 1
        return True

"""The way to Blink: how long it takes, what arrived, limits by address, and two listening ports."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

if TYPE_CHECKING:
    from aiohttp.web_server import Server as AnyServer

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

API_PATH: Final = "/graphql"
REQUESTS_KEPT: Final = 10_000
SHUTDOWN_S: Final = 0.2
# A connection that the kernel has handed over is known to its server this many turns later:
# asyncio accepts it in a task, which makes the transport, which tells the protocol.
ACCEPTING_TURNS: Final = 3


@dataclass(frozen=True, slots=True)
class Link:
    """The line to Blink; `handshake_rtts` round trips pass before a new connection works."""

    rtt_s: float = 0.0
    handshake_rtts: int = 0

    async def travel(self) -> None:
        """Take half a round trip."""
        if self.rtt_s:
            await asyncio.sleep(self.rtt_s / 2)

    async def handshake(self) -> None:
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
        self._requests: deque[Request] = deque(maxlen=REQUESTS_KEPT)
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
                        f"seen: {sorted({request.operation for request in self._requests})}"
                    )


class LeakyBucket:
    """So many a minute, with a burst: how nginx counts. Times in seconds of any one clock."""

    def __init__(self, per_minute: float, burst: int) -> None:
        """Allow a burst on top of the steady rate."""
        self._per_s = per_minute / 60
        self._burst = burst
        self._excess = 0.0
        self._at_s: float | None = None

    def allows(self, now_s: float) -> bool:
        """Count one and return whether it still fits."""
        passed_s = 0.0 if self._at_s is None else now_s - self._at_s
        self._excess = max(0.0, self._excess - passed_s * self._per_s)
        self._at_s = now_s
        if self._excess > self._burst:
            return False
        self._excess += 1
        return True


async def stop_listening(listener: asyncio.Server) -> None:
    """Close a listening port; every connection that was accepted is known to its server then.

    The event loop is told first to accept no more. A server that is closed while a connection is
    being accepted leaves it open for ever: github.com/python/cpython/issues/109564.
    """
    loop = asyncio.get_running_loop()
    for listening in listener.sockets:
        loop.remove_reader(listening.fileno())
    for _ in range(ACCEPTING_TURNS):
        await asyncio.sleep(0)
    listener.close()


class Ports:
    """The HTTP and the WebSocket port; a port of 0 is chosen at the first `open` and kept."""

    def __init__(
        self, http: Handler, sockets: Handler, host: str, http_port: int, ws_port: int
    ) -> None:
        """Serve both sides on `host`."""
        self._handlers = (http, sockets)
        self._host = host
        self._ports = [http_port, ws_port]
        self._servers: list[AnyServer] = []
        self._listeners: list[asyncio.Server] = []

    @property
    def api_url(self) -> str:
        """Return where queries and mutations go."""
        return f"http://{self._host}:{self._ports[0]}{API_PATH}"

    @property
    def ws_url(self) -> str:
        """Return where subscriptions go."""
        return f"ws://{self._host}:{self._ports[1]}{API_PATH}"

    def http_connections(self) -> int:
        """Return the number of TCP connections open on the HTTP port."""
        return len(self._servers[0].connections) if self._servers else 0

    async def open(self) -> None:
        """Listen.

        Raises:
            OSError: a port is taken.
        """
        if self._listeners:
            return
        loop = asyncio.get_running_loop()
        for place, handler in enumerate(self._handlers):
            # A request goes on when its client has gone, as at Blink; a socket ends with it.
            server = web.Server(handler, handler_cancellation=place == 1, access_log=None)
            listener = await loop.create_server(server, self._host, self._ports[place])
            self._ports[place] = listener.sockets[0].getsockname()[1]
            self._servers.append(server)
            self._listeners.append(listener)

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        for listener in self._listeners:
            await stop_listening(listener)
        for server in self._servers:
            for connection in tuple(server.connections):
                if connection.transport is not None:
                    connection.transport.abort()
            await server.shutdown(timeout=SHUTDOWN_S)
        self._listeners, self._servers = [], []

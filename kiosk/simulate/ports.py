"""Two listening ports that can go dark and come back."""

import asyncio
from typing import TYPE_CHECKING, Final

from aiohttp import web

from kiosk.simulate.http import API_PATH, HttpSide
from kiosk.simulate.sockets import SocketSide

if TYPE_CHECKING:
    from aiohttp.web_server import Server as AnyServer

LEAVING_S: Final = 0.2

# A connection that the kernel has handed over is known to its server this many turns later:
# asyncio accepts it in a task, which makes the transport, which tells the protocol.
ACCEPTING_TURNS: Final = 3


class Ports:
    """The HTTP and the WebSocket port; a port of 0 is chosen at the first `open` and kept."""

    def __init__(
        self, http: HttpSide, sockets: SocketSide, host: str, http_port: int, ws_port: int
    ) -> None:
        """Serve both sides on `host`."""
        self._handlers = (http.handle, sockets.handle)
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
            listener.close()
        for _ in range(ACCEPTING_TURNS):
            await asyncio.sleep(0)
        for server in self._servers:
            for connection in tuple(server.connections):
                if connection.transport is not None:
                    connection.transport.abort()
            await server.shutdown(timeout=LEAVING_S)
        self._listeners, self._servers = [], []

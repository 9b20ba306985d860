"""The WebSocket side: who may connect, and which sockets are open."""

from collections import Counter
from typing import Final

from aiohttp import web

from kiosk.simulate.answers import page
from kiosk.simulate.connection import PROTOCOL, Connection, Line
from kiosk.simulate.faults import Fault
from kiosk.simulate.http import API_PATH
from kiosk.simulate.traffic import LeakyBucket
from kiosk.simulate.wire import Wire

SOCKETS_PER_ADDRESS: Final = 10
CONNECTS_PER_MINUTE: Final = 10
CONNECT_BURST: Final = 20
CLOSE_PATIENCE_S: Final = 1.0


class SocketSide:
    """Accepts sockets on /graphql and knows which are open."""

    def __init__(self, line: Line) -> None:
        """Serve the world at the end of `line`."""
        self._line = line
        self._open: set[Connection] = set()
        self._buckets: dict[str, LeakyBucket] = {}

    @property
    def open_connections(self) -> tuple[Connection, ...]:
        """Return the sockets that are open now."""
        return tuple(self._open)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve one socket from its upgrade to its end."""
        await self._line.link.shake_hands()
        await self._line.link.travel()
        address = request.remote or ""
        refusal = self._refusal(request, address)
        if refusal is not None:
            await self._line.link.travel()
            return refusal
        socket = web.WebSocketResponse(
            protocols=(PROTOCOL,),
            autoping=False,
            autoclose=False,
            compress=False,
            timeout=CLOSE_PATIENCE_S,
        )
        wire = Wire(request, socket, self._line.link, self._line.times.ping_s)
        connection = Connection(self._line, wire, address)
        self._open.add(connection)
        try:
            await self._line.link.travel()
            await socket.prepare(request)
            await connection.serve()
        finally:
            self._open.discard(connection)
        return socket

    def faults_changed(self) -> None:
        """Let a fault that was just switched on strike what is open already."""
        for connection in self.open_connections:
            connection.suffer_now()

    def _refusal(self, request: web.BaseRequest, address: str) -> web.Response | None:
        faults = self._line.world.faults
        if request.path != API_PATH or request.headers.get("Upgrade", "").lower() != "websocket":
            return web.Response(status=400, text="Bad Request")
        if refused := faults.take(Fault.SOCKET_REFUSED, None):
            return page(refused.value or 503)
        if limit := faults.peek(Fault.SOCKET_LIMIT):
            allowed = SOCKETS_PER_ADDRESS if limit.value is None else limit.value
            if Counter(each.address for each in self._open)[address] >= allowed:
                return page(503)
        if faults.peek(Fault.SOCKET_RATE_LIMIT):
            fresh = LeakyBucket(CONNECTS_PER_MINUTE, CONNECT_BURST)
            if not self._buckets.setdefault(address, fresh).pour(self._line.world.clock.now()):
                return page(503)
        return None

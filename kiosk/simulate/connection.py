"""The WebSocket side: who may connect, and graphql-transport-ws as Blink's server speaks it.

Source: npm graphql-ws 5.16.2, which Blink pins; limits by address: blinkbitcoin/charts,
charts/galoy/templates/websocket-ingress.yaml.
"""

import asyncio
import inspect
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import WSCloseCode, web
from graphql import ExecutionResult, GraphQLSyntaxError, subscribe

from kiosk.simulate.accounts import ApiKey
from kiosk.simulate.context import Context
from kiosk.simulate.engine import SCHEMA, NotServed, Operation, read_operation
from kiosk.simulate.faults import Fault, Switch
from kiosk.simulate.http import page, with_unknown_status
from kiosk.simulate.network import API_PATH, LeakyBucket, Link, Request, Traffic
from kiosk.simulate.wire import Wire
from kiosk.simulate.world import World

PROTOCOL: Final = "graphql-transport-ws"
SOCKETS_PER_ADDRESS: Final = 10
CONNECTS_PER_MINUTE: Final = 10
CONNECT_BURST: Final = 20
CLOSE_TIMEOUT_S: Final = 1.0

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SocketTimes:
    """How long a socket may take, in real seconds."""

    init_s: float = 3.0
    ping_s: float = 12.0
    # Blink asks its auth service first, so a subscribe sent right behind the init comes too early.
    auth_s: float = 0.005


@dataclass(frozen=True, slots=True)
class Line:
    """What every socket shares: the world behind it, and the way there."""

    world: World
    traffic: Traffic
    link: Link
    times: SocketTimes


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription that runs: its root field, and what sends its events."""

    operation: str
    task: asyncio.Task[None]


class CloseSocket(Exception):
    """The socket is to be closed with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class Connection:
    """What was said on one socket so far, and its subscriptions."""

    def __init__(self, line: Line, wire: Wire, address: str) -> None:
        self.address: Final = address
        self.wire: Final = wire
        self._line = line
        self._key: ApiKey | None = None
        self._initialised = self._acknowledged = False
        self._silenced = asyncio.Event()
        self._subscriptions: dict[str, Subscription] = {}

    async def serve(self) -> None:
        """Speak until either side has had enough."""
        if self.wire.subprotocol != PROTOCOL:
            await self.wire.close(4406, "Subprotocol not acceptable")
            return
        incoming: asyncio.Queue[str] = asyncio.Queue()
        self.wire.spawn(self._time_init())
        self.wire.spawn(self._handle_all(incoming))
        await self.wire.listen(incoming)

    def apply_faults_now(self) -> None:
        """Take the socket faults that concern a subscription that is open already."""
        for operation in {running.operation for running in self._subscriptions.values()}:
            self._apply_faults(operation)

    async def _handle_all(self, incoming: asyncio.Queue[str]) -> None:
        try:
            while True:
                await self._handle(_read(await incoming.get()))
        except CloseSocket as closing:
            await self.wire.hang_up(closing.code, closing.reason)

    async def _handle(self, message: Message) -> None:
        match message["type"]:
            case "connection_init":
                self._init(message.get("payload") or {})
            case "ping":
                self.wire.send({**message, "type": "pong"})
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                subscription = self._subscriptions.pop(str(message.get("id")), None)
                if subscription is not None:
                    subscription.task.cancel()
            case "connection_ack" | "next" | "error" as kind:
                raise CloseSocket(4500, f"Unexpected message of type {kind} received")
            case _:
                raise _invalid()

    def _init(self, payload: Message) -> None:
        if self._initialised:
            raise CloseSocket(4429, "Too many initialisation requests")
        self._initialised = True
        # A bad key is not refused here: it is nobody's key, which shows at subscribing only.
        self._key = self._line.world.accounts.key(str(payload.get("X-API-KEY") or ""))
        self.wire.spawn(self._acknowledge())

    async def _acknowledge(self) -> None:
        faults = self._line.world.faults
        if faults.take(Fault.ACK_NEVER, None):
            return
        delayed = faults.take(Fault.ACK_DELAYED, None)
        await asyncio.sleep(self._line.times.auth_s if delayed is None else delayed.seconds or 0.0)
        self._acknowledged = True
        self.wire.send({"type": "connection_ack"})

    async def _subscribe(self, message: Message) -> None:
        if not self._acknowledged:
            raise CloseSocket(4401, "Unauthorized")
        match message:
            case {"id": str(name), "payload": {"query": str(text)} as payload}:
                pass
            case _:
                raise _invalid()
        if name in self._subscriptions:
            raise CloseSocket(4409, f"Subscriber for {name} already exists")
        try:
            operation = read_operation(text, payload.get("operationName"), subscription=True)
        except GraphQLSyntaxError as error:
            raise CloseSocket(4500, error.message) from error
        except NotServed as error:
            shown = [refusal.formatted for refusal in error.errors]
            self.wire.send({"id": name, "type": "error", "payload": shown})
            return
        await self._start(name, operation, payload.get("variables") or {})

    async def _start(self, name: str, operation: Operation, variables: Message) -> None:
        root, username = operation.root, None if self._key is None else self._key.account.username
        self._line.traffic.add(Request(time.monotonic(), username, root, "ws", variables))
        started = subscribe(
            SCHEMA,
            operation.document,
            context_value=Context(self._line.world, self._key),
            variable_values=variables,
            operation_name=operation.name,
        )
        stream = await started if inspect.isawaitable(started) else started
        if isinstance(stream, ExecutionResult):
            # The shape of a refused subscription: errors without data, then complete.
            errors = [error.formatted for error in stream.errors or ()]
            self.wire.send({"id": name, "type": "next", "payload": {"errors": errors}})
            self.wire.send({"id": name, "type": "complete"})
            return
        task = self.wire.spawn(self._pass_on(name, root, stream))
        self._subscriptions[name] = Subscription(root, task)
        self._apply_faults(root)

    async def _pass_on(self, name: str, root: str, stream: AsyncIterator[ExecutionResult]) -> None:
        try:
            async for result in stream:
                payload: Message = {"data": result.data}
                if result.errors:
                    payload["errors"] = [error.formatted for error in result.errors]
                if self._line.world.faults.take(Fault.UNKNOWN_STATUS, root):
                    payload = with_unknown_status(payload)
                if not self._silenced.is_set():
                    self.wire.send({"id": name, "type": "next", "payload": payload})
        finally:
            await stream.aclose()  # type: ignore[attr-defined]

    def _apply_faults(self, operation: str) -> None:
        take = self._line.world.faults.take
        if closed := take(Fault.SOCKET_CLOSED, operation):
            code = closed.value or WSCloseCode.GOING_AWAY
            _after(closed, lambda: self.wire.spawn(self.wire.close(code)))
        if cut := take(Fault.SOCKET_CUT, operation):
            _after(cut, self.wire.cut)
        if half_open := take(Fault.SOCKET_HALF_OPEN, operation):
            _after(half_open, self.wire.freeze)
        if silent := take(Fault.SOCKET_SILENT, operation):
            _after(silent, self._silenced.set)

    async def _time_init(self) -> None:
        await asyncio.sleep(self._line.times.init_s)
        if not self._initialised:
            await self.wire.close(4408, "Connection initialisation timeout")


class SocketSide:
    """Accepts sockets on /graphql and knows which are open."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._open: set[Connection] = set()
        self._buckets: dict[str, LeakyBucket] = {}

    @property
    def open_connections(self) -> tuple[Connection, ...]:
        """Return the sockets that are open now."""
        return tuple(self._open)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve one socket from its upgrade to its end."""
        await self._line.link.handshake()
        await self._line.link.travel()
        address = request.remote or ""
        if (refusal := self._refusal(request, address)) is not None:
            await self._line.link.travel()
            return refusal
        socket = web.WebSocketResponse(
            protocols=(PROTOCOL,),
            autoping=False,
            autoclose=False,
            compress=False,
            timeout=CLOSE_TIMEOUT_S,
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
            connection.apply_faults_now()

    def _refusal(self, request: web.BaseRequest, address: str) -> web.Response | None:
        faults = self._line.world.faults
        if request.path != API_PATH or request.headers.get("Upgrade", "").lower() != "websocket":
            return web.Response(status=400, text="Bad Request")
        if refused := faults.take(Fault.SOCKET_REFUSED, None):
            return page(refused.value or 503)
        if limit := faults.peek(Fault.SOCKET_LIMIT):
            allowed = SOCKETS_PER_ADDRESS if limit.value is None else limit.value
            if Counter(connection.address for connection in self._open)[address] >= allowed:
                return page(503)
        if faults.peek(Fault.SOCKET_RATE_LIMIT):
            fresh = LeakyBucket(CONNECTS_PER_MINUTE, CONNECT_BURST)
            if not self._buckets.setdefault(address, fresh).allows(self._line.world.clock.now()):
                return page(503)
        return None


def _after(switch: Switch, act: Callable[[], object]) -> None:
    if switch.seconds:
        asyncio.get_running_loop().call_later(switch.seconds, act)
    else:
        act()


def _read(text: str) -> Message:
    try:
        message: Message = json.loads(text)
    except ValueError as error:
        raise _invalid() from error
    match message:
        case {"type": str(), "payload": dict(payload)}:
            if isinstance(payload.get("variables") or {}, dict):
                return message
        case {"type": str()} if message.get("payload") is None:
            return message
    raise _invalid()


def _invalid() -> CloseSocket:
    return CloseSocket(4400, "Invalid message received")

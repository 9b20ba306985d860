"""One socket: graphql-transport-ws as Blink's server speaks it, timers, close codes and all."""

import asyncio
import inspect
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import WSMessage, WSMsgType, web
from graphql import ExecutionResult, GraphQLError, GraphQLSyntaxError, OperationType, subscribe

from kiosk.simulate.accounts import ApiKey
from kiosk.simulate.context import Context
from kiosk.simulate.engine import SCHEMA, Documents, Prepared, root_field
from kiosk.simulate.faults import Fault, Switch
from kiosk.simulate.http import Link, with_unknown_status
from kiosk.simulate.traffic import Request, Traffic
from kiosk.simulate.world import World

PROTOCOL: Final = "graphql-transport-ws"
SERVER_ONLY: Final = ("connection_ack", "next", "error")
# Blink asks its auth service first, so a subscribe sent right behind the init is always too early.
AUTH_S: Final = 0.005
GOING_AWAY: Final = 1001
LONGEST_REASON: Final = 123


@dataclass(frozen=True, slots=True)
class SocketTimes:
    """How long a socket may take, in real seconds."""

    init_s: float = 3.0
    ping_s: float = 12.0


@dataclass(frozen=True, slots=True)
class Line:
    """What every socket shares: the world behind it, and the way there."""

    world: World
    traffic: Traffic
    link: Link
    times: SocketTimes
    documents: Documents = field(default_factory=Documents)


class Hangup(Exception):
    """The socket is to be closed with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        """Carry what the client will read."""
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription that runs: its root field, and what sends its events."""

    operation: str
    task: asyncio.Task[None]


class Connection:
    """One socket: what was said on it so far, and its subscriptions."""

    def __init__(
        self, line: Line, request: web.BaseRequest, socket: web.WebSocketResponse, address: str
    ) -> None:
        """Wrap an upgraded request."""
        self.address: Final = address
        self._line = line
        self._request = request
        self._socket = socket
        self._key: ApiKey | None = None
        self._initialised = self._acknowledged = False
        self._frozen = self._silent = False
        self._pong_seen = True
        self._closing: asyncio.Task[bool] | None = None
        self._subscriptions: dict[str, Subscription] = {}
        self._background: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Listen until either side has had enough."""
        if self._socket.ws_protocol != PROTOCOL:
            await self.close(4406, "Subprotocol not acceptable")
            return
        self._spawn(self._keep_alive())
        self._spawn(self._time_init())
        incoming: asyncio.Queue[tuple[float, str]] = asyncio.Queue()
        self._spawn(self._handle_all(incoming))
        try:
            await self._listen(incoming)
        finally:
            await self._stop()

    async def close(self, code: int, reason: str = "") -> None:
        """Close with a code, as a server does that means it."""
        text = reason.encode()[:LONGEST_REASON].decode(errors="ignore").encode()
        # A task of its own: the one that asks for the close is cancelled while it goes on.
        self._closing = asyncio.create_task(self._socket.close(code=code, message=text))
        await asyncio.shield(self._closing)

    def cut(self) -> None:
        """Drop the TCP connection: the client sees 1006."""
        if self._request.transport is not None:
            self._request.transport.abort()

    def freeze(self) -> None:
        """Stop answering anything, PINGs included, and keep the connection open."""
        self._frozen = True

    def suffer_now(self) -> None:
        """Take the socket faults that concern a subscription that is open already."""
        for operation in {each.operation for each in self._subscriptions.values()}:
            self._suffer(operation)

    async def _listen(self, incoming: asyncio.Queue[tuple[float, str]]) -> None:
        while True:
            message = await self._socket.receive()
            if self._frozen:
                if message.type not in (WSMsgType.TEXT, WSMsgType.PING, WSMsgType.PONG):
                    # Not even a close is answered; the handler is cancelled when TCP ends.
                    await asyncio.get_running_loop().create_future()
                continue
            match message.type:
                case WSMsgType.TEXT:
                    incoming.put_nowait((time.monotonic(), message.data))
                case WSMsgType.PING:
                    await self._socket.pong(message.data)
                case WSMsgType.PONG:
                    self._pong_seen = True
                case _:
                    await self._answer_end(message)
                    return

    async def _answer_end(self, message: WSMessage) -> None:
        if message.type is WSMsgType.BINARY:
            await self.close(4400, "Invalid message received")
        elif message.type is WSMsgType.CLOSE:
            await self._socket.close()

    async def _handle_all(self, incoming: asyncio.Queue[tuple[float, str]]) -> None:
        try:
            while True:
                came_at, text = await incoming.get()
                # Messages travel side by side, so two sent together arrive together.
                await asyncio.sleep(
                    max(0.0, came_at + self._line.link.rtt_s / 2 - time.monotonic())
                )
                await self._handle(text)
        except Hangup as hangup:
            await self._line.link.travel()
            await self.close(hangup.code, hangup.reason)

    async def _handle(self, text: str) -> None:
        message = _read(text)
        match message["type"]:
            case "connection_init":
                self._init(message.get("payload") or {})
            case "ping":
                await self._send({"type": "pong", **_only_payload(message)})
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                subscription = self._subscriptions.pop(str(message.get("id")), None)
                if subscription is not None:
                    subscription.task.cancel()
            case kind if kind in SERVER_ONLY:
                raise Hangup(4500, f"Unexpected message of type {kind} received")
            case _:
                raise Hangup(4400, "Invalid message received")

    def _init(self, payload: dict[str, Any]) -> None:
        if self._initialised:
            raise Hangup(4429, "Too many initialisation requests")
        self._initialised = True
        # A bad key is not refused here: it is nobody's key, which shows at subscribing only.
        self._key = self._line.world.accounts.key(str(payload.get("X-API-KEY") or ""))
        self._spawn(self._acknowledge())

    async def _acknowledge(self) -> None:
        faults = self._line.world.faults
        if faults.take(Fault.ACK_NEVER, None):
            return
        delayed = faults.take(Fault.ACK_DELAYED, None)
        await asyncio.sleep(AUTH_S if delayed is None else delayed.seconds or 0.0)
        self._acknowledged = True
        await self._send({"type": "connection_ack"})

    async def _subscribe(self, message: dict[str, Any]) -> None:
        if not self._acknowledged:
            raise Hangup(4401, "Unauthorized")
        name, payload = message.get("id"), message.get("payload")
        if not isinstance(name, str) or not isinstance(payload, dict):
            raise Hangup(4400, "Invalid message received")
        if name in self._subscriptions:
            raise Hangup(4409, f"Subscriber for {name} already exists")
        try:
            prepared = self._line.documents.prepare(str(payload.get("query")))
        except GraphQLSyntaxError as error:
            raise Hangup(4500, error.message) from error
        errors = _refusals(prepared, payload)
        if errors:
            shown = [error.formatted for error in errors]
            await self._send({"id": name, "type": "error", "payload": shown})
            return
        await self._start(name, prepared, payload)

    async def _start(self, name: str, prepared: Prepared, payload: dict[str, Any]) -> None:
        operation = prepared.operation(payload.get("operationName"))
        assert operation is not None
        root, variables = root_field(operation), payload.get("variables") or {}
        username = None if self._key is None else self._key.account.username
        self._line.traffic.add(Request(time.monotonic(), username, root, "ws", variables))
        started = subscribe(
            SCHEMA,
            prepared.document,
            context_value=Context(self._line.world, self._key),
            variable_values=variables,
            operation_name=payload.get("operationName"),
        )
        stream = await started if inspect.isawaitable(started) else started
        self._subscriptions[name] = Subscription(
            root, self._spawn(self._stream(name, root, stream))
        )
        self._suffer(root)

    async def _stream(
        self, name: str, root: str, stream: AsyncIterator[ExecutionResult] | ExecutionResult
    ) -> None:
        if isinstance(stream, ExecutionResult):
            # The shape of a refused subscription: errors without data, then complete.
            errors = [error.formatted for error in stream.errors or ()]
            await self._send({"id": name, "type": "next", "payload": {"errors": errors}})
            self._subscriptions.pop(name, None)
            await self._send({"id": name, "type": "complete"})
            return
        try:
            async for result in stream:
                payload: dict[str, Any] = {"data": result.data}
                if result.errors:
                    payload["errors"] = [error.formatted for error in result.errors]
                if self._line.world.faults.take(Fault.UNKNOWN_STATUS, root):
                    payload = with_unknown_status(payload)
                if not self._silent:
                    await self._send({"id": name, "type": "next", "payload": payload})
        finally:
            await stream.aclose()  # type: ignore[attr-defined]

    async def _send(self, message: dict[str, Any]) -> None:
        await self._line.link.travel()
        if not self._frozen and not self._socket.closed:
            with suppress(ConnectionError):  # the client has just gone
                await self._socket.send_str(json.dumps(message))

    def _suffer(self, operation: str) -> None:
        take = self._line.world.faults.take
        if closed := take(Fault.SOCKET_CLOSED, operation):
            code = closed.value or GOING_AWAY
            self._later(closed, lambda: self._spawn(self.close(code)))
        if cut := take(Fault.SOCKET_CUT, operation):
            self._later(cut, self.cut)
        if half_open := take(Fault.SOCKET_HALF_OPEN, operation):
            self._later(half_open, self.freeze)
        if silent := take(Fault.SOCKET_SILENT, operation):
            self._later(silent, self._fall_silent)

    def _later(self, switch: Switch, act: Callable[[], object]) -> None:
        asyncio.get_running_loop().call_later(switch.seconds or 0.0, act)

    def _fall_silent(self) -> None:
        self._silent = True

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self._line.times.ping_s)
            if self._frozen:
                continue
            if not self._pong_seen:
                self.cut()
                return
            self._pong_seen = False
            with suppress(ConnectionError):  # the client has just gone
                await self._socket.ping()

    async def _time_init(self) -> None:
        await asyncio.sleep(self._line.times.init_s)
        if not self._initialised:
            await self.close(4408, "Connection initialisation timeout")

    async def _stop(self) -> None:
        if self._closing is not None:
            await asyncio.wait([self._closing])
        tasks = tuple(self._background)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task


def _refusals(prepared: Prepared, payload: dict[str, Any]) -> list[GraphQLError]:
    if prepared.errors:
        return list(prepared.errors)
    operation = prepared.operation(payload.get("operationName"))
    if operation is None or operation.operation is not OperationType.SUBSCRIPTION:
        return [GraphQLError("Only subscription operations are supported")]
    return []


def _read(text: str) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except ValueError as error:
        raise Hangup(4400, "Invalid message received") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise Hangup(4400, "Invalid message received")
    return message


def _only_payload(message: dict[str, Any]) -> dict[str, Any]:
    return {"payload": message["payload"]} if "payload" in message else {}

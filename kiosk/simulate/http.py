"""The HTTP side: queries and mutations, and everything that can happen to them on the way."""

import asyncio
import inspect
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakSet

from aiohttp import web
from graphql import (
    ExecutionResult,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    execute,
)

from kiosk.simulate.accounts import ApiKey
from kiosk.simulate.context import Context
from kiosk.simulate.engine import (
    LARGEST_COST,
    SCHEMA,
    Documents,
    Prepared,
    root_field,
    without_extensions,
)
from kiosk.simulate.faults import Fault
from kiosk.simulate.traffic import LeakyBucket, Request, Traffic
from kiosk.simulate.world import World

Control = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]

API_PATH: Final = "/graphql"
CONTROL_PATH: Final = "/control"
IDEMPOTENCY_LOCK_S: Final = 3600
REQUESTS_PER_MINUTE: Final = 120
REQUEST_BURST: Final = 2400
UNKNOWN_STATUS: Final = "FROZEN"

REASONS: Final = {
    401: "Authorization Required",
    404: "Not Found",
    429: "Too Many Requests",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}
PAGES_BEFORE: Final = {
    Fault.HTTP_401: 401,
    Fault.HTTP_429: 429,
    Fault.HTTP_502: 502,
    Fault.HTTP_503: 503,
    Fault.HTTP_504: 504,
}
PORTAL: Final = "<html><head><title>Free Wi-Fi</title></head><body>Please sign in.</body></html>"


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
class Asked:
    """An HTTP request that was understood."""

    prepared: Prepared
    operation: OperationDefinitionNode
    name: str
    root: str
    variables: dict[str, Any] = field(repr=False)


class NotUnderstood(Exception):
    """The request is no GraphQL we serve; the router answers it with HTTP 400."""


class HttpSide:
    """Answers POST /graphql, and POST /control for whoever steers the simulator."""

    def __init__(self, world: World, traffic: Traffic, link: Link, control: Control) -> None:
        """Serve `world`; `control` answers what comes to /control."""
        self._world = world
        self._traffic = traffic
        self._link = link
        self._control = control
        self._documents = Documents()
        self._buckets: dict[str, LeakyBucket] = {}
        self._idempotency_keys: dict[str, float] = {}
        self._met: WeakSet[asyncio.Transport] = WeakSet()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request, or do what a fault says instead."""
        if request.path == CONTROL_PATH and request.method == "POST":
            return await self._steer(request)
        if request.path != API_PATH or request.method != "POST":
            return page(404)
        if request.transport is not None and request.transport not in self._met:
            self._met.add(request.transport)
            await self._link.shake_hands()
        await self._link.travel()
        try:
            body = await request.json()
            asked = self._understand(body)
        except (ValueError, NotUnderstood, GraphQLSyntaxError) as error:
            return web.json_response({"errors": [{"message": str(error)}]}, status=400)
        return await self._answer(request, asked)

    async def _answer(self, request: web.BaseRequest, asked: Asked) -> web.StreamResponse:
        faults, name = self._world.faults, asked.root
        if delay := faults.take(Fault.DELAY_REQUEST, name):
            await asyncio.sleep(delay.seconds or 0.0)
        key, refusal = self._who(request)
        self._record(asked, key)
        if faults.take(Fault.REQUEST_LOST, name):
            return drop(request)
        if faults.take(Fault.NEVER_ANSWERED, name):
            return await never()
        if refusal is None:
            refusal = self._proxy_refusal(request, name)
        if refusal is not None:
            await self._link.travel()
            return refusal
        result = self._check(asked) or self._idempotency(request) or await self._run(asked, key)
        return await self._send(request, name, result)

    async def _send(
        self, request: web.BaseRequest, name: str, result: dict[str, Any]
    ) -> web.StreamResponse:
        faults = self._world.faults
        if delay := faults.take(Fault.DELAY_ANSWER, name):
            await asyncio.sleep(delay.seconds or 0.0)
        await self._link.travel()
        if faults.take(Fault.ANSWER_LOST_AFTER, name):
            return drop(request)
        if faults.take(Fault.NEVER_ANSWERED_AFTER, name):
            return await never()
        if faults.take(Fault.HTTP_504_AFTER, name):
            return page(504)
        if faults.take(Fault.MALFORMED_JSON, name):
            return web.Response(text='{"data": {', content_type="application/json")
        if faults.take(Fault.WRONG_SHAPE, name):
            return web.json_response(["no", "object"])
        if faults.take(Fault.NULL_FIELDS, name):
            result = {**result, "data": _nulled(result.get("data"))}
        if faults.take(Fault.UNKNOWN_STATUS, name):
            result = with_unknown_status(result)
        if faults.take(Fault.ANSWER_CUT, name):
            return await _cut(request, json.dumps(result))
        return web.json_response(result)

    def _understand(self, body: Any) -> Asked:
        match body:
            case {"query": str(text)}:
                prepared = self._documents.prepare(text)
            case _:
                raise NotUnderstood("The request did not contain a GraphQL document")
        if prepared.errors:
            raise NotUnderstood("; ".join(error.message for error in prepared.errors))
        operation = prepared.operation(body.get("operationName"))
        if operation is None:
            raise NotUnderstood("The request did not say which operation it means")
        if operation.operation is OperationType.SUBSCRIPTION:
            raise NotUnderstood("Subscriptions are served on the WebSocket only")
        name = "" if operation.name is None else operation.name.value
        variables = body.get("variables") or {}
        return Asked(prepared, operation, name, root_field(operation), variables)

    def _who(self, request: web.BaseRequest) -> tuple[ApiKey | None, web.Response | None]:
        text = request.headers.get("X-API-KEY", "")
        key = self._world.accounts.key(text) if text else None
        return key, page(401) if text and key is None else None

    def _record(self, asked: Asked, key: ApiKey | None) -> None:
        username = None if key is None else key.account.username
        at = time.monotonic()
        self._traffic.add(Request(at, username, asked.root, "http", asked.variables))

    def _proxy_refusal(self, request: web.BaseRequest, name: str) -> web.Response | None:
        faults = self._world.faults
        for fault, status in PAGES_BEFORE.items():
            if faults.take(fault, name):
                return page(status)
        if faults.take(Fault.CAPTIVE_PORTAL, name):
            return web.Response(text=PORTAL, content_type="text/html")
        if limit := faults.peek(Fault.HTTP_RATE_LIMIT):
            burst = REQUEST_BURST if limit.value is None else limit.value
            fresh = LeakyBucket(REQUESTS_PER_MINUTE, burst)
            bucket = self._buckets.setdefault(request.remote or "", fresh)
            if not bucket.pour(self._world.clock.now()):
                return page(429)
        return None

    def _check(self, asked: Asked) -> dict[str, Any] | None:
        cost = asked.prepared.cost(asked.operation)
        if cost <= LARGEST_COST:
            return None
        return top_level(f"Query too complex. Value of {cost} is over the maximum {LARGEST_COST}.")

    def _idempotency(self, request: web.BaseRequest) -> dict[str, Any] | None:
        text = request.headers.get("X-Idempotency-Key")
        if text is None:
            return None
        try:
            key = str(uuid.UUID(text))
        except ValueError:
            return top_level("HTTP fetch failed from 'public': 400: Bad Request")
        now_s = self._world.clock.now()
        if now_s < self._idempotency_keys.get(key, 0.0):
            return top_level("HTTP fetch failed from 'public': 409: Conflict")
        self._idempotency_keys[key] = now_s + IDEMPOTENCY_LOCK_S
        return None

    async def _run(self, asked: Asked, key: ApiKey | None) -> dict[str, Any]:
        result = execute(
            SCHEMA,
            asked.prepared.document,
            context_value=Context(self._world, key),
            variable_values=asked.variables,
            operation_name=asked.name or None,
        )
        done: ExecutionResult = await result if inspect.isawaitable(result) else result
        answer: dict[str, Any] = {"data": done.data}
        if done.errors:
            answer["errors"] = [without_extensions(error) for error in done.errors]
        return answer

    async def _steer(self, request: web.BaseRequest) -> web.Response:
        # A page in a browser cannot send this content type across origins without asking first.
        if request.content_type != "application/json":
            return page(404)
        try:
            return web.json_response(await self._control(await request.json()))
        except (ValueError, KeyError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)


def page(status: int) -> web.Response:
    """Return an nginx error page."""
    title = f"{status} {REASONS.get(status, 'Error')}"
    text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return web.Response(status=status, text=text, content_type="text/html")


def top_level(message: str) -> dict[str, Any]:
    """Return an answer that is nothing but an error."""
    return {"data": None, "errors": [{"message": message}]}


def drop(request: web.BaseRequest) -> web.Response:
    """Cut the connection; the response is for nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def never() -> web.Response:
    """Wait until the simulator stops."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError("nobody answers this")


def with_unknown_status(result: Any) -> Any:
    """Return `result` with every status in it replaced by one nobody knows."""
    if isinstance(result, dict):
        return {
            name: UNKNOWN_STATUS
            if name in ("status", "paymentStatus") and isinstance(value, str)
            else with_unknown_status(value)
            for name, value in result.items()
        }
    if isinstance(result, list):
        return [with_unknown_status(each) for each in result]
    return result


def _nulled(data: Any) -> Any:
    if not isinstance(data, dict):
        return None
    return {
        name: dict.fromkeys(value) if isinstance(value, dict) else None
        for name, value in data.items()
    }


async def _cut(request: web.BaseRequest, text: str) -> web.StreamResponse:
    whole = text.encode()
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(whole)
    await response.prepare(request)
    await response.write(whole[: len(whole) // 2])
    if request.transport is not None:
        request.transport.close()
    return response

"""The HTTP side: queries and mutations, and everything that can happen to them on the way."""

import asyncio
import inspect
import json
import time
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
from kiosk.simulate.address_server import AddressServer
from kiosk.simulate.answers import (
    LOGIN_PATH,
    half_an_answer,
    no_answer,
    page,
    portal,
    redirect,
    top_level,
    with_nulls,
    with_unknown_status,
)
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
from kiosk.simulate.traffic import LeakyBucket, Link, Request, Traffic
from kiosk.simulate.world import World

Control = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]

API_PATH: Final = "/graphql"
CONTROL_PATH: Final = "/control"
REQUESTS_PER_MINUTE: Final = 120
REQUEST_BURST: Final = 2400

PAGES_BEFORE: Final = {
    Fault.HTTP_401: 401,
    Fault.HTTP_403: 403,
    Fault.HTTP_404: 404,
    Fault.HTTP_408: 408,
    Fault.HTTP_429: 429,
    Fault.HTTP_502: 502,
    Fault.HTTP_503: 503,
    Fault.HTTP_504: 504,
    Fault.HTTP_511: 511,
}


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
        self._addresses = AddressServer(world, traffic)
        self._met: WeakSet[asyncio.Transport] = WeakSet()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request, or do what a fault says instead."""
        if request.path == CONTROL_PATH and request.method == "POST":
            return await self._steer(request)
        if request.path == LOGIN_PATH:
            self._traffic.add(Request(time.monotonic(), None, "login page", "http", {}))
            return portal()
        question = AddressServer.question(request.path) if request.method == "GET" else None
        if question is None and (request.path != API_PATH or request.method != "POST"):
            return page(404)
        if request.transport is not None and request.transport not in self._met:
            self._met.add(request.transport)
            await self._link.shake_hands()
        await self._link.travel()
        if question is not None:
            return await self._answer_address(request, question)
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
            return no_answer(request)
        if faults.take(Fault.NEVER_ANSWERED, name):
            return await _never()
        if refusal is None:
            refusal = self._proxy_refusal(request, name)
        if refusal is not None:
            await self._link.travel()
            return refusal
        result = self._check(asked) or await self._run(asked, key)
        return await self._send(request, name, result)

    async def _answer_address(self, request: web.BaseRequest, question: str) -> web.StreamResponse:
        """Answer for a Lightning address: no GraphQL, the same roads."""
        faults = self._world.faults
        if delay := faults.take(Fault.DELAY_REQUEST, question):
            await asyncio.sleep(delay.seconds or 0.0)
        if faults.take(Fault.REQUEST_LOST, question):
            return no_answer(request)
        if faults.take(Fault.NEVER_ANSWERED, question):
            return await _never()
        refusal = self._proxy_refusal(request, question)
        if refusal is None and faults.take(Fault.ADDRESS_REDIRECT, question):
            refusal = web.Response(status=302, headers={"Location": request.path_qs})
        if refusal is not None:
            await self._link.travel()
            return refusal
        body = self._addresses.answer(request.path, request.query_string, request.host)
        return await self._send(request, question, dict(body))

    async def _send(
        self, request: web.BaseRequest, name: str, result: dict[str, Any]
    ) -> web.StreamResponse:
        faults = self._world.faults
        if delay := faults.take(Fault.DELAY_ANSWER, name):
            await asyncio.sleep(delay.seconds or 0.0)
        await self._link.travel()
        if faults.take(Fault.ANSWER_LOST_AFTER, name):
            return no_answer(request)
        if faults.take(Fault.NEVER_ANSWERED_AFTER, name):
            return await _never()
        if faults.take(Fault.HTTP_504_AFTER, name):
            return page(504)
        if faults.take(Fault.MALFORMED_JSON, name):
            return web.Response(text='{"data": {', content_type="application/json")
        if faults.take(Fault.WRONG_SHAPE, name):
            return web.json_response(["no", "object"])
        if faults.take(Fault.NULL_FIELDS, name):
            result = with_nulls(result)
        if faults.take(Fault.UNKNOWN_STATUS, name):
            result = with_unknown_status(result)
        if faults.take(Fault.ANSWER_CUT, name):
            return await half_an_answer(request, json.dumps(result))
        return web.json_response(result)

    def _understand(self, body: Any) -> Asked:
        match body:
            case {"query": str(text), "variables": dict(variables)}:
                pass
            case {"query": str(text)} if not body.get("variables"):
                variables = {}
            case _:
                raise NotUnderstood("The request did not contain a GraphQL document")
        prepared = self._documents.prepare(text)
        if prepared.errors:
            raise NotUnderstood("; ".join(error.message for error in prepared.errors))
        operation = prepared.operation(body.get("operationName"))
        if operation is None:
            raise NotUnderstood("The request did not say which operation it means")
        if operation.operation is OperationType.SUBSCRIPTION:
            raise NotUnderstood("Subscriptions are served on the WebSocket only")
        name = "" if operation.name is None else operation.name.value
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
            return portal()
        if faults.take(Fault.CAPTIVE_REDIRECT, name):
            return redirect()
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


async def _never() -> web.Response:
    """Wait until the simulator stops."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError("nobody answers this")

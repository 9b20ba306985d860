"""The HTTP side: queries and mutations, and everything that can happen to them on the way."""

import asyncio
import json
import time
from collections.abc import Callable
from http.client import responses
from typing import Any, Final
from weakref import WeakSet

from aiohttp import web
from graphql import GraphQLError, GraphQLSyntaxError, execute_sync

from kiosk.simulate.accounts import ApiKey
from kiosk.simulate.address_server import AddressServer
from kiosk.simulate.context import Context
from kiosk.simulate.control import CONTROL_PATH
from kiosk.simulate.engine import SCHEMA, NotServed, Operation, read_operation
from kiosk.simulate.faults import Fault
from kiosk.simulate.network import API_PATH, LeakyBucket, Link, Request, Traffic
from kiosk.simulate.world import World

Control = Callable[[dict[str, Any]], dict[str, Any]]

REQUESTS_PER_MINUTE: Final = 120
REQUEST_BURST: Final = 2400
UNKNOWN_STATUS: Final = "FROZEN"
LOGIN_PATH: Final = "/login"
PORTAL: Final = "<html><head><title>Free Wi-Fi</title></head><body>Please sign in.</body></html>"

# Each is named by its status.
PAGES_BEFORE: Final = {
    fault: int(fault.removeprefix("http-"))
    for fault in Fault
    if fault.removeprefix("http-").isdigit()
}


def page(status: int) -> web.Response:
    """Return an error page as a proxy makes it."""
    title = f"{status} {responses.get(status, 'Error')}"
    text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return web.Response(status=status, text=text, content_type="text/html")


def with_unknown_status(answer: Any) -> Any:
    """Return the answer with every status in it replaced by one nobody knows."""
    if isinstance(answer, list):
        return [with_unknown_status(item) for item in answer]
    if not isinstance(answer, dict):
        return answer
    return {
        name: UNKNOWN_STATUS
        if name in ("status", "paymentStatus") and isinstance(value, str)
        else with_unknown_status(value)
        for name, value in answer.items()
    }


def read_request(body: Any) -> tuple[Operation, dict[str, Any]]:
    """Return what the body of a request asks for, and its variables.

    Raises:
        GraphQLSyntaxError: its document is not GraphQL.
        NotServed: it is no GraphQL that is served here; the router answers HTTP 400.
    """
    match body:
        case {"query": str(text), "variables": dict(variables)}:
            pass
        case {"query": str(text)} if not body.get("variables"):
            variables = {}
        case _:
            raise NotServed(GraphQLError("The request did not contain a GraphQL document"))
    return read_operation(text, body.get("operationName"), subscription=False), variables


class HttpSide:
    """Answers POST /graphql, and POST /control for whoever steers the simulator."""

    def __init__(self, world: World, traffic: Traffic, link: Link, control: Control) -> None:
        """Serve `world`; `control` answers what comes to /control."""
        self._world = world
        self._traffic = traffic
        self._link = link
        self._control = control
        self._buckets: dict[str, LeakyBucket] = {}
        self._addresses = AddressServer(world, traffic)
        self._met: WeakSet[asyncio.Transport] = WeakSet()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request, or do what a fault says instead."""
        if request.path == CONTROL_PATH and request.method == "POST":
            return await self._steer(request)
        if request.path == LOGIN_PATH:
            self._traffic.add(Request(time.monotonic(), None, "login page", "http", {}))
            return _portal()
        question = AddressServer.question(request.path) if request.method == "GET" else None
        if question is None and (request.path != API_PATH or request.method != "POST"):
            return page(404)
        if request.transport is not None and request.transport not in self._met:
            self._met.add(request.transport)
            await self._link.handshake()
        await self._link.travel()
        if question is not None:
            return await self._answer_address(request, question)
        try:
            operation, variables = read_request(await request.json())
        except (ValueError, NotServed, GraphQLSyntaxError) as error:
            return web.json_response({"errors": [{"message": str(error)}]}, status=400)
        return await self._answer(request, operation, variables)

    async def _answer(
        self, request: web.BaseRequest, operation: Operation, variables: dict[str, Any]
    ) -> web.StreamResponse:
        await self._delay(Fault.DELAY_REQUEST, operation.root)
        text = request.headers.get("X-API-KEY", "")
        key = self._world.accounts.key(text) if text else None
        username = None if key is None else key.account.username
        self._traffic.add(Request(time.monotonic(), username, operation.root, "http", variables))
        bad_key = page(401) if text and key is None else None
        refusal = await self._stopped_on_the_way(request, operation.root, bad_key)
        if refusal is not None:
            return refusal
        return await self.send(request, operation.root, self._run(operation, variables, key))

    async def _answer_address(self, request: web.BaseRequest, question: str) -> web.StreamResponse:
        """Answer for a Lightning address: no GraphQL, the same roads."""
        await self._delay(Fault.DELAY_REQUEST, question)
        if (refusal := await self._stopped_on_the_way(request, question)) is not None:
            return refusal
        if self._world.faults.take(Fault.ADDRESS_REDIRECT, question):
            await self._link.travel()
            return _redirect(request.path_qs)
        body = self._addresses.answer(request.path, request.query_string, request.host)
        return await self.send(request, question, dict(body))

    async def _delay(self, fault: Fault, name: str) -> None:
        if delay := self._world.faults.take(fault, name):
            await asyncio.sleep(delay.seconds or 0.0)

    async def _stopped_on_the_way(
        self, request: web.BaseRequest, name: str, refusal: web.Response | None = None
    ) -> web.Response | None:
        """Return what the client gets if the request never reaches Blink."""
        if self._world.faults.take(Fault.REQUEST_LOST, name):
            return _no_answer(request)
        if self._world.faults.take(Fault.NEVER_ANSWERED, name):
            return await _never()
        refusal = refusal or self._proxy_refusal(request, name)
        if refusal is not None:
            await self._link.travel()
        return refusal

    async def send(
        self, request: web.BaseRequest, name: str, result: dict[str, Any]
    ) -> web.StreamResponse:
        """Send what came of the operation called `name`, or what a fault makes of it."""
        faults = self._world.faults
        await self._delay(Fault.DELAY_ANSWER, name)
        await self._link.travel()
        if faults.take(Fault.ANSWER_LOST_AFTER, name):
            return _no_answer(request)
        if faults.take(Fault.NEVER_ANSWERED_AFTER, name):
            return await _never()
        if faults.take(Fault.HTTP_504_AFTER, name):
            return page(504)
        if faults.take(Fault.MALFORMED_JSON, name):
            return web.Response(text='{"data": {', content_type="application/json")
        if faults.take(Fault.WRONG_SHAPE, name):
            return web.json_response(["no", "object"])
        if faults.take(Fault.NULL_FIELDS, name):
            result = _with_nulls(result)
        if faults.take(Fault.UNKNOWN_STATUS, name):
            result = with_unknown_status(result)
        if faults.take(Fault.ANSWER_CUT, name):
            return await _half_an_answer(request, json.dumps(result))
        return web.json_response(result)

    def _proxy_refusal(self, request: web.BaseRequest, name: str) -> web.Response | None:
        faults = self._world.faults
        for fault, status in PAGES_BEFORE.items():
            if faults.take(fault, name):
                return page(status)
        if faults.take(Fault.CAPTIVE_PORTAL, name):
            return _portal()
        if faults.take(Fault.CAPTIVE_REDIRECT, name):
            return _redirect(LOGIN_PATH)
        if limit := faults.peek(Fault.HTTP_RATE_LIMIT):
            burst = REQUEST_BURST if limit.value is None else limit.value
            fresh = LeakyBucket(REQUESTS_PER_MINUTE, burst)
            bucket = self._buckets.setdefault(request.remote or "", fresh)
            if not bucket.allows(self._world.clock.now()):
                return page(429)
        return None

    def _run(
        self, operation: Operation, variables: dict[str, Any], key: ApiKey | None
    ) -> dict[str, Any]:
        result = execute_sync(
            SCHEMA,
            operation.document,
            context_value=Context(self._world, key),
            variable_values=variables,
            operation_name=operation.name,
        )
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            # Over HTTP, Blink shows a top-level error without its code.
            answer["errors"] = [
                {name: value for name, value in error.formatted.items() if name != "extensions"}
                for error in result.errors
            ]
        return answer

    async def _steer(self, request: web.BaseRequest) -> web.Response:
        # A page in a browser cannot send this content type across origins without asking first.
        if request.content_type != "application/json":
            return page(404)
        try:
            return web.json_response(self._control(await request.json()))
        except (ValueError, KeyError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)


async def _never() -> web.Response:
    """Wait until the simulator stops."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError("nobody answers this")


def _portal() -> web.Response:
    """Return what a Wi-Fi portal answers to everything."""
    return web.Response(text=PORTAL, content_type="text/html")


def _redirect(path: str) -> web.Response:
    return web.Response(status=302, headers={"Location": path})


def _with_nulls(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer with every field below its root fields null."""
    data = answer.get("data") or {}
    nulled = {
        name: dict.fromkeys(value) if isinstance(value, dict) else None
        for name, value in data.items()
    }
    return {**answer, "data": nulled}


async def _half_an_answer(request: web.BaseRequest, text: str) -> web.StreamResponse:
    """Send the first half of `text` and drop the connection."""
    whole = text.encode()
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(whole)
    await response.prepare(request)
    await response.write(whole[: len(whole) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def _no_answer(request: web.BaseRequest) -> web.Response:
    """Cut the connection; the response is for nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()

"""Serves the page to the phone, on the access point's address alone.

What a request gets is `kiosk.phone_setup.gate`'s to say. What was typed goes to root's part and is
neither logged nor kept. A connection has a bounded life, so a slow one cannot hold a place.
"""

import asyncio
import contextlib
import logging
import secrets
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from aiohttp import web

from kiosk.phone_setup import gate, page
from kiosk.phone_setup.form import SECRET_FIELDS
from kiosk.phone_setup.gate import Gate, Verdict, Visit
from kiosk.phone_setup.messages import FormAnswer, Opening

log: Final = logging.getLogger("kiosk")

COOKIE: Final = "phone"
MOST_CONNECTIONS: Final = 32
CONNECTION_S: Final = 20.0
_RESTED_S: Final = 1.0  # after an accept that failed: no file left, for a moment

_HEADERS: Final = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{page.STYLE_HASH}'; form-action 'self';"
            " base-uri 'none'; frame-ancestors 'none'"
        ),
        "Cross-Origin-Resource-Policy": "same-origin",
        # With `no-referrer` a browser would hide the origin of our own form as well.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Connection": "close",
    }
)
_REFUSALS: Final = MappingProxyType(
    {
        Verdict.OTHER_PHONE: 403,
        Verdict.OTHER_ORIGIN: 403,
        Verdict.CLOSED: 410,
        Verdict.TOO_LARGE: 413,
        Verdict.TOO_MANY: 429,
    }
)
_PROBE_ANSWERS: Final = MappingProxyType(
    {
        Verdict.APPLE_PROBE: (
            200,
            "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>",
            "text/html",
        ),
        Verdict.ANDROID_PROBE: (204, "", "text/plain"),
        Verdict.WINDOWS_PROBE: (200, "Microsoft Connect Test", "text/plain"),
    }
)


class PageServer:
    """Serves one opening.

    `take_form` gives what was typed to root's part, and returns its answer. `tell` tells it that
    something has happened: `seen`, `phone`, `locked`. `clock` is monotonic.
    """

    def __init__(
        self,
        opening: Opening,
        take_form: Callable[[dict[str, str]], Awaitable[FormAnswer]],
        tell: Callable[[str], None],
        clock: Callable[[], float],
        connection_s: float = CONNECTION_S,
    ) -> None:
        self._opening = opening
        self._take_form = take_form
        self._tell = tell
        self._clock = clock
        self._connection_s = connection_s
        self._is_seen = False
        self._taking = asyncio.Lock()
        self.connections: set[asyncio.Transport] = set()
        self.gate = Gate(opening.token, opening.digits, opening.authority, clock())

    async def serve(self, listening: socket.socket) -> None:
        """Until it is cancelled."""
        app = web.Application(client_max_size=gate.MOST_BODY_BYTES)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(
            app, access_log=None, handle_signals=False, keepalive_timeout=0, lingering_time=0
        )
        await runner.setup()
        try:
            await self._accept(listening, runner)
        finally:
            await runner.cleanup()

    async def _accept(self, listening: socket.socket, runner: web.AppRunner) -> None:
        loop = asyncio.get_running_loop()
        listening.setblocking(False)
        while True:
            try:
                connection, _ = await loop.sock_accept(listening)
            except OSError as error:
                log.warning("a connection was not accepted: %s", error.strerror)
                await asyncio.sleep(_RESTED_S)
                continue
            self.connections = {kept for kept in self.connections if not kept.is_closing()}
            if len(self.connections) >= MOST_CONNECTIONS:
                connection.close()
                continue
            assert runner.server is not None
            transport, _ = await loop.connect_accepted_socket(runner.server, connection)
            self.connections.add(transport)
            loop.call_later(self._connection_s, transport.abort)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if not self._is_seen:
            self._is_seen = True
            self._tell("seen")
        visit = _visit_of(request)
        self.gate, verdict = gate.judge(self.gate, visit, self._clock())
        try:
            return await self._answer(request, visit, verdict)
        except web.HTTPRequestEntityTooLarge:
            return _response(page.refusal_page(self._opening), 413)
        except (ValueError, UnicodeError) as error:
            log.warning("a request to the page cannot be read: %s", type(error).__name__)
            return _response(page.refusal_page(self._opening), 400)

    async def _answer(
        self, request: web.Request, visit: Visit, verdict: Verdict
    ) -> web.StreamResponse:
        if verdict in _PROBE_ANSWERS:
            status, text, kind = _PROBE_ANSWERS[verdict]
            return _response(text, status, kind)
        match verdict:
            case Verdict.DIGITS_PAGE:
                return _response(page.digits_page(self._opening))
            case Verdict.FORM_PAGE:
                return _response(page.form_page(self._opening, self._opening.shown))
            case Verdict.SENT_PAGE:
                return _response(page.sent_page(self._opening))
            case Verdict.TRY_DIGITS:
                return self._try_digits(visit, await _texts_of(request))
            case Verdict.TAKE_FORM:
                return await self._send(await _texts_of(request))
            case Verdict.NOT_FOUND:
                return _response("", 404, "text/plain")
        return _response(page.refusal_page(self._opening), _REFUSALS[verdict])

    def _try_digits(self, visit: Visit, texts: dict[str, str]) -> web.StreamResponse:
        cookie = secrets.token_urlsafe(24)
        digits = texts.get("digits", "").strip()
        self.gate, is_right = gate.try_digits(self.gate, visit, digits, cookie, self._clock())
        if not is_right:
            if self.gate.tries_left <= 0:
                self._tell("locked")
            return _response(page.digits_page(self._opening, is_wrong=True), 403)
        self._tell("phone")
        response = _moved(f"/{self._opening.token}/")
        response.set_cookie(
            COOKIE, cookie, path=f"/{self._opening.token}/", httponly=True, samesite="Strict"
        )
        return response

    async def _send(self, texts: dict[str, str]) -> web.StreamResponse:
        async with self._taking:  # a button that is touched twice sends one form
            if self.gate.is_sent:
                return _response(page.sent_page(self._opening))
            answer = await self._take_form(texts)
            if not answer.wrong:
                self.gate = gate.sent(self.gate)
                return _response(page.sent_page(self._opening))
        kept = tuple(name for name in answer.kept if name not in answer.wrong)
        self._opening = replace(self._opening, kept=kept)
        shown = {name: text for name, text in texts.items() if name not in SECRET_FIELDS}
        return _response(page.form_page(self._opening, shown, answer.wrong), 422)


async def _texts_of(request: web.Request) -> dict[str, str]:
    """The fields of a form that was sent as browsers send one; files are left out."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise ValueError("another type")
    fields = await request.post()
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def _visit_of(request: web.Request) -> Visit:
    with contextlib.suppress(ValueError):
        return Visit(
            address=request.remote or "",
            method=request.method,
            path=request.raw_path.partition("?")[0],
            host=request.headers.get("Host"),
            origin=request.headers.get("Origin"),
            cookie=request.cookies.get(COOKIE, ""),
            body_bytes=request.content_length,
        )
    return Visit(request.remote or "", "", "")  # a length that is no number


def _moved(path: str) -> web.Response:
    return web.Response(status=303, headers={**_HEADERS, "Location": path})


def _response(text: str, status: int = 200, kind: str = "text/html") -> web.Response:
    return web.Response(
        text=text, status=status, content_type=kind, charset="utf-8", headers=_HEADERS
    )

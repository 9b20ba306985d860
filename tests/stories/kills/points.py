"""Crash points: every journal write, every network step, every piece of news, every screen.

They hang on the libraries' and the doors' public edges, from outside: the product has no hook.
"""

import asyncio
import json
import os
import re
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import websockets.asyncio.client as ws

from kiosk.journal import Journal
from kiosk.loop import Inbox
from kiosk.sale.events import Event
from kiosk.sale.facts import Fact, ForwardStatusChanged

# What was written last has left the process by then, and the other side has read it.
ARRIVES_S: Final = 0.02

_OPERATION: Final = re.compile(r"\b(?:query|mutation)\s+(\w+)")


class Points:
    """Counts the crash points as they are passed, and ends the process at the chosen one."""

    def __init__(
        self, say: Callable[[str], None], kill_at: str | None, turn: int, *, rehearse: bool
    ) -> None:
        self._say = say
        self._kill_at = kill_at
        self._turn = turn
        self._rehearse = rehearse
        self._passed: Counter[str] = Counter()
        self._lock = threading.Lock()

    def pass_by(self, name: str, *, after_s: float = 0.0) -> None:
        """Die here without a word, if this is the point."""
        with self._lock:
            self._passed[name] += 1
            turn = self._passed[name]
            if self._rehearse:
                self._say(f"point {turn} {name}")
            if name == self._kill_at and turn == self._turn:
                time.sleep(after_s)  # only for what was sent to arrive
                self._say(f"killed {name}")
                os.kill(os.getpid(), signal.SIGKILL)


def install(points: Points) -> None:
    """Hang the points on the journal, the requests, the socket and the inbox."""
    _journal(points)
    _requests(points)
    _socket(points)
    _inbox(points)


def _journal(points: Points) -> None:
    connect, record = sqlite3.connect, Journal.record
    writing: list[str] = []

    def on_statement(sql: str) -> None:
        if writing:
            word = sql.split(maxsplit=1)[0].upper()
            points.pass_by(f"journal {writing[-1]}: at {word}")

    def connect_traced(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        db: sqlite3.Connection = connect(*args, **kwargs)
        db.set_trace_callback(on_statement)
        return db

    def record_named(journal: Journal, facts: Sequence[Fact]) -> None:
        if not facts:
            return
        name = "+".join(_fact_name(fact) for fact in facts)
        writing.append(name)
        try:
            record(journal, facts)
        finally:
            writing.pop()
        points.pass_by(f"journal {name}: committed")

    sqlite3.connect = connect_traced  # type: ignore[assignment]
    Journal.record = record_named  # type: ignore[assignment,method-assign]


def _fact_name(fact: Fact) -> str:
    name = type(fact).__name__
    return f"{name}({fact.status})" if isinstance(fact, ForwardStatusChanged) else name


def _requests(points: Points) -> None:
    init, request = aiohttp.ClientSession.__init__, aiohttp.ClientSession._request

    named: ContextVar[str] = ContextVar("named", default="?")

    async def connected(*_: object) -> None:
        points.pass_by(f"http {named.get()}: connected")

    async def writing(*_: object) -> None:
        # The chunk is written when this returns, without giving way: the next turn is after it.
        name = f"http {named.get()}: sent"
        loop = asyncio.get_running_loop()
        loop.call_soon(lambda: points.pass_by(name, after_s=ARRIVES_S))

    async def asking(
        _: aiohttp.ClientSession, __: object, sent: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        if sent.method == "GET":  # a POST is sent with its body
            name = f"http {named.get()}: sent"
            asyncio.get_running_loop().call_soon(lambda: points.pass_by(name, after_s=ARRIVES_S))

    async def reading(*_: object) -> None:
        points.pass_by(f"http {named.get()}: read")

    def init_traced(session: aiohttp.ClientSession, *args: Any, **kwargs: Any) -> None:
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(connected)
        trace.on_request_chunk_sent.append(writing)
        trace.on_request_headers_sent.append(asking)
        trace.on_response_chunk_received.append(reading)
        own = kwargs.pop("trace_configs", None) or []
        init(session, *args, trace_configs=[*own, trace], **kwargs)

    async def request_named(session: aiohttp.ClientSession, *args: Any, **kwargs: Any) -> Any:
        operation = _OPERATION.search(str(kwargs.get("json") or kwargs.get("data")))
        name = operation[1] if operation else _place(str(args[1]))
        named.set(name)
        points.pass_by(f"http {name}: before")
        answer = await request(session, *args, **kwargs)
        points.pass_by(f"http {name}: answered")
        return answer

    aiohttp.ClientSession.__init__ = init_traced  # type: ignore[method-assign,assignment]
    aiohttp.ClientSession._request = request_named  # type: ignore[method-assign,assignment]


def _place(url: str) -> str:
    """What a Lightning address's server is asked for: its path without the names in it."""
    parts = [part for part in urlsplit(url).path.split("/") if part.isalpha() and len(part) < 12]
    return " ".join(parts) or "?"


def _socket(points: Points) -> None:
    handshake, send = ws.ClientConnection.handshake, ws.ClientConnection.send
    recv, close = ws.ClientConnection.recv, ws.ClientConnection.close

    async def handshake_seen(socket: ws.ClientConnection, *args: Any, **kwargs: Any) -> None:
        points.pass_by("ws: connected")
        await handshake(socket, *args, **kwargs)
        points.pass_by("ws: upgraded")

    async def send_seen(socket: ws.ClientConnection, message: Any, *args: Any, **kw: Any) -> None:
        name = json.loads(message)["type"]
        points.pass_by(f"ws {name}: before")
        await send(socket, message, *args, **kw)
        points.pass_by(f"ws {name}: sent", after_s=ARRIVES_S)

    async def recv_seen(socket: ws.ClientConnection, *args: Any, **kwargs: Any) -> Any:
        message = await recv(socket, *args, **kwargs)
        points.pass_by(f"ws heard {_heard(message)}")
        return message

    async def close_seen(socket: ws.ClientConnection, *args: Any, **kwargs: Any) -> None:
        points.pass_by("ws close: before")
        await close(socket, *args, **kwargs)
        points.pass_by("ws close: after")

    ws.ClientConnection.handshake = handshake_seen  # type: ignore[assignment,method-assign]
    ws.ClientConnection.send = send_seen  # type: ignore[method-assign,assignment]
    ws.ClientConnection.recv = recv_seen  # type: ignore[method-assign,assignment]
    ws.ClientConnection.close = close_seen  # type: ignore[method-assign,assignment]


def _heard(message: str) -> str:
    shown = json.loads(message)
    status = re.search(r'"status": *"(\w+)"', message)
    return f"{shown['type']} {status[1]}" if status else str(shown["type"])


def _inbox(points: Points) -> None:
    put = Inbox.put

    def put_seen(inbox: Inbox, event: Event) -> None:
        points.pass_by(f"news {type(event).__name__}")
        put(inbox, event)

    Inbox.put = put_seen  # type: ignore[assignment,method-assign]

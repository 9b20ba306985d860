"""A phone that speaks HTTP byte by byte to a page that is really served, on loopback."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlencode

from kiosk.phone_setup.form import FIELDS
from kiosk.phone_setup.messages import FormAnswer, Opening
from kiosk.phone_setup.server import CONNECTION_S, PageServer

TOKEN = "ab" * 16
DIGITS = "012345"
NETWORKS = (
    "Shop",
    '"><script>alert(1)</script>',
    "\u202egnp.exe & <b>'x'</b>",
)


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the headers by their small names, the text."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""


class Served:
    """A page that is served, and what came of it."""

    def __init__(
        self,
        language: str = "en",
        connection_s: float = CONNECTION_S,
        fields: tuple[str, ...] = tuple(FIELDS),
    ) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listening.getsockname()[1]
        self.authority = f"127.0.0.1:{self.port}"
        self.opening = Opening(TOKEN, DIGITS, self.authority, language, NETWORKS, fields=fields)
        self.forms: list[dict[str, str]] = []
        self.events: list[str] = []
        self.wrong: tuple[str, ...] = ()
        self.kept: tuple[str, ...] = ()
        self.now_s = 100.0
        self._connection_s = connection_s

    async def __aenter__(self) -> Self:
        self.server = PageServer(
            self.opening,
            self._take_form,
            self.events.append,
            lambda: self.now_s,
            self._connection_s,
        )
        self._serving = asyncio.create_task(self.server.serve(self.listening))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._serving.cancel()
        await asyncio.gather(self._serving, return_exceptions=True)
        self.listening.close()

    async def _take_form(self, texts: dict[str, str]) -> FormAnswer:
        self.forms.append(texts)
        return FormAnswer(self.wrong, self.kept)

    async def raw(self, request: bytes) -> Answer:
        """Send these bytes, and read to the end."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            await writer.drain()
            return parsed(await reader.read())
        except ConnectionError:
            return Answer(0)
        finally:
            writer.close()

    async def get(self, path: str = f"/{TOKEN}/", cookie: str = "", host: str = "") -> Answer:
        """Ask for a page."""
        lines = [f"GET {path} HTTP/1.1", f"Host: {host or self.authority}", f"Cookie: {cookie}"]
        return await self.raw("\r\n".join([*lines, "", ""]).encode())

    async def post(
        self, path: str, fields: dict[str, str], cookie: str = "", origin: str | None = None
    ) -> Answer:
        """Send a form as a browser does."""
        body = urlencode(fields).encode()
        lines = [
            f"POST /{TOKEN}/{path} HTTP/1.1",
            f"Host: {self.authority}",
            f"Origin: {origin or f'http://{self.authority}'}",
            f"Cookie: {cookie}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
        return await self.raw("\r\n".join([*lines, "", ""]).encode() + body)

    async def let_in(self) -> str:
        """Give the right digits; the cookie that this phone has from now on."""
        answer = await self.post("digits", {"digits": DIGITS})
        assert answer.status == 303
        assert answer.headers["location"] == f"/{TOKEN}/"
        return answer.headers["set-cookie"].partition(";")[0]


def parsed(data: bytes) -> Answer:
    """The answer in these bytes; status 0 where there is none."""
    head, _, body = data.partition(b"\r\n\r\n")
    if not head:
        return Answer(0)
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
    for line in lines:
        if line.lower().startswith("set-cookie: "):
            headers["set-cookie"] = line.partition(": ")[2]
    return Answer(int(first.split()[1]), headers, body.decode())


def with_page(
    story: Callable[[Served], Awaitable[None]], language: str = "en", connection_s: float = 20.0
) -> None:
    """Play a story with a page that is served."""

    async def play() -> None:
        async with Served(language, connection_s) as served:
            await story(served)

    asyncio.run(play())

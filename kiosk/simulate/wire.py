"""The wire of one socket: how long messages travel, PING and PONG, and the ways it can end."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

from aiohttp import WSMsgType, web

from kiosk.simulate.network import Link

log = logging.getLogger(__name__)

LONGEST_REASON: Final = 123


class Wire:
    """An upgraded connection with a travel time in each direction.

    Messages travel side by side: what is sent together arrives together, half a round trip later.
    """

    def __init__(
        self, request: web.BaseRequest, socket: web.WebSocketResponse, link: Link, ping_s: float
    ) -> None:
        self._request = request
        self._socket = socket
        self._link = link
        self._ping_s = ping_s
        self._frozen = False
        self._pong_seen = True
        self._closing: asyncio.Task[bool] | None = None
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def subprotocol(self) -> str | None:
        """Return what was agreed on in the upgrade."""
        return self._socket.ws_protocol

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do `work` for as long as the wire lasts; its errors are logged."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def listen(self, incoming: asyncio.Queue[str]) -> None:
        """Put what comes into `incoming` until either side ends it."""
        self.spawn(self._keep_alive())
        self.spawn(self._deliver())
        try:
            async for text in self._texts():
                self._travel(incoming.put_nowait, text)
        finally:
            await self._finish()

    def send(self, message: dict[str, Any]) -> None:
        """Send a message on its way."""
        self._travel(self._outgoing.put_nowait, json.dumps(message))

    async def close(self, code: int, reason: str = "") -> None:
        """Close with a code, as a server does that means it."""
        text = reason.encode()[:LONGEST_REASON].decode(errors="ignore").encode()
        # A task of its own: the one that asks for the close is cancelled while it goes on.
        self._closing = asyncio.create_task(self._socket.close(code=code, message=text))
        await asyncio.shield(self._closing)

    async def hang_up(self, code: int, reason: str) -> None:
        """Close behind everything that was sent before."""
        await self._link.travel()
        await self.close(code, reason)

    def cut(self) -> None:
        """Drop the TCP connection: the client sees 1006."""
        if self._request.transport is not None:
            self._request.transport.abort()

    def freeze(self) -> None:
        """Answer nothing any more, PINGs included, and keep the connection open."""
        self._frozen = True

    async def _texts(self) -> AsyncIterator[str]:
        while True:
            message = await self._socket.receive()
            if self._frozen:
                if message.type not in (WSMsgType.TEXT, WSMsgType.PING, WSMsgType.PONG):
                    # Not even a close is answered; the handler is cancelled when TCP ends.
                    await asyncio.get_running_loop().create_future()
                continue
            match message.type:
                case WSMsgType.TEXT:
                    yield message.data
                case WSMsgType.PING:
                    await self._socket.pong(message.data)
                case WSMsgType.PONG:
                    self._pong_seen = True
                case WSMsgType.BINARY:
                    await self.close(4400, "Invalid message received")
                    return
                case WSMsgType.CLOSE:
                    await self._socket.close()
                    return
                case _:
                    return

    async def _deliver(self) -> None:
        while True:
            text = await self._outgoing.get()
            if not self._frozen and not self._socket.closed:
                with suppress(ConnectionError):  # the client has just gone
                    await self._socket.send_str(text)

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self._ping_s)
            if self._frozen:
                continue
            if not self._pong_seen:
                self.cut()
                return
            self._pong_seen = False
            with suppress(ConnectionError):  # the client has just gone
                await self._socket.ping()

    async def _finish(self) -> None:
        if self._closing is not None:
            await asyncio.wait([self._closing])
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _travel(self, arrive: Callable[[str], None], text: str) -> None:
        """Let `text` arrive half a round trip from now, or at once where there is none."""
        if self._link.rtt_s:
            asyncio.get_running_loop().call_later(self._link.rtt_s / 2, arrive, text)
        else:
            arrive(text)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the simulator failed on a socket", exc_info=error)

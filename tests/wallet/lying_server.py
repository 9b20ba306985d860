"""A server that lies: every answer and every message is a mutilated one, on real sockets."""

import asyncio
import json
import re
import threading
from typing import Any, Final, Self

from aiohttp import WSMsgType, web

from tests.wallet.hostile import Json, Mutilator, Recorded

_NAME: Final = re.compile(r"(?:query|mutation)\s+(\w+)")


class LyingServer:
    """HTTP and WebSocket on one port. `answered` is everything it has said, as far as it was
    JSON.
    """

    def __init__(self, recorded: Recorded, mutilate: Mutilator, per_socket: int) -> None:
        self.answered: list[Json] = []
        self.messages = 0
        self._recorded = recorded
        self._mutilate = mutilate
        self._per_socket = per_socket
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._await(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._await(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        return f"127.0.0.1:{self._port}/graphql"

    async def _open(self) -> None:
        app = web.Application()
        app.router.add_post("/graphql", self._answer)
        app.router.add_get("/graphql", self._socket)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        name = _NAME.search((await request.json())["query"])
        honest = self._recorded.answers.get(name[1] if name else "", {})
        answer = self._mutilate(honest)
        self.answered.append(answer)
        self.messages += 1
        data = self._mutilate.cut(json.dumps(answer))
        if self._mutilate.chance.randrange(200) == 0:
            data = b'{"data":' + b"[" * 100_000
        status = self._mutilate.chance.choice((200,) * 20 + (204, 302, 400, 404, 418, 500, 502))
        kind = self._mutilate.chance.choice(("application/json",) * 9 + ("text/html",))
        return web.Response(body=data, status=status, content_type=kind)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        chance = self._mutilate.chance
        socket = web.WebSocketResponse(protocols=("graphql-transport-ws",), timeout=0.1)
        await socket.prepare(request)
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            order = json.loads(message.data)
            if order["type"] == "connection_init":
                await socket.send_str(json.dumps({"type": "connection_ack"}))
            elif order["type"] == "subscribe":
                for _ in range(self._per_socket):
                    if socket.closed:
                        break
                    await self._message(socket, order["id"])
                if chance.randrange(2):
                    await socket.close(code=chance.choice((1000, 1001, 1011, 4400, 4500)))
        return socket

    async def _message(self, socket: web.WebSocketResponse, place: Any) -> None:
        chance, recorded = self._mutilate.chance, self._recorded
        name = chance.choice((recorded.waiting, recorded.paid))
        status = chance.choice(("PENDING", "PENDING", "EXPIRED"))
        whole = {
            "id": place,
            "type": "next",
            "payload": {"data": recorded.messages(name, status)},
        }
        message = self._mutilate(whole)
        self.answered.append(message)
        self.messages += 1
        if chance.randrange(3):
            message = {**whole, **message} if isinstance(message, dict) else whole
        data = self._mutilate.cut(json.dumps(message))
        try:
            if chance.randrange(20) == 0:
                await socket.send_bytes(data)
            else:
                await socket.send_str(data.decode(errors="replace"))
        except ConnectionError:  # the wallet has had enough of this one
            return

    def _await(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

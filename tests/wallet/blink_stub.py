"""A Blink of one answer after the other, for what the simulator never says."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from kiosk.settings import Secret
from kiosk.wallet.endpoints import Endpoints
from kiosk.wallet.http import Http
from tests.wallet.conftest import QUICK

Answer = Callable[[dict[str, Any]], Any]


@asynccontextmanager
async def http_to(answer: Answer, **changed: object) -> AsyncIterator[Http]:
    """The wallet's requests, answered by `answer`, which is given the request's JSON."""

    async def respond(request: web.Request) -> web.Response:
        return web.json_response(answer(await request.json()))

    app = web.Application()
    app.router.add_post("/graphql", respond)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    known: dict[str, object] = {
        "api_url": f"http://127.0.0.1:{port}/graphql",
        "ws_url": f"ws://127.0.0.1:{port}/graphql",
        "till_key": Secret("a key"),
        "merchant_username": "merchant",
    }
    http = Http(Endpoints(**{**known, **changed}), QUICK)  # type: ignore[arg-type]
    try:
        yield http
    finally:
        await http.close()
        await runner.cleanup()

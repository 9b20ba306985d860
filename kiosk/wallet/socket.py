"""One WebSocket to Blink: connect, authenticate, subscribe; tells when the subscription is out."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from typing import Any, Final

from gql import GraphQLRequest
from gql.transport.exceptions import TransportError
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import InvalidStatus, WebSocketException

from kiosk.wallet.endpoints import Hidden, Timings

# What a socket can die of. OSError: DNS, refused, reset, TLS.
SOCKET_ERRORS: Final = (TransportError, WebSocketException, OSError, TimeoutError)

# nginx: ten connections an address. Blink's chart says 503, its documentation 429.
_LIMITED: Final = (429, 503)


class Socket(WebsocketsTransport):
    """A `graphql-transport-ws` connection whose `subscribed` is set once a subscription is sent."""

    def __init__(self, url: str, key: Hidden, timings: Timings) -> None:
        secure = url.startswith("wss")
        super().__init__(
            url,
            ssl=ssl.create_default_context() if secure else False,
            init_payload={"X-API-KEY": key.reveal()},
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
            connect_timeout=timings.connect_s,
            ack_timeout=timings.connect_s,
            close_timeout=timings.close_s,
            connect_args={
                "ping_interval": timings.ping_every_s,
                "ping_timeout": timings.pong_within_s,
                "close_timeout": timings.close_s,
            },
        )
        self.subscribed = asyncio.Event()

    async def _send_query(self, request: GraphQLRequest) -> int:
        number: int = await super()._send_query(request)
        self.subscribed.set()
        return number

    @contextlib.asynccontextmanager
    async def updates(self, request: GraphQLRequest) -> AsyncIterator[AsyncIterator[Any]]:
        """Subscribe; leaving the block sends `complete`."""
        stream = self.subscribe(request)
        try:
            yield stream
        finally:
            await stream.aclose()


def is_limited(error: BaseException) -> bool:
    """Whether a connection was turned away for being one too many."""
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, InvalidStatus) and at.response.status_code in _LIMITED:
            return True
        at = at.__cause__
    return False

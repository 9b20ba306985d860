"""A subscription held for ever: connect, authenticate, subscribe, listen, and connect again."""

import asyncio
import logging
import ssl
import time
from collections.abc import Coroutine
from enum import StrEnum
from typing import Any, Final, NoReturn, Protocol
from urllib.parse import urlsplit

from gql import GraphQLRequest
from gql.transport.common.adapters.websockets import WebSocketsAdapter
from gql.transport.exceptions import TransportError, TransportProtocolError
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import InvalidStatus, WebSocketException

from kiosk.sale.backoff import delay_s
from kiosk.wallet.endpoints import SecretValue, Timings
from kiosk.wallet.errors import AccountSide, describe_bug, errors_of, reason_of
from kiosk.wallet.http import Http
from kiosk.wallet.tcp_connection import connect

log: Final = logging.getLogger("kiosk.wallet")

# What a socket can die of. OSError: DNS, refused, reset, TLS.
SOCKET_ERRORS: Final = (TransportError, WebSocketException, OSError, TimeoutError)

# An event is some 300 bytes.
LARGEST_MESSAGE: Final = 64_000

# nginx: ten connections an address. Blink's chart says 503, its documentation 429.
_LIMITED: Final = (429, 503)


class ConnectionStep(StrEnum):
    """How far a connection has come, in the words of the log."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    AUTHENTICATED = "authenticated"
    SUBSCRIBED = "subscribed"


class Listener(Protocol):
    """Who a subscription is held for."""

    async def request(self) -> GraphQLRequest:
        """What to subscribe to, as soon as that is known."""
        ...

    def on_step(self, step: ConnectionStep) -> None:
        """The connection has come this far."""
        ...

    def on_message(self, data: Any) -> None:
        """A message."""
        ...

    def on_lost(self, failures: int, reason: str, *, limited: bool) -> None:
        """The connection is gone, the `failures`th time in a row; it is being replaced.

        `limited`: it was turned away for being one too many.
        """
        ...


class SubscriptionRefused(Exception):
    """The server took the connection and refused the subscription."""


async def keep_subscribed(
    http: Http, side: AccountSide, listener: Listener, who: str, silence_s: float | None = None
) -> NoReturn:
    """Keep a subscription until cancelled; a cancelled one leaves nothing behind.

    The first replacement comes at once, then after 1, 2, 4 … s. Only a subscription that held for a
    while starts that count anew: a server may well accept connections and drop them again. `who`
    spreads the pauses. With `silence_s`, a feed that says nothing for so long is dead.
    """
    failures = 0
    while True:
        limited = False
        socket = _Socket(http, side, listener)
        try:
            await socket.listen(silence_s)
            reason = "ended by the server"
        except (*SOCKET_ERRORS, SubscriptionRefused) as error:
            reason, limited = reason_of(error), is_limited(error)
        except Exception as error:  # noqa: BLE001 - a bug costs a connection, never the sale
            reason = f"bug: {describe_bug(error)}"
        finally:
            await socket.leave()
        _raise_if_cancelled()
        failures = 1 if socket.held_s >= http.timings.steady_s else failures + 1
        listener.on_lost(failures, reason, limited=limited)
        await asyncio.sleep(_reconnect_delay_s(http.timings, failures, who, limited=limited))


class _DirectAdapter(WebSocketsAdapter):
    """Connects by a TCP connection of ours.

    With a socket that it was given, `websockets` asks no proxy and follows no redirection, which
    would take the key along to wherever it leads.
    """

    async def connect(self) -> None:
        parts = urlsplit(self.url)
        port = parts.port or (443 if parts.scheme == "wss" else 80)
        self.connect_args["sock"] = await connect(parts.hostname or "", port)
        await super().connect()


class Transport(WebsocketsTransport):
    """A `graphql-transport-ws` connection to Blink and to nobody else, bounded in what it takes."""

    def __init__(
        self, url: str, tls: ssl.SSLContext, key: SecretValue | None, timings: Timings
    ) -> None:
        super().__init__(
            url,
            init_payload={"X-API-KEY": key.reveal()} if key is not None else {},
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
            connect_timeout=timings.connect_s,
            ack_timeout=timings.connect_s,
            close_timeout=timings.close_s + 1,  # websockets' own comes first
        )
        self.adapter = _DirectAdapter(
            url,
            ssl=tls if url.startswith("wss") else False,
            connect_args={
                "ping_interval": timings.ping_every_s,
                "ping_timeout": timings.pong_within_s,
                "close_timeout": timings.close_s,
                "max_size": LARGEST_MESSAGE,
                "compression": None,
            },
        )
        self.adapter.subprotocols = [WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL]


class _Socket(Transport):
    """A connection that reports to its listener how far it has come."""

    def __init__(self, http: Http, side: AccountSide, listener: Listener) -> None:
        super().__init__(http.endpoints.ws_url, http.tls, http.key(side), http.timings)
        self._listener = listener
        self._subscribed_s: float | None = None

    @property
    def held_s(self) -> float:
        """For how long it has been subscribed, in seconds."""
        return 0.0 if self._subscribed_s is None else time.monotonic() - self._subscribed_s

    async def listen(self, silence_s: float | None) -> None:
        """Connect, subscribe, and pass messages on until the server ends it.

        Raises:
            Refusal: the subscription was refused.
        """
        self._listener.on_step(ConnectionStep.CONNECTING)
        await self.connect()
        _raise_if_cancelled()
        request = await self._unless_closed(self._listener.request())
        stream = self.subscribe(request)
        try:
            while True:
                async with asyncio.timeout(silence_s):
                    result = await anext(stream, None)
                if result is None:
                    return
                if result.data is None:  # errors and no data: what a bad key gets, and a hiccup
                    raise SubscriptionRefused(
                        "; ".join(error.message for error in errors_of(result.errors))
                    )
                self._listener.on_message(result.data)
        finally:
            await stream.aclose()  # sends `complete`

    async def leave(self) -> None:
        """Close with 1000; a server that does not answer is left after `close_s`."""
        try:
            await self.close()
        except SOCKET_ERRORS as error:
            log.debug("a socket did not close well reason=%s", reason_of(error))

    async def _unless_closed(self, wanted: Coroutine[Any, Any, GraphQLRequest]) -> GraphQLRequest:
        """Wait for something, but not on a connection that is gone already."""
        waiting = asyncio.ensure_future(wanted)
        receiving = self.receive_data_task
        assert receiving is not None  # we are connected
        try:
            await asyncio.wait((waiting, receiving), return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                return waiting.result()
            raise ConnectionResetError("closed before there was anything to subscribe to")
        finally:
            waiting.cancel()

    async def _after_connect(self) -> None:
        await super()._after_connect()  # type: ignore[no-untyped-call]
        self._listener.on_step(ConnectionStep.CONNECTED)

    async def _after_initialize(self) -> None:
        await super()._after_initialize()  # type: ignore[no-untyped-call]
        self._listener.on_step(ConnectionStep.AUTHENTICATED)

    def _parse_answer(self, answer: str) -> Any:
        """Let a message that gql stumbles over end the connection, which is then replaced.

        Any other error would end gql's reading alone, and leave a connection that is live and deaf.
        """
        try:
            return super()._parse_answer(answer)
        except TransportError:
            raise
        except Exception as error:
            raise TransportProtocolError(f"an odd message: {type(error).__name__}") from error

    async def _send_query(self, request: GraphQLRequest) -> int:
        number: int = await super()._send_query(request)
        self._subscribed_s = time.monotonic()
        self._listener.on_step(ConnectionStep.SUBSCRIBED)
        return number


def _reconnect_delay_s(timings: Timings, failures: int, who: str, *, limited: bool) -> float:
    if limited:
        return delay_s(timings.reconnect_longest_s, timings.reconnect_longest_s, 0, who)
    if failures == 1:
        return 0.0
    return delay_s(timings.reconnect_first_s, timings.reconnect_longest_s, failures - 2, who)


def is_limited(error: BaseException | None) -> bool:
    """Whether a connection was turned away for being one too many."""
    while error is not None:
        if isinstance(error, InvalidStatus) and error.response.status_code in _LIMITED:
            return True
        error = error.__cause__
    return False


def _raise_if_cancelled() -> None:
    """Be cancelled although a library has hidden it.

    gql closes the connection to a dead server when it is cancelled, and its failure takes the
    cancelling's place; Python 3.11's `wait_for` returns a result that has just come in
    instead of being cancelled.

    Raises:
        CancelledError: this task was cancelled.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError

"""The HTTPS connection to Blink, kept between requests. A mutation is never sent twice over it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from ssl import SSLContext
from types import SimpleNamespace
from typing import Final

import aiohttp

from kiosk.wallet.endpoints import Endpoints, SecretValue, Timings
from kiosk.wallet.errors import reason_of
from kiosk.wallet.response_body import UnfitBody, read_body
from kiosk.wallet.tcp_connection import HAPPY_EYEBALLS_S

log: Final = logging.getLogger("kiosk.wallet")

_HEADERS: Final = {"Content-Type": "application/json", "Accept-Encoding": "gzip, deflate"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class KeptConnection:
    """One connection for both accounts, opened by a request and closed when nothing is needed."""

    def __init__(self, endpoints: Endpoints, timings: Timings, tls: SSLContext) -> None:
        self._endpoints = endpoints
        self._timings = timings
        self._tls = tls
        self._kept: aiohttp.ClientSession | None = None
        self._fresh: aiohttp.ClientSession | None = None
        self._reuse_fails = False  # the last kept connection was closed instead of answering

    async def exchange(self, data: bytes, key: SecretValue | None, *, query: bool) -> Answer:
        """Send a request and return its answer, whatever it is.

        A query whose kept connection was closed instead of answering is sent once more. A mutation
        never is, and after such a close the next mutation has a connection of its own.

        Raises:
            UnfitBody: the body is too large, or not what its headers say.
            aiohttp.ClientError: no answer.
            OSError: no answer.
        """
        connection = SimpleNamespace(reused=False)
        fresh = self._reuse_fails and not query
        try:
            answer = await self._post(data, key, connection, fresh=fresh)
        except aiohttp.ClientConnectionError as error:
            if not connection.reused:
                raise
            self._reuse_fails = True
            log.info("a kept connection was closed instead of answering: %s", reason_of(error))
            if not query:
                raise
            return await self._post(data, key, connection, fresh=True)
        if connection.reused:
            self._reuse_fails = False
        return answer

    async def close(self) -> None:
        """Close what is open; the next request opens it again."""
        sessions = [session for session in (self._kept, self._fresh) if session is not None]
        self._kept = self._fresh = None
        for session in sessions:
            await session.close()

    async def _post(
        self, data: bytes, key: SecretValue | None, connection: SimpleNamespace, *, fresh: bool
    ) -> Answer:
        headers = _HEADERS if key is None else {**_HEADERS, "X-API-KEY": key.reveal()}
        async with self._session(fresh=fresh).post(
            self._endpoints.api_url,
            data=data,
            headers=headers,
            ssl=self._tls,
            allow_redirects=False,  # it would carry our key to wherever a portal likes
            trace_request_ctx=connection,
        ) as response:
            try:
                body = await read_body(response)
            except UnfitBody:
                response.close()  # and the rest of it is never read
                raise
            return Answer(response.status, response.headers, body)

    def _session(self, *, fresh: bool) -> aiohttp.ClientSession:
        """The session that keeps its connection, or the one that makes a new one each time."""
        session = self._fresh if fresh else self._kept
        if session is not None:
            return session
        if fresh:
            connector = aiohttp.TCPConnector(
                force_close=True, happy_eyeballs_delay=HAPPY_EYEBALLS_S
            )
        else:
            connector = aiohttp.TCPConnector(
                keepalive_timeout=self._timings.keep_alive_s, happy_eyeballs_delay=HAPPY_EYEBALLS_S
            )
        made = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=None, connect=self._timings.connect_s),
            auto_decompress=False,  # read_body does, with a bound
            cookie_jar=aiohttp.DummyCookieJar(),  # two accounts share a session
            trust_env=False,  # no proxy: the socket takes none either
            trace_configs=[_reuse_noted()],
        )
        if fresh:
            self._fresh = made
        else:
            self._kept = made
        return made


def _reuse_noted() -> aiohttp.TraceConfig:
    """Tell the request whether its connection has been used before."""
    config = aiohttp.TraceConfig()

    async def reused(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
        context.trace_request_ctx.reused = True

    config.on_connection_reuseconn.append(reused)
    return config

"""Requests to Blink: one kept HTTPS connection for both accounts, closed when nothing is needed."""

import asyncio
import ssl
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

import aiohttp
from gql import GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import (
    TransportConnectionFailed,
    TransportError,
    TransportServerError,
)

from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.wallet.endpoints import Endpoints, Hidden, Timings
from kiosk.wallet.errors import (
    BlinkError,
    Lost,
    Refused,
    Side,
    Unsent,
    errors_of,
    key_refused,
    refusal,
    safe,
)

_UNAUTHORIZED: Final = 401
_REFUSED_BEFORE: Final = (429, 503)  # nginx turned it away: Blink has not seen it


class Http:
    """The requests of both accounts. Not thread-safe: it lives in the worker's loop."""

    def __init__(self, endpoints: Endpoints, timings: Timings) -> None:
        self.endpoints = endpoints
        self.timings = timings
        self.server_unix_s: int | None = None
        self._connector: aiohttp.TCPConnector | None = None
        self._transports: dict[Side, AIOHTTPTransport] = {}
        self._under_way = 0
        self._rest_wanted = False
        self._ssl = ssl.create_default_context() if endpoints.api_url.startswith("https") else True

    async def ask(
        self,
        request: GraphQLRequest,
        variables: Mapping[str, Any] | None = None,
        *,
        side: Side = Side.TILL,
        timeout_s: float | None = None,
    ) -> Mapping[str, Any]:
        """Send one request once and return its `data`.

        Raises:
            Unsent: no connection; nothing left this box.
            Lost: it left, and no usable answer came.
            Refused: Blink said no, in the top-level errors or by HTTP 401.
        """
        self._under_way += 1
        self._rest_wanted = False
        try:
            async with asyncio.timeout(timeout_s or self.timings.answer_s):
                transport = await self._transport(side)
                result = await transport.execute(
                    GraphQLRequest(request, variable_values=dict(variables or {}))
                )
        except TimeoutError as error:
            raise Lost(Trouble(TroubleKind.NO_CONNECTION, reason="no answer in time")) from error
        except TransportServerError as error:
            raise _by_status(error, side) from None
        except TransportConnectionFailed as error:
            raise _by_cause(error) from None
        except TransportError as error:
            reason = f"not a GraphQL answer: {type(error).__name__}"
            raise Lost(Trouble(TroubleKind.BLINK_ODD, reason=reason)) from None
        finally:
            self._under_way -= 1
            self._note_date(side)
            if self._rest_wanted and self._under_way == 0:
                await self.close()
        errors = errors_of(result.errors)
        if errors and not _has_data(result.data):
            raise refusal(errors[0], side)
        if not isinstance(result.data, dict):
            raise Lost(Trouble(TroubleKind.BLINK_ODD, reason="an answer without data"))
        return result.data

    async def payload(
        self,
        request: GraphQLRequest,
        field: str,
        variables: Mapping[str, Any],
        *,
        side: Side = Side.TILL,
        timeout_s: float | None = None,
    ) -> Mapping[str, Any]:
        """Send one mutation once and return its payload, errors and all."""
        data = await self.ask(request, variables, side=side, timeout_s=timeout_s)
        payload = data.get(field)
        if not isinstance(payload, dict):
            raise Lost(Trouble(TroubleKind.BLINK_ODD, reason=f"{field} answered nothing"))
        return payload

    async def rest(self) -> None:
        """Close the connection once the last answer is in."""
        self._rest_wanted = True
        if self._under_way == 0:
            await self.close()

    async def close(self) -> None:
        """Close the connection now."""
        transports, self._transports = self._transports, {}
        connector, self._connector = self._connector, None
        for transport in transports.values():
            session = transport.session
            await transport.close()
            if session is not None:  # gql leaves a session with a shared connector to us
                await session.close()
        if connector is not None:
            await connector.close()

    def open_connections(self) -> int:
        """How many TCP connections are held."""
        if self._connector is None:
            return 0
        held = len(self._connector._acquired)  # noqa: SLF001 - aiohttp has no public count
        return held + sum(len(idle) for idle in self._connector._conns.values())  # noqa: SLF001

    async def _transport(self, side: Side) -> AIOHTTPTransport:
        if side in self._transports:
            return self._transports[side]
        if self._connector is None:
            self._connector = aiohttp.TCPConnector(keepalive_timeout=self.timings.keep_alive_s)
        key = self._key(side)
        transport = AIOHTTPTransport(
            self.endpoints.api_url,
            headers={"X-API-KEY": key.reveal()} if key is not None else {},
            ssl=self._ssl,
            client_session_args={"connector": self._connector, "connector_owner": False},
        )
        self._transports[side] = transport
        await transport.connect()
        return transport

    def _key(self, side: Side) -> Hidden | None:
        return self.endpoints.till_key if side is Side.TILL else self.endpoints.merchant_key

    def _note_date(self, side: Side) -> None:
        """Blink's clock, from the last answer's Date header."""
        transport = self._transports.get(side)
        headers = getattr(transport, "response_headers", None) or {}  # none before an answer
        date = headers.get("Date")
        if date:
            try:
                self.server_unix_s = int(parsedate_to_datetime(date).timestamp())
            except ValueError:
                self.server_unix_s = None


def _has_data(data: Any) -> bool:
    return isinstance(data, dict) and any(value is not None for value in data.values())


def _by_status(error: TransportServerError, side: Side) -> Refused | Unsent | Lost:
    if error.code == _UNAUTHORIZED:
        return key_refused(side)
    reason = f"HTTP {error.code}"
    if error.code in _REFUSED_BEFORE:
        return Unsent(Trouble(TroubleKind.NO_CONNECTION, reason=reason))
    if error.code is not None and error.code < 500:
        return Refused(Trouble(TroubleKind.BLINK_ODD, reason=reason), BlinkError(reason))
    return Lost(Trouble(TroubleKind.BLINK_ODD, reason=reason))


def _by_cause(error: TransportConnectionFailed) -> Unsent | Lost:
    cause = error.__cause__
    reason = safe(f"{type(cause).__name__}: {cause}")
    if isinstance(cause, aiohttp.ClientConnectorError):
        return Unsent(Trouble(TroubleKind.NO_CONNECTION, reason=reason))
    return Lost(Trouble(TroubleKind.NO_CONNECTION, reason=reason))

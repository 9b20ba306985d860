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

from kiosk.sale.trouble import KioskError, Trouble, TroubleKind
from kiosk.wallet.endpoints import Endpoints, Hidden, Timings
from kiosk.wallet.errors import (
    BlinkError,
    Busy,
    Lost,
    Refused,
    Side,
    Unsent,
    errors_of,
    key_refused,
    odd,
    reason_of,
    refusal,
)

_UNAUTHORIZED: Final = 401
_SLOW_DOWN: Final = (429, 503)  # Blink's documentation and nginx disagree about which
_SERVER_ERRORS: Final = 500

# A redirection would carry our key to wherever a portal likes.
_TO_NOBODY_ELSE: Final = {"allow_redirects": False}

# OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED: Blink's certificate is
# good, so it is the clock of this box that is wrong, as a Pi's is until it has heard the time.
_WRONG_TIME: Final = (9, 10)


class Http:
    """The requests of both accounts. Not thread-safe: it lives in the worker's loop.

    `tls` is shared with the sockets, since reading the certificates takes a Pi 100 ms.
    """

    def __init__(self, endpoints: Endpoints, timings: Timings) -> None:
        self.endpoints = endpoints
        self.timings = timings
        self.tls = ssl.create_default_context()
        self.server_unix_s: int | None = None  # Blink's clock, from the last answer's Date header
        self._connector: aiohttp.TCPConnector | None = None
        self._transports: dict[Side, AIOHTTPTransport] = {}

    async def ask(
        self,
        request: GraphQLRequest,
        variables: Mapping[str, Any] | None = None,
        *,
        side: Side = Side.TILL,
        timeout_s: float | None = None,
        needs: str | None = None,
    ) -> Mapping[str, Any]:
        """Send one request once and return its `data`.

        An error beside data refuses the whole answer: what came is not all that was asked for, and
        nothing may be read out of what is missing. Only where the root field `needs` is named is
        the rest optional, and the answer stands as long as that field is there.

        Raises:
            Unsent: no connection; nothing left this box.
            Lost: it left, and no usable answer came.
            Refused: Blink said no, in the top-level errors or by HTTP 401.
        """
        try:
            async with asyncio.timeout(timeout_s or self.timings.answer_s):
                transport = await self._transport(side)
                result = await transport.execute(
                    GraphQLRequest(request, variable_values=dict(variables or {})),
                    extra_args=_TO_NOBODY_ELSE,
                )
        except TimeoutError:
            raise Lost(Trouble(TroubleKind.NO_CONNECTION, reason="no answer in time")) from None
        except TransportServerError as error:
            raise _by_status(error.code, side) from None
        except TransportConnectionFailed as error:
            raise _by_cause(error) from None
        except TransportError as error:
            raise _by_page(transport, error) from None
        self._note_date(transport)
        errors = errors_of(result.errors)
        if errors and not _has_data(result.data, needs):
            raise refusal(errors[0], side)
        if not isinstance(result.data, dict):
            raise odd("an answer without data")
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
        """Send one mutation once and return its payload, errors and all. Raises as `ask` does."""
        data = await self.ask(request, variables, side=side, timeout_s=timeout_s)
        payload = data.get(field)
        if not isinstance(payload, dict):
            raise odd(f"{field} answered nothing")
        return payload

    async def close(self) -> None:
        """Close what is open; the next request opens it again."""
        transports, self._transports = self._transports, {}
        connector, self._connector = self._connector, None
        for transport in transports.values():
            session = transport.session
            await transport.close()
            if session is not None:  # gql leaves a session with a shared connector to us
                await session.close()
        if connector is not None:
            await connector.close()

    async def _transport(self, side: Side) -> AIOHTTPTransport:
        if side in self._transports:
            return self._transports[side]
        if self._connector is None:
            self._connector = aiohttp.TCPConnector(keepalive_timeout=self.timings.keep_alive_s)
        key = self.key(side)
        transport = AIOHTTPTransport(
            self.endpoints.api_url,
            headers={"X-API-KEY": key.reveal()} if key is not None else {},
            ssl=self.tls,
            client_session_args={
                "connector": self._connector,
                "connector_owner": False,
                "timeout": aiohttp.ClientTimeout(total=None, connect=self.timings.connect_s),
            },
        )
        self._transports[side] = transport
        await transport.connect()  # makes the session; nothing is sent
        return transport

    def key(self, side: Side) -> Hidden | None:
        """The key of an account; the merchant may be known by name alone."""
        return self.endpoints.till_key if side is Side.TILL else self.endpoints.merchant_key

    def _note_date(self, transport: AIOHTTPTransport) -> None:
        headers = transport.response_headers
        date = headers.get("Date") if headers is not None else None
        try:
            self.server_unix_s = int(parsedate_to_datetime(date or "").timestamp())
        except ValueError:
            self.server_unix_s = None


def _has_data(data: Any, needs: str | None) -> bool:
    """Whether an answer with errors may be read all the same."""
    return needs is not None and isinstance(data, dict) and data.get(needs) is not None


def _by_status(code: int | None, side: Side) -> KioskError:
    reason = f"HTTP {code}"
    if code == _UNAUTHORIZED:
        return key_refused(side)
    if code in _SLOW_DOWN:
        return Busy(Trouble(TroubleKind.NO_CONNECTION, reason=reason))
    if code is not None and code < _SERVER_ERRORS:
        return Refused(Trouble(TroubleKind.BLINK_ODD, reason=reason), BlinkError(reason))
    return odd(reason)


def _by_cause(error: TransportConnectionFailed) -> KioskError:
    cause, reason = error.__cause__, reason_of(error)
    if isinstance(cause, aiohttp.ClientConnectorCertificateError):
        return Unsent(Trouble(_by_certificate(cause.certificate_error), reason=reason))
    if isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Unsent(Trouble(TroubleKind.NO_CONNECTION, reason=reason))
    if isinstance(cause, aiohttp.ClientError | OSError):
        return Lost(Trouble(TroubleKind.NO_CONNECTION, reason=reason))
    return odd(f"not a GraphQL answer: {type(cause).__name__}")


def _by_certificate(error: Exception) -> TroubleKind:
    """A certificate that is not believed: of another time, or of somebody else."""
    code = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else None
    return TroubleKind.CLOCK_WRONG if code in _WRONG_TIME else TroubleKind.LOGIN_PAGE


def _by_page(transport: AIOHTTPTransport, error: TransportError) -> KioskError:
    """What is not GraphQL: a page, or the way to one, is a portal's."""
    headers: Mapping[str, str] = transport.response_headers or {}
    reason = f"not a GraphQL answer: {type(error).__name__}"
    if "Location" in headers or str(headers.get("Content-Type", "")).startswith("text/html"):
        return Lost(Trouble(TroubleKind.LOGIN_PAGE, reason=reason))
    return odd(reason)

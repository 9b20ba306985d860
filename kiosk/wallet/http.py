"""Requests to Blink: a document goes out, data or a refusal comes back."""

import asyncio
import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import aiohttp
from gql import GraphQLRequest

from kiosk.sale.days import DAY_S
from kiosk.sale.trouble import KioskError, Trouble, TroubleKind
from kiosk.wallet import documents
from kiosk.wallet.certificate import error_of_certificate
from kiosk.wallet.endpoints import Endpoints, SecretValue, Timings
from kiosk.wallet.errors import (
    AccountSide,
    AnswerLost,
    BlinkError,
    NotSent,
    Refused,
    error_of_status,
    errors_of,
    reason_of,
    refusal,
    unexpected_answer,
)
from kiosk.wallet.headers import pause_of, unix_of_date
from kiosk.wallet.kept_connection import Answer, KeptConnection
from kiosk.wallet.response_body import UnfitBody
from kiosk.wallet.tls import tls_context

log: Final = logging.getLogger("kiosk.wallet")

# Blink answers GraphQL with these; every other status comes from somebody on the way.
_MALFORMED: Final = (400, 422)  # the router did not understand the document
_ASKED_AGAIN_S: Final = float(DAY_S)  # a field that was refused is asked for again after a day


class Http:
    """The requests of both accounts. Not thread-safe: it lives in the worker's loop."""

    def __init__(
        self,
        endpoints: Endpoints,
        timings: Timings,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.endpoints = endpoints
        self.timings = timings
        self.tls = tls_context()
        self.server_unix_s: int | None = None  # Blink's clock, from the last answer's Date header
        self._monotonic = monotonic
        self._missing: dict[str, float] = {}  # optional fields, and until when they are left out
        self._quiet_until_s = 0.0  # Blink asked for silence until then
        self._connection = KeptConnection(endpoints, timings, self.tls)

    async def ask(
        self,
        request: GraphQLRequest,
        variables: Mapping[str, Any] | None = None,
        *,
        side: AccountSide = AccountSide.TILL,
        timeout_s: float | None = None,
        needs: str | None = None,
    ) -> Mapping[str, Any]:
        """Send one request once and return its `data`.

        An error beside data refuses the whole answer: what came is not all that was asked for, and
        nothing may be read out of what is missing. Only where the root field `needs` is named is
        the rest optional, and the answer stands as long as that field is there. A query whose kept
        connection was closed instead of answering is sent once more, a mutation never.

        Raises:
            NotSent: no connection; nothing left this device.
            AnswerLost: it left, and no usable answer came.
            Refused: Blink said no, in the top-level errors or by HTTP 401.
        """
        wanted = self._without_missing(request)
        answer = await self._answer(wanted, variables, side, timeout_s)
        data, errors = self._read(answer, side)
        if errors and not _has_data(data, needs):
            refused = _refused_fields(documents.optional_in(wanted), answer, errors)
            if refused:
                self._leave_out(refused)
                return await self.ask(
                    request, variables, side=side, timeout_s=timeout_s, needs=needs
                )
        if errors and not _has_data(data, needs):
            raise refusal(errors[0], side)
        if not isinstance(data, dict):
            raise unexpected_answer("an answer without data")
        return data

    async def payload(
        self,
        request: GraphQLRequest,
        field: str,
        variables: Mapping[str, Any],
        *,
        side: AccountSide = AccountSide.TILL,
        timeout_s: float | None = None,
    ) -> Mapping[str, Any]:
        """Send one mutation once and return its payload, errors and all. Raises as `ask` does."""
        data = await self.ask(request, variables, side=side, timeout_s=timeout_s)
        payload = data.get(field)
        if not isinstance(payload, dict):
            raise unexpected_answer(f"{field} answered nothing")
        return payload

    async def close(self) -> None:
        """Close what is open; the next request opens it again."""
        await self._connection.close()

    def key(self, side: AccountSide) -> SecretValue | None:
        """The key of an account; the merchant may be known by name alone."""
        if side is AccountSide.NOBODY:
            return None
        return self.endpoints.till_key if side is AccountSide.TILL else self.endpoints.merchant_key

    @property
    def public_side(self) -> AccountSide:
        """In whose name prices and the like are asked: direct sales hold no key."""
        return AccountSide.TILL if self.endpoints.direct is None else AccountSide.NOBODY

    # --- What Blink serves no longer ------------------------------------------------------------

    @property
    def missing(self) -> frozenset[str]:
        """Optional fields that Blink refused within the last day; they are not asked for."""
        now_s = self._monotonic()
        return frozenset(name for name, until in self._missing.items() if now_s < until)

    def _leave_out(self, names: frozenset[str]) -> None:
        log.warning("Blink no longer serves: %s; asked without", ", ".join(sorted(names)))
        until_s = self._monotonic() + _ASKED_AGAIN_S
        self._missing.update(dict.fromkeys(names, until_s))

    def _without_missing(self, request: GraphQLRequest) -> GraphQLRequest:
        missing = self.missing & documents.optional_in(request) if self._missing else frozenset()
        if not missing:
            return request
        left = documents.without(request, missing)
        if left is None:
            reason = f"Blink no longer serves {', '.join(sorted(missing))}"
            raise Refused(Trouble(TroubleKind.BLINK_ODD, reason=reason), BlinkError(reason))
        return left

    # --- One request ----------------------------------------------------------------------------

    async def _answer(
        self,
        request: GraphQLRequest,
        variables: Mapping[str, Any] | None,
        side: AccountSide,
        timeout_s: float | None,
    ) -> Answer:
        quiet_s = self._quiet_until_s - self._monotonic()
        if quiet_s > 0:
            reason = f"Blink asked for silence, {quiet_s:.0f} s of it are left"
            raise NotSent(Trouble(TroubleKind.NO_CONNECTION, reason=reason))
        payload = GraphQLRequest(request, variable_values=dict(variables or {})).payload
        data = json.dumps(payload).encode()
        try:
            async with asyncio.timeout(timeout_s or self.timings.answer_s):
                query = documents.is_query(request)
                return await self._connection.exchange(data, self.key(side), query=query)
        except UnfitBody as error:
            raise unexpected_answer(f"not a GraphQL answer: {error}") from None
        except aiohttp.ClientConnectorCertificateError as error:
            url, patience_s = self.endpoints.api_url, self.timings.connect_s
            raise await error_of_certificate(error.certificate_error, url, patience_s) from None
        except aiohttp.ClientConnectorDNSError as error:
            raise NotSent(Trouble(TroubleKind.NAME_NOT_FOUND, reason=reason_of(error))) from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(Trouble(TroubleKind.NO_CONNECTION, reason=reason_of(error))) from None
        except (aiohttp.ClientError, OSError) as error:
            reason = "no answer in time" if isinstance(error, TimeoutError) else reason_of(error)
            raise AnswerLost(Trouble(TroubleKind.NO_CONNECTION, reason=reason)) from None
        except Exception as error:  # noqa: BLE001 - the library stumbled over odd bytes
            raise unexpected_answer(f"not a GraphQL answer: {type(error).__name__}") from None

    # --- Its answer -----------------------------------------------------------------------------

    def _read(self, answer: Answer, side: AccountSide) -> tuple[Any, tuple[Any, ...]]:
        """Data and errors of a GraphQL answer.

        Raises:
            KioskError: it is something else.
        """
        document = _object(answer.body)
        if document is None or not 200 <= answer.status < 300:
            if document is None or answer.status not in _MALFORMED or not document.get("errors"):
                raise self._error_of(answer, side)
        elif "data" not in document and "errors" not in document:
            raise unexpected_answer("an answer without data")
        self.server_unix_s = unix_of_date(answer.headers.get("Date"))
        return document.get("data"), errors_of(document.get("errors"))

    def _error_of(self, answer: Answer, side: AccountSide) -> KioskError:
        pause_s = pause_of(answer.status, answer.headers)
        if pause_s:
            log.info("Blink asks for silence for %.0f s status=%d", pause_s, answer.status)
            self._quiet_until_s = self._monotonic() + pause_s
        return error_of_status(answer.status, answer.headers, side)


def _refused_fields(
    optional: frozenset[str], answer: Answer, errors: tuple[BlinkError, ...]
) -> frozenset[str]:
    """Which optional fields a refusal is about, none if it is about something else.

    A field that the schema has no more is named in the message; how Blink's router words that is
    not known for sure, so where none is named each of them may be the one.
    """
    words = set(re.findall(r"\w+", " ".join(error.message for error in errors)))
    named = optional & words
    if named:
        return named
    return optional if answer.status in _MALFORMED else frozenset()


def _object(body: bytes) -> dict[str, Any] | None:
    """A JSON object, None if it is anything else."""
    try:
        document = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _has_data(data: Any, needs: str | None) -> bool:
    """Whether an answer with errors may be read all the same."""
    return needs is not None and isinstance(data, dict) and data.get(needs) is not None

"""Blink's refusals and the network's failures, translated into troubles a merchant can act on."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, Final

from kiosk.redaction import redacted
from kiosk.sale.trouble import KioskError, Trouble, TroubleKind

_LONGEST_REASON: Final = 160
_MOST_ERRORS: Final = 20
_LONGEST_MESSAGE: Final = 2_000
_LONGEST_CODE: Final = 60

# What reading an answer of another shape ends in; OverflowError is a number without end.
UNREADABLE: Final = (LookupError, TypeError, ValueError, AttributeError, OverflowError)


class AccountSide(StrEnum):
    """Whose account a call is about."""

    TILL = "till"
    MERCHANT = "merchant"
    NOBODY = "nobody"  # asked without a key; what is refused is about the merchant


class NotSent(KioskError):
    """No connection could be made: nothing left this device."""


class AnswerLost(KioskError):
    """The request left, and no usable answer came."""


class RateLimited(AnswerLost):
    """HTTP 429 or 503: somebody on the way wants us to slow down."""


class Blocked(AnswerLost):
    """Somebody on the way turns our requests away: asking again at once makes it worse."""


_UNAUTHORIZED: Final = 401
_TOO_SLOW: Final = 408
_SLOW_DOWN: Final = (429, 503)  # Blink's documentation and nginx disagree about which
_NETWORK_LOGIN: Final = 511
_SERVER_ERRORS: Final = 500


@dataclass(frozen=True, slots=True)
class BlinkError:
    """One entry of a payload's `errors`, or of the top-level ones (which have no code)."""

    message: str
    code: str = ""


class Refused(KioskError):
    """Blink answered no."""

    def __init__(self, trouble: Trouble, error: BlinkError) -> None:
        super().__init__(trouble)
        self.error = error


# Impossible for good: no use in asking again until somebody has changed something (M2).
FINAL: Final = frozenset(
    {
        TroubleKind.KEY_REFUSED,
        TroubleKind.KEY_SCOPE,
        TroubleKind.MERCHANT_KEY_REFUSED,
        TroubleKind.MERCHANT_KEY_SCOPE,
        TroubleKind.MERCHANT_UNKNOWN,
        TroubleKind.MERCHANT_CANNOT_RECEIVE,
        TroubleKind.SAME_WALLET,
        TroubleKind.NO_BTC_WALLET,
    }
)

_UNEXPECTED: Final = (TroubleKind.BLINK_ODD, TroubleKind.BLINK_ODD)
_SCOPE: Final = (TroubleKind.KEY_SCOPE, TroubleKind.MERCHANT_KEY_SCOPE)
_CANNOT_RECEIVE: Final = (TroubleKind.TILL_CANNOT_RECEIVE, TroubleKind.MERCHANT_CANNOT_RECEIVE)
_UNKNOWN_MERCHANT: Final = (TroubleKind.BLINK_ODD, TroubleKind.MERCHANT_UNKNOWN)
_WRONG_WALLET: Final = (TroubleKind.NO_BTC_WALLET, TroubleKind.NO_BTC_WALLET)

# What an error is when it is about the till's account, and about the merchant's.
_CODES: Final[Mapping[str, tuple[TroubleKind, TroubleKind]]] = MappingProxyType(
    {
        "RECEIVE_DISABLED": _CANNOT_RECEIVE,
        "TOO_MANY_REQUEST": (TroubleKind.TOO_MANY_INVOICES, TroubleKind.TOO_MANY_INVOICES),
        "NOT_FOUND": _UNKNOWN_MERCHANT,
        "INSUFFICIENT_BALANCE": (TroubleKind.NO_BALANCE, TroubleKind.NO_BALANCE),
        "TRANSACTION_RESTRICTED": (TroubleKind.LIMIT_REACHED, TroubleKind.LIMIT_REACHED),
        "CANT_PAY_SELF": (TroubleKind.SAME_WALLET, TroubleKind.SAME_WALLET),
    }
)
# Top-level errors carry no code over HTTP, and some payload codes say little: the words decide.
_WORDS: Final[tuple[tuple[str, tuple[TroubleKind, TroubleKind]], ...]] = (
    ("not authorized to ", _SCOPE),
    ("not authorized", _CANNOT_RECEIVE),  # the key is good: the account is locked or closed
    ("account is inactive", _CANNOT_RECEIVE),
    ("does not exist for username", _UNKNOWN_MERCHANT),
    ("invalid value for username", _UNKNOWN_MERCHANT),
    ("invalidwalletforaccount", _WRONG_WALLET),
    ("invalid walletid for account", _WRONG_WALLET),
    ("couldnotfindwallet", _WRONG_WALLET),
    ("invalid value for walletid", _WRONG_WALLET),
    ("unsupported operation for wallet's currency", _WRONG_WALLET),
    ("invalid currency", (TroubleKind.CURRENCY_UNKNOWN, TroubleKind.CURRENCY_UNKNOWN)),
)


def refusal(error: BlinkError, side: AccountSide) -> Refused:
    """Turn one of Blink's errors into ours; a missing scope is named."""
    low = error.message.lower()
    kinds = _CODES.get(error.code)
    if kinds is None:
        kinds = next((kind_by_side for words, kind_by_side in _WORDS if words in low), _UNEXPECTED)
    subject = ""
    if kinds is _SCOPE:
        doing = "WRITE" if side is AccountSide.TILL else "RECEIVE"
        subject = "READ" if "read data" in low else doing
    kind = kinds[0] if side is AccountSide.TILL else kinds[1]
    reason = safe_reason(f"{error.code} {error.message}".strip())
    return Refused(Trouble(kind, subject, reason), error)


def key_refused(side: AccountSide) -> Refused:
    """HTTP 401: unknown, revoked or expired key."""
    kind = TroubleKind.KEY_REFUSED if side is AccountSide.TILL else TroubleKind.MERCHANT_KEY_REFUSED
    return Refused(Trouble(kind, reason="HTTP 401"), BlinkError("Unauthorized"))


def error_of_status(status: int, headers: Mapping[str, str], side: AccountSide) -> KioskError:
    """What an answer that is no GraphQL comes to. Only 401 is Blink's own no.

    A redirection, or a page where there should be an answer, is a portal's.
    """
    reason = f"HTTP {status}, no GraphQL answer"
    if status == _UNAUTHORIZED:
        return key_refused(side)
    if status in _SLOW_DOWN:
        return RateLimited(Trouble(TroubleKind.NO_CONNECTION, reason=reason))
    if status == _NETWORK_LOGIN:
        return Blocked(Trouble(TroubleKind.NETWORK_LOGIN, reason=reason))
    if status == _TOO_SLOW:
        return AnswerLost(Trouble(TroubleKind.NO_CONNECTION, reason=reason))
    if status >= _SERVER_ERRORS:
        return unexpected_answer(reason)
    if status >= 400:  # a firewall, a gateway, a wrong address
        return Blocked(Trouble(TroubleKind.BLOCKED, reason=reason))
    if "Location" in headers or headers.get("Content-Type", "").startswith("text/html"):
        return AnswerLost(Trouble(TroubleKind.LOGIN_PAGE, reason=reason))
    return unexpected_answer(reason)


def unexpected_answer(reason: str) -> AnswerLost:
    """An answer that makes no sense."""
    return AnswerLost(Trouble(TroubleKind.BLINK_ODD, reason=reason))


def safe_reason(text: str) -> str:
    """Words from outside, fit for the log and for the screen: without secrets, and not long."""
    text = text[:_LONGEST_MESSAGE].encode(errors="replace").decode()  # no lone surrogate
    return " ".join(redacted(text).split())[:_LONGEST_REASON]


def reason_of(error: BaseException) -> str:
    """What an error of the libraries comes down to: its innermost cause, safe to log."""
    while error.__cause__ is not None:
        error = error.__cause__
    return safe_reason(f"{type(error).__name__}: {error}")


def describe_bug(error: BaseException) -> str:
    """What a developer needs of an error nobody expected, without its text, which may quote."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " < ".join(f"{PurePath(at.filename).name}:{at.lineno}" for at in reversed(frames))
    return f"{type(error).__name__} at {places}"


def errors_of(value: Any) -> tuple[BlinkError, ...]:
    """Read a list of errors, leniently: what is not an error is kept as an unreadable one, never
    dropped.

    Of very many, and of very long ones, the beginning says enough.
    """
    if value is None or value == []:
        return ()
    if not isinstance(value, list):
        return (BlinkError(f"errors is a {type(value).__name__}"),)
    errors = []
    for error in value[:_MOST_ERRORS]:
        fields = error if isinstance(error, Mapping) else {"message": error}
        code, message = fields.get("code"), fields.get("message")
        if not isinstance(message, str) or not message:
            message = "an error without a message"
        known = isinstance(code, str) and len(code) <= _LONGEST_CODE
        errors.append(BlinkError(message[:_LONGEST_MESSAGE], str(code) if known else ""))
    return tuple(errors)

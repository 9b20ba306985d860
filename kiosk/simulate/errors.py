"""What Blink answers when it refuses: a message, and a code where Blink gives one.

Texts and codes are Blink's (blinkbitcoin/blink, core/api/src/graphql/error-map.ts and error.ts).
"""

from enum import Enum
from typing import Any, Final

INVALID_INPUT: Final = "INVALID_INPUT"
PAYMENT_ERROR: Final = "LIGHTNING_PAYMENT_ERROR"
_AGAIN: Final = (
    "please try again in a few minutes. If the problem persists, please contact support."
)


class ApplicationError(Exception):
    """A refusal in the answer's `errors`; `code` is None for refused input."""

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code

    def as_payload(self) -> dict[str, Any]:
        """Return the error as it stands in a payload's `errors`."""
        return {"message": self.message, "code": self.code, "path": None}


class InputRefused(ApplicationError):
    """The input itself was refused; a send then has no status at all."""


class Refusal(Enum):
    """A refusal with a text and a code of its own; `error` fills the blanks of the text."""

    ACCOUNT_UNKNOWN = "Account does not exist for username {username}", "NOT_FOUND"
    ALREADY_PAID = "Invoice is already paid", PAYMENT_ERROR
    CANNOT_PAY_SELF = "User tried to pay themselves", "CANT_PAY_SELF"
    DB_ERROR = f"Service offline, {_AGAIN}", "DB_ERROR"
    DUPLICATE_EXTERNAL_ID = (
        "External id for invoice or transaction already exists",
        INVALID_INPUT,
    )
    EVENT = "Unknown error occurred (code: EventError)", "UNKNOWN_CLIENT_ERROR"
    INSUFFICIENT_BALANCE = (
        "Payment amount '{amount_sat}' sats exceeds balance '{balance_sat}'",
        "INSUFFICIENT_BALANCE",
    )
    INVOICE_CLOSED = "Invoice already expired, or has bad payment hash", PAYMENT_ERROR
    LIMIT_REACHED = (
        "Cannot transfer more than ${dollars:.2f} in 24 hours",
        "TRANSACTION_RESTRICTED",
    )
    LND_OFFLINE = f"Offchain action failed, {_AGAIN}", "LND_OFFLINE"
    NOT_DECODED = "Invalid lightning request, couldn't decode.", "INVOICE_DECODE_ERROR"
    NO_ROUTE = "Unable to find a route for payment.", "ROUTE_FINDING_ERROR"
    # Both a payer and an owner read this about an unknown hash.
    NO_SUCH_INVOICE = (
        "User tried to pay invoice with hash {payment_hash}, but it does not exist",
        PAYMENT_ERROR,
    )
    PRICE_OFFLINE = (
        "Price unavailable, please wait for a while and try again.",
        "PRICE_SERVICE_OFFLINE",
    )
    RECEIVE_DISABLED = (
        "This account can no longer receive payments. Please move your funds to another wallet.",
        "RECEIVE_DISABLED",
    )
    TEMPORARY_FAILURE = (
        "Temporary failure when trying to pay, please retry payment",
        PAYMENT_ERROR,
    )
    TOO_MANY_INVOICES = (
        "Too many invoices creation, please wait for a while and try again.",
        "TOO_MANY_REQUEST",
    )

    def error(self, **blanks: object) -> ApplicationError:
        """Return the refusal, to be raised."""
        text, code = self.value
        return ApplicationError(text.format(**blanks), code)


def invalid_input(message: str) -> ApplicationError:
    """Refuse a value, in Blink's words for it."""
    return ApplicationError(message, INVALID_INPUT)


def unexpected(name: str) -> ApplicationError:
    """Wrap an internal error name the way Blink does."""
    return ApplicationError(
        "Unexpected error occurred, please try again or contact support if it persists "
        f"(code: {name})",
        "UNEXPECTED_CLIENT_ERROR",
    )

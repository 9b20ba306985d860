"""What Blink answers when it refuses: a message, and a code where Blink gives one.

Texts and codes are Blink's (blinkbitcoin/blink, core/api/src/graphql/error-map.ts and error.ts).
"""

from typing import Any, Final

INVALID_INPUT: Final = "INVALID_INPUT"
PAYMENT_ERROR: Final = "LIGHTNING_PAYMENT_ERROR"
RESTRICTED: Final = "TRANSACTION_RESTRICTED"
_UNEXPECTED: Final = (
    "Unexpected error occurred, please try again or contact support if it persists (code: {})"
)


class ApplicationError(Exception):
    """A refusal in the answer's `errors`; `code` is None for refused input."""

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code

    def as_payload(self) -> dict[str, Any]:
        """Return the error as it stands in a payload's `errors`."""
        return {
            "__typename": "GraphQLApplicationError",
            "message": self.message,
            "code": self.code,
            "path": None,
        }


class InputRefused(ApplicationError):
    """The input itself was refused; a send then has no status at all."""


def already_paid() -> ApplicationError:
    return ApplicationError("Invoice is already paid", PAYMENT_ERROR)


def cannot_pay_self() -> ApplicationError:
    return ApplicationError("User tried to pay themselves", "CANT_PAY_SELF")


def db_error() -> ApplicationError:
    return ApplicationError(
        "Service offline, please try again in a few minutes. If the problem persists, please "
        "contact support.",
        "DB_ERROR",
    )


def duplicate_external_id() -> ApplicationError:
    return invalid_input("External id for invoice or transaction already exists")


def foreign_wallet() -> InputRefused:
    return InputRefused(_UNEXPECTED.format("InvalidWalletForAccountError"))


def insufficient_balance(amount_sat: int, balance_sat: int) -> ApplicationError:
    return ApplicationError(
        f"Payment amount '{amount_sat}' sats exceeds balance '{balance_sat}'",
        "INSUFFICIENT_BALANCE",
    )


def invalid_input(message: str) -> ApplicationError:
    return ApplicationError(message, INVALID_INPUT)


def limit_reached(allowed_cents: int) -> ApplicationError:
    dollars, cents = divmod(allowed_cents, 100)
    return ApplicationError(
        f"Cannot transfer more than ${dollars}.{cents:02} in 24 hours", RESTRICTED
    )


def lnd_offline() -> ApplicationError:
    return ApplicationError(
        "Offchain action failed, please try again in a few minutes. If the problem persists, "
        "please contact support.",
        "LND_OFFLINE",
    )


def no_such_invoice(payment_hash: str) -> ApplicationError:
    """Say what both a payer and an owner read about an unknown hash."""
    return ApplicationError(
        f"User tried to pay invoice with hash {payment_hash}, but it does not exist", PAYMENT_ERROR
    )


def receive_disabled() -> ApplicationError:
    return ApplicationError(
        "This account can no longer receive payments. Please move your funds to another wallet.",
        "RECEIVE_DISABLED",
    )


def too_many_invoices() -> ApplicationError:
    return ApplicationError(
        "Too many invoices creation, please wait for a while and try again.", "TOO_MANY_REQUEST"
    )


def unexpected(name: str) -> ApplicationError:
    """Wrap an internal error name the way Blink does."""
    return ApplicationError(_UNEXPECTED.format(name), "UNEXPECTED_CLIENT_ERROR")

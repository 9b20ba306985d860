"""What Blink answers when it says no: a message, and a code where Blink gives one."""

from typing import Final

FOREIGN_WALLET: Final = (
    "Unexpected error occurred, please try again or contact support if it persists "
    "(code: InvalidWalletForAccountError)"
)


class ApplicationError(Exception):
    """A refusal in the answer's `errors`; `code` is None for refused input."""

    def __init__(self, message: str, code: str | None = None) -> None:
        """Carry Blink's own text and code."""
        super().__init__(message)
        self.message = message
        self.code = code

    def as_payload(self) -> dict[str, str | None]:
        """Return the error as it stands in a payload."""
        return {
            "__typename": "GraphQLApplicationError",
            "message": self.message,
            "code": self.code,
            "path": None,
        }


class InputRefused(ApplicationError):
    """The input itself was refused; a send then has no status at all."""


def already_paid() -> ApplicationError:
    """Say what a second payer reads."""
    return ApplicationError("Invoice is already paid", "LIGHTNING_PAYMENT_ERROR")


def invalid_input(message: str) -> ApplicationError:
    """Refuse with Blink's code for values it cannot use."""
    return ApplicationError(message, "INVALID_INPUT")


def no_such_invoice(payment_hash: str) -> ApplicationError:
    """Say what both a payer and an owner read about an unknown hash."""
    return ApplicationError(
        f"User tried to pay invoice with hash {payment_hash}, but it does not exist",
        "LIGHTNING_PAYMENT_ERROR",
    )


def unexpected(name: str) -> ApplicationError:
    """Wrap an internal error name the way Blink does."""
    return ApplicationError(
        "Unexpected error occurred, please try again or contact support if it persists "
        f"(code: {name})",
        "UNEXPECTED_CLIENT_ERROR",
    )

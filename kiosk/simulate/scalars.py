"""Blink's scalars, and what they refuse.

A scalar that refuses a value does not fail the request: the resolver is handed a `Refused` in
its place, and answers with it in the payload (mutations) or at the top (queries).
Source: blinkbitcoin/blink, core/api/src/graphql/shared/types/scalar.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ariadne import ScalarType
from graphql import StringValueNode, ValueNode, value_from_ast_untyped

LARGEST_AMOUNT: Final = 10_000_000_000_000
MEMO_BYTES: Final = 639
UUID: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE
)
USERNAME: Final = re.compile(r"(?!^(1|3|_|bc1|lnbc1))(?=.*[a-z])[0-9a-z_]{3,50}")
HEX_64: Final = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
LOWER_HEX_64: Final = re.compile(r"[0-9a-f]{64}")
PAYMENT_REQUEST: Final = re.compile(r"ln[a-z0-9]+", re.IGNORECASE)
EXTERNAL_ID: Final = re.compile(r"[a-z0-9_-]{1,100}")
EXTERNAL_ID_REFUSAL: Final = (
    "Invalid external id string passed. Only lowercase letters, digits, '_' and '-' are "
    "allowed, between 1 and 100 characters."
)
CURRENCY: Final = re.compile(r"[A-Z]{3,4}")


@dataclass(frozen=True, slots=True)
class Refused:
    """A value that a scalar would not take, and why in Blink's words."""

    message: str


def first_refused(values: Mapping[str, Any]) -> Refused | None:
    """Return the first refused value among arguments or input fields."""
    for value in values.values():
        if isinstance(value, Refused):
            return value
        if isinstance(value, Mapping) and (refused := first_refused(value)):
            return refused
    return None


def _sat_amount(value: Any) -> int | Refused:
    number = _whole(value)
    if number is None or number < 0:
        return Refused("Invalid value for SatAmount")
    return Refused("Value too big for SatAmount") if number > LARGEST_AMOUNT else number


def _minutes(value: Any) -> int | Refused:
    number = _whole(value)
    return Refused("Invalid value for Minutes") if number is None or number < 0 else number


def _whole(value: Any) -> int | None:
    # A fraction is cut off, as JavaScript's parseInt does.
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return int(value)
    if isinstance(value, str) and (digits := re.match(r"\s*-?\d+", value)):
        return int(digits[0])
    return None


def _memo(value: Any) -> str | Refused:
    if not isinstance(value, str):
        return Refused("Invalid value for Memo")
    return Refused("Memo is too long") if len(value.encode()) > MEMO_BYTES else value


def _text(
    name: str,
    pattern: re.Pattern[str],
    change: Callable[[str], str] = str,
    refusal: str = "Invalid value for {}",
) -> Callable[[Any], str | Refused]:
    def parse(value: Any) -> str | Refused:
        text = change(value) if isinstance(value, str) else ""
        return text if pattern.fullmatch(text) else Refused(refusal.format(name))

    return parse


def _timestamp(value: Any) -> Any:
    # A date that has been through JSON is a text, for which Blink's scalar returns an error
    # object as if it were the value, with nothing in `errors` (its scalar/timestamp.ts).
    if isinstance(value, int):
        return value
    return {"message": "Invalid value for Date", "extensions": {"code": "INVALID_INPUT"}}


def _scalar(name: str, parse: Callable[[Any], Any]) -> ScalarType:
    def parse_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        # In the document itself an amount must be a number; as a variable it may be a text.
        if name == "SatAmount" and isinstance(node, StringValueNode):
            return Refused(f"Invalid value for {name}")
        return parse(value_from_ast_untyped(node, variables))

    return ScalarType(name, value_parser=parse, literal_parser=parse_literal)


SCALARS: Final = [
    _scalar("SatAmount", _sat_amount),
    _scalar("Minutes", _minutes),
    _scalar("Memo", _memo),
    _scalar("WalletId", _text("WalletId", UUID)),
    _scalar("Username", _text("Username", USERNAME, str.lower)),
    _scalar("PaymentHash", _text("PaymentHash", HEX_64, str.lower)),
    _scalar("LnPaymentRequest", _text("LnPaymentRequest", PAYMENT_REQUEST)),
    _scalar("Hex32Bytes", _text("Hex32Bytes", LOWER_HEX_64)),
    _scalar("TxExternalId", _text("TxExternalId", EXTERNAL_ID, refusal=EXTERNAL_ID_REFUSAL)),
    _scalar("DisplayCurrency", _text("DisplayCurrency", CURRENCY, str.upper)),
    ScalarType("Timestamp", serializer=_timestamp),
]

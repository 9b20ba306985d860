"""Blink's scalars, and what they refuse.

A scalar that refuses a value does not fail the request: the resolver is handed a `Refused` in
its place, and answers with it in the payload (mutations) or at the top (queries).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ariadne import ScalarType
from graphql import GraphQLError, StringValueNode, ValueNode, value_from_ast_untyped

LARGEST_AMOUNT: Final = 10_000_000_000_000
MEMO_BYTES: Final = 639
UUID: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE
)
USERNAME: Final = re.compile(r"(?!^(1|3|_|bc1|lnbc1))(?=.*[a-z])[0-9a-z_]{3,50}")
PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
HEX_64: Final = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
LOWER_HEX: Final = re.compile(r"[0-9a-f]*")
PAYMENT_REQUEST: Final = re.compile(r"ln[a-z0-9]+", re.IGNORECASE)
EXTERNAL_ID: Final = re.compile(r"[a-z0-9_-]{1,100}")
CURRENCY: Final = re.compile(r"[A-Z]{3,4}")
URL: Final = re.compile(r"https?://\S+", re.IGNORECASE)


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


def _amount(name: str) -> Callable[[Any], int | Refused]:
    def parse(value: Any) -> int | Refused:
        number = _whole(value)
        if number is None or number < 0:
            return Refused(f"Invalid value for {name}")
        return Refused(f"Value too big for {name}") if number > LARGEST_AMOUNT else number

    return parse


def _whole(value: Any) -> int | None:
    # A fraction is cut off, as JavaScript's parseInt does.
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return int(value)
    if isinstance(value, str) and (digits := re.match(r"\s*-?\d+", value)):
        return int(digits[0])
    return None


def _minutes(value: Any) -> int | Refused:
    number = _whole(value)
    return Refused("Invalid value for Minutes") if number is None or number < 0 else number


def _memo(value: Any) -> str | Refused:
    if not isinstance(value, str):
        return Refused("Invalid value for Memo")
    return Refused("Memo is too long") if len(value.encode()) > MEMO_BYTES else value


def _text(name: str, pattern: re.Pattern[str], *, lower: bool = False) -> Callable[[Any], Any]:
    def parse(value: Any) -> str | Refused:
        text = value.lower() if lower and isinstance(value, str) else value
        if not isinstance(text, str) or pattern.fullmatch(text) is None:
            return Refused(f"Invalid value for {name}")
        return text

    return parse


def _username(value: Any) -> str | Refused:
    text = value.lower() if isinstance(value, str) else ""
    if USERNAME.fullmatch(text) or PHONE.fullmatch(text):
        return text
    return Refused("Invalid value for Username")


def _hex_32_bytes(value: Any) -> str | Refused:
    if not isinstance(value, str) or LOWER_HEX.fullmatch(value) is None:
        return Refused("Hex32Bytes is not valid hex")
    return value if len(value) == 64 else Refused("Hex32Bytes is not 32 bytes")


def _external_id(value: Any) -> str | Refused:
    if isinstance(value, str) and EXTERNAL_ID.fullmatch(value):
        return value
    return Refused(
        "Invalid external id string passed. Only lowercase letters, digits, '_' and '-' are "
        "allowed, between 1 and 100 characters."
    )


def _currency(value: Any) -> str | Refused:
    text = value.upper() if isinstance(value, str) else ""
    return text if CURRENCY.fullmatch(text) else Refused("Invalid value for DisplayCurrency")


def _timestamp(value: Any) -> Any:
    # A date that has been through JSON is a text, for which Blink's scalar returns an error
    # object as if it were the value, with nothing in `errors`.
    if isinstance(value, int):
        return value
    return {"message": "Invalid value for Date", "extensions": {"code": "INVALID_INPUT"}}


def _scalar(name: str, parse: Callable[[Any], Any], *, literal_int: bool = False) -> ScalarType:
    def parse_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        if literal_int and isinstance(node, StringValueNode):
            return Refused(f"Invalid value for {name}")
        return parse(value_from_ast_untyped(node, variables))

    return ScalarType(name, value_parser=parse, literal_parser=parse_literal)


def _output(name: str) -> ScalarType:
    def refuse(_: Any) -> Any:
        raise GraphQLError(f"{name} is never sent to Blink")

    return ScalarType(name, value_parser=refuse)


SCALARS: Final = [
    _scalar("SatAmount", _amount("SatAmount"), literal_int=True),
    _scalar("CentAmount", _amount("CentAmount"), literal_int=True),
    _scalar("Minutes", _minutes),
    _scalar("Memo", _memo),
    _scalar("WalletId", _text("WalletId", UUID)),
    _scalar("Username", _username),
    _scalar("PaymentHash", _text("PaymentHash", HEX_64, lower=True)),
    _scalar("LnPaymentPreImage", _text("LnPaymentPreImage", HEX_64, lower=True)),
    _scalar("LnPaymentSecret", _text("LnPaymentSecret", HEX_64, lower=True)),
    _scalar("LnPaymentRequest", _text("LnPaymentRequest", PAYMENT_REQUEST)),
    _scalar("Hex32Bytes", _hex_32_bytes),
    _scalar("TxExternalId", _external_id),
    _scalar("EndpointUrl", _text("EndpointUrl", URL)),
    _scalar("DisplayCurrency", _currency),
    ScalarType("Timestamp", serializer=_timestamp),
    _output("Seconds"),
    _output("SafeInt"),
    _output("SignedAmount"),
    _output("SignedDisplayMajorAmount"),
]

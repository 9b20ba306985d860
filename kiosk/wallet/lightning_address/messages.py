"""What a Lightning address's server may answer: LUD-06, LUD-16, LUD-18, LUD-21, read strictly."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode

from kiosk.sale.money import MSAT_PER_SAT, Sats

_MOST_MSAT: Final = 21_000_000 * 100_000_000 * MSAT_PER_SAT
_LONGEST_METADATA: Final = 400 * 1024
_LONGEST_REASON: Final = 160
_MOST_ITEMS: Final = 50
_HEX_32_BYTES: Final = re.compile(r"[0-9a-fA-F]{64}")


class OddAnswer(Exception):
    """An answer that does not fit the protocol; the reason is fit for the log."""


class Declined(Exception):
    """`{"status": "ERROR"}`: the server said no; `reason` is its own text, shortened."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PayRequest:
    """The answer to the address itself (LUD-06).

    `least` and `most` are whole sats that can be asked for. `description_hash` is what an invoice
    must carry: sha256 of the metadata exactly as served.
    """

    callback: str
    least: Sats
    most: Sats
    description_hash: str
    comment_length: int

    def invoice_url(self, amount: Sats, expiry_s: int, comment: str = "") -> str:
        """The callback for an invoice. `expiry` is in no LUD; who does not know it ignores it."""
        query = {"amount": str(amount * MSAT_PER_SAT), "expiry": str(expiry_s)}
        if comment and self.comment_length > 0:
            query["comment"] = _shortened(comment, self.comment_length)
        return f"{self.callback}{'&' if '?' in self.callback else '?'}{urlencode(query)}"


@dataclass(frozen=True, slots=True)
class OfferedInvoice:
    """The answer to the callback: a BOLT11 text and where to ask whether it was paid (LUD-21)."""

    payment_request: str = field(repr=False)
    verify: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to `verify`. `preimage` is hex as served, None when there is none.

    Its `pr` is not read: servers were seen to answer another one. The preimage alone proves.
    """

    settled: bool
    preimage: str | None = field(repr=False)


def read_pay_request(body: Mapping[str, Any]) -> PayRequest:
    """Read the answer to the address.

    Raises:
        Declined: there is no such name, or the server says no.
        OddAnswer: it cannot be used; also when it wants to know who pays (LUD-18).
    """
    _raise_declined(body)
    if body.get("tag") != "payRequest":
        raise OddAnswer("not a payRequest")
    if _wants_payer_data(body.get("payerData")):
        raise OddAnswer("it wants to know who pays")
    metadata = body.get("metadata")
    if not isinstance(metadata, str) or not _is_metadata(metadata):
        raise OddAnswer("no metadata")
    least = _amount(body.get("minSendable"))
    most = _amount(body.get("maxSendable"))
    first = -(-least // MSAT_PER_SAT)
    last = most // MSAT_PER_SAT
    if not 1 <= max(1, first) <= last:
        raise OddAnswer("no amount of whole sats can be paid")
    comment = body.get("commentAllowed")
    return PayRequest(
        callback=_text(body.get("callback"), "callback"),
        least=Sats(max(1, first)),
        most=Sats(last),
        description_hash=sha256(metadata.encode()).hexdigest(),
        comment_length=comment if type(comment) is int and 0 <= comment <= 10_000 else 0,
    )


def read_invoice(body: Mapping[str, Any]) -> OfferedInvoice:
    """Read the answer to the callback.

    Raises:
        Declined: the server says no.
        OddAnswer: there is no invoice in it.
    """
    _raise_declined(body)
    verify = body.get("verify")
    return OfferedInvoice(
        payment_request=_text(body.get("pr"), "pr").lower(),
        verify=verify if isinstance(verify, str) and verify else None,
    )


def read_verdict(body: Mapping[str, Any]) -> Verdict:
    """Read the answer to `verify`.

    Raises:
        Declined: not found, or expired: nothing is known of a payment.
        OddAnswer: neither settled nor not.
    """
    _raise_declined(body)
    settled = body.get("settled")
    if not isinstance(settled, bool):
        raise OddAnswer("settled is neither true nor false")
    preimage = body.get("preimage")
    return Verdict(settled, preimage if isinstance(preimage, str) else None)


def proves(preimage: str | None, payment_hash: str) -> bool:
    """Whether a preimage is that of a payment hash: the only proof of a payment (D3)."""
    if preimage is None or not _HEX_32_BYTES.fullmatch(preimage):
        return False
    return sha256(bytes.fromhex(preimage)).hexdigest() == payment_hash


def _raise_declined(body: Mapping[str, Any]) -> None:
    status = body.get("status")
    if isinstance(status, str) and status.upper() == "ERROR":
        reason = body.get("reason")
        text = reason if isinstance(reason, str) else "no reason given"
        raise Declined(" ".join(_printable(text).split())[:_LONGEST_REASON])


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text[: 4 * _LONGEST_REASON])


def _amount(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise OddAnswer("an amount that is no whole number")
    return min(value, _MOST_MSAT)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value or not value.isascii():
        raise OddAnswer(f"no {name}")
    return value


def _is_metadata(text: str) -> bool:
    if len(text) > _LONGEST_METADATA:
        return False
    try:
        text.encode()
        items = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(items, list) and 0 < len(items) <= _MOST_ITEMS


def _wants_payer_data(asked: Any) -> bool:
    if not isinstance(asked, Mapping):
        return False
    return any(
        isinstance(field, Mapping) and field.get("mandatory") is True for field in asked.values()
    )


def _shortened(text: str, length: int) -> str:
    """Cut a comment: LUD-12 counts characters, servers were seen to count bytes."""
    return text.encode()[:length].decode(errors="ignore")

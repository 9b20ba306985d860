"""Invoices: what we ask Blink to make, what a BOLT11 text says, and how long it can be paid."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NewType

from kiosk.sale.money import Sats

PaymentHash = NewType("PaymentHash", str)  # 64 lower-case hex digits
PaymentRequest = NewType("PaymentRequest", str)  # BOLT11 text, lower case, without "lightning:"
SaleId = NewType("SaleId", str)
ExternalId = NewType("ExternalId", str)  # Blink's TxExternalId: 1 to 100 of [a-z0-9_-]
WalletId = NewType("WalletId", str)

# Blink's LnInvoiceCreateInput.expiresIn is in minutes, 1 to 1440; outside it silently means 4 h.
PAYOUT_EXPIRY_MIN: Final = 1440  # law of money, M2

# Blink's Memo scalar: bytes of UTF-8, not characters.
MEMO_MAX_BYTES: Final = 639

_HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice that exists at Blink, as it is journaled.

    `expires_at` is Unix seconds and `lifetime_s` seconds, both from the BOLT11 text itself.
    `verify_url` is where the server of a Lightning address says whether it was paid; empty for an
    invoice at Blink.
    """

    payment_hash: PaymentHash
    payment_request: PaymentRequest = field(repr=False)
    amount: Sats
    external_id: ExternalId
    expires_at: int
    lifetime_s: int
    verify_url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DecodedInvoice:
    """What a BOLT11 text says of itself, its signature checked.

    `amount_msat` is None for an invoice without an amount; `payee` is the node's public key, hex.
    `description_hash` is its `h` field, hex, None where it has none.
    """

    network: str  # Blink's Network: mainnet, signet, testnet, regtest
    payee: str
    amount_msat: int | None
    payment_hash: PaymentHash
    timestamp: int
    lifetime_s: int
    description_hash: str | None = None


class InvoiceStatus(StrEnum):
    """What Blink said of one of our invoices. Unknown is a status, not a failure."""

    PENDING = "pending"
    PAID = "paid"
    EXPIRED = "expired"
    UNPROVEN = "unproven"  # said to be paid, without a preimage that proves it (D3)
    UNKNOWN = "unknown"


def parse_payment_hash(text: object) -> PaymentHash | None:
    """Read a payment hash out of an answer; None when it is not one."""
    if not isinstance(text, str):
        return None
    lowered = text.lower()
    return PaymentHash(lowered) if _HASH.fullmatch(lowered) else None


def short_hash(payment_hash: PaymentHash) -> str:
    """The first 8 characters, which is all that a log line shows of a hash."""
    return payment_hash[:8]


def clipped_memo(text: str) -> str:
    """Cut a memo to what Blink takes, never through the middle of a character."""
    return text.encode()[:MEMO_MAX_BYTES].decode(errors="ignore")

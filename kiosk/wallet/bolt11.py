"""BOLT11 text -> what it says of itself. The only user of the bolt11 library in the product."""

from functools import lru_cache
from typing import Final

import bolt11

from kiosk.sale.invoice import DecodedInvoice, parse_payment_hash

# The human-readable prefix's currency part -> Blink's Network. BOLT11, "Human-Readable Part".
_NETWORKS: Final = {"bc": "mainnet", "tbs": "signet", "tb": "testnet", "bcrt": "regtest"}


class NotAnInvoice(ValueError):
    """The text is not a sound BOLT11 invoice; the text itself is not part of the message."""


@lru_cache(
    maxsize=64
)  # 4 ms on a developer's machine, and a payout is looked at again as it is paid
def decode(payment_request: str) -> DecodedInvoice:
    """Decode an invoice; the signature is checked, by recovering the payee from it if need be.

    Raises:
        NotAnInvoice: it cannot be decoded.
    """
    try:
        decoded = bolt11.decode(payment_request)
        payment_hash = parse_payment_hash(decoded.payment_hash)
        network = _NETWORKS.get(decoded.currency)
        payee = decoded.payee
        description_hash = decoded.description_hash
    except Exception as error:  # noqa: BLE001 - four libraries stumble over odd text in many ways
        raise NotAnInvoice(f"not a BOLT11 invoice: {type(error).__name__}") from None
    if payment_hash is None or network is None or not payee:
        raise NotAnInvoice("a BOLT11 invoice without hash, payee or a known network")
    return DecodedInvoice(
        network=network,
        payee=payee,
        amount_msat=int(decoded.amount_msat) if decoded.amount_msat is not None else None,
        payment_hash=payment_hash,
        timestamp=decoded.date,
        lifetime_s=decoded.expiry,
        description_hash=description_hash.lower() if description_hash else None,
    )

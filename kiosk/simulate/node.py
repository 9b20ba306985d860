"""A Lightning node as far as anybody can see it from an invoice: a key that signs BOLT11."""

import hashlib
from dataclasses import dataclass
from typing import Final

from bolt11 import (
    Bolt11,
    Bolt11Exception,
    Feature,
    Features,
    FeatureState,
    MilliSatoshi,
    TagChar,
    Tags,
    decode,
    encode,
)
from coincurve import PrivateKey

from kiosk.simulate.errors import Refusal

NETWORK: Final = "regtest"  # of every invoice here, so that no real wallet can pay one
BOLT11_CURRENCY: Final = {"mainnet": "bc", "signet": "tbs", "testnet": "tb", "regtest": "bcrt"}
MIN_FINAL_CLTV_EXPIRY: Final = 144
FEATURES: Final = Features.from_feature_list(
    {
        Feature.var_onion_optin: FeatureState.required,
        Feature.payment_secret: FeatureState.required,
        Feature.basic_mpp: FeatureState.supported,
    }
)


@dataclass(frozen=True, slots=True)
class InvoiceTerms:
    """What a BOLT11 invoice says, to be signed."""

    network: str
    amount_sat: int
    payment_hash: str
    payment_secret: str
    description: str
    description_hash: str | None
    created_at_s: int
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class DecodedInvoice:
    """What a payer reads in a BOLT11 invoice; `amount_sat` is None where the payer chooses."""

    payee: str
    payment_hash: str
    amount_sat: int | None
    description: str


class LightningNode:
    """A node as far as an invoice shows it: a key, made from a name, that signs BOLT11."""

    def __init__(self, name: str) -> None:
        # The key guards nothing but simulated money.
        self._private_key = hashlib.sha256(f"node {name}".encode()).hexdigest()
        self.pubkey: Final = PrivateKey.from_hex(self._private_key).public_key.format().hex()

    def sign(self, terms: InvoiceTerms) -> str:
        """Return the signed BOLT11 text of `terms`."""
        tags = Tags()
        tags.add(TagChar.payment_hash, terms.payment_hash)
        tags.add(TagChar.payment_secret, terms.payment_secret)
        if terms.description_hash is not None:
            tags.add(TagChar.description_hash, terms.description_hash)
        else:
            tags.add(TagChar.description, terms.description)
        tags.add(TagChar.expire_time, terms.expires_in_s)
        tags.add(TagChar.min_final_cltv_expiry, MIN_FINAL_CLTV_EXPIRY)
        tags.add(TagChar.features, FEATURES)
        amount = MilliSatoshi(terms.amount_sat * 1000)
        currency = BOLT11_CURRENCY[terms.network]
        return str(encode(Bolt11(currency, terms.created_at_s, tags, amount), self._private_key))


def read_invoice(payment_request: str) -> DecodedInvoice:
    """Decode a BOLT11 text.

    Raises:
        ApplicationError: it cannot be decoded, in Blink's words.
    """
    try:
        invoice = decode(payment_request)
        msat = invoice.amount_msat
        return DecodedInvoice(
            payee=str(invoice.payee),
            payment_hash=str(invoice.payment_hash),
            amount_sat=None if msat is None else int(msat) // 1000,
            description=str(invoice.description or ""),
        )
    # bolt11 lets the errors of its bit reader and of its signature library through.
    except (Bolt11Exception, ValueError, IndexError, TypeError, KeyError) as error:
        raise Refusal.NOT_DECODED.error() from error

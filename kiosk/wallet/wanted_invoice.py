"""What an invoice was asked to be, and whether the one that came is that invoice."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kiosk.sale.days import DAY_S
from kiosk.sale.invoice import ExternalId, Invoice, PaymentRequest, WalletId, parse_payment_hash
from kiosk.sale.money import MSAT_PER_SAT, Sats
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.wallet.answer_bounds import LONGEST_PAYMENT_REQUEST
from kiosk.wallet.bolt11 import NotAnInvoice, decode
from kiosk.wallet.errors import AccountSide, BlinkError, Refused, unexpected_answer

# A lifetime need only be long enough for its purpose: a code to be paid, a payout to be sent and
# looked up. Blink has changed its bounds before; what the invoice itself says is what counts.
CODE_LEAST_S: Final = 60
PAYOUT_LEAST_S: Final = 600
_LIFETIME_MOST_S: Final = 31 * DAY_S


class UnknownPayee(Refused):
    """All is as it was asked for, but for the node that would be paid."""


@dataclass(frozen=True, slots=True)
class WantedInvoice:
    """An invoice to be made, all but its external id; it lives `minutes`, `least_s` will do."""

    wallet: WalletId
    amount: Sats
    memo: str
    minutes: int
    least_s: int
    network: str
    side: AccountSide
    payees: frozenset[str] = frozenset()  # whose node may be paid; empty is any
    search: Callable[[], Awaitable[Invoice | None]] | None = None  # for what was sent of it


def checked(raw: Mapping[str, Any], wanted: WantedInvoice, external_id: ExternalId) -> Invoice:
    """Believe an invoice of Blink only if its BOLT11 text is what was asked for.

    Raises:
        UnknownPayee: all is as wanted, but for the node that would be paid.
        Refused: something else of it is not as wanted.
        KioskError: it cannot be read, or is too long for a code.
    """
    text = raw.get("paymentRequest")
    if not isinstance(text, str):
        raise unexpected_answer("an invoice without a BOLT11 text")
    if len(text) > LONGEST_PAYMENT_REQUEST:
        raise unexpected_answer("an invoice too long for a QR code")
    try:
        decoded = decode(text)
    except NotAnInvoice as error:
        raise unexpected_answer(str(error)) from None
    checks = {
        "hash": decoded.payment_hash == parse_payment_hash(raw.get("paymentHash")),
        "amount": decoded.amount_msat == wanted.amount * MSAT_PER_SAT,
        "lifetime": wanted.least_s <= decoded.lifetime_s <= _LIFETIME_MOST_S,
        "network": decoded.network == wanted.network,
        "payee": not wanted.payees or decoded.payee in wanted.payees,
    }
    wrong = [what for what, right in checks.items() if not right]
    if wrong:
        reason = f"the invoice's {' and '.join(wrong)} is not what was asked for"
        kind = UnknownPayee if wrong == ["payee"] else Refused
        raise kind(Trouble(TroubleKind.BLINK_ODD, reason=reason), BlinkError(reason))
    return Invoice(
        payment_hash=decoded.payment_hash,
        payment_request=PaymentRequest(text.lower()),
        amount=wanted.amount,
        external_id=external_id,
        expires_at=decoded.timestamp + decoded.lifetime_s,
        lifetime_s=decoded.lifetime_s,
    )

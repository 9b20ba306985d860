"""Look before paying: is this payout invoice the one we asked for? (law of money, M3)"""

from kiosk.sale.account import Account
from kiosk.sale.events import Event, InvoiceCreated, InvoiceRefused, PayoutCreated, PayoutNotMade
from kiosk.sale.invoice import DecodedInvoice, Invoice
from kiosk.sale.money import MSAT_PER_SAT, Sats
from kiosk.sale.trouble import Trouble, TroubleKind


def refusal_in_place_of(event: Event) -> Event | None:
    """The event to handle in place of an invoice that the journal knows from another sale.

    Only the journal knows all invoices. None for every event that Blink cannot have got wrong.
    """
    reason = "an invoice that is another sale's"
    match event:
        case PayoutCreated(sale):
            trouble = Trouble(TroubleKind.PAYOUT_GUARDED, sale, reason)
            return PayoutNotMade(sale, trouble, final=False)
        case InvoiceCreated(sale):
            return InvoiceRefused(sale, Trouble(TroubleKind.BLINK_ODD, reason=reason))
    return None


def knows_payee(decoded: DecodedInvoice, account: Account) -> bool:
    """Whether the node to be paid is Blink's, as far as Blink's nodes are known.

    Blink brings up new ones: where this is False it is asked for them again before it counts.
    """
    return not account.nodes or decoded.payee in account.nodes


def reason_not_to_pay(
    decoded: DecodedInvoice, payout: Invoice, amount: Sats, account: Account
) -> str | None:
    """Why a payout invoice must not be paid, or None. `decoded` is what its BOLT11 text says."""
    if decoded.network != account.network:
        return f"network {decoded.network}, not {account.network}"
    if not knows_payee(decoded, account):
        return f"payee {decoded.payee[:8]} is not a node of Blink's"
    if decoded.amount_msat != amount * MSAT_PER_SAT:
        return f"amount {decoded.amount_msat} msat, the sale is {amount} sat"
    if decoded.payment_hash != payout.payment_hash:
        return "payment hash differs from the journal's"
    return None

"""What to do about it. The shell does it in order, once the step's facts are durable."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from kiosk.sale.account import Account
from kiosk.sale.box import HostEffect
from kiosk.sale.facts import Ending, Fact, Sale
from kiosk.sale.invoice import ExternalId, Invoice, PaymentHash, SaleId
from kiosk.sale.money import Sats
from kiosk.sale.till import Till

# --- For the wallet (the Blink door) --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: wallets, scopes, network, nodes, limit, merchant. -> Visited | VisitFailed."""


@dataclass(frozen=True, slots=True)
class AskNodes:
    """Which nodes are Blink's own. -> NodesTold (nothing when it fails)."""


@dataclass(frozen=True, slots=True)
class FetchRates:
    """Ask for the price; it also warms the HTTPS connection. -> RatesArrived | RatesFailed."""

    currency: str


@dataclass(frozen=True, slots=True)
class OpenSale:
    """Start the sale's one task: connect the socket and, at the same time, make the invoice.

    -> InvoiceMade | InvoiceRefused, then LinkChanged and StatusTold until CloseSale; and, once the
    invoice exists, the payout invoice: PayoutMade | PayoutRefused.
    """

    sale: Sale
    external_id: ExternalId
    expires_in_min: int
    payout_external_id: ExternalId
    payout_memo: str
    account: Account


@dataclass(frozen=True, slots=True)
class CloseSale:
    """End the sale's task: complete the subscription, close the socket with 1000."""

    sale: SaleId
    ending: Ending


@dataclass(frozen=True, slots=True)
class MakePayout:
    """Make a payout invoice outside of a sale's task. -> PayoutMade | PayoutRefused.

    `begun_at` is when the sale's invoice was made, Unix seconds: no payout of it is older.
    """

    sale: SaleId
    amount: Sats
    external_id: ExternalId
    generation: int
    memo: str
    account: Account
    begun_at: int = 0


@dataclass(frozen=True, slots=True)
class AskStatus:
    """Ask Blink about invoices of ours, status and ledger. -> a StatusTold for each."""

    payment_hashes: tuple[PaymentHash, ...]
    account: Account


@dataclass(frozen=True, slots=True)
class CancelInvoice:
    """`lnInvoiceCancel`. -> CancelTold."""

    payment_hash: PaymentHash
    account: Account


@dataclass(frozen=True, slots=True)
class SendForward:
    """Pay the journaled payout invoice after looking at it (M3). -> SendTold."""

    invoice: PaymentHash
    payout: Invoice
    amount: Sats
    memo: str
    account: Account


@dataclass(frozen=True, slots=True)
class LookUp:
    """Find out what became of a payout, on our own wallet. -> LookUpTold."""

    invoice: PaymentHash
    payout: PaymentHash
    account: Account


@dataclass(frozen=True, slots=True)
class AskLimit:
    """What is left of today's `internalSend`. -> LimitTold (nothing when it fails)."""


@dataclass(frozen=True, slots=True)
class AskPast:
    """Ask for everything of this kiosk of the last days, for a lost journal. -> PastTold."""

    kiosk_id: str
    installation: str
    account: Account


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is under way: close what is open once the last answer is in."""


WalletEffect = (
    Visit
    | AskNodes
    | FetchRates
    | OpenSale
    | CloseSale
    | MakePayout
    | AskStatus
    | CancelInvoice
    | SendForward
    | LookUp
    | AskLimit
    | AskPast
    | Rest
)


# --- For the box ----------------------------------------------------------------------------


class Sound(StrEnum):
    """What the room hears."""

    KEY = "key"
    REFUSED = "refused"
    PAID = "paid"
    FORWARDED = "forwarded"
    RECEIVED = "received"  # money that was no sale
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Play:
    """One short sound."""

    sound: Sound


@dataclass(frozen=True, slots=True)
class Brighten:
    """Make the white of the QR code brighter (+1) or dimmer (-1); remembered by the screen."""

    steps: int


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """Read totals and recent sales from the journal. -> HistoryRead."""


@dataclass(frozen=True, slots=True)
class ProbeJournal:
    """Try whether the journal can be written. -> JournalWorks | JournalFailed."""


Effect = WalletEffect | Play | Brighten | ReadHistory | ProbeJournal | HostEffect


@dataclass(frozen=True, slots=True)
class Step:
    """Where the till goes next, what must be durable before that, and what to do after it.

    The shell writes `facts` in one transaction. Only when that has succeeded is `till` true and
    are `effects` carried out: write before you act.
    """

    till: Till
    facts: tuple[Fact, ...] = ()
    effects: tuple[Effect, ...] = ()

    def then(self, go_on: Callable[[Till], "Step"]) -> "Step":
        """Go on from where this step leads: facts and effects of both, in order."""
        after = go_on(self.till)
        return Step(after.till, self.facts + after.facts, self.effects + after.effects)

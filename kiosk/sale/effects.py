"""What to do about it. The shell does it in order, once the step's facts are durable."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.sale.account import Account
from kiosk.sale.device import HostEffect
from kiosk.sale.facts import Ending, Fact, Sale
from kiosk.sale.invoice import ExternalId, Invoice, PaymentHash, SaleId, WalletId
from kiosk.sale.money import Sats
from kiosk.sale.receipt_request import PrintReceipt, ReadReceipt
from kiosk.sale.sales_list import ReadSalesPage
from kiosk.sale.till import Till

# --- For the wallet (the Blink door) --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FetchAccount:
    """Ask Blink for wallets, scopes, network, nodes, limit and merchant. -> AccountFetched |
    AccountFetchFailed, and MerchantWalletResult before it where the merchant has a user name.

    `merchant_wallet` is the wallet that was accepted for that name: it is the one that is paid.
    For direct sales the merchant alone is asked about, and the till account only where forwards of
    before are to be finished; `forward_wallet` is whom those go to where the merchant has no wallet
    at Blink any more.
    """

    merchant_wallet: WalletId | None = None
    finish_forwards: bool = False
    forward_wallet: WalletId | None = None


@dataclass(frozen=True, slots=True)
class FetchNodes:
    """Which nodes are Blink's own. -> NodesResult (nothing when it fails)."""


@dataclass(frozen=True, slots=True)
class FetchRates:
    """Ask for the price; it also warms the HTTPS connection. -> RatesFetched | RatesFetchFailed."""

    currency: str


@dataclass(frozen=True, slots=True)
class OpenSale:
    """Start the sale's one task: connect the socket and, at the same time, make the invoice.

    -> InvoiceCreated | InvoiceRefused, then ConnectionChanged and InvoiceStatusResult until
    CloseSale; and, once the invoice exists, the payout invoice: PayoutCreated | PayoutNotMade.
    """

    sale: Sale
    external_id: ExternalId
    expires_in_min: int
    payout_external_id: ExternalId
    payout_memo: str
    account: Account


@dataclass(frozen=True, slots=True)
class OpenDirectSale:
    """Start the one task of a direct sale: an invoice in the merchant's name, and watch it.

    -> InvoiceCreated | InvoiceRefused, then ConnectionChanged and InvoiceStatusResult until
    CloseSale.
    """

    sale: Sale
    expires_in_min: int
    account: Account


@dataclass(frozen=True, slots=True)
class CloseSale:
    """End the sale's task: complete the subscription, close the socket with 1000."""

    sale: SaleId
    ending: Ending


@dataclass(frozen=True, slots=True)
class CreatePayout:
    """Make a payout invoice outside of a sale's task. -> PayoutCreated | PayoutNotMade.

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
class FetchInvoiceStatus:
    """Ask Blink about invoices of ours, status and ledger. -> a InvoiceStatusResult for each.

    `asked_s` is when it is asked, monotonic. It comes back with the answers.
    """

    payment_hashes: tuple[PaymentHash, ...]
    account: Account
    asked_s: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class FetchDirectStatus:
    """Ask about invoices in the merchant's name. -> a InvoiceStatusResult for each.

    `asked_s` is when it is asked, monotonic. It comes back with the answers.
    """

    invoices: tuple[Invoice, ...]
    asked_s: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CancelInvoice:
    """`lnInvoiceCancel`. -> CancelInvoiceResult."""

    payment_hash: PaymentHash
    account: Account


@dataclass(frozen=True, slots=True)
class SendForward:
    """Pay the journaled payout invoice after looking at it (M3). -> SendForwardResult."""

    invoice_hash: PaymentHash
    payout: Invoice
    amount: Sats
    memo: str
    account: Account


@dataclass(frozen=True, slots=True)
class LookUpPayout:
    """Find out what became of a payout, on our own wallet. -> LookUpPayoutResult."""

    invoice_hash: PaymentHash
    payout_hash: PaymentHash
    account: Account


@dataclass(frozen=True, slots=True)
class FetchDailyLimit:
    """What is left of today's `internalSend`. -> DailyLimitResult (nothing when it fails)."""


@dataclass(frozen=True, slots=True)
class FetchLedgerHistory:
    """Ask for everything of this kiosk of the last days, for a lost journal. ->
    LedgerHistoryResult.

    `asked_s` is when it is asked, monotonic. It comes back with the answer.
    """

    kiosk_id: str
    installation: str
    account: Account
    asked_s: float = field(compare=False)


@dataclass(frozen=True, slots=True)
class CloseConnections:
    """Nothing is under way: close what is open once the last answer is in."""


WalletEffect = (
    FetchAccount
    | FetchNodes
    | FetchRates
    | OpenSale
    | OpenDirectSale
    | CloseSale
    | CreatePayout
    | FetchInvoiceStatus
    | FetchDirectStatus
    | CancelInvoice
    | SendForward
    | LookUpPayout
    | FetchDailyLimit
    | FetchLedgerHistory
    | CloseConnections
)


# --- For the device ----------------------------------------------------------------------------


class Sound(StrEnum):
    """A sound for the people at the counter."""

    KEY = "key"
    REFUSED = "refused"
    PAID = "paid"
    FORWARDED = "forwarded"
    RECEIVED = "received"  # money that was no sale
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class PlaySound:
    """One short sound."""

    sound: Sound


@dataclass(frozen=True, slots=True)
class AdjustCodeBrightness:
    """Make the white of the QR code brighter (+1) or dimmer (-1); remembered by the screen."""

    steps: int


@dataclass(frozen=True, slots=True)
class ReadSalesHistory:
    """Read totals from the journal. -> SalesHistoryResult."""


@dataclass(frozen=True, slots=True)
class ReadCashierSums:
    """Read what a cashier has taken today. -> CashierSumsResult."""

    cashier: str


@dataclass(frozen=True, slots=True)
class ReadSale:
    """Read one sale from the journal. -> SaleDetailsResult."""

    sale: SaleId


@dataclass(frozen=True, slots=True)
class ProbeJournal:
    """Try whether the journal can be written. -> JournalWritable | JournalFailed."""


Effect = (
    WalletEffect
    | PlaySound
    | AdjustCodeBrightness
    | ReadSalesHistory
    | ReadSalesPage
    | ReadCashierSums
    | ReadSale
    | ReadReceipt
    | PrintReceipt
    | ProbeJournal
    | HostEffect
)


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
        next_step = go_on(self.till)
        return Step(next_step.till, self.facts + next_step.facts, self.effects + next_step.effects)

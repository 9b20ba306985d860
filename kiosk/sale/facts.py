"""Facts: what the journal keeps. A fact is durable before anything acts on it (M5).

States only move forward, and the key is the payment hash: a fact that arrives twice is one fact.
"""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.sale.invoice import Invoice, PaymentHash, SaleId, WalletId
from kiosk.sale.money import Fiat, Rate, Sats
from kiosk.sale.pin_tries import MANAGER
from kiosk.sale.tax import SaleLine, TaxShare
from kiosk.sale.trouble import TroubleKind


@dataclass(frozen=True, slots=True)
class Sale:
    """One sale: what the customer is asked for. `amount` includes `tip`.

    `price` is what was typed, without the tip, in its own currency; SAT when it was typed in sats.
    `tip_minor` is the tip in the same currency.
    `rate` is the rate of that moment, None when sats were typed and no rate was known.
    `started_at` is Unix seconds. `direct`: the invoice is the merchant's own, and nothing is
    forwarded. `lines` are the items with their tax and names, none where they have neither; they
    add up to `price`. `cashier` is who sold it, empty where nobody says so.
    """

    id: SaleId
    amount: Sats
    price: Fiat
    rate: Rate | None
    started_at: int
    memo: str
    tip: Sats = Sats(0)
    tip_minor: int = 0
    items: tuple[int, ...] = ()
    direct: bool = False
    lines: tuple[SaleLine, ...] = ()
    cashier: str = ""

    @property
    def whole_price(self) -> Fiat:
        """What the customer pays in the currency it was typed in, tip included."""
        return Fiat(self.price.minor + self.tip_minor, self.price.currency)


class Ending(StrEnum):
    """Why a sale left the screen, and an invoice its watch. The log says the first three."""

    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUSED = "refused"  # no invoice could be had, or the merchant cannot be paid
    INTERRUPTED = "interrupted"  # the program ended with the sale on the screen


class ForwardStatus(StrEnum):
    """Where a forward stands. Unknown is a status, not an exception and not a failure."""

    PLANNED = "planned"  # journaled, not sent; perhaps its payout invoice is still to be made
    SENT = "sent"  # handed to Blink, no answer yet
    UNKNOWN = "unknown"  # the answer was lost or unclear: look it up, never send again first
    FAILED = "failed"  # refused, and a look-up found nothing moved: will be sent again
    SETTLED = "settled"  # the merchant has it
    STOPPED = "stopped"  # an alarm: a person has to look; nothing is sent any more


@dataclass(frozen=True, slots=True)
class SaleStarted:
    """An amount was charged: before Blink is asked for the invoice."""

    sale: Sale


@dataclass(frozen=True, slots=True)
class InvoiceIssued:
    """The sale's invoice in the BlinkPOS account: before its QR code is drawn."""

    sale: SaleId
    invoice: Invoice


@dataclass(frozen=True, slots=True)
class CodeReplaced:
    """The sale is a new code for one whose code had run out; `first` was the first of them."""

    sale: SaleId
    first: PaymentHash


@dataclass(frozen=True, slots=True)
class LateMoneyNoticed:
    """The sale was paid after it had left the screen, and the screen tells it from now on."""

    sale: SaleId


@dataclass(frozen=True, slots=True)
class LateMoneyPutAway:
    """Somebody has read that the sale was paid late."""

    sale: SaleId


@dataclass(frozen=True, slots=True)
class PayoutIssued:
    """A payout invoice in the merchant account: before it is paid.

    `generation` is 1 for the first; a successor (M6) has the next number and replaces it.
    """

    sale: SaleId
    payout: Invoice
    generation: int = 1


@dataclass(frozen=True, slots=True)
class SaleLeftScreen:
    """The sale is no longer on the screen; its invoice may still be paid."""

    sale: SaleId
    ending: Ending
    direct: bool = False


@dataclass(frozen=True, slots=True)
class InvoicePaid:
    """The customer has paid. Planning the forward is the same fact.

    `late`: the sale had left the screen before.
    """

    sale: SaleId
    payment_hash: PaymentHash
    late: bool


@dataclass(frozen=True, slots=True)
class InvoiceNeverPaid:
    """Unpaid a day after its end: not asked about again."""

    sale: SaleId
    payment_hash: PaymentHash


@dataclass(frozen=True, slots=True)
class ForwardStatusChanged:
    """The forward of a sale took a step. `payout` is the payout invoice it is about, if any."""

    sale: SaleId
    status: ForwardStatus
    payout: PaymentHash | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PaidTwice:
    """More than one payment came in for one invoice; only one amount is forwarded (M12)."""

    sale: SaleId
    payment_hash: PaymentHash
    payments: int


@dataclass(frozen=True, slots=True)
class AlarmTold:
    """An alarm that only tells is on the screen from now on, until somebody has read it.

    `kind` is of `odd_money.ONLY_TOLD`; `subject` is what its sentence is about, as in `Trouble`.
    """

    sale: SaleId
    kind: TroubleKind
    subject: str


@dataclass(frozen=True, slots=True)
class AlarmRead:
    """Somebody has read what an alarm told about a sale."""

    sale: SaleId
    kind: TroubleKind


@dataclass(frozen=True, slots=True)
class DigitsAccepted:
    """A currency is charged in with so many fraction digits from here on."""

    currency: str
    digits: int


@dataclass(frozen=True, slots=True)
class MerchantWalletAccepted:
    """The merchant of this user name is paid into this wallet from here on."""

    username: str
    wallet: WalletId


@dataclass(frozen=True, slots=True)
class DirectInvoiceIssued:
    """A direct sale's invoice, in the merchant's name: before its code is drawn (D2)."""

    sale: SaleId
    invoice: Invoice


@dataclass(frozen=True, slots=True)
class DirectInvoicePaid:
    """A preimage proves that the customer has paid the merchant (D3). Nothing is forwarded.

    `late`: the sale had left the screen before.
    """

    sale: SaleId
    payment_hash: PaymentHash
    late: bool


@dataclass(frozen=True, slots=True)
class DirectInvoiceNeverPaid:
    """No proof of payment until its end: not asked about again."""

    sale: SaleId
    payment_hash: PaymentHash


@dataclass(frozen=True, slots=True)
class DirectPaymentUnproven:
    """The merchant's server says that it was paid, and does not prove it: undecided."""

    sale: SaleId
    payment_hash: PaymentHash


@dataclass(frozen=True, slots=True)
class DirectPaymentReviewed:
    """The manager has looked into the wallet because of an unproven payment."""

    sale: SaleId


@dataclass(frozen=True, slots=True)
class DayClosed:
    """The manager closed the day: totals "since last close" begin here.

    `by` is who closed it, empty where nobody says so.
    """

    at: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class RefundRecorded:
    """The merchant gave money back for a paid sale: its `part`-th refund, from 1 on.

    Amounts in minor units of the sale's currency, tip included in `minor`; sats at the sale's rate.
    """

    sale: SaleId
    part: int
    minor: int
    tip_minor: int
    amount: Sats
    tip: Sats
    taxes: tuple[TaxShare, ...]
    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class PinTried:
    """A PIN was typed: how many times in a row it was wrong by now, 0 for right.

    `owner` is whose it is (`sale.pin_tries`).
    """

    wrong: int
    owner: str = MANAGER


@dataclass(frozen=True, slots=True)
class JournalRebuilt:
    """Blink has been asked what became of the sales of a journal that is kept as `name`."""

    name: str


@dataclass(frozen=True, slots=True)
class ForeignCodesAwaited:
    """Codes of other installations, begun before a journal was lost, may be paid until `until`.

    `begun_before` and `until` are Unix seconds; `until` is None when nobody can pay them any more.
    """

    begun_before: int
    until: int | None


@dataclass(frozen=True, slots=True)
class SaleUndecided:
    """A sale of a lost journal of which nobody can say whether it was forwarded: never paid."""

    sale: SaleId
    reason: str


SaleFact = (
    SaleStarted | InvoiceIssued | PayoutIssued | SaleLeftScreen | InvoicePaid | ForwardStatusChanged
)


@dataclass(frozen=True, slots=True)
class RecoveredFact:
    """A fact of a time before this journal, `at` Unix seconds, taken from Blink's ledger.

    It fills gaps: what the journal says itself stands.
    """

    fact: SaleFact
    at: int


Fact = (
    SaleStarted
    | InvoiceIssued
    | CodeReplaced
    | LateMoneyNoticed
    | LateMoneyPutAway
    | PayoutIssued
    | SaleLeftScreen
    | InvoicePaid
    | InvoiceNeverPaid
    | ForwardStatusChanged
    | PaidTwice
    | AlarmTold
    | AlarmRead
    | DigitsAccepted
    | MerchantWalletAccepted
    | DirectInvoiceIssued
    | DirectInvoicePaid
    | DirectInvoiceNeverPaid
    | DirectPaymentUnproven
    | DirectPaymentReviewed
    | DayClosed
    | RefundRecorded
    | PinTried
    | JournalRebuilt
    | ForeignCodesAwaited
    | SaleUndecided
    | RecoveredFact
)

"""What happened. Doors put events into the loop's inbox; nothing else changes the till."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.sale.account import Account, MerchantUpdates, Rates
from kiosk.sale.books import CashierSums, CloseReport
from kiosk.sale.device import CopyResult, DeviceActionResult, DeviceFactsResult
from kiosk.sale.hours import HourSums
from kiosk.sale.invoice import Invoice, InvoiceStatus, PaymentHash, SaleId, WalletId
from kiosk.sale.keys import Key, Letter, Row
from kiosk.sale.ledger_history import LedgerHistory
from kiosk.sale.money import Cents, Sats
from kiosk.sale.payee_lookup import PayeeFound, PayeeNotFound
from kiosk.sale.phone_setup import PhoneProgress
from kiosk.sale.receipt_request import PrinterChanged, ReceiptDetailsResult, ReceiptGivenUp
from kiosk.sale.rules import Rules
from kiosk.sale.sale_record import SaleDetails
from kiosk.sale.sales_list import SalesPageResult
from kiosk.sale.screens import ConnectionState
from kiosk.sale.settings_change import SettingsChangeResult
from kiosk.sale.totals import Totals
from kiosk.sale.trouble import Trouble
from kiosk.sale.wifi import WifiJoinResult, WifiScanResult


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed. `now_s` is monotonic, `unix_s` the wall clock."""

    now_s: float
    unix_s: int


# --- From panel, screen and keyboard -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key, from the keypad, the touchscreen or a keyboard."""

    key: Key


@dataclass(frozen=True, slots=True)
class LetterTyped:
    """A character of a passphrase; on every other screen it means nothing."""

    letter: Letter


@dataclass(frozen=True, slots=True)
class RowTouched:
    """A row of the list on the screen."""

    row: Row


@dataclass(frozen=True, slots=True)
class KeyStuck:
    """A key of the keypad has been down for too long; `legend` is what is printed on it."""

    legend: str


@dataclass(frozen=True, slots=True)
class KeyReleased:
    """The stuck key came up."""

    legend: str


# --- From Blink -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountFetched:
    """Blink answered and the merchant can be paid: sales can be made. Or the one that is made again
    daily.
    """

    account: Account


@dataclass(frozen=True, slots=True)
class AccountFetchFailed:
    """The account could not be fetched; at start it is tried again with a growing pause."""

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class MerchantWalletResult:
    """The wallet that Blink names for the merchant's user name now."""

    wallet: WalletId


@dataclass(frozen=True, slots=True)
class NodesResult:
    """Blink's own nodes as of now; an empty set means that they are not known."""

    nodes: frozenset[str]


@dataclass(frozen=True, slots=True)
class RatesFetched:
    """A price, with its age."""

    rates: Rates


@dataclass(frozen=True, slots=True)
class RatesFetchFailed:
    """No price to be had now."""

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class InvoiceCreated:
    """The sale's invoice exists; it was decoded and is exactly what was asked for."""

    sale: SaleId
    invoice: Invoice


@dataclass(frozen=True, slots=True)
class InvoiceRefused:
    """No invoice for this sale."""

    sale: SaleId
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class PayoutCreated:
    """The payout invoice of a sale exists in the merchant account."""

    sale: SaleId
    payout: Invoice
    generation: int


@dataclass(frozen=True, slots=True)
class PayoutNotMade:
    """No payout invoice. `final`: impossible for good (no such user, RECEIVE_DISABLED, key)."""

    sale: SaleId
    trouble: Trouble
    final: bool


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The sale's socket: connecting, live, reconnecting, asking."""

    sale: SaleId
    connection: ConnectionState


@dataclass(frozen=True, slots=True)
class InvoiceStatusResult:
    """What Blink says of one of our invoices, by push or by answer; it named this hash itself.

    `payments` is how many payments the ledger shows for it, None when the ledger was not asked.
    `asked_s` is when the question was asked, monotonic, None for a push. Only an answer to a
    question of after an invoice's end is its last word: a machine may sleep between the two.
    UNKNOWN: the question was asked and no usable answer came.
    """

    payment_hash: PaymentHash
    status: InvoiceStatus
    payments: int | None = None
    asked_s: float | None = None


class CancelOutcome(StrEnum):
    """What `lnInvoiceCancel` answered."""

    CANCELLED = "cancelled"
    PROCESSED = "processed"  # paid, expired, already cancelled, or a payment is under way
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CancelInvoiceResult:
    """The answer to a cancelling."""

    payment_hash: PaymentHash
    answer: CancelOutcome


class SendOutcome(StrEnum):
    """What became of one `lnInvoicePaymentSend`, read as M6 says. Only SUCCESS settles."""

    SUCCESS = "success"
    ALREADY_PAID = "already_paid"  # also FAILURE "Invoice is already paid"
    PENDING = "pending"
    FAILURE = "failure"  # not proof that no money moved
    EXPIRED = "expired"  # refused as expired
    LIMITED = "limited"  # TRANSACTION_RESTRICTED: the daily limit or the key's spending cap
    NO_BALANCE = "no_balance"
    GUARDED = "guarded"  # M3: not sent, the payout invoice is not the one we asked for
    NOT_SENT = "not_sent"  # the connection could not be made: nothing left this device
    LOST = "lost"  # it left and no usable answer came


@dataclass(frozen=True, slots=True)
class SendForwardResult:
    """The answer to paying a payout invoice; `invoice_hash` is the sale's."""

    invoice_hash: PaymentHash
    payout_hash: PaymentHash
    answer: SendOutcome
    reason: str = ""


class LookUpOutcome(StrEnum):
    """What a look-up of a payout on our own wallet found (`transactionsByPaymentHash`)."""

    SETTLED = "settled"  # a SEND with SUCCESS
    PENDING = "pending"  # a SEND that is not decided yet
    NOTHING = "nothing"  # a proper answer, and no SEND in it
    UNKNOWN = "unknown"  # no usable answer


@dataclass(frozen=True, slots=True)
class LookUpPayoutResult:
    """The answer to a look-up; `invoice_hash` is the sale's."""

    invoice_hash: PaymentHash
    payout_hash: PaymentHash
    outcome: LookUpOutcome


@dataclass(frozen=True, slots=True)
class LedgerHistoryResult:
    """What Blink shows of this kiosk's last days; None when it could not be had, or not whole.

    `asked_s` is when the question was asked, monotonic. What is not in the answer may have happened
    since: a machine may sleep between the two.
    """

    history: LedgerHistory | None
    asked_s: float


@dataclass(frozen=True, slots=True)
class DailyLimitResult:
    """What is left of today's `internalSend`, None when Blink did not say."""

    left: Cents | None


@dataclass(frozen=True, slots=True)
class MerchantReceived:
    """Money arrived in the merchant account directly (MERCHANT_UPDATES). Never one of our sales."""

    payment_hash: PaymentHash | None
    amount: Sats


@dataclass(frozen=True, slots=True)
class MerchantUpdatesChanged:
    """The optional second socket came up or went down."""

    updates: MerchantUpdates


# --- From the journal -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JournalFailed:
    """It cannot be written: no sale until it can."""

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class JournalWritable:
    """It can be written again."""


@dataclass(frozen=True, slots=True)
class RetryRequested:
    """Somebody wants what waits to be tried now: `kiosk forwards --retry`."""


@dataclass(frozen=True, slots=True)
class SalesHistoryResult:
    """The journal's answer for the manager's screens."""

    today: Totals
    since_close: Totals
    closes: tuple[CloseReport, ...] = ()  # the newest first
    cashiers: tuple[CashierSums, ...] = ()  # what of today is whose
    hours: tuple[HourSums, ...] = ()  # of today


@dataclass(frozen=True, slots=True)
class CashierSumsResult:
    """The journal's answer: what a cashier has taken today."""

    today: CashierSums


@dataclass(frozen=True, slots=True)
class SaleDetailsResult:
    """One sale as the journal has it."""

    details: SaleDetails


@dataclass(frozen=True, slots=True)
class SettingsApplied:
    """What the running till sells by from now on; of `rules` the token of its run is not used."""

    rules: Rules


@dataclass(frozen=True, slots=True)
class BootFilesReported:
    """Files of the boot partition were refused or left there; the settings in force go on."""

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class DeviceFailed:
    """A part of the device cannot be used; sales go on without it."""

    trouble: Trouble


Event = (
    Tick
    | KeyPressed
    | LetterTyped
    | RowTouched
    | KeyStuck
    | KeyReleased
    | AccountFetched
    | AccountFetchFailed
    | MerchantWalletResult
    | NodesResult
    | RatesFetched
    | RatesFetchFailed
    | InvoiceCreated
    | InvoiceRefused
    | PayoutCreated
    | PayoutNotMade
    | ConnectionChanged
    | InvoiceStatusResult
    | CancelInvoiceResult
    | SendForwardResult
    | LookUpPayoutResult
    | DailyLimitResult
    | LedgerHistoryResult
    | MerchantReceived
    | MerchantUpdatesChanged
    | JournalFailed
    | JournalWritable
    | RetryRequested
    | SalesHistoryResult
    | SalesPageResult
    | CashierSumsResult
    | SaleDetailsResult
    | ReceiptDetailsResult
    | PrinterChanged
    | ReceiptGivenUp
    | BootFilesReported
    | DeviceFailed
    | DeviceActionResult
    | CopyResult
    | DeviceFactsResult
    | WifiScanResult
    | WifiJoinResult
    | SettingsChangeResult
    | PhoneProgress
    | SettingsApplied
    | PayeeFound
    | PayeeNotFound
)

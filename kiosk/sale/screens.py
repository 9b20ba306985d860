"""The screens of a sale, from the amount to the payment, and `Screen`: every one that there is."""

from dataclasses import dataclass
from enum import StrEnum
from math import inf

from kiosk.sale.books import CashierSums
from kiosk.sale.entry import Entry, Tip
from kiosk.sale.facts import Ending, Sale
from kiosk.sale.first_run_screen import FirstRun
from kiosk.sale.invoice import Invoice, PaymentHash
from kiosk.sale.manager_screens import (
    DeviceScreen,
    EnteringPin,
    ManagerScreen,
    ReceiptScreen,
    RefundScreen,
    SaleScreen,
)
from kiosk.sale.money import Currency, Rate, Sats
from kiosk.sale.settings_screen import SettingsScreen
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.wifi import WifiScreen


class ConnectionState(StrEnum):
    """The BlinkPOS connection, as the screen shows it."""

    STANDBY = "standby"  # not requested
    CONNECTING = "connecting"
    LIVE = "live"  # subscribed to this invoice
    RECONNECTING = "reconnecting"
    ASKING = "asking"  # no socket to be had: the sale works by asking


@dataclass(frozen=True, slots=True)
class EnteringAmount:
    """The amount is being typed; with an empty entry this is idle. `notice` says what was wrong.

    `shown` is another unit that the amount is shown in: what was typed stays. `connections`:
    somebody has tapped the signs of the connections for their words.
    """

    entry: Entry
    notice: Trouble | None = None
    shown: Currency | None = None
    connections: bool = False


@dataclass(frozen=True, slots=True)
class FetchingPrice:
    """A fresh rate is on its way: then the sale goes on, or the amount is shown in unit `show_in`.

    `tip` is what the customer has chosen already, None if the customer is still to be asked.
    `agreed` are the warnings that the cashier has gone on from.
    """

    entry: Entry
    since_s: float
    show_in: Currency | None = None
    tip: Tip | None = None
    agreed: frozenset[TroubleKind] = frozenset()


@dataclass(frozen=True, slots=True)
class CheckingLimit:
    """The amount is above what was left of today's limit: Blink is asked what is left now (M10)."""

    entry: Entry
    since_s: float
    tip: Tip | None = None
    agreed: frozenset[TroubleKind] = frozenset()


@dataclass(frozen=True, slots=True)
class ChoosingTip:
    """The customer chooses a tip: a key 1 to 4 takes a percentage, PLUS an own amount."""

    entry: Entry
    own_tip: Entry | None = None
    agreed: frozenset[TroubleKind] = frozenset()


@dataclass(frozen=True, slots=True)
class ConfirmingLimit:
    """The cashier is warned before the QR: CHARGE goes on, CLEAR goes back (M10).

    `prices` are the last one known and the one that has jumped against it.
    """

    entry: Entry
    notice: Trouble
    tip: Tip | None = None
    agreed: frozenset[TroubleKind] = frozenset()
    prices: tuple[Rate, Rate] | None = None


@dataclass(frozen=True, slots=True)
class AcceptingDigits:
    """Blink writes a currency with other fraction digits than before: is that right?

    `entry` is the amount that waits for the answer, None behind the PIN.
    """

    unit: Currency
    digits_before: int
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class RequestingInvoice:
    """The invoice has been asked for."""

    sale: Sale
    entry: Entry
    since_s: float


class CodeDetail(StrEnum):
    """What is shown beside the code because somebody tapped for it."""

    NONE = "none"
    BRIGHTNESS = "brightness"
    CONNECTIONS = "connections"


@dataclass(frozen=True, slots=True)
class AwaitingPayment:
    """The QR code is up. `ends_s` is monotonic, reckoned from the BOLT11's own lifetime.

    CHECK asks again and again until `check_until_s`, next at `check_due_s`, which is
    None while a question is under way. `checked_s` is when Blink last had seen no payment.
    `lower_case` draws the code in lower case, for a wallet that cannot read upper case.
    """

    sale: Sale
    entry: Entry
    invoice: Invoice
    shown_s: float
    ends_s: float
    connection: ConnectionState = ConnectionState.CONNECTING
    payout_ready: bool = False
    check_until_s: float | None = None
    check_due_s: float | None = None
    checked_s: float | None = None
    notice: Trouble | None = None
    detail: CodeDetail = CodeDetail.NONE
    lower_case: bool = False

    @property
    def checking(self) -> bool:
        """Whether CHECK is being answered."""
        return self.check_until_s is not None


@dataclass(frozen=True, slots=True)
class LeavingCode:
    """Asking once more, and cancelling, before the QR goes away (M8). The code is covered."""

    awaiting: AwaitingPayment
    ending: Ending
    since_s: float
    status_answered: bool = False
    cancel_answered: bool = False


@dataclass(frozen=True, slots=True)
class CodeExpired:
    """The code has run out: CHARGE makes a new one for the same amount.

    `code` is the one that has run out. `asking_s` is since when it is asked about once more, after
    CHARGE, else None.
    """

    sale: Sale
    entry: Entry
    since_s: float
    code: PaymentHash | None = None
    asking_s: float | None = None


@dataclass(frozen=True, slots=True)
class Paid:
    """The customer has paid; the merchant's share is on its way (M7)."""

    sale: Sale
    payment_hash: PaymentHash
    since_s: float


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The merchant has it: the payment animation.

    `since_s` is when the forward settled, `paid_s` when the customer had paid.
    """

    sale: Sale
    since_s: float
    paid_s: float = -inf


@dataclass(frozen=True, slots=True)
class SaleReceived:
    """A direct sale is paid, and the merchant has it: the payment animation."""

    sale: Sale
    since_s: float


@dataclass(frozen=True, slots=True)
class ReceivedDirectly:
    """Money came to the merchant account directly (MERCHANT_UPDATES)."""

    amount: Sats
    since_s: float


@dataclass(frozen=True, slots=True)
class SaleFailed:
    """A trouble that ends the sale and needs a key; `entry` is kept for trying again."""

    trouble: Trouble
    entry: Entry


@dataclass(frozen=True, slots=True)
class ChoosingCashier:
    """Who sells? `typed` is of a two-digit code; `entry` is the amount that waits for the answer.

    `top` is the first cashier that is shown. `today` is the own total of whoever is chosen already,
    None where nobody is, or until the journal has answered.
    """

    entry: Entry
    typed: str = ""
    top: int = 0
    notice: Trouble | None = None
    today: CashierSums | None = None


@dataclass(frozen=True, slots=True)
class ChoosingItem:
    """The quick items. `entry` is the sum so far, with nothing typed; `times` how many of the next.

    `typed` is of the two digits of an item; `top` is the first item that is shown.
    """

    entry: Entry
    typed: str = ""
    top: int = 0
    times: int = 1


Screen = (
    EnteringAmount
    | FetchingPrice
    | CheckingLimit
    | ChoosingTip
    | ConfirmingLimit
    | AcceptingDigits
    | RequestingInvoice
    | AwaitingPayment
    | LeavingCode
    | CodeExpired
    | Paid
    | Forwarded
    | SaleReceived
    | ReceivedDirectly
    | SaleFailed
    | ChoosingCashier
    | ChoosingItem
    | EnteringPin
    | ManagerScreen
    | SaleScreen
    | RefundScreen
    | ReceiptScreen
    | DeviceScreen
    | WifiScreen
    | FirstRun
    | SettingsScreen
)

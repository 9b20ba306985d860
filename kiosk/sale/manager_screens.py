"""What is on the screen behind a PIN, and the question for the PIN itself."""

from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.sale.books import CashierSums, CloseReport
from kiosk.sale.cashier import Cashier
from kiosk.sale.device import DeviceNotice
from kiosk.sale.entry import Entry
from kiosk.sale.hours import HourSums
from kiosk.sale.invoice import InvoiceStatus
from kiosk.sale.refund import RefundReason
from kiosk.sale.sale_record import SaleDetails
from kiosk.sale.sales_list import SalesList
from kiosk.sale.totals import Totals
from kiosk.sale.trouble import Trouble


class BehindPin(StrEnum):
    """What the right PIN opens."""

    PAGES = "pages"
    WIFI = "wifi"


@dataclass(frozen=True, slots=True)
class CashierLogin:
    """What the right PIN of a cashier opens: the amount that was typed, under that name."""

    cashier: Cashier
    entry: Entry


@dataclass(frozen=True, slots=True)
class EnteringPin:
    """Somebody types a PIN; only its length is known here, `typed` never reaches a repr."""

    typed: str = field(default="", repr=False)
    notice: Trouble | None = None
    opens: BehindPin | CashierLogin = BehindPin.PAGES


class ManagerPage(StrEnum):
    """The manager's screens."""

    TOTALS = "totals"
    HISTORY = "history"
    FORWARDS = "forwards"
    DEVICE = "box"  # restart, shut down, Wi-Fi


@dataclass(frozen=True, slots=True)
class ManagerScreen:
    """Behind the PIN. The totals are None until the journal has answered.

    `sales` is the page of the list of sales, `top` the first forward that is shown. `notice` is
    what came of the last thing asked of the device. `closing` asks whether the day is to be closed,
    which cannot be undone. `closes` are the reports of the last ones, newest first; on the page of
    totals `top` counts them from 1, and 0 is the totals. `by_cashier` shows instead what each
    cashier has taken, in that close or today (`cashiers`). `hours` are those of today.
    """

    page: ManagerPage
    top: int = 0
    totals: Totals | None = None
    since_close: Totals | None = None
    sales: SalesList = SalesList()
    since_s: float = 0.0
    notice: DeviceNotice | None = None
    closing: bool = False
    closes: tuple[CloseReport, ...] = ()
    cashiers: tuple[CashierSums, ...] = ()
    by_cashier: bool = False
    hours: tuple[HourSums, ...] = ()


@dataclass(frozen=True, slots=True)
class SaleScreen:
    """One sale, opened from a list behind the PIN; CLEAR goes back to it.

    `asking`: Blink is asked about it. `answer` is what Blink said last, None before.
    """

    details: SaleDetails
    manager: ManagerScreen
    asking: bool = False
    answer: InvoiceStatus | None = None
    since_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RefundScreen:
    """Giving money back for the sale of a page. `minor` is how much, None while it is typed.

    `reason` is None while it is chosen; then the merchant is told how, and says that it was done.
    """

    page: SaleScreen
    entry: Entry
    minor: int | None = None
    reason: RefundReason | None = None
    since_s: float = 0.0


@dataclass(frozen=True, slots=True)
class ReceiptScreen:
    """A paper of a sale as a code for the customer's phone, and from here printed.

    `page` is the sale's page behind the PIN that CLEAR goes back to, None for the next sale.
    `refund` says which paper: 0 is the sale's receipt, from 1 on its refunds, the oldest first.
    `printed`: it has been given to the printer here.
    """

    details: SaleDetails
    page: SaleScreen | None = None
    refund: int = 0
    printed: bool = False
    since_s: float = 0.0


@dataclass(frozen=True, slots=True)
class DeviceScreen:
    """What the device knows of itself, behind the PIN; CLEAR goes back to its page."""

    since_s: float = 0.0

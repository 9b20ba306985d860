"""Where everything stands: the screen, the money under way, the connection to Blink."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf
from types import MappingProxyType
from typing import Final

from kiosk.sale.account import Account, MerchantUpdates, Rates
from kiosk.sale.cashier import Cashier
from kiosk.sale.device import DeviceFacts
from kiosk.sale.facts import Ending, ForwardStatus, Sale
from kiosk.sale.invoice import Invoice, PaymentHash, SaleId, WalletId
from kiosk.sale.ledger_history import LostJournal
from kiosk.sale.money import Cents, Currency, Rate
from kiosk.sale.pin_tries import PinTries
from kiosk.sale.receipt import Receipt
from kiosk.sale.rules import Rules
from kiosk.sale.sale_record import SaleRecord
from kiosk.sale.sales_list import USUAL_ROOM
from kiosk.sale.screens import Screen
from kiosk.sale.trouble import Trouble, TroubleKind

# So many late payments wait to be read; the history has them all.
MOST_LATE: Final = 20


# --- The connection to Blink and the merchant ------------------------------------------------


@dataclass(frozen=True, slots=True)
class FetchingAccount:
    """Asking Blink who we are, at start or after a trouble. `tries` grows the pause between.

    `due_s` is the monotonic time of the next try, None while one is under way. `trouble` is what
    the last one met: with it the kiosk is out of service, and the screen says why.
    """

    tries: int = 0
    due_s: float | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """Blink answered, the merchant can be paid: sales can be made."""


Service = FetchingAccount | Ready


# --- Money under way ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WatchedInvoice:
    """An invoice that is not final: on the screen, or left behind (M8).

    `next_check_s` is the monotonic time of the next question of its own, None while it is on the
    screen (the sale's task looks after it then). `final_s` is when it is final if still unpaid.
    """

    sale: Sale
    invoice: Invoice
    payout: Invoice | None = None
    next_check_s: float | None = None
    checks_made: int = 0
    final_s: float = 0.0
    ending: Ending | None = None
    cancel_wanted: bool = False
    left_s: float | None = None  # when it left the screen, monotonic
    earlier: tuple[PaymentHash, ...] = ()  # codes of the same sale that had run out before
    other_paid: bool = False  # another code of the same sale has been paid
    no_payout_since_s: float | None = None  # when its payout invoice was first refused
    unproven: bool = False  # said to be paid, without a proof (direct sales)
    held: bool = False  # begun in another installation: once paid, the manager decides


@dataclass(frozen=True, slots=True)
class Forward:
    """One amount on its way to the merchant, from paid to settled (M6).

    `busy` is a question or a payment under way at Blink; `due_s` is when the next step may be
    taken. `generation` counts payout invoices. `empty_look_ups` counts empty look-ups after Blink
    said the payout is paid. `payments` is how many the ledger shows for the sale's invoice (M12).

    `maybe_sent`: this payout may have reached Blink. `sent_noted`: the journal says so, as it must
    before the first sending. `noted` is the step that the journal holds as the newest.
    """

    sale: Sale
    invoice: Invoice
    payout: Invoice | None
    status: ForwardStatus
    due_s: float
    generation: int = 1
    tries: int = 0
    empty_look_ups: int = 0
    busy: bool = False
    paid_s: float = 0.0  # when the customer paid, monotonic
    reported_paid: bool = False  # Blink says this payout is paid: somebody has paid it
    reported_expired: bool = False  # Blink refused this payout as expired
    guarded: bool = False  # our own guard refused this payout (M3)
    maybe_sent: bool = False
    sent_noted: bool = False
    noted: tuple[ForwardStatus, TroubleKind | None] | None = None
    payments: int = 1
    no_payout_since_s: float | None = None  # when its payout invoice was first refused
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class RecentlyPaid:
    """A paid invoice that could still be paid a second time (M12): asked about with the next."""

    sale: Sale
    invoice: Invoice
    until_s: float
    payments: int = 1


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a person has to look at; stays until the manager puts it away."""

    trouble: Trouble
    sale: SaleId | None = None


@dataclass(frozen=True, slots=True)
class Till:
    """Everything the kiosk knows. Only `transition` makes a new one, only the loop keeps it.

    `now_s` is monotonic seconds, `unix_s` the best wall clock to be had (Blink's, once known).
    `screen_since_s` is when the screen last changed to another question, `touched_s` when the last
    key was pressed. `watched_invoices` is by the invoice's payment hash, `forwards` by the same
    hash. `unpaid_s` is when the sales of the last hour were opened, without those that were paid.
    `known_prices` are the last ones that had not jumped, `digits` the fraction digits that were
    accepted, both by currency. `stuck_keys` are legends, the last to get stuck at the end.
    `pin_tries` are by whose PIN it is (`sale.pin_tries`).
    """

    rules: Rules
    screen: Screen
    now_s: float = 0.0
    unix_s: int = 0
    screen_since_s: float = 0.0
    touched_s: float = 0.0
    service: Service = FetchingAccount()
    account: Account | None = None
    account_s: float = 0.0  # when the account was last asked about, monotonic
    fetching_account: bool = False  # fetching the account beside a sale
    merchant_wallet: WalletId | None = None  # behind the merchant's name, as accepted
    forward_wallet: WalletId | None = None  # the one accepted last, for forwards of before
    other_wallet: WalletId | None = None  # what Blink names in its place now, not yet accepted
    rates: Rates | None = None
    rate_asked: bool = False
    known_prices: Mapping[str, Rate] = field(default_factory=lambda: MappingProxyType({}))
    digits: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    price_trouble: Trouble | None = None  # why the last price could not be had
    price_due_s: float | None = None  # when it is asked for again
    price_tries: int = 0
    limit_left: Cents | None = None
    limit_fetched_s: float = -inf  # when Blink last said what is left
    journal_trouble: Trouble | None = None
    journal_due_s: float | None = None  # when to try the journal again
    stuck_keys: tuple[str, ...] = ()
    blocked_until_s: float | None = None  # invoice creation, after TOO_MANY_INVOICES
    updates: MerchantUpdates = MerchantUpdates.OFF
    watched_invoices: Mapping[PaymentHash, WatchedInvoice] = field(
        default_factory=lambda: MappingProxyType({})
    )
    forwards: Mapping[PaymentHash, Forward] = field(default_factory=lambda: MappingProxyType({}))
    recently_paid: Mapping[PaymentHash, RecentlyPaid] = field(
        default_factory=lambda: MappingProxyType({})
    )
    alarms: tuple[Alarm, ...] = ()
    earlier_codes: tuple[PaymentHash, ...] = ()  # of the sale on the screen, run out
    last_sales: tuple[SaleRecord, ...] | None = None  # of today; None until they are asked for
    printed: SaleId | None = None  # the last sale whose receipt was given to the printer
    printer_trouble: Trouble | None = None
    unprinted: tuple[Receipt, ...] = ()  # given up by the printer, and not yet read
    customer_language: str = ""  # of the sale on the screen; empty is the kiosk's own
    late_money: tuple[Sale, ...] = ()  # paid after they had left the screen, and not yet read
    lost_journal: LostJournal | None = None  # a damaged journal, until its sales have been taken up
    interrupted_sales: tuple[Sale, ...] = ()  # sales that were on the screen when the power went
    cashier: Cashier | None = None  # who sells; none is chosen yet, or there is no list
    pin_tries: Mapping[str, PinTries] = field(default_factory=lambda: MappingProxyType({}))
    sales_started: int = 0
    opened_s: tuple[float, ...] = ()  # when the sales of the last minute were opened
    unpaid_s: Mapping[SaleId, float] = field(default_factory=lambda: MappingProxyType({}))
    copied_day: tuple[int, int] = (0, 0)  # the day of the last copy: its begin, and its end
    device: DeviceFacts | None = None  # what it last said of itself
    list_room: int = USUAL_ROOM  # what the display has for lines of a list (sales_list)
    item_room: int = 12  # quick items on the display at once
    unit_before: Currency | None = None  # in use before an item of another one began the sum
    rules_to_come: Rules | None = None  # saved on the screen, and taken over at rest
    settings_trouble: Trouble | None = None  # no settings are in force: a person must set it right

    def with_alarm(self, trouble: Trouble, sale: SaleId | None = None) -> "Till":
        """The till with one more alarm; one of the same kind about the same sale is enough."""
        if any(a.sale == sale and a.trouble.kind is trouble.kind for a in self.alarms):
            return self
        return replace(self, alarms=(*self.alarms, Alarm(trouble, sale)))

    def pin_tries_of(self, owner: str) -> PinTries:
        """How often somebody's PIN was wrong."""
        return self.pin_tries.get(owner, PinTries())

    @property
    def cashier_label(self) -> str:
        """Who sells, as the journal keeps it; empty where nobody says so."""
        return self.cashier.label if self.cashier is not None else ""

    @property
    def seller(self) -> str:
        """Who sells: by the settings, else by Blink, else this kiosk's own name."""
        merchant = self.account.merchant_name if self.account is not None else ""
        return self.rules.shop_name or merchant or self.rules.kiosk_id

    @property
    def can_forward(self) -> bool:
        """Whether the till account is known: direct sales need none."""
        return self.account is not None and bool(self.account.till_wallet)

    @property
    def unsettled(self) -> int:
        """Forwards not settled, which the screen counts for the merchant (M7)."""
        return len(self.forwards)

    @property
    def out_of_service(self) -> Trouble | None:
        """Why no sale can be made now, or None. A sale already on the screen is not affected."""
        if self.settings_trouble is not None:
            return self.settings_trouble
        if self.journal_trouble is not None:
            return self.journal_trouble
        if isinstance(self.service, FetchingAccount):
            return self.service.trouble
        return None

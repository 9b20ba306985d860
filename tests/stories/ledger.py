"""Blink as a ledger in memory, and the doors of a kiosk that ask it only when a test lets them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from kiosk.sale.account import Account
from kiosk.sale.device import HostEffect
from kiosk.sale.effects import (
    CancelInvoice,
    CloseSale,
    CreatePayout,
    FetchAccount,
    FetchDailyLimit,
    FetchInvoiceStatus,
    FetchLedgerHistory,
    FetchNodes,
    FetchRates,
    LookUpPayout,
    OpenSale,
    SendForward,
    Sound,
    WalletEffect,
)
from kiosk.sale.events import (
    AccountFetched,
    AccountFetchFailed,
    CancelInvoiceResult,
    CancelOutcome,
    DailyLimitResult,
    Event,
    InvoiceCreated,
    InvoiceRefused,
    InvoiceStatusResult,
    LedgerHistoryResult,
    LookUpOutcome,
    LookUpPayoutResult,
    NodesResult,
    PayoutCreated,
    PayoutNotMade,
    RatesFetched,
    RatesFetchFailed,
    SendForwardResult,
    SendOutcome,
)
from kiosk.sale.ids import Direction, other_external_id, parse_external_id
from kiosk.sale.invoice import (
    PAYOUT_EXPIRY_MIN,
    ExternalId,
    Invoice,
    InvoiceStatus,
    PaymentHash,
    PaymentRequest,
    SaleId,
)
from kiosk.sale.keys import Light
from kiosk.sale.ledger_history import (
    EntryState,
    HistoryEntry,
    HistoryInvoice,
    LedgerHistory,
    concerns,
)
from kiosk.sale.money import Cents, Sats
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import ACCOUNT, rates

NO_CONNECTION: Final = Trouble(TroubleKind.NO_CONNECTION)
# A customer's wallet inside of Blink can pay an invoice so long after its end.
LATE_S: Final = 86_000
_LIMIT: Final = Cents(200_000)


class ManualClock:
    """Time that passes when the test says so; one for Blink and every kiosk."""

    def __init__(self) -> None:
        self.now_s = 1.0

    def monotonic(self) -> float:
        return self.now_s

    def unix(self) -> float:
        return 1_700_000_000 + self.now_s

    def set_unix(self, unix_s: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Made:
    """An invoice that Blink has made, and when; `direction` as the till's wallet sees it."""

    sale: SaleId
    direction: Direction
    invoice: Invoice
    node: str
    made_at: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A payment in the till wallet's ledger."""

    made: Made
    at: int


class PaidBefore(Exception):
    """The ledger shows another payout of the sale."""


@dataclass
class Blink:
    """What Blink's ledger knows. A payment hash moves money out once."""

    clock: ManualClock
    nodes: frozenset[str] = frozenset({"node 1"})
    limited: bool = False  # today's limit is used up
    made: dict[PaymentHash, Made] = field(default_factory=dict)
    ids: dict[ExternalId, Invoice] = field(default_factory=dict)
    cancelled: set[PaymentHash] = field(default_factory=set)
    received: list[Moved] = field(default_factory=list)
    sent: list[Moved] = field(default_factory=list)
    # Payments whose answer the till has given up, and when they reach Blink.
    on_the_way: list[tuple[float, PaymentHash]] = field(default_factory=list)

    @property
    def unix_s(self) -> int:
        return int(self.clock.unix())

    def account(self) -> Account:
        return replace(ACCOUNT, nodes=self.nodes, limit_left=_LIMIT)

    def change_node(self, *, keeps_the_old: bool) -> None:
        newest = max(int(node.split()[1]) for node in self.nodes) + 1
        old = self.nodes if keeps_the_old else frozenset()
        self.nodes = old | {f"node {newest}"}

    def create(self, external_id: ExternalId, amount: Sats, lifetime_s: int) -> Invoice:
        """Make an invoice under an id that is free."""
        assert external_id not in self.ids
        number = len(self.made) + 1
        named = parse_external_id(external_id)
        assert named is not None, external_id
        made = Invoice(
            PaymentHash(f"{number:064x}"),
            PaymentRequest(f"lnbcrt{number}"),
            amount,
            external_id,
            expires_at=self.unix_s + lifetime_s,
            lifetime_s=lifetime_s,
        )
        newest = max(self.nodes, key=lambda node: int(node.split()[1]))
        self.made[made.payment_hash] = Made(named.sale, named.direction, made, newest, self.unix_s)
        self.ids[external_id] = made
        return made

    def payments(self, name: PaymentHash) -> int:
        return sum(moved.made.invoice.payment_hash == name for moved in self.received)

    def can_be_paid(self, name: PaymentHash) -> bool:
        return self.unix_s < self.made[name].invoice.expires_at + LATE_S

    def pay(self, name: PaymentHash) -> None:
        """A customer pays one of the till's invoices."""
        self.received.append(Moved(self.made[name], self.unix_s))

    def was_sent(self, name: PaymentHash) -> bool:
        return any(moved.made.invoice.payment_hash == name for moved in self.sent)

    def pay_out(self, name: PaymentHash) -> SendOutcome:
        """Pay one of the merchant's invoices from the till's wallet."""
        made = self.made[name]
        if self.was_sent(name):
            return SendOutcome.ALREADY_PAID
        if self.limited:
            return SendOutcome.LIMITED
        if made.invoice.expires_at <= self.unix_s:
            return SendOutcome.EXPIRED
        self.sent.append(Moved(made, self.unix_s))
        return SendOutcome.SUCCESS

    def pay_out_later(self, name: PaymentHash, after_s: float) -> None:
        """A payment that nobody waits for any more reaches Blink after so many seconds."""
        self.on_the_way.append((self.clock.now_s + after_s, name))

    def take_what_arrives(self) -> None:
        """Pay out what has reached Blink by now."""
        arrived = sorted(entry for entry in self.on_the_way if entry[0] <= self.clock.now_s)
        for entry in arrived:
            self.on_the_way.remove(entry)
            self.pay_out(entry[1])

    def history(self, kiosk_id: str, installation: str) -> LedgerHistory:
        """What the till wallet shows of one kiosk, newest first."""
        ours = [made for made in self.made.values() if concerns(made.sale, kiosk_id, installation)]
        invoices = tuple(
            HistoryInvoice(made.sale, made.invoice, self.status(made), made.made_at)
            for made in reversed(ours)
            if made.direction is Direction.IN
        )
        entries = tuple(
            HistoryEntry(
                moved.made.sale,
                moved.made.direction,
                EntryState.SUCCESS,
                moved.made.invoice.amount,
                moved.at,
                moved.made.invoice.payment_hash,
                moved.made.invoice,
            )
            for moved in sorted([*self.received, *self.sent], key=lambda moved: -moved.at)
            if moved.made in ours
        )
        return LedgerHistory(invoices, entries, since=0)

    def status(self, made: Made) -> InvoiceStatus:
        name = made.invoice.payment_hash
        if self.payments(name):
            return InvoiceStatus.PAID
        over = name in self.cancelled or made.invoice.expires_at <= self.unix_s
        return InvoiceStatus.EXPIRED if over else InvoiceStatus.PENDING


@dataclass(frozen=True, slots=True)
class TaskPayout:
    """The payout invoice that a sale's own task makes, until the sale is closed."""

    order: OpenSale


Order = WalletEffect | TaskPayout


class LedgerWallet:
    """The wallet door on that ledger: what it is told to do waits until a test answers it."""

    def __init__(self, blink: Blink, put: Callable[[Event], None], *, may_look: bool) -> None:
        self.waiting: list[Order] = []
        self._blink = blink
        self._put = put
        self._may_look = may_look

    def perform(self, effect: WalletEffect) -> None:
        if isinstance(effect, CloseSale):
            self.waiting = [order for order in self.waiting if _task_of(order) != effect.sale]
        else:
            self.waiting.append(effect)

    def take(self, place: int) -> Order:
        return self.waiting.pop(place)

    def take_payments(self) -> list[SendForward]:
        """The payments on their way to Blink: the test decides what becomes of them."""
        payments = [order for order in self.waiting if isinstance(order, SendForward)]
        self.waiting = [order for order in self.waiting if not isinstance(order, SendForward)]
        return payments

    def answer(self, order: Order) -> tuple[Event, ...]:
        """Do what was ordered; the events that tell of it are put and returned."""
        if isinstance(order, OpenSale):
            self.waiting.append(TaskPayout(order))
        events = tuple(self._answers(order))
        for event in events:
            self._put(event)
        return events

    def answer_unread(self, kind: type[Order]) -> None:
        """Answer what waits of a kind; the kiosk is not there to read it."""
        for order in [waiting for waiting in self.waiting if isinstance(waiting, kind)]:
            self.waiting.remove(order)
            self.answer(order)

    def lose(self, order: SendForward, after_s: float) -> None:
        """Nobody waits for the answer any more, and then the payment reaches Blink."""
        if self._blink.made[order.payout.payment_hash].node not in self._blink.nodes:
            self.answer(order)  # nothing leaves the till
            return
        self._blink.pay_out_later(order.payout.payment_hash, after_s)
        self._put(
            SendForwardResult(order.invoice_hash, order.payout.payment_hash, SendOutcome.LOST)
        )

    def fail(self, order: Order, odd: SendOutcome, *, acted: bool) -> None:
        """Lose the answer, or refuse; with `acted` Blink has done what was ordered."""
        if isinstance(order, TaskPayout):
            self.waiting.append(order)  # a sale's task tries again
        if acted and not isinstance(order, SendForward):
            list(self._answers(order))
        for event in self._failures(order, odd, acted=acted):
            self._put(event)

    def cut_off(self, *, reached: bool, after_s: float = 0.0) -> None:
        """The power goes; what was on its way to Blink has `reached` it, or never will.

        A payment may take a while, `after_s`.
        """
        for order in self.waiting if reached else ():
            if isinstance(order, SendForward) and after_s:
                self._blink.pay_out_later(order.payout.payment_hash, after_s)
            else:
                list(self._answers(order))
        self.waiting = []

    def _answers(self, order: Order) -> Iterator[Event]:
        blink = self._blink
        match order:
            case FetchAccount():
                yield AccountFetched(blink.account())
            case FetchNodes():
                yield NodesResult(blink.nodes)
            case FetchRates():
                yield RatesFetched(rates(blink.clock.now_s))
            case FetchDailyLimit():
                yield DailyLimitResult(Cents(0) if blink.limited else _LIMIT)
            case OpenSale(sale, external_id, minutes):
                known = blink.ids.get(external_id)
                made = known or blink.create(external_id, sale.amount, minutes * 60)
                yield InvoiceCreated(sale.id, made)
            case TaskPayout(task):
                yield self._payout(task.sale.id, task.sale.amount, task.payout_external_id, 1)
            case CreatePayout(sale_id, amount, external_id, generation):
                yield self._payout(sale_id, amount, external_id, generation)
            case FetchInvoiceStatus(names, _, asked_s):
                for name in names:
                    status = blink.status(blink.made[name])
                    yield InvoiceStatusResult(name, status, blink.payments(name), asked_s)
            case CancelInvoice(name):
                pending = blink.status(blink.made[name]) is InvoiceStatus.PENDING
                blink.cancelled.add(name)
                done = CancelOutcome.CANCELLED if pending else CancelOutcome.PROCESSED
                yield CancelInvoiceResult(name, done)
            case SendForward(name, payout, _, _, account):
                known_nodes = account.nodes
                if known_nodes and blink.made[payout.payment_hash].node not in known_nodes:
                    known_nodes = blink.nodes
                    yield NodesResult(blink.nodes)
                if blink.made[payout.payment_hash].node in known_nodes or not known_nodes:
                    answer = blink.pay_out(payout.payment_hash)
                else:
                    answer = SendOutcome.GUARDED
                yield SendForwardResult(name, payout.payment_hash, answer)
            case LookUpPayout(name, payout_hash):
                sent = blink.was_sent(payout_hash)
                outcome = LookUpOutcome.SETTLED if sent else LookUpOutcome.NOTHING
                yield LookUpPayoutResult(name, payout_hash, outcome)
            case FetchLedgerHistory(kiosk_id, installation, _, asked_s):
                yield LedgerHistoryResult(blink.history(kiosk_id, installation), asked_s)

    def _failures(self, order: Order, odd: SendOutcome, *, acted: bool) -> Iterator[Event]:
        match order:
            case FetchAccount():
                yield AccountFetchFailed(NO_CONNECTION)
            case FetchRates():
                yield RatesFetchFailed(NO_CONNECTION)
            case OpenSale(sale):
                yield InvoiceRefused(sale.id, NO_CONNECTION)
            case TaskPayout(task):
                yield PayoutNotMade(task.sale.id, NO_CONNECTION, final=False)
            case CreatePayout(sale_id):
                yield PayoutNotMade(sale_id, NO_CONNECTION, final=False)
            case FetchInvoiceStatus(names):
                for name in names:
                    yield InvoiceStatusResult(name, InvoiceStatus.UNKNOWN)
            case CancelInvoice(name):
                yield CancelInvoiceResult(name, CancelOutcome.UNKNOWN)
            case SendForward(name, payout):
                # "Expired" and "limit used up" are said only by who did not act.
                if acted and odd not in (SendOutcome.EXPIRED, SendOutcome.LIMITED):
                    list(self._answers(order))
                if odd is SendOutcome.EXPIRED and not self._is_over(payout):
                    odd = SendOutcome.LOST
                yield SendForwardResult(name, payout.payment_hash, odd)
            case LookUpPayout(name, payout_hash):
                yield LookUpPayoutResult(name, payout_hash, LookUpOutcome.UNKNOWN)
            case FetchLedgerHistory():
                yield LedgerHistoryResult(None, order.asked_s)

    def _is_over(self, payout: Invoice) -> bool:
        return payout.expires_at <= self._blink.unix_s

    def _payout(
        self, sale: SaleId, amount: Sats, external_id: ExternalId, generation: int
    ) -> Event:
        try:
            return PayoutCreated(sale, self._made_payout(amount, external_id), generation)
        except PaidBefore:
            return PayoutNotMade(sale, Trouble(TroubleKind.PAID_BEFORE), final=False)

    def _made_payout(self, amount: Sats, external_id: ExternalId) -> Invoice:
        """As `kiosk.wallet.invoices.make_payout` does: look and search before a second one."""
        blink, named = self._blink, parse_external_id(external_id)
        assert named is not None
        known = blink.ids.get(external_id)
        if named.generation > 1 or (known is not None and not self._may_look):
            sent = [
                moved.made.invoice
                for moved in blink.sent
                if moved.made.sale == named.sale and moved.made.direction is Direction.OUT
            ]
            if len(sent) > 1:
                raise PaidBefore
            for invoice in sent:
                before = parse_external_id(invoice.external_id)
                if before is None or before.generation < named.generation:
                    raise PaidBefore
                return invoice
        if known is not None and self._may_look:
            return known
        if known is not None:
            external_id = other_external_id(external_id, f"{len(blink.made):08x}")
        return blink.create(external_id, amount, PAYOUT_EXPIRY_MIN * 60)


def _task_of(order: Order) -> SaleId | None:
    match order:
        case OpenSale(sale):
            return sale.id
        case TaskPayout(task):
            return task.sale.id
    return None


class BlindDisplay:
    """A display that nobody looks at; it notes how long the loop would have slept."""

    def __init__(self) -> None:
        self.sleeps_s: float | None = None

    def draw(self, till: Till) -> bool:
        return True

    def wait(self, timeout_s: float | None) -> tuple[Event, ...]:
        self.sleeps_s = timeout_s
        return ()

    def wake(self) -> None: ...

    def next_frame_s(self, till: Till) -> float | None:
        return None

    def wake_display(self) -> bool:
        return False

    def play(self, sound: Sound) -> None: ...
    def adjust_code_brightness(self, steps: int) -> None: ...


class NoPanelNoHost:
    """A panel and a host that do nothing; a restart that is asked for is noted."""

    def __init__(self) -> None:
        self.asked: list[HostEffect] = []

    def show(self, light: Light) -> None: ...

    def perform(self, effect: HostEffect) -> None:
        self.asked.append(effect)

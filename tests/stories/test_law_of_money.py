"""Keys, answers, faults, time, payments and restarts in any order: money is forwarded once.

The core and the journal are real; Blink is a ledger in memory that may lose any answer, before or
after it has acted. At the end everything is answered, and each paid sale must be with the merchant.
"""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kiosk.commands.app import initial_till
from kiosk.journal import Journal
from kiosk.sale.effects import (
    CancelInvoice,
    CreatePayout,
    Effect,
    FetchAccount,
    FetchInvoiceStatus,
    FetchRates,
    LookUpPayout,
    OpenSale,
    SendForward,
)
from kiosk.sale.events import (
    AccountFetched,
    AccountFetchFailed,
    CancelInvoiceResult,
    CancelOutcome,
    Event,
    InvoiceCreated,
    InvoiceRefused,
    InvoiceStatusResult,
    KeyPressed,
    LookUpOutcome,
    LookUpPayoutResult,
    PayoutCreated,
    PayoutRefused,
    RatesFetched,
    RatesFetchFailed,
    SendForwardResult,
    SendOutcome,
    Tick,
)
from kiosk.sale.invoice import Invoice, InvoiceStatus, PaymentHash
from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment, Forwarded, Paid
from kiosk.sale.till import Rules, Till
from kiosk.sale.transition import transition
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import ACCOUNT, invoice, rates

NOW = 1_700_000_000
AWAY = Trouble(TroubleKind.NO_CONNECTION)
KEYS = st.sampled_from(
    [Key.D5, Key.D0, Key.D5, Key.CHARGE, Key.CHARGE, Key.CLEAR, Key.PLUS, Key.CHECK, Key.CURRENCY]
)
ODD = st.sampled_from(
    [
        SendOutcome.FAILURE,
        SendOutcome.PENDING,
        SendOutcome.LOST,
        SendOutcome.EXPIRED,
        SendOutcome.LIMITED,
        SendOutcome.NO_BALANCE,
    ]
)


@dataclass
class Blink:
    """What Blink's ledger knows. A payment hash moves money once."""

    invoices: dict[PaymentHash, Invoice] = field(default_factory=dict)
    sales: dict[PaymentHash, str] = field(default_factory=dict)  # any of our invoices -> its sale
    paid_in: dict[PaymentHash, int] = field(default_factory=dict)
    paid_out: set[PaymentHash] = field(default_factory=set)

    def make(self, sale: str, amount: int, kind: str) -> Invoice:
        made = invoice(len(self.sales) + 1, amount, kind, 600 if kind == "in" else 86_400)
        self.sales[made.payment_hash] = sale
        if kind == "in":
            self.invoices[made.payment_hash] = made
        return made

    def pay_out(self, name: PaymentHash) -> SendOutcome:
        if name in self.paid_out:
            return SendOutcome.ALREADY_PAID
        self.paid_out.add(name)
        return SendOutcome.SUCCESS


class Counter(RuleBasedStateMachine):
    """One kiosk, its journal, and Blink."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.blink = Blink()
        self.waiting: list[Effect] = []
        self.boots = 0
        self.now_s = 1.0
        self.till: Till

    @initialize()
    def switch_on(self) -> None:
        self.boots += 1
        self.waiting = []
        self.journal = Journal.open(Path(self.folder.name) / "journal.sqlite3", self.unix)
        rules = Rules("till", f"{self.boots:08x}", self.journal.installation, units=("SAT", "USD"))
        self.till, facts = initial_till(rules, self.journal.take_up(), self.now_s, int(self.unix()))
        self.journal.record(facts)
        self.feed(Tick(self.now_s, int(self.unix())))

    def unix(self) -> float:
        return NOW + self.now_s

    def feed(self, event: Event) -> None:
        step = transition(self.till, event)
        self.journal.record(step.facts)
        self.till = step.till
        self.waiting.extend(step.effects)

    # --- What may happen ------------------------------------------------------------------

    @rule(keys=st.lists(KEYS, min_size=1, max_size=4))
    def press(self, keys: list[Key]) -> None:
        for key in keys:
            self.feed(KeyPressed(key))

    @rule()
    def sell(self) -> None:
        """A sale that goes well up to the code."""
        self.answer_all()
        for key in (Key.CLEAR, Key.CLEAR, Key.D5, Key.D0, Key.CHARGE):
            self.time_passes(0.5)  # for a look at the screen
            self.feed(KeyPressed(key))
        self.answer_all()

    @rule(seconds=st.sampled_from([0.6, 3.0, 30.0, 700.0, 90_000.0]))
    def time_passes(self, seconds: float) -> None:
        self.now_s += seconds
        self.feed(Tick(self.now_s, int(self.unix())))

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def blink_answers(self, data: st.DataObject) -> None:
        effect = self.waiting.pop(data.draw(st.integers(0, len(self.waiting) - 1)))
        self.answer(effect)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), acted=st.booleans(), odd=ODD)
    def an_answer_goes_wrong(self, data: st.DataObject, acted: bool, odd: SendOutcome) -> None:
        effect = self.waiting.pop(data.draw(st.integers(0, len(self.waiting) - 1)))
        self.answer_badly(effect, odd, acted=acted)

    @precondition(lambda self: self.blink.invoices)
    @rule(data=st.data(), pushed=st.booleans())
    def a_customer_pays(self, data: st.DataObject, pushed: bool) -> None:
        """Any invoice that was ever shown, late or twice; the push may be lost."""
        name = data.draw(st.sampled_from(sorted(self.blink.invoices)))
        self.blink.paid_in[name] = self.blink.paid_in.get(name, 0) + 1
        if pushed:
            self.feed(InvoiceStatusResult(name, InvoiceStatus.PAID))

    @rule(acted=st.booleans(), odd=ODD)
    def a_sale_is_paid_and_its_forwarding_goes_wrong(self, acted: bool, odd: SendOutcome) -> None:
        """The corner where tills lose or double money: seek it out."""
        self.sell()
        screen = self.till.screen
        if not isinstance(screen, AwaitingPayment):
            return
        name = screen.invoice.payment_hash
        self.blink.paid_in[name] = self.blink.paid_in.get(name, 0) + 1
        self.feed(InvoiceStatusResult(name, InvoiceStatus.PAID))
        for effect in [record for record in self.waiting if isinstance(record, SendForward)]:
            self.waiting.remove(effect)
            self.answer_badly(effect, odd, acted=acted)

    @rule(sent=st.booleans())
    def the_plug_is_pulled(self, sent: bool) -> None:
        """What was on the way may still reach Blink, or not."""
        for effect in self.waiting:
            if sent and isinstance(effect, SendForward):
                self.blink.pay_out(effect.payout.payment_hash)
        self.journal.close()
        self.switch_on()

    # --- Blink ------------------------------------------------------------------------------

    def answer(self, effect: Effect) -> None:
        match effect:
            case FetchAccount():
                self.feed(AccountFetched(ACCOUNT))
            case FetchRates():
                self.feed(RatesFetched(rates(self.now_s)))
            case OpenSale(sale):
                made = self.blink.make(sale.id, sale.amount, "in")
                self.feed(InvoiceCreated(sale.id, made))
                self.feed(PayoutCreated(sale.id, self.blink.make(sale.id, sale.amount, "out"), 1))
            case CreatePayout(sale_id, amount, _, generation):
                made = self.blink.make(sale_id, amount, "out")
                self.feed(PayoutCreated(sale_id, made, generation))
            case FetchInvoiceStatus(names):
                for name in names:
                    payments = self.blink.paid_in.get(name, 0)
                    status = InvoiceStatus.PAID if payments else InvoiceStatus.PENDING
                    self.feed(InvoiceStatusResult(name, status, payments))
            case CancelInvoice(name):
                done = (
                    CancelOutcome.PROCESSED
                    if name in self.blink.paid_in
                    else CancelOutcome.CANCELLED
                )
                self.feed(CancelInvoiceResult(name, done))
            case SendForward(name, payout):
                answer = self.blink.pay_out(payout.payment_hash)
                self.feed(SendForwardResult(name, payout.payment_hash, answer))
            case LookUpPayout(name, payout_hash):
                found = (
                    LookUpOutcome.SETTLED
                    if payout_hash in self.blink.paid_out
                    else LookUpOutcome.NOTHING
                )
                self.feed(LookUpPayoutResult(name, payout_hash, found))

    def answer_badly(self, effect: Effect, odd: SendOutcome, *, acted: bool) -> None:
        match effect:
            case FetchAccount():
                self.feed(AccountFetchFailed(AWAY))
            case FetchRates():
                self.feed(RatesFetchFailed(AWAY))
            case OpenSale(sale):
                self.feed(InvoiceRefused(sale.id, AWAY))
            case CreatePayout(sale_id):
                self.feed(PayoutRefused(sale_id, AWAY, final=acted))
            case FetchInvoiceStatus(names):
                for name in names:
                    self.feed(InvoiceStatusResult(name, InvoiceStatus.UNKNOWN))
            case CancelInvoice(name):
                self.feed(CancelInvoiceResult(name, CancelOutcome.UNKNOWN))
            case SendForward(name, payout):
                # Refused as expired is said only by those who did not act.
                if acted and odd is not SendOutcome.EXPIRED:
                    self.blink.pay_out(payout.payment_hash)
                self.feed(SendForwardResult(name, payout.payment_hash, odd))
            case LookUpPayout(name, payout_hash):
                self.feed(LookUpPayoutResult(name, payout_hash, LookUpOutcome.UNKNOWN))

    def answer_all(self) -> None:
        for _ in range(200):
            if not self.waiting:
                return
            self.answer(self.waiting.pop(0))
        raise AssertionError("asks for ever")

    # --- The law ----------------------------------------------------------------------------

    @invariant()
    def nothing_is_forwarded_twice_or_unpaid(self) -> None:
        out = [self.blink.sales[name] for name in self.blink.paid_out]
        assert len(out) == len(set(out)), "a sale was forwarded twice"
        paid = {self.blink.sales[name] for name in self.blink.paid_in}
        assert set(out) <= paid, "forwarded without having been paid"

    @invariant()
    def nothing_is_shown_as_paid_that_was_not(self) -> None:
        screen = self.till.screen
        if isinstance(screen, Paid | Forwarded):
            assert screen.sale.id in {self.blink.sales[name] for name in self.blink.paid_in}

    def teardown(self) -> None:
        try:
            if hasattr(self, "till"):
                self.settle_everything()
                self.journal.close()
        finally:
            self.folder.cleanup()

    def settle_everything(self) -> None:
        """Everything works again: every paid sale reaches the merchant, once."""
        for _ in range(6):
            self.answer_all()
            self.time_passes(7200.0)
        self.answer_all()
        stopped = {alarm.sale for alarm in self.till.alarms}
        out = {self.blink.sales[name] for name in self.blink.paid_out}
        for name in self.blink.paid_in:
            if self.journaled(name) and not self.given_up(name):
                assert self.blink.sales[name] in out | stopped, "paid and not forwarded"
        self.nothing_is_forwarded_twice_or_unpaid()

    def journaled(self, name: PaymentHash) -> bool:
        """An invoice that no customer ever saw cannot be paid in truth."""
        return any(record.payment_hash == name for record in self.journal.sales(0, 2**40))

    def given_up(self, name: PaymentHash) -> bool:
        """Unpaid a day after its end it is final; a payment later than that is not looked for."""
        row = self.journal._db.execute("SELECT 1 FROM finals WHERE payment_hash = ?", (name,))
        return row.fetchone() is not None


Counter.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestTheLawOfMoney = Counter.TestCase

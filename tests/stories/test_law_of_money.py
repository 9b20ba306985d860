"""Keys, answers, faults, time, payments and power cuts in any order: money is forwarded once.

The loop and the journals are real; Blink is a ledger in memory (`ledger.py`) that may lose, refuse,
delay or repeat any answer, before or after it has acted. Two kiosks of one KIOSK_ID share it. At
the end everything works and is answered, and each paid sale must be with the merchant, or in an
alarm that names it.
"""

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kiosk.commands.app import initial_till
from kiosk.journal import Hardware, Journal, JournalUnusable, open_sound
from kiosk.journal.installation import file_of
from kiosk.loop import Inbox, Loop
from kiosk.sale.books import CashierSums
from kiosk.sale.effects import SendForward
from kiosk.sale.events import (
    Event,
    InvoiceStatusResult,
    KeyPressed,
    LookUpPayoutResult,
    RetryRequested,
    SalesHistoryResult,
    SendOutcome,
)
from kiosk.sale.facts import Fact
from kiosk.sale.ids import invoice_external_id, payout_external_id
from kiosk.sale.invoice import (
    PAYOUT_EXPIRY_MIN,
    Invoice,
    InvoiceStatus,
    PaymentHash,
    SaleId,
)
from kiosk.sale.keys import Key
from kiosk.sale.money import Sats
from kiosk.sale.sale_record import SaleDetails
from kiosk.sale.sales_list import SalesPageResult, SalesPlace
from kiosk.sale.screens import AwaitingPayment, EnteringAmount, Forwarded, Paid
from kiosk.sale.till import Rules, Till
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.journal.connection import connection
from tests.stories.ledger import (
    BlindDisplay,
    Blink,
    LedgerWallet,
    ManualClock,
    Moved,
    NoPanelNoHost,
)

KEYS = st.sampled_from(
    [Key.D5, Key.D0, Key.D5, Key.CHARGE, Key.CHARGE, Key.CLEAR, Key.PLUS, Key.CHECK, Key.CURRENCY]
)
ODD = st.sampled_from(
    [
        SendOutcome.FAILURE,
        SendOutcome.PENDING,
        SendOutcome.LOST,
        SendOutcome.NOT_SENT,
        SendOutcome.EXPIRED,
        SendOutcome.LIMITED,
        SendOutcome.NO_BALANCE,
    ]
)
KIOSKS = st.integers(0, 1)

# What a person has to decide, and the till must not.
FOR_A_PERSON = frozenset(
    {TroubleKind.UNDECIDED, TroubleKind.BEGUN_ELSEWHERE, TroubleKind.PAID_BEFORE}
)

# Syncing thousands of journals to a real disk would be most of the time; where there is memory that
# looks like a disk, they lie there.
MEMORY = Path("/dev/shm")

# A payment whose answer is given up reaches Blink so much later: within the two minutes after which
# a rebuilt journal takes it for one that never left.
LATER = st.sampled_from([5.0, 90.0])

# Wakings that are gone through one by one before time leaps over the rest.
WAKINGS = 6


class FailingJournal:
    """A real journal on a card that is full, now and then."""

    def __init__(self, journal: Journal) -> None:
        self.real = journal
        self.is_full = False

    def _room(self) -> None:
        if self.is_full:
            raise JournalUnusable(Trouble(TroubleKind.JOURNAL_FULL))

    def record(self, facts: Sequence[Fact]) -> None:
        if facts:
            self._room()
        self.real.record(facts)

    def probe(self) -> None:
        self._room()
        self.real.probe()

    def cashier_sums(self, cashier: str, now: int) -> CashierSums:
        return self.real.cashier_sums(cashier, now)

    def overview(self, now: int) -> SalesHistoryResult:
        return self.real.overview(now)

    def sales_page(
        self, before: SalesPlace | None, count: int, *, odd: bool = False
    ) -> SalesPageResult:
        return self.real.sales_page(before, count, odd=odd)

    def sale_details(self, sale: SaleId) -> SaleDetails:
        return self.real.sale_details(sale)

    def take_requests(self) -> bool:
        self._room()
        return self.real.take_requests()


class Kiosk:
    """One machine with its card; it can be switched off and on."""

    def __init__(self, blink: Blink, folder: Path, number: int) -> None:
        self.blink = blink
        self.number = number
        self.folder = folder / f"kiosk{number}"
        self.folder.mkdir()
        self.path = self.folder / "journal.sqlite3"
        self.shown: dict[PaymentHash, SaleId] = {}  # every code that a customer could see
        self.left_to_a_person: set[SaleId] = set()
        self.forgotten: set[SaleId] = set()  # begun after a copy that was restored later
        self.undecidable: set[SaleId] = set()  # begun before the card was lost, or an older one
        self.copied: tuple[SaleId, ...] | None = None
        self.is_clone = False
        self.boots = 0
        self.recent_events: list[Event] = []
        self.switch_on()

    def switch_on(self) -> None:
        self.boots += 1
        self.recent_events = []
        hardware = Hardware(f"serial {self.number}", "machine")
        self.name_installation(hardware)
        real, taken_up = open_sound(self.path, self.blink.clock.unix, lambda: hardware)
        self.journal = FailingJournal(real)
        rules = Rules(
            "till",
            f"{self.number}{self.boots:07x}",
            installation=real.installation,
            units=("SAT", "USD"),
        )
        clock = self.blink.clock
        till, facts = initial_till(rules, taken_up, clock.monotonic(), int(clock.unix()))
        self.inbox = Inbox()
        # The first kiosk has a merchant key that may look, the second one a user name.
        self.wallet = LedgerWallet(self.blink, self.inbox.put, may_look=self.number == 0)
        self.display = BlindDisplay()
        doors = NoPanelNoHost()
        self.loop = Loop(
            till,
            self.inbox,
            wallet=self.wallet,
            journal=self.journal,
            display=self.display,
            panel=doors,
            clock=clock,
            host=doors,
        )
        self.loop.begin(facts)
        self.turn()

    def name_installation(self, hardware: Hardware) -> None:
        """A new card gets a random id; here a known one, so that a run can be played again."""
        file = file_of(self.path)
        if not file.exists():
            machine = {"serial": hardware.serial, "machine": hardware.machine}
            known = {"installation": f"{self.boots:07x}{self.number}", **machine}
            file.write_text(json.dumps(known))

    def switch_off(self) -> None:
        self.journal.real.close()

    @property
    def till(self) -> Till:
        return self.loop.till

    def turn(self, *news: Event) -> None:
        """Let the loop take in what has come, all of it, and look at its screen."""
        for event in news:
            self.inbox.put(event)
        self.loop.run_once()
        screen = self.till.screen
        if isinstance(screen, AwaitingPayment):
            name = screen.invoice.payment_hash
            if name not in self.shown:
                assert self.is_journaled(name), "shown before it was journaled (M5)"
            self.shown[name] = screen.sale.id
        self.left_to_a_person |= {
            alarm.sale
            for alarm in self.till.alarms
            if alarm.sale is not None and alarm.trouble.kind in FOR_A_PERSON
        }

    def press(self, *keys: Key) -> None:
        for key in keys:
            self.turn(KeyPressed(key))

    def answer(self, place: int) -> None:
        events = self.wallet.answer(self.wallet.take(place))
        self.recent_events = [*self.recent_events, *events][-20:]
        self.turn()

    def answer_all(self) -> None:
        for _ in range(300):
            if not self.wallet.waiting:
                return
            self.answer(0)
        raise AssertionError("asks for ever")

    def is_journaled(self, name: PaymentHash) -> bool:
        rows = connection(self.journal.real).execute(
            "SELECT 1 FROM invoices WHERE payment_hash = ?", (name,)
        )
        return rows.fetchone() is not None

    def copy_card(self) -> None:
        """Somebody keeps a copy of the card as it is now."""
        self.copied = tuple(self.shown.values())
        copy = self.folder / "copy.sqlite3"
        copy.unlink(missing_ok=True)
        connection(self.journal.real).execute("VACUUM INTO ?", (str(copy),))

    def restore_copy(self) -> None:
        """The copy is the card again: what was begun since is known to nobody here."""
        assert self.copied is not None
        self.forgotten |= set(self.shown.values()) - set(self.copied)
        self.undecidable |= set(self.shown.values())
        for tail in ("-wal", "-shm"):
            self.path.with_name(self.path.name + tail).unlink(missing_ok=True)
        shutil.copy(self.folder / "copy.sqlite3", self.path)

    def put_in_clone_of(self, other: "Kiosk") -> None:
        """This machine gets a copy of another one's card, and its own card is thrown away."""
        self.is_clone = True
        self.forgotten |= set(self.shown.values())
        self.undecidable |= set(other.shown.values())
        for tail in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + tail).unlink(missing_ok=True)
        connection(other.journal.real).execute("VACUUM INTO ?", (str(self.path),))
        shutil.copy(file_of(other.path), file_of(self.path))

    def wreck_journal(self) -> None:
        """Nothing of it can be read any more."""
        self.path.write_bytes(b"\0" * self.path.stat().st_size)
        for tail in ("-wal", "-shm"):
            self.path.with_name(self.path.name + tail).unlink(missing_ok=True)

    def wreck_installation(self) -> None:
        """Nor the file beside it: nobody can say any more whose sales those were."""
        self.undecidable |= set(self.shown.values())
        file_of(self.path).unlink()


class TwoKiosks(RuleBasedStateMachine):
    """Two kiosks that look like one to their owner, and the Blink account that they share."""

    runs = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).runs += 1
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.clock = ManualClock()
        self.blink = Blink(self.clock)
        self.kiosks: list[Kiosk] = []
        self.older_till: SaleId | None = None
        self.older_payout: Invoice | None = None

    @initialize()
    def switch_on(self) -> None:
        folder = Path(self.folder.name)
        self.kiosks = [Kiosk(self.blink, folder, number) for number in (0, 1)]
        self.advance(0.5)

    def advance(self, seconds: float) -> None:
        """Let time pass: each kiosk is woken when it asked to be, for a while, and at the end."""
        end_s = self.clock.now_s + seconds
        for _ in range(WAKINGS):
            sleeps = [kiosk.display.sleeps_s for kiosk in self.kiosks]
            wake_s = self.clock.now_s + min((s for s in sleeps if s is not None), default=seconds)
            wake_s = min([wake_s, *(arrival_s for arrival_s, _ in self.blink.on_the_way)])
            if wake_s >= end_s:
                break
            self.clock.now_s = wake_s
            self.blink.take_what_arrives()
            for kiosk in self.kiosks:
                kiosk.turn()
        self.clock.now_s = end_s
        self.blink.take_what_arrives()
        for kiosk in self.kiosks:
            kiosk.turn()
            kiosk.turn()  # sees when it is to be woken next

    def sell(self, kiosk: Kiosk) -> AwaitingPayment | None:
        """A sale that goes well up to the code, if the kiosk is in service."""
        kiosk.answer_all()
        for keys in ((Key.CLEAR,), (Key.CLEAR, Key.CLEAR), (Key.D5, Key.D0, Key.CHARGE)):
            self.advance(0.5)  # for a look at the screen
            kiosk.answer_all()
            kiosk.press(*keys)
        kiosk.answer_all()
        screen = kiosk.till.screen
        return screen if isinstance(screen, AwaitingPayment) else None

    # --- At the counter -------------------------------------------------------------------

    @rule(which=KIOSKS, keys=st.lists(KEYS, min_size=1, max_size=4))
    def press(self, which: int, keys: list[Key]) -> None:
        self.kiosks[which].press(*keys)

    @rule(which=KIOSKS)
    def a_sale_reaches_its_code(self, which: int) -> None:
        self.sell(self.kiosks[which])

    @rule(which=KIOSKS, acted=st.booleans(), odd=ODD)
    def a_sale_is_paid_and_its_forwarding_goes_wrong(
        self, which: int, acted: bool, odd: SendOutcome
    ) -> None:
        """The corner where tills lose or double money: seek it out."""
        kiosk = self.kiosks[which]
        screen = self.sell(kiosk)
        if screen is None:
            return
        self.pay_on_screen(kiosk, screen)
        for order in self.take_payments(kiosk):
            kiosk.wallet.fail(order, odd, acted=acted)
        kiosk.turn()

    @rule(which=KIOSKS, after_s=LATER)
    def a_payout_is_on_its_way_while_blink_changes_its_nodes(
        self, which: int, after_s: float
    ) -> None:
        """The ledger does not show it yet, and the guard refuses to send it again."""
        kiosk = self.kiosks[which]
        screen = self.sell(kiosk)
        if screen is None:
            return
        self.pay_on_screen(kiosk, screen)
        for order in self.take_payments(kiosk):
            kiosk.wallet.lose(order, after_s)
        kiosk.turn()
        kiosk.answer_all()
        self.blink.change_node(keeps_the_old=False)
        self.advance(2.0)
        kiosk.answer_all()

    @rule(which=KIOSKS, after_s=LATER)
    def the_journal_is_lost_while_a_payout_is_on_its_way(self, which: int, after_s: float) -> None:
        """Neither the journal nor the ledger shows it."""
        kiosk = self.kiosks[which]
        screen = self.sell(kiosk)
        if screen is None:
            return
        self.pay_on_screen(kiosk, screen)
        for order in self.take_payments(kiosk):
            kiosk.wallet.lose(order, after_s)
        kiosk.switch_off()
        kiosk.wreck_journal()
        kiosk.switch_on()
        kiosk.answer_all()
        self.advance(0.6)
        kiosk.answer_all()

    @rule(which=KIOSKS, off=st.booleans())
    def a_code_is_cancelled_and_paid_later(self, which: int, off: bool) -> None:
        """Perhaps after a night without power; nothing but the till's own question tells of it."""
        kiosk = self.kiosks[which]
        screen = self.sell(kiosk)
        if screen is None:
            return
        self.advance(0.5)
        kiosk.press(Key.CLEAR)
        kiosk.answer_all()
        if off:
            kiosk.switch_off()
            self.clock.now_s += 30_000.0
            self.blink.take_what_arrives()
            kiosk.switch_on()
        if self.blink.can_be_paid(screen.invoice.payment_hash):
            self.blink.pay(screen.invoice.payment_hash)

    def pay_on_screen(self, kiosk: Kiosk, screen: AwaitingPayment) -> None:
        name = screen.invoice.payment_hash
        self.blink.pay(name)
        kiosk.turn(InvoiceStatusResult(name, InvoiceStatus.PAID))

    def take_payments(self, kiosk: Kiosk) -> list[SendForward]:
        """The payments that are on their way to Blink: the test decides what becomes of them."""
        payments = [order for order in kiosk.wallet.waiting if isinstance(order, SendForward)]
        kiosk.wallet.waiting = [
            order for order in kiosk.wallet.waiting if not isinstance(order, SendForward)
        ]
        return payments

    @rule(which=KIOSKS, acted=st.booleans())
    def the_code_runs_out_and_a_new_one_is_wanted(self, which: int, acted: bool) -> None:
        """The old code may be paid at the same moment."""
        kiosk = self.kiosks[which]
        screen = self.sell(kiosk)
        if screen is None:
            return
        self.advance(661.0)
        kiosk.answer_all()
        if acted:
            self.blink.pay(screen.invoice.payment_hash)
        self.advance(0.5)
        kiosk.press(Key.CHARGE)

    @rule(which=KIOSKS)
    def the_manager_asks_for_another_try(self, which: int) -> None:
        """Not on a cloned card: there it says that the other machine does not forward them."""
        kiosk = self.kiosks[which]
        if not kiosk.is_clone:
            kiosk.turn(RetryRequested())

    @precondition(lambda self: any(kiosk.shown for kiosk in self.kiosks))
    @rule(data=st.data(), pushed=st.booleans())
    def a_customer_pays(self, data: st.DataObject, pushed: bool) -> None:
        """Any code that was ever shown, late or twice; the push may be lost."""
        kiosk = data.draw(st.sampled_from([kiosk for kiosk in self.kiosks if kiosk.shown]))
        name = data.draw(st.sampled_from(sorted(kiosk.shown)))
        if not self.blink.can_be_paid(name):
            return
        self.blink.pay(name)
        if pushed:
            kiosk.turn(InvoiceStatusResult(name, InvoiceStatus.PAID))

    # --- Time, power, cards ---------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.6, 3.0, 30.0, 700.0, 90_000.0]))
    def time_passes(self, seconds: float) -> None:
        self.advance(seconds)

    @rule(which=KIOSKS)
    def the_card_fills_up_or_has_room_again(self, which: int) -> None:
        journal = self.kiosks[which].journal
        journal.is_full = not journal.is_full

    @rule(which=KIOSKS)
    def a_copy_of_the_card_is_kept(self, which: int) -> None:
        self.kiosks[which].copy_card()

    @rule(
        which=KIOSKS,
        reached=st.booleans(),
        after_s=st.sampled_from([0.0, 0.0, 90.0]),
        lost=st.sampled_from([0, 0, 0, 0, 1, 1, 1, 2]),
    )
    def the_plug_is_pulled(self, which: int, reached: bool, after_s: float, lost: int) -> None:
        """What was on the way still reaches Blink, or not; the journal or all may be lost."""
        kiosk = self.kiosks[which]
        kiosk.wallet.cut_off(reached=reached, after_s=after_s)
        kiosk.switch_off()
        if lost >= 1:
            kiosk.wreck_journal()
        if lost == 2:
            kiosk.wreck_installation()
        kiosk.switch_on()

    @precondition(lambda self: any(kiosk.copied is not None for kiosk in self.kiosks))
    @rule(data=st.data())
    def an_older_copy_of_the_card_is_put_in(self, data: st.DataObject) -> None:
        copied = [kiosk for kiosk in self.kiosks if kiosk.copied is not None]
        kiosk = data.draw(st.sampled_from(copied))
        kiosk.switch_off()
        kiosk.restore_copy()
        kiosk.switch_on()

    @rule()
    def the_first_card_is_cloned_for_the_second_machine(self) -> None:
        """The first kiosk goes on; the second one holds what it finds begun (M6)."""
        original, other = self.kiosks
        other.switch_off()
        other.put_in_clone_of(original)
        other.switch_on()

    @precondition(lambda self: self.older_till is None)
    @rule()
    def a_till_of_an_older_release_is_paid(self) -> None:
        """It has the same KIOSK_ID, its ids name no installation, and it forwards its own sale."""
        self.older_till = SaleId("till-0000000a-1")
        made = self.blink.create(invoice_external_id(self.older_till), Sats(50), 600)
        self.blink.pay(made.payment_hash)
        self.older_payout = self.blink.create(
            payout_external_id(self.older_till), Sats(50), PAYOUT_EXPIRY_MIN * 60
        )

    # --- Blink ------------------------------------------------------------------------------

    @precondition(lambda self: any(kiosk.wallet.waiting for kiosk in self.kiosks))
    @rule(data=st.data())
    def blink_answers(self, data: st.DataObject) -> None:
        kiosk = data.draw(st.sampled_from([k for k in self.kiosks if k.wallet.waiting]))
        kiosk.answer(data.draw(st.integers(0, len(kiosk.wallet.waiting) - 1)))

    @precondition(lambda self: any(kiosk.wallet.waiting for kiosk in self.kiosks))
    @rule(data=st.data(), acted=st.booleans(), odd=ODD)
    def an_answer_goes_wrong(self, data: st.DataObject, acted: bool, odd: SendOutcome) -> None:
        kiosk = data.draw(st.sampled_from([k for k in self.kiosks if k.wallet.waiting]))
        place = data.draw(st.integers(0, len(kiosk.wallet.waiting) - 1))
        kiosk.wallet.fail(kiosk.wallet.take(place), odd, acted=acted)
        kiosk.turn()

    @precondition(lambda self: any(kiosk.recent_events for kiosk in self.kiosks))
    @rule(data=st.data())
    def an_answer_comes_again(self, data: st.DataObject) -> None:
        """A socket says things twice, and late. A look-up is a question with one answer."""
        kiosk = data.draw(st.sampled_from([kiosk for kiosk in self.kiosks if kiosk.recent_events]))
        event = data.draw(st.sampled_from(kiosk.recent_events))
        if not isinstance(event, LookUpPayoutResult):
            kiosk.turn(event)

    @rule(keeps_the_old=st.booleans())
    def blink_brings_up_a_node(self, keeps_the_old: bool) -> None:
        self.blink.change_node(keeps_the_old=keeps_the_old)

    @rule()
    def the_daily_limit_is_used_up_or_rolls_over(self) -> None:
        self.blink.limited = not self.blink.limited

    # --- The law ----------------------------------------------------------------------------

    @invariant()
    def nothing_is_forwarded_twice_or_unpaid(self) -> None:
        out = [moved.made.sale for moved in self.blink.sent]
        twice = [moved for moved in self.blink.sent if out.count(moved.made.sale) > 1]
        assert not twice, f"a sale was forwarded twice (M6): {twice}"
        received = {moved.made.sale: moved.made.invoice.amount for moved in self.blink.received}
        for moved in self.blink.sent:
            assert moved.made.sale in received, "forwarded without having been paid (M4)"
            assert moved.made.invoice.amount == received[moved.made.sale], "another amount (M3)"

    @invariant()
    def nothing_is_shown_that_is_not_so(self) -> None:
        paid = {moved.made.sale for moved in self.blink.received}
        out = {moved.made.sale for moved in self.blink.sent}
        for kiosk in self.kiosks:
            screen = kiosk.till.screen
            if isinstance(screen, Paid | Forwarded):
                assert screen.sale.id in paid, "shown as paid, and nobody has paid (M4)"
            if isinstance(screen, Forwarded):
                assert screen.sale.id in out, "shown as forwarded, and it is not (M7)"

    def teardown(self) -> None:
        try:
            if self.kiosks:
                self.settle_everything()
        finally:
            for kiosk in self.kiosks:
                kiosk.switch_off()
            self.folder.cleanup()

    def settle_everything(self) -> None:
        """Everything works again: every paid sale reaches the merchant, once."""
        self.blink.limited = False
        for kiosk in self.kiosks:
            kiosk.journal.is_full = False
        for seconds in (15.0, 200.0, *[7200.0] * 5, 50_000.0, 50_000.0, *[7200.0] * 5):
            for kiosk in self.kiosks:
                kiosk.answer_all()
            self.advance(seconds)
        for kiosk in self.kiosks:
            kiosk.answer_all()
        if self.older_payout is not None:
            own = self.blink.made[self.older_payout.payment_hash]
            self.blink.sent.append(Moved(own, self.blink.unix_s))
        self.nothing_is_forwarded_twice_or_unpaid()
        out = {moved.made.sale for moved in self.blink.sent}
        for kiosk in self.kiosks:
            assert isinstance(kiosk.till.screen, EnteringAmount), kiosk.till.screen
            assert kiosk.till.out_of_service is None
            excused = (kiosk.left_to_a_person & kiosk.undecidable) | kiosk.forgotten
            for name, sale in kiosk.shown.items():
                if self.blink.payments(name):
                    assert sale in out | excused, f"{sale} was paid and not forwarded (M6, M8, M11)"
            for forward in kiosk.till.forwards.values():
                assert forward.sale.id in excused, f"{forward} is on its way for ever"


def play(interleavings: int, phases: Sequence[Phase] = tuple(Phase)) -> None:
    run_state_machine_as_test(
        TwoKiosks,
        settings=settings(
            max_examples=interleavings,
            stateful_step_count=30,
            deadline=None,
            phases=phases,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


def test_whatever_happens_in_any_order_each_paid_sale_is_forwarded_once_m1_to_m12() -> None:
    play(25)


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_many_interleavings_break_no_law_of_money(pytestconfig: pytest.Config) -> None:
    """100,000 of them, or as many as `--interleavings` says."""
    for _ in range(max(1, int(pytestconfig.getoption("interleavings")) // 500)):
        play(500)

"""Two kiosks that look like one to their owner, and everything that may happen to them."""

import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from kiosk.sale.effects import SendForward
from kiosk.sale.events import (
    InvoiceStatusResult,
    LookUpPayoutResult,
    RetryRequested,
    SendOutcome,
)
from kiosk.sale.ids import invoice_external_id, payout_external_id
from kiosk.sale.invoice import PAYOUT_EXPIRY_MIN, Invoice, InvoiceStatus, SaleId
from kiosk.sale.keys import Key
from kiosk.sale.money import Sats
from kiosk.sale.screens import AwaitingPayment
from tests.stories.law import laws
from tests.stories.law.kiosk import Kiosk
from tests.stories.ledger import Blink, ManualClock, Moved

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

# Syncing thousands of journals to a real disk would be most of the time; where there is memory that
# looks like a disk, they lie there.
MEMORY = Path("/dev/shm")

# A payment whose answer is given up reaches Blink so much later: within the two minutes after which
# a rebuilt journal takes it for one that never left.
LATER = st.sampled_from([5.0, 90.0])

# Wakings that are gone through one by one before time leaps over the rest.
WAKINGS = 6


class TwoKiosks(RuleBasedStateMachine):
    """Two kiosks that look like one to their owner, and the Blink account that they share."""

    runs = 0
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        TwoKiosks.runs += 1
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
            wakings = [kiosk.wakes_s for kiosk in self.kiosks]
            wake_s = min([*wakings, *(arrival_s for arrival_s, _ in self.blink.on_the_way)])
            if wake_s >= end_s:
                break
            self.clock.now_s = max(self.clock.now_s, wake_s)
            self.blink.take_what_arrives()
            for kiosk in self.kiosks:
                if kiosk.wakes_s <= self.clock.now_s:
                    kiosk.turn()
        self.clock.now_s = end_s
        self.blink.take_what_arrives()
        for kiosk in self.kiosks:
            kiosk.turn()

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
    def the_law_holds(self) -> None:
        laws.nothing_is_forwarded_twice_or_unpaid(self.blink)
        for kiosk in self.kiosks:
            laws.nothing_is_shown_that_is_not_so(kiosk, self.blink)

    @invariant()
    def a_step_is_counted(self) -> None:
        TwoKiosks.steps += 1

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
        laws.nothing_is_forwarded_twice_or_unpaid(self.blink)
        for kiosk in self.kiosks:
            laws.everything_is_settled(kiosk, self.blink)

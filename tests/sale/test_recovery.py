"""What a lost journal becomes: Blink's ledger decides, and what it cannot decide is never paid."""

from dataclasses import replace

import pytest

from kiosk.sale.effects import (
    CreatePayout,
    FetchInvoiceStatus,
    FetchLedgerHistory,
    LookUpPayout,
    SendForward,
)
from kiosk.sale.events import InvoiceStatusResult, LedgerHistoryResult, Tick
from kiosk.sale.facts import (
    Ending,
    Fact,
    ForwardStatus,
    ForwardStatusChanged,
    InvoiceNeverPaid,
    InvoicePaid,
    JournalRebuilt,
    PaidTwice,
    PayoutIssued,
    RecoveredFact,
    Sale,
    SaleUndecided,
)
from kiosk.sale.ids import Direction
from kiosk.sale.invoice import Invoice, InvoiceStatus, SaleId
from kiosk.sale.ledger_history import (
    EntryState,
    HistoryEntry,
    HistoryInvoice,
    LedgerHistory,
    LostJournal,
    SalvagedSale,
    concerns,
)
from kiosk.sale.money import SAT, Fiat, Sats
from kiosk.sale.recovery import SETTLE_S
from kiosk.sale.till import Forward, RecentlyPaid
from kiosk.sale.timers import next_wake_s
from kiosk.sale.trouble import TroubleKind
from tests.sale.tills import ACCOUNT, Story, invoice

NOW = 1_700_000_000
OLD = NOW - 1000
SALE = SaleId("till-1_3f9a0b1c_0a1b2c3d_7")
MADE = replace(invoice(7, 500), expires_at=OLD + 600)
PAYOUT = invoice(8, 500, "out", 86_400)


def shown(status: InvoiceStatus = InvoiceStatus.PENDING, made: Invoice = MADE) -> HistoryInvoice:
    return HistoryInvoice(SALE, made, status, made.expires_at - made.lifetime_s)


def came_in(at: int = OLD + 10, amount: int = 500) -> HistoryEntry:
    return HistoryEntry(
        SALE, Direction.IN, EntryState.SUCCESS, Sats(amount), at, MADE.payment_hash, MADE
    )


def went_out(
    state: EntryState = EntryState.SUCCESS, amount: int = 500, paid: Invoice | None = PAYOUT
) -> HistoryEntry:
    return HistoryEntry(
        SALE, Direction.OUT, state, Sats(amount), OLD + 11, PAYOUT.payment_hash, paid
    )


def saved(**known: object) -> SalvagedSale:
    sale = Sale(SALE, Sats(500), Fiat(500, SAT), None, OLD, "memo")
    return SalvagedSale(sale, **known)  # type: ignore[arg-type]


def past(
    *entries: HistoryEntry, made: HistoryInvoice | None = None, since: int = 0
) -> LedgerHistory:
    return LedgerHistory((made or shown(),), entries, since)


def asked(*left: SalvagedSale) -> Story:
    """A till that lost its journal two minutes ago, in service, waiting for Blink's word."""
    story = just_asked(*left)
    lost = story.till.lost_journal
    assert lost is not None
    story.till = replace(story.till, lost_journal=replace(lost, asked_s=lost.asked_s - SETTLE_S))
    return story


def just_asked(*left: SalvagedSale) -> Story:
    """A till that has just lost its journal, in service, waiting for Blink's first word."""
    story = Story()
    story.till = replace(story.till, lost_journal=LostJournal(("journal.corrupt-1",), left))
    story.play(Tick(1.0, NOW))
    story.ready()
    assert story.effects[-1] == FetchLedgerHistory("till-1", "3f9a0b1c", ACCOUNT, 0.0)
    return story


def facts_of(story: Story, kind: type[Fact]) -> list[Fact]:
    plain = [fact.fact if isinstance(fact, RecoveredFact) else fact for fact in story.facts]
    return [fact for fact in plain if isinstance(fact, kind)]


def test_what_blink_shows_as_forwarded_is_history_and_never_sent_again() -> None:
    story = asked()
    story.play(
        LedgerHistoryResult(
            past(came_in(), went_out(), made=shown(InvoiceStatus.PAID)), story.till.now_s
        )
    )
    assert story.till.lost_journal is None
    assert not story.till.forwards
    assert not story.till.watched_invoices
    assert ForwardStatusChanged(SALE, ForwardStatus.SETTLED, PAYOUT.payment_hash) in facts_of(
        story, ForwardStatusChanged
    )
    assert story.facts[-1] == JournalRebuilt("journal.corrupt-1")
    story.wait(7200)
    assert story.count(SendForward) == story.count(CreatePayout) == 0


def test_a_second_payment_of_what_was_forwarded_before_the_loss_is_told_m12() -> None:
    """It was asked about only after the next start, and by then perhaps too late."""
    story = asked()
    open_still = replace(MADE, expires_at=NOW + 300)
    forwarded = past(came_in(), went_out(), made=shown(InvoiceStatus.PAID, open_still))
    story.play(LedgerHistoryResult(forwarded, story.till.now_s))
    story.play(InvoiceStatusResult(MADE.payment_hash, InvoiceStatus.PAID, 1, story.till.now_s))
    story.awaiting()
    assert any(
        isinstance(effect, FetchInvoiceStatus) and MADE.payment_hash in effect.payment_hashes
        for effect in story.effects
    )
    story.wait(301)
    story.play(InvoiceStatusResult(MADE.payment_hash, InvoiceStatus.PAID, 2, story.till.now_s))
    assert [fact.payments for fact in story.facts if isinstance(fact, PaidTwice)] == [2]
    assert MADE.payment_hash not in story.till.recently_paid


def test_a_second_payment_that_is_known_is_not_told_anew_by_a_rebuilding() -> None:
    story = asked()
    sale = Sale(SALE, Sats(500), Fiat(500, SAT), None, OLD, "memo")
    known = RecentlyPaid(sale, MADE, story.till.now_s + 600, payments=2)
    story.till = replace(story.till, recently_paid={MADE.payment_hash: known})
    story.play(LedgerHistoryResult(past(came_in(), went_out()), story.till.now_s))
    assert story.till.recently_paid == {MADE.payment_hash: known}


def test_what_was_forwarded_days_before_the_loss_is_not_asked_about_again() -> None:
    story = asked()
    over = replace(MADE, expires_at=NOW - 86_400)
    forwarded = past(came_in(), went_out(), made=shown(InvoiceStatus.PAID, over))
    story.play(LedgerHistoryResult(forwarded, story.till.now_s))
    assert not story.till.recently_paid


def test_what_was_paid_and_not_forwarded_goes_on_its_way_with_a_payout_invoice_of_its_own() -> None:
    story = asked()
    story.play(LedgerHistoryResult(past(came_in()), story.till.now_s))
    assert facts_of(story, InvoicePaid) == [InvoicePaid(SALE, MADE.payment_hash, late=True)]
    wanted = [effect for effect in story.effects if isinstance(effect, CreatePayout)]
    assert [effect.external_id for effect in wanted] == [f"{SALE}-out"]


def test_a_saved_payout_invoice_is_looked_up_before_anything_else_m6() -> None:
    story = asked(saved(payouts=(PAYOUT,), paid=True))
    story.play(LedgerHistoryResult(past(came_in()), story.till.now_s))
    assert facts_of(story, PayoutIssued) == [PayoutIssued(SALE, PAYOUT, 1)]
    assert isinstance(story.effects[-1], LookUpPayout)
    assert story.count(SendForward) == story.count(CreatePayout) == 0


@pytest.mark.parametrize("paid_at", [OLD + 10, NOW - 5], ids=["long-ago", "just-now"])
def test_a_payout_that_may_be_on_its_way_is_waited_for_however_old_the_payment_is(
    paid_at: int,
) -> None:
    """The plug is pulled while the payout of an old payment, found late, is on its way to Blink.

    A payment older than two minutes was forwarded at once, and the first payout arrived after it.
    """
    story = just_asked()
    for asked_times in range(1, 5):
        assert story.count(FetchLedgerHistory) == asked_times
        story.play(LedgerHistoryResult(past(came_in(at=paid_at)), story.till.now_s))
        assert story.till.lost_journal is not None
        assert not story.till.forwards
        story.wait(SETTLE_S / 4)
    story.play(LedgerHistoryResult(past(came_in(at=paid_at)), story.till.now_s))
    assert MADE.payment_hash in story.till.forwards


def test_a_payout_on_its_way_is_looked_up_until_it_is_decided() -> None:
    story = asked()
    story.play(LedgerHistoryResult(past(came_in(), went_out(EntryState.PENDING)), story.till.now_s))
    assert isinstance(story.effects[-1], LookUpPayout)
    assert story.count(SendForward) == 0


def test_an_open_invoice_is_watched_and_cancelled_since_nobody_sees_its_code() -> None:
    story = asked()
    open_still = replace(MADE, expires_at=NOW + 300)
    story.play(LedgerHistoryResult(past(made=shown(made=open_still)), story.till.now_s))
    watch = story.till.watched_invoices[MADE.payment_hash]
    assert watch.ending is Ending.INTERRUPTED
    assert watch.final_s - story.till.now_s == 300 + 86_400


def test_an_invoice_unpaid_a_day_after_its_end_is_final() -> None:
    story = asked()
    old = replace(MADE, expires_at=NOW - 86_401)
    story.play(LedgerHistoryResult(past(made=shown(InvoiceStatus.EXPIRED, old)), story.till.now_s))
    assert facts_of(story, InvoiceNeverPaid)
    assert not story.till.watched_invoices


def test_what_was_asked_before_a_lost_invoices_end_is_not_its_last_word_m8() -> None:
    """A laptop slept between question and answer, and the code was paid while it slept.

    Nobody had asked about it again, and the payment stayed in the till's account.
    """
    story = asked()
    asked_s = story.till.now_s
    story.wait(90_000)
    unpaid = past(made=shown(InvoiceStatus.EXPIRED))
    step = story.play(LedgerHistoryResult(unpaid, asked_s))
    assert not facts_of(story, InvoiceNeverPaid)
    assert FetchInvoiceStatus((MADE.payment_hash,), ACCOUNT) in step.effects
    story.play(InvoiceStatusResult(MADE.payment_hash, InvoiceStatus.PAID, 1, story.till.now_s))
    assert MADE.payment_hash in story.till.forwards


def test_a_history_that_was_asked_for_early_is_asked_for_again_after_a_sleep_m6() -> None:
    """The answer says nothing of a payout that reached Blink while the machine slept."""
    story = just_asked()
    asked_s = story.till.now_s
    story.wait(90_000)
    story.play(LedgerHistoryResult(past(came_in(at=NOW - SETTLE_S + 5)), asked_s))
    assert not story.till.forwards
    story.wait(SETTLE_S / 4)
    assert story.count(FetchLedgerHistory) == 2


def test_another_installations_code_that_was_open_when_asked_is_asked_about_again_m11() -> None:
    """It may have been paid while the machine slept, and be of the lost journal."""
    story = asked()
    asked_s = story.till.now_s
    story.wait(90_000)
    notice = theirs("till-1_aaaaaaaa_0a1b2c3d_9")
    open_then = replace(notice.invoices[0].invoice, expires_at=NOW + 300)
    still_open = replace(notice.invoices[0], invoice=open_then)
    step = story.play(LedgerHistoryResult(replace(notice, invoices=(still_open,)), asked_s))
    assert story.till.lost_journal is not None
    assert FetchLedgerHistory("till-1", "3f9a0b1c", ACCOUNT, 0.0) in step.effects


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(past(came_in(), went_out(amount=499)), id="another amount went out"),
        pytest.param(past(came_in(amount=400)), id="another amount came in"),
        pytest.param(past(came_in(), went_out(), went_out()), id="it went out twice"),
        pytest.param(
            past(came_in(), went_out(), went_out(EntryState.PENDING)), id="and once more under way"
        ),
        pytest.param(
            past(made=shown(InvoiceStatus.PAID), since=NOW - 10), id="older than what was told"
        ),
        pytest.param(
            past(came_in(), went_out(EntryState.PENDING, paid=None)), id="no invoice of a payout"
        ),
        pytest.param(
            LedgerHistory((shown(),), (came_in(),), 0, frozenset({SALE})), id="unreadable"
        ),
        pytest.param(
            LedgerHistory((), (replace(came_in(), invoice=None),), 0), id="no invoice at all"
        ),
    ],
)
def test_what_cannot_be_decided_is_an_alarm_and_never_paid(history: LedgerHistory) -> None:
    story = asked()
    story.play(LedgerHistoryResult(history, story.till.now_s))
    assert [alarm.trouble.kind for alarm in story.till.alarms] == [TroubleKind.UNDECIDED]
    assert facts_of(story, SaleUndecided)
    assert not story.till.forwards
    story.wait(90_000)
    assert story.count(SendForward) == story.count(CreatePayout) == 0


def test_a_sale_under_way_or_of_this_run_is_left_alone() -> None:
    story = asked()
    mine = replace(shown(), sale=SaleId("till-1_3f9a0b1c_b0b0b0b0_1"))
    story.play(
        LedgerHistoryResult(
            LedgerHistory((mine,), (replace(came_in(), sale=mine.sale),), 0), story.till.now_s
        )
    )
    assert not story.till.forwards


def test_while_blink_cannot_tell_it_is_asked_for_ever_with_a_growing_pause() -> None:
    story = asked()
    waits = []
    for _ in range(12):
        before = story.till.now_s
        story.play(LedgerHistoryResult(None, story.till.now_s))
        assert story.till.lost_journal is not None
        assert story.till.lost_journal.due_s is not None
        waits.append(story.till.lost_journal.due_s - before)
        story.wait(waits[-1])
    assert story.count(FetchLedgerHistory) == 13
    assert waits[0] < 7
    assert 200 < waits[-1] < 400


THEIRS = [
    pytest.param("till-1_ffffffff_0a1b2c3d_7", id="another installation's"),
    pytest.param("till-1-0a1b2c3d-7", id="of a release that knew no installations"),
]


THEIR_SALE = SaleId("till-1_ffffffff_0a1b2c3d_7")


def theirs(name: str, *entries: HistoryEntry) -> LedgerHistory:
    sale = SaleId(name)
    return LedgerHistory(
        (replace(shown(), sale=sale),), tuple(replace(entry, sale=sale) for entry in entries), 0
    )


@pytest.mark.parametrize("name", THEIRS)
def test_another_installations_money_that_stayed_is_an_alarm_and_never_paid(name: str) -> None:
    """Fault 2: a rebuilding took up, and paid, whatever carried its KIOSK_ID."""
    story = asked()
    story.play(LedgerHistoryResult(theirs(name, came_in()), story.till.now_s))
    assert [(alarm.trouble.kind, alarm.sale) for alarm in story.till.alarms] == [
        (TroubleKind.UNDECIDED, name)
    ]
    story.wait(90_000)
    assert story.count(SendForward) == story.count(CreatePayout) == 0


@pytest.mark.parametrize("name", THEIRS)
def test_what_another_installation_forwarded_is_none_of_ours(name: str) -> None:
    story = asked()
    story.play(LedgerHistoryResult(theirs(name, came_in(), went_out()), story.till.now_s))
    assert story.till.alarms == ()
    assert story.till.lost_journal is None
    assert not [fact for fact in story.facts if isinstance(fact, RecoveredFact)]


@pytest.mark.parametrize("name", THEIRS)
def test_another_installations_open_code_is_judged_when_it_has_run_out(name: str) -> None:
    story = asked()
    open_still = replace(MADE, expires_at=NOW + 300)
    notice = theirs(name)
    notice = replace(notice, invoices=(replace(notice.invoices[0], invoice=open_still),))
    story.play(LedgerHistoryResult(notice, story.till.now_s))
    assert story.till.lost_journal is not None, "it may be paid yet"
    assert not facts_of(story, JournalRebuilt)
    story.wait(300 + SETTLE_S)
    assert story.count(FetchLedgerHistory) == 2
    late = replace(came_in(at=NOW + 200), sale=SaleId(name))
    story.play(LedgerHistoryResult(replace(notice, entries=(late,)), story.till.now_s))
    assert [alarm.sale for alarm in story.till.alarms] == [name]
    assert facts_of(story, JournalRebuilt)


def test_what_began_after_the_journal_was_lost_is_not_of_the_lost_journal() -> None:
    """Another kiosk of the same KIOSK_ID sells on, and its waiting forward is its own."""
    story = asked()
    new = replace(MADE, expires_at=NOW + 700)
    notice = theirs("till-1_ffffffff_0a1b2c3d_8")
    made = replace(notice.invoices[0], invoice=new, made_at=NOW + 100)
    paid = replace(came_in(at=NOW + 110), sale=made.sale)
    story.play(
        LedgerHistoryResult(replace(notice, invoices=(made,), entries=(paid,)), story.till.now_s)
    )
    assert story.till.alarms == ()
    assert story.till.lost_journal is None


def test_what_cannot_be_read_of_a_sale_begun_since_the_loss_is_no_alarm_here() -> None:
    """For a day the ledger is read again, and each odd entry of a till beside it was an alarm."""
    story = asked()
    name = SaleId("till-1_ffffffff_0a1b2c3d_8")
    made = replace(shown(made=replace(MADE, expires_at=NOW + 700)), sale=name, made_at=NOW + 100)
    history = LedgerHistory((made,), (), 0, frozenset({name}))
    story.play(LedgerHistoryResult(history, story.till.now_s))
    assert story.till.alarms == ()


def test_a_sale_of_this_installation_is_ours_under_whatever_kiosk_id_it_was_begun() -> None:
    """KIOSK_ID may be changed; the installation says whose sale it is."""
    before = "kasse-2_3f9a0b1c_0a1b2c3d_7"
    assert concerns(SaleId(before), "till-1", "3f9a0b1c")
    assert concerns(SaleId("till-1_ffffffff_0a1b2c3d_7"), "till-1", "3f9a0b1c")
    assert not concerns(SaleId("kasse-2_ffffffff_0a1b2c3d_7"), "till-1", "3f9a0b1c")


def test_what_waits_for_a_payout_is_asked_about_again_and_not_at_once() -> None:
    story = just_asked()
    story.play(LedgerHistoryResult(past(came_in(at=NOW - SETTLE_S + 5)), story.till.now_s))
    assert story.till.lost_journal is not None
    assert story.till.lost_journal.due_s == story.till.now_s + SETTLE_S / 4


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(past(since=NOW - 10), id="Blink shows the code, and not all payments"),
        pytest.param(LedgerHistory((), (), NOW - 10), id="Blink shows neither any more"),
    ],
)
def test_an_unpaid_code_older_than_what_a_busy_ledger_shows_is_watched_m8(
    history: LedgerHistory,
) -> None:
    """It was dropped, and money that came late for it would have stayed with the till."""
    story = asked(saved(invoice=MADE))
    story.play(LedgerHistoryResult(history, story.till.now_s))
    assert MADE.payment_hash in story.till.watched_invoices
    assert not facts_of(story, InvoiceNeverPaid)


@pytest.mark.parametrize(
    ("since", "over_s"),
    [
        pytest.param(0, 400, id="Blink shows all of that time, and no such code"),
        pytest.param(NOW - 10, 86_400, id="its day is over"),
    ],
)
def test_a_saved_code_that_nobody_can_say_anything_of_is_left_alone(
    since: int, over_s: int
) -> None:
    """It is not watched, nor said to be unpaid for good."""
    story = asked(saved(invoice=replace(MADE, expires_at=NOW - over_s)))
    story.play(LedgerHistoryResult(LedgerHistory((), (), since), story.till.now_s))
    assert not story.till.watched_invoices
    assert not facts_of(story, InvoiceNeverPaid)


def test_late_money_for_a_code_older_than_what_a_busy_ledger_shows_is_an_alarm_m11() -> None:
    """Blink does not show its invoice any more; its money stayed, and nobody was told."""
    story = asked()
    late = LedgerHistory((), (came_in(at=NOW - SETTLE_S),), NOW - 300)
    story.play(LedgerHistoryResult(late, story.till.now_s))
    assert [alarm.trouble.kind for alarm in story.till.alarms] == [TroubleKind.UNDECIDED]
    assert not story.till.forwards


@pytest.mark.parametrize("made", [shown(), None], ids=["in the list", "no longer in the list"])
def test_a_saved_second_payout_invoice_says_that_its_sale_was_paid_m6(
    made: HistoryInvoice | None,
) -> None:
    """The second had been paid. Its row and the payment's lost, the first was paid as well."""
    second = invoice(9, 500, "out", 86_400)
    story = asked(saved(invoice=MADE, payouts=(PAYOUT, second)))
    history = LedgerHistory((made,) if made is not None else (), (), NOW - 10)
    story.play(LedgerHistoryResult(history, story.till.now_s))
    assert [alarm.trouble.kind for alarm in story.till.alarms] == [TroubleKind.UNDECIDED]
    assert not story.till.watched_invoices
    assert not story.till.forwards


def theirs_saved(**known: object) -> SalvagedSale:
    """A sale of another installation, read from the damaged file."""
    salvaged = saved(**known)
    return replace(salvaged, sale=replace(salvaged.sale, id=THEIR_SALE))


def test_another_installations_sale_that_had_no_code_holds_nothing_up() -> None:
    """There is no invoice in what was saved, and Blink shows nothing of it."""
    story = asked(theirs_saved())
    story.play(LedgerHistoryResult(LedgerHistory((), (), 0), story.till.now_s))
    assert story.till.lost_journal is None
    assert story.till.alarms == ()


def test_another_installations_saved_code_that_blink_does_not_show_is_waited_for() -> None:
    open_still = replace(MADE, expires_at=NOW + 300)
    story = asked(theirs_saved(invoice=open_still))
    story.play(LedgerHistoryResult(LedgerHistory((), (), 0), story.till.now_s))
    assert story.till.lost_journal is not None
    assert story.till.lost_journal.due_s == story.till.now_s + 300 + SETTLE_S


def test_what_cannot_be_read_of_another_installations_sale_is_an_alarm() -> None:
    story = asked()
    name = SaleId("till-1_ffffffff_0a1b2c3d_7")
    history = theirs(name, came_in(), went_out())
    story.play(LedgerHistoryResult(replace(history, odd=frozenset({name})), story.till.now_s))
    assert [alarm.sale for alarm in story.till.alarms] == [name]


def test_another_installations_payment_is_judged_once_its_payout_must_have_been_seen() -> None:
    """Younger than two minutes it may be on its way; older it is judged in the same answer."""
    name = "till-1_ffffffff_0a1b2c3d_7"
    story = asked()
    story.play(LedgerHistoryResult(theirs(name, came_in(at=NOW - SETTLE_S + 1)), story.till.now_s))
    assert story.till.alarms == ()
    assert story.till.lost_journal is not None
    story = asked()
    story.play(LedgerHistoryResult(theirs(name, came_in(at=NOW - SETTLE_S)), story.till.now_s))
    assert [alarm.sale for alarm in story.till.alarms] == [name]
    assert story.till.lost_journal is None


def test_with_a_saved_payout_invoice_a_payment_is_looked_up_at_once_m6() -> None:
    """Its hash is known, so the look-up tells what became of it; nothing has to be waited for."""
    story = just_asked(saved(payouts=(PAYOUT,), paid=True))
    story.play(LedgerHistoryResult(past(came_in(at=NOW - SETTLE_S + 5)), story.till.now_s))
    assert story.till.lost_journal is None
    assert isinstance(story.effects[-1], LookUpPayout)


def test_a_saved_sale_of_another_amount_than_blinks_invoice_is_not_believed() -> None:
    odd = saved()
    story = asked(replace(odd, sale=replace(odd.sale, amount=Sats(400))))
    story.play(LedgerHistoryResult(past(came_in()), story.till.now_s))
    assert story.till.forwards[MADE.payment_hash].sale.amount == MADE.amount


@pytest.mark.parametrize(("left_s", "owed"), [(300, True), (-300, False)])
def test_only_an_invoice_that_has_not_run_out_is_cancelled_after_the_loss(
    left_s: int, *, owed: bool
) -> None:
    story = asked()
    story.play(
        LedgerHistoryResult(
            past(made=shown(made=replace(MADE, expires_at=NOW + left_s))), story.till.now_s
        )
    )
    assert story.till.watched_invoices[MADE.payment_hash].cancel_wanted is owed


def forward_of_a_copy(status: ForwardStatus) -> Story:
    """A till on a restored copy that has an open forward, before Blink's word."""
    story = asked()
    sale = Sale(SALE, Sats(500), Fiat(500, SAT), None, OLD, "memo")
    known = invoice(9, 500, "out", 86_400)
    forward = Forward(sale, MADE, known, status, due_s=0.0)
    lost = story.till.lost_journal
    assert lost is not None
    story.till = replace(
        story.till,
        forwards={MADE.payment_hash: forward},
        lost_journal=replace(lost, restored=True),
    )
    story.effects.clear()
    return story


def test_a_forward_of_a_restored_copy_waits_for_the_ledger() -> None:
    """Books 11: a payout that the copy knows nothing of may have been sent since."""
    story = forward_of_a_copy(ForwardStatus.UNKNOWN)
    story.wait(60.0)
    assert story.effects == []
    assert next_wake_s(story.till) is None, "nothing is due before Blink answers"
    story.play(LedgerHistoryResult(past(came_in()), story.till.now_s))
    story.wait(1.0)
    assert [type(effect) for effect in story.effects] == [LookUpPayout]


def test_a_payout_that_succeeded_the_one_in_a_restored_copy_is_looked_up_in_its_place() -> None:
    """Books 11: the known one was replaced after the copy; both must never be paid."""
    story = forward_of_a_copy(ForwardStatus.UNKNOWN)
    story.play(LedgerHistoryResult(past(came_in(), went_out()), story.till.now_s))
    story.wait(1.0)
    (look_up,) = (effect for effect in story.effects if isinstance(effect, LookUpPayout))
    assert look_up.payout_hash == PAYOUT.payment_hash
    assert PayoutIssued(SALE, PAYOUT, 2) in story.facts


def test_a_stopped_forward_of_a_restored_copy_stays_stopped_with_the_payout_that_was_sent() -> None:
    story = forward_of_a_copy(ForwardStatus.STOPPED)
    story.play(LedgerHistoryResult(past(came_in(), went_out()), story.till.now_s))
    forward = story.till.forwards[MADE.payment_hash]
    assert (forward.status, forward.payout) == (ForwardStatus.STOPPED, PAYOUT)
    assert not any(isinstance(effect, LookUpPayout | SendForward) for effect in story.effects)


@pytest.mark.parametrize("sent", [went_out(paid=None), went_out(amount=499)])
def test_another_payout_that_cannot_be_told_is_an_alarm(sent: HistoryEntry) -> None:
    story = forward_of_a_copy(ForwardStatus.UNKNOWN)
    story.play(LedgerHistoryResult(past(came_in(), sent), story.till.now_s))
    assert [alarm.trouble.kind for alarm in story.till.alarms] == [TroubleKind.PAID_BEFORE]
    story.wait(3600.0)
    assert not any(isinstance(effect, LookUpPayout | SendForward) for effect in story.effects)

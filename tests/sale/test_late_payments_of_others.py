"""Codes of other installations that were unpaid when a journal was lost, and are paid late (M8)."""

from dataclasses import replace

import pytest

from kiosk.sale.effects import CreatePayout, FetchLedgerHistory, SendForward
from kiosk.sale.events import LedgerHistoryResult
from kiosk.sale.facts import ForeignCodesAwaited, JournalRebuilt, SaleUndecided
from kiosk.sale.invoice import SaleId
from kiosk.sale.ledger_history import HistoryEntry, LedgerHistory, LostJournal
from kiosk.sale.recovery import SETTLE_S
from kiosk.sale.timers import needs_connection, next_wake_s
from kiosk.sale.trouble import TroubleKind
from tests.sale.test_recovery import (
    MADE,
    NOW,
    SALE,
    THEIR_SALE,
    THEIRS,
    asked,
    came_in,
    facts_of,
    past,
    shown,
    theirs,
    theirs_saved,
    went_out,
)
from tests.sale.tills import Story


def unpaid_code_of(name: str, left_s: int = -400) -> LedgerHistory:
    """Another installation's code that ends so long after `NOW`, and that nobody has paid."""
    code = replace(MADE, expires_at=NOW + left_s)
    return LedgerHistory((replace(shown(made=code), sale=SaleId(name)),), (), 0)


def late_payment_of(name: str, at: int) -> HistoryEntry:
    return replace(came_in(at), sale=SaleId(name))


def awaiting_late_payments(*names: str) -> Story:
    """A till whose journal is rebuilt; these codes of others ran out unpaid 400 s before."""
    story = asked()
    invoices = tuple(unpaid_code_of(name).invoices[0] for name in names)
    story.play(LedgerHistoryResult(LedgerHistory(invoices, (), 0), story.till.now_s))
    assert facts_of(story, JournalRebuilt)
    return story


@pytest.mark.parametrize("name", THEIRS)
def test_another_installations_code_that_is_paid_long_after_the_rebuilding_is_an_alarm_m8(
    name: str,
) -> None:
    """Journal and installation file are lost, and a code of before is paid hours later.

    The rebuilding had ended by then: the money stayed in the till's account, and nobody was told.
    """
    story = awaiting_late_payments(name)
    assert facts_of(story, ForeignCodesAwaited) == [ForeignCodesAwaited(NOW, NOW - 400 + 86_400)]
    story.wait(7200)
    paid = replace(unpaid_code_of(name), entries=(late_payment_of(name, NOW + 3600),))
    story.play(LedgerHistoryResult(paid, story.till.now_s))
    assert [(alarm.trouble.kind, alarm.sale) for alarm in story.till.alarms] == [
        (TroubleKind.UNDECIDED, name)
    ]
    story.wait(90_000)
    assert story.count(SendForward) == story.count(CreatePayout) == 0


def test_the_last_word_about_others_codes_is_of_after_their_day_m8() -> None:
    """The machine slept between question and answer, and the code was paid while it slept."""
    name = "till-1_ffffffff_0a1b2c3d_7"
    story = awaiting_late_payments(name)
    asked_s = story.till.now_s
    story.wait(86_400 - 400)
    story.play(LedgerHistoryResult(unpaid_code_of(name), asked_s))
    assert story.till.lost_journal is not None
    story.wait(1)
    paid = replace(unpaid_code_of(name), entries=(late_payment_of(name, NOW + 80_000),))
    story.play(LedgerHistoryResult(paid, story.till.now_s))
    assert [alarm.sale for alarm in story.till.alarms] == [name]
    assert story.till.lost_journal is None
    assert facts_of(story, ForeignCodesAwaited)[-1] == ForeignCodesAwaited(NOW, None)


def test_while_others_codes_may_be_paid_blink_is_asked_a_few_times_a_day_and_the_till_sells() -> (
    None
):
    name = "till-1_ffffffff_0a1b2c3d_7"
    story = awaiting_late_payments(name)
    before = story.count(FetchLedgerHistory)
    asked_after = []
    while story.till.lost_journal is not None:
        assert not needs_connection(story.till)
        due_s = next_wake_s(story.till)
        assert due_s is not None
        story.wait(due_s - story.till.now_s)
        asked_after.append(round(story.till.unix_s - NOW + 400))
        story.play(LedgerHistoryResult(unpaid_code_of(name), story.till.now_s))
    assert asked_after == [600, 3600, 6 * 3600, 12 * 3600, 86_400]
    assert len(facts_of(story, JournalRebuilt)) == 1
    assert len(facts_of(story, ForeignCodesAwaited)) == 2
    assert story.count(FetchLedgerHistory) == before + len(asked_after)
    assert story.till.out_of_service is None


def test_others_late_payments_are_awaited_alike_with_and_without_a_restart() -> None:
    """What the journal gives at a start is what the till has that goes on running."""
    story = asked(theirs_saved(invoice=MADE))
    story.play(LedgerHistoryResult(unpaid_code_of(THEIR_SALE), story.till.now_s))
    lost = story.till.lost_journal
    assert lost is not None
    assert replace(lost, due_s=0.0, asked_s=0.0) == LostJournal(
        (), asked_at=NOW, own_done=True, awaited_until=NOW - 400 + 86_400
    )


def test_a_code_that_a_busy_ledger_shows_no_more_is_awaited_as_long_as_before() -> None:
    story = awaiting_late_payments(THEIR_SALE)
    story.wait(3600)
    story.play(LedgerHistoryResult(LedgerHistory((), (), NOW), story.till.now_s))
    assert story.till.lost_journal is not None
    assert story.till.lost_journal.awaited_until == NOW - 400 + 86_400


def test_a_sale_begun_since_the_loss_is_no_alarm_however_long_others_are_awaited() -> None:
    story = awaiting_late_payments(THEIR_SALE)
    story.wait(3600)
    name = SaleId("till-1_ffffffff_0a1b2c3d_9")
    made = replace(shown(made=replace(MADE, expires_at=NOW + 1600)), sale=name, made_at=NOW + 1000)
    begun_since = LedgerHistory((made,), (late_payment_of(name, NOW + 1010),), 0)
    story.play(LedgerHistoryResult(begun_since, story.till.now_s))
    assert story.till.alarms == ()


def test_each_open_code_of_others_is_looked_at_when_its_own_time_has_come() -> None:
    first = unpaid_code_of("till-1_ffffffff_0a1b2c3d_8", left_s=100)
    second = unpaid_code_of("till-1_ffffffff_0a1b2c3d_9", left_s=300)
    story = asked()
    both = LedgerHistory((*first.invoices, *second.invoices), (), 0)
    story.play(LedgerHistoryResult(both, story.till.now_s))
    assert story.till.lost_journal is not None
    assert story.till.lost_journal.due_s == story.till.now_s + 100 + SETTLE_S


@pytest.mark.parametrize(
    ("history", "alarms"),
    [
        pytest.param(LedgerHistory((), (went_out(),), 0), 0, id="it was forwarded"),
        pytest.param(LedgerHistory((), (), 0, frozenset({SALE})), 1, id="it is an alarm already"),
    ],
)
def test_no_late_payment_is_awaited_for_what_is_decided(
    history: LedgerHistory, alarms: int
) -> None:
    """Blink shows no payment of the code, and yet it is known what became of it."""
    theirs = LedgerHistory(
        tuple(replace(made, sale=THEIR_SALE) for made in past().invoices),
        tuple(replace(entry, sale=THEIR_SALE) for entry in history.entries),
        0,
        frozenset({THEIR_SALE}) if history.odd else frozenset(),
    )
    story = asked()
    story.play(LedgerHistoryResult(theirs, story.till.now_s))
    assert len(story.till.alarms) == alarms
    assert story.till.lost_journal is None


def test_after_an_answer_a_question_that_fails_is_asked_again_soon() -> None:
    story = asked()
    for _ in range(8):
        story.play(LedgerHistoryResult(None, story.till.now_s))
    story.play(LedgerHistoryResult(unpaid_code_of(THEIR_SALE), story.till.now_s))
    story.play(LedgerHistoryResult(None, story.till.now_s))
    assert story.till.lost_journal is not None
    assert story.till.lost_journal.due_s is not None
    assert story.till.lost_journal.due_s - story.till.now_s < 7


def test_a_saved_sale_of_others_is_of_the_lost_journal_by_whatever_clock() -> None:
    """Its invoice is newer than the loss, by a clock that was some seconds behind."""
    new = replace(MADE, expires_at=NOW + 605)
    paid = late_payment_of(THEIR_SALE, NOW - SETTLE_S)
    story = asked(theirs_saved(invoice=new))
    story.play(
        LedgerHistoryResult(LedgerHistory((), (replace(paid, invoice=new),), 0), story.till.now_s)
    )
    assert [alarm.sale for alarm in story.till.alarms] == [THEIR_SALE]


def test_what_is_decided_of_others_does_not_wait_for_their_open_codes() -> None:
    """Each sale is judged by itself; the alarm is raised once, also when it was put away."""
    paid, still_open = "till-1_ffffffff_0a1b2c3d_7", "till-1_ffffffff_0a1b2c3d_8"
    story = asked()
    notice = theirs(paid, came_in())
    both = (*notice.invoices, *unpaid_code_of(still_open, left_s=300).invoices)
    notice = replace(notice, invoices=both)
    story.play(LedgerHistoryResult(notice, story.till.now_s))
    assert [alarm.sale for alarm in story.till.alarms] == [paid]
    assert not facts_of(story, JournalRebuilt)
    story.till = replace(story.till, alarms=())
    story.wait(300 + SETTLE_S)
    story.play(LedgerHistoryResult(notice, story.till.now_s))
    assert story.till.alarms == ()
    assert len(facts_of(story, SaleUndecided)) == 1
    assert facts_of(story, JournalRebuilt)

"""A forward from paid to settled: sent again, replaced, stopped, and written (M3, M6)."""

from dataclasses import replace

import pytest

from kiosk.sale.days import DAY_S
from kiosk.sale.effects import CreatePayout, LookUpPayout, SendForward
from kiosk.sale.events import (
    JournalWritable,
    LookUpOutcome,
    PayoutCreated,
    RetryRequested,
    SendOutcome,
)
from kiosk.sale.facts import ForwardStatus, ForwardStatusChanged, PayoutIssued
from kiosk.sale.forwards import LOOKS_BEFORE_ALARM
from kiosk.sale.invoice import Invoice
from kiosk.sale.money import Sats
from kiosk.sale.till import Forward
from kiosk.sale.transition import transition
from kiosk.sale.trouble import TroubleKind
from tests.sale.tills import Story


def sending() -> tuple[Story, Invoice]:
    """A paid sale whose payout is on its way."""
    story = Story().ready()
    made = story.awaiting()
    story.pay(made)
    assert isinstance(story.effects[-1], SendForward)
    return story, made


def forward_of(story: Story, made: Invoice) -> Forward:
    return story.till.forwards[made.payment_hash]


def next_effects(story: Story) -> list[type]:
    """What is asked of Blink for the forward, now that its pause is over."""
    due_s = next(iter(story.till.forwards.values())).due_s
    step = story.wait(max(0.0, due_s - story.till.now_s))
    return [
        type(e) for e in step.effects if isinstance(e, SendForward | LookUpPayout | CreatePayout)
    ]


def test_a_day_offline_writes_a_handful_of_facts() -> None:
    """Fault 20: a forward that waits is tried all day, and written when something changes."""
    story, made = sending()
    before = len(story.facts)
    tries, transactions, until_s = 0, 0, story.till.now_s + DAY_S
    while story.till.now_s < until_s:
        transactions += bool(story.send(made, SendOutcome.NOT_SENT).facts)
        step = story.wait(forward_of(story, made).due_s - story.till.now_s)
        transactions += bool(step.facts)
        tries += 1
        assert isinstance(step.effects[-1], SendForward)
    assert tries > 250
    assert transactions <= 5, [
        f for f in story.facts[before:] if isinstance(f, ForwardStatusChanged)
    ]


def test_a_day_at_the_limit_writes_a_handful_of_facts() -> None:
    """Fault 20: so with a limit that is used up: sent, looked up, and sent an hour later."""
    story, made = sending()
    transactions = 0
    for _ in range(24):
        transactions += bool(story.send(made, SendOutcome.LIMITED).facts)
        transactions += bool(story.look(made, LookUpOutcome.NOTHING).facts)
        transactions += bool(story.wait(forward_of(story, made).due_s - story.till.now_s).facts)
    assert transactions <= 5


def test_another_trouble_of_a_waiting_forward_is_written() -> None:
    """Fault 20: what changes is still a fact, so that the history can say why."""
    story, made = sending()
    story.send(made, SendOutcome.NOT_SENT)
    next_effects(story)
    step = story.send(made, SendOutcome.LIMITED)
    assert [type(fact) for fact in step.facts] == [ForwardStatusChanged]


def test_each_payout_is_written_as_sent_before_its_first_sending_m6() -> None:
    """Fault 20: a restart must look up whatever may have left, a successor too."""
    story, made = sending()
    sent = ForwardStatusChanged(
        forward_of(story, made).sale.id, ForwardStatus.SENT, story.payout(made).payment_hash
    )
    assert story.facts[-1] == sent
    story.send(made, SendOutcome.EXPIRED)
    story.look(made, LookUpOutcome.NOTHING)
    second = story.payout(made, 2)
    step = story.play(PayoutCreated(sent.sale, second, 2))
    assert step.facts == (
        PayoutIssued(sent.sale, second, 2),
        ForwardStatusChanged(sent.sale, ForwardStatus.SENT, second.payment_hash),
    )


def test_a_payout_that_was_never_sent_and_fails_the_guard_gets_a_successor_at_once_m3_m6() -> None:
    """Fault 3: a payout invoice of a node that has gone is looked up, told, and replaced."""
    story, made = sending()
    story.send(made, SendOutcome.GUARDED)
    assert isinstance(story.effects[-1], LookUpPayout)
    assert [alarm.trouble.kind for alarm in story.till.alarms] == [TroubleKind.PAYOUT_GUARDED]
    story.look(made, LookUpOutcome.NOTHING)
    asked = story.effects[-1]
    assert isinstance(asked, CreatePayout)
    assert asked.generation == 2
    story.play(PayoutCreated(asked.sale, story.payout(made, 2), 2))
    story.send(made, SendOutcome.SUCCESS, 2)
    assert not story.till.forwards


def test_a_payout_that_fails_the_guard_and_is_in_the_ledger_is_settled_m6() -> None:
    """Fault 3: the ledger comes before every successor."""
    story, made = sending()
    story.send(made, SendOutcome.GUARDED)
    story.look(made, LookUpOutcome.SETTLED)
    assert not story.till.forwards
    assert not story.count(CreatePayout)


def test_a_payout_that_may_have_been_sent_gets_a_successor_only_after_its_own_end_m6() -> None:
    """Fault 3: while Blink could still pay it, a second one would be paid twice."""
    story, made = sending()
    story.send(made, SendOutcome.LOST)
    story.look(made, LookUpOutcome.NOTHING)
    assert next_effects(story) == [SendForward]
    story.send(made, SendOutcome.GUARDED)
    story.look(made, LookUpOutcome.NOTHING)
    assert not story.count(CreatePayout)
    assert next_effects(story) == [SendForward], "judged again, since nodes come and go"
    story.send(made, SendOutcome.GUARDED)
    end = forward_of(story, made).payout
    assert end is not None
    story.till = replace(story.till, unix_s=end.expires_at + 61)
    story.look(made, LookUpOutcome.NOTHING)
    assert isinstance(story.effects[-1], CreatePayout)


def test_successors_that_fail_the_guard_as_well_come_ever_more_slowly() -> None:
    """Fault 3: a Blink whose nodes are all unknown is not asked for an invoice a second."""
    story, made = sending()
    story.send(made, SendOutcome.GUARDED)
    story.look(made, LookUpOutcome.NOTHING)
    sale = forward_of(story, made).sale.id
    for generation in range(2, 6):
        story.play(PayoutCreated(sale, story.payout(made, generation), generation))
        story.send(made, SendOutcome.GUARDED, generation)
        story.look(made, LookUpOutcome.NOTHING, generation)
        assert forward_of(story, made).due_s - story.till.now_s > 200
        assert next_effects(story) == [CreatePayout]
    assert len(story.till.alarms) == 1


def stopped() -> tuple[Story, Invoice]:
    """A forward whose payout was paid, and not by us."""
    story, made = sending()
    story.send(made, SendOutcome.ALREADY_PAID)
    for _ in range(LOOKS_BEFORE_ALARM):
        assert forward_of(story, made).status is not ForwardStatus.STOPPED
        story.look(made, LookUpOutcome.NOTHING)
        story.wait(10)
    assert forward_of(story, made).status is ForwardStatus.STOPPED
    return story, made


def test_another_try_of_a_stopped_forward_is_judged_like_the_first() -> None:
    """Fault 3: what was seen before the stop does not count, and it is not made to wait for it."""
    story, made = stopped()
    story.play(RetryRequested())
    story.look(made, LookUpOutcome.NOTHING)
    assert forward_of(story, made).due_s - story.till.now_s < 2
    assert next_effects(story) == [SendForward]
    story.send(made, SendOutcome.ALREADY_PAID)
    for _ in range(LOOKS_BEFORE_ALARM):
        assert forward_of(story, made).status is not ForwardStatus.STOPPED
        story.look(made, LookUpOutcome.NOTHING)
        story.wait(10)
    assert forward_of(story, made).status is ForwardStatus.STOPPED
    assert [alarm.trouble.kind for alarm in story.till.alarms] == [TroubleKind.PAID_BY_OTHERS]


def test_a_stopped_forward_goes_on_when_the_manager_retries_and_the_cause_has_gone() -> None:
    """Fault 3: "try again" forgets what stopped it; Blink says it anew if it is still so."""
    story, made = stopped()
    story.play(RetryRequested())
    story.look(made, LookUpOutcome.NOTHING)
    assert next_effects(story) == [SendForward]
    story.send(made, SendOutcome.SUCCESS)
    assert not story.till.forwards


@pytest.mark.parametrize(
    "outcome", [LookUpOutcome.NOTHING, LookUpOutcome.PENDING, LookUpOutcome.UNKNOWN]
)
def test_an_answer_after_stopped_changes_nothing(outcome: LookUpOutcome) -> None:
    """What was stopped stays so until a person has looked, unless it turns out settled."""
    story, made = stopped()
    before = story.till
    assert story.look(made, outcome).till == before
    assert story.send(made, SendOutcome.NOT_SENT).till == before
    assert not next_effects(story)
    story.look(made, LookUpOutcome.SETTLED)
    assert not story.till.forwards


def test_a_stale_expired_is_forgotten_over_a_resend_m6() -> None:
    """A successor needs a refusal of the sending just made, not one of long ago."""
    story, made = sending()
    story.send(made, SendOutcome.EXPIRED)
    story.look(made, LookUpOutcome.UNKNOWN)
    story.till = replace(
        story.till,
        forwards={
            made.payment_hash: replace(
                forward_of(story, made), status=ForwardStatus.FAILED, busy=False
            )
        },
    )
    assert next_effects(story) == [SendForward]
    story.send(made, SendOutcome.GUARDED)
    story.look(made, LookUpOutcome.NOTHING)
    assert not story.count(CreatePayout), "it may have been sent, and its end has not come"


@pytest.mark.parametrize("amount", [1, -1])
def test_a_payout_of_another_amount_is_never_taken_for_the_sales_m3(amount: int) -> None:
    """While the code is up it is not journaled; after the payment it stops the forward."""
    story = Story().ready()
    made = story.awaiting(payout=False)
    wrong = replace(story.payout(made), amount=Sats(made.amount + amount))
    (watch,) = story.till.watched_invoices.values()
    assert not story.play(PayoutCreated(watch.sale.id, wrong, 1)).facts
    story.pay(made)
    story.wait(5)
    assert isinstance(story.effects[-1], CreatePayout)
    step = story.play(PayoutCreated(watch.sale.id, wrong, 1))
    assert not any(isinstance(fact, PayoutIssued) for fact in step.facts)
    assert forward_of(story, made).status is ForwardStatus.STOPPED
    assert not story.count(SendForward)


def test_a_payout_of_another_generation_is_not_the_one_that_was_asked_for_m6() -> None:
    """The late answer to a first creation must not stand in for the second."""
    story, made = sending()
    story.send(made, SendOutcome.EXPIRED)
    story.look(made, LookUpOutcome.NOTHING)
    sale = forward_of(story, made).sale.id
    for generation in (1, 3):
        assert not story.play(PayoutCreated(sale, story.payout(made, 7), generation)).facts
    assert story.play(PayoutCreated(sale, story.payout(made, 2), 2)).facts


def test_a_first_payout_of_another_generation_is_not_journaled_m6() -> None:
    """While the code is up there is only the first."""
    story = Story().ready()
    made = story.awaiting(payout=False)
    (watch,) = story.till.watched_invoices.values()
    assert not story.play(PayoutCreated(watch.sale.id, story.payout(made), 2)).facts


def test_nothing_is_asked_of_blink_for_a_stopped_forward() -> None:
    """Nor does it wake the loop."""
    story, _ = stopped()
    step = transition(story.till, JournalWritable())
    assert not step.effects


def test_a_payout_is_searched_for_since_its_sales_invoice_was_made_m6() -> None:
    """Searched from a later time, a payout that was sent already would not be found."""
    story = Story().ready()
    made = story.awaiting(payout=False)
    story.pay(made)
    story.wait(60)
    (wanted,) = [effect for effect in story.effects if isinstance(effect, CreatePayout)]
    assert wanted.begun_at == made.expires_at - made.lifetime_s


def test_after_the_manager_asks_again_an_absent_payout_is_looked_for_as_often_as_at_first() -> None:
    story = Story().ready()
    made = story.awaiting()
    story.pay(made)
    for _ in range(2):
        story.send(made, SendOutcome.ALREADY_PAID)
        for looks in range(LOOKS_BEFORE_ALARM):
            assert story.till.alarms == (), looks
            story.look(made, LookUpOutcome.NOTHING)
            story.wait(400)
        assert [alarm.trouble.kind for alarm in story.till.alarms] == [TroubleKind.PAID_BY_OTHERS]
        story.play(RetryRequested())
        story.look(made, LookUpOutcome.NOTHING)
        story.wait(400)

"""Invoices left behind and payments that come twice (M8, M12)."""

import pytest

from kiosk.sale.effects import CancelInvoice, CreatePayout, FetchInvoiceStatus
from kiosk.sale.events import (
    CancelInvoiceResult,
    CancelOutcome,
    InvoiceCreated,
    InvoiceStatusResult,
    LookUpOutcome,
    PayoutCreated,
    PayoutNotMade,
    SendOutcome,
)
from kiosk.sale.facts import InvoiceNeverPaid, PaidTwice
from kiosk.sale.invoice import Invoice, InvoiceStatus, SaleId
from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment, LeavingCode, Paid, SaleFailed
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import ACCOUNT, Story, invoice


def paid_twice(story: Story, made: Invoice, payments: int) -> list[PaidTwice]:
    """The ledger shows so many payments; what is recorded of it."""
    step = story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID, payments))
    return [fact for fact in step.facts if isinstance(fact, PaidTwice)]


def test_a_third_payment_is_recorded_while_the_alarm_of_the_second_is_up_m12() -> None:
    """Fault 10: the alarm is one, the payments are three."""
    story = Story().ready()
    made = story.awaiting()
    story.pay(made)
    story.send(made, SendOutcome.SUCCESS)
    assert [fact.payments for fact in paid_twice(story, made, 2)] == [2]
    assert [fact.payments for fact in paid_twice(story, made, 3)] == [3]
    assert paid_twice(story, made, 3) == []
    assert len(story.till.alarms) == 1


def test_a_second_payment_seen_before_the_forward_settles_is_recorded_once_m12() -> None:
    """Fault 10: what was recorded while the forward waited is known after it."""
    story = Story().ready()
    made = story.awaiting()
    story.pay(made)
    assert [fact.payments for fact in paid_twice(story, made, 2)] == [2]
    assert paid_twice(story, made, 2) == []
    story.send(made, SendOutcome.LOST)
    story.look(made, LookUpOutcome.SETTLED)
    assert paid_twice(story, made, 2) == []
    assert [fact.payments for fact in paid_twice(story, made, 3)] == [3]


def refusals(story: Story, sale: SaleId, kind: TroubleKind, seconds: int) -> None:
    """The payout invoice is refused every ten seconds."""
    for _ in range(0, seconds, 10):
        story.play(PayoutNotMade(sale, Trouble(kind), final=False))
        story.wait(10)


def test_a_payout_refused_for_minutes_is_an_alarm_and_no_money_is_taken_m2() -> None:
    """Fault 4: the till sold on while no payout could ever be made."""
    story = Story().ready()
    made = story.awaiting(payout=False)
    sale = story.till.watched_invoices[made.payment_hash].sale.id
    refusals(story, sale, TroubleKind.BLINK_ODD, 120)
    assert not story.till.alarms
    assert isinstance(story.till.screen, AwaitingPayment)
    refusals(story, sale, TroubleKind.BLINK_ODD, 20)
    assert [alarm.trouble.kind for alarm in story.till.alarms] == [TroubleKind.NO_PAYOUT]
    assert isinstance(story.till.screen, SaleFailed)
    assert story.count(CancelInvoice) >= 1
    assert story.till.out_of_service is not None
    assert story.till.out_of_service.kind is TroubleKind.NO_PAYOUT


def test_a_payout_refused_for_minutes_after_the_payment_stops_selling_too_m2() -> None:
    """Fault 4: the money waits, and the screen says so; it is forwarded when that is possible."""
    story = Story().ready()
    made = story.awaiting(payout=False)
    sale = story.till.watched_invoices[made.payment_hash].sale.id
    story.pay(made)
    refusals(story, sale, TroubleKind.BLINK_ODD, 140)
    assert story.till.out_of_service is not None
    assert [alarm.trouble.kind for alarm in story.till.alarms] == [TroubleKind.NO_PAYOUT]
    story.wait(400)
    assert isinstance(story.effects[-1], CreatePayout)
    story.play(PayoutCreated(sale, story.payout(made), 1))
    story.send(made, SendOutcome.SUCCESS)
    assert not story.till.forwards


@pytest.mark.parametrize(
    "kind",
    [
        TroubleKind.NO_CONNECTION,
        TroubleKind.NAME_NOT_FOUND,
        TroubleKind.BLOCKED,
        TroubleKind.NETWORK_LOGIN,
        TroubleKind.CERTIFICATE_ENDED,
        TroubleKind.TOO_MANY_INVOICES,
    ],
)
def test_what_passes_by_itself_is_no_refusal_m2(kind: TroubleKind) -> None:
    """Fault 4: a Wi-Fi that is gone for minutes does not take the code away."""
    story = Story().ready()
    made = story.awaiting(payout=False)
    refusals(story, story.till.watched_invoices[made.payment_hash].sale.id, kind, 300)
    assert not story.till.alarms
    assert isinstance(story.till.screen, AwaitingPayment)


def test_a_code_is_shown_no_longer_than_asked_for_however_long_it_lives() -> None:
    """Fault 4: an invoice of four hours leaves after eleven minutes, cancelled, and is watched."""
    story = Story().ready()
    sale = story.charged().sale
    made = invoice(1, sale.amount, lifetime_s=4 * 3600)
    story.play(InvoiceCreated(sale.id, made))
    step = story.wait(661)
    assert isinstance(story.till.screen, LeavingCode)
    assert {type(e) for e in step.effects} >= {FetchInvoiceStatus, CancelInvoice}
    story.wait(5)
    watch = story.till.watched_invoices[made.payment_hash]
    assert watch.final_s > story.till.now_s + 4 * 3600 - 700 + 86_400 - 100


def test_check_asks_for_twenty_seconds_and_never_cancels_m8() -> None:
    """Fault 9: "Not paid yet" was said while Blink held the payment under way."""
    story = Story().ready()
    made = story.awaiting()
    start_s = story.till.now_s
    story.press(Key.CHECK)
    asked = 1
    while isinstance(story.till.screen, AwaitingPayment) and story.till.screen.checking:
        story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PENDING, 0))
        step = story.wait(2)
        asked += sum(isinstance(effect, FetchInvoiceStatus) for effect in step.effects)
    assert 9 <= asked <= 12
    assert 18 <= story.till.now_s - start_s <= 24
    assert isinstance(story.till.screen, AwaitingPayment)
    assert not story.count(CancelInvoice)


def test_a_payment_that_was_under_way_is_seen_while_check_still_asks() -> None:
    """Fault 9: without another key."""
    story = Story().ready()
    made = story.awaiting()
    story.press(Key.CHECK)
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PENDING, 0))
    step = story.wait(2)
    assert FetchInvoiceStatus((made.payment_hash,), ACCOUNT) in step.effects
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID, 1))
    assert isinstance(story.till.screen, Paid)


def test_check_asks_one_question_at_a_time_and_nobody_knows_is_not_said_as_unpaid() -> None:
    """Fault 9: an answer that is lost says nothing."""
    story = Story().ready()
    made = story.awaiting()
    story.press(Key.CHECK)
    assert not [e for e in story.wait(10).effects if isinstance(e, FetchInvoiceStatus)]
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.UNKNOWN))
    assert isinstance(story.till.screen, AwaitingPayment)
    assert story.till.screen.checked_s is None
    assert story.till.screen.checking


def test_cancel_ends_a_check_that_still_asks() -> None:
    """Fault 9: back from a payment under way, the code can be checked again."""
    story = Story().ready()
    made = story.awaiting()
    story.press(Key.CHECK)
    story.press(Key.CLEAR)
    story.play(CancelInvoiceResult(made.payment_hash, CancelOutcome.PROCESSED))
    assert isinstance(story.till.screen, AwaitingPayment)
    assert not story.till.screen.checking
    step = story.press(Key.CHECK)
    assert FetchInvoiceStatus((made.payment_hash,), ACCOUNT) in step.effects


def test_what_was_asked_before_an_invoices_end_is_not_its_last_word_m8() -> None:
    """A laptop slept between question and answer, and the code was paid while it slept.

    Nobody had asked about it again, and the payment that the next answer told of was ignored.
    """
    story = Story().ready()
    made = story.awaiting()
    story.wait(661)
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.EXPIRED, 0))
    asked_s = story.till.now_s
    story.wait(90_000)
    step = story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.EXPIRED, 0, asked_s))
    assert not story.count(InvoiceNeverPaid)
    assert FetchInvoiceStatus((made.payment_hash,), ACCOUNT) in step.effects
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.EXPIRED))
    assert not story.count(InvoiceNeverPaid), "a push says nothing of the ledger"
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID, 1, story.till.now_s))
    assert made.payment_hash in story.till.forwards

"""Two codes of one sale, and money that comes after its code has gone (M8, M12)."""

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.commands.app import initial_till
from kiosk.journal import Journal
from kiosk.sale.effects import CancelInvoice, CloseSale, FetchInvoiceStatus, OpenSale, SendForward
from kiosk.sale.events import (
    CancelInvoiceResult,
    CancelOutcome,
    InvoiceCreated,
    InvoiceStatusResult,
    PayoutCreated,
    RatesFetched,
    SendOutcome,
)
from kiosk.sale.facts import CodeReplaced, Ending, InvoicePaid, LateMoneyPutAway, SaleLeftScreen
from kiosk.sale.invoice import Invoice, InvoiceStatus, SaleId
from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment, CodeExpired, EnteringAmount, Paid, RequestingInvoice
from kiosk.sale.trouble import TroubleKind
from tests.sale.tills import ACCOUNT, RULES, Story, invoice, rates


def run_out() -> tuple[Story, Invoice]:
    """A code that has run out, unpaid."""
    story = Story().ready()
    made = story.awaiting()
    story.wait(600)
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.EXPIRED, 0))
    assert isinstance(story.till.screen, CodeExpired)
    story.play(RatesFetched(rates(story.till.now_s)))
    return story, made


def renewed() -> tuple[Story, Invoice, Invoice]:
    """The new code is up; both have their payout invoices."""
    story, old = run_out()
    story.press(Key.CHARGE)
    story.play(InvoiceStatusResult(old.payment_hash, InvoiceStatus.EXPIRED, 0))
    screen = story.till.screen
    assert isinstance(screen, RequestingInvoice)
    new = invoice(2, screen.sale.amount)
    story.play(
        InvoiceCreated(screen.sale.id, new), PayoutCreated(screen.sale.id, story.payout(new), 1)
    )
    assert isinstance(story.till.screen, AwaitingPayment)
    return story, old, new


def sale_of(story: Story, made: Invoice) -> SaleId:
    return story.till.watched_invoices[made.payment_hash].sale.id


def test_the_old_code_is_asked_about_before_a_new_one_is_made_m8() -> None:
    """Fault 8: "New code" was pressed 87 ms before the log knew that the first was paid."""
    story, made = run_out()
    step = story.press(Key.CHARGE)
    assert FetchInvoiceStatus((made.payment_hash,), ACCOUNT) in step.effects
    assert not story.count(OpenSale) - 1
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID, 1))
    assert isinstance(story.till.screen, Paid)
    assert story.count(OpenSale) == 1


@pytest.mark.parametrize("status", [InvoiceStatus.EXPIRED, InvoiceStatus.UNKNOWN])
def test_the_new_code_is_made_when_the_old_one_is_not_seen_paid(status: InvoiceStatus) -> None:
    """Fault 8: nobody waits for an answer that does not come."""
    story, made = run_out()
    story.press(Key.CHARGE, Key.CHARGE)
    story.play(InvoiceStatusResult(made.payment_hash, status))
    assert isinstance(story.till.screen, RequestingInvoice)
    assert story.count(OpenSale) == 2


def test_without_an_answer_the_new_code_is_made_after_a_moment() -> None:
    """Fault 8: nor for ever."""
    story, _ = run_out()
    story.press(Key.CHARGE)
    story.wait(3)
    assert isinstance(story.till.screen, CodeExpired)
    story.wait(2)
    assert story.count(OpenSale) == 2


def test_a_third_code_is_recorded_as_one_in_place_of_the_first_m12() -> None:
    """All codes of one sale are found by the first: of any two that are paid one is given back."""
    story, first, second = renewed()
    story.wait(600)
    story.play(InvoiceStatusResult(second.payment_hash, InvoiceStatus.EXPIRED, 0))
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)
    story.play(InvoiceStatusResult(second.payment_hash, InvoiceStatus.EXPIRED, 0))
    screen = story.till.screen
    assert isinstance(screen, RequestingInvoice)
    step = story.play(InvoiceCreated(screen.sale.id, invoice(3, screen.sale.amount)))
    assert CodeReplaced(screen.sale.id, first.payment_hash) in step.facts


def test_an_old_code_paid_while_the_new_one_is_up_is_shown_and_the_new_one_withdrawn_m8() -> None:
    """Fault 8: the screen went on asking for the same money, took it, and celebrated."""
    story, old, new = renewed()
    sale, newer = sale_of(story, old), sale_of(story, new)
    step = story.play(InvoiceStatusResult(old.payment_hash, InvoiceStatus.PAID, 1))
    assert isinstance(story.till.screen, Paid)
    assert story.till.screen.sale.id == sale
    assert SaleLeftScreen(newer, Ending.CANCELLED) in step.facts
    assert CancelInvoice(new.payment_hash, ACCOUNT) in step.effects
    assert CloseSale(newer, Ending.CANCELLED) in step.effects
    assert story.till.watched_invoices[new.payment_hash].cancel_wanted
    assert not story.till.late_money
    assert not story.till.alarms


def test_an_old_code_paid_while_the_new_one_is_asked_for_ends_the_asking_m8() -> None:
    """Fault 8: a code that nobody has seen needs no cancelling."""
    story, old = run_out()
    story.press(Key.CHARGE)
    story.play(InvoiceStatusResult(old.payment_hash, InvoiceStatus.EXPIRED, 0))
    assert isinstance(story.till.screen, RequestingInvoice)
    newer = story.till.screen.sale
    step = story.play(InvoiceStatusResult(old.payment_hash, InvoiceStatus.PAID, 1))
    assert isinstance(story.till.screen, Paid)
    assert CloseSale(newer.id, Ending.CANCELLED) in step.effects
    story.play(InvoiceCreated(newer.id, invoice(2, newer.amount)))
    assert isinstance(story.till.screen, Paid)


@pytest.mark.parametrize("first_is_old", [True, False])
def test_two_codes_both_paid_are_two_sales_and_an_alarm_says_what_to_give_back_m12(
    *, first_is_old: bool
) -> None:
    """Fault 8: both are forwarded."""
    story, old, new = renewed()
    first, second = (old, new) if first_is_old else (new, old)
    story.play(InvoiceStatusResult(first.payment_hash, InvoiceStatus.PAID, 1))
    story.send(first, SendOutcome.SUCCESS)
    story.wait(60)
    assert not story.till.alarms
    story.play(PayoutCreated(SaleId("x"), story.payout(second), 1))
    story.play(InvoiceStatusResult(second.payment_hash, InvoiceStatus.PAID, 1))
    assert [(a.trouble.kind, a.trouble.subject) for a in story.till.alarms] == [
        (TroubleKind.PAID_BOTH_CODES, str(second.amount))
    ]
    story.send(second, SendOutcome.SUCCESS)
    assert story.count(InvoicePaid) == 2
    sent = {effect.invoice_hash for effect in story.effects if isinstance(effect, SendForward)}
    assert sent == {old.payment_hash, new.payment_hash}
    assert not story.till.forwards


def test_the_next_customers_code_has_nothing_to_do_with_the_last_ones() -> None:
    """Fault 8: two sales of one amount are not two codes of one sale."""
    story, old = run_out()
    story.press(Key.CLEAR)
    new = story.awaiting()
    story.play(InvoiceStatusResult(old.payment_hash, InvoiceStatus.PAID, 1))
    assert isinstance(story.till.screen, AwaitingPayment)
    assert story.till.screen.invoice == new
    story.pay(new)
    assert not story.till.alarms


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_code_that_has_gone_is_asked_about_soon_and_then_ever_more_rarely_m8(
    *, cancelled: bool
) -> None:
    """Fault 8: at about 5, 10, 20 and 40 seconds."""
    story = Story().ready()
    made = story.awaiting()
    if cancelled:
        story.wait(100)
        story.press(Key.CLEAR)
        story.play(CancelInvoiceResult(made.payment_hash, CancelOutcome.CANCELLED))
    else:
        story.wait(600)
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.EXPIRED, 0))
    left_s, asked = story.till.now_s, []
    for _ in range(4):
        due_s = story.till.watched_invoices[made.payment_hash].next_check_s
        assert due_s is not None
        story.wait(due_s - story.till.now_s)
        asked.append(round(due_s - left_s))
        story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.EXPIRED, 0))
    assert asked == [5, 10, 20, 40]


def test_late_money_is_told_until_the_tick_puts_it_away_and_selling_goes_on_m8() -> None:
    """Fault 8: it was forwarded, and nobody at the counter knew."""
    story, made = run_out()
    story.press(Key.CLEAR)
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID, 1))
    assert [sale.amount for sale in story.till.late_money] == [made.amount]
    story.press("5", Key.CLEAR, Key.CLEAR)
    story.wait(600)
    assert story.till.late_money
    assert story.till.out_of_service is None
    story.press(Key.CHARGE)
    assert not story.till.late_money
    assert isinstance(story.till.screen, EnteringAmount)
    assert story.till.screen.notice is None


def test_late_money_that_nobody_has_read_is_told_again_after_a_restart_m8(tmp_path: Path) -> None:
    """Fault 8: it was told from memory alone, so a new start in the night took it away."""
    story, made = run_out()
    story.press(Key.CLEAR)
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID, 1))
    again = restarted(story, tmp_path / "journal.sqlite3")
    late = story.till.late_money
    assert [(sale.id, sale.amount) for sale in again.till.late_money] == [(late[0].id, made.amount)]
    story.press(Key.CHARGE)
    assert LateMoneyPutAway(story.till.forwards[made.payment_hash].sale.id) in story.facts
    assert not restarted(story, tmp_path / "later.sqlite3").till.late_money


def test_a_cancelling_that_is_owed_is_done_with_the_next_question_until_it_is_answered_m8() -> None:
    """A withdrawn code stays payable from outside until Blink has taken the cancelling."""
    story, old, new = renewed()
    story.play(InvoiceStatusResult(old.payment_hash, InvoiceStatus.PAID, 1))
    story.play(CancelInvoiceResult(new.payment_hash, CancelOutcome.UNKNOWN))
    for _ in range(2):
        due_s = story.till.watched_invoices[new.payment_hash].next_check_s
        assert due_s is not None
        step = story.wait(due_s - story.till.now_s)
        assert CancelInvoice(new.payment_hash, ACCOUNT) in step.effects
    story.play(CancelInvoiceResult(new.payment_hash, CancelOutcome.CANCELLED))
    due_s = story.till.watched_invoices[new.payment_hash].next_check_s
    assert due_s is not None
    step = story.wait(due_s - story.till.now_s)
    assert not any(isinstance(effect, CancelInvoice) for effect in step.effects)


def test_word_of_another_invoice_is_no_word_of_the_old_code_m8() -> None:
    """Nor is word of the old code a wish for a new one."""
    story, made = run_out()
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.EXPIRED, 0))
    assert isinstance(story.till.screen, CodeExpired)
    story.press(Key.CHARGE)
    story.play(InvoiceStatusResult(invoice(99, 5).payment_hash, InvoiceStatus.EXPIRED, 0))
    assert isinstance(story.till.screen, CodeExpired)


def restarted(story: Story, path: Path) -> Story:
    """The till of the next start, from what the journal holds of this one."""
    journal = Journal.open(path, lambda: story.till.unix_s)
    journal.record(story.facts)
    journal.close()
    again = Journal.open(path, lambda: story.till.unix_s)
    till, facts = initial_till(RULES, again.take_up(), story.till.now_s, story.till.unix_s)
    again.record(facts)
    again.close()
    next_run = Story()
    next_run.till = replace(till, account=ACCOUNT)
    return next_run


@pytest.mark.parametrize("paid_before", [False, True])
@pytest.mark.parametrize("first", ["old", "new"])
def test_two_paid_codes_of_one_sale_are_an_alarm_also_after_a_restart_m12(
    tmp_path: Path, first: str, *, paid_before: bool
) -> None:
    """Fault 8: what the two had in common was in memory only, so nobody was told to give back."""
    story, old, new = renewed()
    codes = [old, new] if first == "old" else [new, old]
    if paid_before:
        story.pay(codes[0])
    story = restarted(story, tmp_path / "journal.sqlite3")
    if not paid_before:
        story.pay(codes[0])
    story.pay(codes[1])
    alarms = [alarm.trouble for alarm in story.till.alarms]
    assert [trouble.kind for trouble in alarms] == [TroubleKind.PAID_BOTH_CODES]
    assert len(story.till.forwards) == 2


def test_a_sale_paid_twice_is_told_again_after_a_restart_until_it_was_read_m12(
    tmp_path: Path,
) -> None:
    """Its alarm was in memory only: a new start in the night took it from the screen."""
    story = Story().ready()
    made = story.awaiting()
    story.pay(made)
    story.send(made, SendOutcome.SUCCESS)
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID, 2))
    told = story.till.alarms
    assert [alarm.trouble.kind for alarm in told] == [TroubleKind.PAID_TWICE]
    assert restarted(story, tmp_path / "unread.sqlite3").till.alarms == told
    story.press(Key.CLEAR, Key.PUT_AWAY)
    assert story.till.alarms == ()
    assert restarted(story, tmp_path / "read.sqlite3").till.alarms == ()
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID, 3))
    assert restarted(story, tmp_path / "a-third.sqlite3").till.alarms == told

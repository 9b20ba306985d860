"""Direct sales in the pure core: what differs from a forwarded one."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.sale.account import DirectPayee
from kiosk.sale.effects import (
    CancelInvoice,
    CloseSale,
    CreatePayout,
    FetchAccount,
    FetchDirectStatus,
    FetchInvoiceStatus,
    OpenDirectSale,
    OpenSale,
    SendForward,
)
from kiosk.sale.entry import Entry
from kiosk.sale.events import (
    AccountFetched,
    InvoiceCreated,
    InvoiceStatusResult,
    KeyPressed,
    RatesFetched,
    RetryRequested,
    Tick,
)
from kiosk.sale.facts import (
    DirectInvoiceIssued,
    DirectInvoiceNeverPaid,
    DirectInvoicePaid,
    DirectPaymentReviewed,
    DirectPaymentUnproven,
    Ending,
    InvoicePaid,
    SaleLeftScreen,
    SaleStarted,
)
from kiosk.sale.invoice import Invoice, InvoiceStatus, WalletId
from kiosk.sale.keys import Key
from kiosk.sale.lightning_address import LightningAddress
from kiosk.sale.money import SAT, Sats
from kiosk.sale.screens import AwaitingPayment, EnteringAmount, RequestingInvoice, SaleReceived
from kiosk.sale.transition import transition
from kiosk.sale.trouble import TroubleKind
from tests.sale.test_new_code import restarted
from tests.sale.tills import ACCOUNT, RULES, Story, invoice, rates

ADDRESS = LightningAddress("merchant", "example.com")
DIRECT = replace(
    ACCOUNT,
    till_wallet=WalletId(""),
    limit_left=None,
    payee=DirectPayee(wallet=ACCOUNT.merchant_wallet),
)


def new_story(payee: DirectPayee | None = None) -> Story:
    made = Story(replace(RULES, direct=True))
    made.play(
        Tick(1.0, 1_700_000_000), AccountFetched(replace(DIRECT, payee=payee or DIRECT.payee))
    )
    return made


def shown(story: Story, verify_url: str = "") -> Invoice:
    """The code of a direct sale is up."""
    sale = story.charged().sale
    made = replace(invoice(1, sale.amount), verify_url=verify_url)
    story.play(InvoiceCreated(sale.id, made))
    assert isinstance(story.till.screen, AwaitingPayment)
    return made


def test_a_direct_sale_is_journaled_shown_and_received_and_nothing_is_forwarded() -> None:
    story = new_story()
    code = shown(story)
    step = story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PAID))
    assert [type(fact) for fact in story.facts[-3:]] == [
        SaleStarted,
        DirectInvoiceIssued,
        DirectInvoicePaid,
    ]
    assert isinstance(story.till.screen, SaleReceived)
    assert any(isinstance(effect, CloseSale) for effect in step.effects)
    forbidden = OpenSale | CreatePayout | SendForward | FetchInvoiceStatus | CancelInvoice
    assert not [effect for effect in story.effects if isinstance(effect, forbidden)]
    assert [type(e) for e in story.effects if isinstance(e, OpenDirectSale)] == [OpenDirectSale]
    assert not story.till.forwards
    assert not story.till.watched_invoices


def test_the_same_news_twice_is_one_payment() -> None:
    story = new_story()
    code = shown(story)
    paid = InvoiceStatusResult(code.payment_hash, InvoiceStatus.PAID)
    story.play(paid, paid)
    assert sum(isinstance(fact, DirectInvoicePaid) for fact in story.facts) == 1


def test_cancelling_asks_once_and_leaves_without_claiming_to_cancel() -> None:
    story = new_story()
    code = shown(story)
    step = story.press(Key.CLEAR)
    assert FetchDirectStatus((code,)) in step.effects
    assert not any(isinstance(effect, CancelInvoice) for effect in step.effects)
    story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PENDING))
    assert isinstance(story.till.screen, EnteringAmount)
    left = story.facts[-1]
    assert isinstance(left, SaleLeftScreen)
    assert (left.ending, left.direct) == (Ending.CANCELLED, True)
    assert code.payment_hash in story.till.watched_invoices


def test_money_for_a_code_that_was_left_is_late_and_received() -> None:
    story = new_story()
    code = shown(story)
    story.press(Key.CLEAR)
    story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PENDING))
    story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PAID))
    (late,) = [fact for fact in story.facts if isinstance(fact, DirectInvoicePaid)]
    assert late.late
    assert [sale.id for sale in story.till.late_money] == [late.sale]
    assert not story.till.forwards


def test_late_direct_money_that_nobody_has_read_is_told_again_after_a_restart(
    tmp_path: Path,
) -> None:
    """Fault 8: it was told from memory alone, so a new start in the night took it away."""
    story = new_story()
    code = shown(story)
    story.press(Key.CLEAR)
    story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PENDING))
    story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PAID))
    (late,) = restarted(story, tmp_path / "journal.sqlite3").till.late_money
    assert (late.direct, late.amount) == (True, code.amount)


@pytest.mark.parametrize("paid_before", [False, True])
def test_two_paid_codes_of_one_direct_sale_are_an_alarm_also_after_a_restart_m12(
    tmp_path: Path, *, paid_before: bool
) -> None:
    """Fault 8: its brother in direct sales; nobody was told to give one amount back."""
    story = new_story()
    old = shown(story)
    story.wait(600)
    story.play(InvoiceStatusResult(old.payment_hash, InvoiceStatus.EXPIRED))
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)
    story.play(InvoiceStatusResult(old.payment_hash, InvoiceStatus.EXPIRED))
    screen = story.till.screen
    assert isinstance(screen, RequestingInvoice)
    new = invoice(2, screen.sale.amount)
    story.play(InvoiceCreated(screen.sale.id, new))
    if paid_before:
        story.play(InvoiceStatusResult(old.payment_hash, InvoiceStatus.PAID))
    story = restarted(story, tmp_path / "journal.sqlite3")
    if not paid_before:
        story.play(InvoiceStatusResult(old.payment_hash, InvoiceStatus.PAID))
    story.play(InvoiceStatusResult(new.payment_hash, InvoiceStatus.PAID))
    kinds = [alarm.trouble.kind for alarm in story.till.alarms]
    assert kinds == [TroubleKind.RECEIVED_BOTH_CODES]
    assert not story.till.forwards


def test_an_unproven_payment_stops_the_next_sale_until_the_manager_has_looked() -> None:
    story = new_story()
    code = shown(story)
    story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.UNPROVEN))
    assert isinstance(story.till.screen, AwaitingPayment), "the code stays"
    assert story.till.screen.checked_s is None, "nobody says that no payment was seen"
    assert isinstance(story.facts[-1], DirectPaymentUnproven)
    assert not any(isinstance(fact, DirectInvoicePaid | InvoicePaid) for fact in story.facts)
    story.press(Key.CLEAR)
    story.press("100", Key.CHARGE)
    screen = story.till.screen
    assert isinstance(screen, EnteringAmount)
    assert screen.notice is not None
    assert screen.notice.kind is TroubleKind.PAYMENT_UNPROVEN
    story.play(RetryRequested())
    assert isinstance(story.facts[-1], DirectPaymentReviewed)
    assert not story.till.alarms


def test_an_honest_answer_after_a_lying_one_is_believed() -> None:
    story = new_story()
    code = shown(story)
    story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.UNPROVEN))
    story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PAID))
    assert isinstance(story.till.screen, SaleReceived)
    assert not story.till.alarms


def test_the_bounds_of_an_address_are_told_before_an_invoice_is_asked_for() -> None:
    story = new_story(DirectPayee(address=ADDRESS, least=Sats(500), most=Sats(1_000)))
    till = replace(story.till, screen=EnteringAmount(Entry(SAT, typed=10)))
    step = transition(till, KeyPressed(Key.CHARGE))
    assert isinstance(step.till.screen, EnteringAmount)
    assert step.till.screen.notice is not None
    assert step.till.screen.notice.kind is TroubleKind.AMOUNT_TOO_SMALL
    till = replace(story.till, screen=EnteringAmount(Entry(SAT, typed=1_001)))
    step = transition(till, KeyPressed(Key.CHARGE))
    assert isinstance(step.till.screen, EnteringAmount)
    assert step.till.screen.notice is not None
    assert step.till.screen.notice.kind is TroubleKind.AMOUNT_TOO_LARGE


def test_the_server_of_an_address_is_asked_ever_more_rarely_and_then_no_more() -> None:
    story = new_story(DirectPayee(address=ADDRESS))
    code = shown(story, verify_url="https://example.com/verify/1")
    story.press(Key.CLEAR)
    story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PENDING))
    asked = []
    while code.payment_hash in story.till.watched_invoices:
        due_s = story.till.watched_invoices[code.payment_hash].next_check_s
        assert due_s is not None
        step = story.wait(max(0.0, due_s - story.till.now_s))
        assert FetchDirectStatus((code,)) in step.effects
        asked.append(story.till.now_s)
        answer = InvoiceStatusResult(code.payment_hash, InvoiceStatus.PENDING)
        story.play(replace(answer, asked_s=story.till.now_s))
    assert len(asked) <= 6
    pauses = [later - earlier for earlier, later in itertools.pairwise(asked)]
    assert pauses[:-1] == sorted(pauses[:-1])
    assert isinstance(story.facts[-1], DirectInvoiceNeverPaid)


def test_a_server_that_never_answers_is_given_up_after_its_invoices_end() -> None:
    story = new_story(DirectPayee(address=ADDRESS))
    code = shown(story, verify_url="https://example.com/verify/1")
    story.press(Key.CLEAR)
    story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.UNKNOWN))
    asked = 0
    while code.payment_hash in story.till.watched_invoices:
        due_s = story.till.watched_invoices[code.payment_hash].next_check_s
        assert due_s is not None
        story.wait(max(0.0, due_s - story.till.now_s))
        answer = InvoiceStatusResult(code.payment_hash, InvoiceStatus.UNKNOWN)
        story.play(replace(answer, asked_s=story.till.now_s))
        asked += 1
        assert asked < 60
    assert isinstance(story.facts[-1], DirectInvoiceNeverPaid)


def test_a_question_that_was_lost_while_a_machine_slept_is_not_the_last_one_m8() -> None:
    """It was paid in that time, and the sale would have stayed unpaid in the books for good."""
    story = new_story(DirectPayee(address=ADDRESS))
    code = shown(story, verify_url="https://example.com/verify/1")
    story.press(Key.CLEAR)
    asked_s = story.till.now_s
    story.wait(400_000)
    lost = InvoiceStatusResult(code.payment_hash, InvoiceStatus.UNKNOWN, asked_s=asked_s)
    story.play(lost)
    assert not story.count(DirectInvoiceNeverPaid)
    story.play(replace(lost, status=InvoiceStatus.PAID, asked_s=story.till.now_s))
    assert story.count(DirectInvoicePaid)


def test_the_name_is_asked_about_again_after_a_day_with_the_next_sale() -> None:
    story = new_story()
    story.wait(86_401.0)
    assert not any(isinstance(effect, FetchAccount) for effect in story.effects[1:])
    story.charged()
    assert FetchAccount() in story.effects

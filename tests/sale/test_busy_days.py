"""Many sales a day: what is asked about with each of them, and payments at the last moment."""

from dataclasses import replace

from kiosk.sale import invoice_questions
from kiosk.sale.effects import FetchInvoiceStatus
from kiosk.sale.events import (
    InvoiceStatusResult,
    LookUpOutcome,
    LookUpPayoutResult,
    SendOutcome,
)
from kiosk.sale.facts import PaidTwice
from kiosk.sale.invoice import Invoice, InvoiceStatus, PaymentHash, WalletId
from kiosk.sale.invoice_questions import MOST_WITH_SALE
from kiosk.sale.keys import Key
from kiosk.sale.screens import CodeExpired, Forwarded, Paid
from tests.sale.tills import Story


def asked_with_next_sale(story: Story) -> list[PaymentHash]:
    """What is asked about with one more sale, which is then cancelled before it has a code."""
    before = len(story.effects)
    story.charged()
    story.press(Key.CLEAR, Key.CLEAR, Key.CLEAR)
    new = story.effects[before:]
    return [
        payment_hash
        for effect in new
        if isinstance(effect, FetchInvoiceStatus)
        for payment_hash in effect.payment_hashes
    ]


def given_up(story: Story) -> Invoice:
    made = story.awaiting()
    story.cancel_code(made)
    story.press(Key.CLEAR)
    return made


def sold(story: Story) -> Invoice:
    made = story.awaiting()
    story.pay(made)
    story.send(made, SendOutcome.SUCCESS)
    story.wait(4)
    story.press(Key.CLEAR)
    return made


def test_with_the_next_sale_the_newest_left_behind_are_asked_about_m8() -> None:
    story = Story().ready()
    left = [given_up(story).payment_hash for _ in range(MOST_WITH_SALE + 5)]
    assert asked_with_next_sale(story) == left[5:]


def test_paid_invoices_are_asked_about_in_turn_so_that_none_is_left_out_m12() -> None:
    story = Story().ready()
    paid = [sold(story).payment_hash for _ in range(3 * MOST_WITH_SALE)]
    asked = [asked_with_next_sale(story) for _ in range(3)]
    assert all(len(names) == MOST_WITH_SALE for names in asked)
    assert sorted(name for names in asked for name in names) == sorted(paid)


def test_a_paid_invoice_is_forgotten_only_after_a_last_answer_m12() -> None:
    """The question was the last one: if its answer was lost, a second payment stayed unknown."""
    story = Story().ready()
    paid = [sold(story).payment_hash for _ in range(MOST_WITH_SALE + 1)]
    before_the_end_s = story.till.now_s
    story.wait(601)
    for status, payments, asked_s in (
        (InvoiceStatus.UNKNOWN, None, story.till.now_s),
        (InvoiceStatus.PAID, 1, before_the_end_s),
        (InvoiceStatus.PAID, 1, None),
    ):
        first, second = asked_with_next_sale(story), asked_with_next_sale(story)
        assert sorted({*first, *second}) == sorted(paid)
        for payment_hash in paid:
            story.play(InvoiceStatusResult(payment_hash, status, payments, asked_s))
    for payment_hash in paid[1:]:
        story.play(InvoiceStatusResult(payment_hash, InvoiceStatus.PAID, 1, story.till.now_s))
    story.play(InvoiceStatusResult(paid[0], InvoiceStatus.PAID, 2, story.till.now_s))
    assert not story.till.recently_paid
    assert story.count(PaidTwice) == 1


def test_what_is_paid_is_remembered_while_the_till_account_cannot_be_asked_m12() -> None:
    story = Story().ready()
    paid = [sold(story).payment_hash for _ in range(2)]
    account = story.till.account
    assert account is not None
    no_key = replace(account, till_wallet=WalletId(""))
    cut_off = invoice_questions.ask_with_next_sale(replace(story.till, account=no_key)).till
    assert not cut_off.can_forward
    assert sorted(cut_off.recently_paid) == sorted(paid)


def test_who_pays_at_the_last_moment_is_shown_as_paid_though_the_code_has_run_out() -> None:
    story = Story().ready()
    made = story.awaiting()
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.EXPIRED, payments=0))
    assert isinstance(story.till.screen, CodeExpired)
    story.pay(made)
    assert isinstance(story.till.screen, Paid)
    story.send(made, SendOutcome.LOST)
    payout = story.payout(made).payment_hash
    story.play(LookUpPayoutResult(made.payment_hash, payout, LookUpOutcome.SETTLED))
    assert isinstance(story.till.screen, Forwarded)


def test_an_older_sale_that_is_paid_late_does_not_take_the_screen() -> None:
    story = Story().ready()
    older = given_up(story)
    made = story.awaiting()
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.EXPIRED, payments=0))
    story.pay(older)
    assert isinstance(story.till.screen, CodeExpired)
    assert older.payment_hash in story.till.forwards

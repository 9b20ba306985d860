"""Decisions about money that could be changed without another test noticing (`tests.mutants`)."""

from dataclasses import replace

import pytest

from kiosk.sale.effects import (
    AdjustCodeBrightness,
    CancelInvoice,
    CreatePayout,
    FetchDailyLimit,
    OpenSale,
    PlaySound,
    SendForward,
    Sound,
)
from kiosk.sale.entry import MAX_DIGITS, Entry, EntryFull, with_digit, without_last_digit
from kiosk.sale.events import (
    CancelInvoiceResult,
    CancelOutcome,
    InvoiceRefused,
    InvoiceStatusResult,
    LedgerHistoryResult,
    LookUpOutcome,
    MerchantReceived,
    PayoutCreated,
    PayoutNotMade,
    RatesFetched,
    RatesFetchFailed,
    RetryRequested,
    SendOutcome,
)
from kiosk.sale.facts import (
    DirectInvoiceNeverPaid,
    DirectPaymentReviewed,
    DirectPaymentUnproven,
    ForwardStatus,
    ForwardStatusChanged,
    PayoutIssued,
    RecoveredFact,
    Sale,
)
from kiosk.sale.forwards import LOOKS_BEFORE_ALARM
from kiosk.sale.invoice import Invoice, InvoiceStatus, SaleId
from kiosk.sale.keys import Key
from kiosk.sale.ledger_history import LedgerHistory, SaleEvidence, concerns
from kiosk.sale.manager_screens import EnteringPin
from kiosk.sale.money import JUMP_PERCENT, SAT, Fiat, Rate, Sats, is_sane_price, jumped
from kiosk.sale.pin import pin_hash
from kiosk.sale.prices import changed_digits
from kiosk.sale.screens import (
    AwaitingPayment,
    CodeDetail,
    CodeExpired,
    EnteringAmount,
    ReceivedDirectly,
)
from kiosk.sale.timers import EXPIRED_SHOWN_S, LEAVE_PATIENCE_S, needs_connection, next_wake_s
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.test_direct import new_story, shown
from tests.sale.test_recovery import (
    MADE,
    NOW,
    PAYOUT,
    SALE,
    asked,
    came_in,
    facts_of,
    past,
    saved,
    theirs,
    went_out,
)
from tests.sale.test_recovery import shown as shown_by_blink
from tests.sale.tills import RULES, USD, USD_BASE, Story, invoice, rates


def left_code(story: Story, *, payout: bool = True) -> Invoice:
    """A code that was cancelled: its invoice is watched."""
    made = story.awaiting(payout=payout)
    story.cancel_code(made)
    assert isinstance(story.till.screen, EnteringAmount)
    return made


# --- Codes and the sales beside them -----------------------------------------------------------


def test_a_sale_that_gets_no_invoice_leaves_the_other_invoices_watched_m8() -> None:
    story = Story().ready()
    earlier = left_code(story)
    sale = story.charged().sale
    story.play(InvoiceRefused(sale.id, Trouble(TroubleKind.BLINK_ODD)))
    assert list(story.till.watched_invoices) == [earlier.payment_hash]
    story.pay(earlier)
    assert earlier.payment_hash in story.till.forwards


@pytest.mark.parametrize("payments", [None, 0])
def test_the_end_of_another_invoice_leaves_the_code_on_the_screen(payments: int | None) -> None:
    story = Story().ready()
    earlier = left_code(story)
    made = story.awaiting()
    story.play(InvoiceStatusResult(earlier.payment_hash, InvoiceStatus.EXPIRED, payments))
    assert isinstance(story.till.screen, AwaitingPayment)
    assert story.till.screen.invoice == made


def test_a_payout_invoice_that_comes_after_its_code_has_left_is_journaled_m1() -> None:
    story = Story().ready()
    made = left_code(story, payout=False)
    sale = story.till.watched_invoices[made.payment_hash].sale.id
    step = story.play(PayoutCreated(sale, story.payout(made), 1))
    assert step.facts == (PayoutIssued(sale, story.payout(made)),)


def test_a_refused_payout_of_one_sale_says_nothing_about_another_m2() -> None:
    story = Story().ready()
    first = left_code(story, payout=False)
    other = story.till.watched_invoices[first.payment_hash].sale.id
    made = story.awaiting(payout=False)
    sale = story.till.watched_invoices[made.payment_hash].sale.id
    refused = Trouble(TroubleKind.BLINK_ODD, reason="told by the test")
    for _ in range(11):
        story.play(PayoutNotMade(sale, refused, final=False))
        story.wait(10)
    story.wait(20)
    story.play(PayoutNotMade(other, refused, final=False))
    assert not story.till.alarms, "it is the first refusal of that sale"
    story.play(PayoutNotMade(sale, refused, final=False))
    (alarm,) = story.till.alarms
    assert (alarm.sale, alarm.trouble.reason) == (sale, "told by the test")


def test_late_money_without_a_payout_invoice_gets_one_at_once() -> None:
    story = Story().ready()
    made = left_code(story, payout=False)
    assert any(isinstance(effect, CreatePayout) for effect in story.pay(made).effects)


def test_the_keys_of_the_code_set_its_brightness_and_a_second_tap_puts_them_away() -> None:
    story = Story().ready()
    story.awaiting()
    assert AdjustCodeBrightness(1) in story.press(Key.BRIGHTER).effects
    assert AdjustCodeBrightness(-1) in story.press(Key.DIMMER).effects
    details = []
    for _ in range(2):
        story.press(Key.SHOW_BRIGHTNESS)
        assert isinstance(story.till.screen, AwaitingPayment)
        details.append(story.till.screen.detail)
    assert details == [CodeDetail.BRIGHTNESS, CodeDetail.NONE]


def test_a_code_on_the_screen_needs_the_connection() -> None:
    story = Story().ready()
    story.awaiting()
    assert needs_connection(story.till)


def test_before_the_account_is_known_no_invoice_wakes_the_till() -> None:
    story = new_story()
    code = shown(story)
    story.press(Key.CLEAR)
    story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PENDING))
    without = replace(story.till, account=None, now_s=story.till.now_s + 100)
    wakes_s = next_wake_s(without)
    assert wakes_s is None or wakes_s > without.now_s


def test_a_code_that_ran_out_is_asked_about_five_seconds_after_its_end_m8() -> None:
    story = Story().ready()
    made = story.awaiting()
    assert isinstance(story.till.screen, AwaitingPayment)
    ends_s = story.till.screen.ends_s
    story.wait(ends_s - story.till.now_s)
    story.wait(LEAVE_PATIENCE_S)
    assert isinstance(story.till.screen, CodeExpired)
    assert story.till.watched_invoices[made.payment_hash].next_check_s == ends_s + 5


def test_a_code_that_is_left_while_somebody_pays_is_asked_about_after_five_seconds_m8() -> None:
    story = Story().ready()
    made = story.awaiting()
    story.press(Key.CLEAR)
    story.play(CancelInvoiceResult(made.payment_hash, CancelOutcome.PROCESSED))
    assert isinstance(story.till.screen, AwaitingPayment)
    assert story.till.screen.notice is not None
    story.press(Key.CLEAR)
    assert isinstance(story.till.screen, EnteringAmount)
    due_s = story.till.watched_invoices[made.payment_hash].next_check_s
    assert due_s == story.till.now_s + 5


def test_a_code_that_ran_out_makes_room_for_the_next_customer_and_no_new_code() -> None:
    story = Story().ready()
    made = story.awaiting()
    story.wait(made.lifetime_s)
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.EXPIRED, 0))
    shown_screens = [story.till.screen]
    story.wait(EXPIRED_SHOWN_S)
    shown_screens.append(story.till.screen)
    assert isinstance(shown_screens[0], CodeExpired)
    assert shown_screens[1] == EnteringAmount(Entry(USD))
    assert story.count(OpenSale) == 1


def test_a_code_that_is_cancelled_already_is_not_cancelled_again_by_its_end() -> None:
    story = Story().ready()
    code = story.awaiting()
    story.press(Key.CLEAR)
    story.play(CancelInvoiceResult(code.payment_hash, CancelOutcome.CANCELLED))
    story.wait(LEAVE_PATIENCE_S)
    assert isinstance(story.till.screen, EnteringAmount)
    assert not story.till.watched_invoices[code.payment_hash].cancel_wanted


def test_a_direct_code_left_without_an_answer_is_never_cancelled() -> None:
    story = new_story()
    code = shown(story)
    story.press(Key.CLEAR)
    story.wait(LEAVE_PATIENCE_S)
    assert isinstance(story.till.screen, EnteringAmount)
    story.wait(60)
    assert story.count(CancelInvoice) == 0
    assert code.payment_hash in story.till.watched_invoices


def test_where_no_unit_was_in_use_the_next_sale_is_typed_in_the_first_of_the_settings() -> None:
    locked = replace(RULES, units=("SAT", "USD"), pin=pin_hash("1234", b"salt" * 4))
    story = Story(locked).ready()
    shown_screens = []
    for key in (Key.MENU, Key.CLEAR):
        story.press(key)
        shown_screens.append(story.till.screen)
    assert shown_screens == [EnteringPin(), EnteringAmount(Entry(SAT))]


# --- Forwards ----------------------------------------------------------------------------------


def sent(answer: SendOutcome) -> tuple[Story, Invoice]:
    """A paid sale whose payout has had this answer."""
    story = Story().ready()
    made = story.awaiting()
    story.pay(made)
    story.send(made, answer)
    return story, made


def test_only_a_limit_that_is_used_up_is_asked_for_again() -> None:
    story, made = sent(SendOutcome.FAILURE)
    step = story.look(made, LookUpOutcome.NOTHING)
    assert FetchDailyLimit() not in step.effects
    story, made = sent(SendOutcome.LIMITED)
    assert FetchDailyLimit() in story.look(made, LookUpOutcome.NOTHING).effects


def test_a_look_up_of_a_forward_that_nothing_stands_in_the_way_of_asks_for_no_limit() -> None:
    story, made = sent(SendOutcome.FAILURE)
    forward = replace(story.till.forwards[made.payment_hash], trouble=None)
    story.till = replace(story.till, forwards={made.payment_hash: forward})
    step = story.look(made, LookUpOutcome.NOTHING)
    assert FetchDailyLimit() not in step.effects


def test_a_forwarded_invoice_is_asked_about_until_its_own_end_m12() -> None:
    story, made = sent(SendOutcome.LOST)
    paid_s = story.till.now_s
    story.wait(100)
    story.look(made, LookUpOutcome.SETTLED)
    assert story.till.recently_paid[made.payment_hash].until_s == paid_s + made.lifetime_s


def test_what_stands_in_the_way_is_recorded_with_its_reason() -> None:
    story, made = sent(SendOutcome.LOST)
    fact = story.facts[-1]
    assert isinstance(fact, ForwardStatusChanged)
    forward = story.till.forwards[made.payment_hash]
    assert forward.trouble is not None
    assert (fact.status, fact.reason) == (ForwardStatus.UNKNOWN, forward.trouble.noted)
    assert fact.reason


def test_after_another_try_a_payout_paid_by_nobody_here_is_looked_for_as_often_as_before() -> None:
    story, made = sent(SendOutcome.ALREADY_PAID)

    def looks_until_stopped() -> int:
        looks = 0
        while story.till.forwards[made.payment_hash].status is not ForwardStatus.STOPPED:
            story.look(made, LookUpOutcome.NOTHING)
            looks += 1
            story.wait(max(0.0, story.till.forwards[made.payment_hash].due_s - story.till.now_s))
        return looks

    assert looks_until_stopped() == LOOKS_BEFORE_ALARM
    story.play(RetryRequested())
    story.look(made, LookUpOutcome.NOTHING)
    story.wait(max(0.0, story.till.forwards[made.payment_hash].due_s - story.till.now_s))
    story.send(made, SendOutcome.ALREADY_PAID)
    assert looks_until_stopped() == LOOKS_BEFORE_ALARM


def test_after_another_try_the_pauses_grow_from_the_first_one_again() -> None:
    story, made = sent(SendOutcome.ALREADY_PAID)

    def pause_after_a_look_s() -> float:
        story.look(made, LookUpOutcome.NOTHING)
        return story.till.forwards[made.payment_hash].due_s - story.till.now_s

    first_s = pause_after_a_look_s()
    while story.till.forwards[made.payment_hash].status is not ForwardStatus.STOPPED:
        story.wait(max(0.0, pause_after_a_look_s()))
    story.play(RetryRequested())
    assert pause_after_a_look_s() == first_s


def test_our_own_forward_that_arrives_at_the_merchants_is_no_money_from_elsewhere() -> None:
    story, made = sent(SendOutcome.LOST)
    story.press(Key.CLEAR)
    assert isinstance(story.till.screen, EnteringAmount)
    story.play(MerchantReceived(story.payout(made).payment_hash, made.amount))
    assert isinstance(story.till.screen, EnteringAmount)
    other = invoice(99, 5).payment_hash
    step = story.play(MerchantReceived(other, Sats(5)))
    assert isinstance(story.till.screen, ReceivedDirectly)
    assert PlaySound(Sound.RECEIVED) in step.effects


# --- A lost journal ----------------------------------------------------------------------------


def test_an_id_that_is_no_sales_id_concerns_nobody() -> None:
    assert not concerns(SaleId("coffee"), "till-1", "3f9a0b1c")
    assert not concerns(SaleId("other_ffffffff_0a1b2c3d_7"), "till-1", "3f9a0b1c")


@pytest.mark.parametrize(
    ("status", "paid", "was_paid"),
    [
        (InvoiceStatus.PENDING, False, False),
        (InvoiceStatus.PAID, False, True),
        (InvoiceStatus.PENDING, True, True),
    ],
)
def test_a_lost_sale_was_paid_if_blink_or_the_damaged_file_says_so(
    status: InvoiceStatus, *, paid: bool, was_paid: bool
) -> None:
    evidence = SaleEvidence(SALE, saved(paid=paid), shown_by_blink(status), (), odd=False)
    assert evidence.was_paid is was_paid


def test_what_the_damaged_file_calls_paid_and_blink_does_not_show_is_for_a_person() -> None:
    story = asked(saved(invoice=MADE, paid=True))
    story.play(LedgerHistoryResult(LedgerHistory((), (), 0), story.till.now_s))
    assert [alarm.trouble.kind for alarm in story.till.alarms] == [TroubleKind.UNDECIDED]
    assert not story.till.watched_invoices


def test_an_entry_without_its_invoice_does_not_hide_what_was_saved() -> None:
    entries = (replace(came_in(), invoice=None),)
    evidence = SaleEvidence(SALE, saved(invoice=MADE), None, entries, odd=False)
    assert evidence.invoice == MADE
    assert replace(evidence, salvaged=None, entries=(came_in(),)).invoice == MADE


def test_a_sale_with_a_second_payout_invoice_goes_on_with_that_generation_m6() -> None:
    second = invoice(9, 500, "out", 86_400)
    story = asked(saved(payouts=(PAYOUT, second), paid=True))
    story.play(LedgerHistoryResult(past(came_in()), story.till.now_s))
    forward = story.till.forwards[MADE.payment_hash]
    assert (forward.payout, forward.generation) == (second, 2)


def test_what_was_saved_of_another_installations_forwarded_sale_is_history_again() -> None:
    other = SaleId("till-1_ffffffff_0a1b2c3d_7")
    kept = replace(saved(paid=True), sale=Sale(other, Sats(500), Fiat(500, SAT), None, NOW, ""))
    story = asked(kept)
    story.play(LedgerHistoryResult(theirs(other, came_in(), went_out()), story.till.now_s))
    assert facts_of(story, ForwardStatusChanged) == [
        ForwardStatusChanged(other, ForwardStatus.SETTLED, PAYOUT.payment_hash)
    ]
    assert any(isinstance(fact, RecoveredFact) for fact in story.facts)
    assert story.count(SendForward) == 0


# --- Direct sales ------------------------------------------------------------------------------


def test_a_proof_puts_away_the_alarm_of_its_own_sale_only() -> None:
    story = new_story()
    code = shown(story)
    story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.UNPROVEN))
    (alarm,) = story.till.alarms
    other = replace(alarm, sale=SaleId("till-1_3f9a0b1c_0a1b2c3d_7"))
    story.till = replace(story.till, alarms=(alarm, other))
    story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PAID))
    assert story.till.alarms == (other,)


def test_an_unproven_payment_that_is_told_twice_is_one_alarm_and_one_fact() -> None:
    story = new_story()
    code = shown(story)
    unproven = InvoiceStatusResult(code.payment_hash, InvoiceStatus.UNPROVEN)
    story.play(unproven, unproven)
    assert len(story.till.alarms) == 1
    assert story.count(DirectPaymentUnproven) == 1


def test_a_payment_that_nobody_proves_is_never_given_up_by_itself_d3() -> None:
    story = new_story()
    code = shown(story, "https://example.com/verify/1")
    story.press(Key.CLEAR)
    story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PENDING))
    past_asking_s = story.till.watched_invoices[code.payment_hash].final_s + 86_400
    story.wait(past_asking_s - story.till.now_s)
    story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.UNPROVEN))
    assert code.payment_hash in story.till.watched_invoices
    lost = InvoiceStatusResult(code.payment_hash, InvoiceStatus.UNKNOWN, asked_s=story.till.now_s)
    story.play(lost)
    assert code.payment_hash not in story.till.watched_invoices
    assert story.count(DirectInvoiceNeverPaid) == 1


def test_a_server_silent_at_an_invoices_end_is_asked_again_every_hour_d6() -> None:
    story = new_story()
    code = shown(story, "https://example.com/verify/1")
    story.press(Key.CLEAR)
    story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PENDING))
    for _ in range(3):
        final_s = story.till.watched_invoices[code.payment_hash].final_s
        story.wait(max(3600.0, final_s - story.till.now_s))
        story.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.UNKNOWN))
        due_s = story.till.watched_invoices[code.payment_hash].next_check_s
        assert due_s == story.till.now_s + 3600


def test_another_try_says_nothing_about_unproven_payments_where_there_are_none() -> None:
    story, made = sent(SendOutcome.SUCCESS)
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID, 2))
    assert [alarm.trouble.kind for alarm in story.till.alarms] == [TroubleKind.PAID_TWICE]
    story.play(RetryRequested())
    assert story.count(DirectPaymentReviewed) == 0


# --- Amounts and prices ------------------------------------------------------------------------


def test_delete_with_nothing_typed_takes_back_the_last_item() -> None:
    entry = Entry(USD, items=(100, 200, 300))
    assert without_last_digit(entry) == Entry(USD, typed=300, items=(100, 200))


def test_no_digit_makes_a_sum_longer_than_an_amount_may_be() -> None:
    nearly_full = Entry(SAT, typed=1, items=(10**MAX_DIGITS - 10,))
    with pytest.raises(EntryFull):
        with_digit(nearly_full, 0)


def test_no_price_is_no_news_to_a_cashier_who_waits_for_none() -> None:
    story = Story().ready()
    story.press("12")
    story.play(RatesFetchFailed(Trouble(TroubleKind.NO_CONNECTION)))
    assert isinstance(story.till.screen, EnteringAmount)
    assert story.till.screen.notice is None
    assert story.till.price_trouble == Trouble(TroubleKind.NO_CONNECTION)


@pytest.mark.parametrize(
    ("notice", "stays"),
    [
        (Trouble(TroubleKind.NO_RATE, "USD", "an answer without a price"), False),
        (Trouble(TroubleKind.AMOUNT_TOO_SMALL, "100"), True),
    ],
)
def test_a_price_ends_the_notice_that_there_is_none_and_no_other(
    notice: Trouble, *, stays: bool
) -> None:
    story = Story().ready()
    story.press("12")
    assert isinstance(story.till.screen, EnteringAmount)
    story.till = replace(story.till, screen=replace(story.till.screen, notice=notice))
    story.play(RatesFetched(rates(story.till.now_s)))
    assert isinstance(story.till.screen, EnteringAmount)
    assert story.till.screen.notice == (notice if stays else None)


def test_a_sale_typed_in_sats_keeps_the_rate_that_was_shown_m9() -> None:
    story = Story(replace(RULES, units=("SAT", "USD"))).ready()
    story.till = replace(story.till, screen=EnteringAmount(Entry(SAT)))
    story.press("5")
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)
    sale = story.till.screen.sale  # type: ignore[union-attr]
    assert sale.rate is not None
    assert (sale.amount, sale.rate.currency, sale.rate.base) == (5, USD, USD_BASE)


@pytest.mark.parametrize(("base", "is_jump"), [(1200, True), (1199, False), (800, True)])
def test_a_price_has_jumped_from_exactly_this_percentage_on_m9(base: int, *, is_jump: bool) -> None:
    assert JUMP_PERCENT == 20
    assert jumped(Rate(USD, 1000, 3, 0.0, 0.0), Rate(USD, base, 3, 0.0, 0.0)) is is_jump


@pytest.mark.parametrize(("base", "offset"), [(1, -1), (0, 0), (-1, 0), (2**63, 0)])
def test_a_price_that_sqlite_or_sense_cannot_hold_is_none_m9(base: int, offset: int) -> None:
    assert not is_sane_price(base, offset)


def test_without_an_account_no_currency_has_other_digits_than_before() -> None:
    story = Story()
    assert changed_digits(story.till, ["EUR"]) is None


def test_a_history_of_nothing_rebuilds_a_journal_of_nothing() -> None:
    story = asked()
    story.play(LedgerHistoryResult(LedgerHistory((), (), 0), story.till.now_s))
    assert story.till.lost_journal is None
    assert not story.till.forwards

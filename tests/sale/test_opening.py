"""The one door into a sale: every check, whichever way leads to it and however long it took."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kiosk.sale import new_code
from kiosk.sale.effects import FetchDailyLimit, OpenSale
from kiosk.sale.entry import MAX_ITEMS, Entry
from kiosk.sale.events import (
    AccountFetchFailed,
    DailyLimitResult,
    Event,
    InvoiceCreated,
    InvoiceRefused,
    InvoiceStatusResult,
    JournalFailed,
    RatesFetched,
    Tick,
)
from kiosk.sale.ids import parse_sale_id
from kiosk.sale.invoice import InvoiceStatus
from kiosk.sale.keys import Key
from kiosk.sale.limits import LIMIT_FRESH_S, SALES_A_MINUTE, UNPAID_AN_HOUR, too_many
from kiosk.sale.manager_screens import EnteringPin
from kiosk.sale.money import RATE_LIFE_S, Cents
from kiosk.sale.pin import pin_hash
from kiosk.sale.rules import OverLimitPolicy
from kiosk.sale.screens import (
    CheckingLimit,
    ChoosingTip,
    CodeExpired,
    ConfirmingLimit,
    EnteringAmount,
    FetchingPrice,
    RequestingInvoice,
)
from kiosk.sale.till import Till
from kiosk.sale.timers import ENTRY_KEPT_S, PRICING_PATIENCE_S, QUESTION_SHOWN_S, next_wake_s
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import RULES, USD, Story, invoice, rates, usd_rate

REFUSED_KEY = Trouble(TroubleKind.KEY_REFUSED)


def entering(till: Till) -> EnteringAmount:
    assert isinstance(till.screen, EnteringAmount), till.screen
    return till.screen


def notice(till: Till) -> TroubleKind | None:
    shown = entering(till).notice
    return shown.kind if shown else None


def charge(story: Story, digits: str = "1250") -> None:
    story.press(digits)
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)


def at_limit() -> Story:
    story = Story().ready()
    story.play(DailyLimitResult(Cents(1000)))
    charge(story)
    assert isinstance(story.till.screen, ConfirmingLimit)
    return story


def at_tip() -> Story:
    story = Story(replace(RULES, tips=(10,))).ready()
    charge(story)
    assert isinstance(story.till.screen, ChoosingTip)
    return story


def at_expired() -> Story:
    story = Story().ready()
    made = story.awaiting()
    story.wait(601)
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.EXPIRED, payments=0))
    assert isinstance(story.till.screen, CodeExpired)
    story.effects.clear()
    return story


def at_amount() -> Story:
    story = Story().ready()
    story.press("1250")
    story.play(RatesFetched(rates(story.till.now_s)))
    return story


def at_price() -> Story:
    story = Story().ready()
    story.press("1250", Key.CHARGE)
    assert isinstance(story.till.screen, FetchingPrice)
    return story


def answer(story: Story) -> None:
    """Go on from where the story stands."""
    if isinstance(story.till.screen, FetchingPrice):
        story.play(RatesFetched(rates(story.till.now_s)))
    else:
        story.press(Key.CHARGE)
    if isinstance(story.till.screen, CodeExpired):  # the old code is asked about first
        story.wait(new_code.PATIENCE_S)


WAYS = [at_amount, at_price, at_limit, at_tip, at_expired]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("news", "kind"),
    [
        (AccountFetchFailed(REFUSED_KEY), TroubleKind.KEY_REFUSED),
        (JournalFailed(Trouble(TroubleKind.JOURNAL_FULL)), TroubleKind.JOURNAL_FULL),
    ],
)
def test_no_way_into_a_sale_leads_past_the_service_m2_m11(
    way: Callable[[], Story], news: Event, kind: TroubleKind
) -> None:
    """Fault 5: from a question a sale opened while the kiosk was out of service."""
    story = way()
    story.play(news)
    answer(story)
    assert story.count(OpenSale) == 0
    assert notice(story.till) is kind
    assert entering(story.till).entry.total == 1250


@pytest.mark.parametrize("way", WAYS)
def test_no_way_into_a_sale_leads_past_blinks_pause(way: Callable[[], Story]) -> None:
    """Fault 5: nor past the pause after too many invoices."""
    story = way()
    story.till = replace(story.till, blocked_until_s=story.till.now_s + 300)
    answer(story)
    assert story.count(OpenSale) == 0
    assert notice(story.till) is TroubleKind.TOO_MANY_INVOICES


@pytest.mark.parametrize("way", [at_amount, at_limit, at_tip, at_expired])
def test_no_way_into_a_sale_leads_past_the_age_of_the_price_m9(way: Callable[[], Story]) -> None:
    """Fault 5: from the over-limit question a sale opened at a rate 10,800 s old."""
    story = way()
    till = story.till
    assert till.rates is not None
    old = replace(till.rates.shown, fetched_s=till.now_s - 10_800)
    story.till = replace(till, rates=replace(till.rates, shown=old, usd=old))
    answer(story)
    assert story.count(OpenSale) == 0
    assert isinstance(story.till.screen, FetchingPrice)
    story.play(RatesFetched(rates(story.till.now_s)))
    assert story.count(OpenSale) == 1, "and goes on with the answers that were given"


def test_the_limit_is_told_before_the_tip_is_asked_for_m10() -> None:
    story = Story(replace(RULES, tips=(10,))).ready()
    story.play(DailyLimitResult(Cents(1000)))
    charge(story)
    assert isinstance(story.till.screen, ConfirmingLimit)
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, ChoosingTip)
    story.press("1")
    assert isinstance(story.till.screen, RequestingInvoice)


def test_a_tip_that_goes_beyond_the_limit_is_told_after_it_m10() -> None:
    story = Story(replace(RULES, tips=(10,))).ready()
    story.play(DailyLimitResult(Cents(1300)))
    charge(story)
    assert isinstance(story.till.screen, ChoosingTip)
    story.press("1")
    assert isinstance(story.till.screen, ConfirmingLimit)
    story.press(Key.CHARGE)
    sale = next(effect.sale for effect in story.effects if isinstance(effect, OpenSale))
    assert sale.tip_minor == 125


@pytest.mark.parametrize("over_limit", list(OverLimitPolicy))
@pytest.mark.parametrize(("left", "opens"), [(2000, True), (1000, False), (None, True)])
def test_the_limit_is_asked_for_before_anything_is_refused_by_an_old_one_m10(
    over_limit: OverLimitPolicy, left: int | None, *, opens: bool
) -> None:
    """Fault 6: `refuse` refused until a restart; the limit was asked for only after a forward."""
    story = Story(replace(RULES, over_limit=over_limit)).ready()
    story.play(DailyLimitResult(Cents(1000)))
    story.wait(LIMIT_FRESH_S + 1)
    charge(story)
    assert isinstance(story.till.screen, CheckingLimit)
    assert story.count(FetchDailyLimit) == 1
    story.play(DailyLimitResult(Cents(left) if left is not None else None))
    assert (story.count(OpenSale) == 1) == opens
    if not opens and over_limit is OverLimitPolicy.REFUSE:
        assert notice(story.till) is TroubleKind.OVER_LIMIT
    elif not opens:
        assert isinstance(story.till.screen, ConfirmingLimit)
    assert story.count(FetchDailyLimit) == 1, "once for one press of the key"


def test_a_limit_that_blink_does_not_tell_is_the_last_one_known_m10() -> None:
    """Fault 6: without an answer the till neither waits for ever nor forgets the limit."""
    story = Story(replace(RULES, over_limit=OverLimitPolicy.REFUSE)).ready()
    story.play(DailyLimitResult(Cents(1000)))
    story.wait(LIMIT_FRESH_S + 1)
    charge(story)
    story.wait(PRICING_PATIENCE_S)
    assert notice(story.till) is TroubleKind.OVER_LIMIT
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, CheckingLimit)
    story.press(Key.CLEAR)
    assert entering(story.till).entry.total == 1250


def at_pin() -> Story:
    story = Story(replace(RULES, pin=pin_hash("2468", b"salt"))).ready()
    story.press(Key.MENU, "24")
    assert isinstance(story.till.screen, EnteringPin)
    return story


@pytest.mark.parametrize("way", [at_limit, at_tip, at_pin])
def test_a_question_goes_after_a_minute_untouched(way: Callable[[], Story]) -> None:
    """Fault 5: a question stayed for hours, and the next customer answered it."""
    story = way()
    asked = type(story.till.screen)
    story.wait(QUESTION_SHOWN_S - 1)
    story.press(Key.PLUS if asked is EnteringPin else Key.DELETE)
    story.wait(QUESTION_SHOWN_S - 1)
    assert isinstance(story.till.screen, asked), "a key is a touch"
    assert next_wake_s(story.till) is not None
    story.wait(1)
    assert entering(story.till).entry.total == (0 if asked is EnteringPin else 1250)


def test_a_half_typed_amount_goes_after_a_quarter_of_an_hour_untouched() -> None:
    """Fault 5: it stayed for ever, and the next sale was typed behind it."""
    story = Story().ready()
    story.press("12", Key.PLUS)
    story.wait(ENTRY_KEPT_S - 1)
    story.press("5")
    story.wait(ENTRY_KEPT_S - 1)
    assert entering(story.till).entry.total == 17
    story.wait(1)
    assert entering(story.till).entry.is_empty
    assert next_wake_s(story.till) is None, "nothing is left to wait for"


def cancelled(story: Story) -> None:
    """A sale opened and cancelled, its amount cleared."""
    screen = story.charged()
    made = invoice(100 + story.till.sales_started, screen.sale.amount)
    story.play(InvoiceCreated(screen.sale.id, made))
    story.cancel_code(made)


def test_no_more_than_twenty_invoices_a_minute_are_made_here() -> None:
    """Box fault 31: a vandal's keyboard made 459 in seconds, and Blink blocked the account."""
    story = Story().ready()
    for _ in range(SALES_A_MINUTE):
        sale = story.charged().sale
        story.press_at_once(Key.CLEAR)
        story.play(InvoiceRefused(sale.id, Trouble(TroubleKind.NO_CONNECTION)))
        story.till = replace(story.till, screen=EnteringAmount(Entry(USD)))
    charge(story)
    assert notice(story.till) is TroubleKind.TOO_MANY_SALES
    assert story.count(OpenSale) == SALES_A_MINUTE
    refusal = entering(story.till).notice
    assert refusal is not None
    story.wait(int(refusal.subject))
    answer(story)
    assert story.count(OpenSale) == SALES_A_MINUTE + 1


def test_the_sales_of_a_run_are_numbered_from_one_and_no_number_comes_twice() -> None:
    """Fault 1: the number is what makes a sale's id, and its external ids, another one."""
    story = Story().ready()
    numbers = []
    for _ in range(3):
        parts = parse_sale_id(story.charged().sale.id)
        assert parts is not None
        numbers.append(parts.number)
        story.till = replace(story.till, screen=EnteringAmount(Entry(USD)))
    assert numbers == [1, 2, 3]


def test_the_seconds_until_blink_takes_invoices_again_are_rounded_up() -> None:
    till = replace(Story().ready().till, now_s=100.0, blocked_until_s=101.5)
    blocked = too_many(till)
    assert blocked is not None
    assert blocked.subject == "2"
    assert too_many(replace(till, now_s=101.5)) is None


def test_sales_cancelled_for_fun_do_not_fill_the_card_and_paid_ones_do_not_count() -> None:
    """Box fault 31: 4 MB of journal in seconds."""
    story = Story().ready()
    for _ in range(3):
        story.pay(story.awaiting())
        story.wait(10)
    assert not story.till.unpaid_s
    for _ in range(UNPAID_AN_HOUR):
        cancelled(story)
        story.wait(5)
    charge(story)
    assert notice(story.till) is TroubleKind.TOO_MANY_UNPAID
    refusal = entering(story.till).notice
    assert refusal is not None
    story.wait(60 * int(refusal.subject))
    charge(story)
    assert isinstance(story.till.screen, RequestingInvoice)
    assert len(story.till.unpaid_s) <= UNPAID_AN_HOUR
    assert len(story.till.opened_s) <= SALES_A_MINUTE


def test_a_sum_has_at_most_ninety_nine_items() -> None:
    """Box fault 31: a sum of 40,000 items took 18 s."""
    story = Story().ready()
    for _ in range(MAX_ITEMS + 5):
        story.press("1", Key.PLUS)
    assert notice(story.till) is TroubleKind.SUM_TOO_LONG
    entry = entering(story.till).entry
    assert len(entry.items) + 1 == MAX_ITEMS
    assert entry.total == int("1" * 6) + MAX_ITEMS - 1, "what was typed goes on as one item"


def test_before_blink_has_answered_once_charge_says_that_there_is_no_connection() -> None:
    story = Story()
    story.play(Tick(1.0, 1_700_000_000))
    story.wait(1.0)
    story.press("500", Key.CHARGE)
    assert notice(story.till) is TroubleKind.NO_CONNECTION
    assert story.count(OpenSale) == 0


def test_a_price_is_charged_by_for_two_minutes_and_no_longer_m9() -> None:
    rate = usd_rate(now_s=10.0)
    assert rate.is_fresh(10.0 + RATE_LIFE_S)
    assert not rate.is_fresh(10.1 + RATE_LIFE_S)


def test_the_cashier_is_told_to_the_second_when_the_next_sale_can_be_opened() -> None:
    story = Story().ready()
    for _ in range(SALES_A_MINUTE):
        sale = story.charged().sale
        story.play(InvoiceRefused(sale.id, Trouble(TroubleKind.NO_CONNECTION)))
        story.till = replace(story.till, screen=EnteringAmount(Entry(USD)))
    opened_s = story.till.opened_s[0]
    charge(story)
    refusal = entering(story.till).notice
    assert refusal is not None
    left_s = opened_s + 60 - story.till.now_s
    assert left_s < int(refusal.subject) <= left_s + 1

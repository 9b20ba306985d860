"""When a key counts: not in the first moment of a screen, not on a dark one, stuck or not."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kiosk.sale.effects import OpenSale
from kiosk.sale.events import DailyLimitResult, KeyReleased, KeyStuck, RatesFetched
from kiosk.sale.facts import DayClosed
from kiosk.sale.key_timing import ANSWERS_IGNORED_S, counts_while_dark
from kiosk.sale.keys import Key, Light
from kiosk.sale.manager_screens import EnteringPin, ManagerScreen
from kiosk.sale.money import Cents
from kiosk.sale.pin import pin_hash
from kiosk.sale.screens import AwaitingPayment, ChoosingTip, ConfirmingLimit, EnteringAmount, Paid
from kiosk.sale.status_light import status_light
from tests.sale.tills import RULES, Story, rates
from tests.screen.samples import every_view

PIN = pin_hash("2468", b"salt")


def at_tip() -> Story:
    """$12.50 charged, and the customer is asked for a tip."""
    story = Story(replace(RULES, tips=(5, 10, 15))).ready()
    story.press("1250")
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, ChoosingTip)
    return story


def at_limit() -> Story:
    """$12.50 charged, of which only $10 can be forwarded today."""
    story = Story().ready()
    story.play(DailyLimitResult(Cents(1000)))
    story.press("1250")
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, ConfirmingLimit)
    return story


def at_totals() -> Story:
    """The manager looks at the totals."""
    story = Story(replace(RULES, pin=PIN)).ready()
    story.press(Key.MENU, "2468", Key.CHARGE)
    assert isinstance(story.till.screen, ManagerScreen)
    return story


@pytest.mark.parametrize("begin", [at_tip, at_limit, at_totals])
def test_a_second_press_of_one_key_does_not_answer_the_question_it_brought(
    begin: Callable[[], Story],
) -> None:
    """Fault 28: ✓ pressed twice answered the next question unseen."""
    story = begin()
    asked = story.till.screen
    for key in Key:
        if key.digit is None or not isinstance(asked, ManagerScreen):
            story.press_at_once(key)
    assert story.till.screen == asked
    assert (story.count(OpenSale), story.count(DayClosed)) == (0, 0)
    story.wait(ANSWERS_IGNORED_S / 2)
    story.press_at_once(Key.CHARGE)
    assert story.till.screen == asked
    story.wait(ANSWERS_IGNORED_S)
    story.press_at_once(Key.CHARGE)
    assert story.till.screen != asked


def test_closing_the_day_asks_first_and_only_a_second_answer_closes_it() -> None:
    """Fault 28: ✓ pressed twice on the PIN page closed the day, which cannot be undone."""
    story = at_totals()
    story.press(Key.CHARGE)
    story.press_at_once(Key.CHARGE)
    assert story.count(DayClosed) == 0
    assert isinstance(story.till.screen, ManagerScreen)
    assert story.till.screen.closing
    story.press(Key.CLEAR)
    assert isinstance(story.till.screen, ManagerScreen)
    assert not story.till.screen.closing
    story.press(Key.CHARGE, Key.CHARGE)
    assert story.count(DayClosed) == 1
    assert isinstance(story.till.screen, ManagerScreen)
    assert not story.till.screen.closing


@pytest.mark.parametrize("key", [Key.D2, Key.PLUS, Key.CLEAR])
def test_another_key_than_yes_leaves_the_day_open(key: Key) -> None:
    story = at_totals()
    story.press(Key.CHARGE, key)
    assert isinstance(story.till.screen, ManagerScreen)
    assert not story.till.screen.closing
    assert story.count(DayClosed) == 0


def test_digits_of_an_amount_a_pin_and_an_own_tip_are_heard_at_once() -> None:
    story = Story(replace(RULES, pin=PIN, tips=(10,))).ready()
    story.press_at_once("50")
    story.play(RatesFetched(rates(story.till.now_s)))
    assert isinstance(story.till.screen, EnteringAmount)
    assert story.till.screen.entry.typed == 50
    story.press(Key.CHARGE, Key.PLUS)
    story.press_at_once("12", Key.DELETE)
    assert isinstance(story.till.screen, ChoosingTip)
    assert story.till.screen.own_tip is not None
    assert story.till.screen.own_tip.typed == 1
    story.press(Key.CLEAR, Key.CLEAR, Key.CLEAR, Key.MENU)
    story.press_at_once("24")
    assert isinstance(story.till.screen, EnteringPin)
    assert story.till.screen.typed == "24"


def test_a_code_that_has_just_come_is_not_cancelled_by_the_key_that_was_for_the_screen_before() -> (
    None
):
    story = Story().ready()
    story.awaiting()
    story.press_at_once(Key.CLEAR)
    assert isinstance(story.till.screen, AwaitingPayment)


def test_a_digit_pressed_in_the_dark_counts_only_where_an_amount_is_typed() -> None:
    """Fault 7: on the tip question a 3 took 15 % of the last customer's amount."""
    for name, view in every_view().items():
        is_amount = isinstance(view.screen, EnteringAmount)
        for key in Key:
            counts = is_amount and key.digit is not None
            assert counts_while_dark(view, key) == counts, (name, key)


def test_each_stuck_key_is_told_until_it_is_freed_itself() -> None:
    """Fault 27: a key that was freed hid another that was stuck."""
    story = Story().ready()
    story.play(KeyStuck("5"), KeyStuck("8"), KeyStuck("5"))
    assert list(story.till.stuck_keys) == ["8", "5"]
    story.play(KeyReleased("5"))
    assert list(story.till.stuck_keys) == ["8"]
    assert status_light(story.till) is Light.TROUBLE
    story.play(KeyReleased("1"), KeyReleased("8"))
    assert not story.till.stuck_keys
    assert status_light(story.till) is Light.DARK


def test_paid_is_not_put_away_by_the_key_that_was_for_the_code() -> None:
    story = Story().ready()
    made = story.awaiting()
    story.pay(made)
    story.press_at_once(Key.CLEAR, "5")
    assert isinstance(story.till.screen, Paid)

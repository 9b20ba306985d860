"""Cashiers: who sells is chosen before anything is sold, and goes with the sale."""

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.commands.app import initial_till
from kiosk.journal import Journal
from kiosk.sale.books import CashierSums
from kiosk.sale.cashier import Cashier
from kiosk.sale.effects import OpenSale, PlaySound, ReadCashierSums, Sound
from kiosk.sale.events import CashierSumsResult, RowTouched
from kiosk.sale.facts import DayClosed, PinTried, SaleStarted
from kiosk.sale.keys import Key, Row
from kiosk.sale.manager_screens import EnteringPin, ManagerScreen
from kiosk.sale.pin import PIN_TRIES, pin_hash
from kiosk.sale.pin_tries import MANAGER, PinTries
from kiosk.sale.screens import ChoosingCashier, EnteringAmount, RequestingInvoice
from kiosk.sale.till import FetchingAccount
from kiosk.sale.timers import ENTRY_KEPT_S, QUESTION_SHOWN_S, next_wake_s
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.journal.test_journal import NOW
from tests.sale.tills import RULES, Story

ANA = Cashier("01", "Ana")
BO = Cashier("02", "Bo", pin_hash("4711", b"salt" * 4))
MANY = (ANA, BO, *(Cashier(f"{number}", f"Name {number}") for number in range(10, 20)))
RULES_WITH_CASHIERS = replace(RULES, cashiers=MANY, pin=pin_hash("1234", b"salt" * 4))


def asked() -> Story:
    story = Story(RULES_WITH_CASHIERS).ready()
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, ChoosingCashier)
    return story


def test_a_till_with_cashiers_starts_by_asking_who_sells(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.sqlite3", lambda: NOW)
    taken_up = journal.take_up()
    journal.close()
    till, _ = initial_till(RULES_WITH_CASHIERS, taken_up, 0.0, NOW)
    assert isinstance(till.screen, ChoosingCashier)
    till, _ = initial_till(RULES, taken_up, 0.0, NOW)
    assert isinstance(till.screen, EnteringAmount), "without a list nobody is asked"


def test_two_digits_choose_and_what_was_typed_stays() -> None:
    story = Story(RULES_WITH_CASHIERS).ready()
    story.press("1250", Key.CASHIER, "01")
    assert story.till.cashier == ANA
    assert isinstance(story.till.screen, EnteringAmount)
    assert story.till.screen.entry.typed == 1250


def test_nothing_is_sold_without_a_cashier_and_the_sale_carries_the_one_who_was_chosen() -> None:
    story = Story(RULES_WITH_CASHIERS).ready()
    story.press(Key.CASHIER, Key.CLEAR)
    story.press("1250", Key.CHARGE)
    assert isinstance(story.till.screen, ChoosingCashier)
    assert not story.count(SaleStarted)
    assert not story.count(OpenSale)
    story.press("01")
    screen = story.charged("0")
    assert screen.sale.cashier == "01 Ana"
    assert [fact.sale.cashier for fact in story.facts if isinstance(fact, SaleStarted)] == [
        "01 Ana"
    ]


def test_a_touch_chooses_a_cashier_of_the_page_that_is_shown() -> None:
    story = asked()
    story.press(Key.PLUS, Key.PLUS)  # there is no third page
    story.wait(1.0)
    story.play(RowTouched(Row(4)))
    assert isinstance(story.till.screen, ChoosingCashier), "the page has four"
    story.play(RowTouched(Row(3)))
    assert story.till.cashier == MANY[11]


def test_an_unknown_code_is_refused_and_another_can_be_typed() -> None:
    story = asked()
    story.press("77")
    screen = story.till.screen
    assert isinstance(screen, ChoosingCashier)
    assert (screen.typed, screen.notice) == ("", Trouble(TroubleKind.CASHIER_UNKNOWN, "77"))
    assert PlaySound(Sound.REFUSED) in story.effects
    story.press("0", Key.DELETE, "1", Key.CLEAR, "01")
    assert story.till.cashier == ANA


def test_a_cashier_with_a_pin_is_chosen_by_it_alone() -> None:
    story = asked()
    story.press("02", "1234", Key.CHARGE)
    assert story.till.cashier is None, "the manager's PIN is not a cashier's"
    story.press("4711", Key.CHARGE)
    assert story.till.cashier == BO
    assert [fact for fact in story.facts if isinstance(fact, PinTried)] == [
        PinTried(1, "02"),
        PinTried(0, "02"),
    ]
    story.press(Key.CASHIER, "02")
    assert isinstance(story.till.screen, EnteringAmount), "whoever sells already is not asked"


def test_the_pause_after_wrong_pins_is_each_owners_own() -> None:
    """A cashier who knows the own PIN cannot reset the count of the manager's."""
    story = Story(RULES_WITH_CASHIERS).ready()
    story.press(Key.MENU, *(["9999", Key.CHARGE] * (PIN_TRIES - 1)), Key.CLEAR)
    story.press("02", "4711", Key.CHARGE)
    assert story.till.cashier == BO
    assert story.till.pin_tries_of(MANAGER).wrong == PIN_TRIES - 1
    story.press(Key.MENU, "9999", Key.CHARGE, "1234", Key.CHARGE)
    screen = story.till.screen
    assert isinstance(screen, EnteringPin)
    assert screen.notice is not None
    assert screen.notice.kind is TroubleKind.PIN_LOCKED
    story.press(Key.CLEAR, Key.CASHIER, "01")
    assert story.till.cashier == ANA, "and the manager's pause stops no cashier"


def test_a_new_start_does_not_forget_a_cashiers_wrong_pins(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.sqlite3", lambda: NOW)
    journal.record([PinTried(3), PinTried(PIN_TRIES, "02"), PinTried(1, "01"), PinTried(0, "01")])
    till, _ = initial_till(RULES_WITH_CASHIERS, journal.take_up(), 50.0, NOW)
    journal.close()
    assert till.pin_tries == {
        MANAGER: PinTries(3, 50.0),
        "01": PinTries(0, 50.0),
        "02": PinTries(PIN_TRIES, 110.0),
    }


def test_a_cashier_sees_the_own_total_alone_and_only_the_pin_opens_the_managers_pages() -> None:
    story = asked()
    story.press("01", Key.CASHIER)
    assert ReadCashierSums("01 Ana") in story.effects
    story.play(CashierSumsResult(CashierSums("02 Bo", ())))
    screen = story.till.screen
    assert isinstance(screen, ChoosingCashier)
    assert screen.today is None, "an answer about another is not shown"
    story.play(CashierSumsResult(CashierSums("01 Ana", ())))
    screen = story.till.screen
    assert isinstance(screen, ChoosingCashier)
    assert screen.today == CashierSums("01 Ana", ())
    story.press(Key.MENU)
    assert isinstance(story.till.screen, EnteringPin)
    story.press("1234", Key.CHARGE)
    assert isinstance(story.till.screen, ManagerScreen)


def test_a_close_says_who_was_at_the_till_and_the_next_day_begins_with_the_question() -> None:
    story = asked()
    story.press("01", Key.MENU, "1234", Key.CHARGE, Key.CHARGE, Key.CHARGE)
    assert story.facts[-1] == DayClosed(story.till.unix_s, "01 Ana")
    assert story.till.cashier is None
    story.press(Key.CLEAR)
    assert isinstance(story.till.screen, ChoosingCashier)


def test_the_manager_switches_to_what_each_cashier_has_taken() -> None:
    story = asked()
    story.press("01", Key.MENU, "1234", Key.CHARGE, Key.CURRENCY)
    assert isinstance(story.till.screen, ManagerScreen)
    assert story.till.screen.by_cashier
    story.press(Key.CURRENCY)
    assert isinstance(story.till.screen, ManagerScreen)
    assert not story.till.screen.by_cashier


def test_the_question_goes_by_itself_only_where_somebody_sells_already() -> None:
    story = asked()
    assert next_wake_s(story.till) is None, "a till at rest wakes for nothing"
    story.press("01", "125", Key.CASHIER)
    story.wait(QUESTION_SHOWN_S + 1)
    assert isinstance(story.till.screen, EnteringAmount)
    assert story.till.screen.entry.typed == 125
    story.till = replace(story.till, cashier=None)
    story.press(Key.CHARGE)
    story.wait(ENTRY_KEPT_S + 1)
    assert isinstance(story.till.screen, ChoosingCashier)
    assert story.till.screen.entry.is_empty, "a half-typed amount is nobody's any more"


def test_a_pin_that_is_not_typed_to_its_end_keeps_the_amount() -> None:
    story = Story(RULES_WITH_CASHIERS).ready()
    story.press("1250", Key.CHARGE, "02", "47")
    story.wait(QUESTION_SHOWN_S + 1)
    screen = story.till.screen
    assert isinstance(screen, ChoosingCashier)
    assert screen.entry.typed == 1250


@pytest.mark.parametrize("what", ["alarm", "trouble"])
def test_what_has_to_be_read_comes_before_the_question_who_sells(what: str) -> None:
    story = Story(RULES_WITH_CASHIERS).ready()
    if what == "alarm":
        story.till = story.till.with_alarm(Trouble(TroubleKind.PAID_TWICE))
    else:
        trouble = Trouble(TroubleKind.NO_CONNECTION)
        story.till = replace(story.till, service=FetchingAccount(1, 1e9, trouble))
    story.press(Key.MENU, Key.CLEAR)
    assert isinstance(story.till.screen, EnteringAmount)


def test_after_a_sale_the_same_cashier_goes_on() -> None:
    story = asked()
    story.press("01")
    paid = story.awaiting()
    story.pay(paid)
    story.press(Key.CLEAR)
    assert isinstance(story.till.screen, EnteringAmount)
    assert isinstance(story.charged("5"), RequestingInvoice)

"""When a running till ends in a new start, and when it stays."""

from dataclasses import replace

from kiosk.commands.new_start import NewStartTimer
from kiosk.sale.entry import Entry
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.till import Ready, Till
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import ACCOUNT, RULES, USD
from tests.screen.samples import every_view

AFTER_S = 600.0
WORKING = Till(RULES, EnteringAmount(Entry(USD)), service=Ready(), account=ACCOUNT)
BROKEN = replace(WORKING, journal_trouble=Trouble(TroubleKind.JOURNAL_BROKEN))
FULL = replace(WORKING, journal_trouble=Trouble(TroubleKind.JOURNAL_FULL))


def is_due(till: Till, *, after_s: float = AFTER_S, untouched_for_s: float = AFTER_S) -> bool:
    """Whether it starts anew when `till` has been so for `after_s`."""
    return NewStartTimer(0.0, AFTER_S).is_due(till, untouched_for_s, after_s)


def test_a_journal_that_failed_for_ten_minutes_is_a_reason() -> None:
    """Box fault 9: a lock that the program held itself was kept for ever."""
    assert is_due(BROKEN)
    assert not is_due(BROKEN, after_s=AFTER_S - 1)


def test_a_till_that_works_never_starts_anew() -> None:
    assert not is_due(WORKING, after_s=1e9, untouched_for_s=1e9)


def test_each_success_begins_the_wait_anew() -> None:
    timer = NewStartTimer(0.0, AFTER_S)
    assert not timer.is_due(BROKEN, 1e9, AFTER_S - 1)
    assert not timer.is_due(WORKING, 1e9, AFTER_S)
    assert not timer.is_due(BROKEN, 1e9, 2 * AFTER_S - 1)
    assert timer.is_due(BROKEN, 1e9, 2 * AFTER_S)


def test_a_full_card_is_no_reason() -> None:
    """Only a person can empty it."""
    assert not is_due(FULL, after_s=1e9, untouched_for_s=1e9)


def test_a_display_that_is_touched_stays() -> None:
    """Box fault 9: never while the screen is touched."""
    assert not is_due(BROKEN, after_s=1e9, untouched_for_s=AFTER_S - 1)


def test_a_code_that_a_customer_may_be_paying_stays() -> None:
    with_code = replace(BROKEN, screen=every_view()["invoice"].screen)
    assert not is_due(with_code, after_s=1e9, untouched_for_s=1e9)

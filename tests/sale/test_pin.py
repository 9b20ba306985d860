"""A PIN is not guessed: each wrong one makes the next pause longer, and no start shortens it."""

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.commands.app import initial_till
from kiosk.journal import Journal
from kiosk.sale.facts import PinTried
from kiosk.sale.keys import Key
from kiosk.sale.manager_screens import EnteringPin, ManagerScreen
from kiosk.sale.pin import PIN_TRIES, lock_s, pin_hash
from kiosk.sale.pin_tries import MANAGER, PinTries
from kiosk.sale.timers import next_wake_s
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.screen.text.words import Words
from tests.journal.test_journal import NOW
from tests.sale.tills import RULES, Story

LOCKING = replace(RULES, pin=pin_hash("1234", b"salt" * 4))


def asked() -> Story:
    story = Story(LOCKING).ready()
    story.press(Key.MENU)
    story.wait(1.0)
    return story


def test_the_pause_doubles_up_to_a_quarter_of_an_hour() -> None:
    """Box fault 25: 296 guesses an hour, for ever."""
    assert [lock_s(wrong) for wrong in (0, PIN_TRIES - 1)] == [0.0, 0.0]
    pauses = [lock_s(PIN_TRIES + more) for more in range(7)]
    assert pauses == [60, 120, 240, 480, 900, 900, 900]
    assert lock_s(100_000) == 900


def test_nothing_can_be_tried_during_the_pause_and_the_manager_is_told_after_it() -> None:
    """Box fault 25: attempts are kept, and shown to the manager after the right PIN."""
    story = asked()
    for _ in range(PIN_TRIES):
        story.press("9999", Key.CHARGE)
        story.wait(1.0)
    assert [fact.wrong for fact in story.facts if isinstance(fact, PinTried)] == [1, 2, 3, 4, 5]
    story.press("1234", Key.CHARGE)
    screen = story.till.screen
    assert isinstance(screen, EnteringPin)
    assert screen.notice is not None
    assert screen.notice.kind is TroubleKind.PIN_LOCKED
    story.till = replace(
        story.till, now_s=story.till.pin_tries_of(MANAGER).locked_until_s, screen=EnteringPin()
    )
    story.press("1234", Key.CHARGE)
    assert isinstance(story.till.screen, ManagerScreen)
    alarm_texts = [Words().trouble_text(alarm.trouble) for alarm in story.till.alarms]
    assert alarm_texts == [
        ("Wrong PINs before this one: 5.", "If it was not you, change KIOSK_PIN.")
    ], "and not that this one was wrong"
    assert story.facts[-1] == PinTried(0)


def test_the_pause_that_is_told_counts_down_and_goes_with_the_last_second() -> None:
    """Fault 24: its brother: the seconds that were left stood still, also when none was left."""
    story = asked()
    for _ in range(PIN_TRIES):
        story.press("9999", Key.CHARGE)
    left_s = story.till.pin_tries_of(MANAGER).locked_until_s - story.till.now_s
    story.wait(left_s - 20.0)
    story.press(Key.D1)
    for left in ("21", "11"):
        assert isinstance(story.till.screen, EnteringPin)
        assert story.till.screen.notice == Trouble(TroubleKind.PIN_LOCKED, left)
        assert next_wake_s(story.till) == story.till.now_s + 1.0
        story.wait(10.0)
    assert isinstance(story.till.screen, EnteringPin)
    assert story.till.screen.notice is None


def test_a_right_pin_alone_writes_nothing_and_opens_with_a_card_that_fails() -> None:
    story = asked()
    story.till = replace(story.till, journal_trouble=Trouble(TroubleKind.JOURNAL_FULL))
    story.press("9999", Key.CHARGE)
    assert story.till.pin_tries_of(MANAGER).wrong == 1
    story.press("1234", Key.CHARGE)
    assert isinstance(story.till.screen, ManagerScreen)
    assert not any(isinstance(fact, PinTried) for fact in story.facts)


@pytest.mark.parametrize(("tries", "pause_s"), [([1, 2], 0), ([4, 5, 6], 120), ([5, 0], 0)])
def test_a_new_start_does_not_forget_the_pause(
    tmp_path: Path, tries: list[int], pause_s: float
) -> None:
    """Box fault 25: each start began anew."""
    journal = Journal.open(tmp_path / "journal.sqlite3", lambda: NOW)
    journal.record([PinTried(wrong) for wrong in tries])
    till, _ = initial_till(LOCKING, journal.take_up(), 50.0, NOW)
    assert till.pin_tries_of(MANAGER) == PinTries(tries[-1], 50.0 + pause_s)
    journal.close()

"""One finger at a time, and none that keeps the others out for ever."""

import pytest

from kiosk.sale.events import KeyReleased, KeyStuck
from kiosk.sale.keys import SCREEN_LEGEND
from kiosk.screen.display.fingers import (
    FORGOTTEN_AFTER_S,
    LONGEST_PRESS_S,
    STILL_S,
    STUCK_AFTER_S,
    Fingers,
)

FIRST, SECOND = (1, 7), (1, 8)


def fingers(*devices: int) -> Fingers:
    return Fingers(lambda: devices or (1,))


def test_while_one_finger_is_down_and_moves_another_does_not_count() -> None:
    seen = fingers()
    assert seen.down(FIRST, 0.0)
    seen.moved(FIRST, STILL_S)
    assert not seen.down(SECOND, STILL_S + 1)
    assert not seen.up(SECOND)
    assert seen.up(FIRST)
    assert seen.down(SECOND, STILL_S + 2)


@pytest.mark.parametrize("after_s", [STILL_S, 10_000.0])
def test_a_finger_whose_lift_never_came_keeps_no_other_out(after_s: float) -> None:
    """Box fault 6: the display was deaf until a restart."""
    seen = fingers()
    assert seen.down(FIRST, 0.0)
    assert seen.down(SECOND, after_s)
    assert seen.up(SECOND)
    assert not seen.up(FIRST), "its lift may come after all, and ends nothing"


def test_a_drop_that_moves_all_the_time_keeps_no_other_out() -> None:
    seen = fingers()
    seen.down(FIRST, 0.0)
    for second in range(int(LONGEST_PRESS_S) + 1):
        seen.moved(FIRST, float(second))
    assert seen.down(SECOND, LONGEST_PRESS_S)


def test_a_touchscreen_plugged_in_again_has_a_new_id_and_works_at_once() -> None:
    seen = fingers()
    seen.down(FIRST, 0.0)
    assert seen.down((2, 7), 0.1)


def test_the_same_finger_down_again_counts() -> None:
    seen = fingers()
    assert seen.down(FIRST, 0.0)
    assert seen.down(FIRST, 0.1)


def test_what_rests_for_a_minute_is_reported_once_until_it_is_lifted() -> None:
    seen = fingers()
    seen.down(FIRST, 5.0)
    assert seen.next_check_s(6.0) == 5 + STUCK_AFTER_S
    assert seen.check(4 + STUCK_AFTER_S) == ()
    assert seen.check(5 + STUCK_AFTER_S) == (KeyStuck(SCREEN_LEGEND),)
    assert seen.check(6 + STUCK_AFTER_S) == ()
    seen.up(FIRST)
    assert seen.check(7 + STUCK_AFTER_S) == (KeyReleased(SCREEN_LEGEND),)
    assert seen.next_check_s(7 + STUCK_AFTER_S) is None


def test_fingers_of_a_touchscreen_that_is_gone_are_not_reported() -> None:
    seen = fingers(2)
    seen.down(FIRST, 0.0)
    assert seen.check(STUCK_AFTER_S) == ()


def test_a_lift_that_was_lost_is_not_reported_for_ever() -> None:
    seen = fingers()
    seen.down(FIRST, 0.0)
    assert seen.check(STUCK_AFTER_S) == (KeyStuck(SCREEN_LEGEND),)
    assert seen.next_check_s(STUCK_AFTER_S) == FORGOTTEN_AFTER_S
    assert seen.check(FORGOTTEN_AFTER_S) == (KeyReleased(SCREEN_LEGEND),)

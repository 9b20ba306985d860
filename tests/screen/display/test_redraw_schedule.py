"""An idle till draws nothing; what moves is drawn as often as it must be, and then rests."""

from dataclasses import replace

import pytest

from kiosk.sale.entry import Entry
from kiosk.sale.facts import Ending
from kiosk.sale.manager_screens import ManagerPage, ManagerScreen
from kiosk.sale.money import RATE_LIFE_S
from kiosk.sale.screens import (
    EnteringAmount,
    FetchingPrice,
    Forwarded,
    LeavingCode,
    Paid,
    RequestingInvoice,
    Screen,
)
from kiosk.sale.till import FetchingAccount, Till
from kiosk.sale.timers import CELEBRATION_S
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.screen.display.redraw_schedule import (
    AGE_STEP_S,
    FRAME_S,
    RedrawSchedule,
    redraw_schedules,
)
from tests.sale.tills import USD
from tests.screen.samples import AWAITING, ENTRY, NOW_S, SALE, till


def changes(start: Till, seconds: float) -> list[float]:
    """The moments at which the picture changes by itself, counted from now."""
    moments: list[float] = []
    now = start
    while len(moments) < 1000:
        times = [
            t for schedule in redraw_schedules(now) if (t := schedule.next_s(now.now_s)) is not None
        ]
        if not times or min(times) > start.now_s + seconds:
            return moments
        before = [schedule.frame_index(now.now_s) for schedule in redraw_schedules(now)]
        now = replace(now, now_s=min(times))
        assert [schedule.frame_index(now.now_s) for schedule in redraw_schedules(now)] != before, (
            "a wake-up for nothing"
        )
        moments.append(now.now_s - start.now_s)
    raise AssertionError("never rests")


def test_an_idle_till_never_changes_by_itself() -> None:
    assert changes(till(EnteringAmount(Entry(USD))), 1e6) == []
    assert changes(till(ManagerScreen(ManagerPage.TOTALS)), 1e6) == []


def test_the_animation_has_sixty_frames_a_second_and_rests_at_its_end() -> None:
    at = changes(till(Forwarded(SALE, NOW_S)), 60)
    assert at[0] == pytest.approx(FRAME_S)
    assert at[-1] == pytest.approx(CELEBRATION_S)
    assert len(at) == pytest.approx(CELEBRATION_S * 60, abs=1)


def test_the_code_counts_down_by_the_second_and_ends() -> None:
    at = changes(till(replace(AWAITING, shown_s=NOW_S - 60, ends_s=NOW_S + 2.5)), 60)
    assert at == pytest.approx([0.5, 1.5, 2.5])


def test_the_bar_of_a_code_runs_down_calmly_until_its_last_two_minutes() -> None:
    at = changes(till(replace(AWAITING, shown_s=NOW_S, ends_s=NOW_S + 150)), 150)
    assert at[:6] == pytest.approx([5, 10, 15, 20, 25, 30])
    assert at[6:] == pytest.approx(range(31, 151))


def test_the_age_of_a_price_is_told_until_it_is_too_old() -> None:
    at = changes(till(EnteringAmount(ENTRY)), 1e4)
    assert at[0] == pytest.approx(AGE_STEP_S)
    assert at[-1] == pytest.approx(RATE_LIFE_S + AGE_STEP_S)


def test_out_of_service_counts_to_the_next_try() -> None:
    out = FetchingAccount(1, NOW_S + 2.5, Trouble(TroubleKind.NO_CONNECTION))
    assert changes(till(EnteringAmount(Entry(USD)), service=out), 60) == pytest.approx(
        [0.5, 1.5, 2.5]
    )


@pytest.mark.parametrize(
    "screen",
    [
        RequestingInvoice(SALE, ENTRY, NOW_S),
        FetchingPrice(ENTRY, NOW_S),
        LeavingCode(AWAITING, Ending.CANCELLED, NOW_S),
    ],
)
def test_waiting_turns_calmly(screen: Screen) -> None:
    assert 10 <= len(changes(till(screen), 1.0)) <= 21


def test_a_forward_that_takes_long_leaves_the_screen_in_peace() -> None:
    assert changes(till(Paid(SALE, AWAITING.invoice.payment_hash, NOW_S)), 60)[-1] < 5.1


def test_a_beat_is_reached_at_the_moment_it_was_promised_for() -> None:
    rhythm = RedrawSchedule(0.1, 0.1)
    now_s = 0.1
    for number in range(1, 5000):
        due_s = rhythm.next_s(now_s)
        assert due_s is not None
        assert rhythm.frame_index(due_s) == number
        now_s = due_s

"""When a forward is tried next is told by the time of the day, since the page counts no seconds."""

from dataclasses import replace

import pytest

from kiosk.sale.facts import ForwardStatus
from kiosk.sale.manager_screens import ManagerPage, ManagerScreen
from kiosk.sale.till import Forward
from kiosk.screen.display.window import picture
from kiosk.screen.text.words import Words
from kiosk.screen.views.forwards_page import next_try
from kiosk.settings.table import LANGUAGES
from tests.screen.gallery import SIZES, look
from tests.screen.samples import INVOICE, NOW_S, SALE, every_view, till

FORWARD = Forward(SALE, INVOICE, None, ForwardStatus.FAILED, NOW_S + 900)
WORDS = Words()


def said(forward: Forward) -> str:
    shown = till(ManagerScreen(ManagerPage.FORWARDS, since_s=NOW_S))
    return next_try(WORDS, shown, forward)


@pytest.mark.parametrize(
    ("left_s", "sentence"),
    [(-5, "trying now"), (0, "trying now"), (1, "tried again soon")],
)
def test_a_try_that_is_near_has_no_time_of_the_day(left_s: float, sentence: str) -> None:
    assert said(replace(FORWARD, due_s=NOW_S + left_s)) == sentence
    assert said(replace(FORWARD, due_s=NOW_S + 60)) == "tried again soon"


def test_a_later_try_is_told_by_the_shops_time_of_the_day() -> None:
    now = till(ManagerScreen(ManagerPage.FORWARDS, since_s=NOW_S)).unix_s
    assert said(FORWARD) == f"tried again at {WORDS.minute(now + 900)}"


def test_a_forward_that_is_under_way_is_tried_now_whatever_is_due() -> None:
    assert said(replace(FORWARD, busy=True)) == "trying now"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_next_try_fits_beside_its_forward(size: tuple[int, int], language: str) -> None:
    _, canvas = picture(every_view()["forwards-waiting"], look(language=language), size)
    assert canvas.overflows == []


@pytest.mark.parametrize("left_s", [-5, 30, 900])
def test_a_forward_that_stopped_waits_for_a_person_and_not_for_a_time(left_s: float) -> None:
    stopped = replace(FORWARD, status=ForwardStatus.STOPPED, due_s=NOW_S + left_s)
    assert said(stopped) == "waits for you"

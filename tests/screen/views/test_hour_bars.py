"""Bars for the hours of today."""

from dataclasses import replace

import pygame
import pytest

from kiosk.sale.money import Sats
from kiosk.screen.drawing.canvas import Canvas
from kiosk.screen.drawing.theme import PALETTES
from kiosk.screen.views.hour_bars import FEWEST_HOURS, hour_bars, sats_by_hour, shown_hours
from tests.sale.tills import EUR
from tests.screen.samples import HOURS

AREA = pygame.Rect(10, 10, 240, 60)


@pytest.fixture(autouse=True)
def _fonts() -> None:
    pygame.font.init()


def test_every_currency_of_an_hour_is_in_its_bar() -> None:
    first = HOURS[0]
    sold = sats_by_hour([first, replace(first, currency=EUR, amount=Sats(500))])
    assert sold == {8: 12_500}


@pytest.mark.parametrize(
    ("sold", "hours"),
    [
        ({8: 1, 17: 1}, range(8, 18)),
        ({12: 1}, range(12, 12 + FEWEST_HOURS)),
        ({23: 1}, range(24 - FEWEST_HOURS, 24)),
        ({0: 1, 23: 1}, range(24)),
    ],
)
def test_the_hours_shown_are_those_of_sales_and_a_few_more(
    sold: dict[int, int], hours: range
) -> None:
    assert shown_hours(sold) == hours


def test_the_best_hour_has_the_highest_bar_and_what_was_given_back_has_none() -> None:
    canvas = Canvas(pygame.Surface((480, 320)), PALETTES["light"])
    accent = canvas.palette.accent
    hour_bars(canvas, AREA, [*HOURS, replace(HOURS[0], hour=11, amount=Sats(-5_000))])
    columns = [
        sum(canvas.surface.get_at((x, y))[:3] == accent for y in range(AREA.top, AREA.bottom))
        for x in range(AREA.left, AREA.right)
    ]
    heights = [max(columns[place : place + 8]) for place in range(8, 240, 24)]
    ordered = sorted(range(10), key=heights.__getitem__)
    assert ordered[-2:] == [5, 4], "12 o'clock, and then 13"
    assert heights[3] == 0, "11 o'clock"
    assert canvas.overflows == []


def test_without_a_sale_there_is_no_picture() -> None:
    canvas = Canvas(pygame.Surface((480, 320)), PALETTES["light"])
    before = canvas.surface.copy()
    hour_bars(canvas, AREA, [])
    assert canvas.surface.get_buffer().raw == before.get_buffer().raw

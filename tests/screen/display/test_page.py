"""A page on its display: turned, scaled above 1080p, and uncovered in one short movement."""

import random

import pygame
import pytest

from kiosk.sale.entry import Entry
from kiosk.sale.screens import EnteringAmount
from kiosk.screen.display import page as page_module
from kiosk.screen.display.page import Page
from kiosk.screen.display.painter import STRIPS, Painter, Picture
from kiosk.screen.display.redraw_schedule import FRAME_S
from kiosk.screen.drawing.look import Look
from kiosk.screen.text.words import Words
from tests.sale.tills import USD
from tests.screen.samples import AWAITING, ENTRY, NOW_S, till

SIZE = (200, 120)
IDLE = till(EnteringAmount(Entry(USD)))


@pytest.fixture
def display() -> pygame.Surface:
    pygame.display.init()
    pygame.font.init()
    return pygame.display.set_mode(SIZE)


def random_page(display: pygame.Surface, rotate: int) -> Page:
    page = Page(display, rotate)
    pixels = random.Random(7).randbytes(page.surface.get_width() * page.surface.get_height() * 3)
    page.surface.blit(pygame.image.frombytes(pixels, page.surface.get_size(), "RGB"), (0, 0))
    return page


def places(display: pygame.Surface) -> list[tuple[int, int]]:
    width, height = display.get_size()
    return [(x, y) for x in range(0, width, 7) for y in range(0, height, 7)]


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("scale", [1, 2])
def test_what_is_touched_is_what_is_seen_there(
    display: pygame.Surface, rotate: int, scale: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "LONGEST_PX", SIZE[0] // scale)
    page = random_page(display, rotate)
    assert max(page.surface.get_size()) == SIZE[0] // scale
    page.show()
    for place in places(display):
        assert display.get_at(place) == page.surface.get_at(page.point_at(place))


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("scale", [1, 2])
def test_an_area_is_shown_where_it_is_on_the_whole_page(
    display: pygame.Surface, rotate: int, scale: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "LONGEST_PX", SIZE[0] // scale)
    page = random_page(display, rotate)
    page.show_areas([pygame.Rect(3, 5, 31, 17), pygame.Rect(20, 30, 9, 20)])
    in_part = display.copy()
    display.fill((0, 0, 0))
    page.show()
    shown = [place for place in places(display) if in_part.get_at(place)[:3] != (0, 0, 0)]
    assert len(shown) > 8
    for place in shown:
        assert in_part.get_at(place) == display.get_at(place)


@pytest.mark.parametrize(
    ("size", "drawn"),
    [
        ((1920, 1080), (1920, 1080)),
        ((2560, 1440), (2560, 1440)),
        ((3840, 2160), (1920, 1080)),
        ((2160, 3840), (1080, 1920)),
    ],
)
def test_a_display_of_4k_is_drawn_at_half(size: tuple[int, int], drawn: tuple[int, int]) -> None:
    assert Page(pygame.Surface(size), 0).surface.get_size() == drawn


@pytest.mark.parametrize("language", ["en", "he"])
def test_another_screen_is_uncovered_strip_by_strip_in_the_order_of_reading(
    display: pygame.Surface, language: str
) -> None:
    painter = Painter(Page(display, 0))
    look = Look(theme="dark", words=Words(language))
    light = Look(theme="light", words=Words(language))
    painter.draw(Picture(IDLE, light))
    before = display.copy()
    for strip in range(STRIPS):
        awaiting = till(AWAITING, now_s=NOW_S + strip * FRAME_S)
        assert painter.draw(Picture(awaiting, look))
        assert not painter.draw(Picture(awaiting, look))
        edge = SIZE[0] * (strip + 1) // STRIPS
        new = [x if language == "en" else SIZE[0] - 1 - x for x in range(edge)]
        for x in range(0, SIZE[0], 3):
            shown = painter.page.surface if x in new else before
            assert display.get_at((x, 60)) == shown.get_at((x, 60)), (strip, x)
        due_s = painter.next_frame_s(awaiting)
        if strip < STRIPS - 1:
            assert due_s == pytest.approx(NOW_S + (strip + 1) * FRAME_S)
        else:
            assert due_s is None


def test_a_key_on_the_same_screen_is_shown_at_once(display: pygame.Surface) -> None:
    painter = Painter(Page(display, 0))
    painter.draw(Picture(IDLE, Look()))
    painter.draw(Picture(till(EnteringAmount(ENTRY)), Look()))
    assert painter.next_frame_s(IDLE) is None
    assert display.get_buffer().raw == painter.page.surface.get_buffer().raw

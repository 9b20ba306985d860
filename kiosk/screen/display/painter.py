"""Draws the page: all of it when it is another one, else only what moves over it.

A screen that takes another one's place is uncovered in one short movement, in the order of
reading: a strip for each frame, so that a frame never copies more than its strip.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import pygame

from kiosk.sale.keys import Touch
from kiosk.sale.till import Till
from kiosk.screen.display.page import Page
from kiosk.screen.display.redraw_schedule import (
    FRAME_S,
    RedrawSchedule,
    motion_schedules,
    page_schedules,
)
from kiosk.screen.display.screensaver import ScreenStage
from kiosk.screen.drawing.canvas import Canvas
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import PALETTES
from kiosk.screen.drawing.touch_zones import TouchZone
from kiosk.screen.views import attract
from kiosk.screen.views.fallback import paint_fallback
from kiosk.screen.views.paint import paint, paint_motion

log: Final = logging.getLogger("kiosk.screen")

STRIPS: Final = 8  # in which a new screen is uncovered
UNCOVER_S: Final = (STRIPS - 1) * FRAME_S

# Where no backlight can be set, the picture itself is darkened to this share of 255.
DIMMED: Final = 96


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture is made from."""

    till: Till
    look: Look
    stage: ScreenStage = ScreenStage.AWAKE
    pressed: Touch | None = None
    is_darkened: bool = False

    def canvas(self, page: pygame.Surface) -> Canvas:
        """What its views draw on."""
        return Canvas(page, PALETTES[self.look.theme], self.look.words, self.pressed)

    def shows(self) -> tuple[object, ...]:
        """Everything the page depends on but its motion; time only in steps that show."""
        if self.stage is ScreenStage.BLANK:
            return (self.stage,)
        if self.stage is ScreenStage.ATTRACT:
            return (self.stage, attract.DRIFT.frame_index(self.till.now_s), self.look)
        frames = _frames(page_schedules(self.till), self.till)
        timeless = replace(self.till, now_s=0.0, unix_s=0)
        return (timeless, frames, self.pressed, self.look, self.stage)


class Painter:
    """Draws pictures on a page, and only what has changed since the last one.

    `zones` are what can be touched on the page that was drawn last.
    """

    def __init__(self, page: Page) -> None:
        self.zones: tuple[TouchZone, ...] = ()
        self._failed_pages: set[str] = set()
        self.start_on(page)

    def start_on(self, page: Page) -> None:
        """Draw on another page from now on, all of it first."""
        self.page = page
        self._last: Picture | None = None
        self._shown: tuple[object, ...] | None = None
        self._motion: tuple[int, ...] = ()
        self._still: pygame.Surface | None = None  # the page without what moves over it
        self._moved: list[pygame.Rect] = []  # where something moves over the page
        self._uncovering: RedrawSchedule | None = None
        self._uncovered = 0  # strips of the screen that is being uncovered

    def draw(self, picture: Picture) -> bool:
        """Draw a picture unless it would be the same; says whether it drew.

        Raises:
            pygame.error: the display does not take it.
        """
        shown, motion = picture.shows(), _frames(motion_schedules(picture.till), picture.till)
        is_new_page, is_new_motion = shown != self._shown, motion != self._motion
        last, self._last = self._last, picture
        self._shown, self._motion = shown, motion
        if is_new_page:
            if _is_another_screen(last, picture) and not motion:
                now_s = picture.till.now_s
                self._uncovering = RedrawSchedule(now_s, FRAME_S, now_s + UNCOVER_S)
                self._uncovered = 0
            elif last is None or last.stage is not picture.stage or motion:
                self._uncovering = None
            self._draw_page(picture, moves=bool(motion))
        elif is_new_motion:
            self._draw_motion(picture)
        return self._show(picture, is_new_page=is_new_page) or is_new_motion

    def next_frame_s(self, till: Till) -> float | None:
        """When a screen is uncovered further, by the till's clock; None for never."""
        return None if self._uncovering is None else self._uncovering.next_s(till.now_s)

    def _draw_page(self, picture: Picture, *, moves: bool) -> None:
        """Draw the whole picture; what moves goes over a copy of what stays."""
        self.zones = tuple(self._painted(picture).zones)
        self._still = self.page.surface.copy() if moves else None
        self._moved = self._painted_motion(picture) if moves else []

    def _draw_motion(self, picture: Picture) -> None:
        """Draw one frame of what moves, and show only what it has changed."""
        before = self._moved
        for area in before:
            assert self._still is not None  # something has moved over it
            self.page.surface.blit(self._still, area, area)
        self._moved = self._painted_motion(picture)
        self.page.show_areas(_united(before, self._moved))

    def _show(self, picture: Picture, *, is_new_page: bool) -> bool:
        """Show a page, or as much of it as is uncovered; says whether anything was shown."""
        if self._uncovering is None:
            if is_new_page:
                self.page.show()
            return is_new_page
        strips = min(self._uncovering.frame_index(picture.till.now_s) + 1, STRIPS)
        first = 0 if is_new_page else self._uncovered
        if strips <= first:
            return False
        self._uncovered = strips
        if strips == STRIPS:
            self._uncovering = None
        whole = self.page.surface.get_rect()
        left, right = (whole.width * number // STRIPS for number in (first, strips))
        area = pygame.Rect(left, 0, right - left, whole.height)
        if picture.look.words.is_rtl:
            area.right = whole.width - left
        self.page.show_areas([area])
        return True

    def _painted(self, picture: Picture) -> Canvas:
        """The picture; a page that cannot be drawn is a plain one that leads back.

        Money goes on behind a page whose drawing fails, and the next page may be a good one.
        """
        canvas = picture.canvas(self.page.surface)
        try:
            _paint(canvas, picture)
        except Exception as error:  # noqa: BLE001 - no picture is worth the program
            self._note_failed_page(picture.till, error)
            plain = picture.canvas(self.page.surface)
            paint_fallback(plain)
            return plain
        return canvas

    def _painted_motion(self, picture: Picture) -> list[pygame.Rect]:
        """Draw what moves; where it cannot be drawn the picture stands still."""
        canvas = picture.canvas(self.page.surface)
        try:
            moved = paint_motion(canvas, picture.till)
        except Exception as error:  # noqa: BLE001 - no motion is worth the program
            self._note_failed_page(picture.till, error)
            return []
        return [area.clip(canvas.rect) for area in moved]

    def _note_failed_page(self, till: Till, error: Exception) -> None:
        page = type(till.screen).__name__
        if page not in self._failed_pages:
            self._failed_pages.add(page)
            log.error("a page cannot be drawn page=%s %s", page, type(error).__name__)


def _paint(canvas: Canvas, picture: Picture) -> None:
    match picture.stage:
        case ScreenStage.BLANK:
            canvas.surface.fill(attract.BLACK)
        case ScreenStage.ATTRACT:
            step = attract.DRIFT.frame_index(picture.till.now_s)
            attract.paint(canvas, picture.look, step)
        case _:
            paint(canvas, picture.till, picture.look)
    if picture.is_darkened:
        canvas.surface.fill((DIMMED,) * 3, special_flags=pygame.BLEND_MULT)


def _is_another_screen(last: Picture | None, picture: Picture) -> bool:
    """Whether a screen takes the place of another one while the display is in use."""
    return (
        last is not None
        and last.stage is picture.stage is ScreenStage.AWAKE
        and type(last.till.screen) is not type(picture.till.screen)
    )


def _united(before: list[pygame.Rect], after: list[pygame.Rect]) -> list[pygame.Rect]:
    """All that has changed; what only moved a little is one area, which is copied once."""
    united: list[pygame.Rect] = []
    for old, new in zip(before, after, strict=False):
        united.extend((old.union(new),) if old.colliderect(new) else (old, new))
    paired = min(len(before), len(after))
    return [*united, *before[paired:], *after[paired:]]


def _frames(schedules: Sequence[RedrawSchedule], till: Till) -> tuple[int, ...]:
    return tuple(schedule.frame_index(till.now_s) for schedule in schedules)

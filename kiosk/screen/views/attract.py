"""The attract screen: who is paid here and how, drifting over black so that no pixel burns in."""

from typing import Final

import pygame

from kiosk.screen.display.redraw_schedule import RedrawSchedule
from kiosk.screen.drawing import logo
from kiosk.screen.drawing.canvas import Align, Canvas
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import rows
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import GAP, HEADLINE, LARGE

DRIFT: Final = RedrawSchedule(0.0, 4.0)  # one slow step every four seconds, and nothing in between

BLACK: Final = (0, 0, 0)
_NAME: Final = (245, 245, 245)
_LINE: Final = (255, 179, 64)

# Steps there and back. They share no divisor, so that the way begins anew only after their product.
_ACROSS: Final = 47
_DOWN: Final = 31

_BITCOIN: Final = "Bitcoin"  # where the merchant gave neither name nor logo


def paint(canvas: Canvas, look: Look, step: int) -> None:
    """Draw it at its place of this step. Nothing on it is a key: the first touch only wakes."""
    canvas.surface.fill(BLACK)
    head, line = rows(place(canvas.rect, step), [62, 38], canvas.points(GAP))
    if logo.draw(canvas, look.logo, head, BLACK) is None:
        mark, words = canvas.columns(head, [22, 78], canvas.points(GAP))
        canvas.sign(Icon.BOLT, mark, _LINE, head.height)
        name = look.name or _BITCOIN
        canvas.lines(name, words, _NAME, HEADLINE, align=Align.START, weight=Weight.BOLD)
    canvas.text(canvas.words.tr("Bitcoin Lightning accepted here"), line, _LINE, LARGE)


def place(display: pygame.Rect, step: int) -> pygame.Rect:
    """Where the picture is in this step, always whole on the screen."""
    area = pygame.Rect(0, 0, display.width * 11 // 20, min(display.height, display.width) * 3 // 10)
    area.left = _there_and_back(step, _ACROSS, display.width - area.width)
    area.top = _there_and_back(step, _DOWN, display.height - area.height)
    return area


def _there_and_back(step: int, steps: int, room: int) -> int:
    at = 2 * (step % steps)
    return room * min(at, 2 * steps - at) // steps

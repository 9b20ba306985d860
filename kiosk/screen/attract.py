"""The attract screen: who is paid here and how, drifting over black so that no pixel burns in."""

from typing import Final

import pygame

from kiosk.screen.canvas import Align, Canvas
from kiosk.screen.faces import Weight
from kiosk.screen.layout import rows
from kiosk.screen.moving import Rhythm

DRIFT: Final = Rhythm(0.0, 4.0)  # one slow step every four seconds, and nothing in between

BLACK: Final = (0, 0, 0)
_NAME: Final = (245, 245, 245)
_LINE: Final = (255, 179, 64)

# Steps there and back. They share no divisor, so that the way begins anew only after their product.
_ACROSS: Final = 47
_DOWN: Final = 31

_BOLT: Final = ((0.62, 0.0), (0.12, 0.58), (0.46, 0.58), (0.38, 1.0), (0.88, 0.42), (0.54, 0.42))


def paint(canvas: Canvas, name: str, step: int) -> None:
    """Draw it at its place of this step. Nothing on it is a key: the first touch only wakes."""
    canvas.surface.fill(BLACK)
    box = place(canvas.rect, step)
    head, line = rows(box, [62, 38], canvas.unit)
    mark, words = head.copy(), head.copy()
    mark.width = head.height * 3 // 5
    words.width -= mark.width + 2 * canvas.unit
    words.right = head.right
    _bolt(canvas.surface, mark)
    size = head.height * 4 // 5
    canvas.text(name or "Bitcoin", words, _NAME, size, align=Align.START, weight=Weight.BOLD)
    how = canvas.words.tr("Tap to pay with Bitcoin Lightning")
    canvas.text(how, line, _LINE, line.height * 3 // 4)


def place(glass: pygame.Rect, step: int) -> pygame.Rect:
    """Where the picture is in this step, always whole on the glass."""
    box = pygame.Rect(0, 0, glass.width * 11 // 20, min(glass.height, glass.width) * 3 // 10)
    box.left = _there_and_back(step, _ACROSS, glass.width - box.width)
    box.top = _there_and_back(step, _DOWN, glass.height - box.height)
    return box


def _there_and_back(step: int, steps: int, room: int) -> int:
    at = 2 * (step % steps)
    return room * min(at, 2 * steps - at) // steps


def _bolt(surface: pygame.Surface, box: pygame.Rect) -> None:
    inner = box.inflate(-box.width // 4, -box.height // 5)
    shape = [(inner.left + x * inner.width, inner.top + y * inner.height) for x, y in _BOLT]
    pygame.draw.polygon(surface, _LINE, shape)

"""A banner: one message with an icon, beside the rest of the screen."""

import pygame

from kiosk.screen.drawing.canvas import Align, Canvas, Tone
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.theme import BODY, GAP


def banner(
    canvas: Canvas, area: pygame.Rect, name: Icon, words: str, tone: Tone, size: float = BODY
) -> pygame.Rect:
    """A message, only as high as it must be; what is left of the area comes back."""
    colours = canvas.palette
    ground, ink = {
        Tone.BAD: (colours.soft_bad, colours.on_soft_bad),
        Tone.WARN: (colours.soft_warn, colours.on_soft_warn),
    }.get(tone, (colours.panel, colours.ink))
    pad, side = canvas.points(10), canvas.points(size * 1.1)
    inner = area.inflate(-2 * pad, -pad)
    room = pygame.Rect(0, inner.top, max(1, inner.width - side - pad), inner.height)
    tall = max(side, canvas.height_of(words, room, size)) + 2 * pad
    place = pygame.Rect(area.left, area.top, area.width, min(tall, area.height))
    room.height = place.height - pad
    first = pygame.Rect(0, room.top, side, room.height)
    if canvas.words.is_rtl:
        room.left, first.right = inner.left, inner.right
    else:
        room.right, first.left = inner.right, inner.left
    canvas.panel(place, ground, colours.edge if ground == colours.panel else None)
    canvas.sign(name, first, ink, size * 1.1)
    canvas.lines(words, room, ink, size, align=Align.START)
    below = place.bottom + canvas.points(GAP)
    return pygame.Rect(area.left, below, area.width, max(0, area.bottom - below))

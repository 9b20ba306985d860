"""A banner: one thing to be told, with a sign, beside what one is doing."""

import pygame

from kiosk.screen.canvas import Align, Canvas, Tone
from kiosk.screen.icons import Icon
from kiosk.screen.theme import BODY, GAP


def banner(
    canvas: Canvas, box: pygame.Rect, name: Icon, words: str, tone: Tone, size: float = BODY
) -> pygame.Rect:
    """Something to be told, only as high as it must be; what is left of the box comes back."""
    colours = canvas.palette
    ground, ink = {
        Tone.BAD: (colours.soft_bad, colours.on_soft_bad),
        Tone.WARN: (colours.soft_warn, colours.on_soft_warn),
    }.get(tone, (colours.panel, colours.ink))
    pad, side = canvas.points(10), canvas.points(size * 1.1)
    inner = box.inflate(-2 * pad, -pad)
    room = pygame.Rect(0, inner.top, max(1, inner.width - side - pad), inner.height)
    tall = max(side, canvas.height_of(words, room, size)) + 2 * pad
    place = pygame.Rect(box.left, box.top, box.width, min(tall, box.height))
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
    return pygame.Rect(box.left, below, box.width, max(0, box.bottom - below))

"""Today by hour: a bar for what was sold in each hour, in sats, so that every currency is in it."""

from collections.abc import Sequence
from typing import Final

import pygame

from kiosk.sale.hours import HourSums
from kiosk.screen.drawing.canvas import Canvas
from kiosk.screen.drawing.layout import columns, off_bottom
from kiosk.screen.drawing.theme import SMALL

FEWEST_HOURS: Final = 8  # of a picture, so that a single hour is no wall
_DAY: Final = 24
_LABEL_ROOM: Final = 26  # points that an hour's number takes
_GAP_SHARE: Final = 5  # of a bar's room, between two bars


def hour_bars(canvas: Canvas, area: pygame.Rect, hours: Sequence[HourSums]) -> None:
    """Bars from the first hour of today's sales to the last, each with its hour below."""
    sold = sats_by_hour(hours)
    if not sold:
        return
    shown = shown_hours(sold)
    most = max(sold.values())
    bars, labels = off_bottom(area, canvas.points(SMALL), canvas.points(2))
    rooms = columns(bars, [1] * len(shown), max(1, bars.width // len(shown) // _GAP_SHARE))
    every = max(1, -(-canvas.points(_LABEL_ROOM) * len(shown) // area.width))
    for number, (hour, room) in enumerate(zip(shown, rooms, strict=True)):
        tall = max(1, room.height * max(0, sold.get(hour, 0)) // most) if most > 0 else 1
        bar = pygame.Rect(room.left, room.bottom - tall, room.width, tall)
        colour = canvas.palette.accent if sold.get(hour, 0) > 0 else canvas.palette.edge
        pygame.draw.rect(canvas.surface, colour, bar)
        if number % every == 0:
            place = pygame.Rect(0, labels.top, canvas.points(_LABEL_ROOM), labels.height)
            place.centerx = room.centerx
            canvas.text(canvas.words.whole(hour), place, canvas.palette.quiet, SMALL)


def sats_by_hour(hours: Sequence[HourSums]) -> dict[int, int]:
    """The sats of each hour, all currencies together; below zero where more was given back."""
    sold: dict[int, int] = {}
    for sums in hours:
        sold[sums.hour] = sold.get(sums.hour, 0) + sums.amount
    return sold


def shown_hours(sold: dict[int, int]) -> range:
    """The hours from the first to the last sale, and later or earlier ones if these are few."""
    first, last = min(sold), max(sold) + 1
    last = min(_DAY, max(last, first + FEWEST_HOURS))
    return range(min(first, last - FEWEST_HOURS), last)

"""A list on a card: rows of one height, parted by lines, as many as the display has room for."""

import pygame

from kiosk.sale.keys import Row
from kiosk.sale.sales_list import HEAD_ROOM, SALE_ROOM
from kiosk.screen.drawing.canvas import Canvas
from kiosk.screen.drawing.layout import off_bottom, off_top
from kiosk.screen.drawing.theme import GAP, MARGIN, ROW_ON_LARGE_DISPLAY, is_large
from kiosk.screen.drawing.touch_zones import TouchZone

_ROW = 48  # points
_ROW_OF_TWO_LINES = 66  # in portrait
_BAR = 54  # the tabs above and the keys below


def page_areas(canvas: Canvas) -> tuple[pygame.Rect, pygame.Rect, pygame.Rect]:
    """Tabs, page and keys of the manager's screens."""
    tall, gap = max(canvas.finger, canvas.points(_BAR)), canvas.points(MARGIN * 0.75)
    tabs, body = off_top(canvas.inside(MARGIN * 0.75), tall, gap)
    body, foot = off_bottom(body, tall, gap)
    return tabs, body, foot


def list_room(canvas: Canvas) -> int:
    """What the display has for the lines of a list, in the units of `sale.sales_list`."""
    _, body, _ = page_areas(canvas)
    return max(HEAD_ROOM + SALE_ROOM, _inner(canvas, body).height // _unit(canvas))


def rows_on_card(canvas: Canvas, area: pygame.Rect, heights: list[int]) -> list[pygame.Rect]:
    """The card with its rows, `heights` in the units of the room; what has none is left out."""
    colours, unit = canvas.palette, _unit(canvas)
    canvas.panel(area, colours.key, colours.edge)
    inner = _inner(canvas, area)
    places, top = [], inner.top
    for height in heights:
        if top + height * unit > inner.bottom:
            break
        places.append(pygame.Rect(inner.left, top, inner.width, height * unit))
        top += height * unit
    for place in places[1:]:
        pygame.draw.line(canvas.surface, colours.edge, place.topleft, place.topright)
    return places


def touchable(canvas: Canvas, place: pygame.Rect, number: int) -> None:
    """Make a row of the card one that a finger opens."""
    row = Row(number)
    if canvas.pressed == row:
        pygame.draw.rect(canvas.surface, canvas.palette.edge, place)
    canvas.zones.append(TouchZone(place, row))


def _inner(canvas: Canvas, area: pygame.Rect) -> pygame.Rect:
    return area.inflate(-canvas.points(2 * MARGIN), -canvas.points(GAP))


def _unit(canvas: Canvas) -> int:
    """Half the height of a row, which a finger can hit."""
    row = max(canvas.finger, canvas.points(_ROW if canvas.is_wide else _ROW_OF_TWO_LINES))
    if is_large(canvas.rect.size):
        row = round(row * ROW_ON_LARGE_DISPLAY)
    return -(-row // SALE_ROOM)

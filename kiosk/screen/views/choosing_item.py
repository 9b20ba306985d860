"""The quick items: a key for each, the sum so far above, charging below."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pygame

from kiosk.sale.choosing_item import price_of, shown_items
from kiosk.sale.keys import Key, Row
from kiosk.sale.quick_item import QuickItem
from kiosk.sale.screens import ChoosingItem
from kiosk.sale.till import Till
from kiosk.screen.drawing.canvas import Align, Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import off_top, rows
from kiosk.screen.drawing.theme import GAP, LABEL, LARGE, SMALL, Colour, is_large
from kiosk.screen.views.button_row import Button, button_row
from kiosk.screen.views.choices import back_key, grid_places, page_with_foot
from kiosk.screen.views.free_room import taken

# A stripe beside the name: no text is on it, so that it need not contrast with any.
_STRIPES: Final[Mapping[str, Colour]] = MappingProxyType(
    {
        "red": (200, 30, 45),
        "orange": (235, 120, 20),
        "yellow": (240, 195, 30),
        "green": (40, 150, 70),
        "blue": (40, 100, 210),
        "purple": (130, 60, 180),
        "brown": (120, 75, 40),
        "grey": (120, 120, 125),
    }
)
_STRIPE: Final = 8  # points
_SMALL_DISPLAY: Final = 800  # pixels of 1000 points: below that there are fewer, wider tiles


def choosing_item(canvas: Canvas, till: Till, screen: ChoosingItem) -> None:
    """The items of the page between what was taken last and the keys."""
    gap = canvas.points(GAP)
    body, foot = page_with_foot(canvas)
    head, body = off_top(body, canvas.points(LARGE), gap)
    _head(canvas, head, screen)
    across, down = _grid(canvas)
    places = grid_places(canvas, body, across, down)
    for number, (place, item) in enumerate(zip(places, shown_items(till, screen), strict=False)):
        _tile(canvas, place, till, item, number, screen.top + number + 1)
    keys = _foot_keys(canvas, till, screen)
    shares = [3 if label else 2 for _, label, _, _ in keys]
    button_row(canvas, canvas.columns(foot, shares, gap), keys, LABEL * 0.9)


def item_room(canvas: Canvas) -> int:
    """How many items the display has room for, with a name of two words on each."""
    across, down = _grid(canvas)
    return across * down


def _grid(canvas: Canvas) -> tuple[int, int]:
    """How many tiles stand side by side, and how many above each other."""
    if canvas.points(1000) < _SMALL_DISPLAY:
        more, fewer = 3, 2
    elif is_large(canvas.rect.size):
        more, fewer = 6, 4
    else:
        more, fewer = 4, 3
    return (more, fewer) if canvas.is_wide else (fewer, more)


def _head(canvas: Canvas, area: pygame.Rect, screen: ChoosingItem) -> None:
    """How many of the next item, else what was taken last; the sum at the end."""
    words, colours = canvas.words, canvas.palette
    said = area
    if not screen.entry.is_empty:
        said, whole = canvas.columns(area, [62, 38], canvas.points(GAP))
        total = words.money(screen.entry.price)
        canvas.text(total, whole, colours.ink, LARGE, align=Align.END, weight=Weight.BOLD)
    if screen.typed:
        canvas.text(f"{screen.typed}…", said, colours.ink, LARGE, align=Align.START)
    elif screen.times > 1:
        times = f"{words.whole(screen.times)} × …"
        canvas.text(times, said, colours.accent, LARGE, align=Align.START, weight=Weight.BOLD)
    elif screen.entry.tape and screen.entry.tape[-1].name:
        last = taken(words, screen.entry.tape[-1])
        canvas.text(f"+ {last}", said, colours.quiet, LABEL, align=Align.START)
    else:
        hint = words.tr("Touch an item, or type its two digits.")
        canvas.text(hint, said, colours.quiet, LABEL, align=Align.START)


def _tile(
    canvas: Canvas, place: pygame.Rect, till: Till, item: QuickItem, number: int, digits: int
) -> None:
    """Name and price, the two digits in a corner, and a stripe of its colour."""
    words, colours = canvas.words, canvas.palette
    key = Row(number)
    canvas.button(place, key)
    down = canvas.pressed == key
    ink, quiet = (colours.on_accent,) * 2 if down else (colours.ink, colours.quiet)
    inner = place.inflate(-2 * canvas.points(GAP), -canvas.points(GAP))
    stripe, said = canvas.columns(inner, [6, 94], canvas.points(GAP / 2))
    if item.colour:
        stripe.width = min(stripe.width, canvas.points(_STRIPE))
        canvas.panel(stripe, _STRIPES[item.colour])
    name, below = rows(said, [58, 42], 0)
    canvas.lines(item.name, name, ink, LABEL, align=Align.START, weight=Weight.BOLD)
    price, corner = canvas.columns(below, [75, 25], canvas.points(GAP / 2))
    canvas.text(words.money(price_of(till, item)), price, ink, SMALL, align=Align.START)
    canvas.text(f"{digits:02d}", corner, quiet, SMALL, align=Align.END)


def _foot_keys(canvas: Canvas, till: Till, screen: ChoosingItem) -> list[Button]:
    keys: list[Button] = [back_key(canvas)]
    if len(till.rules.items) > till.item_room:
        keys.append((Key.DELETE, "", Icon.UP, Tone.PLAIN))
        keys.append((Key.PLUS, "", Icon.DOWN, Tone.PLAIN))
    if not screen.entry.is_empty:
        total = canvas.words.money(screen.entry.price)
        keys.append((Key.CHARGE, total, Icon.TICK, Tone.MAIN))
    return keys

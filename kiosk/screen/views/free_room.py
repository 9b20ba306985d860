"""The free room of the amount screen: the tape of a sum, else today's last sales."""

from collections.abc import Sequence
from typing import Final

import pygame

from kiosk.sale.entry import Entry, EntryItem
from kiosk.sale.money import Fiat
from kiosk.sale.sale_record import SaleRecord
from kiosk.screen.drawing.canvas import Align, Canvas
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.layout import off_bottom, off_top
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import GAP, LARGE, SMALL, SMALLEST_TEXT, is_large
from kiosk.screen.text.amounts import sale_amounts
from kiosk.screen.text.labels import SALE_STATES
from kiosk.screen.text.words import Words
from kiosk.screen.views.sales_list import state_sign

_FEWEST_SALES: Final = 3  # below that the list says nothing
_LINE: Final = 1.3  # of the text's size: a line of the tape
_ROW: Final = 2.0  # a row of the list
_ON_LARGE_DISPLAYS: Final = 0.8  # of the text's size: more rows, not larger ones


def has_room_for_sales(canvas: Canvas) -> bool:
    """Whether half of the display is free while nothing is typed."""
    return not canvas.is_wide or is_large(canvas.rect.size)


def tape_height(canvas: Canvas) -> int:
    """The height of the shortest tape: one line, and the item that is being typed."""
    return _line(canvas) + canvas.points(LARGE + GAP)


def tape(canvas: Canvas, area: pygame.Rect, entry: Entry) -> None:
    """What has been added up, an item to a line, as many as there is room for; the newest below.

    The first line is what has no line of its own, summed up. The item being typed is the last.
    """
    colours, words, size = canvas.palette, canvas.words, _size(canvas)
    line = _line(canvas)
    room = area.height - canvas.points(LARGE + GAP)
    lines = tape_lines(words, entry, max(1, room // line))
    height = min(area.height, len(lines) * line + canvas.points(LARGE + GAP))
    card, _ = off_top(area, height, 0)
    canvas.panel(card, colours.panel, colours.edge)
    inner = card.inflate(-canvas.points(2 * GAP), -canvas.points(GAP))
    rest, last = off_bottom(inner, canvas.points(LARGE), 0)
    for number, said in enumerate(lines):
        place = pygame.Rect(rest.left, rest.top + number * line, rest.width, line)
        canvas.text(said, place, colours.quiet, size, align=Align.END)
    typed = f"+ {words.money(Fiat(entry.typed, entry.unit))}"
    canvas.text(typed, last, colours.ink, LARGE * 0.9, align=Align.END, weight=Weight.BOLD)


def tape_lines(words: Words, entry: Entry, most: int) -> list[str]:
    """The items of a sum as at most so many lines; the first may be the sum of the oldest."""
    shown = [_tape_line(words, entry, item) for item in entry.tape]
    if len(shown) <= most:
        return shown
    hidden = len(shown) - most + 1
    return [f"… {words.money(Fiat(sum(entry.items[:hidden]), entry.unit))}", *shown[hidden:]]


def _tape_line(words: Words, entry: Entry, item: EntryItem) -> str:
    """`3 × Coffee  $7.50`, or the amount alone."""
    money = words.money(Fiat(item.minor, entry.unit))
    if not item.name:
        return money
    return f"{taken(words, item)}  {money}"


def taken(words: Words, item: EntryItem) -> str:
    """`3 × Coffee`, or the name alone."""
    return f"{words.whole(item.quantity)} × {item.name}" if item.quantity > 1 else item.name


def last_sales(canvas: Canvas, area: pygame.Rect, sales: Sequence[SaleRecord], look: Look) -> None:
    """Today's last sales, the newest first: time, amount if it is not hidden, and state."""
    row = max(canvas.points(_ROW * _size(canvas)), SMALLEST_TEXT)
    title, rest = off_top(area, row, 0)
    most = rest.height // row
    if not sales or most < _FEWEST_SALES:
        return
    words, colours = canvas.words, canvas.palette
    canvas.text(
        words.tr("Today's last sales"),
        title,
        colours.quiet,
        _size(canvas),
        align=Align.START,
        weight=Weight.BOLD,
    )
    for number, record in enumerate(sales[:most]):
        place = pygame.Rect(rest.left, rest.top + number * row, rest.width, row)
        pygame.draw.line(canvas.surface, colours.edge, place.topleft, place.topright)
        _sale(canvas, place, record, look)


def _sale(canvas: Canvas, place: pygame.Rect, record: SaleRecord, look: Look) -> None:
    words, colours, size = canvas.words, canvas.palette, _size(canvas)
    sign, ink = state_sign(canvas, record.state)
    when, amount, state = canvas.columns(place, [24, 34, 42], canvas.points(GAP))
    canvas.text(words.minute(record.sale.started_at), when, colours.quiet, size, align=Align.START)
    if not look.amounts_hidden:
        first, _ = sale_amounts(words, record.sale)
        canvas.text(first, amount, colours.ink, size, align=Align.END, weight=Weight.BOLD)
    said = words.tr(SALE_STATES[record.state])
    canvas.signed(sign, said, state, colours.quiet, size, sign_colour=ink)


def _line(canvas: Canvas) -> int:
    return max(canvas.points(_LINE * _size(canvas)), SMALLEST_TEXT)


def _size(canvas: Canvas) -> float:
    """Of the text in points. Nothing here is touched, so it need not grow with the display."""
    return SMALL * _ON_LARGE_DISPLAYS if is_large(canvas.rect.size) else SMALL

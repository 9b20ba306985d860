"""The list of sales: the sums of each day, and its sales, the newest first."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pygame

from kiosk.sale.facts import Sale
from kiosk.sale.money import SAT, Fiat
from kiosk.sale.sale_record import SaleRecord, SaleState
from kiosk.sale.sales_list import HEAD_ROOM, SALE_ROOM, SalesDay, SalesList
from kiosk.screen.drawing.canvas import Align, Canvas
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import middle, rows
from kiosk.screen.drawing.theme import BODY, GAP, LABEL, SMALL, TITLE, Colour
from kiosk.screen.text.amounts import sale_amounts
from kiosk.screen.text.labels import SALE_STATES
from kiosk.screen.text.words import Words
from kiosk.screen.views.list_card import rows_on_card, touchable

STATE_SIGNS: Final[Mapping[SaleState, Icon]] = MappingProxyType(
    {
        SaleState.FORWARDED: Icon.TICK,
        SaleState.RECEIVED: Icon.TICK,
        SaleState.PAID: Icon.CLOCK,
        SaleState.OPEN: Icon.CLOCK,
        SaleState.STOPPED: Icon.WARNING,
    }
)


def sales_list(canvas: Canvas, area: pygame.Rect, shown: SalesList) -> None:
    """The page of the list that is open."""
    words = canvas.words
    if not shown.lines:
        empty = words.tr("Reading") if shown.lines is None else words.tr("No sales yet")
        sentence(canvas, area, Icon.LIST, empty)
        return
    heights = [HEAD_ROOM if isinstance(line, SalesDay) else SALE_ROOM for line in shown.lines]
    number = 0
    for place, line in zip(rows_on_card(canvas, area, heights), shown.lines, strict=False):
        if isinstance(line, SalesDay):
            _day(canvas, place, line)
        else:
            touchable(canvas, place, number)
            _sale(canvas, place, line)
            number += 1


def sentence(canvas: Canvas, area: pygame.Rect, name: Icon, said: str) -> None:
    """One sentence where a list would be."""
    sign, line = rows(middle(area, area.width, canvas.points(180)), [55, 45], canvas.points(GAP))
    canvas.sign(name, sign, canvas.palette.quiet, TITLE * 1.6)
    canvas.lines(said, line, canvas.palette.ink, BODY)


def state_sign(canvas: Canvas, state: SaleState) -> tuple[Icon, Colour]:
    """The sign of a state, and its colour."""
    colours = canvas.palette
    sign = STATE_SIGNS.get(state, Icon.CROSS)
    return sign, {Icon.TICK: colours.good, Icon.WARNING: colours.bad}.get(sign, colours.quiet)


def tip_amount(words: Words, sale: Sale) -> str:
    """The tip that is in the amount, in the unit that was charged in; empty without one."""
    unit = sale.price.currency
    if not sale.tip:
        return ""
    in_sats = unit.code == SAT.code
    return words.sats(sale.tip) if in_sats else words.money(Fiat(sale.tip_minor, unit))


def _day(canvas: Canvas, place: pygame.Rect, day: SalesDay) -> None:
    words, colours, totals = canvas.words, canvas.palette, day.totals
    pygame.draw.rect(canvas.surface, colours.ground, place.inflate(0, -2))
    name, sums = canvas.columns(place, [45, 55], canvas.points(GAP))
    canvas.text(
        words.day(day.start), name, colours.quiet, SMALL, align=Align.START, weight=Weight.BOLD
    )
    worth = " + ".join(words.money(line.paid) for line in totals.sums) or words.sats(totals.amount)
    count = words.trn("{count} paid", "{count} paid", totals.sales)
    whole = f"{worth} · {count}"
    fitting = next((said for said in (whole, worth) if canvas.fits(said, sums, SMALL)), count)
    canvas.text(fitting, sums, colours.quiet, SMALL, align=Align.END, weight=Weight.BOLD)


def _sale(canvas: Canvas, place: pygame.Rect, record: SaleRecord) -> None:
    words, colours = canvas.words, canvas.palette
    first, second = sale_amounts(words, record.sale)
    sign, ink = state_sign(canvas, record.state)
    state = words.tr(SALE_STATES[record.state])
    said = words.tr("{state} (late)", state=state) if record.late else state
    when, amount, other, how = _cells(canvas, place)
    canvas.text(words.minute(record.sale.started_at), when, colours.quiet, SMALL, align=Align.START)
    canvas.text(first, amount, colours.ink, LABEL, align=Align.END, weight=Weight.BOLD)
    tip = tip_amount(words, record.sale)
    beside = words.tr("tip {amount}", amount=tip) if tip else second
    canvas.text(beside, other, colours.quiet, SMALL, align=Align.END)
    canvas.signed(sign, said, how, colours.ink, LABEL * 0.9, sign_colour=ink)


def _cells(
    canvas: Canvas, place: pygame.Rect
) -> tuple[pygame.Rect, pygame.Rect, pygame.Rect, pygame.Rect]:
    """Where time, amount, what is beside it and the state go; two lines in portrait."""
    gap = canvas.points(GAP * 1.5)
    if canvas.is_wide:
        when, amount, other, how = canvas.columns(place, [16, 20, 25, 39], gap)
        return when, amount, other, how
    above, below = rows(place.inflate(0, -canvas.points(GAP)), [1, 1], 0)
    when, amount = canvas.columns(above, [1, 1], gap)
    how, other = canvas.columns(below, [58, 42], gap)
    return when, amount, other, how

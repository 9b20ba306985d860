"""What has not reached the merchant yet: when it was paid, why it waits, when it is tried again."""

import pygame

from kiosk.sale.facts import ForwardStatus
from kiosk.sale.manager_screens import ManagerScreen
from kiosk.sale.sales_list import SALE_ROOM
from kiosk.sale.till import Forward, Till
from kiosk.screen.drawing.canvas import Align, Canvas
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import rows
from kiosk.screen.drawing.theme import GAP, LABEL, SMALL
from kiosk.screen.text.amounts import sale_amounts
from kiosk.screen.text.forward_reasons import forward_reason
from kiosk.screen.text.words import Words
from kiosk.screen.views.list_card import rows_on_card, touchable
from kiosk.screen.views.sales_list import sentence

_SOON_S = 60


def forwards_page(canvas: Canvas, area: pygame.Rect, till: Till, screen: ManagerScreen) -> None:
    """The forwards from the first that is shown, the oldest first."""
    forwards = list(till.forwards.values())
    if not forwards:
        said = canvas.words.tr("Everything has reached the merchant")
        sentence(canvas, area, Icon.SHIELD, said)
        return
    shown = forwards[min(screen.top, len(forwards) - 1) :]
    places = rows_on_card(canvas, area, [SALE_ROOM] * len(shown))
    for number, (place, forward) in enumerate(zip(places, shown, strict=False)):
        touchable(canvas, place, number)
        _forward(canvas, place, till, forward)


def next_try(words: Words, till: Till, forward: Forward) -> str:
    """When the next step is taken, as a time of the day: a page at rest counts no seconds."""
    if forward.status is ForwardStatus.STOPPED:
        return words.tr("waits for you")
    left_s = forward.due_s - till.now_s
    if forward.busy or left_s <= 0:
        return words.tr("trying now")
    if left_s <= _SOON_S:
        return words.tr("tried again soon")
    return words.tr("tried again at {time}", time=words.minute(till.unix_s + int(left_s)))


def _forward(canvas: Canvas, place: pygame.Rect, till: Till, forward: Forward) -> None:
    words, colours = canvas.words, canvas.palette
    first, _ = sale_amounts(words, forward.sale)
    amount, when, reason, trying = _cells(canvas, place)
    canvas.text(first, amount, colours.ink, LABEL, align=Align.START, weight=Weight.BOLD)
    moment = words.moment(forward.sale.started_at)
    canvas.text(moment, when, colours.quiet, SMALL, align=Align.START)
    canvas.text(next_try(words, till, forward), trying, colours.quiet, SMALL, align=Align.END)
    said = forward_reason(words, forward.trouble)
    canvas.text(said, reason, colours.ink, SMALL, align=Align.START)


def _cells(
    canvas: Canvas, place: pygame.Rect
) -> tuple[pygame.Rect, pygame.Rect, pygame.Rect, pygame.Rect]:
    """Where amount, time, reason and next try go; that has a line of its own in portrait."""
    gap = canvas.points(GAP)
    inner = place.inflate(0, -canvas.points(GAP / 2))
    if canvas.is_wide:
        above, reason = rows(inner, [1, 1], 0)
        amount, when, trying = canvas.columns(above, [26, 30, 44], gap)
        return amount, when, reason, trying
    above, reason, trying = rows(inner, [1, 1, 1], 0)
    amount, when = canvas.columns(above, [1, 1], gap)
    return amount, when, reason, trying

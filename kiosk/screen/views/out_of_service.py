"""Out of service: why, which part of the way to Blink is missing, and the ways out of it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pygame

from kiosk.sale.keys import Key
from kiosk.sale.reach import Reach, is_on_the_way, way_to_blink
from kiosk.sale.till import FetchingAccount, Till
from kiosk.sale.trouble import Trouble
from kiosk.screen.drawing.canvas import Align, Canvas
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import middle, off_bottom, off_top, rows
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import BODY, GAP, LABEL, LARGE, MARGIN, SMALL, TITLE, Colour
from kiosk.screen.views.amount_entry import shop_name
from kiosk.screen.views.connection_status import signs

_SIGNS: Final[Mapping[Reach, Icon]] = MappingProxyType(
    {Reach.THERE: Icon.TICK, Reach.MISSING: Icon.CROSS, Reach.UNKNOWN: Icon.CLOCK}
)


def out_of_service(canvas: Canvas, till: Till, trouble: Trouble, look: Look) -> None:
    """No sale can be made; it goes away by itself, and says when it is tried next.

    The held name leads to the manager's pages, and a till that does not reach Blink to the Wi-Fi.
    """
    body, gap = canvas.inside(MARGIN * 0.75), canvas.points(GAP)
    top, body = off_top(body, canvas.finger, gap)
    if canvas.is_wide:
        name, links, title = canvas.columns(top, [36, 14, 50], gap)
    else:
        name, links = canvas.columns(top, [76, 24], gap)
        title, body = off_top(body, canvas.finger, gap)
    shop_name(canvas, name, look)
    signs(canvas, till, links)
    _title(canvas, title)
    if till.settings_trouble is None:  # else a person has to set it right
        body, foot = off_bottom(body, max(canvas.finger, canvas.points(LARGE * 1.5)), gap)
        _foot(canvas, till, foot)
    if is_on_the_way(till):
        body, way = off_bottom(body, canvas.points(2 * BODY + GAP), gap)
        _way(canvas, till, way)
    _sentences(canvas, body, trouble)


def _title(canvas: Canvas, area: pygame.Rect) -> None:
    colours = canvas.palette
    canvas.panel(area, colours.soft_bad)
    title = canvas.words.tr("Out of service")
    sign, line = canvas.around(title, area, LARGE, Weight.BOLD)
    canvas.sign(Icon.STOP, sign, colours.on_soft_bad, LARGE * 0.9)
    canvas.text(title, line, colours.on_soft_bad, LARGE, weight=Weight.BOLD)


def _sentences(canvas: Canvas, area: pygame.Rect, trouble: Trouble) -> None:
    """What is wrong and what to do, each as high as it is, both in the middle."""
    colours = canvas.palette
    what, cure = canvas.words.trouble_text(trouble)
    gap = canvas.points(GAP)
    above, below = rows(area, [1, 1], gap)
    first = canvas.height_of(what, above, TITLE * 0.9, Weight.BOLD)
    second = canvas.height_of(cure, below, BODY)
    group = middle(area, area.width, first + second + gap)
    above, below = off_top(group, first, gap)
    canvas.lines(what, above, colours.ink, TITLE * 0.9, weight=Weight.BOLD)
    canvas.lines(cure, below, colours.quiet, BODY)


def _way(canvas: Canvas, till: Till, area: pygame.Rect) -> None:
    """The parts of the way to Blink with a sign each, and which network the till is in."""
    words, colours, way = canvas.words, canvas.palette, way_to_blink(till)
    parts, below = rows(area, [1, 1], canvas.points(GAP / 2))
    names = (
        (words.tr("Network"), way.network),
        (words.tr("Internet"), way.internet),
        ("Blink", way.blink),
    )
    inks: Mapping[Reach, Colour] = {Reach.THERE: colours.good, Reach.MISSING: colours.bad}
    for place, (name, reach) in zip(
        canvas.columns(parts, [1, 1, 1], canvas.points(GAP)), names, strict=True
    ):
        sign, line = canvas.around(name, place, LABEL, Weight.BOLD)
        ink = inks.get(reach, colours.quiet)
        canvas.sign(_SIGNS[reach], sign, ink, LABEL, 1.2)
        canvas.text(name, line, ink, LABEL, align=Align.START, weight=Weight.BOLD)
    facts = till.device
    if facts is not None:
        network = facts.network or ("" if facts.address else words.tr("no network"))
        said = words.joined_by_comma(network, facts.address)
        canvas.text(said, below, colours.quiet, SMALL)


def _foot(canvas: Canvas, till: Till, area: pygame.Rect) -> None:
    """When it is tried next, and the key to another network where that may help."""
    colours = canvas.palette
    wait = area
    if is_on_the_way(till):
        wait, key = canvas.columns(area, [64, 36], canvas.points(GAP))
        canvas.button(key, Key.WIFI, canvas.words.tr("Wi-Fi"), name=Icon.WIFI)
    said = _next_try(canvas, till)
    sign, line = canvas.around(said, wait, BODY)
    canvas.sign(Icon.AGAIN, sign, colours.accent, BODY * 0.85)
    canvas.text(said, line, colours.accent, BODY)


def _next_try(canvas: Canvas, till: Till) -> str:
    words = canvas.words
    due_s = till.service.due_s if isinstance(till.service, FetchingAccount) else till.journal_due_s
    if due_s is None:
        return words.tr("Trying now")
    left = words.whole(max(0, int(due_s - till.now_s + 0.999)))
    return words.tr("Trying again in {seconds} s", seconds=left)

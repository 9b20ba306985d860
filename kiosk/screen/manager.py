"""Behind the PIN: totals, history, forwards, the box."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pygame

from kiosk.sale.box import BoxNews
from kiosk.sale.keys import Key
from kiosk.sale.manage import EXPORT_KEY, WIFI_KEY
from kiosk.sale.till import HistoryRow, Managing, Page, Till, Totals
from kiosk.screen.amounts import sale_amounts
from kiosk.screen.banner import banner
from kiosk.screen.canvas import Align, Canvas, Tone
from kiosk.screen.catalogs import mark
from kiosk.screen.faces import Weight
from kiosk.screen.icons import Icon
from kiosk.screen.labels import BOX_NEWS, FORWARD_STATES, SALE_STATES
from kiosk.screen.layout import middle, off_bottom, off_top, rows
from kiosk.screen.theme import BODY, GAP, LABEL, LARGE, MARGIN, SMALL, TITLE, Colour

_TABS: Final = (
    (Page.TOTALS, mark("Totals"), Icon.TOTALS),
    (Page.HISTORY, mark("Sales"), Icon.LIST),
    (Page.FORWARDS, mark("Forwards"), Icon.ARROW),
    (Page.BOX, mark("Box"), Icon.BOX),
)

_SIGNS: Final[Mapping[str, Icon]] = MappingProxyType(
    {"forwarded": Icon.TICK, "paid": Icon.CLOCK, "open": Icon.CLOCK, "stopped": Icon.WARNING}
)

# Everything else is a trouble.
_GOOD_NEWS: Final = frozenset(
    {BoxNews.RESTARTING, BoxNews.SHUTTING_DOWN, BoxNews.EXPORTING, BoxNews.EXPORTED}
)

_ROW: Final = 46  # points


def managing(canvas: Canvas, till: Till, screen: Managing) -> None:
    """The page that is open, with tabs above and what can be done below."""
    gap = canvas.points(GAP)
    tall = max(canvas.finger, canvas.points(54))
    tabs, body = off_top(canvas.inside(MARGIN * 0.75), tall, canvas.points(MARGIN * 0.75))
    body, foot = off_bottom(body, tall, canvas.points(MARGIN * 0.75))
    for number, (place, (page, title, name)) in enumerate(
        zip(canvas.columns(tabs, [1] * len(_TABS), gap), _TABS, strict=True)
    ):
        tone = Tone.CHOSEN if page is screen.page else Tone.PLAIN
        label = canvas.words.tr(title)
        canvas.button(place, Key(str(number + 1)), label, name=name, tone=tone, size=LABEL * 0.9)
    match screen.page:
        case Page.TOTALS:
            _totals(canvas, body, screen)
        case Page.HISTORY:
            _history(canvas, body, screen)
        case Page.FORWARDS:
            _forwards(canvas, body, till)
        case Page.BOX:
            _box(canvas, body, screen.news)
    last = _foot_keys(canvas, screen.page)
    for place, (key, label, sign, tone) in zip(
        canvas.columns(foot, [1] * len(last), gap), last, strict=True
    ):
        canvas.button(place, key, label, name=sign, tone=tone, size=LABEL * 0.9)


def _foot_keys(canvas: Canvas, page: Page) -> list[tuple[Key, str, Icon | None, Tone]]:
    words = canvas.words
    found: list[tuple[Key, str, Icon | None, Tone]] = [
        (Key.CLEAR, words.tr("Back"), Icon.BACK, Tone.PLAIN)
    ]
    if page in (Page.HISTORY, Page.FORWARDS):
        found.append((Key.DELETE, "", Icon.UP, Tone.PLAIN))
        found.append((Key.PLUS, "", Icon.DOWN, Tone.PLAIN))
    match page:
        case Page.TOTALS:
            found.append((Key.CHARGE, words.tr("Close the day"), Icon.TICK, Tone.MAIN))
        case Page.FORWARDS:
            found.append((Key.CHARGE, words.tr("Try again now"), Icon.AGAIN, Tone.MAIN))
        case Page.BOX:
            found.append((Key.CHARGE, words.tr("Restart"), Icon.AGAIN, Tone.PLAIN))
            found.append((Key.CHECK, words.tr("Shut down"), Icon.POWER, Tone.LEAVE))
    return found


def _totals(canvas: Canvas, box: pygame.Rect, screen: Managing) -> None:
    words = canvas.words
    split = canvas.columns if canvas.is_wide else rows
    for place, title, totals in zip(
        split(box, [1, 1], canvas.points(GAP * 1.5)),
        (words.tr("Today"), words.tr("Since the last close")),
        (screen.totals, screen.since_close),
        strict=True,
    ):
        _card(canvas, place, title, totals)


def _card(canvas: Canvas, box: pygame.Rect, title: str, totals: Totals | None) -> None:
    words, colours = canvas.words, canvas.palette
    canvas.panel(box, colours.key, colours.edge)
    inner = box.inflate(-canvas.points(2.5 * MARGIN), -canvas.points(1.5 * MARGIN))
    head, inner = off_top(inner, canvas.points(LABEL), canvas.points(GAP / 2))
    canvas.text(title, head, colours.quiet, LABEL, align=Align.START)
    if totals is None:
        canvas.text(words.tr("Reading"), inner, colours.quiet, BODY)
        return
    lines: list[tuple[str, Colour, float, Weight]] = []
    for worth in totals.fiat:
        told = words.tr("about {amount}", amount=words.money(worth))
        lines.append((told, colours.ink, TITLE * 0.9, Weight.BOLD))
    big = LARGE if lines else TITLE
    lines.append((words.sats(totals.amount), colours.ink, big, Weight.BOLD))
    lines.append(
        (words.trn("{count} sale", "{count} sales", totals.sales), colours.ink, BODY, Weight.MEDIUM)
    )
    sent = words.tr("forwarded {amount}", amount=words.sats(totals.forwarded))
    lines.append((sent, colours.quiet, LABEL, Weight.MEDIUM))
    if totals.tips:
        tips = words.tr("tips {amount}", amount=words.sats(totals.tips))
        lines.append((tips, colours.quiet, LABEL, Weight.MEDIUM))
    for place, (told, ink, size, weight) in zip(
        rows(inner, [line[2] for line in lines], 0), lines, strict=True
    ):
        canvas.text(told, place, ink, size, align=Align.START, weight=weight)


def _history(canvas: Canvas, box: pygame.Rect, screen: Managing) -> None:
    words = canvas.words
    if not screen.rows:
        empty = words.tr("Reading") if screen.rows is None else words.tr("No sales yet")
        _say(canvas, box, Icon.LIST, empty)
        return
    shown = screen.rows[screen.top :]
    for place, row in zip(_places(canvas, box, len(shown)), shown, strict=False):
        _history_row(canvas, place, row)


def _history_row(canvas: Canvas, box: pygame.Rect, row: HistoryRow) -> None:
    words, colours = canvas.words, canvas.palette
    first, second = sale_amounts(words, row.sale)
    state = words.tr(SALE_STATES[row.state])
    told = words.tr("{state} (late)", state=state) if row.late else state
    ink = {Icon.TICK: colours.good, Icon.WARNING: colours.bad}.get(
        _SIGNS.get(row.state, Icon.CROSS), colours.quiet
    )
    when, amount, other, how = canvas.columns(box, [31, 19, 23, 27], canvas.points(GAP * 1.5))
    canvas.text(words.moment(row.at), when, colours.quiet, SMALL, align=Align.START)
    canvas.text(first, amount, colours.ink, LABEL, align=Align.END, weight=Weight.BOLD)
    canvas.text(second, other, colours.quiet, SMALL, align=Align.END)
    canvas.signed(
        _SIGNS.get(row.state, Icon.CROSS), told, how, colours.ink, LABEL * 0.9, sign_colour=ink
    )


def _forwards(canvas: Canvas, box: pygame.Rect, till: Till) -> None:
    words, colours = canvas.words, canvas.palette
    if not till.forwards:
        _say(canvas, box, Icon.SHIELD, words.tr("Everything has reached the merchant"))
        return
    places = _places(canvas, box, len(till.forwards))
    for place, forward in zip(places, till.forwards.values(), strict=False):
        why = words.told(forward.trouble)[0] if forward.trouble else words.tr("on its way")
        status = words.tr(FORWARD_STATES[forward.status])
        amount, state, line = canvas.columns(place, [24, 24, 52], canvas.points(GAP))
        canvas.text(
            words.sats(forward.invoice.amount),
            amount,
            colours.ink,
            LABEL,
            align=Align.START,
            weight=Weight.BOLD,
        )
        canvas.text(status, state, colours.ink, SMALL, align=Align.START)
        canvas.text(why, line, colours.quiet, SMALL, align=Align.START)


def _box(canvas: Canvas, body: pygame.Rect, news: BoxNews | None) -> None:
    """What there is to do besides restart and shut down, and what came of the last thing."""
    words, gap = canvas.words, canvas.points(GAP)
    if news is not None:
        good = news in _GOOD_NEWS
        sign, tone = (Icon.TICK, Tone.PLAIN) if good else (Icon.WARNING, Tone.BAD)
        body = banner(canvas, body, sign, words.tr(BOX_NEWS[news]), tone)
    told, keys = rows(body, [1, 1], gap)
    if news is None:
        plug = words.tr("Restart the kiosk, or shut it down before pulling the plug.")
        canvas.lines(plug, told, canvas.palette.ink, BODY)
    wifi, export = canvas.columns(middle(keys, keys.width, canvas.points(110)), [1, 1], gap)
    canvas.button(wifi, WIFI_KEY, words.tr("Wi-Fi"), name=Icon.WIFI)
    canvas.button(export, EXPORT_KEY, words.tr("Sales to a USB stick"), name=Icon.DOWN)


def _places(canvas: Canvas, box: pygame.Rect, wanted: int) -> list[pygame.Rect]:
    """The rows of a list, on a card, parted by lines; as many as are wanted and have room."""
    colours = canvas.palette
    canvas.panel(box, colours.key, colours.edge)
    inner = box.inflate(-canvas.points(2 * MARGIN), -canvas.points(GAP))
    count = max(1, inner.height // canvas.points(_ROW))
    found = rows(inner, [1] * count, 0)[:wanted]
    for place in found[1:]:
        pygame.draw.line(canvas.surface, colours.edge, place.topleft, place.topright)
    return found


def _say(canvas: Canvas, box: pygame.Rect, name: Icon, told: str) -> None:
    """One sentence where a list would be."""
    sign, line = rows(middle(box, box.width, canvas.points(180)), [55, 45], canvas.points(GAP))
    canvas.sign(name, sign, canvas.palette.quiet, TITLE * 1.6)
    canvas.lines(told, line, canvas.palette.ink, BODY)

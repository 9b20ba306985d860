"""Behind the PIN: totals, history, forwards, the area."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pygame

from kiosk.sale.device import DeviceNotice
from kiosk.sale.keys import Key
from kiosk.sale.manager import EXPORT_KEY, WIFI_KEY
from kiosk.sale.screens import HistoryRow, ManagerPage, ManagerScreen, Totals
from kiosk.sale.till import Till
from kiosk.screen.drawing.canvas import Align, Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import middle, off_bottom, off_top, rows
from kiosk.screen.drawing.theme import BODY, GAP, LABEL, LARGE, MARGIN, SMALL, TITLE, Colour
from kiosk.screen.text.amounts import sale_amounts
from kiosk.screen.text.catalogs import mark
from kiosk.screen.text.labels import DEVICE_NOTICES, FORWARD_STATES, SALE_STATES
from kiosk.screen.views.banner import banner

_TABS: Final = (
    (ManagerPage.TOTALS, mark("Totals"), Icon.TOTALS),
    (ManagerPage.HISTORY, mark("Sales"), Icon.LIST),
    (ManagerPage.FORWARDS, mark("Forwards"), Icon.ARROW),
    (ManagerPage.DEVICE, mark("Box"), Icon.DEVICE),
)

_SIGNS: Final[Mapping[str, Icon]] = MappingProxyType(
    {
        "forwarded": Icon.TICK,
        "received": Icon.TICK,
        "paid": Icon.CLOCK,
        "open": Icon.CLOCK,
        "stopped": Icon.WARNING,
    }
)

# Everything else is a trouble.
_GOOD_NOTICES: Final = frozenset(
    {
        DeviceNotice.RESTARTING,
        DeviceNotice.SHUTTING_DOWN,
        DeviceNotice.EXPORTING,
        DeviceNotice.EXPORTED,
    }
)

_ROW: Final = 46  # points


def managing(canvas: Canvas, till: Till, screen: ManagerScreen) -> None:
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
        case ManagerPage.TOTALS:
            _totals(canvas, body, screen)
        case ManagerPage.HISTORY:
            _history(canvas, body, screen)
        case ManagerPage.FORWARDS:
            _forwards(canvas, body, till)
        case ManagerPage.DEVICE:
            _device_page(canvas, body, screen.notice)
    last = _foot_keys(canvas, screen.page)
    for place, (key, label, sign, tone) in zip(
        canvas.columns(foot, [1] * len(last), gap), last, strict=True
    ):
        canvas.button(place, key, label, name=sign, tone=tone, size=LABEL * 0.9)


def _foot_keys(canvas: Canvas, page: ManagerPage) -> list[tuple[Key, str, Icon | None, Tone]]:
    words = canvas.words
    keys: list[tuple[Key, str, Icon | None, Tone]] = [
        (Key.CLEAR, words.tr("Back"), Icon.BACK, Tone.PLAIN)
    ]
    if page in (ManagerPage.HISTORY, ManagerPage.FORWARDS):
        keys.append((Key.DELETE, "", Icon.UP, Tone.PLAIN))
        keys.append((Key.PLUS, "", Icon.DOWN, Tone.PLAIN))
    match page:
        case ManagerPage.TOTALS:
            keys.append((Key.CHARGE, words.tr("Close the day"), Icon.TICK, Tone.MAIN))
        case ManagerPage.FORWARDS:
            keys.append((Key.CHARGE, words.tr("Try again now"), Icon.AGAIN, Tone.MAIN))
        case ManagerPage.DEVICE:
            keys.append((Key.CHARGE, words.tr("Restart"), Icon.AGAIN, Tone.PLAIN))
            keys.append((Key.CHECK, words.tr("Shut down"), Icon.POWER, Tone.LEAVE))
    return keys


def _totals(canvas: Canvas, area: pygame.Rect, screen: ManagerScreen) -> None:
    words = canvas.words
    split = canvas.columns if canvas.is_wide else rows
    for place, title, totals in zip(
        split(area, [1, 1], canvas.points(GAP * 1.5)),
        (words.tr("Today"), words.tr("Since the last close")),
        (screen.totals, screen.since_close),
        strict=True,
    ):
        _card(canvas, place, title, totals)


def _card(canvas: Canvas, area: pygame.Rect, title: str, totals: Totals | None) -> None:
    words, colours = canvas.words, canvas.palette
    canvas.panel(area, colours.key, colours.edge)
    inner = area.inflate(-canvas.points(2.5 * MARGIN), -canvas.points(1.5 * MARGIN))
    head, inner = off_top(inner, canvas.points(LABEL), canvas.points(GAP / 2))
    canvas.text(title, head, colours.quiet, LABEL, align=Align.START)
    if totals is None:
        canvas.text(words.tr("Reading"), inner, colours.quiet, BODY)
        return
    lines: list[tuple[str, Colour, float, Weight]] = []
    for worth in totals.fiat:
        sentence = words.tr("about {amount}", amount=words.money(worth))
        lines.append((sentence, colours.ink, TITLE * 0.9, Weight.BOLD))
    big = LARGE if lines else TITLE
    lines.append((words.sats(totals.amount), colours.ink, big, Weight.BOLD))
    lines.append(
        (words.trn("{count} sale", "{count} sales", totals.sales), colours.ink, BODY, Weight.MEDIUM)
    )
    if totals.forwarded or not totals.received:
        sent = words.tr("forwarded {amount}", amount=words.sats(totals.forwarded))
        lines.append((sent, colours.quiet, LABEL, Weight.MEDIUM))
    if totals.received:
        received = words.tr("received {amount}", amount=words.sats(totals.received))
        lines.append((received, colours.quiet, LABEL, Weight.MEDIUM))
    if totals.tips:
        tips = words.tr("tips {amount}", amount=words.sats(totals.tips))
        lines.append((tips, colours.quiet, LABEL, Weight.MEDIUM))
    for place, (sentence, ink, size, weight) in zip(
        rows(inner, [line[2] for line in lines], 0), lines, strict=True
    ):
        canvas.text(sentence, place, ink, size, align=Align.START, weight=weight)


def _history(canvas: Canvas, area: pygame.Rect, screen: ManagerScreen) -> None:
    words = canvas.words
    if not screen.rows:
        empty = words.tr("Reading") if screen.rows is None else words.tr("No sales yet")
        _sentence(canvas, area, Icon.LIST, empty)
        return
    shown = screen.rows[screen.top :]
    for place, row in zip(_places(canvas, area, len(shown)), shown, strict=False):
        _history_row(canvas, place, row)


def _history_row(canvas: Canvas, area: pygame.Rect, row: HistoryRow) -> None:
    words, colours = canvas.words, canvas.palette
    first, second = sale_amounts(words, row.sale)
    state = words.tr(SALE_STATES[row.state])
    sentence = words.tr("{state} (late)", state=state) if row.late else state
    ink = {Icon.TICK: colours.good, Icon.WARNING: colours.bad}.get(
        _SIGNS.get(row.state, Icon.CROSS), colours.quiet
    )
    when, amount, other, how = canvas.columns(area, [31, 19, 23, 27], canvas.points(GAP * 1.5))
    canvas.text(words.moment(row.at), when, colours.quiet, SMALL, align=Align.START)
    canvas.text(first, amount, colours.ink, LABEL, align=Align.END, weight=Weight.BOLD)
    canvas.text(second, other, colours.quiet, SMALL, align=Align.END)
    canvas.signed(
        _SIGNS.get(row.state, Icon.CROSS), sentence, how, colours.ink, LABEL * 0.9, sign_colour=ink
    )


def _forwards(canvas: Canvas, area: pygame.Rect, till: Till) -> None:
    words, colours = canvas.words, canvas.palette
    if not till.forwards:
        _sentence(canvas, area, Icon.SHIELD, words.tr("Everything has reached the merchant"))
        return
    places = _places(canvas, area, len(till.forwards))
    for place, forward in zip(places, till.forwards.values(), strict=False):
        why = words.trouble_text(forward.trouble)[0] if forward.trouble else words.tr("on its way")
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


def _device_page(canvas: Canvas, body: pygame.Rect, notice: DeviceNotice | None) -> None:
    """What there is to do besides restart and shut down, and what came of the last thing."""
    words, gap = canvas.words, canvas.points(GAP)
    if notice is not None:
        good = notice in _GOOD_NOTICES
        sign, tone = (Icon.TICK, Tone.PLAIN) if good else (Icon.WARNING, Tone.BAD)
        body = banner(canvas, body, sign, words.tr(DEVICE_NOTICES[notice]), tone)
    sentence, keys = rows(body, [1, 1], gap)
    if notice is None:
        plug = words.tr("Restart the kiosk, or shut it down before pulling the plug.")
        canvas.lines(plug, sentence, canvas.palette.ink, BODY)
    wifi, export = canvas.columns(middle(keys, keys.width, canvas.points(110)), [1, 1], gap)
    canvas.button(wifi, WIFI_KEY, words.tr("Wi-Fi"), name=Icon.WIFI)
    canvas.button(export, EXPORT_KEY, words.tr("Sales to a USB stick"), name=Icon.DOWN)


def _places(canvas: Canvas, area: pygame.Rect, wanted: int) -> list[pygame.Rect]:
    """The rows of a list, on a card, parted by lines; as many as are wanted and have room."""
    colours = canvas.palette
    canvas.panel(area, colours.key, colours.edge)
    inner = area.inflate(-canvas.points(2 * MARGIN), -canvas.points(GAP))
    count = max(1, inner.height // canvas.points(_ROW))
    places = rows(inner, [1] * count, 0)[:wanted]
    for place in places[1:]:
        pygame.draw.line(canvas.surface, colours.edge, place.topleft, place.topright)
    return places


def _sentence(canvas: Canvas, area: pygame.Rect, name: Icon, sentence: str) -> None:
    """One sentence where a list would be."""
    sign, line = rows(middle(area, area.width, canvas.points(180)), [55, 45], canvas.points(GAP))
    canvas.sign(name, sign, canvas.palette.quiet, TITLE * 1.6)
    canvas.lines(sentence, line, canvas.palette.ink, BODY)

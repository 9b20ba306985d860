"""Behind the PIN: totals, history, forwards, the box."""

import pygame

from kiosk.sale.charge import unit_of
from kiosk.sale.keys import Key
from kiosk.sale.money import Fiat
from kiosk.sale.till import HistoryRow, Managing, Page, Till, Totals
from kiosk.screen.amounts import sale_amounts
from kiosk.screen.canvas import Align, Canvas
from kiosk.screen.catalogs import mark
from kiosk.screen.labels import FORWARD_STATES, SALE_STATES
from kiosk.screen.layout import rows
from kiosk.screen.words import Words

_TITLES = {
    Page.TOTALS: mark("Totals"),
    Page.HISTORY: mark("Sales"),
    Page.FORWARDS: mark("Forwards"),
    Page.BOX: mark("Box"),
}
_ACTS = {
    Page.TOTALS: mark("Close the day"),
    Page.FORWARDS: mark("Try again now"),
    Page.BOX: mark("Restart"),
}


def managing(canvas: Canvas, box: pygame.Rect, till: Till, screen: Managing) -> None:
    """The page that is open, with tabs above and what can be done below."""
    tabs, body, foot = rows(box, [14, 68, 18], 2 * canvas.unit)
    colours, words = canvas.palette, canvas.words
    for number, (place, page) in enumerate(
        zip(canvas.columns(tabs, [1] * len(Page), canvas.unit), Page, strict=True)
    ):
        here = page is screen.page
        canvas.button(
            place,
            Key(str(number + 1)),
            words.tr(_TITLES[page]),
            fill=colours.accent if here else None,
            ink=colours.on_accent if here else None,
            size=7 * canvas.unit,
        )
    match screen.page:
        case Page.TOTALS:
            _totals(canvas, body, till, screen)
        case Page.HISTORY:
            lines = [_history_line(words, row) for row in (screen.rows or ())[screen.top :]]
            _list(canvas, body, lines or [words.tr("No sales yet")])
        case Page.FORWARDS:
            _list(
                canvas,
                body,
                _forward_lines(words, till) or [words.tr("Everything has reached the merchant")],
            )
        case Page.BOX:
            _list(
                canvas,
                body,
                [words.tr("Restart the kiosk, or shut it down before pulling the plug.")],
            )
    last: list[tuple[Key, str]] = [(Key.CLEAR, words.tr("Back"))]
    if screen.page in (Page.HISTORY, Page.FORWARDS):
        last += [(Key.DELETE, words.tr("Up")), (Key.PLUS, words.tr("Down"))]
    if screen.page in _ACTS:
        last.append((Key.CHARGE, words.tr(_ACTS[screen.page])))
    if screen.page is Page.BOX:
        last.append((Key.CHECK, words.tr("Shut down")))
    for place, (key, label) in zip(
        canvas.columns(foot, [1] * len(last), canvas.unit), last, strict=True
    ):
        canvas.button(place, key, label, size=7 * canvas.unit)


def _totals(canvas: Canvas, box: pygame.Rect, till: Till, screen: Managing) -> None:
    words = canvas.words
    left, right = canvas.columns(box, [1, 1], 3 * canvas.unit)
    for place, title, totals in (
        (left, words.tr("Today"), screen.totals),
        (right, words.tr("Since the last close"), screen.since_close),
    ):
        lines = _total_lines(words, till, totals) if totals is not None else [words.tr("Reading")]
        _list(canvas, place, [title, *lines])


def _total_lines(words: Words, till: Till, totals: Totals) -> list[str]:
    lines = [words.trn("{count} sale", "{count} sales", totals.sales), words.sats(totals.amount)]
    for code, minor in totals.fiat_minor.items():
        worth = words.money(Fiat(minor, unit_of(till, code)))
        lines.append(words.tr("about {amount}", amount=worth))
    lines.append(words.tr("forwarded {amount}", amount=words.sats(totals.forwarded)))
    if totals.tips:
        lines.append(words.tr("tips {amount}", amount=words.sats(totals.tips)))
    return lines


def _history_line(words: Words, row: HistoryRow) -> str:
    first, second = sale_amounts(words, row.sale)
    state = words.tr(SALE_STATES[row.state])
    late = words.tr("{state} (late)", state=state) if row.late else state
    return f"{words.moment(row.sale.started_at)}   {first}   {second}   {late}"


def _forward_lines(words: Words, till: Till) -> list[str]:
    lines = []
    for forward in till.forwards.values():
        why = words.told(forward.trouble)[0] if forward.trouble else words.tr("on its way")
        status = words.tr(FORWARD_STATES[forward.status])
        lines.append(f"{words.sats(forward.invoice.amount)}   {status}   {why}")
    return lines


def _list(canvas: Canvas, box: pygame.Rect, lines: list[str]) -> None:
    room = 8
    for place, line in zip(rows(box, [1] * room, 0), lines[:room], strict=False):
        canvas.text(line, place, canvas.palette.ink, 7 * canvas.unit, align=Align.START)

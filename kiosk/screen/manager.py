"""Behind the PIN: totals, history, forwards, the box."""

import time

import pygame

from kiosk.sale.keys import Key
from kiosk.sale.memo import decimal
from kiosk.sale.money import Currency, Fiat
from kiosk.sale.till import HistoryRow, Managing, Page, Till, Totals
from kiosk.screen.amounts import money, sale_amounts, sats
from kiosk.screen.canvas import Canvas
from kiosk.screen.layout import columns, rows
from kiosk.screen.words import told

_TITLES = {
    Page.TOTALS: "Totals",
    Page.HISTORY: "Sales",
    Page.FORWARDS: "Forwards",
    Page.BOX: "Box",
}
_ACTS = {Page.TOTALS: "Close the day", Page.FORWARDS: "Try again now", Page.BOX: "Restart"}


def managing(canvas: Canvas, box: pygame.Rect, till: Till, screen: Managing) -> None:
    """The page that is open, with tabs above and what can be done below."""
    tabs, body, foot = rows(box, [14, 68, 18], 2 * canvas.unit)
    colours = canvas.palette
    for number, (place, page) in enumerate(
        zip(columns(tabs, [1] * len(Page), canvas.unit), Page, strict=True)
    ):
        here = page is screen.page
        canvas.button(
            place,
            Key(str(number + 1)),
            _TITLES[page],
            fill=colours.accent if here else None,
            ink=colours.on_accent if here else None,
            size=7 * canvas.unit,
        )
    match screen.page:
        case Page.TOTALS:
            _totals(canvas, body, screen)
        case Page.HISTORY:
            lines = [_history_line(row) for row in (screen.rows or ())[screen.top :]]
            _list(canvas, body, lines or ["No sales yet"])
        case Page.FORWARDS:
            _list(canvas, body, _forward_lines(till) or ["Everything has reached the merchant"])
        case Page.BOX:
            _list(canvas, body, ["Restart the kiosk, or shut it down before pulling the plug."])
    last: list[tuple[Key, str]] = [(Key.CLEAR, "Back")]
    if screen.page in (Page.HISTORY, Page.FORWARDS):
        last += [(Key.DELETE, "Up"), (Key.PLUS, "Down")]
    if screen.page in _ACTS:
        last.append((Key.CHARGE, _ACTS[screen.page]))
    if screen.page is Page.BOX:
        last.append((Key.CHECK, "Shut down"))
    for place, (key, label) in zip(columns(foot, [1] * len(last), canvas.unit), last, strict=True):
        canvas.button(place, key, label, size=7 * canvas.unit)


def _totals(canvas: Canvas, box: pygame.Rect, screen: Managing) -> None:
    left, right = columns(box, [1, 1], 3 * canvas.unit)
    for place, title, totals in (
        (left, "Today", screen.totals),
        (right, "Since the last close", screen.since_close),
    ):
        lines = [title, *(_total_lines(totals) if totals is not None else ["reading"])]
        _list(canvas, place, lines)


def _total_lines(totals: Totals) -> list[str]:
    lines = [f"{totals.sales} sales", sats(totals.amount)]
    for code, minor in totals.fiat_minor.items():
        lines.append(f"about {decimal(minor, Currency(code, code, 2))} {code}")
    lines.append(f"forwarded {sats(totals.forwarded)}")
    if totals.tips:
        lines.append(f"tips {sats(totals.tips)}")
    return lines


def _history_line(row: HistoryRow) -> str:
    at = time.strftime("%d.%m. %H:%M", time.localtime(row.sale.started_at))
    first, second = sale_amounts(row.sale)
    late = " (late)" if row.late else ""
    return f"{at}   {first}   {second}   {row.state}{late}"


def _forward_lines(till: Till) -> list[str]:
    lines = []
    for forward in till.forwards.values():
        why = told(forward.trouble)[0] if forward.trouble else "on its way"
        amount = money(Fiat(forward.invoice.amount, Currency("SAT", "sat", 0)))
        lines.append(f"{amount}   {forward.status}   {why}")
    return lines


def _list(canvas: Canvas, box: pygame.Rect, lines: list[str]) -> None:
    room = 8
    for place, line in zip(rows(box, [1] * room, 0), lines[:room], strict=False):
        canvas.text(line, place, canvas.palette.ink, 7 * canvas.unit, align="left")

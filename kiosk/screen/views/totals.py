"""The manager's totals: today, since the last close, and the reports of the closes before."""

from collections.abc import Sequence
from typing import Final

import pygame

from kiosk.sale.books import CashierSums, CloseReport, Sums, less
from kiosk.sale.hours import HourSums
from kiosk.sale.manager_screens import ManagerScreen
from kiosk.sale.money import Fiat, Sats
from kiosk.sale.totals import Totals
from kiosk.screen.drawing.canvas import Align, Canvas
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.layout import off_bottom, off_top, rows
from kiosk.screen.drawing.theme import BODY, GAP, LABEL, MARGIN, TITLE, Colour
from kiosk.screen.text.amounts import sums_of_cashier
from kiosk.screen.views.hour_bars import hour_bars

_CASHIER_LINE: Final = 52  # points
_BARS: Final = 62  # points

Line = tuple[str, Colour, float, Weight]


def totals_page(canvas: Canvas, area: pygame.Rect, screen: ManagerScreen) -> None:
    """The totals, or the close that was chosen: `top` 1 is the newest one."""
    words = canvas.words
    reports = screen.closes[screen.top - 1 : screen.top] if screen.top else ()
    if screen.by_cashier:
        _by_cashier(canvas, area, screen, reports)
        return
    for report in reports:
        _close(canvas, area, report)
    if reports:
        return
    split = canvas.columns if canvas.is_wide else rows
    today, since_close = split(area, [1, 1], canvas.points(GAP * 1.5))
    _card(canvas, today, words.tr("Today"), screen.totals, screen.hours)
    _card(canvas, since_close, words.tr("Since the last close"), screen.since_close)


def _card(
    canvas: Canvas,
    area: pygame.Rect,
    title: str,
    totals: Totals | None,
    hours: Sequence[HourSums] = (),
) -> None:
    words, colours = canvas.words, canvas.palette
    inner = _panel(canvas, area, title)
    if hours:
        inner, bars = off_bottom(inner, canvas.points(_BARS), canvas.points(GAP / 2))
        hour_bars(canvas, bars, hours)
    if totals is None:
        canvas.text(words.tr("Reading"), inner, colours.quiet, BODY)
        return
    sums = less(totals.sums, totals.refunded)
    lines = [*_sums_lines(canvas, sums), _count(canvas, totals.sales, sums)]
    if totals.forwarded or not totals.received:
        sent = words.tr("forwarded {amount}", amount=words.sats(totals.forwarded))
        lines.append((sent, colours.quiet, LABEL, Weight.MEDIUM))
    if totals.received:
        received = words.tr("received {amount}", amount=words.sats(totals.received))
        lines.append((received, colours.quiet, LABEL, Weight.MEDIUM))
    lines += _refund_lines(canvas, totals.refunded)
    _write(canvas, inner, lines)


def _by_cashier(
    canvas: Canvas, area: pygame.Rect, screen: ManagerScreen, reports: Sequence[CloseReport]
) -> None:
    """What each cashier has taken, in the close that is shown, else today."""
    words = canvas.words
    title, cashiers = words.tr("Today"), screen.cashiers
    for report in reports:
        title, cashiers = words.tr("Close {number}", number=str(report.number)), report.cashiers
    inner = _panel(canvas, area, title)
    if cashiers:
        _cashier_lines(canvas, inner, cashiers)
    else:
        empty = words.tr("Reading") if screen.totals is None else words.tr("No sales yet")
        canvas.text(empty, inner, canvas.palette.quiet, BODY)


def _cashier_lines(canvas: Canvas, inner: pygame.Rect, cashiers: Sequence[CashierSums]) -> None:
    """A line for each cashier: name, sales, money and tips; what has no room is counted."""
    words, colours = canvas.words, canvas.palette
    line = canvas.points(_CASHIER_LINE)
    most = max(1, inner.height // line)
    shown = cashiers if len(cashiers) <= most else cashiers[: most - 1]
    places = rows(inner, [1] * max(len(shown) + (len(shown) < len(cashiers)), min(most, 4)), 0)
    for place, cashier in zip(places, shown, strict=False):
        name, said = canvas.columns(place, [32, 68], canvas.points(GAP))
        label = cashier.cashier or words.tr("no cashier")
        canvas.text(label, name, colours.ink, LABEL, align=Align.START, weight=Weight.BOLD)
        canvas.lines(sums_of_cashier(words, cashier), said, colours.ink, LABEL, align=Align.END)
    if len(shown) < len(cashiers):
        hidden = len(cashiers) - len(shown)
        more = words.trn("{count} more, in the files", "{count} more, in the files", hidden)
        canvas.text(more, places[len(shown)], colours.quiet, LABEL, align=Align.START)


def _close(canvas: Canvas, area: pygame.Rect, report: CloseReport) -> None:
    """The report of a close: two cards, one of money and one of tax and of what is of note."""
    words, colours = canvas.words, canvas.palette
    title = words.tr("Close {number}", number=str(report.number))
    split = canvas.columns if canvas.is_wide else rows
    money, notes = split(area, [1, 1], canvas.points(GAP * 1.5))
    begin = f"{words.moment(report.from_s)} –" if report.from_s else ""
    end = words.moment(report.to_s)
    quiet = (colours.quiet, LABEL, Weight.MEDIUM)
    sums = less(report.sums, report.refunded)
    lines = [*_sums_lines(canvas, sums), _count(canvas, report.receipts, sums)]
    _write(canvas, _panel(canvas, money, title), lines)
    beside: list[Line] = [(end, *quiet)] if begin else []
    for line in sums:
        for share in line.taxes:
            rate = words.tax_rate(share.rate)
            tax = words.money(Fiat(share.tax_minor, line.currency))
            beside.append((f"{rate}: {tax}", colours.ink, LABEL, Weight.MEDIUM))
    beside += _refund_lines(canvas, report.refunded)
    for line in report.late:
        paid = words.money(line.paid)
        beside.append((words.tr("paid late {amount}", amount=paid), *quiet))
    if report.twice:
        twice = words.sats(report.twice_amount)
        beside.append((words.tr("paid twice {amount}", amount=twice), *quiet))
    if report.by:
        beside.append((report.by, *quiet))
    _write(canvas, _panel(canvas, notes, begin or end), beside)


def _panel(canvas: Canvas, area: pygame.Rect, title: str) -> pygame.Rect:
    """A card with a title; its inside comes back."""
    colours = canvas.palette
    canvas.panel(area, colours.key, colours.edge)
    inner = area.inflate(-canvas.points(2.5 * MARGIN), -canvas.points(1.5 * MARGIN))
    head, inner = off_top(inner, canvas.points(LABEL), canvas.points(GAP / 2))
    canvas.text(title, head, colours.quiet, LABEL, align=Align.START)
    return inner


def _sums_lines(canvas: Canvas, sums: Sums) -> list[Line]:
    """What was paid in each currency, exactly; "about" is said only of what sats were worth."""
    words, colours = canvas.words, canvas.palette
    lines: list[Line] = []
    for line in sums:
        lines.append((words.money(line.paid), colours.ink, TITLE * 0.9, Weight.BOLD))
        if line.tip_minor:
            tips = words.money(Fiat(line.tip_minor, line.currency))
            sentence = words.tr("tips {amount}", amount=tips)
            lines.append((sentence, colours.quiet, LABEL, Weight.MEDIUM))
        for worth in line.about:
            sentence = words.tr("about {amount}", amount=words.money(worth))
            lines.append((sentence, colours.quiet, LABEL, Weight.MEDIUM))
    return lines


def _refund_lines(canvas: Canvas, refunded: Sums) -> list[Line]:
    words, colours = canvas.words, canvas.palette
    return [
        (
            words.tr("given back {amount}", amount=words.money(line.paid)),
            colours.quiet,
            LABEL,
            Weight.MEDIUM,
        )
        for line in refunded
    ]


def _count(canvas: Canvas, receipts: int, sums: Sums) -> Line:
    """How many sales, and all of it in sats."""
    words = canvas.words
    count = words.trn("{count} sale", "{count} sales", receipts)
    sats = words.sats(Sats(sum(line.amount for line in sums)))
    return (f"{count}: {sats}", canvas.palette.ink, BODY, Weight.MEDIUM)


def _write(canvas: Canvas, area: pygame.Rect, lines: list[Line]) -> None:
    sizes = [line[2] for line in lines]
    for place, (sentence, ink, size, weight) in zip(rows(area, sizes, 0), lines, strict=True):
        canvas.text(sentence, place, ink, size, align=Align.START, weight=weight)

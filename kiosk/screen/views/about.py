"""What the till knows of itself, and a code that tells it to whoever helps."""

import pygame

from kiosk.sale.keys import Key
from kiosk.sale.till import Till
from kiosk.screen.drawing.canvas import Align, Canvas
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import off_top, rows
from kiosk.screen.drawing.qr import draw, text_surface
from kiosk.screen.drawing.theme import GAP, LABEL, MARGIN, SMALL
from kiosk.screen.text.support import support_text
from kiosk.screen.text.words import Words
from kiosk.screen.views.list_card import page_areas

_WALLET_LETTERS = 8  # of 36: which of the merchant's own wallets it is
_BYTES_IN_MB = 1_000_000
_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S


def about(canvas: Canvas, till: Till) -> None:
    """The facts on a card, and beside them the code for support, below it in portrait."""
    tabs, body, foot = page_areas(canvas)
    card, gap = tabs.union(body), canvas.points(GAP)
    if canvas.is_wide:
        listed, code = canvas.columns(card, [62, 38], gap)
    else:
        listed, code = rows(card, [60, 40], gap)
    _list(canvas, listed, about_rows(canvas.words, till))
    _code(canvas, code, till)
    back, _ = canvas.columns(foot, [1, 2], gap)
    canvas.button(back, Key.CLEAR, canvas.words.tr("Back"), name=Icon.BACK)


def about_rows(words: Words, till: Till) -> list[tuple[str, str]]:
    """The facts with their names, one line each; what is not known is left out."""
    facts, account = till.device, till.account
    lines = [(words.tr("Till"), till.rules.kiosk_id)]
    if facts is not None:
        installed = words.day(facts.updated_at) if facts.updated_at is not None else ""
        lines += [
            (words.tr("Version"), facts.version),
            (words.tr("Installed"), installed),
            (words.tr("Network"), facts.network),
            (words.tr("Address"), facts.address),
        ]
    if account is not None:
        lines.append((words.tr("Money goes to"), account.merchant_name or account.merchant_wallet))
        if not till.rules.direct:
            lines.append((words.tr("Till account"), f"{account.till_wallet[:_WALLET_LETTERS]}…"))
    lines.append((words.tr("Time zone"), str(words.zone)))
    if facts is not None:
        lines += [
            (words.tr("Journal"), _size(words, facts.journal_bytes)),
            (words.tr("Running for"), _span(words, facts.uptime_s)),
        ]
    return [(name, said) for name, said in lines if said]


def _size(words: Words, count: int | None) -> str:
    if count is None:
        return ""
    return words.tr("{size} MB", size=words.whole(-(-count // _BYTES_IN_MB)))


def _span(words: Words, seconds: int | None) -> str:
    if seconds is None:
        return ""
    if seconds < _DAY_S:
        return words.trn("{count} hour", "{count} hours", seconds // _HOUR_S)
    return words.trn("{count} day", "{count} days", seconds // _DAY_S)


def _list(canvas: Canvas, area: pygame.Rect, lines: list[tuple[str, str]]) -> None:
    colours = canvas.palette
    canvas.panel(area, colours.key, colours.edge)
    inner = area.inflate(-canvas.points(2 * MARGIN), -canvas.points(2 * GAP))
    for place, (name, said) in zip(rows(inner, [1] * len(lines), 0), lines, strict=True):
        label, value = canvas.columns(place, [45, 55], canvas.points(GAP))
        canvas.text(name, label, colours.quiet, SMALL, align=Align.START)
        canvas.text(said, value, colours.ink, SMALL, align=Align.START)


def _code(canvas: Canvas, area: pygame.Rect, till: Till) -> None:
    """The code, with the sentence that says who it is for."""
    sentence = canvas.words.tr("For whoever helps: no secret is in it.")
    line, rest = off_top(area, canvas.points(3 * LABEL), canvas.points(GAP))
    canvas.lines(sentence, line, canvas.palette.quiet, SMALL)
    draw(canvas.surface, rest, text_surface(support_text(till)))

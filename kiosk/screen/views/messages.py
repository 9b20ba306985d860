"""Screens that say one thing: starting, one moment, a trouble, a question, out of service."""

from dataclasses import replace

import pygame

from kiosk.sale.keys import Key
from kiosk.sale.money import ONE_BITCOIN, Fiat, Rate, fiat_from_sats
from kiosk.sale.screens import (
    AcceptingDigits,
    CheckingLimit,
    CodeExpired,
    ConfirmingLimit,
    FetchingPrice,
    LeavingCode,
    RequestingInvoice,
    SaleFailed,
)
from kiosk.sale.till import Till
from kiosk.screen.drawing import shapes
from kiosk.screen.drawing.canvas import Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import middle, off_bottom, off_top
from kiosk.screen.drawing.theme import BODY, GAP, HEADLINE, MARGIN, TITLE
from kiosk.screen.text.amounts import sale_amounts
from kiosk.screen.text.words import Words
from kiosk.screen.views.button_row import Button, button_row
from kiosk.screen.views.connection_status import status, status_or_signs

_SIGN = 92
_FOOT = 64
_WHAT = TITLE * 0.9


def starting(canvas: Canvas, till: Till) -> None:
    """The first picture, until Blink has answered."""
    words = canvas.words
    _moment(canvas, till, words.tr("Starting"), words.tr("Asking Blink who we are"), till.now_s)


def one_moment(
    canvas: Canvas,
    till: Till,
    screen: FetchingPrice | CheckingLimit | RequestingInvoice | LeavingCode,
) -> None:
    """Something is asked of Blink: what it is about, and that it is under way."""
    words = canvas.words
    seconds = till.now_s - screen.since_s
    key: Key | None = Key.CLEAR
    match screen:
        case FetchingPrice(entry):
            sentence = words.tr("Asking for the price")
            big = words.money(entry.price)
        case CheckingLimit(entry):
            sentence = words.tr("Asking Blink for today's limit")
            big = words.money(entry.price)
        case RequestingInvoice(sale):
            sentence = words.tr("Making the invoice")
            big = sale_amounts(words, sale)[0]
        case LeavingCode(awaiting):
            sentence, key = words.tr("Asking Blink once more"), None
            big = sale_amounts(words, awaiting.sale)[0]
    _moment(canvas, till, big, sentence, seconds, key)


def confirming(canvas: Canvas, screen: ConfirmingLimit) -> None:
    """A limit, shown before the code (M10)."""
    words = canvas.words
    what, cure = words.trouble_text(screen.notice)
    wait = (
        _jump(words, *screen.prices)
        if screen.prices is not None
        else words.tr("It will be forwarded when the limit allows. Go on?")
    )
    keys: tuple[Button, ...] = (
        (Key.CLEAR, words.tr("Back"), Icon.BACK, Tone.PLAIN),
        (Key.CHARGE, words.tr("Go on"), Icon.TICK, Tone.MAIN),
    )
    _message(canvas, (Icon.CLOCK, Tone.WARN), what, words.joined(cure, wait), keys)


def _jump(words: Words, before: Rate, now: Rate) -> str:
    was, is_now = (words.money(fiat_from_sats(ONE_BITCOIN, rate)) for rate in (before, now))
    return words.tr("1 BTC was {before}, now it is {now}. Go on?", before=was, now=is_now)


def accepting_digits(canvas: Canvas, screen: AcceptingDigits) -> None:
    """A currency is served with other fraction digits than it was charged in with."""
    words, unit = canvas.words, screen.unit
    before, now = (
        words.money(Fiat(10_000, replace(unit, fraction_digits=digits)))
        for digits in (screen.digits_before, unit.fraction_digits)
    )
    keys: tuple[Button, ...] = (
        (Key.CLEAR, words.tr("Back"), Icon.BACK, Tone.PLAIN),
        (Key.CHARGE, words.tr("Go on"), Icon.TICK, Tone.MAIN),
    )
    what = words.tr("Blink writes {subject} in another way.", subject=unit.code)
    sentence = words.tr(
        "The keys 1 0 0 0 0 were {before}, now they are {now}. Is that right?",
        before=before,
        now=now,
    )
    _message(canvas, (Icon.WARNING, Tone.WARN), what, sentence, keys)


def closing_day(canvas: Canvas) -> None:
    """Closing the day cannot be undone, so it is asked first; nothing is lost by it."""
    words = canvas.words
    keys: tuple[Button, ...] = (
        (Key.CLEAR, words.tr("Back"), Icon.BACK, Tone.PLAIN),
        (Key.CHARGE, words.tr("Close the day"), Icon.TICK, Tone.MAIN),
    )
    sentence = words.tr(
        "Its report is kept for ever, and the totals begin at zero. This cannot be undone."
    )
    _message(canvas, (Icon.CLOCK, Tone.WARN), words.tr("Close the day now?"), sentence, keys)


def expired(canvas: Canvas, screen: CodeExpired) -> None:
    """The code has run out: a new one is one key away."""
    words = canvas.words
    sentence = words.tr("{amount} was not paid.", amount=sale_amounts(words, screen.sale)[0])
    if screen.asking_s is not None:
        sentence = words.tr("Asking Blink once more")
    keys: tuple[Button, ...] = (
        (Key.CLEAR, words.tr("Done"), None, Tone.PLAIN),
        (Key.CHARGE, words.tr("New code"), Icon.AGAIN, Tone.MAIN),
    )
    _message(canvas, (Icon.CLOCK, Tone.PLAIN), words.tr("The code has run out"), sentence, keys)


def stopped(canvas: Canvas, screen: SaleFailed) -> None:
    """A trouble that ended the sale: what happened, whether money is at risk, what to press."""
    words = canvas.words
    what, cure = words.trouble_text(screen.trouble)
    keys: tuple[Button, ...] = ((Key.CHARGE, words.tr("OK"), Icon.TICK, Tone.MAIN),)
    _message(canvas, (Icon.WARNING, Tone.BAD), what, cure, keys)


def _moment(
    canvas: Canvas, till: Till, big: str, small: str, seconds: float, key: Key | None = None
) -> None:
    colours = canvas.palette
    tall = max(canvas.finger, canvas.points(_FOOT))
    body, foot = off_bottom(canvas.inside(MARGIN), tall, canvas.points(GAP))
    side = canvas.points(_SIGN * 0.8)
    whole = middle(body, body.width, side + canvas.points(HEADLINE * 1.2 + BODY + GAP * 4))
    ring, rest = off_top(whole, side, canvas.points(GAP * 3))
    head, line = off_top(rest, canvas.points(HEADLINE * 1.2), canvas.points(GAP))
    shapes.turning(canvas.surface, ring, colours.accent, colours.edge, seconds)
    canvas.text(big, head, colours.ink, HEADLINE * 1.2, weight=Weight.BOLD)
    canvas.text(small, line, colours.quiet, BODY)
    if key is None:
        status(canvas, till, foot)
        return
    left, button, _ = canvas.columns(foot, [38, 34, 28], canvas.points(GAP))
    if not canvas.is_wide:
        _, left = off_bottom(body, foot.height, 0)
        button = middle(foot, foot.width * 2 // 3, foot.height)
    status_or_signs(canvas, till, left)
    canvas.button(button, key, canvas.words.tr("Cancel"), tone=Tone.LEAVE)


def _message(
    canvas: Canvas,
    sign: tuple[Icon, Tone],
    what: str,
    cure: str,
    keys: tuple[Button, ...],
) -> None:
    colours = canvas.palette
    body, foot = off_bottom(
        canvas.inside(MARGIN), max(canvas.finger, canvas.points(_FOOT)), canvas.points(MARGIN)
    )
    name, tone = sign
    ground, ink = {
        Tone.BAD: (colours.soft_bad, colours.on_soft_bad),
        Tone.WARN: (colours.soft_warn, colours.on_soft_warn),
    }.get(tone, (colours.panel, colours.ink))
    above, head, line = _stack(canvas, body, what, cure)
    radius = above.height // 2
    if ground == colours.panel:  # no colour of its own, so it needs a line around it
        shapes.disc(canvas.surface, above.center, radius, colours.edge)
        radius -= canvas.points(1.5)
    shapes.disc(canvas.surface, above.center, radius, ground)
    canvas.sign(name, middle(above, above.height // 2, above.height // 2), ink, _SIGN)
    canvas.lines(what, head, colours.ink, _WHAT, weight=Weight.BOLD)
    canvas.lines(cure, line, colours.quiet, BODY)
    width = min(foot.width, canvas.points(300) * len(keys))
    places = canvas.columns(
        middle(foot, width, foot.height), [1] * len(keys), canvas.points(GAP * 2)
    )
    button_row(canvas, places, keys, BODY)


def _stack(
    canvas: Canvas, area: pygame.Rect, what: str, cure: str
) -> tuple[pygame.Rect, pygame.Rect, pygame.Rect]:
    """Sign, what, cure: each as high as it is, all three together in the middle of the area."""
    gap = canvas.points(GAP * 1.5)
    sign = min(canvas.points(_SIGN), area.height // 3)
    room = pygame.Rect(0, 0, area.width, (area.height - sign - 2 * gap) // 2)
    first = canvas.height_of(what, room, _WHAT, Weight.BOLD)
    second = canvas.height_of(cure, room, BODY)
    whole = middle(area, area.width, sign + first + second + 3 * gap)
    above, rest = off_top(whole, sign, 2 * gap)
    head, line = off_top(rest, first, gap)
    return above, head, line

"""Giving money back: how much, why, and how the merchant does it."""

from kiosk.sale.keys import Key
from kiosk.sale.manager_screens import RefundScreen
from kiosk.sale.money import SAT, Fiat
from kiosk.sale.refunding import REASONS, left_minor, sats_now, sats_then
from kiosk.sale.till import Till
from kiosk.screen.drawing.canvas import Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import off_bottom, off_top, rows
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import BODY, DISPLAY, GAP, HEADLINE, LABEL, LARGE, MARGIN, TITLE
from kiosk.screen.text.labels import REFUND_REASONS
from kiosk.screen.views.keypad import beside_keypad, keypad

_FOOT = 64


def refunding(canvas: Canvas, till: Till, screen: RefundScreen, look: Look) -> None:
    """The step that is to be answered now."""
    if screen.minor is None:
        _amount(canvas, screen, look)
    elif screen.reason is None:
        _reason(canvas, Fiat(screen.minor, screen.entry.unit))
    else:
        _how(canvas, till, screen, Fiat(screen.minor, screen.entry.unit))


def _amount(canvas: Canvas, screen: RefundScreen, look: Look) -> None:
    words, colours, entry = canvas.words, canvas.palette, screen.entry
    left = Fiat(left_minor(screen.page.details), entry.unit)
    info, pad = beside_keypad(canvas, look, (36, 64))
    _, title, amount, most, _ = rows(info, [8, 16, 34, 30, 12], 0)
    canvas.text(words.tr("Give back"), title, colours.quiet, LARGE)
    ink = colours.quiet if entry.is_empty else colours.ink
    shown = left if entry.is_empty else entry.price
    canvas.text(words.money(shown), amount, ink, DISPLAY, weight=Weight.BOLD)
    at_most = words.tr("at most {amount}", amount=words.money(left))
    canvas.lines(at_most, most, colours.quiet, BODY)
    keypad(canvas, pad, look, "")


def _reason(canvas: Canvas, amount: Fiat) -> None:
    words, colours = canvas.words, canvas.palette
    body, foot = off_bottom(
        canvas.inside(MARGIN), max(canvas.finger, canvas.points(_FOOT)), canvas.points(MARGIN)
    )
    head, body = off_top(body, canvas.points(HEADLINE), canvas.points(GAP))
    question = words.tr("{amount}: why is it given back?", amount=words.money(amount))
    canvas.text(question, head, colours.ink, TITLE, weight=Weight.BOLD)
    places = rows(body, [1] * len(REASONS), canvas.points(GAP))
    for number, (place, reason) in enumerate(zip(places, REASONS, strict=True), start=1):
        label = f"{words.whole(number)}  {words.tr(REFUND_REASONS[reason])}"
        canvas.button(place, Key(str(number)), label, size=BODY)
    canvas.button(foot, Key.CLEAR, words.tr("Back"), name=Icon.BACK)


def _how(canvas: Canvas, till: Till, screen: RefundScreen, amount: Fiat) -> None:
    words, colours = canvas.words, canvas.palette
    body, foot = off_bottom(
        canvas.inside(MARGIN), max(canvas.finger, canvas.points(_FOOT)), canvas.points(MARGIN)
    )
    head, sats, text = rows(body, [26, 30, 44], canvas.points(GAP))
    title = words.tr("Give back {amount}", amount=words.money(amount))
    canvas.text(title, head, colours.ink, TITLE, weight=Weight.BOLD)
    now, then = sats_now(till, screen), words.sats(sats_then(screen))
    if amount.currency.code != SAT.code:
        today = words.sats(now) if now is not None else words.tr("no price now")
        line = words.tr("{now} at the price of now, {then} then", now=today, then=then)
        canvas.lines(line, sats, colours.ink, BODY, weight=Weight.BOLD)
    how = words.tr(
        "Let the customer show an invoice, and pay it from your own wallet: the kiosk cannot."
        " Then press the green key, and it is in the books."
    )
    canvas.lines(how, text, colours.quiet, LABEL)
    back, done = canvas.columns(foot, [1, 1], canvas.points(GAP * 2))
    canvas.button(back, Key.CLEAR, words.tr("Back"), name=Icon.BACK)
    canvas.button(
        done, Key.CHARGE, words.tr("It is given back"), name=Icon.TICK, tone=Tone.MAIN, size=BODY
    )

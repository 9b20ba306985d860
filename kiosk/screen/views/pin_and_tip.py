"""Questions that are answered with keys: a tip, the manager's PIN."""

import pygame

from kiosk.sale.entry import percentage_tip
from kiosk.sale.keys import Key
from kiosk.sale.money import Fiat
from kiosk.sale.screens import ChoosingTip, EnteringPin
from kiosk.sale.till import Till
from kiosk.screen.drawing import shapes
from kiosk.screen.drawing.canvas import Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import off_bottom, off_top, rows
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import BODY, DISPLAY, GAP, HEADLINE, LABEL, LARGE, MARGIN, TITLE
from kiosk.screen.views.banner import banner
from kiosk.screen.views.keypad import keypad

_FOOT = 64


def tipping(canvas: Canvas, till: Till, screen: ChoosingTip, look: Look) -> None:
    """The customer chooses a percentage, an own amount, or none."""
    if screen.own_tip is not None:
        _own_tip(canvas, screen, Fiat(screen.own_tip.total, screen.own_tip.unit), look)
        return
    words, colours, gap = canvas.words, canvas.palette, canvas.points(GAP * 1.5)
    body, foot = off_bottom(
        canvas.inside(MARGIN), max(canvas.finger, canvas.points(_FOOT)), canvas.points(MARGIN)
    )
    head, body = off_top(body, canvas.points(HEADLINE), canvas.points(MARGIN))
    question = words.tr("{amount}: add a tip?", amount=words.money(screen.entry.price))
    canvas.text(question, head, colours.ink, TITLE, weight=Weight.BOLD)
    tips = till.rules.tips
    split = canvas.columns if canvas.is_wide else rows
    for number, place in enumerate(split(body, [1] * len(tips), gap)):
        canvas.button(place, Key(str(number + 1)))
        extra = Fiat(percentage_tip(screen.entry, tips[number]).minor, screen.entry.unit)
        _, percent, amount, _ = rows(place, [18, 40, 24, 18], 0)
        down = canvas.pressed is Key(str(number + 1))
        ink = colours.on_accent if down else colours.ink
        quiet = colours.on_accent if down else colours.quiet
        pad = -2 * canvas.points(GAP)
        canvas.text(
            words.percent(tips[number]),
            percent.inflate(pad, 0),
            ink,
            HEADLINE,
            weight=Weight.BOLD,
        )
        canvas.text(words.money(extra), amount.inflate(pad, 0), quiet, BODY)
    back, own, none = canvas.columns(foot, [1, 1, 1], gap)
    canvas.button(back, Key.CLEAR, words.tr("Back"), name=Icon.BACK)
    canvas.button(own, Key.PLUS, words.tr("Own tip"), name=Icon.PLUS)
    canvas.button(none, Key.CHARGE, words.tr("No tip"), tone=Tone.MAIN)


def _own_tip(canvas: Canvas, screen: ChoosingTip, own: Fiat, look: Look) -> None:
    words, colours = canvas.words, canvas.palette
    info, pad = _halves(canvas)
    _, title, amount, price, _ = rows(info, [12, 18, 34, 18, 18], 0)
    canvas.text(words.tr("Your tip"), title, colours.quiet, LARGE)
    canvas.text(words.money(own), amount, colours.ink, DISPLAY, weight=Weight.BOLD)
    canvas.text(f"+ {words.money(screen.entry.price)}", price, colours.quiet, LARGE)
    keypad(canvas, pad, look, "")


def asking_pin(canvas: Canvas, screen: EnteringPin, look: Look) -> None:
    """The PIN shows as dots; what was wrong stands below."""
    words, colours = canvas.words, canvas.palette
    info, pad = _halves(canvas)
    sign, title, dots, line = rows(info, [24, 18, 20, 38], canvas.points(GAP))
    canvas.sign(Icon.LOCK, sign, colours.accent, HEADLINE)
    canvas.text(words.tr("Manager PIN"), title, colours.ink, LARGE, weight=Weight.BOLD)
    _dots(canvas, dots, len(screen.typed))
    if screen.notice is not None:
        sentence = words.joined(*words.trouble_text(screen.notice))
        banner(canvas, line, Icon.WARNING, sentence, Tone.BAD, LABEL)
    keypad(canvas, pad, look, "")


def _dots(canvas: Canvas, area: pygame.Rect, length: int) -> None:
    """A dot for every digit, and empty places up to four."""
    colours = canvas.palette
    places = max(4, length)
    step = min(canvas.points(34), area.width // places)
    left = area.centerx - step * (places - 1) / 2
    for number in range(places):
        place = pygame.Rect(0, 0, step * 3 // 5, step * 3 // 5)
        place.center = (round(left + number * step), area.centery)
        if number < length:
            shapes.disc(canvas.surface, place.center, place.width / 2, colours.ink)
        else:
            shapes.ring(canvas.surface, place, canvas.points(2), colours.quiet)


def _halves(canvas: Canvas) -> tuple[pygame.Rect, pygame.Rect]:
    body = canvas.inside(MARGIN * 0.75)
    if canvas.is_wide:
        info, pad = canvas.columns(body, [44, 56], canvas.points(MARGIN))
    else:
        info, pad = rows(body, [36, 64], canvas.points(MARGIN))
    return info, pad

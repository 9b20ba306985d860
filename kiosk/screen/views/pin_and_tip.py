"""Questions that are answered with keys: a tip, the manager's PIN."""

import pygame

from kiosk.sale.entry import Entry, percentage_tip
from kiosk.sale.keys import Key
from kiosk.sale.manager_screens import CashierLogin, EnteringPin
from kiosk.sale.money import Fiat
from kiosk.sale.screens import ChoosingTip
from kiosk.sale.till import Till
from kiosk.screen.drawing import shapes
from kiosk.screen.drawing.canvas import Align, Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import off_bottom, off_top, rows
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import BODY, DISPLAY, GAP, HEADLINE, LABEL, LARGE, MARGIN, TITLE
from kiosk.screen.views.banner import banner
from kiosk.screen.views.button_row import Button, button_row
from kiosk.screen.views.keypad import beside_keypad, keypad

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
        _choice(canvas, place, number + 1, screen.entry, tips[number])
    keys: tuple[Button, ...] = (
        (Key.CLEAR, words.tr("Back"), Icon.BACK, Tone.PLAIN),
        (Key.PLUS, words.tr("Own tip"), Icon.PLUS, Tone.PLAIN),
        (Key.CHARGE, words.tr("No tip"), None, Tone.PLAIN),
    )
    button_row(canvas, canvas.columns(foot, [1, 1, 1], gap), keys)


def _choice(canvas: Canvas, place: pygame.Rect, number: int, entry: Entry, percent: int) -> None:
    """One choice: its key, the percentage, the tip and what is then paid altogether."""
    words, colours, key = canvas.words, canvas.palette, Key(str(number))
    canvas.button(place, key)
    extra = percentage_tip(entry, percent).minor
    down = canvas.pressed is key
    ink = colours.on_accent if down else colours.ink
    quiet = colours.on_accent if down else colours.quiet
    inner = place.inflate(-2 * canvas.points(GAP), -canvas.points(GAP))
    if canvas.is_wide:
        legend, rest = off_top(inner, canvas.points(LABEL), 0)
        share, tip, total, _ = rows(rest, [40, 22, 32, 6], 0)
    else:
        legend, share, rest = canvas.columns(inner, [10, 34, 56], canvas.points(GAP))
        _, tip, total, _ = rows(rest, [18, 28, 36, 18], 0)
    canvas.text(words.whole(number), legend, quiet, LABEL, align=Align.START)
    canvas.text(words.percent(percent), share, ink, HEADLINE, weight=Weight.BOLD)
    canvas.text(f"+ {words.money(Fiat(extra, entry.unit))}", tip, quiet, BODY)
    whole = Fiat(entry.total + extra, entry.unit)
    canvas.text(f"= {words.money(whole)}", total, ink, LARGE, weight=Weight.BOLD)


def _own_tip(canvas: Canvas, screen: ChoosingTip, own: Fiat, look: Look) -> None:
    words, colours = canvas.words, canvas.palette
    info, pad = beside_keypad(canvas, look, (36, 64))
    _, title, amount, price, total, _ = rows(info, [8, 16, 32, 16, 20, 8], 0)
    canvas.text(words.tr("Your tip"), title, colours.quiet, LARGE)
    canvas.text(words.money(own), amount, colours.ink, DISPLAY, weight=Weight.BOLD)
    canvas.text(f"+ {words.money(screen.entry.price)}", price, colours.quiet, LARGE)
    whole = Fiat(screen.entry.total + own.minor, own.currency)
    canvas.text(f"= {words.money(whole)}", total, colours.ink, TITLE, weight=Weight.BOLD)
    keypad(canvas, pad, look, "", words.money(whole))


def asking_pin(canvas: Canvas, screen: EnteringPin, look: Look) -> None:
    """The manager's PIN, or a cashier's; what was wrong stands below."""
    words = canvas.words
    login = screen.opens if isinstance(screen.opens, CashierLogin) else None
    title = words.tr("Manager PIN") if login is None else login.cashier.label
    wrong = "" if screen.notice is None else words.joined(*words.trouble_text(screen.notice))
    pin_page(canvas, title, len(screen.typed), look, wrong=wrong)


def pin_page(
    canvas: Canvas, title: str, length: int, look: Look, *, wrong: str = "", hint: str = ""
) -> None:
    """A PIN shows as dots; what was wrong, else what is asked for, stands below."""
    colours = canvas.palette
    info, pad = beside_keypad(canvas, look, (36, 64))
    sign, head, dots, line = rows(info, [24, 18, 20, 38], canvas.points(GAP))
    canvas.sign(Icon.LOCK, sign, colours.accent, HEADLINE)
    canvas.text(title, head, colours.ink, LARGE, weight=Weight.BOLD)
    _dots(canvas, dots, length)
    if wrong:
        banner(canvas, line, Icon.WARNING, wrong, Tone.BAD, LABEL)
    elif hint:
        canvas.lines(hint, line, colours.quiet, LABEL)
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

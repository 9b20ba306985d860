"""Typing the amount: both units live, the sum, the price and its age, and limits before Enter."""

import pygame

from kiosk.sale.entry import Entry
from kiosk.sale.keys import Key
from kiosk.sale.money import ONE_BITCOIN, Fiat, fiat_from_sats
from kiosk.sale.prices import amount_in_unit, rate_to_show
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.tax import TaxRate
from kiosk.sale.till import Till
from kiosk.screen.display.redraw_schedule import AGE_STEP_S
from kiosk.screen.drawing import logo
from kiosk.screen.drawing.canvas import Align, Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import off_bottom, off_top, rows
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import BODY, DISPLAY, GAP, LABEL, LARGE, SMALL, TITLE
from kiosk.screen.drawing.touch_zones import LOGO_HOLD_S, TouchZone
from kiosk.screen.text.amounts import other_unit
from kiosk.screen.text.words import MOST_ITEMS
from kiosk.screen.views.banner import banner
from kiosk.screen.views.connection_status import status
from kiosk.screen.views.entry_banners import entry_banner
from kiosk.screen.views.keypad import beside_keypad, keypad


def entering(canvas: Canvas, till: Till, screen: EnteringAmount, look: Look) -> None:
    """The amount and what there is to know beside the keypad, or above it in portrait."""
    gap = canvas.points(GAP)
    info, pad = beside_keypad(canvas, look, (47, 53))
    head, rest = off_top(info, canvas.finger, 0)
    rest, foot = off_bottom(rest, canvas.points(SMALL * 2), gap)
    if till.rules.taxes and screen.entry.typed:
        head = _tax_key(canvas, head, till.rules.taxes[screen.entry.tax])
    _head(canvas, head, look)
    amount, rest = off_top(rest, min(canvas.points(DISPLAY), rest.height * 2 // 5), 0)
    other, rest = off_top(rest, canvas.points(LARGE), 0)
    price, rest = off_top(rest, canvas.points(SMALL), gap)
    colours, entry, words = canvas.palette, screen.entry, canvas.words
    sentence = amount_in_unit(till, entry, screen.shown) if screen.shown else None
    ink = colours.quiet if entry.is_empty else colours.ink
    canvas.text(
        words.money(sentence or entry.price),
        amount,
        ink,
        DISPLAY,
        align=Align.END,
        weight=Weight.BOLD,
    )
    worth = words.money(entry.price) if sentence else other_unit(words, till, entry)
    canvas.text(worth, other, colours.quiet, LARGE * 0.9, align=Align.END)
    canvas.text(_price(canvas, till, entry), price, colours.quiet, SMALL, align=Align.END)
    _notes(canvas, rest, till, screen)
    status(canvas, till, foot)
    unit = words.unit(screen.shown if sentence and screen.shown else entry.unit)
    keypad(canvas, pad, look, unit, "" if entry.is_empty else words.money(entry.price))


def _tax_key(canvas: Canvas, head: pygame.Rect, rate: TaxRate) -> pygame.Rect:
    """The tax rate of what is typed, which a tap changes; what is left of the head comes back."""
    beside, key = canvas.columns(head, [60, 40], canvas.points(GAP))
    canvas.button(key, Key.TAX, f"{rate.name} {rate.percent} %", tone=Tone.QUIET, size=SMALL)
    return beside


def _head(canvas: Canvas, area: pygame.Rect, look: Look) -> None:
    """Whose till it is; held, the way to the manager's screens."""
    colours = canvas.palette
    if logo.draw(canvas, look.logo, area, colours.ground, align=Align.START) is None:
        name = look.name or canvas.words.tr("Kiosk")
        canvas.signed(
            Icon.BOLT,
            name,
            area,
            colours.ink,
            LABEL,
            sign_colour=colours.accent,
            weight=Weight.BOLD,
        )
    canvas.zones.append(TouchZone(area, Key.MENU, LOGO_HOLD_S))


def _price(canvas: Canvas, till: Till, entry: Entry) -> str:
    """The price of a bitcoin and how old it is; nothing while nothing is typed."""
    rate = rate_to_show(till, entry.unit)
    if entry.is_empty or rate is None or not rate.is_fresh(till.now_s):
        return ""
    words = canvas.words
    price = f"1 BTC = {words.money(fiat_from_sats(ONE_BITCOIN, rate))}"
    steps = int(rate.age(till.now_s) // AGE_STEP_S)
    if steps == 0:
        return words.tr("{price}, now", price=price)
    age = words.whole(steps * AGE_STEP_S)
    return words.tr("{price}, {seconds} s ago", price=price, seconds=age)


def _notes(canvas: Canvas, area: pygame.Rect, till: Till, screen: EnteringAmount) -> None:
    """The sum, and the one thing that matters most now."""
    if screen.entry.items:
        area = _sum(canvas, area, screen)
    note = entry_banner(till, screen, canvas.words)
    if note is not None:
        banner(canvas, area, note.icon, note.sentence, note.tone, LABEL)


def _sum(canvas: Canvas, area: pygame.Rect, screen: EnteringAmount) -> pygame.Rect:
    """What has been added up, and the item being typed; what is left of the area comes back."""
    words, colours, entry = canvas.words, canvas.palette, screen.entry
    card, rest = off_top(area, canvas.points(BODY + TITLE), canvas.points(GAP))
    canvas.panel(card, colours.panel, colours.edge)
    inner = card.inflate(-canvas.points(2 * GAP), -canvas.points(GAP))
    above, below = rows(inner, [BODY, TITLE], 0)
    items = (*entry.items, entry.typed) if entry.typed else entry.items
    tapes = (words.tape(items, entry.unit, most) for most in range(MOST_ITEMS, 1, -1))
    shortest = words.tape(items, entry.unit, 1)
    tape = next((tape for tape in tapes if canvas.fits(tape, above, SMALL)), shortest)
    canvas.text(tape, above, colours.quiet, SMALL, align=Align.END)
    typed = f"+ {words.money(Fiat(entry.typed, entry.unit))}"
    canvas.text(typed, below, colours.ink, LARGE * 0.9, align=Align.END, weight=Weight.BOLD)
    return rest

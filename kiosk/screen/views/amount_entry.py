"""Typing the amount: both units live, the sum, the price and its age, and limits before Enter."""

from typing import Final

import pygame

from kiosk.sale.choosing_item import times_typed
from kiosk.sale.entry import Entry
from kiosk.sale.keys import Key
from kiosk.sale.money import ONE_BITCOIN, fiat_from_sats
from kiosk.sale.prices import amount_in_unit, rate_to_show
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.tax import TaxRate
from kiosk.sale.till import Till
from kiosk.screen.display.redraw_schedule import AGE_STEP_S
from kiosk.screen.drawing import logo
from kiosk.screen.drawing.canvas import Align, Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import off_bottom, off_top
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import (
    DISPLAY,
    GAP,
    LABEL,
    LARGE,
    NARROWEST_AMOUNT,
    SMALL,
)
from kiosk.screen.drawing.touch_zones import LOGO_HOLD_S, TouchZone
from kiosk.screen.text.amounts import other_unit
from kiosk.screen.views.banner import banner
from kiosk.screen.views.button_row import Button, button_row
from kiosk.screen.views.connection_status import (
    connections_key,
    is_well_at_rest,
    line_height,
    status,
)
from kiosk.screen.views.entry_banners import entry_banner
from kiosk.screen.views.free_room import has_room_for_sales, last_sales, tape, tape_height
from kiosk.screen.views.keypad import beside_keypad, keypad

# Fingers: where the head is as wide, the shop's name stands beside the cashier's.
_ROOM_FOR_BOTH: Final = 6
# Points below the amount: what is less is for what has to be told.
_ROOM_FOR_ITEMS: Final = 70


def entering(canvas: Canvas, till: Till, screen: EnteringAmount, look: Look) -> None:
    """The amount and what there is to know beside the keypad, or above it in portrait."""
    gap = canvas.points(GAP)
    info, pad = beside_keypad(canvas, look, (47, 53))
    head, rest = off_top(info, canvas.finger, 0)
    if screen.connections or not is_well_at_rest(till):
        rest, foot = off_bottom(rest, 2 * line_height(canvas), gap)
        status(canvas, till, foot)
    if till.rules.taxes and screen.entry.typed:
        head = _tax_key(canvas, head, till.rules.taxes[screen.entry.tax])
        has_room = head.width >= 6 * canvas.finger  # else the name stays, and the signs go
    else:
        has_room = True
    head = _with_signs(canvas, till, head) if has_room else head
    shop_name(canvas, _cashier_key(canvas, till, head) if till.rules.cashiers else head, look)
    amount, rest = off_top(rest, min(canvas.points(DISPLAY), rest.height * 2 // 5), 0)
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
        narrowest=NARROWEST_AMOUNT,
    )
    worth = words.money(entry.price) if sentence else other_unit(words, till, entry)
    if worth:
        other, rest = off_top(rest, canvas.points(LARGE), 0)
        canvas.text(worth, other, colours.quiet, LARGE * 0.9, align=Align.END)
    if not entry.is_empty:  # the room is kept while the price is fetched: nothing jumps
        price, rest = off_top(rest, canvas.points(SMALL), gap)
        canvas.text(_price(canvas, till, entry), price, colours.quiet, SMALL, align=Align.END)
    if till.rules.items and rest.height >= canvas.points(_ROOM_FOR_ITEMS):
        rest = _items_key(canvas, till, screen, rest)
    _notes(canvas, rest, till, screen, look)
    unit = words.unit(screen.shown if sentence and screen.shown else entry.unit)
    keypad(canvas, pad, look, unit, "" if entry.is_empty else words.money(entry.price))


def _tax_key(canvas: Canvas, head: pygame.Rect, rate: TaxRate) -> pygame.Rect:
    """The tax rate of what is typed, which a tap changes; what is left of the head comes back."""
    beside, key = canvas.columns(head, [60, 40], canvas.points(GAP))
    name = canvas.words.tax_rate(rate)
    canvas.button(key, Key.TAX, name, tone=Tone.QUIET, size=SMALL)
    return beside


def _cashier_key(canvas: Canvas, till: Till, head: pygame.Rect) -> pygame.Rect:
    """Who sells, which a tap changes; what is left for the shop's name, which may be nothing.

    Where there is no room for it, the manager's screens are reached from the cashiers'.
    """
    name = pygame.Rect(head.topleft, (0, 0))
    if head.width >= _ROOM_FOR_BOTH * canvas.finger:
        name, head = canvas.columns(head, [1, 1], canvas.points(GAP))
    label = till.cashier_label or canvas.words.tr("Who is selling?")
    canvas.button(head, Key.CASHIER, label, name=Icon.PERSON, tone=Tone.QUIET, size=LABEL)
    return name


def _items_key(
    canvas: Canvas, till: Till, screen: EnteringAmount, area: pygame.Rect
) -> pygame.Rect:
    """The way to the quick items, which says what a typed number means; the rest comes back.

    While something is to be told there is no room for it.
    """
    if entry_banner(till, screen, canvas.words) is not None and canvas.is_wide:
        return area
    rest, place = off_bottom(area, canvas.finger, canvas.points(GAP))
    times = times_typed(screen.entry)
    label = f"{canvas.words.whole(times)} × …" if times else canvas.words.tr("Items")
    canvas.button(place, Key.ITEMS, label, name=Icon.LIST, tone=Tone.TOOL)
    return rest


def _with_signs(canvas: Canvas, till: Till, head: pygame.Rect) -> pygame.Rect:
    """The two signs at the end of the head; what is left of it comes back."""
    gap = canvas.points(GAP)
    room = 2 * canvas.finger
    name, links = canvas.columns(head, [head.width - room - gap, room], gap)
    connections_key(canvas, till, links)
    return name


def shop_name(canvas: Canvas, area: pygame.Rect, look: Look) -> None:
    """Whose till it is; held, the way to the manager's screens. Without room there is none."""
    if not area.width:
        return
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


def _notes(
    canvas: Canvas, area: pygame.Rect, till: Till, screen: EnteringAmount, look: Look
) -> None:
    """The one thing that matters most now; then the sum's tape, or today's last sales."""
    entry = screen.entry
    note = entry_banner(till, screen, canvas.words)
    if note is not None:
        kept = tape_height(canvas) + canvas.points(GAP) if entry.items else 0
        if note.can_be_put_away:
            kept += canvas.finger + canvas.points(GAP)
        above, _ = off_bottom(area, kept, 0)
        left = banner(canvas, above, note.icon, note.sentence, note.tone, LABEL)
        area = pygame.Rect(area.left, left.top, area.width, area.bottom - left.top)
        if note.can_be_put_away:
            foot, area = off_top(area, canvas.finger, canvas.points(GAP))
            keys: list[Button] = [
                (Key.PUT_AWAY, canvas.words.tr("Put away"), Icon.TICK, Tone.PLAIN)
            ]
            if note.can_be_printed:
                keys.append((Key.PRINT_AGAIN, canvas.words.tr("Print"), Icon.RECEIPT, Tone.PLAIN))
            button_row(canvas, canvas.columns(foot, [1] * len(keys), canvas.points(GAP)), keys)
    if entry.items:
        tape(canvas, area, entry)
    elif entry.is_empty and has_room_for_sales(canvas):
        last_sales(canvas, area, till.last_sales or (), look)

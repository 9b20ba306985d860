"""The keys on the screen: digits as on a phone or a calculator, and editing keys beside them."""

from typing import Final

import pygame

from kiosk.sale.keys import Key
from kiosk.screen.drawing.canvas import Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import columns, rows
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import GAP, HEADLINE, LABEL, LARGE, MARGIN, TITLE

_PHONE: Final = ("123", "456", "789")
_CALCULATOR: Final = ("789", "456", "123")
_SIDE: Final = (
    (Key.DELETE, "", Icon.BACKSPACE, Tone.CORRECTS),
    (Key.PLUS, "", Icon.PLUS, Tone.TOOL),
    (Key.CLEAR, "C", None, Tone.CLEARS),
)


def beside_keypad(
    canvas: Canvas, look: Look, portrait: tuple[int, int]
) -> tuple[pygame.Rect, pygame.Rect]:
    """The room beside the keypad, or above it in portrait, and the keypad's.

    `portrait` is how the height is shared between them there. In landscape the keypad is where the
    merchant's hand is, and on the left in a right-to-left language as well.
    """
    body, gap = canvas.inside(MARGIN * 0.75), canvas.points(MARGIN)
    if not canvas.is_wide:
        info, pad = rows(body, portrait, gap)
    elif look.left_handed or canvas.words.is_rtl:
        pad, info = columns(body, [56, 44], gap)
    else:
        info, pad = columns(body, [44, 56], gap)
    return info, pad


def keypad(canvas: Canvas, area: pygame.Rect, look: Look, unit: str, charge: str = "") -> None:
    """Digits, editing keys and CHARGE; `unit` is the label of the currency key, empty for none.
    `charge` is what CHARGE will charge, empty where it does something else.

    Digits and their neighbours stand in the same places in every language.
    """
    gap = canvas.points(GAP)
    order = _CALCULATOR if look.key_order == "calculator" else _PHONE
    digit_size = min(HEADLINE, TITLE * 1.15 * area.width / max(1, canvas.points(400)))
    *lines, last = rows(area, [1, 1, 1, 1], gap)
    for digits, row, (key, label, name, tone) in zip(order, lines, _SIDE, strict=True):
        *places, end = columns(row, [1, 1, 1, 1], gap)
        for digit, place in zip(digits, places, strict=True):
            canvas.button(place, Key(digit), digit, size=digit_size)
        canvas.button(end, key, label, name=name, tone=tone, size=digit_size * 0.8)
    first, second, go_on = columns(last, [1, 1, 2], gap)
    if unit:
        canvas.button(first, Key.CURRENCY, unit, name=Icon.SWAP, tone=Tone.QUIET, size=LABEL)
    canvas.button(second if unit else first.union(second), Key.D0, "0", size=digit_size)
    _charge_key(canvas, go_on, charge)


def _charge_key(canvas: Canvas, area: pygame.Rect, amount: str) -> None:
    """A tick and, where there is room for it, the amount that will be charged."""
    room = pygame.Rect(0, 0, area.width - canvas.points(LARGE + 6 * GAP), area.height)
    if amount and canvas.fits(amount, room, LARGE, Weight.BOLD):
        canvas.button(
            area,
            Key.CHARGE,
            amount,
            name=Icon.TICK,
            tone=Tone.MAIN,
            size=LARGE,
            weight=Weight.BOLD,
        )
    else:
        canvas.button(area, Key.CHARGE, name=Icon.TICK, tone=Tone.MAIN, size=HEADLINE)

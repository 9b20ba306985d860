"""The customer's turn: the code as large as it can be, and beside it what both want to know."""

import pygame

from kiosk.sale.facts import Sale
from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment, ConnectionState
from kiosk.sale.till import Till
from kiosk.screen.drawing import shapes
from kiosk.screen.drawing.canvas import Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import off_bottom, off_top
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.qr import qr_surface
from kiosk.screen.drawing.theme import (
    BODY,
    GAP,
    HEADLINE,
    LABEL,
    LARGE,
    MARGIN,
    SMALL,
    SMALLEST_TEXT,
    TITLE,
)
from kiosk.screen.text.amounts import sale_amounts
from kiosk.screen.views.connection_status import status

_RING = 84
NOT_YET_SHOWN_S = 4.0


def paying(canvas: Canvas, till: Till, screen: AwaitingPayment, look: Look) -> None:
    """Code, amount in both units, who is paid, time left, both connections, and four keys."""
    side = _code(canvas, screen, look)
    gap = canvas.points(GAP)
    side, keys = off_bottom(side, max(canvas.finger, canvas.points(60)), gap)
    if canvas.is_wide:
        side, white = off_bottom(side, canvas.finger, gap)
    else:
        white, keys = canvas.columns(keys, [1, 2], gap)
    _keys(canvas, white, keys)
    side, links = off_bottom(side, max(canvas.points(SMALL), SMALLEST_TEXT) * 2, gap)
    status(canvas, till, links)
    top, side = off_top(side, canvas.points(HEADLINE), 0)
    first, second = sale_amounts(canvas.words, screen.sale)
    colours = canvas.palette
    canvas.text(first, top, colours.ink, HEADLINE, weight=Weight.BOLD)
    if screen.sale.tip_minor:
        apart, side = off_top(side, canvas.points(LABEL), 0)
        canvas.text(_price_and_tip(canvas, screen.sale), apart, colours.ink, LABEL)
    other, side = off_top(side, canvas.points(LARGE), 0)
    canvas.text(second, other, colours.quiet, BODY)
    who, side = off_top(side, canvas.points(LABEL), gap)
    canvas.text(_payee(canvas, till, look), who, colours.quiet, LABEL * 0.9)
    _waiting(canvas, side, till, screen)


def _code(canvas: Canvas, screen: AwaitingPayment, look: Look) -> pygame.Rect:
    """Draw the code on its white; where there is room for the rest."""
    display = canvas.rect
    wide = canvas.is_wide
    room = display.height if wide else min(display.width, display.height * 3 // 5)
    code = qr_surface(screen.invoice.payment_request, room, look.white)
    white = (look.white,) * 3
    margin = canvas.points(MARGIN * 0.75)
    if wide:
        card = pygame.Rect(0, 0, code.get_width(), display.height)
        side = pygame.Rect(card.right, 0, display.width - card.width, display.height)
        if canvas.words.is_rtl:
            card.right, side.left = display.right, 0
    else:
        card = pygame.Rect(0, 0, display.width, code.get_height())
        side = pygame.Rect(0, card.bottom, display.width, display.height - card.height)
    canvas.surface.fill(white, card)
    canvas.surface.blit(code, code.get_rect(center=card.center))
    return side.inflate(-2 * margin, -2 * margin)


def _price_and_tip(canvas: Canvas, sale: Sale) -> str:
    """What the amount is made of, so that the customer sees the tip separately."""
    return canvas.words.tape((sale.price.minor, sale.tip_minor), sale.price.currency)


def _payee(canvas: Canvas, till: Till, look: Look) -> str:
    name = look.name or (till.account.merchant_name if till.account else "")
    return canvas.words.tr("to {name}", name=name) if name else ""


def _waiting(canvas: Canvas, area: pygame.Rect, till: Till, screen: AwaitingPayment) -> None:
    """The ring that runs down, and the line that says what is going on."""
    colours, gap = canvas.palette, canvas.points(GAP)
    size = min(canvas.points(_RING), area.height, area.width // 3)
    place, words = canvas.columns(area, [size, area.width - size - gap], gap)
    ring = pygame.Rect(0, 0, size, size)
    ring.center = place.center
    left_s = max(0, int(screen.ends_s - till.now_s + 0.999))
    width = max(3, canvas.points(7))
    shapes.ring(canvas.surface, ring, width, colours.edge)
    part = left_s / max(1, screen.invoice.lifetime_s)
    ink = colours.accent if left_s > 60 else colours.bad
    shapes.ring(canvas.surface, ring, width, ink, part)
    clock = ring.inflate(-2 * width - canvas.points(6), -2 * width)
    canvas.text(canvas.words.clock(left_s), clock, colours.ink, LABEL, weight=Weight.BOLD)
    sentence, tone = _line(canvas, till, screen)
    canvas.lines(sentence, words, tone, BODY, weight=Weight.BOLD)


def _line(canvas: Canvas, till: Till, screen: AwaitingPayment) -> tuple[str, tuple[int, int, int]]:
    words, colours = canvas.words, canvas.palette
    if till.out_of_service is not None:
        return words.joined(*words.trouble_text(till.out_of_service)), colours.bad
    if screen.notice is not None:
        return words.joined(*words.trouble_text(screen.notice)), colours.accent
    seen_none = screen.checked_s is not None and till.now_s - screen.checked_s < NOT_YET_SHOWN_S
    if seen_none:
        return words.tr("No payment seen yet"), colours.accent
    if screen.checking:
        return words.tr("Asking Blink"), colours.accent
    if screen.connection in (ConnectionState.RECONNECTING, ConnectionState.ASKING):
        return words.tr("The connection is weak; the payment is still noticed"), colours.accent
    return words.tr("Scan and pay"), colours.ink


def _keys(canvas: Canvas, white: pygame.Rect, keys: pygame.Rect) -> None:
    gap = canvas.points(GAP)
    dim, bright = canvas.columns(white, [1, 1], gap)
    canvas.button(dim, Key.DIMMER, name=Icon.DIMMER, tone=Tone.QUIET, size=TITLE * 0.8)
    canvas.button(bright, Key.BRIGHTER, name=Icon.BRIGHTER, tone=Tone.QUIET, size=TITLE * 0.8)
    cancel, check = canvas.columns(keys, [1, 1], gap)
    words = canvas.words
    canvas.button(cancel, Key.CLEAR, words.tr("Cancel"), tone=Tone.LEAVE)
    canvas.button(check, Key.CHECK, words.tr("I paid"))

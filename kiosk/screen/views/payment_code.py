"""The customer's turn: the code as large as it can be, and what a first-timer has to know.

What only the merchant wants (brightness, the connections in words) is a tap away.
"""

from typing import Final

import pygame

from kiosk.sale.customer_language import next_language
from kiosk.sale.facts import Sale
from kiosk.sale.keys import Key
from kiosk.sale.money import Fiat
from kiosk.sale.screens import AwaitingPayment, CodeDetail, ConnectionState
from kiosk.sale.till import Till
from kiosk.screen.display.redraw_schedule import CHECK_OFFERED_S, COUNTDOWN_S, NOT_YET_SHOWN_S
from kiosk.screen.drawing import qr, shapes
from kiosk.screen.drawing.canvas import Align, Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import middle, off_bottom, off_top
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import (
    BODY,
    DISPLAY,
    GAP,
    LABEL,
    LARGE,
    MARGIN,
    NARROWEST_AMOUNT,
    SMALL,
    SMALLEST_TEXT,
    TITLE,
    Colour,
)
from kiosk.screen.drawing.touch_zones import TouchZone
from kiosk.screen.text.amounts import sale_amounts
from kiosk.screen.text.labels import LANGUAGE_NAMES
from kiosk.screen.views.connection_status import is_well, signs, status

BITCOIN_LIGHTNING: Final = "Bitcoin Lightning"  # a name, the same in every language
LOWER_CASE: Final = "abc"  # what the key for it shows, the same in every language
UPPER_CASE: Final = "ABC"
_BAR: Final = 8
_TAP_HINT: Final = 17  # of each of its two signs, in points
_COUNTED: Final = "00:00"  # the widest countdown
_NEARLY_S: Final = 1e-3  # a moment that was waited for has come


def paying(canvas: Canvas, till: Till, screen: AwaitingPayment, look: Look) -> None:
    """The amount and how it is paid beside the code, or above it in portrait."""
    gap = canvas.points(GAP)
    card, above, below = _areas(canvas, screen, look)
    _fill_beside(canvas.surface, canvas.rect, card, canvas.palette.ground)
    _code(canvas, card, screen, look)
    head, above = off_top(above, canvas.finger, gap if canvas.is_wide else 0)
    _head(canvas, head)
    rest = _amounts(canvas, above, till, screen, look)
    below = rest if canvas.is_wide else below
    below, foot = off_bottom(below, canvas.finger, gap)
    _foot(canvas, foot, till, screen)
    below, bar = off_bottom(below, canvas.points(LABEL), gap // 2)
    hint_width = canvas.points(2 * _TAP_HINT + GAP / 2)
    hint, bar = canvas.columns(bar, [hint_width, bar.width - hint_width - gap], gap)
    _tap_hint(canvas, hint, screen)
    _time_left(canvas, bar, till, screen)
    if canvas.is_wide and _tells_connections(till, screen):
        below, links = off_bottom(below, max(canvas.points(SMALL), SMALLEST_TEXT) * 2, 0)
        status(canvas, till, links)
    sentence, ink = _line(canvas, till, screen)
    size = LARGE if ink == canvas.palette.ink else BODY
    canvas.lines(sentence, below, ink, size, weight=Weight.BOLD)


def _areas(
    canvas: Canvas, screen: AwaitingPayment, look: Look
) -> tuple[pygame.Rect, pygame.Rect, pygame.Rect]:
    """The code's white, and the rooms above and below it; in landscape one beside it, and none."""
    display, wide = canvas.rect, canvas.is_wide
    side = _side(canvas, screen, look)
    margin = -2 * canvas.points(MARGIN / 2)
    if wide:
        card = pygame.Rect(0, 0, side, display.height)
        room = pygame.Rect(side, 0, display.width - side, display.height)
        if canvas.words.is_rtl:
            card.right, room.left = display.right, 0
        return card, room.inflate(margin, margin), pygame.Rect(0, 0, 0, 0)
    above, rest = off_top(display, _height_above(canvas, display.height - side), 0)
    card, below = off_top(rest, side, 0)
    return card, above.inflate(margin, margin), below.inflate(margin, margin)


def _height_above(canvas: Canvas, free: int) -> int:
    """In portrait: what the amount takes, and never so much that the keys have no room."""
    wanted = canvas.points(DISPLAY + LARGE + LABEL + BODY + MARGIN) + canvas.finger
    return min(wanted, free * 2 // 3)


def _side(canvas: Canvas, screen: AwaitingPayment, look: Look) -> int:
    """How many pixels square the code is, its quiet zone included."""
    display = canvas.rect
    room = display.height if canvas.is_wide else min(display.width, display.height * 3 // 5)
    return qr.side_in(room, _drawn(screen, look))


def _drawn(screen: AwaitingPayment, look: Look) -> pygame.Surface:
    request = screen.invoice.payment_request
    return qr.code_surface(request, look.white, lower_case=screen.lower_case)


def _code(canvas: Canvas, card: pygame.Rect, screen: AwaitingPayment, look: Look) -> None:
    """The code on its white; a tap on it shows the keys for how it is drawn."""
    code = qr.draw(canvas.surface, card, _drawn(screen, look))
    _fill_beside(canvas.surface, card, code, (look.white,) * 3)
    canvas.zones.append(TouchZone(card, Key.SHOW_BRIGHTNESS))


def _fill_beside(
    surface: pygame.Surface, area: pygame.Rect, covered: pygame.Rect, colour: Colour
) -> None:
    """Fill an area but for a part of it that is drawn over anyway: half of a large display."""
    below, beside = area.bottom - covered.bottom, area.right - covered.right
    surface.fill(colour, (area.left, area.top, area.width, covered.top - area.top))
    surface.fill(colour, (area.left, covered.bottom, area.width, below))
    surface.fill(colour, (area.left, covered.top, covered.left - area.left, covered.height))
    surface.fill(colour, (covered.right, covered.top, beside, covered.height))


def _tap_hint(canvas: Canvas, area: pygame.Rect, screen: AwaitingPayment) -> None:
    """Small and quiet beside the code, with an arrow to it: its brightness is a tap on it away."""
    if screen.detail is CodeDetail.BRIGHTNESS:
        return
    to_code, brightness = canvas.columns(area, [1, 1], canvas.points(GAP / 2))
    arrow = Icon.BACK if canvas.is_wide else Icon.UP
    canvas.sign(arrow, to_code, canvas.palette.quiet, _TAP_HINT)
    canvas.sign(Icon.BRIGHTER, brightness, canvas.palette.quiet, _TAP_HINT)


def _head(canvas: Canvas, area: pygame.Rect) -> None:
    """How it is paid, and the way back: small, and far from where the charge key was."""
    colours = canvas.palette
    label = canvas.words.tr("Cancel")
    wide = max(
        area.width // 4, canvas.finger, canvas.width_of(label, SMALL) + 2 * canvas.points(GAP)
    )
    gap = canvas.points(GAP)
    name, leave = canvas.columns(area, [area.width - wide - gap, wide], gap)
    side = min(name.height, canvas.points(TITLE))
    sign, said = canvas.columns(name, [side, name.width - side], canvas.points(GAP / 2))
    canvas.sign(Icon.BOLT, sign, colours.accent, TITLE)
    canvas.lines(BITCOIN_LIGHTNING, said, colours.ink, LABEL, align=Align.START, weight=Weight.BOLD)
    canvas.button(leave, Key.CLEAR, label, tone=Tone.LEAVE, size=SMALL * 1.1)


def _amounts(
    canvas: Canvas, area: pygame.Rect, till: Till, screen: AwaitingPayment, look: Look
) -> pygame.Rect:
    """What is to be paid, and to whom; what is left of the area comes back."""
    colours, words = canvas.palette, canvas.words
    first, second = sale_amounts(words, screen.sale)
    amount, rest = off_top(area, canvas.points(DISPLAY), 0)
    canvas.text(first, amount, colours.ink, DISPLAY, weight=Weight.BOLD, narrowest=NARROWEST_AMOUNT)
    payee, rest = off_top(rest, canvas.points(LARGE), 0)
    canvas.text(_payee(till, look), payee, colours.ink, LARGE * 0.85, weight=Weight.BOLD)
    if screen.sale.tip_minor:
        tip, rest = off_top(rest, canvas.points(LABEL), 0)
        canvas.text(_tip(canvas, screen.sale), tip, colours.ink, LABEL * 0.9)
    if canvas.is_wide and not is_well(till, screen):
        return rest  # the sentence that tells of it needs the room
    other, rest = off_top(rest, canvas.points(BODY), canvas.points(GAP / 2))
    canvas.text(second, other, colours.quiet, LABEL)
    return rest


def _tip(canvas: Canvas, sale: Sale) -> str:
    """That the amount holds a tip, and how much, so that the customer sees it."""
    words = canvas.words
    return words.tr(
        "incl. tip {amount}", amount=words.money(Fiat(sale.tip_minor, sale.price.currency))
    )


def _payee(till: Till, look: Look) -> str:
    return look.name or (till.account.merchant_name if till.account else "")


def _tells_connections(till: Till, screen: AwaitingPayment) -> bool:
    """Whether the connections are told in words: somebody asked, or not all is well."""
    return screen.detail is CodeDetail.CONNECTIONS or not is_well(till, screen)


def _time_left(canvas: Canvas, area: pygame.Rect, till: Till, screen: AwaitingPayment) -> None:
    """A thin bar that runs down; its last two minutes are told as well."""
    colours = canvas.palette
    left_s = max(0, int(screen.ends_s - till.now_s + 0.999))
    if left_s <= COUNTDOWN_S:
        width = canvas.width_of(_COUNTED, LABEL, Weight.BOLD)
        area, clock = canvas.columns(area, [area.width - width, width], canvas.points(GAP))
        ink = colours.ink if left_s > 60 else colours.bad
        canvas.text(canvas.words.clock(left_s), clock, ink, LABEL, weight=Weight.BOLD)
    track = middle(area, area.width, canvas.points(_BAR))
    shapes.rounded_rect(canvas.surface, track, track.height // 2, colours.edge)
    part = min(1.0, left_s / max(1, screen.invoice.lifetime_s))
    full = pygame.Rect(track.topleft, (round(track.width * part), track.height))
    if canvas.words.is_rtl:
        full.right = track.right
    if full.width > 0:
        ink = colours.accent if left_s > 60 else colours.bad
        shapes.rounded_rect(canvas.surface, full, track.height // 2, ink)


def _line(canvas: Canvas, till: Till, screen: AwaitingPayment) -> tuple[str, tuple[int, int, int]]:
    words, colours = canvas.words, canvas.palette
    if till.out_of_service is not None:
        return words.joined(*words.trouble_text(till.out_of_service)), colours.bad
    if screen.notice is not None:
        return words.joined(*words.trouble_text(screen.notice)), colours.accent
    asked_s = None if screen.checked_s is None else till.now_s - screen.checked_s
    if asked_s is not None and asked_s < NOT_YET_SHOWN_S - _NEARLY_S:
        return words.tr("No payment seen yet"), colours.accent
    if screen.checking:
        return words.tr("Asking Blink"), colours.accent
    if screen.connection in (ConnectionState.RECONNECTING, ConnectionState.ASKING):
        return words.tr("The connection is weak; the payment is still noticed"), colours.accent
    return words.tr("Scan and pay"), colours.ink


def _foot(canvas: Canvas, area: pygame.Rect, till: Till, screen: AwaitingPayment) -> None:
    """The two connections, the customer's language, and the question that a customer who has paid
    answers with a touch.
    """
    words, gap = canvas.words, canvas.points(GAP)
    if screen.detail is CodeDetail.BRIGHTNESS:
        _code_keys(canvas, area, screen)
        return
    language = next_language(till)
    if language:
        both, other, check = canvas.columns(area, _shares_with_language(canvas, area), gap)
        _language_key(canvas, other, language)
    else:
        both, check = canvas.columns(area, [38, 62] if canvas.is_wide else [1, 1], gap)
    if canvas.is_wide or not _tells_connections(till, screen):
        signs(canvas, till, both)
    else:
        status(canvas, till, both)
    canvas.zones.append(TouchZone(both, Key.SHOW_CONNECTIONS))
    if till.now_s - screen.shown_s >= CHECK_OFFERED_S - _NEARLY_S:
        canvas.button(check, Key.CHECK, words.tr("Paid? Check"), size=LABEL * 0.9)


def _shares_with_language(canvas: Canvas, area: pygame.Rect) -> list[float]:
    """Of the two signs, the language's key and the question: the last has the most to say."""
    free = area.width - 2 * canvas.points(GAP)
    signs_room = max(canvas.finger, free * 26 // 100)
    key_room = max(canvas.finger, free * 30 // 100)
    return [signs_room, key_room, free - signs_room - key_room]


def _language_key(canvas: Canvas, area: pygame.Rect, language: str) -> None:
    """The name of the next language in its own words; in the narrowest places a globe alone."""
    name, size = LANGUAGE_NAMES[language], LABEL * 0.8
    room = area.inflate(-2 * canvas.points(GAP), 0)
    if canvas.fits(name, room, size):
        canvas.button(area, Key.LANGUAGE, name, tone=Tone.QUIET, size=size)
    else:
        canvas.button(area, Key.LANGUAGE, name=Icon.GLOBE, tone=Tone.QUIET, size=TITLE * 0.8)


def _code_keys(canvas: Canvas, area: pygame.Rect, screen: AwaitingPayment) -> None:
    """How the code is drawn: darker, brighter, and in the other case of letters."""
    dim, bright, case = canvas.columns(area, [1, 1, 1], canvas.points(GAP))
    canvas.button(dim, Key.DIMMER, name=Icon.DIMMER, tone=Tone.QUIET, size=TITLE * 0.8)
    canvas.button(bright, Key.BRIGHTER, name=Icon.BRIGHTER, tone=Tone.QUIET, size=TITLE * 0.8)
    other_case = UPPER_CASE if screen.lower_case else LOWER_CASE
    canvas.button(case, Key.LETTER_CASE, other_case, tone=Tone.QUIET, size=LABEL)

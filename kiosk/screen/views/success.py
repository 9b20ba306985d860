"""Paid, forwarding, forwarded: nobody at the counter can miss it. And money that was no sale.

*Paid* is the customer's moment: the tick is drawn, and the thanks are the customer's. That the
merchant has the money is the quiet second step.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import pygame

from kiosk.sale.keys import Key
from kiosk.sale.printing import PRINT_KEY, SHOW_KEY, can_print_sale, can_show_sale
from kiosk.sale.screens import Forwarded, Paid, ReceivedDirectly, SaleReceived
from kiosk.sale.till import Till
from kiosk.sale.timers import PAID_PATIENCE_S
from kiosk.screen.display.redraw_schedule import WAITING_S
from kiosk.screen.drawing import logo, shapes
from kiosk.screen.drawing.animation import Mark, Slip, confetti, mark
from kiosk.screen.drawing.canvas import Align, Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import middle, off_bottom, off_top, rows
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import (
    BODY,
    DISPLAY,
    GAP,
    HEADLINE,
    LABEL,
    LARGE,
    MARGIN,
    Colour,
    mixed,
)
from kiosk.screen.drawing.touch_zones import TouchZone
from kiosk.screen.text.amounts import sale_amounts
from kiosk.screen.views.button_row import Button, button_row

_KEY = 54  # points


def received(canvas: Canvas, screen: ReceivedDirectly, look: Look) -> None:
    """Money that came to the merchant directly, which must never be taken for a sale.

    Anybody can send a single sat to a Lightning address: no green, no tick, nothing that moves.
    """
    words, colours = canvas.words, canvas.palette
    canvas.zones.append(TouchZone(canvas.rect, Key.CHARGE))
    body = canvas.inside(MARGIN * 1.5)
    body, line = off_bottom(body, canvas.points(LARGE * 1.5), canvas.points(MARGIN))
    mark, title_box, amount, _ = rows(body, [34, 18, 27, 12], 0)
    canvas.sign(Icon.SHOP, mark, colours.quiet, DISPLAY)
    _logo(canvas, mark, look, colours.ground)
    canvas.text(words.tr("Received"), title_box, colours.ink, HEADLINE, weight=Weight.BOLD)
    canvas.text(words.sats(screen.amount), amount, colours.ink, DISPLAY, weight=Weight.BOLD)
    sentence = words.tr("Straight to the merchant: not a sale of this till")
    sign, sentence_box = canvas.around(sentence, line, BODY)
    canvas.sign(Icon.WARNING, sign, colours.accent, BODY)
    canvas.text(sentence, sentence_box, colours.accent, BODY)


def success(
    canvas: Canvas, till: Till, screen: Paid | Forwarded | SaleReceived, look: Look
) -> None:
    """The amount, and where the money is; any touch goes on to the next sale.

    The whole screen is one zone, so that a touch never reaches the keypad below. What moves is
    drawn over it by `success_motion`.
    """
    words, colours = canvas.words, canvas.palette
    canvas.surface.fill(colours.good)
    keys = _receipt_keys(canvas, till, screen)
    body, foot = _body(canvas, has_keys=bool(keys))
    touched = canvas.rect.clip((0, 0, canvas.rect.width, foot.top if keys else canvas.rect.height))
    canvas.zones.append(TouchZone(touched, Key.CHARGE))
    first, second = sale_amounts(words, screen.sale)
    mark_box, title_box, amount, other, line = _places(canvas, body)
    _logo(canvas, mark_box, look, colours.good)
    thanks = words.tr("Paid. Thank you!")
    if isinstance(screen, SaleReceived):
        thanks = words.tr("Received. Thank you!")
    canvas.text(thanks, title_box, colours.on_good, HEADLINE, weight=Weight.BOLD)
    canvas.text(first, amount, colours.on_good, DISPLAY, weight=Weight.BOLD)
    canvas.text(second, other, colours.on_good, LARGE)
    if mark(till.now_s - _paid_s(screen)).is_standing:
        disc = _disc_place(mark_box)
        shapes.disc(canvas.surface, disc.center, disc.width / 2, colours.on_good)
        shapes.tick(canvas.surface, _tick_place(disc), colours.good)
    if keys:
        places = canvas.columns(foot, [1] * len(keys), canvas.points(GAP * 2))
        button_row(_on_good(canvas), places, keys, LABEL)
    sign_box, sentence_box = canvas.around(_where(canvas, till, screen), line, BODY)
    canvas.text(_where(canvas, till, screen), sentence_box, colours.on_good, BODY)
    if isinstance(screen, Forwarded | SaleReceived):
        canvas.sign(Icon.SHOP, sign_box, colours.on_good, BODY)
    elif not _is_on_its_way(till, screen):
        canvas.sign(Icon.CLOCK, sign_box, colours.on_good, BODY)


def success_motion(
    canvas: Canvas, till: Till, screen: Paid | Forwarded | SaleReceived
) -> list[pygame.Rect]:
    """Draw the tick that is being drawn, what flies, and what turns; where something was drawn."""
    body, _ = _body(canvas, has_keys=bool(_receipt_keys(canvas, till, screen)))
    mark_box, *_, line = _places(canvas, body)
    changed = _moving_mark(canvas, mark_box, mark(till.now_s - _paid_s(screen)))
    if isinstance(screen, Forwarded | SaleReceived):
        return changed + _flying(canvas, mark_box, confetti(till.now_s - screen.since_s))
    if _is_on_its_way(till, screen):
        colours = canvas.palette
        ring_box, _ = canvas.around(_where(canvas, till, screen), line, BODY)
        track = mixed(colours.good, colours.on_good, 0.3)
        seconds = till.now_s - screen.since_s
        shapes.turning(canvas.surface, ring_box, colours.on_good, track, seconds)
        changed.append(ring_box)
    return changed


def _receipt_keys(
    canvas: Canvas, till: Till, screen: Paid | Forwarded | SaleReceived
) -> list[Button]:
    """The keys for the customer's receipt, none where the settings say so."""
    words = canvas.words
    keys: list[Button] = []
    if can_show_sale(till):
        keys.append((SHOW_KEY, words.tr("Receipt to the phone"), Icon.DEVICE, Tone.PLAIN))
    if can_print_sale(till, screen.sale):
        keys.append((PRINT_KEY, words.tr("Print a receipt"), Icon.RECEIPT, Tone.PLAIN))
    return keys


def _on_good(canvas: Canvas) -> Canvas:
    """The same canvas for keys that stand on the colour of success, not on the usual ground."""
    colours = canvas.palette
    shade = mixed(colours.good, (0, 0, 0), 0.3)
    return replace(canvas, palette=replace(colours, ground=colours.good, shade=shade))


def _body(canvas: Canvas, *, has_keys: bool) -> tuple[pygame.Rect, pygame.Rect]:
    """Where it is told, and the row of keys below it, which may be none."""
    body = canvas.inside(MARGIN * 1.5)
    if not has_keys:
        return body, pygame.Rect(body.bottomleft, (body.width, 0))
    return off_bottom(body, max(canvas.finger, canvas.points(_KEY)), canvas.points(GAP))


def _places(canvas: Canvas, body: pygame.Rect) -> list[pygame.Rect]:
    """Mark, title, amount, the amount in the other unit, and the line for the merchant."""
    body, line = off_bottom(body, canvas.points(BODY * 1.5), canvas.points(MARGIN))
    mark_box, rest = off_top(body, body.height * 2 // 5, 0)
    # The words stay together: in portrait they would be far apart.
    tall = canvas.points(HEADLINE * 1.2 + DISPLAY * 1.1 + LARGE * 1.2)
    title_box, amount, other = rows(middle(rest, rest.width, tall), [18, 30, 12], 0)
    return [mark_box, title_box, amount, other, line]


def _paid_s(screen: Paid | Forwarded | SaleReceived) -> float:
    return screen.paid_s if isinstance(screen, Forwarded) else screen.since_s


def _logo(canvas: Canvas, mark: pygame.Rect, look: Look, ground: Colour) -> None:
    corner = pygame.Rect(mark.topleft, (mark.width // 4, mark.height // 3))
    if canvas.words.is_rtl:
        corner.right = mark.right
    logo.draw(canvas, look.logo, corner, ground, align=Align.START)


def _is_on_its_way(till: Till, screen: Paid) -> bool:
    """Whether the customer may still be here; false from the last frame before that changes."""
    return till.now_s - screen.since_s < PAID_PATIENCE_S - WAITING_S / 2


def _where(canvas: Canvas, till: Till, screen: Paid | Forwarded | SaleReceived) -> str:
    """Where the money is."""
    words = canvas.words
    if isinstance(screen, Forwarded | SaleReceived):
        return words.tr("The merchant has it")
    if _is_on_its_way(till, screen):
        return words.tr("On its way to the merchant")
    return words.tr("Forwarding goes on behind; the till is free")


def _disc_place(mark_box: pygame.Rect) -> pygame.Rect:
    side = round(min(mark_box.height * 0.86, mark_box.width * 0.6))
    place = pygame.Rect(0, 0, side, side)
    place.center = mark_box.center
    return place


def _tick_place(disc: pygame.Rect) -> pygame.Rect:
    side = round(disc.width * 0.7)
    place = pygame.Rect(0, 0, side, side)
    place.center = disc.center
    return place


def _moving_mark(canvas: Canvas, mark_box: pygame.Rect, now: Mark) -> list[pygame.Rect]:
    """Disc and tick without smooth edges, which nobody sees while they move."""
    if now.is_standing:
        return []
    disc = _disc_place(mark_box)
    radius = round(disc.width / 2 * now.disc)
    pygame.draw.circle(canvas.surface, canvas.palette.on_good, disc.center, radius)
    shapes.rough_tick(canvas.surface, _tick_place(disc), canvas.palette.good, now.tick)
    return [disc.inflate(2, 2)]


def _flying(canvas: Canvas, mark_box: pygame.Rect, slips: Sequence[Slip]) -> list[pygame.Rect]:
    """The slips within their field: above every word, and from edge to edge of the display."""
    colours, surface = canvas.palette, canvas.surface
    radius = _disc_place(mark_box).width / 2
    size = radius * 0.13  # half of the longest slip, across its corners
    wide = canvas.rect.width / 2 - radius - size
    high = mark_box.height / 2 - radius - size
    foot = mark_box.bottom - size
    drawn = []
    for slip in slips:
        ink = mixed(colours.good, colours.on_good, slip.shade)
        x = mark_box.centerx + math.cos(slip.angle) * (radius + slip.far * wide)
        y = mark_box.centery + math.sin(slip.angle) * (radius + slip.far * high)
        y += slip.fall * (foot - y)
        corners = [(x + dx * radius, y + dy * radius) for dx, dy in slip.corners]
        drawn.append(pygame.draw.polygon(surface, ink, corners))
    return drawn

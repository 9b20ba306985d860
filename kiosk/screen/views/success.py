"""Paid, forwarding, forwarded: nobody at the counter can miss it. And money that was no sale."""

import pygame

from kiosk.sale.keys import Key
from kiosk.sale.screens import Forwarded, Paid, ReceivedDirectly
from kiosk.sale.till import Till
from kiosk.sale.timers import PAID_PATIENCE_S
from kiosk.screen.display.redraw_schedule import WAITING_S
from kiosk.screen.drawing import logo, shapes
from kiosk.screen.drawing.animation import Moment, celebration, standing
from kiosk.screen.drawing.canvas import Align, Canvas
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import off_bottom, rows
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import BODY, DISPLAY, HEADLINE, LARGE, MARGIN, Colour, mixed
from kiosk.screen.drawing.touch_zones import TouchZone
from kiosk.screen.text.amounts import sale_amounts


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
    sign, told_box = canvas.around(sentence, line, BODY)
    canvas.sign(Icon.WARNING, sign, colours.accent, BODY)
    canvas.text(sentence, told_box, colours.accent, BODY)


def success(canvas: Canvas, till: Till, screen: Paid | Forwarded, look: Look) -> None:
    """A tick, the amount, and where the money is; any touch goes on to the next sale.

    The whole screen is one zone, so that a touch never reaches the keypad below.
    """
    words, colours = canvas.words, canvas.palette
    seconds = till.now_s - screen.since_s
    canvas.surface.fill(colours.good)
    canvas.zones.append(TouchZone(canvas.rect, Key.CHARGE))
    body = canvas.inside(MARGIN * 1.5)
    body, line = off_bottom(body, canvas.points(LARGE * 1.5), canvas.points(MARGIN))
    first, second = sale_amounts(words, screen.sale)
    now = standing() if isinstance(screen, Paid) else celebration(seconds)
    mark, title_box, amount, other = rows(body, [43, 18, 27, 12], 0)
    _mark(canvas, mark, now)
    _logo(canvas, mark, look, colours.good)
    canvas.text(words.tr("Paid"), title_box, colours.on_good, HEADLINE, weight=Weight.BOLD)
    canvas.text(first, amount, colours.on_good, DISPLAY, weight=Weight.BOLD)
    canvas.text(second, other, colours.on_good, LARGE)
    _where(canvas, line, screen, seconds)


def _logo(canvas: Canvas, mark: pygame.Rect, look: Look, ground: Colour) -> None:
    corner = pygame.Rect(mark.topleft, (mark.width // 4, mark.height // 3))
    if canvas.words.is_rtl:
        corner.right = mark.right
    logo.draw(canvas, look.logo, corner, ground, align=Align.START)


def _where(
    canvas: Canvas,
    area: pygame.Rect,
    screen: Paid | Forwarded,
    seconds: float,
) -> None:
    """Where the money is: on its way with a turning ring, or arrived with a shop and its tick."""
    words, colours = canvas.words, canvas.palette
    track = mixed(colours.good, colours.on_good, 0.3)
    match screen:
        case Paid() if (
            seconds < PAID_PATIENCE_S - WAITING_S / 2
        ):  # shown with the last frame before the screen changes
            sentence = words.tr("On its way to the merchant")
            ring, told_box = canvas.around(sentence, area, BODY)
            shapes.turning(canvas.surface, ring, colours.on_good, track, seconds)
        case Paid():
            sentence = words.tr("Forwarding goes on behind; the till is free")
            ring, told_box = canvas.around(sentence, area, BODY)
            canvas.sign(Icon.CLOCK, ring, colours.on_good, BODY)
        case _:
            sentence = words.tr("The merchant has it")
            ring, told_box = canvas.around(sentence, area, BODY)
            canvas.sign(Icon.SHOP, ring, colours.on_good, BODY)
    canvas.text(sentence, told_box, colours.on_good, BODY)


def _mark(canvas: Canvas, area: pygame.Rect, now: Moment) -> None:
    """The disc with its tick, the rings that spread from it, and what flies."""
    colours, surface = canvas.palette, canvas.surface
    radius = min(area.height * 0.47, area.width * 0.3)
    centre = area.center
    for ring in now.rings:
        ink = mixed(colours.good, colours.on_good, ring.shade)
        width = max(1, round(ring.width * radius))
        pygame.draw.circle(surface, ink, centre, round(ring.radius * radius), width)
    shades: dict[float, Colour] = {}
    for spark in now.sparks:
        ink = shades.setdefault(spark.shade, mixed(colours.good, colours.on_good, spark.shade))
        corners = [(centre[0] + x * radius, centre[1] + y * radius) for x, y in spark.corners]
        pygame.draw.polygon(surface, ink, corners)
    shapes.disc(surface, centre, radius * now.disc, colours.on_good)
    if now.tick > 0:
        side = round(radius * 1.4)
        place = pygame.Rect(0, 0, side, side)
        place.center = centre
        shapes.tick(surface, place, colours.good, now.tick)

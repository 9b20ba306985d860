"""Paid, forwarding, forwarded: nobody at the counter can miss it."""

import pygame

from kiosk.sale.keys import Key
from kiosk.sale.till import Forwarded, Paid, Received, Till
from kiosk.sale.timers import PAID_PATIENCE_S
from kiosk.screen import shapes
from kiosk.screen.amounts import sale_amounts
from kiosk.screen.animation import frame
from kiosk.screen.canvas import Canvas, Zone
from kiosk.screen.layout import rows


def paint(canvas: Canvas, box: pygame.Rect, till: Till) -> None:
    """A tick, the amount, and where the money is; any touch goes on to the next sale."""
    screen, colours, words = till.screen, canvas.palette, canvas.words
    assert isinstance(screen, Paid | Forwarded | Received)
    seconds = till.now_s - screen.since_s
    canvas.surface.fill(colours.good)
    canvas.zones.append(Zone(box, Key.CHARGE))
    _, disc, amount, other, line, _ = rows(box, [6, 44, 20, 9, 13, 8], 0)
    radius = min(disc.size) * 42 // 100
    moment = frame(seconds if not isinstance(screen, Paid) else 10.0)
    for spark in moment.sparks:
        shade = _mixed(colours.good, colours.on_good, spark.shade)
        at = (disc.centerx + spark.x * radius, disc.centery + spark.y * radius)
        pygame.draw.circle(canvas.surface, shade, at, max(2, int(spark.size * radius)))
    shapes.disc(canvas.surface, disc.center, radius * moment.disc, colours.on_good)
    tick = pygame.Rect(0, 0, radius * 3 // 2, radius * 3 // 2)
    tick.center = disc.center
    if moment.tick > 0:
        shapes.tick(canvas.surface, tick, colours.good, moment.tick)
    match screen:
        case Received(received):
            (first, second), told = (words.sats(received), ""), words.tr("Received by the merchant")
        case Forwarded(sale):
            first, second = sale_amounts(words, sale)
            told = words.tr("Paid and forwarded to the merchant")
        case Paid(sale):
            first, second = sale_amounts(words, sale)
            told = words.tr("Paid. On its way to the merchant")
            if seconds > PAID_PATIENCE_S:
                told = words.tr("Paid. Forwarding goes on behind; the till is free")
    inner = amount.inflate(-4 * canvas.unit, 0)
    canvas.text(first, inner, colours.on_good, amount.height)
    canvas.text(second, other, colours.on_good, other.height * 4 // 5)
    canvas.text(told, line.inflate(-4 * canvas.unit, 0), colours.on_good, line.height // 2)


def _mixed(
    ground: tuple[int, int, int], ink: tuple[int, int, int], part: float
) -> tuple[int, int, int]:
    red, green, blue = (int(g + (i - g) * part) for g, i in zip(ground, ink, strict=True))
    return red, green, blue

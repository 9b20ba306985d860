"""Rounded rectangles, discs and rings with smooth edges: drawn large once, shrunk, and
remembered.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import pygame

from kiosk.screen.drawing.theme import Colour, Palette, mixed

# How much larger a shape is drawn than it is shown; shrinking makes its edge smooth.
OVERSIZE: Final = 4

_STEP: Final = math.pi / 90  # between the points of an arc
_TICK: Final = ((0.2, 0.53), (0.42, 0.74), (0.81, 0.3))
_ELBOW: Final = 0.36  # of the tick's length


def rounded_rect(surface: pygame.Surface, place: pygame.Rect, radius: int, colour: Colour) -> None:
    """A filled box with rounded corners."""
    radius = min(radius, place.width // 2, place.height // 2)
    if radius < 2:
        surface.fill(colour, place)
        return
    surface.fill(colour, place.inflate(-2 * radius, 0))
    for left in (place.left, place.right - radius):
        surface.fill(colour, (left, place.top + radius, radius, place.height - 2 * radius))
    sprite = _disc(2 * radius, colour)
    for x, left in ((0, place.left), (radius, place.right - radius)):
        for y, top in ((0, place.top), (radius, place.bottom - radius)):
            surface.blit(sprite, (left, top), (x, y, radius, radius))


def bordered_rect(
    surface: pygame.Surface,
    place: pygame.Rect,
    radius: int,
    colour: Colour,
    edge: Colour,
    width: int,
) -> None:
    """A rounded rectangle with an edge inside its outline."""
    rounded_rect(surface, place, radius, edge)
    rounded_rect(surface, place.inflate(-2 * width, -2 * width), max(0, radius - width), colour)


@dataclass(frozen=True, slots=True)
class Cap:
    """How a key looks: its face, the lip it stands on, its edge, and the ground around it."""

    ground: Colour
    face: Colour
    lip: Colour
    edge: Colour
    radius: int
    lip_height: int
    edge_width: int


@lru_cache(maxsize=48)
def keycap(size: tuple[int, int], cap: Cap, *, down: bool) -> pygame.Surface:
    """A key without its label, with its ground in the corners: copied whole, which is quick."""
    surface = pygame.Surface(size)
    surface.fill(cap.ground)
    face = pygame.Rect(0, 0, size[0], size[1] - cap.lip_height)
    if down:
        face.top = cap.lip_height
    else:
        rounded_rect(surface, face.move(0, cap.lip_height), cap.radius, cap.lip)
    bordered_rect(surface, face, cap.radius, cap.face, cap.edge, cap.edge_width)
    return surface


class KeySizes(NamedTuple):
    """Pixels: of the corners, of the lip below, and of the edge."""

    radius: int
    lip: int
    edge: int


def key(
    surface: pygame.Surface,
    area: pygame.Rect,
    colours: Palette,
    ground: Colour,
    sizes: KeySizes,
    *,
    down: bool,
) -> pygame.Rect:
    """Draw a key's body; what comes back is the face that its label goes on."""
    is_plain = ground == colours.key
    cap = Cap(
        ground=colours.ground,
        face=ground,
        lip=colours.shade if is_plain else mixed(ground, (0, 0, 0), 0.25),
        edge=colours.edge if is_plain else ground,
        radius=sizes.radius,
        lip_height=sizes.lip,
        edge_width=sizes.edge,
    )
    surface.blit(keycap(area.size, cap, down=down), area)
    top = area.top + (sizes.lip if down else 0)
    return pygame.Rect(area.left, top, area.width, area.height - sizes.lip)


def disc(
    surface: pygame.Surface, centre: tuple[float, float], radius: float, colour: Colour
) -> None:
    """A filled circle."""
    side = round(2 * radius)
    if side > 0:
        sprite = _disc(side, colour)
        surface.blit(sprite, (round(centre[0] - side / 2), round(centre[1] - side / 2)))


def ring(
    surface: pygame.Surface,
    place: pygame.Rect,
    width: int,
    colour: Colour,
    part: float = 1.0,
    begin: float = 0.0,
) -> None:
    """A part of a circle's line, clockwise from `begin` (0 is the top, 1 once around)."""
    if part <= 0:
        return
    sprite = _ring(min(place.size), width, colour, round(min(part, 1.0), 3), round(begin % 1.0, 3))
    surface.blit(sprite, sprite.get_rect(center=place.center))


def turning(
    surface: pygame.Surface, room: pygame.Rect, colour: Colour, track: Colour, seconds: float
) -> None:
    """A ring that turns while something is waited for, in the middle of a room."""
    side = min(room.size)
    place = pygame.Rect(0, 0, side, side)
    place.center = room.center
    width = max(2, side // 9)
    ring(surface, place, width, track)
    turn = round(seconds * 20) / 20  # as often as the picture changes: few rings to remember
    ring(surface, place, width, colour, 0.25, turn)


def tick(surface: pygame.Surface, place: pygame.Rect, colour: Colour) -> None:
    """A tick as large as the place."""
    sprite = _tick(min(place.size), colour)
    surface.blit(sprite, sprite.get_rect(center=place.center))


def rough_tick(surface: pygame.Surface, place: pygame.Rect, colour: Colour, part: float) -> None:
    """A tick drawn up to a part of its length, without smooth edges: quick, for what moves."""
    if part > 0:
        _draw_tick(surface, place, colour, min(part, 1.0))


def stroke(
    surface: pygame.Surface, colour: Colour, points: Sequence[pygame.Vector2], width: float
) -> None:
    """Lines from point to point with round ends and joints; its edges are not smooth yet."""
    for start, end in pairwise(points):
        along = end - start
        if along.length() > 0:
            across = along.normalize().rotate(90) * width / 2
            corners = (start + across, end + across, end - across, start - across)
            pygame.draw.polygon(surface, colour, corners)
    for point in points:
        pygame.draw.circle(surface, colour, point, width / 2)


def blank(width: int, height: int, colour: Colour) -> pygame.Surface:
    """A see-through surface; its colour is what edges fade into, so that no dark rim is left."""
    surface = pygame.Surface((width, height), pygame.SRCALPHA)
    surface.fill((*colour, 0))
    return surface


@lru_cache(maxsize=256)
def _disc(side: int, colour: Colour) -> pygame.Surface:
    large = blank(side * OVERSIZE, side * OVERSIZE, colour)
    radius = side * OVERSIZE / 2
    pygame.draw.circle(large, colour, (radius, radius), radius)
    return pygame.transform.smoothscale(large, (side, side))


@lru_cache(maxsize=64)
def _ring(side: int, width: int, colour: Colour, part: float, begin: float) -> pygame.Surface:
    large = blank(side * OVERSIZE, side * OVERSIZE, colour)
    middle, outer = side * OVERSIZE / 2, side * OVERSIZE / 2
    inner = outer - width * OVERSIZE
    if part >= 1.0:
        pygame.draw.circle(large, colour, (middle, middle), outer)
        pygame.draw.circle(large, (*colour, 0), (middle, middle), inner)
    else:
        first, last = 2 * math.pi * begin, 2 * math.pi * (begin + part)
        steps = max(2, round((last - first) / _STEP))
        angles = [first + (last - first) * step / steps for step in range(steps + 1)]
        rim = [_at(middle, outer, angle) for angle in angles]
        back = [_at(middle, inner, angle) for angle in reversed(angles)]
        pygame.draw.polygon(large, colour, [*rim, *back])
        for angle in (first, last):
            pygame.draw.circle(
                large, colour, _at(middle, (inner + outer) / 2, angle), (outer - inner) / 2
            )
    return pygame.transform.smoothscale(large, (side, side))


@lru_cache(maxsize=8)
def _tick(side: int, colour: Colour) -> pygame.Surface:
    large = blank(side * OVERSIZE, side * OVERSIZE, colour)
    _draw_tick(large, large.get_rect(), colour, 1.0)
    return pygame.transform.smoothscale(large, (side, side))


def _draw_tick(surface: pygame.Surface, place: pygame.Rect, colour: Colour, part: float) -> None:
    origin, side = pygame.Vector2(place.topleft), min(place.size)
    start, elbow, end = (origin + pygame.Vector2(point) * side for point in _TICK)
    strokes = [(start, start.lerp(elbow, min(1.0, part / _ELBOW)))]
    if part > _ELBOW:
        strokes.append((elbow, elbow.lerp(end, (part - _ELBOW) / (1 - _ELBOW))))
    for line in strokes:
        stroke(surface, colour, line, side / 9)


def _at(middle: float, radius: float, angle: float) -> tuple[float, float]:
    return middle + radius * math.sin(angle), middle - radius * math.cos(angle)

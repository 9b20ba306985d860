"""Icons, drawn and not stored: strokes on a square of 24 units, in any size and colour."""

import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import pygame

from kiosk.screen.drawing.shapes import OVERSIZE, blank, stroke
from kiosk.screen.drawing.theme import Colour

Point = tuple[float, float]

SQUARE: Final = 24
_STROKE: Final = 2.2


class Icon(StrEnum):
    """What there is a sign for."""

    BACKSPACE = "backspace"
    TICK = "tick"
    CROSS = "cross"
    PLUS = "plus"
    CLOCK = "clock"
    WARNING = "warning"
    STOP = "stop"
    SHIELD = "shield"
    LINK_STANDBY = "link_standby"
    LINK_CONNECTING = "link_connecting"
    LINK_LIVE = "link_live"
    LINK_RECONNECTING = "link_reconnecting"
    LINK_ASKING = "link_asking"
    DIMMER = "dimmer"
    BRIGHTER = "brighter"
    ARROW = "arrow"
    BACK = "back"
    UP = "up"
    DOWN = "down"
    AGAIN = "again"
    SHOP = "shop"
    BOLT = "bolt"
    LOCK = "lock"
    POWER = "power"
    DEVICE = "box"
    TOTALS = "totals"
    LIST = "list"
    SWAP = "swap"
    WIFI = "wifi"


class Pen:
    """Draws on the large square in units of the small one."""

    def __init__(self, side: int, colour: Colour, bold: float) -> None:
        self.surface = blank(side * OVERSIZE, side * OVERSIZE, colour)
        self._colour = colour
        self._scale = side * OVERSIZE / SQUARE
        self._width = max(OVERSIZE, _STROKE * bold * self._scale)

    def line(self, *points: Point) -> None:
        """Strokes from point to point, with round ends and joints."""
        placed = [self._at(point) for point in points]
        stroke(self.surface, self._colour, placed, self._width)

    def shape(self, *points: Point) -> None:
        """A filled shape."""
        pygame.draw.polygon(self.surface, self._colour, [self._at(point) for point in points])

    def dot(self, centre: Point, radius: float) -> None:
        """A filled circle."""
        pygame.draw.circle(self.surface, self._colour, self._at(centre), radius * self._scale)

    def arc(self, centre: Point, radius: float, first: float = 0, last: float = 360) -> None:
        """A circle's line, clockwise in degrees from the top."""
        steps = max(2, round(abs(last - first) / 6))
        self.line(
            *(
                _around(centre, radius, first + (last - first) * step / steps)
                for step in range(steps + 1)
            )
        )

    def _at(self, point: Point) -> pygame.Vector2:
        return pygame.Vector2(point) * self._scale


@lru_cache(maxsize=256)
def icon(name: Icon, side: int, colour: Colour, bold: float = 1.0) -> pygame.Surface:
    """An icon `side` pixels square; `bold` widens its strokes."""
    pen = Pen(side, colour, bold)
    _DRAWN[name](pen)
    return pygame.transform.smoothscale(pen.surface, (side, side))


def _around(centre: Point, radius: float, degrees: float) -> Point:
    """A point of a circle, clockwise from the top."""
    turn = math.radians(degrees)
    return centre[0] + radius * math.sin(turn), centre[1] - radius * math.cos(turn)


def _backspace(pen: Pen) -> None:
    pen.line((8, 5), (21, 5), (21, 19), (8, 19), (2, 12), (8, 5))
    pen.line((11, 9), (17, 15))
    pen.line((17, 9), (11, 15))


def _tick(pen: Pen) -> None:
    pen.line((4.5, 12.5), (9.5, 17.5), (19.5, 6.5))


def _cross(pen: Pen) -> None:
    pen.line((6, 6), (18, 18))
    pen.line((18, 6), (6, 18))


def _plus(pen: Pen) -> None:
    pen.line((12, 4.5), (12, 19.5))
    pen.line((4.5, 12), (19.5, 12))


def _clock(pen: Pen) -> None:
    pen.arc((12, 12), 9)
    pen.line((12, 7), (12, 12), (15.5, 14))


def _warning(pen: Pen) -> None:
    pen.line((12, 3), (22, 20), (2, 20), (12, 3))
    pen.line((12, 9), (12, 13.5))
    pen.dot((12, 16.8), 1.3)


def _stop(pen: Pen) -> None:
    pen.arc((12, 12), 9)
    pen.line((12, 7), (12, 12.5))
    pen.dot((12, 16.4), 1.4)


def _shield(pen: Pen) -> None:
    pen.line((12, 2.5), (20, 5.5), (20, 11.5), (17.5, 17), (12, 21.5))
    pen.line((12, 2.5), (4, 5.5), (4, 11.5), (6.5, 17), (12, 21.5))
    pen.line((8.2, 11.8), (11, 14.6), (16, 8.8))


def _link_standby(pen: Pen) -> None:
    pen.arc((12, 12), 7)


def _link_connecting(pen: Pen) -> None:
    pen.arc((12, 12), 8, 30, 240)
    pen.dot((12, 12), 2.2)


def _link_live(pen: Pen) -> None:
    pen.dot((12, 12), 4.4)
    pen.arc((12, 12), 9)


def _again(pen: Pen) -> None:
    pen.arc((12, 12), 8, 70, 380)
    pen.shape((11.6, 0.6), (19.4, 4.4), (12.2, 9.4))


def _link_asking(pen: Pen) -> None:
    pen.arc((12, 8.4), 4.6, -90, 130)
    pen.line((15.4, 11.5), (12, 14.6), (12, 15.6))
    pen.dot((12, 20), 1.6)


def _sun(pen: Pen, core: float, reach: float) -> None:
    pen.dot((12, 12), core)
    for turn in range(0, 360, 45):
        pen.line(_around((12, 12), core + 2.6, turn), _around((12, 12), reach, turn))


def _dimmer(pen: Pen) -> None:
    _sun(pen, 3.2, 6.4)


def _brighter(pen: Pen) -> None:
    _sun(pen, 4.8, 10.6)


def _arrow(pen: Pen) -> None:
    pen.line((3, 12), (20, 12))
    pen.line((13.5, 5.5), (20, 12), (13.5, 18.5))


def _back(pen: Pen) -> None:
    pen.line((21, 12), (4, 12))
    pen.line((10.5, 5.5), (4, 12), (10.5, 18.5))


def _up(pen: Pen) -> None:
    pen.line((4.5, 15.5), (12, 8), (19.5, 15.5))


def _down(pen: Pen) -> None:
    pen.line((4.5, 8.5), (12, 16), (19.5, 8.5))


def _shop(pen: Pen) -> None:
    pen.line((4.5, 11.5), (4.5, 20.5), (19.5, 20.5), (19.5, 11.5))
    pen.line((4.5, 3.5), (19.5, 3.5), (22, 9), (2, 9), (4.5, 3.5))
    pen.line((10, 20.5), (10, 14.5), (14, 14.5), (14, 20.5))


def _bolt(pen: Pen) -> None:
    pen.shape((14, 1), (3.5, 14), (10.5, 14), (9, 23), (20.5, 9.5), (13, 9.5))


def _lock(pen: Pen) -> None:
    pen.line((4.5, 10.5), (19.5, 10.5), (19.5, 21), (4.5, 21), (4.5, 10.5))
    pen.line((7.5, 10.5), (7.5, 7.5))
    pen.line((16.5, 10.5), (16.5, 7.5))
    pen.arc((12, 7.5), 4.5, -90, 90)
    pen.line((12, 14.5), (12, 17))


def _power(pen: Pen) -> None:
    pen.arc((12, 13), 8.5, 35, 325)
    pen.line((12, 2.5), (12, 11.5))


def _device(pen: Pen) -> None:
    pen.line((3, 5), (21, 5), (21, 16.5), (3, 16.5), (3, 5))
    pen.line((12, 16.5), (12, 20.5))
    pen.line((7.5, 20.5), (16.5, 20.5))


def _totals(pen: Pen) -> None:
    pen.line((5, 19), (5, 12.5))
    pen.line((12, 19), (12, 4.5))
    pen.line((19, 19), (19, 9))


def _list(pen: Pen) -> None:
    for y in (6, 12, 18):
        pen.dot((4, y), 1.5)
        pen.line((9, y), (20.5, y))


def _swap(pen: Pen) -> None:
    pen.line((4, 8), (20, 8))
    pen.line((15.5, 3.5), (20, 8), (15.5, 12.5))
    pen.line((20, 17), (4, 17))
    pen.line((8.5, 12.5), (4, 17), (8.5, 21.5))


def _wifi(pen: Pen) -> None:
    for radius in (5.5, 10.5, 15.5):
        pen.arc((12, 19), radius, -42, 42)
    pen.dot((12, 19), 1.9)


_DRAWN: Final[Mapping[Icon, Callable[[Pen], None]]] = MappingProxyType(
    {
        Icon.BACKSPACE: _backspace,
        Icon.TICK: _tick,
        Icon.CROSS: _cross,
        Icon.PLUS: _plus,
        Icon.CLOCK: _clock,
        Icon.WARNING: _warning,
        Icon.STOP: _stop,
        Icon.SHIELD: _shield,
        Icon.LINK_STANDBY: _link_standby,
        Icon.LINK_CONNECTING: _link_connecting,
        Icon.LINK_LIVE: _link_live,
        Icon.LINK_RECONNECTING: _again,
        Icon.LINK_ASKING: _link_asking,
        Icon.DIMMER: _dimmer,
        Icon.BRIGHTER: _brighter,
        Icon.ARROW: _arrow,
        Icon.BACK: _back,
        Icon.UP: _up,
        Icon.DOWN: _down,
        Icon.AGAIN: _again,
        Icon.SHOP: _shop,
        Icon.BOLT: _bolt,
        Icon.LOCK: _lock,
        Icon.POWER: _power,
        Icon.DEVICE: _device,
        Icon.TOTALS: _totals,
        Icon.LIST: _list,
        Icon.SWAP: _swap,
        Icon.WIFI: _wifi,
    }
)

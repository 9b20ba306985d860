"""Icons: SVG files of 24 units square, drawn in any size and colour."""

import io
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import pygame

from kiosk.screen.drawing.theme import Colour

ICONS: Final = Path(__file__).parents[1] / "icons"
STROKE: Final = 2.2  # units, as the files have it

_ANY_COLOUR: Final = "currentColor"
_STROKE_WIDTH: Final = 'stroke-width="{}"'


class Icon(StrEnum):
    """What there is a sign for; the value is the name of its file."""

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
    DEVICE = "device"
    TOTALS = "totals"
    LIST = "list"
    SWAP = "swap"
    WIFI = "wifi"
    GLOBE = "globe"
    PERSON = "person"
    RECEIPT = "receipt"


@lru_cache(maxsize=256)
def icon(name: Icon, side: int, colour: Colour, bold: float = 1.0) -> pygame.Surface:
    """An icon `side` pixels square; `bold` widens its strokes."""
    svg = drawing(name).replace(_ANY_COLOUR, "#{:02x}{:02x}{:02x}".format(*colour))
    width = round(STROKE * bold, 2)
    svg = svg.replace(_STROKE_WIDTH.format(STROKE), _STROKE_WIDTH.format(width), 1)
    return pygame.image.load_sized_svg(io.BytesIO(svg.encode()), (side, side))


@cache
def drawing(name: Icon) -> str:
    """The icon's SVG text."""
    return (ICONS / f"{name}.svg").read_text(encoding="utf-8")

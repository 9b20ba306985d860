"""Areas of the screen that mean a key, and which of them a finger meant."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pygame

from kiosk.sale.keys import Touch

LOGO_HOLD_S: Final = 2.0

# How far beside a key a finger may land and still mean it: half the widest gap between two.
REACH_PX: Final = 10


@dataclass(frozen=True, slots=True)
class TouchZone:
    """An area of the screen that means something; `hold_s` is how long it must be held."""

    rect: pygame.Rect
    key: Touch
    hold_s: float = 0.0


def zone_at(zones: Sequence[TouchZone], at: tuple[int, int]) -> TouchZone | None:
    """The zone under a finger; between two keys the nearer one, so that no touch falls through."""
    for reach in (0, REACH_PX):
        near = [zone for zone in zones if zone.rect.inflate(2 * reach, 2 * reach).collidepoint(at)]
        if near:
            return min(near, key=lambda zone: math.dist(zone.rect.center, at))
    return None

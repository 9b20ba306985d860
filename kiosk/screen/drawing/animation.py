"""The two steps of a payment as motion: seconds -> what to draw. Pure.

At *paid* a tick is drawn, which is the customer's moment. When the merchant has the money, paper
flies beside it.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kiosk.sale.timers import CELEBRATION_S

TICK_S: Final = 0.55  # from paid until the tick stands

_DISC_S: Final = 0.25
_NEARLY_S: Final = 0.005  # the last frame may be drawn a little early
_SLIPS: Final = 32
_SHADES: Final = 12

# An angle that never repeats itself spreads the slips without a pattern.
_GOLDEN: Final = math.pi * (3 - math.sqrt(5))


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the disc has grown and the tick is drawn; 1 is all of it."""

    disc: float
    tick: float

    @property
    def is_standing(self) -> bool:
        """Whether nothing moves any more."""
        return self.disc >= 1 and self.tick >= 1


@dataclass(frozen=True, slots=True)
class Slip:
    """A flying slip of paper.

    It flies from the disc's edge in the direction `angle`, `far` of the way to the edge of its
    field, and has fallen `fall` of the way to the field's foot. `corners` are in units of the
    disc's radius, from the slip's middle. `shade` 1 is fresh, 0 is gone.
    """

    angle: float
    far: float
    fall: float
    corners: tuple[tuple[float, float], ...]
    shade: float


def mark(seconds: float) -> Mark:
    """The mark so long after *paid*: the disc grows, then the tick is drawn."""
    if seconds > TICK_S - _NEARLY_S:
        return Mark(1.0, 1.0)
    drawn = (seconds - _DISC_S / 2) / (TICK_S - _DISC_S / 2)
    return Mark(_eased(seconds / _DISC_S), _eased(drawn))


def confetti(seconds: float) -> tuple[Slip, ...]:
    """What flies so long after the merchant has got the money; nothing once it is over."""
    flight = seconds / CELEBRATION_S
    if not 0 < seconds < CELEBRATION_S - _NEARLY_S:
        return ()
    slips = (_slip(number, flight) for number in range(_SLIPS))
    return tuple(slip for slip in slips if slip.shade > 0)


def _slip(number: int, flight: float) -> Slip:
    """Thrown outwards, braked by the air, then falling and turning."""
    angle, speed = _throw(number)
    far = speed * (1 - (1 - flight) ** 2.2)
    turn = angle + flight * (4 + number % 5)
    long, short = 0.085, 0.085 * abs(math.cos(turn * 1.7)) + 0.015
    cosine, sine = math.cos(turn), math.sin(turn)
    along_x, along_y = cosine * long, sine * long
    across_x, across_y = -sine * short, cosine * short
    corners = (
        (-along_x - across_x, -along_y - across_y),
        (along_x - across_x, along_y - across_y),
        (along_x + across_x, along_y + across_y),
        (across_x - along_x, across_y - along_y),
    )
    shade = (0.95 - 0.35 * (number % 3) / 2) * min(1.0, 2.2 * (1 - flight))
    return Slip(angle, far, 0.8 * flight * flight, corners, _shaded(shade))


@lru_cache(maxsize=_SLIPS)
def _throw(number: int) -> tuple[float, float]:
    return number * _GOLDEN, 0.35 + 0.6 * ((number * 37) % _SLIPS) / _SLIPS


def _shaded(shade: float) -> float:
    """Few shades, so that the colours of a frame are mixed once each."""
    return round(max(0.0, shade) * _SHADES) / _SHADES


def _eased(part: float) -> float:
    """Quick first, then slower."""
    return 1 - (1 - min(max(part, 0.0), 1.0)) ** 2

"""The payment animation: seconds since settlement -> what to draw. Pure."""

import math
from dataclasses import dataclass
from typing import Final

LENGTH_S: Final = 2.4
_SPARKS: Final = 28


@dataclass(frozen=True, slots=True)
class Spark:
    """A dot, in units of the ring's radius from its middle; `shade` 1 is fresh, 0 is gone."""

    x: float
    y: float
    size: float
    shade: float


@dataclass(frozen=True, slots=True)
class Frame:
    """One moment: how far the disc has grown and the tick is drawn (0 to 1), and the sparks."""

    disc: float
    tick: float
    sparks: tuple[Spark, ...]


def frame(seconds: float) -> Frame:
    """The moment `seconds` after settlement; after LENGTH_S nothing changes any more."""
    disc = _overshoot(min(1.0, seconds / 0.45))
    tick = _smooth((seconds - 0.25) / 0.4)
    flight = (seconds - 0.35) / (LENGTH_S - 0.35)
    sparks = tuple(_spark(number, flight) for number in range(_SPARKS)) if 0 < flight < 1 else ()
    return Frame(disc, tick, sparks)


def is_over(seconds: float) -> bool:
    """Whether the picture stands still from here on."""
    return seconds >= LENGTH_S


def _spark(number: int, flight: float) -> Spark:
    angle = 2 * math.pi * number / _SPARKS
    far = 1.15 + (0.9 + 0.5 * ((number * 7) % 5) / 4) * (1 - (1 - flight) ** 2)
    drop = 0.5 * flight * flight
    return Spark(math.cos(angle) * far, math.sin(angle) * far + drop, 0.05, 1 - flight)


def _smooth(part: float) -> float:
    part = min(1.0, max(0.0, part))
    return part * part * (3 - 2 * part)


def _overshoot(part: float) -> float:
    part = max(0.0, part) - 1
    return max(0.0, 1 + 2.7 * part**3 + 1.7 * part**2)

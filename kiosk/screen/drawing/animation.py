"""The payment animation: seconds since settlement -> what to draw. Pure."""

import math
from dataclasses import dataclass
from typing import Final

LENGTH_S: Final = 2.4

_SPARKS: Final = 44
_RINGS_S: Final = (0.0, 0.22)  # when each of them starts
_RING_S: Final = 1.1
_SHADES: Final = 12
_OVER_WORDS: Final = 0.4  # below the mark stand words, which stay readable

# An angle that never repeats itself spreads the sparks without a pattern.
_GOLDEN: Final = math.pi * (3 - math.sqrt(5))


@dataclass(frozen=True, slots=True)
class Spark:
    """A flying slip of paper, its corners in units of the disc's radius from its middle.

    `shade` 1 is fresh, 0 is gone.
    """

    corners: tuple[tuple[float, float], ...]
    shade: float


@dataclass(frozen=True, slots=True)
class Ring:
    """A spreading circle, in units of the disc's radius."""

    radius: float
    width: float
    shade: float


@dataclass(frozen=True, slots=True)
class Moment:
    """How far the disc has grown and the tick is drawn (1 is all of it), and what flies."""

    disc: float
    tick: float
    rings: tuple[Ring, ...] = ()
    sparks: tuple[Spark, ...] = ()


def standing() -> Moment:
    """The mark at rest: what shows at once, and what the animation ends with."""
    return Moment(1.0, 1.0)


def celebration(seconds: float) -> Moment:
    """The merchant has it: the mark that shows since *paid* pulses once, and paper flies."""
    if seconds >= LENGTH_S:
        return standing()
    return Moment(_pulse(seconds / 0.5), 1.0, *_flying(seconds))


def _flying(seconds: float) -> tuple[tuple[Ring, ...], tuple[Spark, ...]]:
    rings = (_ring((seconds - later_s) / _RING_S) for later_s in _RINGS_S)
    flight = seconds / LENGTH_S
    sparks = tuple(_spark(number, flight) for number in range(_SPARKS)) if flight > 0 else ()
    return tuple(ring for ring in rings if ring.shade > 0), sparks


def _ring(part: float) -> Ring:
    if not 0 < part < 1:
        return Ring(0, 0, 0)
    far = 1 - (1 - part) ** 3
    return Ring(1 + 1.6 * far, 0.12 * (1 - part) + 0.01, _shaded(0.55 * (1 - part) ** 1.5))


def _spark(number: int, flight: float) -> Spark:
    """Thrown outwards, braked by the air, then falling and turning."""
    angle = number * _GOLDEN
    speed = 1.2 + 1.5 * ((number * 37) % _SPARKS) / _SPARKS
    far = 0.9 + speed * (1 - (1 - flight) ** 2.2)
    x = math.cos(angle) * far * 1.35
    y = math.sin(angle) * far * 0.8 + 1.5 * flight * flight
    turn = angle + flight * (4 + number % 5)
    long, short = 0.075, 0.075 * abs(math.cos(turn * 1.7)) + 0.012
    along = (math.cos(turn) * long, math.sin(turn) * long)
    across = (-math.sin(turn) * short, math.cos(turn) * short)
    corners = tuple(
        (x + a * along[0] + b * across[0], y + a * along[1] + b * across[1])
        for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    )
    shade = (0.95 - 0.35 * (number % 3) / 2) * min(1.0, 2.2 * (1 - flight))
    return Spark(corners, _shaded(shade * (_OVER_WORDS if y > 1 else 1)))


def _shaded(shade: float) -> float:
    """Few shades, so that the colours of a frame are mixed once each."""
    return round(max(0.0, shade) * _SHADES) / _SHADES


def _pulse(part: float) -> float:
    """Up a little and back, once."""
    return 1 + 0.13 * math.sin(math.pi * part) ** 2 if 0 < part < 1 else 1.0

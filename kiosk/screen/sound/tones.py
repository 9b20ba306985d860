"""The tones, made in code. Pure: numbers in, samples out."""

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from kiosk.sale.effects import Sound

RATE_HZ: Final = 22_050

_ATTACK_S: Final = 0.004
_RELEASE_S: Final = 0.012
_FULL: Final = 32_767
_OVERTONES: Final = ((1, 1.0), (2, 0.28), (3, 0.1))
_PLACES: Final = 1024


@dataclass(frozen=True, slots=True)
class Note:
    """One note of a tone: when it begins, how long it lasts, how fast it fades."""

    hz: float
    at_s: float
    for_s: float
    fade_s: float  # seconds in which it falls to a third


@dataclass(frozen=True, slots=True)
class Tone:
    """Notes, and how loud the loudest moment is, 0 to 1."""

    notes: tuple[Note, ...]
    loud: float


# Two short for money, one long for trouble, as the buzzer has it (`panel.led`). All above 300 Hz,
# which is where the speaker of a small panel begins.
TONES: Final[Mapping[Sound, Tone]] = MappingProxyType(
    {
        Sound.KEY: Tone((Note(1568, 0.0, 0.03, 0.008),), 0.35),
        Sound.REFUSED: Tone((Note(392, 0.0, 0.2, 0.15), Note(370, 0.0, 0.2, 0.15)), 0.6),
        Sound.PAID: Tone((Note(1047, 0.0, 0.1, 0.12), Note(1319, 0.16, 0.14, 0.12)), 0.9),
        Sound.FORWARDED: Tone(
            (
                Note(1047, 0.0, 0.5, 0.2),
                Note(1319, 0.09, 0.5, 0.2),
                Note(1568, 0.18, 0.5, 0.2),
                Note(2093, 0.27, 0.7, 0.25),
            ),
            0.9,
        ),
        # One low note, nothing like a sale: anybody can send the merchant a single sat.
        Sound.RECEIVED: Tone((Note(523, 0.0, 0.35, 0.12),), 0.5),
        Sound.TROUBLE: Tone((Note(440, 0.0, 0.8, 2.0), Note(466, 0.0, 0.8, 2.0)), 0.9),
    }
)


@cache
def samples(sound: Sound) -> bytes:
    """The tone as signed 16-bit mono at RATE_HZ, beginning and ending in silence."""
    tone = TONES[sound]
    length_s = max(note.at_s + note.for_s for note in tone.notes)
    wave = [0.0] * (int(length_s * RATE_HZ) + 1)
    for note in tone.notes:
        first = int(note.at_s * RATE_HZ)
        for number, value in enumerate(_played(note)):
            wave[first + number] += value
    scale = tone.loud * _FULL / max(max(wave), -min(wave))
    return array("h", (round(value * scale) for value in wave)).tobytes()


def _played(note: Note) -> list[float]:
    """A note's wave: quickly in, fading like a struck bar, and to nothing at its end."""
    round_, turn, step = _round(), 0.0, note.hz * _PLACES / RATE_HZ
    level, fade = 1.0, math.exp(-1 / (note.fade_s * RATE_HZ))
    wave = []
    for _ in range(int(note.for_s * RATE_HZ)):
        wave.append(round_[int(turn) % _PLACES] * level)
        turn += step
        level *= fade
    attack, release = int(_ATTACK_S * RATE_HZ), int(_RELEASE_S * RATE_HZ)
    for number in range(attack):
        wave[number] *= number / attack
    for number in range(release):
        wave[-1 - number] *= number / release
    return wave


@cache
def _round() -> tuple[float, ...]:
    """One round of the wave: looked up, since tones are made while pictures are drawn."""
    return tuple(
        sum(share * math.sin(2 * math.pi * n * place / _PLACES) for n, share in _OVERTONES)
        for place in range(_PLACES)
    )

"""Short tones made in code: the audio part of the display door.

One thread owns the audio device. It opens it with the first tone, gives it back after a silence
and sleeps in its queue in between: a quiet till keeps no device busy, and no audio driver, however
slow, holds up a frame.
"""

import logging
import math
import os
import sys
import threading
import time
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from types import MappingProxyType
from typing import Final, Protocol

import pygame

from kiosk.sale.effects import Sound

log: Final = logging.getLogger("kiosk.screen")

RATE_HZ: Final = 22_050
SILENCE_S: Final = 5.0  # after this the device is given back
LATE_S: Final = 0.25  # a click that comes later than this belongs to no finger any more
RETRY_S: Final = 60.0  # a device that was not there may have been plugged in

# Not /proc/asound, which the sealed unit does not see.
_DEVICES: Final = Path("/dev/snd")
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


class NoSound(Exception):
    """No audio device, or none that can be opened."""


class Output(Protocol):
    """An audio device."""

    def open(self) -> None: ...
    def play(self, sound: Sound, volume: float) -> None: ...
    def close(self) -> None: ...


class Speaker:
    """Plays tones, `volume` 0 to 100; 0 is mute, and then no device is ever opened."""

    def __init__(
        self,
        volume: int,
        output: Output | None = None,
        *,
        silence_s: float = SILENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        # Ears hear ratios: half of the number should sound like half of the loudness.
        self._volume = (volume / 100) ** 2
        self._output: Output = output or _Mixer()
        self._silence_s = silence_s
        self._clock = clock
        self._orders: SimpleQueue[tuple[Sound, float] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def play(self, sound: Sound) -> None:
        """Play it soon; returns at once."""
        if not self._volume:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)
            self._thread.start()
        self._orders.put((sound, self._clock()))

    def close(self) -> None:
        """Silent from here on; an audio driver that hangs does not hold up the end."""
        if self._thread is not None:
            self._orders.put(None)
            self._thread.join(timeout=1.0)
            self._thread = None

    def _run(self) -> None:
        try:
            self._serve()
        except Exception:
            log.exception("no sound until the program is started again")

    def _serve(self) -> None:
        is_open, told, deaf_until_s = False, False, -math.inf
        while True:
            try:
                order = self._orders.get(timeout=self._silence_s if is_open else None)
            except Empty:
                self._output.close()
                is_open = False
                continue
            if order is None:
                break
            sound, asked_s = order
            if not is_open and self._clock() >= deaf_until_s:
                try:
                    self._output.open()
                    is_open, told = True, False
                except NoSound as error:
                    deaf_until_s = self._clock() + RETRY_S
                    if not told:
                        log.warning("no sound: %s", error)
                    told = True
            late = sound is Sound.KEY and self._clock() - asked_s > LATE_S
            if is_open and not late:
                self._output.play(sound, self._volume)
        if is_open:
            self._output.close()


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


class _Mixer:
    """pygame's mixer, whose tones live only as long as it is open."""

    def __init__(self) -> None:
        self._tones: dict[Sound, pygame.mixer.Sound] = {}

    def open(self) -> None:
        if not has_card(os.environ):  # ALSA would write several lines of its own about it
            raise NoSound("this machine has no sound card")
        try:
            pygame.mixer.init(RATE_HZ, -16, 1, 512, allowedchanges=0)
        except pygame.error as error:
            raise NoSound(str(error)) from error

    def play(self, sound: Sound, volume: float) -> None:
        tone = self._tones.get(sound)
        if tone is None:
            tone = self._tones[sound] = pygame.mixer.Sound(buffer=samples(sound))
            tone.set_volume(volume)
        tone.play()

    def close(self) -> None:
        self._tones.clear()
        pygame.mixer.quit()


def has_card(environ: Mapping[str, str], devices: Path = _DEVICES) -> bool:
    """Whether opening can go well; a driver that somebody chose gets the benefit of the doubt."""
    if sys.platform != "linux" or environ.keys() & {"SDL_AUDIODRIVER", "PULSE_SERVER"}:
        return True
    return any(devices.glob("pcmC*D*p"))

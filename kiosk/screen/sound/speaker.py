"""The speaker: the audio part of the display door.

One thread asks a process of its own (`kiosk.screen.sound.player`) to play, and waits for every
answer with a limit: a driver that never comes back is ended with its process, and the till stays
silent and says so. The device is opened with the first tone and given back after a silence: a quiet
till keeps no device busy, and no audio driver, however slow, holds up a frame.
"""

import logging
import math
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final, Protocol

from kiosk.sale.effects import Sound
from kiosk.screen import child_process

log: Final = logging.getLogger("kiosk.screen")

SILENCE_S: Final = 5.0  # after this the device is given back
LATE_S: Final = 0.25  # a click that comes later than this belongs to no finger any more
RETRY_S: Final = 60.0  # a device that was not there may have been plugged in
ANSWER_S: Final = 10.0  # a driver that takes longer is not waited for any more

# Not /proc/asound, which the sealed unit does not see.
_DEVICES: Final = Path("/dev/snd")
_PLAYER: Final = ("-m", "kiosk.screen.sound.player")
_LONGEST_ANSWER: Final = 500


class NoSound(Exception):
    """No audio device, or none that can be opened."""


class SpeakerHangs(Exception):
    """The audio driver does not come back."""


class Output(Protocol):
    """An audio device. Every method but `end` may raise NoSound or SpeakerHangs."""

    def open(self) -> None:
        """Take the device, so that `play` may be called."""

    def play(self, sound: Sound, volume: float) -> None:
        """Play a sound; `volume` is 0 to 1."""

    def close(self) -> None:
        """Give the device back until the next `open`."""

    def end(self) -> None:
        """Give everything up for good; never fails."""


class Speaker:
    """Plays tones, `volume` 0 to 100; 0 is mute, and then no device is ever opened.

    `on_hang` is called once, in the speaker's thread, when the device hangs: silent from then on.
    """

    def __init__(
        self,
        volume: int,
        output: Output | None = None,
        *,
        device: str = "",
        on_hang: Callable[[], None] = lambda: None,
        silence_s: float = SILENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.use_volume(volume)
        self._output: Output = output or Player(device)
        self._on_hang = on_hang
        self._silence_s = silence_s
        self._clock = clock
        self._orders: SimpleQueue[tuple[Sound, float] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._hangs = False

    def use_volume(self, volume: int) -> None:
        """From the next tone on, 0 to 100; 0 is mute."""
        # Ears hear ratios: half of the number should sound like half of the loudness.
        self._volume = (volume / 100) ** 2

    def play(self, sound: Sound) -> None:
        """Play it soon; returns at once."""
        if self._hangs or not self._volume:
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
            self._output.end()
            self._thread.join(timeout=1.0)
            self._thread = None

    def _run(self) -> None:
        try:
            self._serve()
        except SpeakerHangs as error:
            self._hangs = True
            log.error("no sound until the program is started again: %s", error)  # noqa: TRY400
            self._on_hang()
        except Exception:
            log.exception("no sound until the program is started again")
        self._output.end()

    def _serve(self) -> None:
        is_open, sentence, deaf_until_s = False, False, -math.inf
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
                    is_open, sentence = True, False
                except NoSound as error:
                    deaf_until_s = self._clock() + RETRY_S
                    if not sentence:
                        log.warning("no sound: %s", error)
                    sentence = True
            late = sound is Sound.KEY and self._clock() - asked_s > LATE_S
            if not is_open or late:
                continue
            try:
                self._output.play(sound, self._volume)
            except NoSound as error:  # unplugged: the next tone opens it again
                log.warning("no sound: %s", error)
                self._output.close()
                is_open = False
        if is_open:
            self._output.close()


class Player:
    """The player's process, started with the first tone. `device` is ALSA's name for the output."""

    def __init__(
        self,
        device: str = "",
        *,
        command: Sequence[str] = _PLAYER,
        answer_s: float = ANSWER_S,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._environ = child_process.environment(environ)
        if device:
            self._environ["AUDIODEV"] = device  # as SDL's ALSA driver has it
        self._command = command
        self._answer_s = answer_s
        self._process: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        """Open the device.

        Raises:
            NoSound: it cannot be opened, or there is none.
        """
        if not has_card(self._environ):  # ALSA would write several lines of its own about it
            raise NoSound("this machine has no sound card")
        self._ask("open")

    def play(self, sound: Sound, volume: float) -> None:
        """Begin the tone."""
        self._ask(f"play {sound} {volume:.4f}")

    def close(self) -> None:
        """Give the device back."""
        self._ask("close")

    def end(self) -> None:
        """End the process; safe from any thread, and whatever the process hangs in."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _ask(self, command: str) -> None:
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(f"{command}\n".encode())
            process.stdin.flush()
            ready, _, _ = select.select((process.stdout,), (), (), self._answer_s)
            answer = process.stdout.readline(_LONGEST_ANSWER) if ready else None
        except (OSError, ValueError) as error:  # ended, by itself or by `end`
            self.end()
            raise NoSound("the player has ended") from error
        if answer is None:
            self.end()
            raise SpeakerHangs(f"the audio device did not answer in {self._answer_s:.0f} s")
        words = answer.decode("utf-8", "replace").strip()
        if words != "ok":
            if not words:
                self.end()
            raise NoSound(words.removeprefix("no ") or "the player has ended")

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(  # noqa: S603 - no shell, fixed arguments
            child_process.command(*self._command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environ,
            start_new_session=True,  # Ctrl-C at a desk is not meant for it
        )
        return self._process


def has_card(environ: Mapping[str, str], devices: Path = _DEVICES) -> bool:
    """Whether opening can go well; a driver that somebody chose gets the benefit of the doubt."""
    if sys.platform != "linux" or environ.keys() & {"SDL_AUDIODRIVER", "PULSE_SERVER"}:
        return True
    return any(devices.glob("pcmC*D*p"))

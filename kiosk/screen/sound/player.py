"""The process that plays tones: `python -m kiosk.screen.sound.player`, one command a line.

pygame's mixer keeps the interpreter's lock while ALSA opens a device, and a device may take for
ever. Here that stops nothing but this process, which `kiosk.screen.sound.speaker` then ends.

    open            ->  ok, or no WHY
    play paid 0.36  ->  ok
    close           ->  ok
"""

import sys
from collections.abc import Iterable
from typing import Final, TextIO

import pygame

from kiosk.sale.effects import Sound
from kiosk.screen.sound.tones import RATE_HZ, samples

DONE: Final = "ok"
REFUSED: Final = "no "
_BUFFER: Final = 512


def serve(commands: Iterable[str], answers: TextIO) -> None:
    """Do what each line says, and answer each with one line; the end of the lines is the end."""
    tones: dict[Sound, pygame.mixer.Sound] = {}
    for command in commands:
        try:
            _obey(command.split(), tones)
            answer = DONE
        except (pygame.error, ValueError) as error:
            answer = REFUSED + " ".join(str(error).split())
        print(answer, file=answers, flush=True)
    pygame.mixer.quit()


def _obey(words: list[str], tones: dict[Sound, pygame.mixer.Sound]) -> None:
    match words:
        case ["open"]:
            pygame.mixer.init(RATE_HZ, -16, 1, _BUFFER, allowedchanges=0)
        case ["play", name, volume]:
            sound = Sound(name)
            if sound not in tones:
                tones[sound] = pygame.mixer.Sound(buffer=samples(sound))
            tones[sound].set_volume(float(volume))
            tones[sound].play()
        case ["close"]:
            tones.clear()  # they live only as long as the mixer is open
            pygame.mixer.quit()
        case _:
            raise ValueError(f"no such command: {words}")


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)

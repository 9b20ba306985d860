"""The merchant's logo, PNG or SVG: read once, scaled once for each place, its shape kept.

It is drawn by a process of its own with limits (`kiosk.screen.drawing.logo_renderer`).

It goes on the head, the attract screen and success; never on a code, which it would make harder
to read (BlueWallet #235).
"""

import logging
import os
import stat
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import pygame

from kiosk.screen import child_process
from kiosk.screen.drawing.canvas import Align, Canvas
from kiosk.screen.drawing.logo_renderer import PNG
from kiosk.screen.drawing.theme import Colour, contrast

log: Final = logging.getLogger("kiosk.screen")

MOST_BYTES: Final = 8_000_000
MOST_PIXELS: Final = 16_000_000

MOST_MEMORY_BYTES: Final = 400_000_000
MOST_CPU_S: Final = 5
LONGEST_S: Final = 15.0  # on a machine that is busy with its boot; below the watchdog's patience

_RENDERER: Final = "kiosk.screen.drawing.logo_renderer"
_SVG_HEAD_BYTES: Final = 4096
# A logo nearer than this to what it stands on is put on a plate.
_LEAST_CONTRAST: Final = 1.8
_WHITE: Final = (255, 255, 255)
_BLACK: Final = (16, 16, 16)


class LogoBroken(ValueError):
    """The file cannot be drawn; the sentence says why."""


def problem(path: Path) -> str | None:
    """Why this file is no logo, None when it is one; for the doctor."""
    try:
        _read(path)
    except LogoBroken as broken:
        return str(broken)
    return None


def draw(
    canvas: Canvas,
    path: Path | None,
    area: pygame.Rect,
    ground: Colour,
    *,
    align: Align = Align.CENTER,
) -> pygame.Rect | None:
    """Draw the logo into an area and say where; None, and nothing drawn, when there is none."""
    made = scaled_logo(path, area.size, ground) if path is not None else None
    if made is None:
        return None
    place = made.get_rect(center=area.center)
    if align is not Align.CENTER:
        at_left = (align is Align.START) is not canvas.words.is_rtl
        place.left = area.left if at_left else area.right - place.width
    canvas.surface.blit(made, place, special_flags=pygame.BLEND_PREMULTIPLIED)
    return place


@dataclass(frozen=True, slots=True)
class _Logo:
    """Alpha already multiplied in: scaled otherwise, see-through pixels would fringe it."""

    surface: pygame.Surface
    average: Colour


@lru_cache(maxsize=1)
def kept_logo(path: Path) -> _Logo | None:
    """The logo with its empty margins off; a broken one is logged here, once."""
    try:
        return _read(path)
    except LogoBroken as broken:
        log.warning("the logo is not drawn: %s", broken)
        return None


@lru_cache(maxsize=8)
def scaled_logo(path: Path, room: tuple[int, int], ground: Colour) -> pygame.Surface | None:
    """As large as it fits; on a plate where it would not be seen."""
    kept = kept_logo(path)
    if kept is None:
        return None
    if contrast(kept.average, ground) >= _LEAST_CONTRAST:
        return _fitted(kept.surface, room)
    pad = max(2, min(room) // 12)
    inner = _fitted(kept.surface, (max(1, room[0] - 2 * pad), max(1, room[1] - 2 * pad)))
    width, height = inner.get_size()
    plate = pygame.Surface((width + 2 * pad, height + 2 * pad), pygame.SRCALPHA)
    tone = max((_WHITE, _BLACK), key=lambda tone: contrast(kept.average, tone))
    pygame.draw.rect(plate, tone, plate.get_rect(), border_radius=pad)
    plate.blit(inner, (pad, pad), special_flags=pygame.BLEND_PREMULTIPLIED)
    return plate.premul_alpha()


def _fitted(surface: pygame.Surface, room: tuple[int, int]) -> pygame.Surface:
    width, height = surface.get_size()
    scale = min(room[0] / width, room[1] / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return pygame.transform.smoothscale(surface, size)


def _read(path: Path) -> _Logo:
    content = _content(path)
    if content.startswith(PNG):
        _check_size(path, content)
    elif b"<svg" not in content[:_SVG_HEAD_BYTES]:
        raise LogoBroken(f"{path} is neither PNG nor SVG")
    words = ("-m", _RENDERER, str(MOST_MEMORY_BYTES), str(MOST_CPU_S))
    try:
        done = subprocess.run(  # noqa: S603 - no shell, fixed arguments
            child_process.command(*words),
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=LONGEST_S,
            env=child_process.environment(),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LogoBroken(f"{path} takes too long to draw: make it simpler") from error
    except OSError as error:
        raise LogoBroken(f"{path} cannot be drawn: {error.strerror}") from error
    if done.returncode != 0:
        raise LogoBroken(f"{path} takes too much memory or time to draw: make it simpler")
    return _logo_of(path, done.stdout)


def _logo_of(path: Path, answer: bytes) -> _Logo:
    head, _, pixels = answer.partition(b"\n")
    verdict, *words = head.decode("utf-8", "replace").split(" ")
    if verdict != "ok":
        raise LogoBroken(f"{path} {' '.join(words)}")
    width, height, red, green, blue = map(int, words)
    return _Logo(pygame.image.frombytes(pixels, (width, height), "RGBA"), (red, green, blue))


def _content(path: Path) -> bytes:
    """What is in the file; what is no file (a pipe, a device) is not waited for."""
    try:
        with open(path, "rb", opener=_opener) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise LogoBroken(f"{path} is no file")
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise LogoBroken(f"{path} cannot be read: {error}") from error
    if len(content) > MOST_BYTES:
        raise LogoBroken(f"{path} is larger than {MOST_BYTES // 1_000_000} MB")
    return content


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def _check_size(path: Path, head: bytes) -> None:
    """A small file may unpack into more than the area's memory; the header says so beforehand."""
    width, height = (int.from_bytes(head[at : at + 4], "big") for at in (16, 20))
    if width * height > MOST_PIXELS:
        raise LogoBroken(f"{path} has more than {MOST_PIXELS // 1_000_000} million pixels")

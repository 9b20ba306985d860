"""The merchant's logo, PNG or SVG: read once, scaled once for each place, its shape kept.

It goes on the head, the attract screen and success; never on a code, which it would make harder
to read (BlueWallet #235).
"""

import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import pygame

from kiosk.screen.canvas import Align, Canvas
from kiosk.screen.theme import Colour, contrast

log: Final = logging.getLogger("kiosk.screen")

MOST_BYTES: Final = 8_000_000
MOST_PIXELS: Final = 16_000_000

# The longer side of what is kept; every place on the glass is smaller.
_KEPT_PX: Final = 1024
_PNG: Final = b"\x89PNG\r\n\x1a\n"
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
    box: pygame.Rect,
    ground: Colour,
    *,
    align: Align = Align.CENTER,
) -> pygame.Rect | None:
    """Draw the logo into a box and say where; None, and nothing drawn, when there is none."""
    made = _scaled(path, box.size, ground) if path is not None else None
    if made is None:
        return None
    place = made.get_rect(center=box.center)
    if align is not Align.CENTER:
        at_left = (align is Align.START) is not canvas.words.is_rtl
        place.left = box.left if at_left else box.right - place.width
    canvas.surface.blit(made, place, special_flags=pygame.BLEND_PREMULTIPLIED)
    return place


@dataclass(frozen=True, slots=True)
class _Logo:
    """Alpha already multiplied in: scaled otherwise, see-through pixels would fringe it."""

    surface: pygame.Surface
    average: Colour


@lru_cache(maxsize=1)
def _kept(path: Path) -> _Logo | None:
    """The logo with its empty margins off; a broken one is told here, once."""
    try:
        return _read(path)
    except LogoBroken as broken:
        log.warning("the logo is not drawn: %s", broken)
        return None


@lru_cache(maxsize=8)
def _scaled(path: Path, room: tuple[int, int], ground: Colour) -> pygame.Surface | None:
    """As large as it fits; on a plate where it would not be seen."""
    kept = _kept(path)
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
    try:
        loaded = _loaded(path)
    except (OSError, pygame.error) as error:
        raise LogoBroken(f"{path} cannot be read: {error}") from error
    seen = loaded.get_bounding_rect()
    if not seen.width or not seen.height:
        raise LogoBroken(f"{path} draws nothing; text in an SVG must be made into paths")
    kept = pygame.Surface(seen.size, pygame.SRCALPHA, 32)
    kept.blit(loaded, (0, 0), seen)
    red, green, blue, *_ = pygame.transform.average_color(kept, consider_alpha=True)
    whole = kept.premul_alpha()
    if max(seen.size) > _KEPT_PX:
        whole = _fitted(whole, (_KEPT_PX, _KEPT_PX))
    return _Logo(whole, (red, green, blue))


def _loaded(path: Path) -> pygame.Surface:
    if path.stat().st_size > MOST_BYTES:
        raise LogoBroken(f"{path} is larger than {MOST_BYTES // 1_000_000} MB")
    head = _head(path)
    if head.startswith(_PNG):
        _check_size(path, head)
        return pygame.image.load(path)
    if b"<svg" in head:
        return pygame.image.load_sized_svg(path, (_KEPT_PX, _KEPT_PX))
    raise LogoBroken(f"{path} is neither PNG nor SVG")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_SVG_HEAD_BYTES)


def _check_size(path: Path, head: bytes) -> None:
    """A small file may unpack into more than the box's memory; the header says so beforehand."""
    width, height = (int.from_bytes(head[at : at + 4], "big") for at in (16, 20))
    if width * height > MOST_PIXELS:
        raise LogoBroken(f"{path} has more than {MOST_PIXELS // 1_000_000} million pixels")

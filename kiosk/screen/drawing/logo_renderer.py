"""The process that draws a logo: `python -m kiosk.screen.drawing.logo_renderer BYTES SECONDS`.

The file comes on standard input. A few kB of SVG can take minutes of drawing and all the memory,
so this process may use only so many bytes and so many seconds of processor. It answers with a line
and the pixels (`ok WIDTH HEIGHT RED GREEN BLUE`, then RGBA with alpha multiplied in), or `no WHY`.
"""

import io
import resource
import sys
from typing import Final

import pygame

PNG: Final = b"\x89PNG\r\n\x1a\n"
KEPT_PX: Final = 1024  # the longer side of what is kept; every place on the display is smaller


def render(content: bytes) -> bytes:
    """The answer for one logo."""
    try:
        loaded = _load(content)
    except pygame.error as error:
        return f"no cannot be read: {error}\n".encode()
    seen = loaded.get_bounding_rect()
    if not seen.width or not seen.height:
        return b"no draws nothing; text in an SVG must be made into paths\n"
    kept = pygame.Surface(seen.size, pygame.SRCALPHA, 32)
    kept.blit(loaded, (0, 0), seen)
    red, green, blue, *_ = pygame.transform.average_color(kept, consider_alpha=True)
    whole = kept.premul_alpha()
    scale = KEPT_PX / max(seen.size)
    if scale < 1:
        size = (max(1, round(seen.width * scale)), max(1, round(seen.height * scale)))
        whole = pygame.transform.smoothscale(whole, size)
    width, height = whole.get_size()
    head = f"ok {width} {height} {red} {green} {blue}\n".encode()
    return head + pygame.image.tobytes(whole, "RGBA")


def _load(content: bytes) -> pygame.Surface:
    file = io.BytesIO(content)
    if content.startswith(PNG):
        return pygame.image.load(file, "logo.png")
    return pygame.image.load_sized_svg(file, (KEPT_PX, KEPT_PX))


if __name__ == "__main__":
    for limit, most in (
        (resource.RLIMIT_DATA, int(sys.argv[1])),
        (resource.RLIMIT_CPU, int(sys.argv[2])),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    sys.stdout.buffer.write(render(sys.stdin.buffer.read()))

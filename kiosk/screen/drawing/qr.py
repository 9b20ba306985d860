"""Payment request -> QR surface: as large as it fits, whole pixels, full quiet zone, no logo."""

from functools import cache, lru_cache
from importlib import import_module
from typing import Final

import pygame

QUIET_MODULES: Final = 4  # ISO/IEC 18004: four light modules on every side

# The white of the code, for scanners that glare blinds: it still reads at the lowest.
WHITE_LEVELS: Final = (140, 170, 200, 230, 255)


def text_of(payment_request: str) -> str:
    """What is encoded: all upper case, so that the denser alphanumeric mode is used."""
    return f"LIGHTNING:{payment_request}".upper()


@cache
def prepare() -> None:
    """Load what makes codes, which takes as long as making one; done while Blink is asked."""
    import_module("qrcode")


@lru_cache(maxsize=2)
def modules(payment_request: str) -> tuple[tuple[bool, ...], ...]:
    """The dark modules of the code, row by row, without the quiet zone."""
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_L, border=0)
    code.add_data(text_of(payment_request))
    code.make(fit=True)
    return tuple(tuple(bool(cell) for cell in row) for row in code.get_matrix())


@lru_cache(maxsize=2)
def qr_surface(payment_request: str, room: int, white: int) -> pygame.Surface:
    """The code in at most `room` pixels square, the quiet zone included."""
    cells = modules(payment_request)
    count = len(cells) + 2 * QUIET_MODULES
    small = pygame.Surface((count, count))
    small.fill((white, white, white))
    for y, row in enumerate(cells):
        for x, dark in enumerate(row):
            if dark:
                small.set_at((x + QUIET_MODULES, y + QUIET_MODULES), (0, 0, 0))
    scale = max(1, room // count)
    return pygame.transform.scale(small, (count * scale, count * scale))

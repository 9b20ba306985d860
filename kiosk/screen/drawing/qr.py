"""Payment request -> QR surface: as large as it fits, whole pixels, full quiet zone, no logo."""

from functools import cache, lru_cache
from importlib import import_module
from typing import Final

import pygame

from kiosk.screen.drawing.qr_codewords import codewords

QUIET_MODULES: Final = 4  # ISO/IEC 18004: four light modules on every side

# The white of the code, for scanners that glare blinds: it still reads at the lowest.
WHITE_LEVELS: Final = (140, 170, 200, 230, 255)

# One of the eight masks, the same for every code. The best of all eight is what takes longest to
# find, and it reads no better: a payment request is as random as what a mask is there to break up.
MASK: Final = 4


def text_of(payment_request: str, *, lower_case: bool = False) -> str:
    """What is encoded: all upper case, so that the denser alphanumeric mode is used.

    In lower case, for a wallet that cannot read upper case, the modules are smaller.
    """
    text = f"lightning:{payment_request}"
    return text.lower() if lower_case else text.upper()


@cache
def prepare() -> None:
    """Load what makes codes, which takes as long as making one; done while Blink is asked."""
    import_module("qrcode")


@lru_cache(maxsize=2)
def modules(payment_request: str, *, lower_case: bool = False) -> tuple[tuple[bool, ...], ...]:
    """The dark modules of the code, row by row, without the quiet zone."""
    import qrcode
    from qrcode.base import rs_blocks
    from qrcode.util import length_in_bits

    text = text_of(payment_request, lower_case=lower_case)
    version = _smallest_version(len(text), _mode(lower_case=lower_case))
    level = qrcode.constants.ERROR_CORRECT_L
    code = qrcode.QRCode(version=version, error_correction=level, border=0, mask_pattern=MASK)
    code.data_cache = codewords(
        text,
        alphanumeric=not lower_case,
        count_bits=length_in_bits(_mode(lower_case=lower_case), version),
        blocks=[
            (block.data_count, block.total_count - block.data_count)
            for block in rs_blocks(version, level)
        ],
    )
    code.make(fit=False)
    return tuple(tuple(map(bool, row)) for row in code.get_matrix())


def _mode(*, lower_case: bool) -> int:
    from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM

    mode: int = MODE_8BIT_BYTE if lower_case else MODE_ALPHA_NUM
    return mode


def _smallest_version(length: int, mode: int) -> int:
    """The smallest code that holds so many characters at level L.

    The library finds it by writing the whole text bit by bit, which takes as long as the code.
    """
    from qrcode.constants import ERROR_CORRECT_L
    from qrcode.util import BIT_LIMIT_TABLE, MODE_ALPHA_NUM, mode_sizes_for_version

    pairs, single = divmod(length, 2)
    bits = 11 * pairs + 6 * single if mode == MODE_ALPHA_NUM else 8 * length
    for version in range(1, len(BIT_LIMIT_TABLE[ERROR_CORRECT_L])):
        head = 4 + mode_sizes_for_version(version)[mode]
        if head + bits <= BIT_LIMIT_TABLE[ERROR_CORRECT_L][version]:
            return version
    raise ValueError(f"no code holds {length} characters")


@lru_cache(maxsize=2)
def qr_surface(
    payment_request: str, room: int, white: int, *, lower_case: bool = False
) -> pygame.Surface:
    """The code in at most `room` pixels square, the quiet zone included."""
    return _surface(modules(payment_request, lower_case=lower_case), room, white)


@lru_cache(maxsize=2)
def text_surface(text: str, room: int) -> pygame.Surface:
    """Any text as a code in at most `room` pixels square, the quiet zone included."""
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_L, border=0)
    code.add_data(text)
    code.make(fit=True)
    cells = tuple(tuple(bool(cell) for cell in row) for row in code.get_matrix())
    return _surface(cells, room, WHITE_LEVELS[-1])


def _surface(cells: tuple[tuple[bool, ...], ...], room: int, white: int) -> pygame.Surface:
    count = len(cells) + 2 * QUIET_MODULES
    small = pygame.Surface((count, count))
    small.fill((white, white, white))
    dark = pygame.image.frombytes(
        b"".join(b"\0\0\0\xff" if cell else b"\0\0\0\0" for row in cells for cell in row),
        (len(cells), len(cells)),
        "RGBA",
    )
    small.blit(dark, (QUIET_MODULES, QUIET_MODULES))
    scale = max(1, room // count)
    return pygame.transform.scale(small, (count * scale, count * scale))

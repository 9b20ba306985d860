"""Payment request -> QR surface: as large as it fits, whole pixels, full quiet zone, no logo."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

import pygame

from kiosk.screen.drawing.qr_codewords import codewords
from kiosk.screen.drawing.qr_placement import placed

QUIET_MODULES: Final = 4  # ISO/IEC 18004: four light modules on every side

# The white of the code, for scanners that glare blinds: it still reads at the lowest.
WHITE_LEVELS: Final = (140, 170, 200, 230, 255)

USUAL_LENGTH: Final = 357  # of a payment request with the memo of a small sale


def text_of(payment_request: str, *, lower_case: bool = False) -> str:
    """What is encoded: all upper case, so that the denser alphanumeric mode is used.

    In lower case, for a wallet that cannot read upper case, the modules are smaller.
    """
    text = f"lightning:{payment_request}"
    return text.lower() if lower_case else text.upper()


@cache
def prepare() -> None:
    """Make a code of the usual length, after which others are quick; done while Blink is asked."""
    modules("q" * USUAL_LENGTH)


def modules(payment_request: str, *, lower_case: bool = False) -> tuple[bytes, ...]:
    """The modules of the code, row by row, 1 for dark, without the quiet zone."""
    text = text_of(payment_request, lower_case=lower_case)
    return text_modules(text, alphanumeric=not lower_case)


def text_modules(text: str, *, alphanumeric: bool = False) -> tuple[bytes, ...]:
    """The modules of any text's code: UTF-8, or where it can be the denser alphanumeric mode.

    Raises:
        ValueError: no code holds so much, or a character is not alphanumeric.
    """
    import qrcode
    from qrcode.base import rs_blocks
    from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, length_in_bits

    mode = MODE_ALPHA_NUM if alphanumeric else MODE_8BIT_BYTE
    version = _smallest_version(len(text.encode()), mode)
    words = codewords(
        text,
        alphanumeric=alphanumeric,
        count_bits=length_in_bits(mode, version),
        blocks=[
            (block.data_count, block.total_count - block.data_count)
            for block in rs_blocks(version, qrcode.constants.ERROR_CORRECT_L)
        ],
    )
    return placed(version, bytes(words))


def _smallest_version(length: int, mode: int) -> int:
    """The smallest code that holds so many bytes at level L.

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
def code_surface(payment_request: str, white: int, *, lower_case: bool = False) -> pygame.Surface:
    """The code with its quiet zone, a pixel for every module."""
    return _surface(modules(payment_request, lower_case=lower_case), white)


@lru_cache(maxsize=2)
def text_surface(text: str) -> pygame.Surface:
    """Any text as a code with its quiet zone, a pixel for every module."""
    return _surface(text_modules(text), WHITE_LEVELS[-1])


def side_in(room: int, code: pygame.Surface) -> int:
    """How many pixels square a code is in a room so large: whole pixels for every module."""
    count = code.get_width()
    return count * max(1, room // count)


def draw(surface: pygame.Surface, area: pygame.Rect, code: pygame.Surface) -> pygame.Rect:
    """Draw a code as large as it can be in the middle of an area; where it stands comes back."""
    side = side_in(min(area.size), code)
    place = pygame.Rect(0, 0, side, side)
    place.center = area.center
    same_format = pygame.Surface(code.get_size(), 0, surface)
    same_format.blit(code, (0, 0))
    if surface.get_rect().contains(place):  # scaled right into its place, without a second copy
        pygame.transform.scale(same_format, place.size, surface.subsurface(place))
    else:
        surface.blit(pygame.transform.scale(same_format, place.size), place)
    return place


def _surface(rows: Sequence[bytes], white: int) -> pygame.Surface:
    count = len(rows) + 2 * QUIET_MODULES
    quiet, beside = bytes(count * QUIET_MODULES), bytes(QUIET_MODULES)
    lines = b"".join(beside + row + beside for row in rows)
    code = pygame.image.frombytes(quiet + lines + quiet, (count, count), "P")
    code.set_palette([(white,) * 3, (0, 0, 0)])
    return code

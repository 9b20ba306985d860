"""Where a QR code's bits go (ISO/IEC 18004, 7.7.3), learned once for every size of code.

python-qrcode asks and masks module by module, which takes most of the time that a code takes. All
codes of one size have their bits at the same places and the same mask, so that a code is one
sum of two whole numbers and one look-up of all its modules.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Final

# One of the eight masks, the same for every code. The best of all eight is what takes longest to
# find, and it reads no better: a payment request is as random as what a mask is there to break up.
MASK: Final = 4

_TIMING_COLUMN: Final = 6  # which holds no data, and is left out where columns are paired
_DIGIT_VALUES: Final = bytes.maketrans(b"01", b"\0\1")


@dataclass(frozen=True, slots=True)
class _Placement:
    side: int
    mask: int  # the bits under the mask, the first the highest
    modules: Callable[
        [bytes], tuple[int, ...]
    ]  # from the bits, then one light and one dark, to every module


def placed(version: int, codewords: bytes) -> tuple[bytes, ...]:
    """The modules of a code, row by row, 1 for dark, without the quiet zone.

    `version` is its size, 1 to 40, at the lowest level of correction; `codewords` are all of it.
    """
    placement = _placement(version, len(codewords))
    bits = int.from_bytes(codewords) ^ placement.mask
    written = f"{bits:0{8 * len(codewords)}b}".encode().translate(_DIGIT_VALUES) + b"\0\1"
    modules = bytes(placement.modules(written))
    side = placement.side
    return tuple(modules[first : first + side] for first in range(0, side * side, side))


@lru_cache(maxsize=8)
def _placement(version: int, count: int) -> _Placement:
    """Two codes of the library, one all zeros and one all ones, differ where data is."""
    zeros, ones = _drawn(version, bytes(count)), _drawn(version, b"\xff" * count)
    side = len(zeros)
    light, dark = 8 * count, 8 * count + 1
    sources = [dark if module else light for row in zeros for module in row]
    mask = number = 0
    for row, column in _in_order(side):
        if zeros[row][column] != ones[row][column]:
            sources[row * side + column] = number
            mask = mask << 1 | zeros[row][column]
            number += 1
    return _Placement(side, mask, itemgetter(*sources))


def _drawn(version: int, codewords: bytes) -> list[list[bool]]:
    import qrcode

    level = qrcode.constants.ERROR_CORRECT_L
    code = qrcode.QRCode(version=version, error_correction=level, border=0, mask_pattern=MASK)
    code.data_cache = list(codewords)
    code.make(fit=False)
    return [list(map(bool, row)) for row in code.get_matrix()]


def _in_order(side: int) -> Iterator[tuple[int, int]]:
    """Row and column of every module in the order of the bits: two columns up, two down."""
    is_upwards = True
    for right in range(side - 1, 0, -2):
        first = right - 1 if right <= _TIMING_COLUMN else right
        for row in range(side - 1, -1, -1) if is_upwards else range(side):
            yield row, first
            yield row, first - 1
        is_upwards = not is_upwards

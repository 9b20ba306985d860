"""A receipt as a picture of black and white dots, drawn with the fonts of the screen.

So the printer needs no letters of its own: €, ₿, Hebrew and Japanese come out as they are drawn.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pygame

from kiosk.sale.receipt import Receipt
from kiosk.screen.drawing import typesetting
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.text.receipt_rows import ReceiptRow, RowStyle, receipt_rows
from kiosk.screen.text.words import Words

# Dots across the printable width of paper of so many millimetres, at 203 dots per inch: the
# widths of Epson's and nearly all other thermal printers.
DOTS_OF_PAPER: Final[Mapping[str, int]] = MappingProxyType({"58": 384, "80": 576})

_HEAD: Final = 1.6  # times as high as a plain line
_STRONG: Final = 1.25
_GAP: Final = 12  # dots between what begins a row and what ends it
_RULE: Final = 2  # dots
_DARK: Final = 170  # of 255: edges of letters up to here are black, since paper needs bold strokes
_BLACK: Final = (0, 0, 0)


def receipt_dots(receipt: Receipt, words: Words, width: int) -> bytes:
    """The receipt in a language as dots for a printer, `width` of them in a row (`packed_dots`)."""
    rows = receipt_rows(receipt, words)
    return packed_dots(receipt_picture(rows, width, rtl=words.is_rtl))


def save_receipt(receipt: Receipt, words: Words, width: int, file: Path) -> None:
    """Save the receipt as a picture of the paper, `width` dots wide; `file` ends in .png."""
    rows = receipt_rows(receipt, words)
    pygame.image.save(receipt_picture(rows, width, rtl=words.is_rtl), file)


def receipt_picture(rows: Sequence[ReceiptRow], width: int, *, rtl: bool = False) -> pygame.Surface:
    """The rows as a surface, `width` dots wide; `rtl` is the direction of the language."""
    drawn = [_row(row, width, rtl=rtl) for row in rows]
    picture = pygame.Surface((width, sum(part.get_height() for part in drawn)))
    top = 0
    for part in drawn:
        picture.blit(part, (0, top))
        top += part.get_height()
    return picture


def packed_dots(picture: pygame.Surface) -> bytes:
    """The picture as rows of bits from the top: the left dot is the highest bit, 1 is black.

    The width must be a multiple of 8.
    """
    width, height = picture.get_size()
    grey = pygame.image.tobytes(picture, "RGB")[::3].translate(_ZERO_OR_ONE)
    rows = (grey[row * width : (row + 1) * width] for row in range(height))
    return b"".join(int(row, 2).to_bytes(width // 8, "big") for row in rows)


# How dark a dot of the picture must be to be black on paper, as the digit of a binary number.
_ZERO_OR_ONE: Final = bytes(ord("1" if grey <= _DARK else "0") for grey in range(256))


def plain_height(width: int) -> int:
    """How high a plain line is, in dots: 24 on narrow paper, 30 on wide."""
    return 12 + width // 32


def _row(row: ReceiptRow, width: int, *, rtl: bool) -> pygame.Surface:
    """One row of the receipt, in as many lines as it takes."""
    plain = plain_height(width)
    match row.style:
        case RowStyle.RULE:
            part = _paper(width, plain // 2)
            pygame.draw.rect(part, _BLACK, (0, (part.get_height() - _RULE) // 2, width, _RULE))
            return part
        case RowStyle.HEAD:
            return _centred(row.begin, width, round(plain * _HEAD), Weight.BOLD, rtl=rtl)
        case RowStyle.CENTRED:
            return _centred(row.begin, width, plain, Weight.MEDIUM, rtl=rtl)
        case RowStyle.STRONG:
            return _spread(row, width, round(plain * _STRONG), Weight.BOLD, rtl=rtl)
        case RowStyle.PLAIN:
            return _spread(row, width, plain, Weight.MEDIUM, rtl=rtl)


def _centred(words: str, width: int, height: int, weight: Weight, *, rtl: bool) -> pygame.Surface:
    lines = _lines(words, width, height, weight, rtl=rtl)
    part = _paper(width, sum(line.get_height() for line in lines))
    top = 0
    for line in lines:
        part.blit(line, ((width - line.get_width()) // 2, top))
        top += line.get_height()
    return part


def _spread(
    row: ReceiptRow, width: int, height: int, weight: Weight, *, rtl: bool
) -> pygame.Surface:
    """What begins a row and what ends it, side by side, or below each other if it takes that."""
    begin = _lines(row.begin, width, height, weight, rtl=rtl) if row.begin else []
    end = _lines(row.end, width, height, weight, rtl=rtl) if row.end else []
    sides = len(begin) == len(end) == 1
    beside = sides and begin[0].get_width() + _GAP + end[0].get_width() <= width
    tall = max(typesetting.line_height(height), *(line.get_height() for line in (*begin, *end)))
    part = _paper(width, tall * (1 if beside else len(begin) + len(end)))
    for number, line in enumerate(begin):
        part.blit(line, (width - line.get_width() if rtl else 0, number * tall))
    for number, line in enumerate(end, start=0 if beside else len(begin)):
        part.blit(line, (0 if rtl else width - line.get_width(), number * tall))
    return part


def _lines(
    words: str, width: int, height: int, weight: Weight, *, rtl: bool
) -> list[pygame.Surface]:
    """The words in lines no wider than the paper; a word that is wider is made smaller."""
    lines = []
    for line in typesetting.wrapped(words, width, height, weight, rtl=rtl):
        fitting = typesetting.fitting(line, width, height, 1, weight, rtl=rtl)
        lines.append(typesetting.rendered(line, fitting, _BLACK, weight, rtl=rtl))
    return lines


def _paper(width: int, height: int) -> pygame.Surface:
    part = pygame.Surface((width, height))
    part.fill((255, 255, 255))
    return part

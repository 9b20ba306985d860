"""Which of the shipped fonts has which character, read from the fonts' own `cmap` tables.

No pygame here, so that words can ask before anything is drawn. `pygame.font.Font.metrics` would not
do: for a character that a font lacks it answers with the measures of the box that is drawn then.
See fonts/OFL.txt for the licences.
"""

import struct
import unicodedata
from bisect import bisect_right
from enum import Enum, StrEnum
from functools import cache
from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).parents[1] / "fonts"

# Unicode isolates: what stands between one and the end keeps its own direction.
FIRST_STRONG_ISOLATE: Final = "\u2068"
LEFT_TO_RIGHT_ISOLATE: Final = "\u2066"
RIGHT_TO_LEFT_ISOLATE: Final = "\u2067"
ISOLATES: Final = (LEFT_TO_RIGHT_ISOLATE, RIGHT_TO_LEFT_ISOLATE, FIRST_STRONG_ISOLATE)
END_ISOLATE: Final = "\u2069"

# Drawn by no font: marks that steer the direction of text, joiners, variation selectors.
_INVISIBLE: Final = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
_MISSING: Final = "?"


class Weight(StrEnum):
    """How heavy the strokes are."""

    MEDIUM = "medium"
    BOLD = "bold"


class Typeface(Enum):
    """The typefaces, in the order in which they are asked for a character."""

    LATIN = "latin"  # Greek, Cyrillic and currency signs too
    HEBREW = "hebrew"
    JAPANESE = "japanese"  # kana and the kanji of JIS X 0208 level 1

    def file(self, weight: Weight) -> Path:
        """The font file; Japanese has one weight only."""
        own = FONTS / f"{self.value}-{weight}.ttf"
        return own if own.is_file() else FONTS / f"{self.value}-{Weight.MEDIUM}.ttf"


def covers(words: str) -> bool:
    """Whether every character can be drawn."""
    chars = unicodedata.normalize("NFC", words)
    return all(char in _INVISIBLE or _is_covered(char) for char in chars)


@cache
def typeface_for(char: str) -> Typeface:
    """The face that draws a character; the first one for a character that none has."""
    return next((face for face in Typeface if _has(face, char)), Typeface.LATIN)


def drawable(words: str) -> str:
    """The text with what no face has replaced: by its plain form if there is one, else by ?.

    Direction marks stay: they are for `text`, which takes them out after ordering.
    """
    characters = []
    for char in unicodedata.normalize("NFC", words):
        if char in _INVISIBLE or _is_covered(char):
            characters.append(char)
        else:
            plain = unicodedata.normalize("NFKD", char)
            characters.append(plain if all(map(_is_covered, plain)) else _MISSING)
    return "".join(characters)


def without_marks(words: str) -> str:
    """The text without the characters that are never drawn."""
    return "".join(char for char in words if char not in _INVISIBLE)


@cache
def _is_covered(char: str) -> bool:
    return any(_has(face, char) for face in Typeface)


def _has(face: Typeface, char: str) -> bool:
    starts, ends = _ranges(face)
    place = bisect_right(starts, ord(char)) - 1
    return place >= 0 and ord(char) <= ends[place]


@cache
def _ranges(face: Typeface) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """First and last character of every stretch a face has (OpenType `cmap`, format 4)."""
    data = face.file(Weight.MEDIUM).read_bytes()
    tables = {
        data[at : at + 4]: struct.unpack_from(">I", data, at + 8)[0]
        for at in range(12, 12 + 16 * struct.unpack_from(">H", data, 4)[0], 16)
    }
    cmap = tables[b"cmap"]
    table = cmap + struct.unpack_from(">I", data, cmap + 8)[0]
    if struct.unpack_from(">H", data, table)[0] != 4:
        raise ValueError(f"{face.file(Weight.MEDIUM).name} has no cmap of format 4 first")
    count = struct.unpack_from(">H", data, table + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", data, table + 14)
    starts = struct.unpack_from(f">{count}H", data, table + 16 + 2 * count)
    return starts[:-1], ends[:-1]  # the last one is the format's own end mark

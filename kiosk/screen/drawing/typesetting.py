"""Text as a surface: a face for every run of a script, right-to-left where it reads so.

A height is that of the whole line in pixels; every face shares the size and the base line, so
that mixed scripts sit on one line.
"""

import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import count, groupby, pairwise
from types import MappingProxyType
from typing import Final

import pygame

from kiosk.screen.drawing.font_coverage import (
    END_ISOLATE,
    ISOLATES,
    Typeface,
    Weight,
    drawable,
    typeface_for,
    without_marks,
)

# Inter's line is 1.21 em high (hhea 2728 + 680 of 2816).
_EM_OF_LINE: Final = 2816 / (2728 + 680)
_DIGITS: Final = "0123456789"
_KERNING_PX: Final = 5  # by which a line may be longer than the sum of its words
_MOST_FONTS: Final = 128
_OPENING: Final = threading.Lock()
_OPEN_FONTS: Final[dict[tuple[Typeface, Weight, int], pygame.font.Font]] = {}
_RIGHT_TO_LEFT: Final = ("R", "AL")
_TURNED: Final = MappingProxyType(dict(zip("()[]{}<>«»‹›", ")(][}{><»«›‹", strict=True)))

# Japanese breaks between any two characters but before these and after those (JIS X 4051).
_NOT_FIRST: Final = frozenset(
    "、。，．・：；？！）］｝」』】〉》〕〟’”々ー―…ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ%.,:;!?)"
)
_NOT_LAST: Final = frozenset("（［｛「『【〈《〔〝‘“(")


@lru_cache(maxsize=1024)
def width(words: str, height: int, weight: Weight = Weight.MEDIUM, *, rtl: bool = False) -> int:
    """How wide a line of that height is, in pixels."""
    return sum(_advance(run, face, weight, height) for face, run in visual_runs(words, rtl))


def fitting(
    words: str,
    room: int,
    height: int,
    smallest: int,
    weight: Weight = Weight.MEDIUM,
    *,
    rtl: bool = False,
) -> int:
    """The largest height up to `height` at which the line is at most `room` wide.

    Never below `smallest`: then it does not fit, which `width` shows.
    """
    while height > smallest:
        wide = width(words, height, weight, rtl=rtl)
        if wide <= room:
            break
        height = max(smallest, min(height - 1, height * room // wide))
    return height


def fitting_lines(
    words: str,
    room: tuple[int, int],
    height: int,
    smallest: int,
    weight: Weight = Weight.MEDIUM,
    *,
    rtl: bool = False,
) -> tuple[int, tuple[str, ...]]:
    """The largest height of a line at which the words fit a room over several lines, and these.

    Never below `smallest`: then they do not fit.
    """
    while True:
        lines = wrapped(words, room[0] - _KERNING_PX, height, weight, rtl=rtl)
        widest = max((width(line, height, weight, rtl=rtl) for line in lines), default=0)
        fits = len(lines) * line_height(height) <= room[1] and widest <= room[0]
        if fits or height <= smallest:
            return height, lines
        height = max(smallest, height * 15 // 16)


@lru_cache(maxsize=64)
def rendered(
    words: str,
    height: int,
    colour: tuple[int, int, int],
    weight: Weight = Weight.MEDIUM,
    *,
    rtl: bool = False,
) -> pygame.Surface:
    """The line as a surface, exactly as high as a line; `rtl` is the direction of the paragraph."""
    base = _font(Typeface.LATIN, weight, height)
    runs = visual_runs(words, rtl)
    surface = pygame.Surface(
        (width(words, height, weight, rtl=rtl), base.get_height()), pygame.SRCALPHA
    )
    left = 0
    for face, run in runs:
        font = _font(face, weight, height)
        cell = _advance(run, face, weight, height)
        at = left + (cell - font.size(run)[0]) // 2
        surface.blit(font.render(run, True, colour), (at, base.get_ascent() - font.get_ascent()))
        left += cell
    return surface


def narrowed(line: pygame.Surface, width: int) -> pygame.Surface:
    """A line with narrower letters of the same height, its alpha multiplied in.

    Without that its edges would take the colour of what is clear.
    """
    return pygame.transform.smoothscale(line.premul_alpha(), (width, line.get_height()))


def line_height(height: int) -> int:
    """The real height of a line of about that height."""
    return _font(Typeface.LATIN, Weight.MEDIUM, height).get_height()


@lru_cache(maxsize=256)
def wrapped(
    words: str, room: int, height: int, weight: Weight = Weight.MEDIUM, *, rtl: bool = False
) -> tuple[str, ...]:
    """The text in as few lines of at most `room` pixels as it takes, of about the same length.

    Broken where its script allows; one piece longer than the room is a line by itself.
    """
    measured = partial(width, height=height, weight=weight, rtl=rtl)
    pieces = [(piece, measured(piece), measured(piece.rstrip())) for piece in _pieces(words)]
    fewest = len(_filled(pieces, room))
    narrow, wide = room // 2, room
    while wide - narrow > height // 2:
        middle = (narrow + wide) // 2
        if len(_filled(pieces, middle)) > fewest:
            narrow = middle
        else:
            wide = middle
    return tuple(_kept_apart([line.strip() for line in _filled(pieces, wide)]))


def _filled(pieces: Sequence[tuple[str, int, int]], room: int) -> list[str]:
    """Line after line as full as it gets; a piece comes with its width, and that of its letters."""
    lines, used = [""], 0
    for piece, whole, letters in pieces:
        if lines[-1] and used + letters > room:
            lines.append("")
            used = 0
        lines[-1] += piece
        used += whole
    return [line for line in lines if line.strip()]


def _kept_apart(lines: list[str]) -> list[str]:
    """Lines in which what an isolate holds keeps its own direction after a break within it."""
    isolated, still_open = [], ""
    for line in lines:
        begun = still_open + line
        for mark in line:
            if mark in ISOLATES:
                still_open += mark
            elif mark == END_ISOLATE:
                still_open = still_open[:-1]
        isolated.append(begun + END_ISOLATE * len(still_open))
    return isolated


def _pieces(words: str) -> Iterator[str]:
    """The smallest parts that stay on one line; a space belongs to the piece before it."""
    piece = ""
    for char, following in pairwise(words):
        piece += char
        spaced = char == " " and following != " "
        wide = _is_wide(char) or _is_wide(following)
        free = wide and char not in _NOT_LAST and following not in _NOT_FIRST and following != " "
        if spaced or free:
            yield piece
            piece = ""
    yield piece + words[-1:]


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in ("W", "F")


@lru_cache(maxsize=1024)
def visual_runs(words: str, rtl: bool) -> tuple[tuple[Typeface, str], ...]:
    """The text in the order in which it is seen, left to right, a run for every face."""
    words = drawable(words)
    if rtl or any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in words):
        from bidi import get_display  # most tills never need it

        seen = str(get_display(words, base_dir="R" if rtl else "L"))
        words = _with_brackets_turned(words, seen, rtl=rtl)
    runs = []
    for (face, _), chars in groupby(without_marks(words), _run_of()):
        run = "".join(chars)
        # The face reads and shapes from right to left by itself, so it gets the order of reading.
        runs.append((face, run[::-1] if face is Typeface.HEBREW else run))
    return tuple(runs)


def _with_brackets_turned(words: str, seen: str, *, rtl: bool) -> str:
    """The text as it is `seen`, with the brackets turned that are read from right to left.

    The order alone leaves that to the font. A bracket runs along with its paragraph if all that is
    read before it, or after it, is seen at its left.
    """
    along = set()
    for place, char in enumerate(words):
        at = len(words) - 1 - place if rtl else place
        at_left = words[place + 1 :] if rtl else words[:place]
        if char in _TURNED and seen[at : at + 1] == char and sorted(seen[:at]) == sorted(at_left):
            along.add(at)
    turns = ((at in along) == rtl for at in range(len(seen)))
    pairs = zip(seen, turns, strict=True)
    return "".join(_TURNED.get(char, char) if turn else char for char, turn in pairs)


def _run_of() -> Callable[[str], tuple[Typeface, int]]:
    """What keeps characters in one run: the face; a digit is a run by itself."""
    digits = count(1)
    return lambda char: (typeface_for(char), next(digits) if char in _DIGITS else 0)


def _advance(run: str, face: Typeface, weight: Weight, height: int) -> int:
    """How far a run takes the line; every digit the same, so that an amount stands still."""
    if run in _DIGITS:
        return _digit_width(weight, height)
    return _font(face, weight, height).size(run)[0]


@lru_cache(maxsize=256)
def _digit_width(weight: Weight, height: int) -> int:
    """The font's digits are of one width, but hinting moves some of them by a pixel."""
    font = _font(Typeface.LATIN, weight, height)
    return sorted(font.size(digit)[0] for digit in _DIGITS)[len(_DIGITS) // 2]


def _font(face: Typeface, weight: Weight, height: int) -> pygame.font.Font:
    """The face at a size, from those that are open; safe from any thread.

    A receipt is drawn beside the screen. FreeType lets two threads draw with two faces, but not
    open or close two at once, which pygame does without Python's own lock.
    """
    key = (face, weight, height)
    with _OPENING:
        font = _OPEN_FONTS.pop(key, None) or _opened(face, weight, height)
        _OPEN_FONTS[key] = font  # the last in line to be closed
        if len(_OPEN_FONTS) > _MOST_FONTS:
            del _OPEN_FONTS[next(iter(_OPEN_FONTS))]
        return font


def _opened(face: Typeface, weight: Weight, height: int) -> pygame.font.Font:
    font = pygame.font.Font(face.file(weight), max(1, int(height * _EM_OF_LINE)))
    if face is Typeface.HEBREW:
        font.set_script("Hebr")
        font.set_direction(pygame.DIRECTION_RTL)
    return font

"""The screen's letters: three layers of four rows, shift, signs and backspace."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import pygame

from kiosk.sale.keys import Key, Letter
from kiosk.sale.letters import KeyboardLayer
from kiosk.screen.drawing.canvas import Canvas, Tone
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import columns, middle, off_bottom
from kiosk.screen.drawing.theme import BODY, GAP, MARGIN
from kiosk.screen.drawing.touch_zones import TouchZone

LETTERS: Final[Mapping[KeyboardLayer, tuple[str, ...]]] = MappingProxyType(
    {
        KeyboardLayer.LOWER: ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"),
        KeyboardLayer.UPPER: ("1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM"),
        KeyboardLayer.SIGNS: ("!@#$%^&*()", "-_=+[]{}\\|", ";:'\",<>/?", "~`."),
    }
)
_ROWS: Final = 5  # four of letters, one below them


def letters_gap(canvas: Canvas) -> int:
    """The gap between letters, in pixels."""
    return canvas.points(GAP * 0.5)


def letters_page(canvas: Canvas) -> tuple[pygame.Rect, pygame.Rect]:
    """What is left above the letters, and where their five rows are: they come first."""
    gap = letters_gap(canvas)
    body = canvas.inside(MARGIN * 0.5)
    tall = max(canvas.finger, min(canvas.points(72), (body.height * 78 // 100) // _ROWS - gap))
    return off_bottom(body, _ROWS * tall + (_ROWS - 1) * gap, gap)


def letter_rows(
    canvas: Canvas, places: Sequence[pygame.Rect], layer: KeyboardLayer, gap: int
) -> None:
    """Four rows of letters; shift and backspace stand at the two ends of the last."""
    width_of_one = (places[0].width - 9 * gap) / 10
    for number, (place, row) in enumerate(zip(places, LETTERS[layer], strict=True)):
        width = round(len(row) * width_of_one + (len(row) - 1) * gap)
        line = middle(place, width, place.height)
        for letter, area in zip(row, columns(line, [1] * len(row), gap), strict=True):
            canvas.button(area, Letter(letter), letter, size=BODY)
            # Ten letters side by side leave no room for gaps that mean nothing.
            canvas.zones[-1] = TouchZone(area.inflate(gap, gap), Letter(letter))
        if number == len(places) - 1:
            _shift_and_backspace(canvas, place, line, layer, gap)


def signs_key(canvas: Canvas, area: pygame.Rect, layer: KeyboardLayer) -> None:
    """The key between letters and signs."""
    other = "abc" if layer is KeyboardLayer.SIGNS else "#+="
    canvas.button(area, Key.PLUS, canvas.words.as_written(other), tone=Tone.TOOL)


def _shift_and_backspace(
    canvas: Canvas, place: pygame.Rect, letters: pygame.Rect, layer: KeyboardLayer, gap: int
) -> None:
    room = letters.left - gap - place.left
    width = min(room, canvas.points(110))
    shift = pygame.Rect(place.left, place.top, width, place.height)
    back = pygame.Rect(place.right - width, place.top, width, place.height)
    tone = Tone.CHOSEN if layer is KeyboardLayer.UPPER else Tone.TOOL
    canvas.button(shift, Key.CURRENCY, name=Icon.UP, tone=tone)
    canvas.button(back, Key.DELETE, name=Icon.BACKSPACE, tone=Tone.TOOL)

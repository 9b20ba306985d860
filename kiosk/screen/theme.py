"""Sizes, colours, fonts: everything is measured in the height and width of the glass."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import pygame

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one theme; every pair that carries text has WCAG AA contrast."""

    ground: Colour
    panel: Colour
    edge: Colour
    ink: Colour
    quiet: Colour
    accent: Colour
    on_accent: Colour
    good: Colour
    on_good: Colour
    bad: Colour
    on_bad: Colour


PALETTES: Final[dict[str, Palette]] = {
    "light": Palette(
        ground=(246, 245, 241),
        panel=(255, 255, 255),
        edge=(214, 211, 203),
        ink=(24, 24, 27),
        quiet=(88, 87, 96),
        accent=(178, 74, 0),
        on_accent=(255, 255, 255),
        good=(0, 112, 60),
        on_good=(255, 255, 255),
        bad=(176, 22, 32),
        on_bad=(255, 255, 255),
    ),
    "dark": Palette(
        ground=(16, 17, 20),
        panel=(32, 34, 39),
        edge=(62, 65, 73),
        ink=(245, 245, 245),
        quiet=(168, 170, 178),
        accent=(255, 159, 28),
        on_accent=(16, 17, 20),
        good=(52, 199, 123),
        on_good=(10, 22, 15),
        bad=(255, 122, 122),
        on_bad=(33, 5, 7),
    ),
    "contrast": Palette(
        ground=(0, 0, 0),
        panel=(0, 0, 0),
        edge=(255, 255, 255),
        ink=(255, 255, 255),
        quiet=(255, 255, 255),
        accent=(255, 221, 0),
        on_accent=(0, 0, 0),
        good=(0, 255, 128),
        on_good=(0, 0, 0),
        bad=(255, 150, 150),
        on_bad=(0, 0, 0),
    ),
}

SMALLEST_TEXT: Final = 13


@cache
def font(size: int) -> pygame.font.Font:
    """The one typeface, in a size in pixels."""
    return pygame.font.Font(None, max(SMALLEST_TEXT, size))


def contrast(one: Colour, other: Colour) -> float:
    """WCAG 2 contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    parts = [value / 255 for value in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

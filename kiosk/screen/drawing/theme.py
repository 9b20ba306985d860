"""The design system: type scale, spacing, colours of each theme, and the contrast they keep.

Sizes are in points: a point is a pixel on the 7-inch panel of 800x480 the screen is drawn for, and
grows and shrinks with the display. 5.2 of them are a millimetre there.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

Colour = tuple[int, int, int]

# Type scale: the height of a line in points, of which a capital letter takes three fifths.
DISPLAY: Final = 104  # the amount being typed, the amount paid
HEADLINE: Final = 64
TITLE: Final = 44
LARGE: Final = 34
BODY: Final = 28
LABEL: Final = 25
SMALL: Final = 20

# Pixels. Below this a letter is not drawn well, however small the display.
SMALLEST_TEXT: Final = 16

# To what share of its width an amount is narrowed before it is made smaller.
NARROWEST_AMOUNT: Final = 0.85

# Spacing, in points.
GAP: Final = 8
MARGIN: Final = 16
RADIUS: Final = 12

# What a finger hits: 9 mm on the 7-inch panel, and never fewer pixels than the second, which is
# 7 mm on the common 3.5-inch panel of 480x320.
FINGER: Final = 47
FINGER_LEAST_PX: Final = 44

# A display of so many pixels in landscape is 10 inches or more, where 9 mm are 33 points. A row of
# a list has this share of its points there, so that there are more rows, not larger ones.
LARGE_DISPLAY: Final = (1280, 720)
ROW_ON_LARGE_DISPLAY: Final = 0.75


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one theme; every pair that carries text has WCAG AA contrast.

    `key` is a button's face and `edge` its border; `shade` is the darker lip below it. `clears`
    and `corrects` are the faces of the keys that do, as on card terminals; the key that charges is
    `good`. The soft ones are for banners.
    """

    ground: Colour
    panel: Colour
    key: Colour
    edge: Colour
    shade: Colour
    ink: Colour
    quiet: Colour
    accent: Colour
    on_accent: Colour
    good: Colour
    on_good: Colour
    bad: Colour
    clears: Colour
    on_clears: Colour
    corrects: Colour
    on_corrects: Colour
    soft_bad: Colour
    on_soft_bad: Colour
    soft_warn: Colour
    on_soft_warn: Colour

    @property
    def carrying_text(self) -> tuple[tuple[Colour, Colour], ...]:
        """Every pair of ink and ground that text is drawn in."""
        grounds = (self.ground, self.panel, self.key)
        inks = (self.ink, self.quiet, self.accent, self.good, self.bad)
        return (
            *((ink, ground) for ink in inks for ground in grounds),
            (self.on_accent, self.accent),
            (self.on_good, self.good),
            (self.on_clears, self.clears),
            (self.on_corrects, self.corrects),
            (self.on_soft_bad, self.soft_bad),
            (self.on_soft_warn, self.soft_warn),
        )


PALETTES: Final[dict[str, Palette]] = {
    "light": Palette(
        ground=(244, 243, 239),
        panel=(251, 250, 248),
        key=(255, 255, 255),
        edge=(221, 218, 210),
        shade=(200, 196, 186),
        ink=(22, 24, 29),
        quiet=(91, 92, 101),
        accent=(173, 69, 0),
        on_accent=(255, 255, 255),
        good=(5, 116, 66),
        on_good=(255, 255, 255),
        bad=(176, 22, 36),
        clears=(190, 28, 42),
        on_clears=(255, 255, 255),
        corrects=(255, 205, 64),
        on_corrects=(48, 34, 0),
        soft_bad=(252, 228, 226),
        on_soft_bad=(128, 12, 22),
        soft_warn=(255, 238, 207),
        on_soft_warn=(94, 56, 0),
    ),
    "dark": Palette(
        ground=(15, 17, 21),
        panel=(24, 27, 32),
        key=(37, 40, 47),
        edge=(56, 60, 69),
        shade=(6, 7, 9),
        ink=(244, 244, 246),
        quiet=(170, 173, 183),
        accent=(255, 164, 51),
        on_accent=(24, 16, 4),
        good=(60, 203, 127),
        on_good=(4, 26, 14),
        bad=(255, 132, 128),
        clears=(176, 40, 46),
        on_clears=(255, 255, 255),
        corrects=(240, 190, 60),
        on_corrects=(36, 24, 0),
        soft_bad=(74, 22, 26),
        on_soft_bad=(255, 214, 211),
        soft_warn=(70, 48, 10),
        on_soft_warn=(255, 228, 180),
    ),
    "contrast": Palette(
        ground=(0, 0, 0),
        panel=(0, 0, 0),
        key=(0, 0, 0),
        edge=(255, 255, 255),
        shade=(255, 255, 255),
        ink=(255, 255, 255),
        quiet=(255, 255, 255),
        accent=(255, 221, 0),
        on_accent=(0, 0, 0),
        good=(0, 255, 128),
        on_good=(0, 0, 0),
        bad=(255, 160, 160),
        clears=(255, 120, 120),
        on_clears=(0, 0, 0),
        corrects=(255, 221, 0),
        on_corrects=(0, 0, 0),
        soft_bad=(255, 160, 160),
        on_soft_bad=(0, 0, 0),
        soft_warn=(255, 221, 0),
        on_soft_warn=(0, 0, 0),
    ),
}


@lru_cache(maxsize=8)
def points_to_px(size: tuple[int, int]) -> float:
    """How many pixels a point has on a display of this size, either way up."""
    long, short = max(size), min(size)
    return min(long / 800, short / 480)


def is_large(size: tuple[int, int]) -> bool:
    """Whether a display in landscape is so large that its lists have more rows instead of larger
    ones.
    """
    return size[0] >= LARGE_DISPLAY[0] and LARGE_DISPLAY[1] <= size[1] < size[0]


def contrast(colour: Colour, other: Colour) -> float:
    """WCAG 2 contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=256)
def mixed(ground: Colour, ink: Colour, part: float) -> Colour:
    """A colour between two: 0 is the ground, 1 the ink."""
    red, green, blue = (
        round(below + (above - below) * part) for below, above in zip(ground, ink, strict=True)
    )
    return red, green, blue


def _luminance(colour: Colour) -> float:
    parts = [value / 255 for value in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

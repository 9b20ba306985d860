"""What views draw with: text that fits its area, buttons that remember what they mean."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import pygame

from kiosk.sale.keys import Touch
from kiosk.screen.drawing import shapes, typesetting
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon, icon
from kiosk.screen.drawing.layout import columns
from kiosk.screen.drawing.theme import (
    FINGER,
    FINGER_LEAST_PX,
    LABEL,
    RADIUS,
    SMALLEST_TEXT,
    Colour,
    Palette,
    points_to_px,
)
from kiosk.screen.drawing.touch_zones import TouchZone
from kiosk.screen.text.words import Words

_LIP: Final = 3  # points by which a key stands out, and sinks when pressed
_MIRRORED: Final = {Icon.ARROW: Icon.BACK, Icon.BACK: Icon.ARROW}


class Align(StrEnum):
    """Where a line stands in its area, in the order of reading: right-to-left starts at right."""

    START = "start"
    CENTER = "center"
    END = "end"


class Tone(StrEnum):
    """What a button or a banner is like; its label or its sign says it too."""

    PLAIN = "plain"
    QUIET = "quiet"  # there when it is looked for
    TOOL = "tool"  # edits what is typed
    MAIN = "main"  # goes on
    CLEARS = "clears"  # takes away all that is typed
    CORRECTS = "corrects"  # takes away the last digit
    CHOSEN = "chosen"  # is the one that is open
    LEAVE = "leave"  # ends the sale
    WARN = "warn"
    BAD = "bad"


@dataclass(slots=True)
class Canvas:
    """A surface with its palette; collects touch zones, what it said, and what did not fit."""

    surface: pygame.Surface
    palette: Palette
    words: Words = Words()
    pressed: Touch | None = None
    zones: list[TouchZone] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    overflows: list[str] = field(default_factory=list)

    @property
    def rect(self) -> pygame.Rect:
        """The whole display."""
        return self.surface.get_rect()

    @property
    def is_wide(self) -> bool:
        """Landscape."""
        return self.rect.width > self.rect.height

    @property
    def finger(self) -> int:
        """The least side of anything to touch, in pixels."""
        return max(FINGER_LEAST_PX, self.points(FINGER))

    def points(self, number: float) -> int:
        """Points of the theme in pixels of this display, at least one."""
        return max(1, round(number * points_to_px(self.surface.get_size())))

    def inside(self, margin: float) -> pygame.Rect:
        """The display without a margin, in points."""
        return self.rect.inflate(-2 * self.points(margin), -2 * self.points(margin))

    def columns(self, area: pygame.Rect, parts: Sequence[float], gap: int) -> list[pygame.Rect]:
        """Columns in the order of reading: the first is at the right in a right-to-left language.

        What is read everywhere from left to right, like the digits' keys, takes `layout.columns`.
        """
        if not self.words.is_rtl:
            return columns(area, parts, gap)
        return columns(area, parts[::-1], gap)[::-1]

    def text(
        self,
        words: str,
        area: pygame.Rect,
        colour: Colour,
        size: float,
        *,
        align: Align = Align.CENTER,
        weight: Weight = Weight.MEDIUM,
        narrowest: float = 1.0,
    ) -> None:
        """One line of `size` points in height, made smaller until it fits.

        Before it is made smaller its letters are made narrower, at most to the share `narrowest`.
        """
        if not words:
            return
        self.said.append(words)
        rtl = self.words.is_rtl
        height = self._line(size, area)
        room = int(area.width / narrowest)
        height = typesetting.fitting(words, room, height, SMALLEST_TEXT, weight, rtl=rtl)
        drawn = typesetting.rendered(words, height, colour, weight, rtl=rtl)
        blending = 0
        if area.width < drawn.get_width() <= room:
            drawn, blending = typesetting.narrowed(drawn, area.width), pygame.BLEND_PREMULTIPLIED
        if drawn.get_width() > area.width:
            self.overflows.append(words)
            align = Align.START  # its beginning is seen, and nothing beside the area
        place = drawn.get_rect(center=area.center)
        if align is not Align.CENTER:
            at_left = (align is Align.START) is not rtl
            place.left = area.left if at_left else area.right - drawn.get_width()
        seen = place.clip((area.left, place.top, area.width, place.height))
        part = seen.move(-place.left, -place.top)
        self.surface.blit(drawn, seen, part, special_flags=blending)

    def lines(
        self,
        words: str,
        area: pygame.Rect,
        colour: Colour,
        size: float,
        *,
        align: Align = Align.CENTER,
        weight: Weight = Weight.MEDIUM,
    ) -> None:
        """Words over several lines, in the middle of the height, made smaller until all fits."""
        self.said.append(words)
        height, lines = self._wrapped(words, area, size, weight)
        line = typesetting.line_height(height)
        if len(lines) * line > area.height:
            self.overflows.append(words)
        top = area.top + max(0, area.height - len(lines) * line) // 2
        points = height / points_to_px(self.rect.size)
        for number, row in enumerate(lines):
            place = pygame.Rect(area.left, top + number * line, area.width, line)
            self.text(row, place, colour, points, align=align, weight=weight)

    def fits(
        self, words: str, area: pygame.Rect, size: float, weight: Weight = Weight.MEDIUM
    ) -> bool:
        """Whether a line fits without becoming much smaller."""
        height, rtl = self._line(size, area), self.words.is_rtl
        least = max(SMALLEST_TEXT, height * 3 // 4)
        shrunk = typesetting.fitting(words, area.width, height, least, weight, rtl=rtl)
        return typesetting.width(words, shrunk, weight, rtl=rtl) <= area.width

    def width_of(self, words: str, size: float, weight: Weight = Weight.MEDIUM) -> int:
        """How wide a line of `size` points is, in pixels."""
        height = max(SMALLEST_TEXT, self.points(size))
        return typesetting.width(words, height, weight, rtl=self.words.is_rtl)

    def height_of(
        self, words: str, area: pygame.Rect, size: float, weight: Weight = Weight.MEDIUM
    ) -> int:
        """How high `lines` would be in an area, in pixels."""
        height, lines = self._wrapped(words, area, size, weight)
        return len(lines) * typesetting.line_height(height)

    def panel(self, area: pygame.Rect, colour: Colour, edge: Colour | None = None) -> None:
        """A rounded rectangle."""
        radius = self.points(RADIUS)
        if edge is None:
            shapes.rounded_rect(self.surface, area, radius, colour)
        else:
            shapes.bordered_rect(self.surface, area, radius, colour, edge, self.points(1.2))

    def sign(
        self, name: Icon, area: pygame.Rect, colour: Colour, side: float, bold: float = 1.0
    ) -> None:
        """An icon in the middle of an area, `side` points square if there is room."""
        if self.words.is_rtl:
            name = _MIRRORED.get(name, name)
        pixels = max(8, min(self.points(side), *area.size))
        drawn = icon(name, pixels, colour, bold)
        self.surface.blit(drawn, drawn.get_rect(center=area.center))

    def signed(
        self,
        name: Icon,
        words: str,
        area: pygame.Rect,
        colour: Colour,
        size: float,
        *,
        sign_colour: Colour | None = None,
        weight: Weight = Weight.MEDIUM,
    ) -> None:
        """A line that begins with an icon."""
        side = min(self.points(size), area.height)
        first = pygame.Rect(0, area.top, side, area.height)
        rest = pygame.Rect(0, area.top, max(0, area.width - side - self.points(6)), area.height)
        if self.words.is_rtl:
            first.right, rest.left = area.right, area.left
        else:
            first.left, rest.right = area.left, area.right
        self.sign(name, first, sign_colour or colour, size * 0.82, 1.1)
        self.text(words, rest, colour, size, align=Align.START, weight=weight)

    def around(
        self, words: str, area: pygame.Rect, size: float, weight: Weight = Weight.MEDIUM
    ) -> tuple[pygame.Rect, pygame.Rect]:
        """Where a sign and the words after it go, so that both stand in the middle of the area."""
        side, gap = min(self.points(size), area.height), self.points(7)
        wide = typesetting.width(words, self._line(size, area), weight, rtl=self.words.is_rtl)
        both = min(area.width, side + gap + wide)
        first = pygame.Rect(0, area.top, side, area.height)
        rest = pygame.Rect(0, area.top, max(1, both - side - gap), area.height)
        begin = area.left + (area.width - both) // 2
        if self.words.is_rtl:
            rest.left, first.left = begin, begin + rest.width + gap
        else:
            first.left, rest.left = begin, begin + side + gap
        return first, rest

    def button(
        self,
        area: pygame.Rect,
        key: Touch,
        label: str = "",
        *,
        name: Icon | None = None,
        tone: Tone = Tone.PLAIN,
        size: float = LABEL,
        weight: Weight = Weight.MEDIUM,
    ) -> None:
        """A button with a lip below; pressed it sinks and takes the accent for a moment."""
        colours = self.palette
        down = self.pressed == key
        ground, ink = {
            Tone.MAIN: (colours.good, colours.on_good),
            Tone.CLEARS: (colours.clears, colours.on_clears),
            Tone.CORRECTS: (colours.corrects, colours.on_corrects),
            Tone.CHOSEN: (colours.accent, colours.on_accent),
            Tone.LEAVE: (colours.key, colours.bad),
            Tone.TOOL: (colours.key, colours.accent),
            Tone.QUIET: (colours.key, colours.quiet),
        }.get(tone, (colours.key, colours.ink))
        if down:
            ground, ink = colours.accent, colours.on_accent
        sizes = shapes.KeySizes(self.points(RADIUS), self.points(_LIP), self.points(1.2))
        face = shapes.key(self.surface, area, colours, ground, sizes, down=down)
        inner = face.inflate(-2 * self.points(7), -self.points(6))
        if name is not None and label:
            first, rest = self.around(label, inner, size, weight)
            if self.fits(label, rest, size, weight):  # in the narrowest places the words suffice
                inner = rest
                self.sign(name, first, ink, size * 0.9, 1.1)
        elif name is not None:
            self.sign(name, inner, ink, size, 1.15)
        self._label(label, inner, ink, size, weight)
        self.zones.append(TouchZone(area, key))

    def _line(self, size: float, area: pygame.Rect) -> int:
        """The height in pixels of a line of so many points in an area."""
        return max(SMALLEST_TEXT, min(self.points(size), area.height))

    def _wrapped(
        self, words: str, area: pygame.Rect, size: float, weight: Weight
    ) -> tuple[int, tuple[str, ...]]:
        """Height of a line and the lines that fit an area; the smallest if nothing does."""
        height, rtl = self._line(size, area), self.words.is_rtl
        return typesetting.fitting_lines(words, area.size, height, SMALLEST_TEXT, weight, rtl=rtl)

    def _label(
        self, label: str, inner: pygame.Rect, ink: Colour, size: float, weight: Weight
    ) -> None:
        """One line if it need not become much smaller, else several."""
        if self.fits(label, inner, size, weight):
            self.text(label, inner, ink, size, weight=weight)
        else:
            self.lines(label, inner, ink, size, weight=weight)

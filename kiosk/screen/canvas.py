"""What views draw with: text that fits its box, buttons that remember what they mean."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import pygame

from kiosk.sale.keys import Key
from kiosk.screen import layout, shapes, text
from kiosk.screen.faces import Weight
from kiosk.screen.icons import Icon, icon
from kiosk.screen.theme import (
    GAP,
    HEADLINE,
    RADIUS,
    SMALLEST_TEXT,
    TITLE,
    Colour,
    Palette,
    mixed,
    points_to_px,
)
from kiosk.screen.words import Words

LOGO_HOLD_S: Final = 2.0

# How far beside a key a finger may land and still mean it: half the widest gap between two.
REACH_PX: Final = 10


@dataclass(frozen=True, slots=True)
class Zone:
    """A place on the glass that means a key; `hold_s` is how long it must be held."""

    rect: pygame.Rect
    key: Key
    hold_s: float = 0.0


def touched(zones: Sequence[Zone], at: tuple[int, int]) -> Zone | None:
    """The zone under a finger; between two keys the nearer one, so that no touch falls through."""
    for reach in (0, REACH_PX):
        near = [zone for zone in zones if zone.rect.inflate(2 * reach, 2 * reach).collidepoint(at)]
        if near:
            return min(near, key=lambda zone: math.dist(zone.rect.center, at))
    return None


class Align(StrEnum):
    """Where a line stands in its box, in the order of reading: right-to-left starts at right."""

    START = "start"
    CENTER = "center"
    END = "end"


@dataclass(slots=True)
class Canvas:
    """A surface with its palette; collects touch zones and texts that did not fit."""

    surface: pygame.Surface
    palette: Palette
    words: Words = Words()
    pressed: Key | None = None
    zones: list[Zone] = field(default_factory=list)
    overflows: list[str] = field(default_factory=list)

    @property
    def rect(self) -> pygame.Rect:
        """The whole glass."""
        return self.surface.get_rect()

    @property
    def is_wide(self) -> bool:
        """Landscape."""
        return self.rect.width > self.rect.height

    def points(self, number: float) -> int:
        """Points of the theme in pixels of this glass, at least one."""
        return max(1, round(number * points_to_px(self.rect.size)))

    @property
    def unit(self) -> int:
        """A hundredth of the shorter side, at least 3: margins and line widths are made of it."""
        return max(3, min(self.rect.size) // 100)

    def text(
        self,
        words: str,
        box: pygame.Rect,
        colour: Colour,
        size: int,
        *,
        align: Align = Align.CENTER,
        weight: Weight = Weight.MEDIUM,
    ) -> None:
        """One line of `size` pixels in height, made smaller until it fits."""
        if not words:
            return
        rtl = self.words.is_rtl
        size = max(SMALLEST_TEXT, min(size, box.height))
        size = text.fitting(words, box.width, size, SMALLEST_TEXT, weight, rtl=rtl)
        drawn = text.rendered(words, size, colour, weight, rtl=rtl)
        if drawn.get_width() > box.width:
            self.overflows.append(words)
        place = drawn.get_rect(center=box.center)
        if align is not Align.CENTER:
            at_left = (align is Align.START) is not rtl
            place.left = box.left if at_left else box.right - drawn.get_width()
        self.surface.blit(
            drawn, place, drawn.get_rect().clip((0, 0, box.width, drawn.get_height()))
        )

    def lines(self, words: str, box: pygame.Rect, colour: Colour, size: int) -> None:
        """Words over several lines, centred, made smaller until all of it fits."""
        rtl = self.words.is_rtl
        size = max(SMALLEST_TEXT, min(size, box.height))
        while True:
            rows = text.wrapped(words, box.width, size, rtl=rtl)
            height = text.line_height(size)
            fits = len(rows) * height <= box.height
            if (fits and all(text.width(row, size, rtl=rtl) <= box.width for row in rows)) or (
                size <= SMALLEST_TEXT
            ):
                break
            size = max(SMALLEST_TEXT, size * 15 // 16 - 1)
        if not fits:
            self.overflows.append(words)
        top = box.top + max(0, box.height - len(rows) * height) // 2
        for number, row in enumerate(rows):
            line = pygame.Rect(box.left, top + number * height, box.width, height)
            self.text(row, line, colour, size)

    def panel(self, box: pygame.Rect, colour: Colour, edge: Colour | None = None) -> None:
        """A rounded box."""
        radius = self.points(RADIUS)
        if edge is None:
            shapes.box(self.surface, box, radius, colour)
        else:
            shapes.edged(self.surface, box, radius, colour, edge, self.points(1.5))

    def sign(
        self, name: Icon, box: pygame.Rect, colour: Colour, side: int, bold: float = 1
    ) -> None:
        """An icon in the middle of a box, `side` points square if there is room."""
        pixels = max(8, min(self.points(side), *box.size))
        drawn = icon(name, pixels, colour, bold)
        self.surface.blit(drawn, drawn.get_rect(center=box.center))

    def button(
        self,
        box: pygame.Rect,
        key: Key,
        label: str = "",
        *,
        name: Icon | None = None,
        fill: Colour | None = None,
        ink: Colour | None = None,
        size: int | None = None,
    ) -> None:
        """A button with a lip below; pressed it sinks and takes the accent for a moment."""
        colours = self.palette
        down = self.pressed is key
        ground = colours.accent if down else fill or colours.key
        mark = colours.on_accent if down else ink or colours.ink
        face = self._key_face(box, ground, down=down, edge=None if fill or down else colours.edge)
        inner = face.inflate(-2 * self.points(GAP), -self.points(GAP))
        if name is not None:
            self.sign(name, inner, mark, max(TITLE, min(HEADLINE, size or TITLE)), 1.15)
        else:
            self.text(label, inner, mark, size or box.height * 5 // 9)
        self.zones.append(Zone(box, key))

    def _key_face(
        self, box: pygame.Rect, ground: Colour, *, down: bool, edge: Colour | None
    ) -> pygame.Rect:
        """A key's body; what comes back is the face that its label goes on."""
        lip, radius = self.points(3), self.points(RADIUS)
        face = pygame.Rect(box.left, box.top + (lip if down else 0), box.width, box.height - lip)
        if not down:
            below = mixed(ground, (0, 0, 0), 0.25) if edge is None else self.palette.shade
            shapes.box(
                self.surface, pygame.Rect(box.left, box.top + lip, *face.size), radius, below
            )
        if edge is None:
            shapes.box(self.surface, face, radius, ground)
        else:
            shapes.edged(self.surface, face, radius, ground, edge, self.points(1.2))
        return face

    def columns(self, box: pygame.Rect, parts: Sequence[float], gap: int) -> list[pygame.Rect]:
        """Columns in the order of reading: the first is at the right in a right-to-left language.

        What is read everywhere from left to right, like the digits' keys, takes `layout.columns`.
        """
        if not self.words.is_rtl:
            return layout.columns(box, parts, gap)
        return layout.columns(box, parts[::-1], gap)[::-1]

"""What views draw with: text that fits its box, buttons that remember what they mean."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import pygame

from kiosk.sale.keys import Key
from kiosk.screen import shapes
from kiosk.screen.icons import Icon, icon
from kiosk.screen.theme import (
    GAP,
    HEADLINE,
    RADIUS,
    SMALLEST_TEXT,
    TITLE,
    Colour,
    Palette,
    font,
    mixed,
    points_to_px,
)

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


@dataclass(slots=True)
class Canvas:
    """A surface with its palette; collects touch zones and texts that did not fit."""

    surface: pygame.Surface
    palette: Palette
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
        align: str = "center",
    ) -> None:
        """One line, made smaller until it fits; `align` is left, center or right."""
        if not words:
            return
        size = min(size, box.height)
        while size > SMALLEST_TEXT and font(size).size(words)[0] > box.width:
            size = max(SMALLEST_TEXT, size * 15 // 16 - 1)
        if font(size).size(words)[0] > box.width:
            self.overflows.append(words)
        drawn = font(size).render(words, True, colour)
        place = drawn.get_rect(center=box.center)
        if align == "left":
            place.left = box.left
        elif align == "right":
            place.right = box.right
        self.surface.blit(
            drawn, place, drawn.get_rect().clip((0, 0, box.width, drawn.get_height()))
        )

    def lines(self, words: str, box: pygame.Rect, colour: Colour, size: int) -> None:
        """Words over several lines, centred, made smaller until all of it fits."""
        size = min(size, box.height)
        while True:
            rows = _wrapped(words, font(size).size, box.width)
            height = font(size).get_linesize()
            fits = len(rows) * height <= box.height
            if (fits and all(font(size).size(r)[0] <= box.width for r in rows)) or (
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


def _wrapped(words: str, size: Callable[[str], tuple[int, int]], width: int) -> list[str]:
    found, line = [], ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if line and size(longer)[0] > width:
            found.append(line)
            line = word
        else:
            line = longer
    return [*found, line] if line else found

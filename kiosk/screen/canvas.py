"""What views draw with: text that fits its box, buttons that remember what they mean."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import pygame

from kiosk.sale.keys import Key
from kiosk.screen.theme import SMALLEST_TEXT, Colour, Palette, font

LOGO_HOLD_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Zone:
    """A place on the glass that means a key; `hold_s` is how long it must be held."""

    rect: pygame.Rect
    key: Key
    hold_s: float = 0.0


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
        radius = 2 * self.unit
        pygame.draw.rect(self.surface, colour, box, border_radius=radius)
        if edge is not None:
            pygame.draw.rect(self.surface, edge, box, max(1, self.unit // 3), border_radius=radius)

    def button(
        self,
        box: pygame.Rect,
        key: Key,
        label: str,
        *,
        fill: Colour | None = None,
        ink: Colour | None = None,
        size: int | None = None,
    ) -> None:
        """A button; pressed it is filled with the accent for a moment."""
        colours = self.palette
        down = self.pressed is key
        ground = colours.accent if down else fill or colours.panel
        mark = colours.on_accent if down else ink or colours.ink
        self.panel(box, ground, None if fill else colours.edge)
        inner = box.inflate(-2 * self.unit, -self.unit)
        if label == "tick":
            self.tick(inner, mark, 1.0)
        elif label == "back":
            self._backspace(inner, mark)
        else:
            self.text(label, inner, mark, size or box.height * 5 // 9)
        self.zones.append(Zone(box, key))

    def tick(self, box: pygame.Rect, colour: Colour, part: float) -> None:
        """A tick, drawn up to `part` of its length."""
        side = min(box.size)
        left, top = box.centerx - side // 2, box.centery - side // 2
        points = [(0.22, 0.52), (0.42, 0.72), (0.8, 0.28)]
        width = max(3, side // 11)
        at = [(left + x * side, top + y * side) for x, y in points]
        first = min(1.0, part / 0.4)
        second = max(0.0, (part - 0.4) / 0.6)
        for start, end, share in ((at[0], at[1], first), (at[1], at[2], second)):
            if share > 0:
                tip = (
                    start[0] + (end[0] - start[0]) * share,
                    start[1] + (end[1] - start[1]) * share,
                )
                _stroke(self.surface, colour, start, tip, width)

    def _backspace(self, box: pygame.Rect, colour: Colour) -> None:
        side = min(box.width, box.height * 8 // 5) * 3 // 5
        height = side * 5 // 8
        place = pygame.Rect(0, 0, side, height)
        place.center = box.center
        width = max(2, side // 16)
        shape = [
            (place.left, place.centery),
            (place.left + height // 2, place.top),
            place.topright,
            place.bottomright,
            (place.left + height // 2, place.bottom),
        ]
        pygame.draw.polygon(self.surface, colour, shape, width)
        middle, reach = (place.left + side * 5 // 8, place.centery), height // 5
        for sign in (1, -1):
            start = (middle[0] - reach, middle[1] - sign * reach)
            end = (middle[0] + reach, middle[1] + sign * reach)
            _stroke(self.surface, colour, start, end, width)


def columns(box: pygame.Rect, parts: list[int], gap: int) -> list[pygame.Rect]:
    """Split a box into columns of relative widths."""
    whole = box.width - gap * (len(parts) - 1)
    found, left = [], box.left
    for number, part in enumerate(parts):
        width = whole * part // sum(parts)
        if number == len(parts) - 1:
            width = box.right - left
        found.append(pygame.Rect(left, box.top, width, box.height))
        left += width + gap
    return found


def rows(box: pygame.Rect, parts: list[int], gap: int) -> list[pygame.Rect]:
    """Split a box into rows of relative heights."""
    turned = columns(pygame.Rect(box.top, box.left, box.height, box.width), parts, gap)
    return [pygame.Rect(box.left, one.left, box.width, one.width) for one in turned]


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


def _stroke(
    surface: pygame.Surface,
    colour: Colour,
    start: tuple[float, float],
    end: tuple[float, float],
    width: int,
) -> None:
    """A line with round ends."""
    pygame.draw.line(surface, colour, start, end, width)
    for point in (start, end):
        pygame.draw.circle(surface, colour, point, width // 2)

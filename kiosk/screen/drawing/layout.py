"""Where things go: areas split into rows and columns."""

from collections.abc import Sequence

import pygame


def columns(area: pygame.Rect, parts: Sequence[float], gap: int) -> list[pygame.Rect]:
    """Split an area into columns of relative widths."""
    whole = area.width - gap * (len(parts) - 1)
    areas, left, share = [], area.left, 0.0
    for number, part in enumerate(parts):
        share += part
        right = area.left + round(whole * share / sum(parts)) + gap * number
        areas.append(pygame.Rect(left, area.top, max(0, right - left), area.height))
        left = right + gap
    return areas


def rows(area: pygame.Rect, parts: Sequence[float], gap: int) -> list[pygame.Rect]:
    """Split an area into rows of relative heights."""
    turned = columns(pygame.Rect(area.top, area.left, area.height, area.width), parts, gap)
    return [pygame.Rect(area.left, column.left, area.width, column.width) for column in turned]


def off_top(area: pygame.Rect, height: int, gap: int) -> tuple[pygame.Rect, pygame.Rect]:
    """A row of a height off the top, and the rest below the gap."""
    height = min(height, area.height)
    rest = pygame.Rect(area.left, area.top + height + gap, area.width, 0)
    rest.height = max(0, area.bottom - rest.top)
    return pygame.Rect(area.left, area.top, area.width, height), rest


def off_bottom(area: pygame.Rect, height: int, gap: int) -> tuple[pygame.Rect, pygame.Rect]:
    """The rest above the gap, and a row of a height off the bottom."""
    height = min(height, area.height)
    rest = pygame.Rect(area.left, area.top, area.width, max(0, area.height - height - gap))
    return rest, pygame.Rect(area.left, area.bottom - height, area.width, height)


def middle(area: pygame.Rect, width: int, height: int) -> pygame.Rect:
    """An area of at most a size in the middle of another."""
    inner = pygame.Rect(0, 0, min(width, area.width), min(height, area.height))
    inner.center = area.center
    return inner

"""Where things go: boxes split into rows and columns."""

from collections.abc import Sequence

import pygame


def columns(box: pygame.Rect, parts: Sequence[float], gap: int) -> list[pygame.Rect]:
    """Split a box into columns of relative widths."""
    whole = box.width - gap * (len(parts) - 1)
    found, left, share = [], box.left, 0.0
    for number, part in enumerate(parts):
        share += part
        right = box.left + round(whole * share / sum(parts)) + gap * number
        found.append(pygame.Rect(left, box.top, max(0, right - left), box.height))
        left = right + gap
    return found


def rows(box: pygame.Rect, parts: Sequence[float], gap: int) -> list[pygame.Rect]:
    """Split a box into rows of relative heights."""
    turned = columns(pygame.Rect(box.top, box.left, box.height, box.width), parts, gap)
    return [pygame.Rect(box.left, one.left, box.width, one.width) for one in turned]


def off_top(box: pygame.Rect, height: int, gap: int) -> tuple[pygame.Rect, pygame.Rect]:
    """A row of a height off the top, and the rest below the gap."""
    height = min(height, box.height)
    rest = pygame.Rect(box.left, box.top + height + gap, box.width, 0)
    rest.height = max(0, box.bottom - rest.top)
    return pygame.Rect(box.left, box.top, box.width, height), rest


def off_bottom(box: pygame.Rect, height: int, gap: int) -> tuple[pygame.Rect, pygame.Rect]:
    """The rest above the gap, and a row of a height off the bottom."""
    height = min(height, box.height)
    rest = pygame.Rect(box.left, box.top, box.width, max(0, box.height - height - gap))
    return rest, pygame.Rect(box.left, box.bottom - height, box.width, height)


def middle(box: pygame.Rect, width: int, height: int) -> pygame.Rect:
    """A box of at most a size in the middle of another."""
    found = pygame.Rect(0, 0, min(width, box.width), min(height, box.height))
    found.center = box.center
    return found

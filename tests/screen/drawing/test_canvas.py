"""Text on the canvas stays in its area, in whatever direction it is read."""

import pygame
import pytest

from kiosk.screen.drawing.canvas import Align, Canvas
from kiosk.screen.drawing.theme import LABEL, PALETTES
from kiosk.screen.text.words import Words

pygame.font.init()

AREA = pygame.Rect(200, 100, 80, 30)


@pytest.mark.parametrize("align", list(Align))
@pytest.mark.parametrize("language", ["en", "he"])
def test_a_word_that_is_too_long_begins_in_its_area_and_leaves_none_of_it(
    language: str, align: Align
) -> None:
    """A long name on a tile stood over the tile beside it, and was missing in its own."""
    canvas = Canvas(pygame.Surface((480, 320)), PALETTES["light"], Words(language))
    canvas.text("W" * 30, AREA, (255, 255, 255), LABEL, align=align)
    drawn = pygame.mask.from_threshold(
        canvas.surface, (255, 255, 255), (120, 120, 120, 255)
    ).get_bounding_rects()
    assert drawn
    assert all(AREA.contains(part) for part in drawn)
    covered = pygame.Rect.unionall(drawn[0], drawn[1:])
    assert covered.width > AREA.width * 0.9
    assert canvas.overflows == ["W" * 30]

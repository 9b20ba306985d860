"""Every icon has its file, and is drawn in the colour and the width that are asked for."""

import pygame
import pytest

from kiosk.screen.drawing.icons import ICONS, STROKE, Icon, drawing, icon

ORANGE = (173, 69, 0)


def test_every_icon_has_a_file_and_every_file_an_icon() -> None:
    assert {file.stem for file in ICONS.glob("*.svg")} == set(Icon)


@pytest.mark.parametrize("name", Icon)
def test_a_file_says_its_stroke_once_and_no_colour_of_its_own(name: Icon) -> None:
    svg = drawing(name)
    assert svg.count("stroke-width") == 1
    assert f'stroke-width="{STROKE}"' in svg
    assert "#" not in svg


@pytest.mark.parametrize("name", Icon)
@pytest.mark.parametrize("side", [20, 48])
def test_an_icon_is_drawn_in_its_colour_and_size(name: Icon, side: int) -> None:
    surface = icon(name, side, ORANGE)
    assert surface.get_size() == (side, side)
    covered = pygame.mask.from_surface(surface, threshold=120)
    assert covered.count() > 0
    place = next((x, y) for x in range(side) for y in range(side) if covered.get_at((x, y)))
    assert all(
        abs(drawn - wanted) <= 3
        for drawn, wanted in zip(surface.get_at(place)[:3], ORANGE, strict=True)
    )


def test_bold_strokes_cover_more() -> None:
    covered = [
        pygame.mask.from_surface(icon(Icon.PLUS, 48, ORANGE, bold)).count() for bold in (1.0, 1.5)
    ]
    assert covered[1] > covered[0] * 1.2

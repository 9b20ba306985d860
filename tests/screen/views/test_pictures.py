"""The views still look as they were looked at: compared with thumbnails, with tolerance.

After a change that is meant: look at `python -m tests.screen.gallery FOLDER`, then `--renew`.
"""

from functools import cache

import pygame
import pytest
from PIL import Image, ImageChops

from tests.screen.gallery import (
    ACROSS,
    COMPARED,
    KEPT,
    SHEET_GAP,
    THUMBNAIL,
    drawn,
    readme_picture,
)

# A pixel that differs by less is the same to the eye; this many in a hundred may differ more.
# Letters of another FreeType differ along their edges; a key that moved is far above.
SAME = 40
MAY_DIFFER = 0.01


@cache
def kept_sheet() -> Image.Image:
    return Image.open(KEPT / "thumbnails.png").convert("RGB")


def kept(number: int) -> Image.Image:
    column, row = number % ACROSS, number // ACROSS
    left = SHEET_GAP + column * (THUMBNAIL[0] + SHEET_GAP)
    top = SHEET_GAP + row * (THUMBNAIL[1] + SHEET_GAP)
    return kept_sheet().crop((left, top, left + THUMBNAIL[0], top + THUMBNAIL[1]))


def as_image(surface: pygame.Surface) -> Image.Image:
    return Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))


def difference(image: Image.Image, other: Image.Image) -> float:
    """The share of pixels that differ to the eye."""
    grey = ImageChops.difference(image, other).convert("L")
    return sum(grey.histogram()[SAME:]) / (grey.width * grey.height)


@pytest.mark.parametrize(
    "number", range(len(COMPARED)), ids=["-".join(names) for names in COMPARED]
)
def test_a_view_looks_as_it_did(number: int) -> None:
    now = pygame.transform.smoothscale(drawn(*COMPARED[number]), THUMBNAIL)
    assert difference(as_image(now), kept(number)) <= MAY_DIFFER


def test_the_comparison_sees_a_digit_and_a_key_that_changed() -> None:
    amount = as_image(pygame.transform.smoothscale(drawn("amount", "light", "en"), THUMBNAIL))
    idle = as_image(pygame.transform.smoothscale(drawn("idle", "light", "en"), THUMBNAIL))
    assert difference(amount, idle) > 2 * MAY_DIFFER
    moved = ImageChops.offset(amount, 2, 0)
    assert difference(amount, moved) > 2 * MAY_DIFFER


def test_the_readme_shows_the_screen_of_today() -> None:
    assert difference(as_image(readme_picture()), Image.open(KEPT / "sale.png").convert("RGB")) <= (
        MAY_DIFFER
    )


def test_the_pictures_stay_small() -> None:
    assert sum(file.stat().st_size for file in KEPT.iterdir()) < 500_000

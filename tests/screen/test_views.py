"""Every view at every size: readable codes, text that fits, targets a finger can hit."""

import pygame
import pytest
import zxingcpp
from PIL import Image, ImageEnhance, ImageFilter

from kiosk.sale.keys import Key
from kiosk.sale.till import Paid
from kiosk.screen.animation import LENGTH_S, moment, standing
from kiosk.screen.look import Look
from kiosk.screen.qr import QUIET_MODULES, WHITE_LEVELS, modules, text_of
from kiosk.screen.theme import PALETTES, contrast
from kiosk.screen.window import picture
from tests.screen.samples import AWAITING, INVOICE, NOW_S, SALE, every_view, till

SIZES = [(480, 320), (800, 480), (1280, 720), (1920, 1080), (720, 1280)]
VIEWS = every_view()
# 9 mm on a 7-inch panel of 800x480, which is 154 mm wide.
FINGER_PX = 47


def photograph(size: tuple[int, int], look: Look | None = None) -> Image.Image:
    surface, _ = picture(till(AWAITING), look or Look(), size)
    return Image.frombytes("RGB", size, pygame.image.tobytes(surface, "RGB"))


def read(image: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_code_reads_to_exactly_the_invoice(size: tuple[int, int]) -> None:
    assert read(photograph(size)) == [text_of(INVOICE.payment_request)]


@pytest.mark.parametrize("size", [(800, 480), (1280, 720), (720, 1280)], ids=str)
def test_the_code_reads_blurred_and_at_the_lowest_white(size: tuple[int, int]) -> None:
    dim = photograph(size, Look(white=WHITE_LEVELS[0]))
    worn = ImageEnhance.Brightness(dim.filter(ImageFilter.GaussianBlur(1))).enhance(0.8)
    assert read(worn) == [text_of(INVOICE.payment_request)]


def test_the_code_is_alphanumeric_with_a_full_quiet_zone() -> None:
    """Bug 38 of other tills: lower case, a logo in the middle, or cut off."""
    assert text_of(INVOICE.payment_request).isupper()
    # Version 13 holds 419 alphanumeric characters at level L; in lower case it would be 17.
    assert len(modules(INVOICE.payment_request)) <= 17 + 4 * 13
    assert QUIET_MODULES == 4


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", VIEWS)
def test_no_text_is_cut_off(name: str, size: tuple[int, int]) -> None:
    _, canvas = picture(VIEWS[name], Look(name="Café Satoshi"), size)
    assert canvas.overflows == []


@pytest.mark.parametrize("name", VIEWS)
def test_every_button_is_large_enough_for_a_finger(name: str) -> None:
    _, canvas = picture(VIEWS[name], Look(), (800, 480))
    for zone in canvas.zones:
        assert min(zone.rect.size) >= FINGER_PX, (zone.key, zone.rect)
        assert canvas.rect.contains(zone.rect)


def test_a_touch_on_success_never_reaches_the_keypad_below() -> None:
    """Bug 36 of other tills: the tap on the animation hit the keypad below."""
    _, canvas = picture(till(Paid(SALE, INVOICE.payment_hash, NOW_S)), Look(), (800, 480))
    assert [zone.key for zone in canvas.zones] == [Key.CHARGE]


@pytest.mark.parametrize("theme", PALETTES)
def test_every_pair_of_colours_that_carries_text_has_contrast(theme: str) -> None:
    colours = PALETTES[theme]
    for ink, ground in colours.carrying_text:
        assert contrast(ink, ground) >= 4.5, (theme, ink, ground)


def test_the_animation_depends_on_time_alone_and_comes_to_rest() -> None:
    assert moment(0.7) == moment(0.7)
    assert moment(0.0).disc == 0.0
    assert moment(LENGTH_S) == moment(LENGTH_S + 100) == standing()
    assert moment(LENGTH_S).tick == 1.0

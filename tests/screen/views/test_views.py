"""Every view at every size: readable codes, text that fits, targets a finger can hit."""

from dataclasses import replace
from functools import cache

import pygame
import pytest
import zxingcpp
from PIL import Image, ImageEnhance, ImageFilter

from kiosk.sale.keys import Key, Row
from kiosk.sale.screens import AwaitingPayment, CodeDetail, ConnectionState, Forwarded, Paid
from kiosk.sale.timers import CELEBRATION_S, PAID_PATIENCE_S
from kiosk.screen.display.redraw_schedule import redraw_schedules
from kiosk.screen.display.window import painted, picture
from kiosk.screen.drawing.animation import TICK_S, confetti, mark
from kiosk.screen.drawing.canvas import Canvas
from kiosk.screen.drawing.icons import icon
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.qr import QUIET_MODULES, WHITE_LEVELS, modules, text_of
from kiosk.screen.drawing.theme import DISPLAY, MARGIN, PALETTES, contrast, is_large, points_to_px
from kiosk.screen.text.words import Words
from kiosk.screen.views.connection_status import SIGNS
from kiosk.screen.views.list_card import list_room
from kiosk.screen.views.paint import paint_motion
from tests.screen.gallery import LANGUAGES as GALLERY_LANGUAGES
from tests.screen.gallery import look as gallery_look
from tests.screen.samples import AWAITING, INVOICE, NOW_S, SALE, every_view, till

TEN_INCHES_MM = 221  # how wide a display of 10 inches is
SIZES = [(480, 320), (800, 480), (1280, 720), (1920, 1080), (720, 1280)]
VIEWS = every_view()
WITH_CODE = {
    name: text_of(INVOICE.payment_request, lower_case=shown.screen.lower_case)
    for name, shown in VIEWS.items()
    if isinstance(shown.screen, AwaitingPayment)
}
TEXT = WITH_CODE["invoice"]


def photograph(name: str, size: tuple[int, int], look: Look) -> Image.Image:
    surface, _ = picture(VIEWS[name], look, size)
    return Image.frombytes("RGB", size, pygame.image.tobytes(surface, "RGB"))


@cache
def laid_out(name: str, language: str, size: tuple[int, int]) -> Canvas:
    """The canvas of a view after it was drawn: its words, its zones, what did not fit."""
    return picture(VIEWS[name], gallery_look(language=language), size)[1]


def read(image: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(image)]


def assert_reads_worn(dim: Image.Image, text: str = TEXT) -> None:
    """Far away or through a poor lens: half as large, or blurred and darker still."""
    half = dim.resize((dim.width // 2, dim.height // 2), Image.Resampling.BILINEAR)
    assert read(half.filter(ImageFilter.GaussianBlur(0.5))) == [text]
    darker = ImageEnhance.Brightness(dim.filter(ImageFilter.GaussianBlur(1))).enhance(0.8)
    assert read(darker) == [text]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_code_reads_to_exactly_the_invoice(size: tuple[int, int]) -> None:
    assert read(photograph("invoice", size, gallery_look())) == [TEXT]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_code_reads_half_as_large_blurred_and_at_the_lowest_white(
    size: tuple[int, int],
) -> None:
    assert_reads_worn(photograph("invoice", size, Look(white=WHITE_LEVELS[0])))


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("language", GALLERY_LANGUAGES)
def test_the_code_reads_in_every_theme_and_language(theme: str, language: str) -> None:
    for name, text in WITH_CODE.items():
        assert read(photograph(name, (800, 480), gallery_look(theme, language))) == [text], name


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("language", GALLERY_LANGUAGES)
def test_every_code_of_the_gallery_reads(language: str, theme: str, size: tuple[int, int]) -> None:
    for name, text in WITH_CODE.items():
        look = gallery_look(theme, language)
        assert read(photograph(name, size, look)) == [text], name
        assert_reads_worn(photograph(name, size, replace(look, white=WHITE_LEVELS[0])), text)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_code_is_as_large_as_whole_pixels_allow(size: tuple[int, int]) -> None:
    count = len(modules(INVOICE.payment_request)) + 2 * QUIET_MODULES
    image = photograph("invoice", size, Look())
    (code,) = zxingcpp.read_barcodes(image)
    corners = code.position
    side = corners.top_right.x - corners.top_left.x
    module = side / (count - 2 * QUIET_MODULES)
    room = min(size) if size[0] > size[1] else min(size[0], size[1] * 3 // 5)
    assert round(module) == room // count
    # The quiet zone is white on every side.
    reach = QUIET_MODULES * (room // count) - 1
    box = (
        corners.top_left.x - reach,
        corners.top_left.y - reach,
        corners.bottom_right.x + reach,
        corners.bottom_right.y + reach,
    )
    quiet = image.crop(box)
    for x in range(quiet.width):
        assert quiet.getpixel((x, 0)) == quiet.getpixel((x, quiet.height - 1)) == (255,) * 3
    for y in range(quiet.height):
        assert quiet.getpixel((0, y)) == quiet.getpixel((quiet.width - 1, y)) == (255,) * 3


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(
    ("name", "amount"), [("invoice", "$12.50"), ("invoice-hundreds", "$125.00")]
)
def test_the_amount_on_the_code_is_twelve_millimetres_high(
    name: str, amount: str, size: tuple[int, int]
) -> None:
    """On the 7-inch panel of 800x480, where 5.2 pixels are a millimetre, and as large elsewhere."""
    surface, canvas = picture(VIEWS[name], gallery_look(), size)
    assert amount in canvas.said
    ink = PALETTES["light"].ink
    head = canvas.finger + canvas.points(MARGIN)
    left = 0 if not canvas.is_wide else canvas.zones[0].rect.right
    lines = [  # at the edge of narrowed letters the ink is a little lighter
        any(max(surface.get_at((x, y))[:3]) < max(ink) + 70 for x in range(left, size[0]))
        for y in range(head, head + canvas.points(DISPLAY))
    ]
    high = len("".join("#" if line else " " for line in lines).strip())
    assert high / points_to_px(size) / 5.2 >= 12


@pytest.mark.parametrize("language", ["en", "he"])
@pytest.mark.parametrize("left_handed", [False, True])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_cancel_is_not_where_charge_was(
    size: tuple[int, int], language: str, left_handed: bool
) -> None:
    """A second touch on the charge key, meant for it, would end the sale that it began."""
    look = replace(gallery_look(language=language), left_handed=left_handed)
    _, before = picture(VIEWS["amount"], look, size)
    _, after = picture(VIEWS["invoice"], look, size)
    (charge,) = [zone.rect for zone in before.zones if zone.key is Key.CHARGE]
    (cancel,) = [zone.rect for zone in after.zones if zone.key is Key.CLEAR]
    assert not charge.colliderect(cancel)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_code_says_how_it_is_paid(size: tuple[int, int]) -> None:
    """A customer who has never paid so opens the app of a bank."""
    for name in WITH_CODE:
        assert "Bitcoin Lightning" in laid_out(name, "en", size).said


def test_the_code_is_alphanumeric_with_a_full_quiet_zone() -> None:
    """Bug 38 of other tills: lower case, a logo in the middle, or cut off."""
    assert TEXT.isupper()
    # Version 13 holds 419 alphanumeric characters at level L; in lower case it would be 17.
    assert len(modules(INVOICE.payment_request)) <= 17 + 4 * 13
    assert QUIET_MODULES == 4


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_no_text_is_cut_off_and_every_button_can_be_touched(size: tuple[int, int]) -> None:
    assert_texts_and_buttons_fit(Words(), size)


def assert_texts_and_buttons_fit(words: Words, size: tuple[int, int]) -> None:
    """On every view: all is said, and buttons are apart and large enough for a finger."""
    # 9 mm on a 7-inch panel of 800x480, which is 154 mm wide; 7 mm on a 3.5-inch one of 480x320.
    least = {(800, 480): 47, (480, 320): 44}.get(size, round(47 * points_to_px(size)))
    surface = pygame.Surface(size)
    surface.set_clip(pygame.Rect(0, 0, 1, 1))  # where things are is asked here, not how they look
    for name, shown in VIEWS.items():
        canvas = painted(surface, shown, replace(gallery_look(), words=words))
        assert canvas.overflows == [], name
        for number, zone in enumerate(canvas.zones):
            is_low = is_large(size) and isinstance(zone.key, Row)
            enough = round(9 * size[0] / TEN_INCHES_MM) if is_low else least
            assert min(zone.rect.size) >= enough, (name, zone.key, zone.rect)
            assert canvas.rect.contains(zone.rect), (name, zone.key)
            others = [other.rect for other in canvas.zones[number + 1 :]]
            assert zone.rect.collidelist(others) == -1, (name, zone.key)


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)], ids=str)
def test_a_large_display_has_more_rows_of_a_list_instead_of_larger_ones(
    size: tuple[int, int],
) -> None:
    rows = [list_room(laid_out("sales-odd", "en", wanted)) for wanted in ((800, 480), size)]
    assert rows[1] >= rows[0] * 5 // 4


@pytest.mark.parametrize(("order", "above"), [("phone", Key.D1), ("calculator", Key.D7)])
def test_the_keys_stand_as_on_a_phone_or_a_calculator(order: str, above: Key) -> None:
    _, canvas = picture(VIEWS["idle"], Look(key_order=order), (800, 480))
    digits = [
        zone for zone in canvas.zones if isinstance(zone.key, Key) and zone.key.digit is not None
    ]
    first = min(digits, key=lambda zone: (zone.rect.top, zone.rect.left))
    assert first.key is above
    assert max(digits, key=lambda zone: zone.rect.top).key is Key.D0


def test_success_is_one_zone_over_the_whole_screen() -> None:
    """Bug 36 of other tills: the tap on the animation hit the keypad below."""
    _, canvas = picture(till(Paid(SALE, INVOICE.payment_hash, NOW_S)), Look(), (800, 480))
    assert [(zone.key, zone.rect) for zone in canvas.zones] == [(Key.CHARGE, canvas.rect)]


@pytest.mark.parametrize("theme", PALETTES)
def test_lines_and_signs_stand_out_from_their_ground(theme: str) -> None:
    colours = PALETTES[theme]
    for ink in (colours.accent, colours.good, colours.bad):
        assert contrast(ink, colours.ground) >= 3  # WCAG 1.4.11


def test_no_state_of_the_connection_is_told_by_colour_alone() -> None:
    pictures = set()
    for link in ConnectionState:
        shown = till(replace(AWAITING, connection=link, detail=CodeDetail.CONNECTIONS))
        _, canvas = picture(shown, gallery_look(), (800, 480))
        (line,) = [words for words in canvas.said if words.startswith("BlinkPOS: ")]
        pictures.add((line, icon(SIGNS[link], 20, (0, 0, 0)).get_buffer().raw))
    assert len(pictures) == len(ConnectionState)
    assert (
        len({line for line, _ in pictures})
        == len({sign for _, sign in pictures})
        == len(ConnectionState)
    )


def test_the_last_picture_of_a_late_forward_says_that_the_till_is_free() -> None:
    paid = till(Paid(SALE, INVOICE.payment_hash, NOW_S))
    last_s = max(schedule.until_s for schedule in redraw_schedules(paid))
    assert last_s == NOW_S + PAID_PATIENCE_S
    _, canvas = picture(replace(paid, now_s=last_s), Look(), (800, 480))
    assert any("the till is free" in words for words in canvas.said)


@pytest.mark.parametrize("theme", PALETTES)
def test_every_pair_of_colours_that_carries_text_has_contrast(theme: str) -> None:
    colours = PALETTES[theme]
    for ink, ground in colours.carrying_text:
        assert contrast(ink, ground) >= 4.5, (theme, ink, ground)


def test_the_tick_is_drawn_at_paid_and_stands_then() -> None:
    assert (mark(0.0).disc, mark(0.0).tick) == (0.0, 0.0)
    assert 0 < mark(TICK_S / 2).tick < mark(TICK_S * 0.9).tick < 1
    assert mark(TICK_S).is_standing
    assert mark(TICK_S + 100).is_standing


def test_confetti_depends_on_time_alone_and_comes_to_rest() -> None:
    assert confetti(0.7) == confetti(0.7) != confetti(0.72)
    assert confetti(0.0) == confetti(CELEBRATION_S) == ()
    assert all(slip.shade < 0.1 for slip in confetti(CELEBRATION_S - 0.01))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_confetti_never_flies_over_a_word_or_out_of_the_display(size: tuple[int, int]) -> None:
    still, _ = picture(till(Forwarded(SALE, NOW_S - 100)), Look(), size)
    for tenth in range(1, int(CELEBRATION_S * 10)):
        surface = still.copy()
        canvas = Canvas(surface, PALETTES["light"])
        shown = till(Forwarded(SALE, NOW_S - tenth / 10))
        drawn = paint_motion(canvas, shown)
        assert len(drawn) > 20
        for area in drawn:
            assert canvas.rect.contains(area)
            assert area.bottom < size[1] * 0.45  # the words begin below


def test_a_forward_that_settles_at_once_lets_the_tick_be_drawn_to_its_end() -> None:
    """Its screen came with the tick complete: what was being drawn jumped."""
    soon = till(Forwarded(SALE, NOW_S, NOW_S - TICK_S / 3))
    (disc, *_) = paint_motion(Canvas(pygame.Surface((800, 480)), PALETTES["light"]), soon)
    assert disc.width > 50
    later = replace(soon, now_s=NOW_S + TICK_S)
    areas = paint_motion(Canvas(pygame.Surface((800, 480)), PALETTES["light"]), later)
    assert all(area.width < 50 for area in areas)


@pytest.mark.parametrize("theme", PALETTES)
def test_money_that_was_no_sale_looks_like_none(theme: str) -> None:
    """Box fault 33: a single sat sent to the merchant looked like a sale that was paid."""
    good = PALETTES[theme].good
    greens = {}
    for name in ("forwarded", "received"):
        shown, canvas = picture(every_view()[name], Look(theme=theme), (800, 480))
        spots = (shown.get_at((x, y))[:3] for x in range(0, 800, 7) for y in range(0, 480, 7))
        greens[name] = sum(spot == good for spot in spots)
        assert any("Paid" in said for said in canvas.said) is (name == "forwarded")
    assert greens["received"] == 0 < greens["forwarded"]
    assert "Straight to the merchant: not a sale of this till" in canvas.said
    assert redraw_schedules(every_view()["received"]) == ()

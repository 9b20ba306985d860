"""A merchant's name in any covered script draws; lines break and read as their script does."""

import pygame
import pytest

from kiosk.sale.money import Sats
from kiosk.screen.drawing import typesetting
from kiosk.screen.drawing.font_coverage import (
    FONTS,
    Typeface,
    Weight,
    covers,
    drawable,
    typeface_for,
)
from kiosk.screen.text.words import Words
from kiosk.simulate.prices import CURRENCIES

pygame.font.init()
WHITE = (255, 255, 255)
HEIGHT = 40


def picture(words: str, *, rtl: bool = False, weight: Weight = Weight.MEDIUM) -> bytes:
    return pygame.image.tobytes(typesetting.rendered(words, HEIGHT, WHITE, weight, rtl=rtl), "RGBA")


@pytest.mark.parametrize(
    ("char", "face"),
    [
        ("A", Typeface.LATIN),
        ("ñ", Typeface.LATIN),
        ("Ж", Typeface.LATIN),
        ("Ω", Typeface.LATIN),
        ("₦", Typeface.LATIN),
        ("7", Typeface.LATIN),
        ("ש", Typeface.HEBREW),
        ("₪", Typeface.LATIN),
        ("カ", Typeface.JAPANESE),
        ("円", Typeface.JAPANESE),
    ],
)
def test_every_script_has_its_face(char: str, face: Typeface) -> None:
    assert typeface_for(char) is face


@pytest.mark.parametrize("face", Typeface)
@pytest.mark.parametrize("weight", Weight)
def test_what_a_face_is_said_to_have_it_draws(face: Typeface, weight: Weight) -> None:
    """The missing character's box is the same picture for all that are missing."""
    font = pygame.font.Font(face.file(weight), 30)
    box = pygame.image.tobytes(font.render("\ue000", True, WHITE), "RGBA")
    for char in {Typeface.LATIN: "Añ€₿₱", Typeface.HEBREW: "אשם", Typeface.JAPANESE: "カ円ぁ。"}[
        face
    ]:
        assert typeface_for(char) is face
        assert pygame.image.tobytes(font.render(char, True, WHITE), "RGBA") != box


@pytest.mark.parametrize(
    "name",
    ["Café Satoshi", "Κιόσκι", "Кофе & Чай", "בית קפה ביטקוין", "喫茶サトシ", "Tōkyō 東京 מס׳ 5"],
)
def test_a_name_in_any_covered_script_draws(name: str) -> None:
    assert covers(name)
    assert typesetting.width(name, HEIGHT) > HEIGHT
    assert typesetting.rendered(name, HEIGHT, WHITE).get_height() == typesetting.line_height(HEIGHT)


def test_a_character_without_a_face_is_replaced_by_its_plain_form_or_a_question_mark() -> None:
    assert drawable("ＡＢ①") == "AB1"
    assert drawable("กา") == "??"
    assert not covers("กา")
    assert covers("ok?")


@pytest.mark.parametrize("code", CURRENCIES)
def test_every_currency_has_a_sign_that_draws(code: str) -> None:
    assert covers(CURRENCIES[code].symbol)


@pytest.mark.parametrize("sign", "€£¥₦₿₹₡₲₩₫₺₴₽₸₵₪₭₮₱₾₼฿ƒ")
def test_the_signs_of_money_draw(sign: str) -> None:
    assert covers(sign)


def test_hebrew_is_seen_from_right_to_left_and_numbers_in_it_are_not() -> None:
    dalet, bet = picture("ד"), picture("ב")
    assert dalet != bet
    wide = typesetting.rendered("דב 12", HEIGHT, WHITE, rtl=True)
    number = typesetting.rendered("12", HEIGHT, WHITE)
    left = wide.subsurface((0, 0, number.get_width(), number.get_height()))
    assert pygame.image.tobytes(left, "RGBA") == pygame.image.tobytes(number, "RGBA")


def test_a_name_in_the_other_direction_keeps_its_own() -> None:
    framed = typesetting.rendered("\u2068Bar 5!\u2069 דב", HEIGHT, WHITE, rtl=True)
    name = typesetting.rendered("Bar 5!", HEIGHT, WHITE)
    right = framed.subsurface(
        (framed.get_width() - name.get_width(), 0, name.get_width(), name.get_height())
    )
    assert pygame.image.tobytes(right, "RGBA") == pygame.image.tobytes(name, "RGBA")


@pytest.mark.parametrize(
    ("words", "seen", "rtl"),
    [
        ("אב (גד)", "(דג) בא", True),
        ("אב (1)", "(1) בא", True),
        ("אב [גד (ה)]", "[(ה) דג] בא", True),
        ("\u2068a (b)\u2069 אב (ג)", "(ג) בא a (b)", True),
        ("אב a(b)c", "a(b)c בא", True),
        ("ab (גד) e", "ab (דג) e", False),
        ("ab אב (גד) cd (ef)", "ab (דג) בא cd (ef)", False),
        ("ab (cd)", "ab (cd)", False),
    ],
)
def test_brackets_are_turned_where_they_are_read_from_right_to_left(
    words: str, seen: str, rtl: bool
) -> None:
    """In Hebrew every bracket had its back to what it holds."""
    runs = typesetting.visual_runs(words, rtl)
    in_sight = [run[::-1] if face is Typeface.HEBREW else run for face, run in runs]
    assert "".join(in_sight) == seen


@pytest.mark.parametrize("height", [20, 40, 90])
def test_digits_are_all_as_wide_so_that_an_amount_does_not_jump(height: int) -> None:
    for weight in Weight:
        assert len({typesetting.width(digit * 6, height, weight) for digit in "0123456789"}) == 1
        first, second = (
            typesetting.rendered(f"{digit}.70", height, WHITE, weight) for digit in "18"
        )
        tail = (
            typesetting.width("1", height, weight),
            0,
            typesetting.width(".70", height, weight),
            height // 2,
        )
        pictures = [
            pygame.image.tobytes(surface.subsurface(tail), "RGBA") for surface in (first, second)
        ]
        assert pictures[0] == pictures[1]


def test_bold_is_another_picture_and_japanese_has_one_weight() -> None:
    assert picture("12") != picture("12", weight=Weight.BOLD)
    assert picture("円") == picture("円", weight=Weight.BOLD)


def test_a_long_line_gets_smaller_until_it_fits_and_stops_at_the_smallest() -> None:
    height = typesetting.fitting("999,999,999.99", 200, 90, 13)
    assert 13 < height < 90
    assert typesetting.width("999,999,999.99", height) <= 200
    assert typesetting.width("999,999,999.99", height + 3) > 200
    assert typesetting.fitting("a name that is far too long", 20, 90, 13) == 13


def test_lines_break_at_spaces_into_parts_of_about_the_same_length() -> None:
    words = "Checking what became of the payment"
    assert typesetting.wrapped(words, typesetting.width(words, HEIGHT), HEIGHT) == (words,)
    room = typesetting.width("Checking what became of the", HEIGHT)
    assert typesetting.wrapped(words, room, HEIGHT) == ("Checking what became", "of the payment")
    assert typesetting.wrapped("unbreakable", 10, HEIGHT) == ("unbreakable",)
    assert typesetting.wrapped("", 10, HEIGHT) == ()


def test_an_amount_is_not_torn_from_its_unit() -> None:
    words = f"At most {Words().sats(Sats(10_000_000))}."
    lines = typesetting.wrapped(words, typesetting.width("At most 10,000,000", HEIGHT), HEIGHT)
    assert lines == ("At most", "10,000,000\u00a0sats.")


def test_japanese_breaks_between_characters_but_not_before_a_stop() -> None:
    words = "お支払いを確認しています。しばらくお待ちください。"
    for room in range(3 * HEIGHT, 20 * HEIGHT, 7):
        lines = typesetting.wrapped(words, room, HEIGHT)
        assert "".join(lines) == words
        assert not any(line[0] in "。、ーっ" for line in lines)
        assert all(typesetting.width(line, HEIGHT) <= room for line in lines)


def test_what_is_broken_within_an_isolate_keeps_its_direction_on_every_line() -> None:
    words = "\u206610.00 + 4.50 + 2.50 + 999.99\u2069"
    lines = typesetting.wrapped(
        words, typesetting.width(words, HEIGHT, rtl=True) // 2, HEIGHT, rtl=True
    )
    assert len(lines) > 1
    assert all(line.startswith("\u2066") and line.endswith("\u2069") for line in lines)
    assert picture(lines[0], rtl=True) == picture(lines[0][1:-1], rtl=False)


def test_a_number_in_japanese_stays_together() -> None:
    lines = typesetting.wrapped(
        "残り1,234,567satsです", typesetting.width("残り1,234", HEIGHT), HEIGHT
    )
    assert "1,234,567sats" in lines


def test_every_font_is_named_in_the_licence_beside_it() -> None:
    licence = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    for font in FONTS.glob("*.ttf"):
        assert font.name in licence

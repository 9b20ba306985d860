"""Amounts as each language writes them, with the digits and symbols that Blink serves."""

import subprocess
import sys

import pytest
from babel.numbers import get_currency_symbol, list_currencies

from kiosk.sale.money import SAT, Currency, Fiat, Sats
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.screen.drawing.font_coverage import covers, without_marks
from kiosk.screen.text import numbers
from kiosk.screen.text.words import SatsStyle, Words
from kiosk.settings import LANGUAGES

USD = Currency("USD", "$", 2)
EUR = Currency("EUR", "€", 2)
JPY = Currency("JPY", "¥", 0)
KWD = Currency("KWD", "KD", 3)
KES = Currency("KES", "KSh", 2)
HUF = Currency("HUF", "Ft", 0)  # ISO 4217 says 2; Blink serves 0

NBSP = "\u00a0"


def plain(words: str) -> str:
    """Without what only steers: hard and narrow spaces, direction marks."""
    return without_marks(words).translate({0xA0: " ", 0x202F: " "})


@pytest.mark.parametrize(
    ("language", "amount", "written"),
    [
        ("en", Fiat(123_450, USD), "$1,234.50"),
        ("es", Fiat(123_450, EUR), "1.234,50 €"),
        ("de", Fiat(123_450, EUR), "1.234,50 €"),
        ("fr", Fiat(123_450, EUR), "1 234,50 €"),
        ("pt", Fiat(123_450, Currency("BRL", "R$", 2)), "R$ 1.234,50"),
        ("it", Fiat(123_450, EUR), "1.234,50 €"),
        ("he", Fiat(123_450, Currency("ILS", "₪", 2)), "1,234.50 ₪"),
        ("ja", Fiat(1_234, JPY), "¥1,234"),
        ("en", Fiat(1_000_000, KES), "KSh 10,000.00"),
        ("de", Fiat(1_000_000, KES), "10.000,00 KSh"),
        ("en", Fiat(1_234_567, KWD), "KD 1,234.567"),
        ("en", Fiat(1_234, HUF), "Ft 1,234"),
        ("de", Fiat(1_234, HUF), "1.234 Ft"),
        ("en", Fiat(5, USD), "$0.05"),
        ("en", Fiat(0, KWD), "KD 0.000"),
        ("en", Fiat(100, Currency("PEN", "S/.", 2)), "S/.1.00"),
        ("en", Fiat(999_999_999_999, USD), "$9,999,999,999.99"),
    ],
)
def test_an_amount_is_written_as_the_language_does(
    language: str, amount: Fiat, written: str
) -> None:
    assert plain(Words(language).money(amount)) == written


@pytest.mark.parametrize("symbol", ["", "؋", "৳"])
def test_a_symbol_that_no_font_draws_gives_way_to_the_code(symbol: str) -> None:
    assert plain(Words("en").money(Fiat(1250, Currency("AFN", symbol, 2)))) == "AFN 12.50"


@pytest.mark.parametrize(
    ("style", "count", "written"),
    [
        (SatsStyle.SATS, 1234, "1,234 sats"),
        (SatsStyle.SATS, 1, "1 sat"),
        (SatsStyle.BITCOIN, 1234, "₿1,234"),
    ],
)
def test_sats_are_written_in_the_style_of_the_settings(
    style: SatsStyle, count: int, written: str
) -> None:
    words = Words("en", style)
    assert plain(words.sats(Sats(count))) == written
    assert plain(words.money(Fiat(count, SAT))) == written


def test_the_unit_key_shows_the_unit_in_the_same_style() -> None:
    assert Words().unit(EUR) == "EUR"
    assert Words().unit(SAT) == "sats"
    assert Words("en", SatsStyle.BITCOIN).unit(SAT) == "₿"


def test_a_typed_number_has_the_digits_that_blink_serves() -> None:
    assert Words("en").number(1250, USD) == "12.50"
    assert Words("de").number(123_450, EUR) == "1.234,50"
    assert Words("en").number(1250, HUF) == "1,250"
    assert Words("en").number(1250, KWD) == "1.250"
    assert Words("en").number(0, USD) == "0.00"


def test_a_trouble_says_its_amount_as_an_amount() -> None:
    trouble = Trouble(TroubleKind.AMOUNT_TOO_LARGE, "10000000")
    what, cure = Words().trouble_text(trouble)
    assert what == "Too much for one sale."
    assert plain(cure) == "At most 10,000,000 sats."
    assert Words("en", SatsStyle.BITCOIN).trouble_text(trouble)[1] == "At most ₿10,000,000."


@pytest.mark.parametrize("kind", TroubleKind)
def test_every_trouble_says_what_happened(kind: TroubleKind) -> None:
    what, cure = Words().trouble_text(Trouble(kind, "17"))
    assert what
    assert "{" not in what + cure


def test_a_name_with_braces_is_shown_as_it_is() -> None:
    assert Words().tr("to {name}", name="{x}") == "to {x}"


def test_percentages_and_spans() -> None:
    assert Words("en").percent(10) == "10%"
    assert plain(Words("de").percent(10)) == "10 %"
    assert Words().clock(597) == "9:57"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_direction_of_a_language_is_babels(language: str) -> None:
    assert Words(language).is_rtl == (numbers.locale(language).text_direction == "rtl")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_currency_of_the_world_is_written_with_signs_that_draw(language: str) -> None:
    """Whatever sign Blink may serve: a font draws it, or the code steps in."""
    for code in list_currencies():
        for sign in (get_currency_symbol(code, language), get_currency_symbol(code, "en"), ""):
            for digits in (0, 2, 3):
                written = Words(language).money(Fiat(1_234_567, Currency(code, sign, digits)))
                assert covers(written), ascii(written)
                assert "".join(filter(str.isdigit, written)) == "1234567"


def test_the_first_picture_does_not_wait_for_babel() -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, kiosk.screen.display.window; print('babel' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip().endswith("False")

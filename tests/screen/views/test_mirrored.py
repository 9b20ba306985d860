"""A right-to-left language mirrors what is read, and nothing that is counted."""

import pytest

from kiosk.sale.keys import Key
from kiosk.screen.display.window import picture
from kiosk.screen.drawing import typesetting
from kiosk.screen.drawing.font_coverage import Typeface
from kiosk.screen.drawing.look import Look
from kiosk.screen.text.words import Words
from tests.screen.samples import every_view

VIEWS = every_view()
SIZE = (800, 480)
DIGITS = [Key(str(digit)) for digit in range(10)]


def places(name: str, language: str, *, left_handed: bool = False) -> dict[Key, tuple[int, int]]:
    """Where the middle of every key is."""
    look = Look(words=Words(language), left_handed=left_handed)
    _, canvas = picture(VIEWS[name], look, SIZE)
    return {zone.key: zone.rect.center for zone in canvas.zones if isinstance(zone.key, Key)}


@pytest.mark.parametrize("name", ["amount", "pin"])
def test_the_digits_are_where_they_are_everywhere(name: str) -> None:
    ours, theirs = places(name, "he"), places(name, "en")
    left = theirs[Key.D1][0] - ours[Key.D1][0]
    for digit in DIGITS:
        assert (theirs[digit][0] - ours[digit][0], theirs[digit][1]) == (left, ours[digit][1])
    assert ours[Key.D1][0] < ours[Key.D2][0] < ours[Key.D3][0]


@pytest.mark.parametrize("name", ["confirming", "expired", "totals", "invoice"])
def test_what_is_read_first_stands_at_the_right(name: str) -> None:
    ours, theirs = places(name, "he"), places(name, "en")
    assert set(ours) == set(theirs)
    for key, (x, y) in theirs.items():
        assert abs(ours[key][0] - (SIZE[0] - x)) <= 2, key
        assert ours[key][1] == y


def test_the_amount_and_its_name_are_beside_the_keypad_on_the_other_side() -> None:
    assert places("amount", "en")[Key.MENU] < places("amount", "en")[Key.D1]
    assert places("amount", "he")[Key.MENU] > places("amount", "he")[Key.D3]


def in_sight(words: str) -> str:
    """The letters from left to right, as a line of a Hebrew screen has them."""
    runs = typesetting.visual_runs(words, True)
    return "".join(run[::-1] if face is Typeface.HEBREW else run for face, run in runs)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("first-payee_right", "@blink.sv"),
        ("first-payee-no-proof", "cafe@pay.example"),
        ("first-time_zone", "/ Buenos Aires"),
        ("first-payee", "#+="),
        ("settings-0", "cafe_satoshi@blink.sv"),
        ("settings-1", "5, 10, 15"),
        ("settings-items", "Slice of cake;3.50;EUR;reduced;brown"),
        ("wifi", "A network whose name is 32 long."),
        ("passphrase-joined", "••••••••••••e"),
        ("tax", "reduced 7 %"),
    ],
)
def test_what_somebody_wrote_in_latin_letters_reads_as_it_was_written(
    name: str, written: str
) -> None:
    """Who gets the money was asked as "blink.sv@"; names and rates had their ends at the front."""
    _, canvas = picture(VIEWS[name], Look(words=Words("he")), SIZE)
    assert written in {in_sight(line) for line in canvas.said}


@pytest.mark.parametrize("name", ["amount", "pin", "own-tip"])
@pytest.mark.parametrize("language", ["en", "he"])
def test_a_left_handed_merchant_has_the_keypad_on_the_left(name: str, language: str) -> None:
    keys = places(name, language, left_handed=True)
    assert all(keys[digit][0] < SIZE[0] * 0.56 for digit in DIGITS)
    assert keys[Key.D1][0] < keys[Key.D2][0] < keys[Key.D3][0]

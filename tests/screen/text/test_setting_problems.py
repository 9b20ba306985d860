"""Every mistake in a setting is told in the merchant's language, by what the page calls it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.screen.text.labels import LANGUAGE_NAMES
from kiosk.screen.text.setting_labels import CHOICE_LABELS, SETTING_LABELS, choice_label
from kiosk.screen.text.setting_problems import MOST_SHOWN, knows, problem_text, problems_text
from kiosk.screen.text.words import Words
from kiosk.settings import TABLE
from kiosk.settings.parsers import choices_of

KIOSK = Path(__file__).parents[3] / "kiosk"
READERS = (
    "settings/parsers.py",
    "settings/receipt_parsers.py",
    "settings/cashiers.py",
    "settings/sources.py",
    "sale/lightning_address.py",
    "panel/wiring.py",
    "settings_file.py",
    "provision/env_file.py",
    "provision/wifi.py",
)
# Of a wifi.env, which only the boot partition may have: the screen shows the names alone.
NOT_ON_SCREEN = ("belongs into kiosk.env", "WIFI_SSID: is missing")


def text_of(node: ast.AST) -> str | None:
    """A string as it would be said, with a 7 for each part that is put in, and nothing meant."""
    match node:
        case ast.FormattedValue(value=ast.Name(id="near" | "hint")):
            return ""
        case ast.FormattedValue(value=ast.Call(func=ast.Name(id="meant"))):
            return ""
        case ast.FormattedValue():
            return "7"
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(text_of(part) or "" for part in values)
    return None


def sentences(file: str) -> Iterator[str]:
    """What a reader raises, yields, or adds to its list of problems."""
    for node in ast.walk(ast.parse((KIOSK / file).read_text())):
        match node:
            case ast.Call(func=ast.Name(id="ValueError"), args=[said]):
                pass
            case ast.Call(func=ast.Name(id="FileRefused"), args=[ast.Tuple(elts=[said])]):
                pass
            case ast.Call(func=ast.Attribute(attr="append"), args=[said]):
                pass
            case ast.GeneratorExp(elt=said) | ast.Yield(value=said) if said is not None:
                pass
            case _:
                continue
        text = text_of(said)
        if text is not None and text != "7: 7" and " " in text:  # a name with another's sentence
            yield text


def without_name(sentence: str) -> str:
    first, _, rest = sentence.partition(" ")
    return rest if first.removesuffix(":").isupper() or first == "7" or first == "7:" else sentence


@pytest.mark.parametrize("file", READERS)
def test_every_sentence_of_the_readers_can_be_translated(file: str) -> None:
    said = [text for text in sentences(file) if not any(part in text for part in NOT_ON_SCREEN)]
    assert said
    for sentence in said:
        assert knows(without_name(sentence)), sentence


@pytest.mark.parametrize(
    ("problem", "shown"),
    [
        ("WIFI_COUNTRY: must be two letters, like SV: which channels may be used here", "wie SV"),
        ("WIFI_SSID: must be the network's name, 1 to 32 bytes", "Name des Netzes"),
        ("kiosk.env: line 3 does not begin with a setting", "kiosk.env: Zeile 3 beginnt nicht"),
        ("kiosk.env: is not a plain text file", "kiosk.env: ist keine einfache Textdatei"),
        ("KIOSK_TIPS: takes at most four percentages", "nimmt höchstens vier Prozentsätze"),
        ("KIOSK_MAX_SAT: must be a whole number from 1 to 90", "ganze Zahl von 1 bis 90 sein"),
        ("KIOSK_THEME: must be one of light, dark; did you mean dark?", "ist dark gemeint?"),
        ("MERCHANT_ADDRESS: give either this or MERCHANT_USERNAME, not both", "oder Blink-Name"),
        (
            "MERCHANT_UPDATES: is for KIOSK_RECEIVE=forward; every sale is shown here",
            "über das Kassenkonto",
        ),
        ("KIOSK_LED_PIN names pin 5 which KIOSK_KEYPAD_ROWS has already.", "nennt Pin 5, den"),
        ("KIOSK_KEYPAD_COLUMNS must name 3 or 4 pins, it names 2.", "muss 3 oder 4 Pins nennen"),
    ],
)
def test_a_mistake_is_told_in_the_language_of_the_screen(problem: str, shown: str) -> None:
    text = problem_text(Words("de"), problem)
    assert shown in text
    assert "KIOSK_" not in text
    assert "MERCHANT_" not in text


def test_of_many_mistakes_the_first_are_told_and_how_many_more_there_are() -> None:
    """All of them ran out of their place, over the keys."""
    problems = tuple(f"KIOSK_NAM{place} is not a setting" for place in range(MOST_SHOWN + 2))
    assert "KIOSK_NAM3" in problems_text(Words("en"), problems[:MOST_SHOWN])
    text = problems_text(Words("en"), problems)
    assert "KIOSK_NAM3: is not a setting; +2" in text
    assert "KIOSK_NAM4" not in text


def test_a_sentence_that_nobody_translated_stays_as_it_is() -> None:
    assert problem_text(Words("de"), "KIOSK_NAME: is odd") == "Name des Ladens: is odd"
    assert problem_text(Words("de"), "something else") == "something else"


def test_in_english_it_says_what_the_reader_said() -> None:
    text = problem_text(Words("en"), "KIOSK_TIPS: takes at most four percentages")
    assert text == "Tips in percent: takes at most four percentages"


def test_every_setting_and_every_choice_on_the_screen_has_a_label() -> None:
    for name, entry in TABLE.items():
        if entry.changed_on_screen:
            assert name in SETTING_LABELS
            for choice in choices_of(entry.parse):
                assert choice in LANGUAGE_NAMES or choice in CHOICE_LABELS or choice.isdigit()
    assert choice_label(Words("es"), "de") == "Deutsch"
    assert choice_label(Words("es"), "dark") == "oscuro"


def test_a_name_that_is_no_setting_is_told_in_the_language_of_the_screen() -> None:
    text = problem_text(Words("de"), "KIOSK_NAM is not a setting; did you mean KIOSK_NAME?")
    assert text == "KIOSK_NAM: ist keine Einstellung; ist KIOSK_NAME gemeint?"

"""Refused settings are told by name and never by value."""

from pathlib import Path

import pytest

from kiosk.commands.error_screen import left_on_boot, wrong_settings
from kiosk.host.refused_settings import COPY, MOST_LINES, TAKEN, left_files, names_of, refused_names
from kiosk.sale.trouble import TroubleKind
from kiosk.screen.text.words import Words


def test_no_file_is_no_refusal(tmp_path: Path) -> None:
    assert refused_names(tmp_path / "none") == ()


def test_each_wrong_setting_is_named_once_and_no_value_is(tmp_path: Path) -> None:
    file = tmp_path / "settings-refused"
    file.write_text(
        "KIOSK_ROTATE: must be one of 0, 90, 180, 270\n"
        "BLINKPOS_API_KEY: blink_secret is not an API key\n"
        "KIOSK_ROTATE: again\n"
        "KIOSK_LED_PIN names pin 5 which KIOSK_KEYPAD_ROWS has already.\n"
    )
    assert refused_names(file) == ("KIOSK_ROTATE", "BLINKPOS_API_KEY", "KIOSK_LED_PIN")


@pytest.mark.parametrize("text", ["", "no name here\n", "\0\xff\n"])
def test_a_refusal_without_a_name_is_still_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings-refused"
    file.write_text(text)
    assert refused_names(file) == ("kiosk.env",)


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "settings-refused"
    file.write_text("".join(f"NAME_{number}: x\n" for number in range(10_000)))
    assert len(refused_names(file)) == MOST_LINES


def test_names_are_only_taken_from_the_start_of_a_line() -> None:
    assert names_of(["must not be KIOSK_PIN", " KIOSK_PIN: x"]) == ()


def test_the_value_that_was_meant_is_named_and_never_the_one_that_was_written() -> None:
    problems = [
        "KIOSK_LANGUAGE: must be one of en, de; did you mean de?",
        "BLINKPOS_API_KEY: is not an API key of Blink; did you mean blink_x y?",
        "KIOSK_TIMEZONE: is no time zone; did you mean Europe/Berlin?",
    ]
    expected = ("KIOSK_LANGUAGE: de?", "BLINKPOS_API_KEY", "KIOSK_TIMEZONE: Europe/Berlin?")
    assert names_of(problems) == expected


def test_of_the_quick_items_file_the_line_is_named() -> None:
    """The screen named kiosk.env, in which nothing was wrong."""
    problems = [
        "items.csv: line 3 has the price 0",
        "items.csv: line 3 has the price 0",
        "items.csv: is not UTF-8: save it as CSV UTF-8",
    ]
    names = names_of(problems)
    assert names == ("items.csv: line 3", "items.csv")
    assert wrong_settings(names).kind is TroubleKind.WRONG_ITEMS_FILE
    assert wrong_settings((*names, "KIOSK_PIN")).kind is TroubleKind.WRONG_SETTINGS
    assert wrong_settings(()).kind is TroubleKind.WRONG_SETTINGS


def test_of_many_wrong_lines_the_first_are_told_and_how_many_more_there_are() -> None:
    """Fifty of them ran out of the picture, over the keys."""
    problems = [f"items.csv: line {number} has the price 0" for number in range(2, 52)]
    what, cure = Words("en").trouble_text(wrong_settings(names_of(problems)))
    assert what == "The quick items were not taken in."
    assert "items.csv: line 5, +46. Correct it" in cure
    assert "line 6" not in cure


def test_the_line_of_the_quick_items_file_is_told_in_the_language_of_the_screen() -> None:
    """A merchant who reads no English saw the English word."""
    trouble = wrong_settings(names_of(["items.csv: line 3 has the price 0"]))
    _, cure = Words("de").trouble_text(trouble)
    assert "items.csv: Zeile 3" in cure


def test_a_file_that_is_right_and_still_lies_there_is_not_called_wrong(tmp_path: Path) -> None:
    """The screen said that the settings cannot be used, and they were in use."""
    file = tmp_path / "settings-refused"
    file.write_text(
        f"wifi.env: {TAKEN}: the boot partition is only read\n"
        f"kiosk.env: {COPY}: kiosk.env~\n"
        f"kiosk.env: {COPY}: {'k' * 300}\n"
    )
    assert refused_names(file) == ()
    assert left_files(file) == ("wifi.env", "kiosk.env~", "kiosk.env")
    what, cure = Words("en").trouble_text(left_on_boot(left_files(file)))
    assert what == "A file is left on the card's boot partition."
    assert cure.endswith("Delete it: wifi.env, kiosk.env~, kiosk.env.")


def test_what_is_wrong_and_what_is_left_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "settings-refused"
    file.write_text(
        f"KIOSK_PIN: is too short\nwifi.env: {TAKEN}: the boot partition is only read\n"
    )
    assert refused_names(file) == ("KIOSK_PIN",)
    assert left_files(file) == ("wifi.env",)
    assert left_files(tmp_path / "none") == ()

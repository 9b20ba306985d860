"""The till asks two units of root's about a stick's file, and never sees what is in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.host import settings_request, stick_settings, usb_stick
from kiosk.sale.settings_change import (
    CHECK_STICK,
    ChangeOutcome,
    ChangeSettings,
    SettingsChangeResult,
    StickFile,
    answer_text,
    read_request,
    take_stick,
)

FITS = SettingsChangeResult(ChangeOutcome.FITS, changed=("KIOSK_NAME",), payee="shop@blink.sv")
IN_FORCE = SettingsChangeResult(ChangeOutcome.IN_FORCE)


class Root:
    """Both units: they look whenever the till sleeps."""

    def __init__(self, folder: Path, words: dict[str, str], result: SettingsChangeResult) -> None:
        self.folder, self.words, self.result = folder, words, result
        self.answer = folder / "answer"
        self.wishes: list[str | ChangeSettings] = []

    def sleep(self, _: float) -> None:
        stick = self.folder / stick_settings.FOLDER / usb_stick.REQUEST_FILE
        if stick.exists():
            wish = stick.read_text()
            self.wishes.append(wish)
            stick.unlink()
            if wish in self.words:
                stick.with_name(usb_stick.ANSWER_FILE).write_text(self.words[wish])
        asked = self.folder / settings_request.FOLDER / settings_request.REQUEST_FILE
        if asked.exists():
            token, change = read_request(asked.read_text())
            self.wishes.append(change)
            asked.unlink()
            self.answer.write_text(answer_text(self.result, token))

    def read(self) -> SettingsChangeResult:
        return stick_settings.read_stick(self.folder, self.sleep, self.answer)

    def take(self) -> SettingsChangeResult:
        return stick_settings.take_stick(self.folder, take_stick("2580"), self.sleep, self.answer)


@pytest.fixture
def root(tmp_path: Path) -> Callable[[dict[str, str], SettingsChangeResult], Root]:
    return lambda words, result: Root(tmp_path, words, result)


Make = Callable[[dict[str, str], SettingsChangeResult], Root]


def test_a_file_that_was_copied_is_checked(root: Make) -> None:
    units = root({"read": "read\n"}, FITS)
    assert units.read() == FITS
    assert units.wishes == ["read", CHECK_STICK]


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("no-stick", ChangeOutcome.NO_STICK),
        ("no-file", ChangeOutcome.NO_FILE),
        ("several", ChangeOutcome.SEVERAL_FILES),
        ("unreadable", ChangeOutcome.STICK_UNREADABLE),
        ("nonsense" * 20, ChangeOutcome.NO_ANSWER),
    ],
)
def test_a_stick_that_does_not_serve_is_told_for_what_it_is(
    root: Make, word: str, outcome: ChangeOutcome
) -> None:
    units = root({"read": word}, FITS)
    assert units.read().outcome is outcome
    assert units.wishes == ["read"], "root's other unit is not asked"


def test_a_helper_that_says_nothing_is_not_waited_for_for_ever(root: Make) -> None:
    assert root({}, FITS).read().outcome is ChangeOutcome.NO_ANSWER


@pytest.mark.parametrize(
    ("words", "stick_file"),
    [
        ({"wipe": "wiped"}, StickFile.WIPED),
        ({"wipe": "kept"}, StickFile.LEFT),
        ({"wipe": "none"}, None),  # items or a logo alone
        ({}, StickFile.LEFT),
    ],
)
def test_the_file_is_wiped_once_it_is_in_force_and_it_is_said_if_it_is_not(
    root: Make, words: dict[str, str], stick_file: StickFile | None
) -> None:
    units = root(words, IN_FORCE)
    result = units.take()
    assert (result.outcome, result.stick_file) == (ChangeOutcome.IN_FORCE, stick_file)
    assert units.wishes == [take_stick("2580"), "wipe"]


def test_nothing_is_wiped_that_is_not_in_force(root: Make) -> None:
    units = root({"wipe": "wiped"}, SettingsChangeResult(ChangeOutcome.PIN_WRONG))
    assert units.take() == SettingsChangeResult(ChangeOutcome.PIN_WRONG)
    assert units.wishes == [take_stick("2580")]


def test_an_answer_that_is_just_being_written_is_waited_for(tmp_path: Path) -> None:
    answer = tmp_path / usb_stick.ANSWER_FILE
    texts = iter(("", "read"))
    word = usb_stick.ask_helper(tmp_path, "read", lambda _: answer.write_text(next(texts)))
    assert word == "read"


def test_a_usb_disk_is_seen_and_no_other(tmp_path: Path) -> None:
    assert not usb_stick.has_stick(tmp_path)
    (tmp_path / "mmcblk0").symlink_to("../devices/platform/emmc2bus/mmc0/block/mmcblk0")
    assert not usb_stick.has_stick(tmp_path)
    (tmp_path / "sda").symlink_to("../devices/pci0/0000:01:00.0/usb1/1-1/host0/block/sda")
    assert usb_stick.has_stick(tmp_path)
    assert not usb_stick.has_stick(tmp_path / "missing")

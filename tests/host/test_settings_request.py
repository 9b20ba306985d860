"""The till asks root's unit for other settings, and takes the answer to this request alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.host.settings_request import FOLDER, PATIENCE_S, REQUEST_FILE, ask_for_change
from kiosk.sale.settings_change import (
    LONGEST_PROBLEM,
    ChangeOutcome,
    ChangeSettings,
    SettingsChangeResult,
    answer_text,
    read_request,
)

CHANGE = ChangeSettings((("KIOSK_NAME", "Café"),), "2580")


class Unit:
    """Root's unit: looks whenever the till sleeps."""

    def __init__(self, folder: Path, result: SettingsChangeResult) -> None:
        self.request = folder / FOLDER / REQUEST_FILE
        self.answer = folder / "answer"
        self.result = result
        self.seen: list[ChangeSettings] = []
        self.waited_s = 0.0
        self.token_of: Callable[[str], str] = lambda token: token

    def sleep(self, seconds: float) -> None:
        self.waited_s += seconds
        if self.request.exists():
            assert self.request.stat().st_mode & 0o777 == 0o600
            token, change = read_request(self.request.read_text())
            self.seen.append(change)
            self.request.unlink()
            self.answer.write_text(answer_text(self.result, self.token_of(token)))


@pytest.mark.parametrize("outcome", list(ChangeOutcome))
def test_the_request_is_read_as_it_was_made_and_so_is_the_answer(
    tmp_path: Path, outcome: ChangeOutcome
) -> None:
    unit = Unit(tmp_path, SettingsChangeResult(outcome, ("KIOSK_NAME: is too long",), 30))
    assert ask_for_change(tmp_path, CHANGE, unit.sleep, unit.answer) == unit.result
    assert unit.seen == [CHANGE]


@pytest.mark.parametrize("sign", ["V", "é", "\x01"])
def test_mistakes_that_quote_a_long_file_are_told_as_far_as_there_is_room(
    tmp_path: Path, sign: str
) -> None:
    """The tax of an item on a stick may be 60 kB: the till could not read what was wrong."""
    problem = f"KIOSK_ITEMS: names a tax that KIOSK_TAX does not have: {sign * 60_000}"
    unit = Unit(tmp_path, SettingsChangeResult(ChangeOutcome.WRONG, (problem,) * 24))
    told = ask_for_change(tmp_path, CHANGE, unit.sleep, unit.answer)
    assert told.outcome is ChangeOutcome.WRONG
    assert told.problems[0] == problem[:LONGEST_PROBLEM]


def test_an_answer_to_another_request_is_not_this_ones(tmp_path: Path) -> None:
    unit = Unit(tmp_path, SettingsChangeResult(ChangeOutcome.IN_FORCE))
    unit.token_of = lambda _: "00" * 16
    result = ask_for_change(tmp_path, CHANGE, unit.sleep, unit.answer)
    assert result.outcome is ChangeOutcome.NO_ANSWER
    assert unit.waited_s == pytest.approx(PATIENCE_S)


def test_an_answer_that_is_not_yet_for_all_to_read_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = Unit(tmp_path, SettingsChangeResult(ChangeOutcome.IN_FORCE))
    closed = iter(range(3))
    opened = Path.open

    def open_if_allowed(file: Path, *arguments: Any, **options: Any) -> Any:
        is_read = "w" not in (*arguments, options.get("mode", "r"))
        if file == unit.answer and is_read and next(closed, None) is not None:
            raise PermissionError(13, "Permission denied")
        return opened(file, *arguments, **options)

    monkeypatch.setattr(Path, "open", open_if_allowed)
    assert ask_for_change(tmp_path, CHANGE, unit.sleep, unit.answer) == unit.result


def test_a_request_that_nobody_takes_does_not_stay_with_its_pin(tmp_path: Path) -> None:
    result = ask_for_change(tmp_path, CHANGE, lambda _: None, tmp_path / "answer")
    assert result.outcome is ChangeOutcome.NO_ANSWER
    assert not (tmp_path / FOLDER / REQUEST_FILE).exists()


@pytest.mark.parametrize("answer", ["", "[]", "{}", '{"token": 1, "outcome": "x"}', "x" * 40_000])
def test_an_answer_that_cannot_be_read_is_none(tmp_path: Path, answer: str) -> None:
    (tmp_path / "answer").write_text(answer)
    result = ask_for_change(tmp_path, CHANGE, lambda _: None, tmp_path / "answer")
    assert result.outcome is ChangeOutcome.NO_ANSWER


def test_neither_the_pin_nor_a_value_shows_itself() -> None:
    assert "2580" not in repr(CHANGE)
    assert "Café" not in repr(CHANGE)

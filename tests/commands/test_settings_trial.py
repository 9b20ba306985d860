"""A till that cannot be built with changed settings goes back to the ones of before."""

from pathlib import Path

import pytest

from kiosk.commands import settings_trial
from kiosk.host.settings_request import FOLDER, REQUEST_FILE
from kiosk.sale.settings_change import (
    ChangeOutcome,
    RequestKind,
    SettingsChangeResult,
    answer_text,
    read_request,
)


class Unit:
    """Root's unit, which answers whatever it is told to."""

    def __init__(self, folder: Path, outcome: ChangeOutcome) -> None:
        self.request, self.answer = folder / FOLDER / REQUEST_FILE, folder / "answer"
        self.outcome = outcome
        self.kinds: list[RequestKind] = []

    def sleep(self, _: float) -> None:
        token, change = read_request(self.request.read_text())
        self.kinds.append(change.kind)
        self.answer.write_text(answer_text(SettingsChangeResult(self.outcome), token))


@pytest.mark.parametrize(
    ("outcome", "is_back"),
    [(ChangeOutcome.IN_FORCE, True), (ChangeOutcome.NOT_ALLOWED, False)],
)
def test_on_trial_a_till_that_cannot_be_built_goes_back_if_root_lets_it(
    tmp_path: Path, outcome: ChangeOutcome, *, is_back: bool
) -> None:
    trial, unit = tmp_path / "trial", Unit(tmp_path, outcome)
    trial.touch()
    assert settings_trial.go_back(tmp_path, unit.sleep, trial, unit.answer) is is_back
    assert unit.kinds == [RequestKind.GO_BACK]


def test_settings_that_have_worked_before_are_not_the_cause_and_stay(tmp_path: Path) -> None:
    unit = Unit(tmp_path, ChangeOutcome.IN_FORCE)
    assert not settings_trial.go_back(tmp_path, unit.sleep, tmp_path / "trial", unit.answer)
    settings_trial.keep(tmp_path, tmp_path / "trial", unit.answer)
    assert not unit.request.exists()


def test_off_an_appliance_nothing_is_asked(tmp_path: Path) -> None:
    trial = tmp_path / "trial"
    trial.touch()
    assert not settings_trial.go_back(None, lambda _: None, trial)
    settings_trial.keep(None, trial)

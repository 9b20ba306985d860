"""The till asks root's unit for a set-up by phone, and believes the progress of its own request."""

from pathlib import Path

import pytest

from kiosk.host.phone_setup import (
    ANSWER_FILE,
    FOLDER,
    PATIENCE_S,
    REQUEST_FILE,
    STOP_FILE,
    PhoneSetupUnit,
)
from kiosk.sale.phone_setup import (
    PhoneAnswer,
    PhoneFailure,
    PhoneProgress,
    PhoneStep,
    failed,
    progress_text,
    read_phone_answer,
    read_phone_request,
)

CODES = PhoneProgress(
    PhoneStep.WAITING, "kiosk-7h2k", "abcd2345wxyz", "http://10.7.8.1/x/", "024680"
)
OPENING = PhoneProgress(PhoneStep.OPENING)
LOST = failed(PhoneFailure.NO_ANSWER)


class Till:
    def __init__(self, folder: Path) -> None:
        self.now_s = 10.0
        self.progress_file = folder / "progress"
        self.place = folder / FOLDER
        self.unit = PhoneSetupUnit(folder, lambda: self.now_s, self.progress_file)

    def started(self) -> str:
        """The token of the request that was laid down."""
        self.unit.start("es")
        file = self.place / REQUEST_FILE
        assert file.stat().st_mode & 0o777 == 0o600
        request = read_phone_request(file.read_text())
        assert request.language == "es"
        return request.token

    def root_says(self, progress: PhoneProgress, token: str) -> None:
        self.progress_file.write_text(progress_text(progress, token))


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(tmp_path)


def test_the_progress_of_this_request_is_shown(till: Till) -> None:
    token = till.started()
    assert till.unit.progress() == OPENING
    till.root_says(CODES, token)
    assert till.unit.progress() == CODES


def test_codes_of_a_request_of_before_are_never_shown(till: Till) -> None:
    till.root_says(CODES, till.started())
    second = till.started()
    assert till.unit.progress() == OPENING
    till.root_says(CODES, second)
    assert till.unit.progress() == CODES


def test_a_unit_that_says_nothing_is_waited_for_only_so_long(till: Till) -> None:
    till.started()
    till.now_s += PATIENCE_S - 1
    assert till.unit.progress() == OPENING
    till.now_s += 1
    assert till.unit.progress() == LOST


def test_a_unit_that_has_ended_on_the_way_is_noticed_at_once(till: Till) -> None:
    till.root_says(CODES, till.started())
    assert till.unit.progress() == CODES
    till.progress_file.unlink()
    assert till.unit.progress() == LOST


@pytest.mark.parametrize("text", ["", "{", "x" * 9000, "\x00"])
def test_what_is_no_progress_is_waited_out(till: Till, text: str) -> None:
    till.started()
    till.progress_file.write_text(text)
    assert till.unit.progress() == OPENING


def test_stopping_takes_the_request_back_and_tells_a_unit_that_runs(till: Till) -> None:
    till.unit.stop()  # before anything was asked
    for _ in range(2):  # before it has said anything, and after
        token = till.started()
        till.unit.stop()
        assert not (till.place / REQUEST_FILE).exists()
        assert (till.place / STOP_FILE).read_text() == token
        till.root_says(CODES, token)
    till.started()
    assert not (till.place / STOP_FILE).exists()


def test_a_till_that_starts_again_ends_what_the_one_before_has_begun(till: Till) -> None:
    """The network would have been the phone's for ten minutes, and nobody would have said why."""
    till.unit.end_leftover()
    assert not till.place.exists(), "none is at work"
    token = till.started()
    till.root_says(CODES, token)
    again = PhoneSetupUnit(till.place.parent, lambda: till.now_s, till.progress_file)
    again.end_leftover()
    assert (till.place / STOP_FILE).read_text() == token
    assert again.is_stopped
    for text in ("", "{}", "x" * 9000):
        till.progress_file.write_text(text)
        again.end_leftover()


def test_a_yes_is_one_to_this_request_alone(till: Till) -> None:
    token = till.started()
    till.unit.answer(agrees=True)
    answer = read_phone_answer((till.place / ANSWER_FILE).read_text())
    assert answer == PhoneAnswer(token, agrees=True)


def test_off_an_appliance_there_is_no_such_unit() -> None:
    unit = PhoneSetupUnit(None, lambda: 0.0)
    unit.start("en")
    unit.answer(agrees=True)
    unit.stop()
    assert unit.progress() == LOST

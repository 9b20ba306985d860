"""What the till asks for on its screen comes into force whole, or it is told why not."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.durable_files import PARTITION_MISSING, wipe, write_private
from kiosk.host.settings_request import is_on_trial
from kiosk.provision import change_history, settings_in_force
from kiosk.provision.apply_settings import (
    TRIAL,
    Paths,
    apply_from_boot,
    keep_secrets_apart,
)
from kiosk.provision.change_history import HISTORY, MOST_HISTORY_LINES
from kiosk.provision.change_settings import (
    ChangePaths,
    answer_request,
)
from kiosk.provision.manager_pin import WRONG_PINS
from kiosk.provision.settings_in_force import BEING_CHANGED, values_in_force
from kiosk.sale.pin import PIN_LOCK_S, PIN_TRIES, is_correct_pin
from kiosk.sale.settings_change import (
    GO_BACK,
    KEEP,
    ChangeOutcome,
    ChangeSettings,
    RequestKind,
    SettingsChangeResult,
    read_answer,
    request_text,
)
from kiosk.settings import PIN_CREDENTIAL, TABLE

TOKEN = "ab" * 16
PIN = "2580"
FIRST = {
    "KIOSK_RECEIVE": "direct",
    "MERCHANT_ADDRESS": "shop@blink.sv",
    "KIOSK_LANGUAGE": "es",
    "KIOSK_NAME": "Café Satoshi",
    "KIOSK_CURRENCY": "USD",
    "KIOSK_TIMEZONE": "America/El_Salvador",
    "KIOSK_PIN": PIN,
}


class Root:
    """Root's unit with its folders, and a till that lays requests down."""

    def __init__(self, folder: Path) -> None:
        self.paths = ChangePaths(
            folder / "till/wanted", folder / "answers", folder / "etc", folder / "stick"
        )
        for made in (self.paths.request.parent, self.paths.answers, self.paths.etc):
            made.mkdir()
        self.now_s = 100.0

    def asked(self, changes: dict[str, str], pin: str = "") -> SettingsChangeResult:
        return self.result(ChangeSettings(tuple(changes.items()), pin))

    def result(self, change: ChangeSettings) -> SettingsChangeResult:
        self.paths.request.write_text(request_text(change, TOKEN))
        answer_request(self.paths, self.now_s, 1_700_000_000)
        result = read_answer((self.paths.answers / "answer").read_text(), TOKEN)
        assert result is not None
        assert not self.paths.request.exists()
        return result

    def outcome(self, changes: dict[str, str], pin: str = "") -> ChangeOutcome:
        return self.asked(changes, pin).outcome

    @property
    def values(self) -> dict[str, str]:
        return dict(values_in_force(self.paths.etc).values)


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root(tmp_path)


@pytest.fixture
def set_up(root: Root) -> Root:
    assert root.outcome(FIRST) is ChangeOutcome.IN_FORCE
    return root


def test_the_first_settings_need_no_pin_and_keep_its_hash_alone(set_up: Root) -> None:
    assert set_up.values["MERCHANT_ADDRESS"] == "shop@blink.sv"
    credentials = set_up.paths.etc / "credentials"
    assert is_correct_pin(PIN, (credentials / PIN_CREDENTIAL).read_text())
    for file in set_up.paths.etc.rglob("*"):
        assert not file.is_file() or PIN not in file.read_text()


def test_with_settings_in_force_a_change_needs_the_right_pin(set_up: Root) -> None:
    change = {"MERCHANT_ADDRESS": "thief@blink.sv"}
    assert set_up.outcome(change) is ChangeOutcome.PIN_WRONG
    assert set_up.outcome(change, "1111") is ChangeOutcome.PIN_WRONG
    assert set_up.values["MERCHANT_ADDRESS"] == "shop@blink.sv"
    assert set_up.outcome({"MERCHANT_ADDRESS": "new@blink.sv"}, PIN) is ChangeOutcome.IN_FORCE
    assert set_up.values["MERCHANT_ADDRESS"] == "new@blink.sv"
    assert set_up.values["KIOSK_NAME"] == "Café Satoshi", "the rest stays"


def test_without_a_pin_nobody_changes_settings_on_the_screen(root: Root) -> None:
    root.outcome({**FIRST, "KIOSK_PIN": ""})
    assert root.outcome({"MERCHANT_ADDRESS": "thief@blink.sv"}) is ChangeOutcome.NOT_ALLOWED
    assert root.values["MERCHANT_ADDRESS"] == "shop@blink.sv"


def test_wrong_pins_are_counted_by_root_with_a_growing_pause(set_up: Root) -> None:
    change = {"KIOSK_NAME": "x"}
    for _ in range(PIN_TRIES):
        assert set_up.outcome(change, "1111") is ChangeOutcome.PIN_WRONG
    locked = set_up.asked(change, PIN)
    assert locked.outcome is ChangeOutcome.PIN_LOCKED
    assert 0 < locked.wait_s <= PIN_LOCK_S + 1
    set_up.now_s += PIN_LOCK_S
    assert set_up.outcome(change, "1111") is ChangeOutcome.PIN_WRONG
    set_up.now_s += PIN_LOCK_S
    assert set_up.outcome(change, PIN) is ChangeOutcome.PIN_LOCKED, "the pause has grown"
    set_up.now_s += PIN_LOCK_S
    assert set_up.outcome(change, PIN) is ChangeOutcome.IN_FORCE
    assert set_up.outcome(change, "1111") is ChangeOutcome.PIN_WRONG, "counted from the beginning"


def test_pulling_the_plug_does_not_shorten_the_pause(set_up: Root) -> None:
    for _ in range(PIN_TRIES):
        set_up.outcome({"KIOSK_NAME": "x"}, "1111")
    for file in set_up.paths.answers.iterdir():
        file.unlink()
    set_up.now_s = 5.0  # after a new boot
    assert set_up.outcome({"KIOSK_NAME": "x"}, PIN) is ChangeOutcome.PIN_LOCKED


def test_every_mistake_is_told_by_name_and_nothing_changes(set_up: Root) -> None:
    wrong = {"KIOSK_TIPS": "5,hunter2", "KIOSK_ROTATE": "45", "KIOSK_NAME": "new"}
    result = set_up.asked(wrong, PIN)
    assert result.outcome is ChangeOutcome.WRONG
    assert [problem.partition(":")[0] for problem in result.problems] == [
        "KIOSK_TIPS",
        "KIOSK_ROTATE",
    ]
    assert "hunter2" not in str(result)
    assert set_up.values["KIOSK_NAME"] == "Café Satoshi"


def test_settings_are_checked_together(set_up: Root) -> None:
    result = set_up.asked({"MERCHANT_USERNAME": "shop"}, PIN)
    assert result.problems[0].startswith("MERCHANT_ADDRESS: give either")


@pytest.mark.parametrize(
    "name", [*(name for name, entry in TABLE.items() if not entry.changed_on_screen), "PATH"]
)
def test_what_only_a_file_may_set_is_not_set_on_the_screen(set_up: Root, name: str) -> None:
    before = set_up.values
    assert set_up.outcome({name: "x"}, PIN) is ChangeOutcome.NOT_ALLOWED
    assert set_up.values == before


def test_an_empty_text_takes_a_setting_back_to_its_default(set_up: Root) -> None:
    assert set_up.outcome({"KIOSK_NAME": "", "KIOSK_LED_PIN": ""}, PIN) is ChangeOutcome.IN_FORCE
    assert "KIOSK_NAME" not in set_up.values
    assert set_up.values["KIOSK_LED_PIN"] == "", "here nothing means none"


def test_who_changed_what_and_when_is_kept_without_a_secret(
    set_up: Root, caplog: pytest.LogCaptureFixture
) -> None:
    set_up.outcome({"MERCHANT_ADDRESS": "new@blink.sv", "KIOSK_PIN": "9999"}, PIN)
    lines = (set_up.paths.etc / HISTORY).read_text().splitlines()
    moment = "2023-11-14T22:13:20Z"
    assert f"{moment} first set-up: KIOSK_NAME (default) -> 'Café Satoshi'" in lines
    assert lines[-2:] == [
        f"{moment} manager, with the PIN: MERCHANT_ADDRESS 'shop@blink.sv' -> 'new@blink.sv'",
        f"{moment} manager, with the PIN: KIOSK_PIN set",
    ]
    assert "9999" not in "".join(lines)
    by = "settings changed by manager, with the PIN:"
    assert caplog.messages[-3:] == [
        f"{by} MERCHANT_ADDRESS 'shop@blink.sv' -> 'new@blink.sv'",
        f"{by} KIOSK_PIN set",
        "settings asked for on the screen: in_force",
    ], "in the log too, whose lines systemd dates"
    assert "9999" not in caplog.text


def test_the_list_of_changes_does_not_grow_for_ever(set_up: Root) -> None:
    file = set_up.paths.etc / HISTORY
    file.write_text("old\n" * MOST_HISTORY_LINES)
    set_up.outcome({"KIOSK_NAME": "x"}, PIN)
    lines = file.read_text().splitlines()
    assert len(lines) == MOST_HISTORY_LINES
    assert lines[-1].endswith("KIOSK_NAME 'Café Satoshi' -> 'x'")


def request(**parts: object) -> str:
    """A request with some part replaced by what no till of ours would write."""
    right = {"token": TOKEN, "pin": "", "kind": "change", "changes": {"KIOSK_NAME": "x"}}
    return json.dumps(right | parts)


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "nonsense", "[" * 5000, "x" * 100_000),
        request(changes={}),
        request(pin="12 34"),
        request(kind="destroy"),
        request(token="../../etc"),
        request(changes={"KIOSK_NAME": "a\nMERCHANT=b"}),
        request(changes={"KIOSK_NAME": 5}),
        request(changes={"KIOSK_NAME": "x" * 20_000}),
        request(changes={f"KIOSK_{number}": "" for number in range(99)}),
    ],
)
def test_a_hostile_request_is_taken_away_and_not_answered(root: Root, text: str) -> None:
    root.paths.request.write_text(text)
    assert answer_request(root.paths, 0.0, 0.0) is None
    assert not root.paths.request.exists()
    assert list(root.paths.answers.iterdir()) == list(root.paths.etc.iterdir()) == []


def test_a_link_or_a_pipe_in_place_of_the_request_is_not_followed(root: Root) -> None:
    secret = root.paths.etc / "secret"
    secret.write_text(request_text(ChangeSettings(tuple(FIRST.items())), TOKEN))
    root.paths.request.symlink_to(secret)
    assert answer_request(root.paths, 0.0, 0.0) is None
    assert secret.exists()
    assert not root.paths.request.is_symlink()
    os.mkfifo(root.paths.request)
    assert answer_request(root.paths, 0.0, 0.0) is None
    assert not root.paths.request.exists()


def test_without_its_partition_nothing_is_written(root: Root) -> None:
    (root.paths.etc / PARTITION_MISSING).touch()
    assert root.outcome(FIRST) is ChangeOutcome.NOT_SAVED
    assert not (root.paths.etc / "kiosk.env").exists()


def test_a_file_written_by_hand_that_is_not_clear_is_left_alone(set_up: Root) -> None:
    file = set_up.paths.etc / "kiosk.env"
    text = f"{file.read_text()}KIOSK_ID=a #b\n"
    file.write_text(text)
    assert set_up.outcome({"KIOSK_NAME": "x"}, PIN) is ChangeOutcome.WRONG
    assert file.read_text() == text


def test_a_wiring_that_no_till_is_built_with_is_refused(set_up: Root) -> None:
    result = set_up.asked({"KIOSK_LED_PIN": "5"}, PIN)
    assert result.outcome is ChangeOutcome.WRONG
    assert result.problems == ("KIOSK_LED_PIN names pin 5 which KIOSK_KEYPAD_ROWS has already.",)


def asked_of_root(root: Root, change: ChangeSettings) -> ChangeOutcome:
    root.paths.request.write_text(request_text(change, TOKEN))
    result = answer_request(root.paths, root.now_s, 1_700_000_100)
    assert result is not None
    return result.outcome


def test_a_till_that_cannot_start_goes_back_to_the_settings_of_before_and_it_is_noted(
    set_up: Root,
) -> None:
    before = set_up.values
    assert set_up.outcome({"KIOSK_GPIO": "on", "KIOSK_PIN": "9999"}, PIN) is ChangeOutcome.IN_FORCE
    assert asked_of_root(set_up, GO_BACK) is ChangeOutcome.IN_FORCE
    assert set_up.values == before
    last = (set_up.paths.etc / HISTORY).read_text().splitlines()[-1]
    assert last.endswith("the till, which could not start: KIOSK_GPIO 'on' -> (default)")
    assert asked_of_root(set_up, GO_BACK) is ChangeOutcome.NOT_ALLOWED, "once"


def test_once_the_till_has_worked_there_is_no_going_back(set_up: Root) -> None:
    set_up.outcome({"KIOSK_GPIO": "on"}, PIN)
    assert asked_of_root(set_up, KEEP) is ChangeOutcome.IN_FORCE
    assert asked_of_root(set_up, GO_BACK) is ChangeOutcome.NOT_ALLOWED
    assert set_up.values["KIOSK_GPIO"] == "on"


@pytest.mark.parametrize(
    "change",
    [
        {"MERCHANT_ADDRESS": "new@blink.sv"},
        {"MERCHANT_ADDRESS": "new@blink.sv", "KIOSK_GPIO": "on"},
    ],
)
def test_a_till_never_goes_back_to_another_payee_by_itself(
    set_up: Root, change: dict[str, str]
) -> None:
    set_up.outcome(change, PIN)
    assert asked_of_root(set_up, GO_BACK) is ChangeOutcome.NOT_ALLOWED
    assert set_up.values["MERCHANT_ADDRESS"] == "new@blink.sv"


def country(text: str) -> ChangeSettings:
    return ChangeSettings((("WIFI_COUNTRY", text),), kind=RequestKind.RADIO)


def test_before_anything_is_set_the_radio_may_be_told_its_country(
    root: Root, tmp_path: Path
) -> None:
    assert asked_of_root(root, country("S!")) is ChangeOutcome.WRONG
    assert asked_of_root(root, country("sv")) is ChangeOutcome.IN_FORCE
    radios: list[str] = []
    places = Paths((), root.paths.etc, tmp_path / "refused", lambda _: None, radios.append)
    apply_from_boot(places)
    assert radios == ["SV"], "kiosk-provision, which runs next, switches it on"


def test_later_nobody_tells_the_radio_another_country_without_the_pin(set_up: Root) -> None:
    assert asked_of_root(set_up, country("DE")) is ChangeOutcome.NOT_ALLOWED


def test_the_first_settings_have_none_before_them(set_up: Root) -> None:
    assert asked_of_root(set_up, GO_BACK) is ChangeOutcome.NOT_ALLOWED


def test_the_program_is_told_that_its_settings_are_on_trial(set_up: Root, tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    places = Paths((), set_up.paths.etc, run / "refused", lambda _: None, lambda _: None)
    for change, is_told in (
        ({"KIOSK_NAME": "x"}, False),
        ({"KIOSK_ID": "x"}, True),
        (None, False),
    ):
        if change is None:
            asked_of_root(set_up, KEEP)
        else:
            set_up.outcome(change, PIN)
        apply_from_boot(places)
        assert is_on_trial(run / TRIAL) is is_told


@pytest.mark.parametrize("written", [1, 2, 3])
def test_a_card_that_fails_between_two_files_is_told_as_it_is_and_the_next_start_goes_on(
    set_up: Root, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    """It was told as not saved, and came into force at the next start."""
    left = iter(range(written))

    def write(file: Path, content: str | bytes) -> None:
        if next(left, None) is None:
            raise OSError(28, "No space left on device")
        write_private(file, content)

    with monkeypatch.context() as patched:
        patched.setattr(settings_in_force, "write_private", write)
        outcome = set_up.outcome({"MERCHANT_ADDRESS": "new@blink.sv", "KIOSK_PIN": "9999"}, PIN)
    is_written_down = written > 1  # first those of before, then those to come
    assert outcome is (ChangeOutcome.UNFINISHED if is_written_down else ChangeOutcome.NOT_SAVED)
    keep_secrets_apart(set_up.paths.etc)  # at the next start
    assert (set_up.values["MERCHANT_ADDRESS"] == "new@blink.sv") is is_written_down


class PowerCut(BaseException):
    """The power goes at this write."""


@pytest.mark.parametrize("writes", range(5))
def test_a_plug_pulled_at_any_write_leaves_all_of_the_old_settings_or_all_of_the_new(
    set_up: Root, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    before = set_up.values
    left = iter(range(writes))

    def before_the_cut(act: Callable[..., None]) -> Callable[..., None]:
        def acted(*arguments: Any) -> None:
            if next(left, None) is None:
                raise PowerCut
            act(*arguments)

        return acted

    with monkeypatch.context() as patched:
        patched.setattr(settings_in_force, "write_private", before_the_cut(write_private))
        patched.setattr(settings_in_force, "wipe", before_the_cut(wipe))
        with pytest.raises(PowerCut):
            set_up.outcome({"MERCHANT_ADDRESS": "new@blink.sv", "KIOSK_PIN": "9999"}, PIN)
    keep_secrets_apart(set_up.paths.etc)  # at the next boot
    after = set_up.values
    is_written_down = writes > 1  # first those of before, then those to come
    assert (after == before) is not is_written_down
    if is_written_down:
        assert after["MERCHANT_ADDRESS"] == "new@blink.sv"
        assert is_correct_pin("9999", after["KIOSK_PIN"])
    assert not (set_up.paths.etc / BEING_CHANGED).exists()


def test_a_damaged_count_of_wrong_pins_is_a_pause_and_no_end_of_all_changes(set_up: Root) -> None:
    """It ended root's unit before the PIN was looked at, each time."""
    (set_up.paths.etc / WRONG_PINS).write_bytes(b"\xff\0")
    set_up.now_s = 5.0  # after a boot
    assert set_up.outcome({"KIOSK_NAME": "x"}, PIN) is ChangeOutcome.PIN_LOCKED
    set_up.now_s += PIN_LOCK_S
    assert set_up.outcome({"KIOSK_NAME": "x"}, PIN) is ChangeOutcome.IN_FORCE


def test_a_change_that_cannot_be_noted_is_in_force_all_the_same(
    set_up: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was told as not saved, and was in force at the next start."""

    def full(file: Path, text: str) -> None:
        if file.name == HISTORY:
            raise OSError(28, "No space left on device")
        write_private(file, text)

    monkeypatch.setattr(change_history, "write_private", full)
    assert set_up.outcome({"KIOSK_NAME": "x"}, PIN) is ChangeOutcome.IN_FORCE
    assert set_up.values["KIOSK_NAME"] == "x"


def test_going_back_takes_no_later_change_away_that_a_running_till_took_over(
    set_up: Root,
) -> None:
    set_up.asked({"KIOSK_ROTATE": "90"}, PIN)  # the till started with it, and nobody heard its word
    set_up.asked({"KIOSK_NAME": "New name"}, PIN)
    assert set_up.result(GO_BACK).outcome is ChangeOutcome.NOT_ALLOWED
    assert (set_up.values["KIOSK_NAME"], set_up.values["KIOSK_ROTATE"]) == ("New name", "90")

"""A new key by phone: after the manager's PIN alone, and nothing else is changed with it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiosk.phone_setup.gate import DIGITS_WITHIN_S
from kiosk.provision import settings_in_force
from kiosk.provision.change_history import HISTORY
from kiosk.provision.change_settings import ChangePaths, answer_request, put_first_settings
from kiosk.provision.manager_pin import PERMIT_S, PHONE_ALLOWED
from kiosk.provision.phone_setup import PhoneSetup
from kiosk.provision.unprivileged import CheckResult
from kiosk.sale.phone_setup import (
    PhoneFailure,
    PhoneProgress,
    PhoneRequest,
    PhoneStep,
    PhoneTask,
    phone_request_text,
)
from kiosk.sale.settings_change import (
    ChangeOutcome,
    ChangeSettings,
    allow_phone,
    read_answer,
    request_text,
)
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.phone_setup.test_form import FILLED, KEY
from tests.provision.test_phone_setup import ALL_RIGHT, PHONE, SEEN, TOKEN, Box

OLD_KEY = "blink_old000"
PIN = "2580"
IN_FORCE = {
    "KIOSK_RECEIVE": "forward",
    "BLINKPOS_API_KEY": OLD_KEY,
    "MERCHANT_USERNAME": "cafe_satoshi",
    "KIOSK_NAME": "Café Satoshi",
    "KIOSK_PIN": PIN,
}
NEW_KEY: Mapping[str, Any] = {"form": {"BLINKPOS_API_KEY": KEY, "MERCHANT_USERNAME": "mallory"}}


class Till(Box):
    """A box that sells, whose manager wants a new key."""

    def __init__(self, folder: Path, settings: Mapping[str, str] = IN_FORCE) -> None:
        super().__init__(folder)
        put_first_settings(settings, self.paths.etc, "test", 0.0)
        self.requests = ChangePaths(
            folder / "settings-wanted", folder / "run", self.paths.etc, folder / "stick"
        )
        self.paths = replace(self.paths, permit=self.requests.answers / PHONE_ALLOWED)
        self.blink = CheckResult(None, "cafe_satoshi", "cafe_till", 1_900_000_000)

    def ask(self) -> None:
        self.asks_left -= 1
        request = PhoneRequest(TOKEN, "es", PhoneTask.KEY)
        self.paths.wanted.write_text(phone_request_text(request))

    def types_pin(self, pin: str = PIN) -> ChangeOutcome:
        return self.asked(allow_phone(pin))

    def asked(self, change: ChangeSettings) -> ChangeOutcome:
        self.requests.request.write_text(request_text(change, TOKEN))
        answer_request(self.requests, self.now_s, 1_700_000_000.0)
        result = read_answer((self.requests.answers / "answer").read_text(), TOKEN)
        assert result is not None
        return result.outcome


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(tmp_path)


def test_after_the_pin_a_phone_brings_a_new_key_and_nothing_else(till: Till) -> None:
    before = till.values
    assert till.types_pin() is ChangeOutcome.ALLOWED
    assert till.plays((SEEN, PHONE, NEW_KEY)).step is PhoneStep.DONE
    assert till.values == {**before, "BLINKPOS_API_KEY": KEY}
    history = (till.paths.etc / HISTORY).read_text()
    assert "manager, with the PIN, by phone: BLINKPOS_API_KEY" in history
    assert KEY not in history


def test_the_page_asks_for_the_key_alone_and_the_till_goes_back_to_its_own_network(
    till: Till,
) -> None:
    till.types_pin()
    till.plays((SEEN, PHONE, NEW_KEY))
    assert till.openings[0].fields == ("BLINKPOS_API_KEY",)
    assert till.done == ["open", "page ends", "close", "check", "forget"]


def test_the_manager_sees_whose_key_it_is_before_it_is_in_force(till: Till) -> None:
    till.types_pin()
    shown: list[PhoneProgress] = []

    def notes() -> None:
        if till.progress().step is PhoneStep.CONFIRMING:
            shown.append(till.progress())
            assert till.values["BLINKPOS_API_KEY"] == OLD_KEY

    till.when_waiting = notes
    till.plays((SEEN, PHONE, NEW_KEY))
    [asked] = shown
    assert (asked.account, asked.payee) == ("cafe_till", "cafe_satoshi")
    assert asked.key_ends_at == 1_900_000_000


def test_a_change_that_was_written_in_part_is_finished_before_a_key_is_asked_for(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key was put into force over it, and the other change was lost."""
    change = ChangeSettings((("KIOSK_NAME", "Bar"),), PIN)

    def fails(_: Path) -> None:
        raise OSError(5, "Input/output error")

    assert till.types_pin() is ChangeOutcome.ALLOWED
    with monkeypatch.context() as patched:
        patched.setattr(settings_in_force, "finish_change", fails)
        assert till.asked(change) is ChangeOutcome.UNFINISHED
    assert till.values["KIOSK_NAME"] == "Café Satoshi"
    assert till.plays((SEEN, PHONE, NEW_KEY)).step is PhoneStep.DONE
    assert (till.values["KIOSK_NAME"], till.values["BLINKPOS_API_KEY"]) == ("Bar", KEY)


def test_a_no_leaves_the_key_of_before(till: Till) -> None:
    till.types_pin()
    till.agrees = False
    assert till.plays((SEEN, PHONE, NEW_KEY)).failure is PhoneFailure.NOT_CONFIRMED
    assert till.values["BLINKPOS_API_KEY"] == OLD_KEY


def test_a_key_that_blink_refuses_leaves_the_one_of_before(till: Till) -> None:
    till.types_pin()
    till.blink = CheckResult(Trouble(TroubleKind.KEY_SCOPE, "WRITE"))
    assert till.plays((SEEN, PHONE, NEW_KEY)).failure is PhoneFailure.REFUSED
    assert till.values["BLINKPOS_API_KEY"] == OLD_KEY


@pytest.mark.parametrize("key", ["", "no key", "blink_"])
def test_what_is_no_key_goes_back_to_the_phone(till: Till, key: str) -> None:
    till.types_pin()
    assert till.plays((PHONE, {"form": {"BLINKPOS_API_KEY": key}}, NEW_KEY)).step is PhoneStep.DONE
    assert till.wrong == [("BLINKPOS_API_KEY",), ()]


def test_without_the_pin_nothing_is_opened(till: Till) -> None:
    assert till.types_pin("0000") is ChangeOutcome.PIN_WRONG
    assert till.plays((SEEN, PHONE, NEW_KEY)).failure is PhoneFailure.NOT_ALLOWED
    assert till.done == []


def test_a_pin_counts_for_one_minute_and_for_one_set_up(till: Till) -> None:
    till.types_pin()
    till.now_s += PERMIT_S
    assert till.plays((SEEN, PHONE, NEW_KEY)).failure is PhoneFailure.NOT_ALLOWED
    till.types_pin()
    assert till.plays((SEEN, PHONE, NEW_KEY)).step is PhoneStep.DONE
    assert till.plays((SEEN, PHONE, NEW_KEY)).failure is PhoneFailure.NOT_ALLOWED


def test_a_second_try_of_the_same_set_up_needs_no_second_pin(till: Till) -> None:
    till.types_pin()
    assert till.plays((), (SEEN, PHONE, NEW_KEY)).step is PhoneStep.DONE


def test_a_phone_is_waited_for_ten_minutes_and_no_longer(till: Till) -> None:
    till.types_pin()
    begun_s = till.now_s
    ended: list[float] = []

    def notes() -> None:
        if till.progress().step is PhoneStep.FAILED and not ended:
            ended.append(till.now_s)

    till.when_waiting = notes
    assert till.plays((SEEN, PHONE)).failure is PhoneFailure.TOO_LATE
    assert ended[0] - begun_s == pytest.approx(DIGITS_WITHIN_S, abs=91)
    assert till.done == ["open", "page ends", "close"]


def test_settings_that_changed_while_the_phone_was_asked_are_not_replaced(till: Till) -> None:
    till.types_pin()

    def changes() -> None:
        if till.progress().step is PhoneStep.CONFIRMING:
            till.asked(ChangeSettings((("KIOSK_NAME", "Other"),), PIN))

    till.when_waiting = changes
    assert till.plays((SEEN, PHONE, NEW_KEY)).failure is PhoneFailure.NOT_ALLOWED
    assert (till.values["KIOSK_NAME"], till.values["BLINKPOS_API_KEY"]) == ("Other", OLD_KEY)


def test_a_till_without_a_till_account_takes_no_key(tmp_path: Path) -> None:
    direct = {
        "KIOSK_RECEIVE": "direct",
        "MERCHANT_ADDRESS": "shop@blink.sv",
        "KIOSK_PIN": PIN,
    }
    assert Till(tmp_path, direct).types_pin() is ChangeOutcome.NOT_ALLOWED


def test_the_pin_for_a_key_does_not_open_the_whole_set_up(till: Till) -> None:
    till.types_pin()
    till.stories = [ALL_RIGHT]
    till.asks_left = 0
    till.paths.wanted.write_text(phone_request_text(PhoneRequest(TOKEN, "es")))
    ended = PhoneSetup(till.paths, till.doors).run()
    assert ended is not None
    assert ended.failure is PhoneFailure.NOT_ALLOWED
    assert till.values["KIOSK_NAME"] == IN_FORCE["KIOSK_NAME"] == FILLED["KIOSK_NAME"]
    assert till.values["BLINKPOS_API_KEY"] == OLD_KEY

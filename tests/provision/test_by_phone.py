"""The whole set-up by phone but for the radio: the page in its own process, a phone, Blink."""

import contextlib
import http.client
import json
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from kiosk.phone_setup.check import check
from kiosk.phone_setup.messages import FormAnswer, Opening
from kiosk.provision.phone_doors import Doors
from kiosk.provision.phone_setup import PhoneSetup
from kiosk.provision.settings_in_force import CREDENTIALS
from kiosk.provision.unprivileged import ENDED, CheckResult, PageProcess, check_at_blink
from kiosk.sale.phone_setup import (
    LONGEST_TEXT,
    PhoneRequest,
    PhoneStep,
    phone_request_text,
    trouble_of,
)
from kiosk.sale.trouble import TroubleKind
from kiosk.settings import load
from kiosk.simulate import Simulator
from tests.phone_setup.test_form import FILLED
from tests.provision.test_phone_setup import TOKEN, Box


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


class OnPhone:
    """A person with a phone: acts when root's part looks whether anything has come."""

    def __init__(self, box: Box, opening: Opening, fields: Mapping[str, str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.authority = f"127.0.0.1:{self.port}"
        self.process = PageProcess(
            replace(opening, authority=self.authority),
            ("127.0.0.1", self.port),
            has_rights=True,
        )
        self.digits, self.token, self.fields, self.cookie = (
            opening.digits,
            opening.token,
            fields,
            "",
        )
        self.box = box
        self.connection: http.client.HTTPConnection | None = None

    def events(self, wait_s: float) -> list[dict[str, Any]]:
        if self.connection is None:
            self.post("digits", {"digits": self.digits})
            self.cookie = self.answer().partition(";")[0]
            self.post("form", self.fields)
        return self.process.events(20.0)

    def answer_form(self, answer: FormAnswer) -> None:
        self.box.wrong.append(answer.wrong)
        self.process.answer_form(answer)
        self.answer()

    def post(self, path: str, fields: Mapping[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://{self.authority}",
            "Cookie": self.cookie,
        }
        self.connection.request("POST", f"/{self.token}/{path}", urlencode(fields), headers)

    def answer(self) -> str:
        assert self.connection is not None
        response = self.connection.getresponse()
        response.read()
        self.connection.close()
        return response.getheader("Set-Cookie", "")

    def close(self) -> None:
        self.process.close()


def played(box: Box, simulator: Simulator, fields: Mapping[str, str]) -> PhoneStep:
    def check_at_simulator(values: Mapping[str, str]) -> CheckResult:
        addresses = {"BLINK_API_URL": simulator.api_url, "BLINK_WS_URL": simulator.ws_url}
        result = check({**values, **addresses}, lambda: box.now_s, box.sleep)
        trouble = result["trouble"]
        return CheckResult(None if trouble is None else trouble_of(trouble), result["payee"])

    box.paths.wanted.write_text(phone_request_text(PhoneRequest(TOKEN, "es")))
    doors = Doors(
        radio=box,
        serve=lambda opening, _: OnPhone(box, opening, fields),
        check=check_at_simulator,
        join=box.joined.append,
        use_country=lambda _: None,
        clock=lambda: box.now_s,
        sleep=box.sleep,
    )
    box.asks_left = 0
    ended = PhoneSetup(box.paths, doors).run()
    assert ended is not None
    box.codes.append(ended)
    return ended.step


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def test_from_a_scanned_code_to_settings_that_a_till_starts_with(
    box: Box, simulator: Simulator
) -> None:
    key = simulator.till.api_key
    fields = {**FILLED, "BLINKPOS_API_KEY": key, "PAYEE": simulator.merchant.username}
    assert played(box, simulator, fields) is PhoneStep.DONE
    assert box.codes[-1].payee == simulator.merchant.username
    settings = load({}, dotenv=box.paths.etc / "kiosk.env", credentials=box.paths.etc / CREDENTIALS)
    assert settings.receive == "forward"
    assert settings.merchant_username == simulator.merchant.username
    assert settings.blinkpos_api_key is not None
    assert settings.blinkpos_api_key.reveal() == key
    assert settings.pin is not None


def test_a_plain_name_is_paid_at_the_domain_that_blink_names_as_the_screen_confirmed_it(
    box: Box, simulator: Simulator
) -> None:
    """The page put blink.sv behind it, while the screen asked Blink: two answers to one name."""
    fields = {**FILLED, "KIOSK_RECEIVE": "direct", "PAYEE": simulator.merchant.username}
    assert played(box, simulator, fields) is PhoneStep.DONE
    confirmed = f"{simulator.merchant.username}@{simulator.world.hosts[0]}"
    assert box.codes[-1].payee == confirmed
    assert box.values["MERCHANT_ADDRESS"] == confirmed
    assert "MERCHANT_USERNAME" not in box.values


@pytest.mark.parametrize("length", [LONGEST_TEXT, LONGEST_TEXT + 1])
def test_a_payee_too_long_to_be_shown_whole_is_refused_and_not_cut_off(
    length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.dumps({"trouble": None, "payee": "a" * length, "account": "", "key_ends_at": None})
    monkeypatch.setattr(
        subprocess, "run", lambda *_, **__: subprocess.CompletedProcess((), 0, stdout=said)
    )
    result = check_at_blink({}, has_rights=True)
    assert (result.trouble is None) == (length == LONGEST_TEXT)


def test_the_check_in_a_process_of_its_own_answers_with_nothing_but_its_answer(
    simulator: Simulator,
) -> None:
    """A library's greeting stood before the answer: each set-up by phone ended as refused."""
    values = {
        "BLINK_API_URL": simulator.api_url,
        "BLINK_WS_URL": simulator.ws_url,
        "BLINKPOS_API_KEY": simulator.till.api_key,
        "MERCHANT_USERNAME": simulator.merchant.username,
    }
    result = check_at_blink(values, has_rights=True)
    assert (result.trouble, result.payee) == (None, simulator.merchant.username)


def test_a_key_that_blink_does_not_know_is_told_and_nothing_is_in_force(
    box: Box, simulator: Simulator
) -> None:
    fields = {**FILLED, "PAYEE": simulator.merchant.username}
    assert played(box, simulator, fields) is PhoneStep.FAILED
    trouble = box.codes[-1].trouble
    assert trouble is not None
    assert trouble.kind is TroubleKind.KEY_REFUSED
    assert box.values == {}


def test_a_page_that_has_ended_is_told_as_ended_and_not_as_a_card_that_fails(
    tmp_path: Path,
) -> None:
    """The answer to a form raised OSError, which root's part took for a card that takes nothing."""
    opening = Opening(TOKEN, "024680", "127.0.0.1", "es")
    page = PageProcess(opening, ("127.0.0.1", 0), has_rights=True)
    with contextlib.closing(page):
        page._process.kill()
        page._process.wait()
        page.answer_form(FormAnswer(("KIOSK_PIN",)))
        assert page.events(1.0) == [ENDED]

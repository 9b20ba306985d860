"""The whole first run at a display: touched, looked up at Blink, and put into force by root."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pygame
import pytest

from kiosk.commands.first_run import FirstRunScreen
from kiosk.commands.payee_lookup import look_up_in_thread
from kiosk.host.phone_setup import PhoneSetupUnit
from kiosk.loop import Inbox
from kiosk.provision.change_settings import ChangePaths, answer_request
from kiosk.provision.settings_in_force import CREDENTIALS
from kiosk.provision.stick_settings import COPY
from kiosk.sale.device import HostEffect
from kiosk.sale.events import KeyPressed
from kiosk.sale.first_run_screen import Machine, Question
from kiosk.sale.keys import Key, Letter
from kiosk.sale.payee_lookup import LookUpPayee
from kiosk.sale.phone_setup import PhoneFailure, PhoneProgress, PhoneStep, PhoneTask, failed
from kiosk.sale.pin import is_correct_pin
from kiosk.sale.settings_change import (
    CHECK_STICK,
    ChangeSettings,
    ReadStick,
    read_answer,
    request_text,
)
from kiosk.screen.display.window import picture
from kiosk.settings import LANGUAGES, Settings, WrongSettings, is_set_up, load
from kiosk.simulate import Simulator
from tests.commands.test_run import Service
from tests.screen.window_parts import look_of

SIZE = (800, 480)
TOKEN = "ab" * 16
_WAITS = (
    Question.LOOKING_UP,
    Question.SAVING,
    Question.STICK_READING,
    Question.STICK_SAVING,
)
MACHINE = Machine(LANGUAGES, ("America/El_Salvador", "Europe/Berlin"), "UTC")


class Root:
    """The system behind the screen: root's unit, with its folders."""

    def __init__(self, folder: Path) -> None:
        self.paths = ChangePaths(
            folder / "till/wanted", folder / "answers", folder / "etc", folder / "stick"
        )
        for made in (self.paths.request.parent, self.paths.answers, self.paths.etc):
            made.mkdir()
        self.put: Callable[[Any], None] = lambda _: None
        self.listens = True

    def door(self, inbox: Inbox, settings: Settings) -> "Root":
        self.put = inbox.put
        self.look_up = look_up_in_thread(settings, inbox.put)
        return self

    def perform(self, effect: HostEffect) -> None:
        if isinstance(effect, LookUpPayee):
            self.look_up(effect)
            return
        if isinstance(effect, ReadStick):
            effect = CHECK_STICK  # after root's helper has copied the file
        assert isinstance(effect, ChangeSettings)
        self.paths.request.write_text(request_text(effect, TOKEN))
        answer_request(self.paths, 0.0, 1_700_000_000)
        self.put(read_answer((self.paths.answers / "answer").read_text(), TOKEN))


class Unit(PhoneSetupUnit):
    """Root's unit for a phone, whose progress a test says."""

    def __init__(self) -> None:
        super().__init__(None, lambda: 0.0)
        self.says = PhoneProgress(PhoneStep.OPENING)
        self.asked: list[str] = []
        self.leftovers_ended = 0

    def start(self, language: str, task: PhoneTask = PhoneTask.EVERYTHING) -> None:
        assert task is PhoneTask.EVERYTHING
        self.asked.append(f"start {language}")

    def stop(self) -> None:
        self.asked.append("stop")

    def end_leftover(self) -> None:
        self.leftovers_ended += 1

    def answer(self, *, agrees: bool) -> None:
        self.asked.append(f"agrees {agrees}")

    def progress(self) -> PhoneProgress:
        return self.says


class Merchant:
    """Somebody who touches the screen where it shows something, and waits for what comes."""

    def __init__(
        self,
        settings: Settings,
        root: Root,
        *,
        is_online: bool = True,
        machine: Machine = MACHINE,
    ) -> None:
        self.now_s = 10.0
        self.has_stick = False
        self.unit = Unit()
        self.root = root
        self.screen = FirstRunScreen(
            settings,
            lambda: False,
            None,
            folder=None,
            machine=machine,
            phone=self.unit,
            host=lambda inbox: root.door(inbox, settings),
            is_online=lambda: is_online,
            has_stick=lambda: self.has_stick,
            clock=lambda: self.now_s,
        )

    def touch(self, *keys: Key | Letter) -> None:
        for key in keys:
            self.now_s += 1.0
            till = self.screen.till
            _, canvas = picture(till, look_of(self.screen.window), SIZE)
            zone = next(zone for zone in canvas.zones if zone.key == key)
            x, y = zone.rect.center
            where: dict[str, Any] = {
                "x": x / SIZE[0],
                "y": y / SIZE[1],
                "touch_id": 1,
                "finger_id": 1,
            }
            self.screen.window.draw(till)
            pygame.event.post(pygame.event.Event(pygame.FINGERDOWN, **where))
            pygame.event.post(pygame.event.Event(pygame.FINGERUP, **where))
            self.screen.run_once()

    def passes(self, seconds: float) -> None:
        """Time passes, and the screen looks around once."""
        self.now_s += seconds
        self.screen.window.wake()
        self.screen.run_once()

    def unit_says(self, progress: PhoneProgress) -> None:
        """Root's unit is so far, and the screen has seen it."""
        self.unit.says = progress
        self.passes(1.0)

    def type(self, text: str) -> None:
        self.touch(*(Key(letter) if letter.isdigit() else Letter(letter) for letter in text))

    def at(self, question: Question) -> None:
        assert self.screen.screen.question is question

    def wait_for(self, question: Question) -> None:
        """Turn until Blink, or root's unit, has answered: each round ends when something comes."""
        while self.screen.screen.question in _WAITS:
            self.screen.run_once()
        assert self.screen.screen.question is question, self.said

    @property
    def said(self) -> list[str]:
        return picture(self.screen.till, look_of(self.screen.window), SIZE)[1].said


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root(tmp_path)


@pytest.fixture
def settings(simulator: Simulator) -> Settings:
    environ = {
        "BLINK_API_URL": simulator.api_url,
        "BLINK_WS_URL": simulator.ws_url,
        "KIOSK_SCREEN": "800x480",
    }
    with pytest.raises(WrongSettings) as wrong:
        load(environ)
    return wrong.value.rest


@pytest.fixture
def merchant(settings: Settings, root: Root) -> Iterator[Merchant]:
    made = Merchant(settings, root)
    yield made
    made.screen.close()


def test_from_the_first_question_to_settings_that_a_till_starts_with(
    merchant: Merchant, simulator: Simulator, root: Root
) -> None:
    merchant.touch(Key.D2)
    merchant.at(Question.MONEY)
    assert "¿Cómo le llega el dinero?" in merchant.said, "in the language that was chosen"
    merchant.touch(Key.D1)
    merchant.type(simulator.merchant.username)
    merchant.touch(Key.CHARGE)
    merchant.wait_for(Question.PAYEE_RIGHT)
    paid = f"{simulator.merchant.username}@{simulator.world.hosts[0]}"
    assert merchant.screen.screen.answers.payee == paid
    merchant.touch(Key.CHARGE)
    merchant.type("caf")
    merchant.touch(Key.CHARGE, Key.D1)
    merchant.at(Question.CURRENCY)
    merchant.touch(Key.D1)
    for _ in range(2):
        merchant.touch(Key.D2, Key.D5, Key.D8, Key.D0, Key.CHARGE)
    merchant.wait_for(Question.DONE)
    settings = load(
        {}, dotenv=root.paths.etc / "kiosk.env", credentials=root.paths.etc / CREDENTIALS
    )
    assert settings.receive == "direct"
    assert str(settings.merchant_address) == paid
    assert (settings.language, settings.name, settings.currencies) == ("es", "caf", ("USD",))
    assert str(settings.timezone) == "America/El_Salvador"
    assert settings.pin is not None
    assert is_correct_pin("2580", settings.pin.reveal())


def test_a_stick_that_is_plugged_in_sets_the_till_up(merchant: Merchant, root: Root) -> None:
    merchant.touch(Key.D1)
    merchant.at(Question.MONEY)
    root.paths.stick.mkdir()
    (root.paths.stick / COPY).write_text(
        "BLINKPOS_API_KEY=blink_abcdefghijklmnop\nMERCHANT_USERNAME=cafe_satoshi\nKIOSK_PIN=2580\n"
    )
    merchant.has_stick = True
    merchant.now_s += 10.0
    merchant.screen.window.wake()
    merchant.screen.run_once()
    merchant.at(Question.STICK)
    merchant.touch(Key.CHARGE)
    merchant.wait_for(Question.STICK_RIGHT)
    assert "cafe_satoshi" in merchant.said
    merchant.touch(Key.CHARGE)
    merchant.wait_for(Question.DONE)
    settings = load(
        {}, dotenv=root.paths.etc / "kiosk.env", credentials=root.paths.etc / CREDENTIALS
    )
    assert (settings.receive, settings.merchant_username) == ("forward", "cafe_satoshi")


def test_a_stick_that_was_not_wanted_is_not_offered_again_until_it_is_plugged_in_anew(
    merchant: Merchant,
) -> None:
    merchant.touch(Key.D1)
    for is_there, question in (
        (True, Question.STICK),
        (True, Question.MONEY),
        (False, Question.MONEY),
        (True, Question.STICK),
    ):
        merchant.has_stick = is_there
        merchant.now_s += 10.0
        merchant.screen.window.wake()
        merchant.screen.run_once()
        merchant.at(question)
        if question is Question.STICK:
            merchant.touch(Key.CLEAR)


def test_a_wired_keypad_answers_the_questions(merchant: Merchant) -> None:
    merchant.now_s += 1.0
    merchant.root.put(KeyPressed(Key.D2))
    merchant.screen.run_once()
    assert merchant.screen.screen.answers.language == "es"


def test_without_an_answer_of_blink_it_is_said_and_what_was_typed_stays(
    merchant: Merchant, simulator: Simulator
) -> None:
    simulator.stop()
    merchant.touch(Key.D1, Key.D1)
    merchant.type("shop")
    merchant.touch(Key.CHARGE)
    merchant.wait_for(Question.PAYEE_REFUSED)
    assert "shop" in merchant.said
    assert any("No connection" in words for words in merchant.said)


CODES = PhoneProgress(
    PhoneStep.WAITING, "kiosk-7h2k", "abcd2345wxyz", "http://10.7.8.1/x/", "024680"
)


def test_by_phone_the_screen_shows_the_codes_in_order_and_how_it_ends(merchant: Merchant) -> None:
    merchant.touch(Key.CHARGE)
    assert any("dashboard.blink.sv" in words for words in merchant.said)
    merchant.touch(Key.CHARGE)
    assert merchant.unit.asked == ["start en"]
    merchant.unit_says(CODES)
    assert {"kiosk-7h2k", "abcd2345wxyz"} <= set(merchant.said)
    assert "024680" not in merchant.said
    merchant.unit_says(replace(CODES, step=PhoneStep.JOINED))
    assert "024680" in merchant.said
    merchant.unit_says(replace(CODES, step=PhoneStep.FILLING_IN))
    assert "024680" not in merchant.said
    merchant.unit_says(failed(PhoneFailure.NOT_JOINED))
    assert any("could not be joined" in words for words in merchant.said)
    merchant.touch(Key.CHARGE)
    assert merchant.unit.asked == ["start en", "start en"]
    merchant.unit_says(PhoneProgress(PhoneStep.CONFIRMING, payee="cafe_satoshi"))
    assert {"Money goes to", "cafe_satoshi"} <= set(merchant.said)
    merchant.touch(Key.CHARGE)
    assert merchant.unit.asked[-1] == "agrees True"
    merchant.unit_says(PhoneProgress(PhoneStep.DONE, payee="cafe_satoshi"))
    merchant.at(Question.DONE)
    assert any("cafe_satoshi" in words for words in merchant.said)


def test_leaving_the_set_up_by_phone_ends_it(merchant: Merchant) -> None:
    merchant.touch(Key.CHARGE, Key.CHARGE)
    merchant.unit_says(CODES)
    merchant.touch(Key.CLEAR)
    assert merchant.unit.asked == ["start en", "stop"]
    merchant.touch(Key.CLEAR)
    merchant.at(Question.LANGUAGE)


def test_a_till_that_ends_while_a_phone_is_waited_for_ends_that_too(
    settings: Settings, root: Root
) -> None:
    merchant = Merchant(settings, root)
    with contextlib.closing(merchant.screen):
        merchant.touch(Key.CHARGE, Key.CHARGE)
        merchant.unit_says(CODES)
    assert merchant.unit.asked == ["start en", "stop"]


def test_a_first_run_that_begins_anew_ends_the_set_up_of_the_one_before(
    merchant: Merchant,
) -> None:
    """After a crash the radio was the phone's for half an hour, and no network was found."""
    assert (merchant.unit.leftovers_ended, merchant.unit.asked) == (1, [])


def test_without_touch_the_screen_shows_the_codes_by_itself(settings: Settings, root: Root) -> None:
    merchant = Merchant(settings, root, machine=replace(MACHINE, has_touch=False))
    with contextlib.closing(merchant.screen):
        merchant.passes(29.0)
        merchant.at(Question.LANGUAGE)
        merchant.passes(1.0)
        merchant.at(Question.PHONE_KEY)
        merchant.passes(30.0)
        assert merchant.unit.asked == ["start en"]
        merchant.unit_says(CODES)
        assert "kiosk-7h2k" in merchant.said
        merchant.passes(30.0)
        assert "024680" in merchant.said


def test_a_till_that_nobody_has_set_up_is_not_the_same_as_wrong_settings(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.env"
    assert not is_set_up({}, file, None)
    file.write_text("KIOSK_ROTATE=90\n")
    assert not is_set_up({}, file, None), "a display may be turned before anybody sells"
    assert is_set_up({"MERCHANT_ADDRESS": "nonsense"}, file, None)
    file.write_text("KIOSK_ROTATE\n")
    assert is_set_up({}, file, None), "somebody has written this, and it cannot be read"


def test_with_nothing_set_the_program_waits_to_be_set_up_and_ends_in_order(tmp_path: Path) -> None:
    service = Service(tmp_path).start()
    try:
        ready = service.hear()
        service.send(signal.SIGTERM)
        assert service.hear() == "STOPPING=1"
        code, output = service.end()
    finally:
        service.close()
    assert ready.startswith("READY=1\nSTATUS=waits to be set up on the screen: ")
    assert (code, "Traceback" in output) == (0, False)


def test_at_a_desk_missing_settings_stay_a_sentence_and_exit_2(tmp_path: Path) -> None:
    service = Service(tmp_path)
    del service.environ["NOTIFY_SOCKET"]
    code, output = service.start().end()
    service.close()
    assert code == 2
    assert "MERCHANT_USERNAME: give this or MERCHANT_API_KEY" in output

"""Root's part of the set-up by phone: what is filled in comes into force, or nothing changes.

The radio, the page and Blink are stand-ins; one test has the real page in a process of its own.
"""

import json
import re
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiosk.durable_files import PARTITION_MISSING
from kiosk.phone_setup.gate import DIGITS_WITHIN_S, FORM_WITHIN_S
from kiosk.phone_setup.messages import FormAnswer, Opening
from kiosk.provision.access_point import AccessPoint
from kiosk.provision.apply_settings import COUNTRY
from kiosk.provision.change_history import HISTORY
from kiosk.provision.change_settings import put_first_settings
from kiosk.provision.phone_doors import Doors, PhonePaths
from kiosk.provision.phone_setup import (
    CONFIRMED_WITHIN_S,
    WAITS_S,
    PhoneSetup,
    new_access_point,
)
from kiosk.provision.phone_tasks import MOST_NETWORKS
from kiosk.provision.settings_in_force import values_in_force
from kiosk.provision.unprivileged import ENDED, CheckResult, PageProcess
from kiosk.provision.wifi import Wifi
from kiosk.sale.phone_setup import (
    PhoneAnswer,
    PhoneFailure,
    PhoneProgress,
    PhoneRequest,
    PhoneStep,
    phone_answer_text,
    phone_request_text,
    read_progress,
)
from kiosk.sale.pin import is_correct_pin
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.wifi import Network, Security, WifiNotice
from tests.phone_setup.test_form import FILLED, KEY

TOKEN = "ab" * 16
SEEN, PHONE, LOCKED = {"event": "seen"}, {"event": "phone"}, {"event": "locked"}
FORM: Mapping[str, Any] = {"form": FILLED}
ALL_RIGHT: tuple[Mapping[str, Any], ...] = (SEEN, PHONE, FORM)


class Box:
    """Everything around root's part: the till's folder, a radio, a phone at the page, Blink."""

    def __init__(self, folder: Path) -> None:
        self.paths = PhonePaths(
            folder / "till", folder / "run/progress", folder / "etc", folder / "run/allowed"
        )
        for made in (self.paths.requests, self.paths.progress.parent, self.paths.etc):
            made.mkdir()
        self.networks: tuple[Network, ...] = ()
        self.opens = True
        self.joins = WifiNotice.JOINED
        self.blink = CheckResult(None, "cafe_satoshi")
        self.stories: list[Iterable[Mapping[str, Any]]] = []
        self.openings: list[Opening] = []
        self.wrong: list[tuple[str, ...]] = []
        self.kept: list[tuple[str, ...]] = []
        self.done: list[str] = []
        self.joined: list[Wifi] = []
        self.steps: list[PhoneStep] = []
        self.codes: list[PhoneProgress] = []
        self.now_s = 100.0
        self.when_waiting: Callable[[], None] = lambda: None
        self.agrees: bool | None = True
        self.doors = Doors(
            radio=self,
            serve=self.serve,
            check=self.check,
            join=self.joined.append,
            use_country=lambda country: self.done.append(f"country {country}"),
            clock=lambda: self.now_s,
            unix=lambda: 1_700_000_000.0,
            sleep=self.sleep,
        )

    def plays(self, *stories: Iterable[Mapping[str, Any]]) -> PhoneProgress:
        """Ask once, and for each further story once more."""
        self.stories = list(stories)
        self.asks_left = len(stories)
        self.ask()
        ended = PhoneSetup(self.paths, self.doors).run()
        assert ended is not None
        return ended

    def ask(self) -> None:
        self.asks_left -= 1
        self.paths.wanted.write_text(phone_request_text(PhoneRequest(TOKEN, "es")))

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds if self.asks_left else max(seconds, 30.0)
        shown = self.progress()
        if shown.step is PhoneStep.CONFIRMING and self.agrees is not None:
            self.answer(agrees=self.agrees)
        if shown.step is PhoneStep.FAILED and self.asks_left:
            self.ask()
        self.when_waiting()

    def answer(self, *, agrees: bool, token: str = TOKEN) -> None:
        self.paths.answer.write_text(phone_answer_text(PhoneAnswer(token, agrees)))

    def progress(self) -> PhoneProgress:
        progress = read_progress(self.paths.progress.read_text(), TOKEN)
        assert progress is not None
        return progress

    @property
    def values(self) -> dict[str, str]:
        return dict(values_in_force(self.paths.etc).values)

    # --- the radio
    def switch_on(self) -> None:
        self.done.append("switch on")

    def scan(self) -> tuple[Network, ...]:
        self.done.append("scan")
        return self.networks

    def open(self, point: AccessPoint) -> bool:
        self.done.append("open")
        return self.opens

    def close(self) -> None:
        self.done.append("close")

    def try_network(self, wifi: Wifi) -> WifiNotice:
        self.done.append(f"try {wifi.ssid}")
        return self.joins

    def forget_trial(self) -> None:
        self.done.append("forget")

    # --- the page, and Blink
    def serve(self, opening: Opening, address: str) -> "Phone":
        self.openings.append(opening)
        return Phone(self, self.stories.pop(0))

    def check(self, values: Mapping[str, str]) -> CheckResult:
        assert self.progress().step is PhoneStep.CHECKING
        self.done.append("check")
        return self.blink


class Phone:
    """What comes from the page, one after the other; then nothing, and time passes."""

    def __init__(self, box: Box, story: Iterable[Mapping[str, Any]]) -> None:
        self._box = box
        self._events = iter(story)

    def events(self, wait_s: float) -> list[dict[str, Any]]:
        self._box.codes.append(self._box.progress())
        self._box.steps.append(self._box.progress().step)
        event = next(self._events, None)
        if event is None:
            self._box.now_s += 60.0
        return [] if event is None else [dict(event)]

    def answer_form(self, answer: FormAnswer) -> None:
        self._box.wrong.append(answer.wrong)
        self._box.kept.append(answer.kept)

    def close(self) -> None:
        self._box.done.append("page ends")


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def test_what_was_filled_in_comes_into_force_after_blink_has_agreed(box: Box) -> None:
    ended = box.plays(ALL_RIGHT)
    assert (ended.step, ended.payee) == (PhoneStep.DONE, "cafe_satoshi")
    assert box.values["BLINKPOS_API_KEY"] == KEY
    assert box.values["MERCHANT_USERNAME"] == "cafe_satoshi"
    assert is_correct_pin("2580", box.values["KIOSK_PIN"])
    assert [wifi.ssid for wifi in box.joined] == ["Shop"]
    assert (box.paths.etc / COUNTRY).read_text() == "SV\n"
    order = ["switch on", "scan", "open", "page ends", "close", "country SV"]
    assert box.done == [*order, "try Shop", "check", "forget"]
    history = (box.paths.etc / HISTORY).read_text()
    assert "first set-up, phone: BLINKPOS_API_KEY set" in history
    assert KEY not in history


@pytest.mark.parametrize(("name", "typed"), [("KIOSK_NAME", "\u200fCafé"), ("PAYEE", "a" * 121)])
def test_a_text_that_no_setting_takes_is_told_at_its_own_field(
    box: Box, name: str, typed: str
) -> None:
    """A name with a direction mark, as phones put one before Hebrew, was told as the language."""
    ended = box.plays((SEEN, PHONE, {"form": {**FILLED, name: typed}}, FORM))
    assert box.wrong == [(name,), ()]
    assert ended.step is PhoneStep.DONE


def test_the_till_reads_each_step_and_the_codes_and_nobody_else_does(box: Box) -> None:
    box.plays(ALL_RIGHT)
    assert box.steps == [PhoneStep.WAITING, PhoneStep.JOINED, PhoneStep.FILLING_IN]
    opening, code = box.openings[0], box.codes[0]
    assert code.digits == opening.digits
    assert code.page == f"http://{opening.authority}/{opening.token}/"
    assert re.fullmatch(r"[a-z2-9]{12}", code.passphrase)
    assert box.paths.progress.stat().st_mode & 0o777 == 0o640
    ended = box.paths.progress.read_text()
    for secret in (opening.digits, opening.token, code.passphrase):
        assert secret not in ended


@pytest.mark.parametrize(
    ("story", "failure"),
    [
        ((SEEN, LOCKED), PhoneFailure.WRONG_DIGITS),
        ((), PhoneFailure.TOO_LATE),
        ((SEEN, PHONE), PhoneFailure.TOO_LATE),
        ((SEEN, {"event": "ended"}), PhoneFailure.NO_ANSWER),
        ((SEEN, FORM), PhoneFailure.TOO_LATE),
    ],
)
def test_a_set_up_that_ends_early_says_why_and_changes_nothing(
    box: Box, story: Iterable[Mapping[str, Any]], failure: PhoneFailure
) -> None:
    assert box.plays(story).failure is failure
    assert box.values == {}
    assert box.done[-2:] == ["page ends", "close"]


def test_the_digits_have_ten_minutes_and_the_form_half_an_hour(box: Box) -> None:
    begun_s = box.now_s
    box.plays(())
    assert box.now_s - begun_s - WAITS_S == pytest.approx(DIGITS_WITHIN_S, abs=91)
    begun_s = box.now_s
    box.plays((PHONE,))
    assert box.now_s - begun_s - WAITS_S == pytest.approx(FORM_WITHIN_S, abs=91)


def test_a_box_without_a_radio_says_so(box: Box) -> None:
    box.opens = False
    assert box.plays(()).failure is PhoneFailure.NO_RADIO
    assert box.done == ["switch on", "scan", "open", "close"]


def test_a_page_that_cannot_be_served_is_no_full_memory_card(box: Box) -> None:
    def cannot(*_: object) -> Phone:
        raise OSError(98, "Address already in use")

    box.doors = replace(box.doors, serve=cannot)
    assert box.plays(()).failure is PhoneFailure.NO_RADIO
    assert box.done[-1] == "close"


@pytest.mark.parametrize("said", [b"", b"nonsense\n", b"[]\n", b"x" * 140_000])
def test_a_page_that_says_nonsense_is_taken_for_one_that_has_ended(said: bytes) -> None:
    page = object.__new__(PageProcess)
    page._link, theirs = socket.socketpair()
    page._heard = b"x" * 140_000 if len(said) > 100 else b""
    with page._link, theirs:
        theirs.sendall(said[:100])
        theirs.shutdown(socket.SHUT_WR)
        assert page.events(5.0)[-1] == ENDED


def test_a_network_that_cannot_be_joined_leaves_the_box_as_it_was(box: Box) -> None:
    box.joins = WifiNotice.REFUSED
    assert box.plays(ALL_RIGHT).failure is PhoneFailure.NOT_JOINED
    assert (box.values, box.joined) == ({}, [])
    assert not (box.paths.etc / COUNTRY).exists()
    assert box.done[-1] == "forget"


@pytest.mark.parametrize(
    ("heard", "joins", "failure"),
    [
        ((Security.WPA3,), WifiNotice.TIMED_OUT, PhoneFailure.WPA3_ALONE),
        ((Security.WPA3,), WifiNotice.REFUSED, PhoneFailure.NOT_JOINED),
        ((Security.WPA3, Security.PERSONAL), WifiNotice.TIMED_OUT, PhoneFailure.NOT_JOINED),
    ],
)
def test_a_network_that_speaks_wpa3_alone_is_named_with_what_to_do(
    box: Box, heard: tuple[Security, ...], joins: WifiNotice, failure: PhoneFailure
) -> None:
    box.networks = tuple(
        Network("Shop", f"00:00:00:00:00:0{number}", 50, security)
        for number, security in enumerate(heard)
    )
    box.joins = joins
    ended = box.plays(ALL_RIGHT)
    assert ended.failure is failure
    assert ended.network == ("Shop" if failure is PhoneFailure.WPA3_ALONE else "")


def test_what_blink_refuses_is_told_and_changes_nothing(box: Box) -> None:
    trouble = Trouble(TroubleKind.KEY_SCOPE, "WRITE")
    box.blink = CheckResult(trouble)
    ended = box.plays(ALL_RIGHT)
    assert (ended.failure, ended.trouble) == (PhoneFailure.REFUSED, trouble)
    assert (box.values, box.joined) == ({}, [])


def test_a_check_that_did_not_end_is_told_apart_in_the_log(
    box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    """The log said "refused" alone, whether Blink had refused or the check had been cut off."""
    box.blink = CheckResult(Trouble(TroubleKind.BLINK_ODD, reason="TimeoutExpired"))
    assert box.plays(ALL_RIGHT).failure is PhoneFailure.REFUSED
    assert "a sale would not work: blink_odd TimeoutExpired" in caplog.text


def test_another_try_has_what_was_typed_with_its_secrets_in_memory_alone(box: Box) -> None:
    box.blink = CheckResult(Trouble(TroubleKind.MERCHANT_UNKNOWN, "cafe"))
    secrets = ("WIFI_PASSPHRASE", "BLINKPOS_API_KEY", "KIOSK_PIN", "KIOSK_PIN_AGAIN")
    corrected = {"form": {**FILLED, **dict.fromkeys(secrets, ""), "PAYEE": "cafe_2"}}

    def agrees() -> None:
        if len(box.openings) == 2:
            box.blink = CheckResult(None, "cafe_2")

    box.when_waiting = agrees
    ended = box.plays(ALL_RIGHT, (SEEN, PHONE, corrected))
    assert ended.step is PhoneStep.DONE
    first, second = box.openings
    assert first.token != second.token
    assert first.digits != second.digits or box.codes[0].passphrase != box.codes[-1].passphrase
    assert second.shown["KIOSK_NAME"] == "Café Satoshi"
    assert set(second.kept) == set(secrets)
    assert KEY not in json.dumps(second.shown)
    assert box.values["BLINKPOS_API_KEY"] == KEY
    assert box.values["MERCHANT_USERNAME"] == "cafe_2"


def test_a_form_with_mistakes_goes_back_to_the_phone(box: Box) -> None:
    mistaken = {"form": {**FILLED, "KIOSK_PIN_AGAIN": "1"}}
    ended = box.plays((PHONE, mistaken, {"form": "none"}, FORM))
    assert ended.step is PhoneStep.DONE
    assert box.wrong == [("KIOSK_PIN_AGAIN",), ("KIOSK_LANGUAGE",), ()]
    assert box.kept[0] == ("WIFI_PASSPHRASE", "BLINKPOS_API_KEY", "KIOSK_PIN", "KIOSK_PIN_AGAIN")


def test_a_form_that_cannot_be_read_leaves_no_secret_behind(box: Box) -> None:
    box.plays((PHONE, {"form": {**FILLED, "KIOSK_NAME": "a" * 41}}, FORM))
    assert (box.wrong[0], box.kept[0]) == (("KIOSK_NAME",), ())


def test_a_network_that_asks_for_a_passphrase_is_not_looked_for_among_open_ones(box: Box) -> None:
    """The box would have joined whoever opened one of the same name beside the shop."""
    box.networks = (Network("Shop", "00:00:00:00:00:01", 50, Security.PERSONAL),)
    empty = {"form": {**FILLED, "WIFI_PASSPHRASE": ""}}
    assert box.plays((PHONE, empty, FORM)).step is PhoneStep.DONE
    assert box.wrong == [("WIFI_PASSPHRASE",), ()]


def test_an_open_network_needs_no_passphrase(box: Box) -> None:
    box.networks = (Network("Shop", "00:00:00:00:00:01", 50, Security.OPEN),)
    ended = box.plays((PHONE, {"form": {**FILLED, "WIFI_PASSPHRASE": ""}}))
    assert (ended.step, box.wrong) == (PhoneStep.DONE, [()])


def test_with_settings_in_force_nothing_is_opened(box: Box) -> None:
    values = {
        "KIOSK_RECEIVE": "direct",
        "MERCHANT_ADDRESS": "shop@blink.sv",
        "KIOSK_PIN": "2580",
    }
    put_first_settings(values, box.paths.etc, "test", 0.0)
    assert box.plays(ALL_RIGHT).failure is PhoneFailure.NOT_ALLOWED
    assert box.done == []


def test_what_was_set_before_and_says_nothing_of_the_money_stays(box: Box) -> None:
    (box.paths.etc / "kiosk.env").write_text("KIOSK_ROTATE=90\nKIOSK_NAME=Before\n")
    assert box.plays(ALL_RIGHT).step is PhoneStep.DONE
    assert box.values["KIOSK_ROTATE"] == "90"
    assert box.values["KIOSK_NAME"] == "Café Satoshi"


def test_settings_that_cannot_be_read_are_somebodys_work(box: Box) -> None:
    (box.paths.etc / "kiosk.env").write_bytes(b"\xff\xfe\x00")
    assert box.plays(ALL_RIGHT).failure is PhoneFailure.NOT_ALLOWED


def test_without_the_partition_of_the_settings_nothing_is_opened(box: Box) -> None:
    (box.paths.etc / PARTITION_MISSING).touch()
    assert box.plays(ALL_RIGHT).failure is PhoneFailure.NOT_ALLOWED


def test_settings_that_came_meanwhile_are_not_replaced(box: Box) -> None:
    def check(values: Mapping[str, str]) -> CheckResult:
        other = {"KIOSK_RECEIVE": "direct", "MERCHANT_ADDRESS": "shop@blink.sv"}
        put_first_settings(other, box.paths.etc, "test", 0.0)
        return CheckResult(None)

    box.check = check  # type: ignore[method-assign]
    box.doors = Doors(
        radio=box,
        serve=box.serve,
        check=check,
        clock=lambda: box.now_s,
        use_country=lambda _: None,
        sleep=box.sleep,
    )
    assert box.plays(ALL_RIGHT).failure is PhoneFailure.NOT_ALLOWED
    assert box.values["MERCHANT_ADDRESS"] == "shop@blink.sv"


def test_the_till_ends_it_at_any_moment(box: Box) -> None:
    def stops() -> Iterable[Mapping[str, Any]]:
        yield SEEN
        box.paths.stop.write_text(TOKEN)
        yield PHONE

    ended = box.plays(stops())
    assert ended.step is PhoneStep.FAILED
    assert box.done[-2:] == ["page ends", "close"]
    assert box.now_s == 100.0


def test_a_stop_that_comes_while_the_unit_starts_ends_it_at_once(box: Box) -> None:
    """Back was pressed after the request was taken and before the first progress was read."""

    def stops(*_: object) -> Phone:
        box.paths.stop.write_text(TOKEN)
        return Phone(box, (PHONE, FORM))

    box.doors = replace(box.doors, serve=stops)
    assert box.plays(()).failure is PhoneFailure.TOO_LATE
    assert (box.now_s, box.values) == (100.0, {})


def test_a_stop_of_a_request_of_before_ends_nothing(box: Box) -> None:
    box.paths.stop.write_text("cd" * 16)
    assert box.plays(ALL_RIGHT).step is PhoneStep.DONE


def test_only_a_yes_at_the_till_puts_the_payee_into_force(box: Box) -> None:
    box.agrees = False
    asked: list[str] = []

    def notes() -> None:
        shown = box.progress()
        if shown.step is PhoneStep.CONFIRMING:
            asked.append(shown.payee)
            assert (box.values, box.joined) == ({}, [])

    box.when_waiting = notes
    assert box.plays(ALL_RIGHT).failure is PhoneFailure.NOT_CONFIRMED
    assert asked == ["cafe_satoshi"]
    assert (box.values, box.joined, box.done[-1]) == ({}, [], "forget")
    assert not (box.paths.etc / COUNTRY).exists()


def test_a_payee_whom_nobody_confirms_in_ten_minutes_is_not_paid(box: Box) -> None:
    box.agrees = None
    box.answer(agrees=True, token="cd" * 16)  # of a request of before
    assert box.plays(ALL_RIGHT).failure is PhoneFailure.NOT_CONFIRMED
    assert box.now_s - 100.0 == pytest.approx(CONFIRMED_WITHIN_S + WAITS_S, abs=91)
    assert box.values == {}


def test_an_answer_that_cannot_be_read_is_a_no(box: Box) -> None:
    box.agrees = None
    box.paths.answer.write_text("yes")
    assert box.plays(ALL_RIGHT).failure is PhoneFailure.NOT_CONFIRMED


def test_after_a_no_the_page_has_what_was_typed_and_another_payee_can_be_named(box: Box) -> None:
    box.agrees = False
    corrected = {"form": {**FILLED, "PAYEE": "cafe_2"}}

    def agrees() -> None:
        box.agrees = len(box.openings) == 2

    box.when_waiting = agrees
    assert box.plays(ALL_RIGHT, (SEEN, PHONE, corrected)).step is PhoneStep.DONE
    assert box.openings[1].shown["PAYEE"] == "cafe_satoshi"
    assert box.values["MERCHANT_USERNAME"] == "cafe_2"


def test_a_till_that_has_started_anew_gets_a_new_opening_at_once(box: Box) -> None:
    def starts_anew() -> Iterable[Mapping[str, Any]]:
        yield SEEN
        box.asks_left = 1
        box.ask()
        yield PHONE

    assert box.plays(starts_anew(), ALL_RIGHT).step is PhoneStep.DONE
    assert box.now_s < 100.0 + DIGITS_WITHIN_S / 2
    assert box.done.count("open") == 2


@pytest.mark.parametrize("text", ["", "{}", "[" * 9000, '{"token": "x", "language": "es"}', "\x00"])
def test_what_is_no_request_is_taken_away_and_opens_nothing(box: Box, text: str) -> None:
    box.paths.wanted.write_text(text)
    assert PhoneSetup(box.paths, box.doors).run() is None
    assert not box.paths.wanted.exists()
    assert box.done == []


def test_a_link_in_place_of_a_request_is_not_followed(box: Box, tmp_path: Path) -> None:
    target = tmp_path / "secret"
    target.write_text(phone_request_text(PhoneRequest(TOKEN, "es")))
    box.paths.wanted.symlink_to(target)
    assert PhoneSetup(box.paths, box.doors).run() is None
    assert target.exists()
    assert box.done == []


def test_the_page_is_offered_networks_once_each_and_none_that_needs_more(box: Box) -> None:
    box.networks = tuple(
        Network(name, f"00:00:00:00:00:{number:02X}", 50, security)
        for number, (name, security) in enumerate(
            [
                ("Shop", Security.PERSONAL),
                ("Office", Security.OTHER),
                ("Free", Security.OPEN),
                ("Shop", Security.PERSONAL),
                *((f"Net {number}", Security.PERSONAL) for number in range(40)),
            ]
        )
    )
    box.plays(ALL_RIGHT)
    choices = box.openings[0].networks
    assert choices[:3] == ("Shop", "Free", "Net 0")
    assert len(choices) == MOST_NETWORKS


def test_every_opening_has_another_passphrase() -> None:
    points = [new_access_point() for _ in range(50)]
    assert len({point.passphrase.reveal() for point in points}) == 50
    assert all(re.fullmatch(r"10\.\d{1,3}\.\d{1,3}\.1", point.address) for point in points)


def listening(pid: int) -> set[tuple[str, int]]:
    """What a process listens on, by the kernel's own tables."""
    links = [str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir()]
    inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
    places = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                host, port = fields[1].split(":")
                assert len(host) == 8, "no IPv6"
                places.add((socket.inet_ntoa(bytes.fromhex(host)[::-1]), int(port, 16)))
    return places


def test_the_real_page_listens_on_one_address_alone_and_on_none_when_it_has_ended() -> None:
    """The process that is served from, by the kernel's tables, before, while and after."""
    opening = Opening(TOKEN, "012345", "127.8.8.1", "en")
    page = PageProcess(opening, ("127.8.8.1", 0), has_rights=True)
    try:
        pid = page._process.pid
        [(address, port)] = listening(pid)
        assert address == "127.8.8.1"
        with socket.create_connection((address, port)) as phone:
            phone.sendall(b"GET /hotspot-detect.html HTTP/1.1\r\nHost: captive.apple.com\r\n\r\n")
            with phone.makefile("rb") as answer:
                assert answer.read().endswith(b"<BODY>Success</BODY></HTML>")
        assert page.events(20.0) == [{"event": "seen"}]
    finally:
        page.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, port))
    assert page._process.returncode == 0

"""What the manager asks of the device, carried out without a right to do it."""

import sys
from collections.abc import Callable
from pathlib import Path
from queue import Queue

import pytest

from kiosk.host import usb_export, usb_stick
from kiosk.host.dispatcher import Host, HostEvent
from kiosk.host.phone_setup import PhoneSetupUnit
from kiosk.host.wifi import Nmcli
from kiosk.sale.device import (
    DeviceAction,
    DeviceActionResult,
    DeviceNotice,
    HostEffect,
    RunDeviceAction,
)
from kiosk.sale.phone_setup import PhoneProgress, PhoneStep, StartPhoneSetup, StopPhoneSetup
from kiosk.sale.wifi import (
    JoinWifi,
    Network,
    ScanWifi,
    Security,
    WifiJoinResult,
    WifiNotice,
    WifiScanResult,
)

DEADLINE_S = 10.0


class PhoneUnit(PhoneSetupUnit):
    """Root's unit for a phone, whose progress a test says step by step."""

    def __init__(self, *progress: PhoneProgress) -> None:
        super().__init__(None, lambda: 0.0)
        self.says = iter(progress)

    def progress(self) -> PhoneProgress:
        return next(self.says)


def phone_host(
    events: Queue[HostEvent], unit: PhoneSetupUnit, sleep: Callable[[float], None]
) -> Host:
    return Host(
        events.put,
        folder=None,
        end=lambda _: None,
        write_sales=lambda _: None,
        phone=unit,
        sleep=sleep,
    )


def test_the_progress_of_a_set_up_by_phone_is_told_until_it_has_ended() -> None:
    codes, done = PhoneProgress(PhoneStep.WAITING), PhoneProgress(PhoneStep.DONE)
    events: Queue[HostEvent] = Queue()
    host = phone_host(events, PhoneUnit(codes, codes, done), lambda _: None)
    host.perform(StartPhoneSetup("en"))
    assert [events.get(timeout=DEADLINE_S) for _ in range(2)] == [codes, done]


def test_a_set_up_by_phone_that_was_ended_is_told_once_more_and_then_no_longer() -> None:
    codes = PhoneProgress(PhoneStep.WAITING)
    events: Queue[HostEvent] = Queue()
    unit = PhoneUnit(*[codes] * 9)
    host = phone_host(events, unit, lambda _: host.perform(StopPhoneSetup()))
    host.perform(StartPhoneSetup("en"))
    assert [events.get(timeout=DEADLINE_S) for _ in range(2)] == [codes, codes]
    assert len(list(unit.says)) == 7


class Root:
    """Root's helper: looks whenever the till sleeps, and does what a test lets it do."""

    def __init__(self, act: Callable[[], None] = lambda: None) -> None:
        self.act = act
        self.slept_s = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept_s += seconds
        self.act()


def write(folder: Path) -> None:
    (folder / "kiosk-sales-all.csv").write_text("time,sale\n")


@pytest.mark.parametrize(
    ("word", "news"),
    [
        ("exported\n", DeviceNotice.EXPORTED),
        ("no-stick", DeviceNotice.NO_STICK),
        ("full", DeviceNotice.STICK_FULL),
        ("unreadable", DeviceNotice.STICK_UNREADABLE),
        ("something else", DeviceNotice.EXPORT_FAILED),
    ],
)
def test_an_export_lays_out_files_and_hears_one_word(
    tmp_path: Path, word: str, news: DeviceNotice
) -> None:
    laid_out: list[str] = []

    def root() -> None:
        place = tmp_path / usb_export.FOLDER
        laid_out.extend(sorted(file.name for file in place.iterdir()))
        (place / usb_stick.REQUEST_FILE).unlink()
        (place / usb_stick.ANSWER_FILE).write_text(word)

    assert usb_export.export(tmp_path, write, Root(root).sleep) is news
    assert laid_out == ["kiosk-sales-all.csv", usb_stick.REQUEST_FILE]
    assert list((tmp_path / usb_export.FOLDER).iterdir()) == [], "nothing stays in memory"


def test_an_answer_of_last_time_is_not_this_times(tmp_path: Path) -> None:
    place = tmp_path / usb_export.FOLDER
    place.mkdir()
    (place / usb_stick.ANSWER_FILE).write_text("exported")
    root = Root()
    assert usb_export.export(tmp_path, write, root.sleep) is DeviceNotice.NO_ANSWER
    assert root.slept_s == pytest.approx(usb_stick.PATIENCE_S)


class HostUnderTest:
    """A host door whose thread is real and whose root is told what to do."""

    def __init__(self, folder: Path | None, write_sales: Callable[[Path], None] = write) -> None:
        self.events = Queue[HostEvent]()
        self.ends: list[DeviceAction] = []
        self.root = Root()
        self.host = Host(
            self.events.put,
            folder=folder,
            end=self.ends.append,
            write_sales=write_sales,
            nmcli=Nmcli((sys.executable, "-c", "import sys; sys.exit(8)")),
            sleep=self.root.sleep,
        )

    def asked(self, effect: HostEffect) -> HostEvent:
        self.host.perform(effect)
        return self.events.get(timeout=DEADLINE_S)


@pytest.mark.parametrize(
    ("act", "news"),
    [
        (DeviceAction.RESTART, DeviceNotice.RESTARTING),
        (DeviceAction.SHUT_DOWN, DeviceNotice.SHUTTING_DOWN),
    ],
)
def test_an_end_is_orderly_where_systemd_knows_what_to_do_about_it(
    tmp_path: Path, act: DeviceAction, news: DeviceNotice
) -> None:
    desk = HostUnderTest(tmp_path)
    assert desk.asked(RunDeviceAction(act)) == DeviceActionResult(news)
    assert desk.ends == [act]


@pytest.mark.parametrize("act", list(DeviceAction))
def test_off_an_appliance_nothing_is_done_and_that_is_said(act: DeviceAction) -> None:
    desk = HostUnderTest(None)
    assert desk.asked(RunDeviceAction(act)) == DeviceActionResult(DeviceNotice.NO_APPLIANCE)
    assert desk.ends == []


def test_wifi_is_asked_in_the_doors_own_thread() -> None:
    desk = HostUnderTest(None)
    assert desk.asked(ScanWifi()) == WifiScanResult((), WifiNotice.NO_MANAGER)
    shop = Network("Shop", "00:11:22:33:44:55", 50, Security.PERSONAL)
    assert desk.asked(JoinWifi(shop, "12345678")) == WifiJoinResult(WifiNotice.NO_MANAGER)


def test_one_thing_is_done_after_the_other_and_each_is_answered(tmp_path: Path) -> None:
    desk = HostUnderTest(tmp_path)
    asked = (DeviceAction.EXPORT, DeviceAction.RESTART, DeviceAction.EXPORT)
    for act in asked:
        desk.host.perform(RunDeviceAction(act))
    answers = [desk.events.get(timeout=DEADLINE_S) for _ in asked]
    notices = (DeviceNotice.NO_ANSWER, DeviceNotice.RESTARTING, DeviceNotice.NO_ANSWER)
    assert answers == [DeviceActionResult(notice) for notice in notices]


def test_a_failure_of_our_own_is_an_answer_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(folder: Path) -> None:
        raise RuntimeError("a bug")

    desk = HostUnderTest(tmp_path, broken)
    assert desk.asked(RunDeviceAction(DeviceAction.EXPORT)) == DeviceActionResult(
        DeviceNotice.EXPORT_FAILED
    )
    assert "a bug" in caplog.text
    assert desk.asked(RunDeviceAction(DeviceAction.RESTART)) == DeviceActionResult(
        DeviceNotice.RESTARTING
    )

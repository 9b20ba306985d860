"""What the loop asks of the system; what takes a while is done in a thread of its own."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from kiosk.host import copy_request, settings_request, stick_settings, usb_export
from kiosk.host.phone_setup import PhoneSetupUnit
from kiosk.host.wifi import Nmcli
from kiosk.sale.device import (
    CopyOutcome,
    CopyResult,
    DeviceAction,
    DeviceActionResult,
    DeviceFacts,
    DeviceFactsResult,
    DeviceNotice,
    HostEffect,
    MakeCopy,
    QueuedHostEffect,
    ReadDeviceFacts,
    RunDeviceAction,
)
from kiosk.sale.payee_lookup import LookUpPayee
from kiosk.sale.phone_setup import (
    AnswerPhoneSetup,
    PhoneFailure,
    PhoneProgress,
    PhoneStep,
    StartPhoneSetup,
    StopPhoneSetup,
    failed,
)
from kiosk.sale.settings_change import (
    ApplySettings,
    ChangeOutcome,
    ChangeSettings,
    ReadStick,
    RequestKind,
    SettingsChangeResult,
)
from kiosk.sale.wifi import JoinWifi, ScanWifi, WifiJoinResult, WifiNotice, WifiScanResult

log: Final = logging.getLogger("kiosk")

PHONE_LOOK_S: Final = 0.5

LaneEffect = QueuedHostEffect | StartPhoneSetup
HostEvent = (
    DeviceActionResult
    | CopyResult
    | DeviceFactsResult
    | WifiScanResult
    | WifiJoinResult
    | SettingsChangeResult
    | PhoneProgress
)


class Host:
    """Carries out what is asked of the device, one after the other; copies beside all else.

    `folder` is the service's runtime directory, None off an appliance. `end` ends the program in an
    orderly way, in such a manner that systemd starts it again or turns the machine off: it may do
    neither itself. `write_sales` makes the files of an export, `copy_settings` says the settings
    file for a second copy of the books, `read_facts` says what the device knows of itself,
    `look_up` begins to look a payee up, and `apply_settings` has the till take settings over; both
    need no turn and answer by themselves. A thread exists only while there is something to do.
    """

    def __init__(
        self,
        put: Callable[[HostEvent], None],
        *,
        folder: Path | None,
        end: Callable[[DeviceAction], None],
        write_sales: Callable[[Path], None],
        copy_settings: Callable[[], str] = str,
        read_facts: Callable[[], DeviceFacts] = DeviceFacts,
        look_up: Callable[[LookUpPayee], None] = lambda _: None,
        apply_settings: Callable[[ApplySettings], None] = lambda _: None,
        nmcli: Nmcli | None = None,
        phone: PhoneSetupUnit | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._put = put
        self._folder = folder
        self._end = end
        self._write_sales = write_sales
        self._copy_settings = copy_settings
        self._read_facts = read_facts
        self._look_up = look_up
        self._apply_settings = apply_settings
        self._nmcli = nmcli or Nmcli()
        self._sleep = sleep
        self._lane = _Lane("host", self._answer)
        self._phone = phone or PhoneSetupUnit(folder, time.monotonic)
        self._phone_lane = _Lane("phone", self._answer)  # the set-up by phone takes longer still
        self._copy_lane = _Lane("copies", self._answer)  # a copy takes minutes

    def end_leftovers(self) -> None:
        """End what a program of before has begun and nobody waits for any more."""
        self._phone.end_leftover()

    def perform(self, effect: HostEffect) -> None:
        """Carry it out, soon. Safe from any thread."""
        match effect:
            case LookUpPayee():
                self._look_up(effect)
            case ApplySettings():
                self._apply_settings(effect)
            case StartPhoneSetup() | StopPhoneSetup() | AnswerPhoneSetup():
                self._phone.perform(effect)
                if isinstance(effect, StartPhoneSetup):
                    self._phone_lane.put(effect)
            case MakeCopy():
                self._copy_lane.put(effect)
            case _:
                self._lane.put(effect)

    def _answer(self, effect: LaneEffect) -> None:
        try:
            event = self._done(effect)
        except Exception:
            log.exception("%s could not be carried out", type(effect).__name__)
            event = _failed(effect)
        self._put(event)

    def _done(self, effect: LaneEffect) -> HostEvent:
        match effect:
            case ScanWifi():
                return self._nmcli.scan()
            case JoinWifi():
                return self._nmcli.join(effect)
            case ReadDeviceFacts():
                return DeviceFactsResult(self._read_facts())
            case RunDeviceAction(act):
                return DeviceActionResult(self._acted(act))
            case ChangeSettings() | ReadStick():
                return self._settings_changed(effect)
            case MakeCopy():
                return CopyResult(self._copied(effect))
            case StartPhoneSetup():
                return self._last_progress()

    def _last_progress(self) -> PhoneProgress:
        """Tell how far root's unit for a phone is, until it has ended or is to end."""
        before = None
        while True:
            progress = self._phone.progress()
            if self._phone.is_stopped or progress.step in (PhoneStep.DONE, PhoneStep.FAILED):
                return progress
            if progress != before:
                self._put(progress)
            before = progress
            self._sleep(PHONE_LOOK_S)

    def _copied(self, effect: MakeCopy) -> CopyOutcome:
        if self._folder is None:
            log.error("no copy on a stick: this is no appliance; `kiosk copy` makes one")
            return CopyOutcome.FAILED
        return copy_request.ask_for_copy(
            self._folder, effect.reason, self._copy_settings(), self._sleep
        )

    def _settings_changed(self, change: ChangeSettings | ReadStick) -> SettingsChangeResult:
        if self._folder is None:
            return SettingsChangeResult(ChangeOutcome.NO_APPLIANCE)
        if isinstance(change, ReadStick):
            return stick_settings.read_stick(self._folder, self._sleep)
        if change.kind is RequestKind.TAKE_STICK:
            return stick_settings.take_stick(self._folder, change, self._sleep)
        return settings_request.ask_for_change(self._folder, change, self._sleep)

    def _acted(self, act: DeviceAction) -> DeviceNotice:
        log.warning("the manager asks for %s", act)
        if self._folder is None:
            return DeviceNotice.NO_APPLIANCE
        match act:
            case DeviceAction.EXPORT:
                return usb_export.export(self._folder, self._write_sales, self._sleep)
            case DeviceAction.RESTART:
                self._end(act)
                return DeviceNotice.RESTARTING
            case DeviceAction.SHUT_DOWN:
                self._end(act)
                return DeviceNotice.SHUTTING_DOWN


class _Lane:
    """Effects that are carried out one after the other, in a thread that ends with the last."""

    def __init__(self, name: str, carry_out: Callable[[LaneEffect], None]) -> None:
        self._name = name
        self._carry_out = carry_out
        self._asked: SimpleQueue[LaneEffect] = SimpleQueue()
        self._lock = threading.Lock()
        self._working = False

    def put(self, effect: LaneEffect) -> None:
        """Carry it out when those before it are done. Safe from any thread."""
        self._asked.put(effect)
        with self._lock:
            if self._working:
                return
            self._working = True
        threading.Thread(target=self._work, name=self._name, daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if self._asked.empty():
                    self._working = False
                    return
            self._carry_out(self._asked.get())


def _failed(effect: LaneEffect) -> HostEvent:
    """The answer where there is none: a screen waits for it."""
    match effect:
        case ScanWifi():
            return WifiScanResult((), WifiNotice.FAILED)
        case JoinWifi():
            return WifiJoinResult(WifiNotice.FAILED)
        case ReadDeviceFacts():
            return DeviceFactsResult(DeviceFacts())
        case RunDeviceAction(DeviceAction.EXPORT):
            return DeviceActionResult(DeviceNotice.EXPORT_FAILED)
        case RunDeviceAction():
            return DeviceActionResult(DeviceNotice.NO_ANSWER)
        case ChangeSettings() | ReadStick():
            return SettingsChangeResult(ChangeOutcome.NO_ANSWER)
        case MakeCopy():
            return CopyResult(CopyOutcome.FAILED)
        case StartPhoneSetup():
            return failed(PhoneFailure.NO_ANSWER)

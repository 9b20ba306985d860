"""What the manager can ask of the device, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.sale.settings_change import ChangeSettings
from kiosk.sale.wifi import JoinWifi, ScanWifi


class DeviceAction(StrEnum):
    """What the manager may ask of the device."""

    RESTART = "restart"
    SHUT_DOWN = "shut_down"
    EXPORT = "export"  # the sales as CSV files, onto a USB stick


class DeviceNotice(StrEnum):
    """What came of it; one sentence each on the screen."""

    RESTARTING = "restarting"
    SHUTTING_DOWN = "shutting_down"
    NO_APPLIANCE = "no_appliance"  # nobody would start the program again, or turn the device off
    NO_ANSWER = "not_heard"  # root's helper did not answer
    EXPORTING = "exporting"
    EXPORTED = "exported"
    NO_STICK = "no_stick"
    STICK_FULL = "stick_full"
    STICK_UNREADABLE = "stick_unreadable"  # not FAT or exFAT, or damaged
    EXPORT_FAILED = "export_failed"


@dataclass(frozen=True, slots=True)
class RunDeviceAction:
    """Restart the program, shut the device down, write the sales onto a stick. ->
    DeviceActionResult.
    """

    action: DeviceAction


@dataclass(frozen=True, slots=True)
class DeviceActionResult:
    """What came of an action on the device."""

    notice: DeviceNotice


HostEffect = RunDeviceAction | ScanWifi | JoinWifi | ChangeSettings

"""What the manager can ask of the device, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.sale.payee_lookup import LookUpPayee
from kiosk.sale.phone_setup import PhoneEffect
from kiosk.sale.settings_change import ApplySettings, ChangeSettings, ReadStick
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


class CopyReason(StrEnum):
    """When a second copy of the books is made."""

    DAY = "day"  # the first sale of a day
    CLOSE = "close"


class CopyOutcome(StrEnum):
    """What became of a second copy: the word that root's helper answers with."""

    COPIED = "copied"
    NO_STICK = "no-stick"  # none that is named for it
    FULL = "full"
    READ_ONLY = "read-only"
    FAILED = "failed"  # pulled out, damaged, or no answer


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


class Internet(StrEnum):
    """What the network manager knows of the way beyond the router."""

    FULL = "full"
    LOGIN = "login"  # a portal answers
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What the device knows of itself. Empty or None is what is not known here.

    `network` is the name of the connection, `address` the device's own in it. `journal_bytes` are
    those of the journal on the card. `updated_at` is when this release was installed, Unix seconds.
    """

    version: str = ""
    network: str = ""
    address: str = ""
    internet: Internet = Internet.UNKNOWN
    journal_bytes: int | None = None
    uptime_s: int | None = None
    updated_at: int | None = None


@dataclass(frozen=True, slots=True)
class ReadDeviceFacts:
    """Ask the device about itself; nothing is asked of the network. -> DeviceFactsResult."""


@dataclass(frozen=True, slots=True)
class DeviceFactsResult:
    """What the device knows of itself now."""

    facts: DeviceFacts


@dataclass(frozen=True, slots=True)
class MakeCopy:
    """Make a second copy of the books on the stick that is there for it. -> CopyResult."""

    reason: CopyReason


@dataclass(frozen=True, slots=True)
class CopyResult:
    """What became of a second copy."""

    outcome: CopyOutcome


QueuedHostEffect = (
    RunDeviceAction | MakeCopy | ReadDeviceFacts | ScanWifi | JoinWifi | ChangeSettings | ReadStick
)
HostEffect = QueuedHostEffect | LookUpPayee | ApplySettings | PhoneEffect

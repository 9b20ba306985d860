"""What the manager can ask of the box, and what the box answers."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.sale.wifi import JoinWifi, ScanWifi


class BoxAct(StrEnum):
    """What the manager may ask of the box."""

    RESTART = "restart"
    SHUT_DOWN = "shut_down"
    EXPORT = "export"  # the sales as CSV files, onto a USB stick


class BoxNews(StrEnum):
    """What came of it; one sentence each on the screen."""

    RESTARTING = "restarting"
    SHUTTING_DOWN = "shutting_down"
    NO_APPLIANCE = "no_appliance"  # nobody would start the program again, or turn the box off
    NOT_HEARD = "not_heard"  # root's helper did not answer
    EXPORTING = "exporting"
    EXPORTED = "exported"
    NO_STICK = "no_stick"
    STICK_FULL = "stick_full"
    STICK_UNREADABLE = "stick_unreadable"  # not FAT or exFAT, or damaged
    EXPORT_FAILED = "export_failed"


@dataclass(frozen=True, slots=True)
class ActOnBox:
    """Restart the program, shut the box down, write the sales onto a stick. -> BoxTold."""

    act: BoxAct


@dataclass(frozen=True, slots=True)
class BoxTold:
    """What came of an act on the box."""

    news: BoxNews


HostEffect = ActOnBox | ScanWifi | JoinWifi

"""How far the till reaches on its way to Blink: what is there, what is missing, what is unknown."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kiosk.sale.device import Internet
from kiosk.sale.till import Till
from kiosk.sale.trouble import TroubleKind

# Troubles on the way to Blink, which another network may end.
ON_THE_WAY: Final = frozenset(
    {
        TroubleKind.NO_CONNECTION,
        TroubleKind.NAME_NOT_FOUND,
        TroubleKind.BLOCKED,
        TroubleKind.CLOCK_WRONG,
        TroubleKind.LOGIN_PAGE,
        TroubleKind.NETWORK_LOGIN,
        TroubleKind.BLINK_ODD,
    }
)
_BEHIND_A_ROUTER: Final = frozenset(
    {TroubleKind.NAME_NOT_FOUND, TroubleKind.LOGIN_PAGE, TroubleKind.NETWORK_LOGIN}
)


class Reach(StrEnum):
    """Whether a part of the way is there."""

    THERE = "there"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class WayToBlink:
    """The parts of the way, in order."""

    network: Reach
    internet: Reach
    blink: Reach


def is_on_the_way(till: Till) -> bool:
    """Whether the till is out of service for something on its way to Blink."""
    trouble = till.out_of_service
    return trouble is not None and trouble.kind in ON_THE_WAY


def way_to_blink(till: Till) -> WayToBlink:
    """Which part is missing while Blink cannot be reached; behind it nothing is known."""
    trouble, facts = till.out_of_service, till.device
    kind = trouble.kind if trouble is not None else None
    if kind is TroubleKind.BLINK_ODD:
        return WayToBlink(Reach.THERE, Reach.THERE, Reach.MISSING)
    if facts is None:
        return WayToBlink(Reach.UNKNOWN, Reach.UNKNOWN, Reach.UNKNOWN)
    if not facts.address:
        return WayToBlink(Reach.MISSING, Reach.UNKNOWN, Reach.UNKNOWN)
    if kind in _BEHIND_A_ROUTER or facts.internet in (Internet.NONE, Internet.LOGIN):
        return WayToBlink(Reach.THERE, Reach.MISSING, Reach.UNKNOWN)
    if facts.internet is Internet.FULL:
        return WayToBlink(Reach.THERE, Reach.THERE, Reach.MISSING)
    return WayToBlink(Reach.THERE, Reach.UNKNOWN, Reach.UNKNOWN)

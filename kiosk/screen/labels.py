"""What states are called on the screen."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kiosk.sale.account import Updates
from kiosk.sale.facts import ForwardStatus
from kiosk.sale.till import Link
from kiosk.screen.catalogs import mark

LINKS: Final[Mapping[Link, str]] = MappingProxyType(
    {
        Link.STANDBY: mark("standby"),
        Link.CONNECTING: mark("connecting"),
        Link.LIVE: mark("live"),
        Link.RECONNECTING: mark("reconnecting"),
        Link.ASKING: mark("asking"),
    }
)

UPDATES: Final[Mapping[Updates, str]] = MappingProxyType(
    {
        Updates.OFF: mark("updates off"),
        Updates.CONNECTING: mark("updates connecting"),
        Updates.ON: mark("updates on"),
    }
)

# The words of the journal, for the list of sales.
SALE_STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "requested": mark("no code yet"),
        "open": mark("open"),
        "cancelled": mark("cancelled"),
        "expired": mark("expired"),
        "refused": mark("refused"),
        "interrupted": mark("interrupted"),
        "paid": mark("paid"),
        "stopped": mark("stopped"),
        "forwarded": mark("forwarded"),
    }
)

FORWARD_STATES: Final[Mapping[ForwardStatus, str]] = MappingProxyType(
    {
        ForwardStatus.PLANNED: mark("waiting"),
        ForwardStatus.SENT: mark("sent"),
        ForwardStatus.UNKNOWN: mark("being checked"),
        ForwardStatus.FAILED: mark("to be tried again"),
        ForwardStatus.SETTLED: mark("forwarded"),
        ForwardStatus.STOPPED: mark("stopped"),
    }
)

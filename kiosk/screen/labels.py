"""What states are called on the screen."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kiosk.sale.account import Updates
from kiosk.sale.box import BoxNews
from kiosk.sale.facts import ForwardStatus
from kiosk.sale.till import Link
from kiosk.sale.wifi import WifiNews
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

BOX_NEWS: Final[Mapping[BoxNews, str]] = MappingProxyType(
    {
        BoxNews.RESTARTING: mark("Starting again."),
        BoxNews.SHUTTING_DOWN: mark("Shutting down. Pull the plug when the screen is dark."),
        BoxNews.NO_APPLIANCE: mark("This machine is not set up as an appliance: do it by hand."),
        BoxNews.NOT_HEARD: mark("The box did not listen. See kiosk doctor."),
        BoxNews.EXPORTING: mark("Copying the sales. Leave the stick in."),
        BoxNews.EXPORTED: mark("The sales are on the stick. It can be pulled out."),
        BoxNews.NO_STICK: mark("No USB stick is plugged in."),
        BoxNews.STICK_FULL: mark("The stick is full, or broke off."),
        BoxNews.STICK_UNREADABLE: mark("The stick cannot be read. It must be FAT or exFAT."),
        BoxNews.EXPORT_FAILED: mark("The sales were not copied. See the log."),
    }
)

WIFI_NEWS: Final[Mapping[WifiNews, str]] = MappingProxyType(
    {
        WifiNews.JOINED: mark("Connected. The network is remembered."),
        WifiNews.REFUSED: mark("The network refuses this passphrase."),
        WifiNews.GONE: mark("The network is not seen any more."),
        WifiNews.TIMED_OUT: mark("The network did not answer in time."),
        WifiNews.FAILED: mark("It did not work. Try again, nearer to the router."),
        WifiNews.NOT_ALLOWED: mark("The till may not change the network here."),
        WifiNews.NO_MANAGER: mark("There is no NetworkManager on this machine."),
        WifiNews.NO_ADAPTER: mark("No network is seen, or there is no Wi-Fi."),
        WifiNews.TOO_SHORT: mark("A passphrase has at least 8 characters."),
        WifiNews.NOT_HERE: mark("This network takes more than a passphrase."),
    }
)

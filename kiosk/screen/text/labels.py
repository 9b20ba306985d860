"""What states are called on the screen."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kiosk.sale.account import MerchantUpdates
from kiosk.sale.device import DeviceNotice
from kiosk.sale.facts import ForwardStatus
from kiosk.sale.screens import ConnectionState
from kiosk.sale.wifi import WifiNotice
from kiosk.screen.text.catalogs import mark

LINKS: Final[Mapping[ConnectionState, str]] = MappingProxyType(
    {
        ConnectionState.STANDBY: mark("standby"),
        ConnectionState.CONNECTING: mark("connecting"),
        ConnectionState.LIVE: mark("live"),
        ConnectionState.RECONNECTING: mark("reconnecting"),
        ConnectionState.ASKING: mark("asking"),
    }
)

UPDATES: Final[Mapping[MerchantUpdates, str]] = MappingProxyType(
    {
        MerchantUpdates.OFF: mark("updates off"),
        MerchantUpdates.CONNECTING: mark("updates connecting"),
        MerchantUpdates.ON: mark("updates on"),
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
        "received": mark("received"),
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

DEVICE_NOTICES: Final[Mapping[DeviceNotice, str]] = MappingProxyType(
    {
        DeviceNotice.RESTARTING: mark("Starting again."),
        DeviceNotice.SHUTTING_DOWN: mark("Shutting down. Pull the plug when the screen is dark."),
        DeviceNotice.NO_APPLIANCE: mark(
            "This machine is not set up as an appliance: do it by hand."
        ),
        DeviceNotice.NO_ANSWER: mark("The box did not listen. See kiosk doctor."),
        DeviceNotice.EXPORTING: mark("Copying the sales. Leave the stick in."),
        DeviceNotice.EXPORTED: mark("The sales are on the stick. It can be pulled out."),
        DeviceNotice.NO_STICK: mark("No USB stick is plugged in."),
        DeviceNotice.STICK_FULL: mark("The stick is full, or broke off."),
        DeviceNotice.STICK_UNREADABLE: mark("The stick cannot be read. It must be FAT or exFAT."),
        DeviceNotice.EXPORT_FAILED: mark("The sales were not copied. See the log."),
    }
)

WIFI_NOTICES: Final[Mapping[WifiNotice, str]] = MappingProxyType(
    {
        WifiNotice.JOINED: mark("Connected. The network is remembered."),
        WifiNotice.REFUSED: mark("The network refuses this passphrase."),
        WifiNotice.GONE: mark("The network is not seen any more."),
        WifiNotice.TIMED_OUT: mark("The network did not answer in time."),
        WifiNotice.FAILED: mark("It did not work. Try again, nearer to the router."),
        WifiNotice.NOT_ALLOWED: mark("The till may not change the network here."),
        WifiNotice.NO_MANAGER: mark("There is no NetworkManager on this machine."),
        WifiNotice.NO_ADAPTER: mark("No network is seen, or there is no Wi-Fi."),
        WifiNotice.TOO_SHORT: mark("A passphrase has at least 8 characters."),
        WifiNotice.NOT_HERE: mark("This network takes more than a passphrase."),
    }
)

"""What states are called on the screen."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kiosk.sale.account import MerchantUpdates
from kiosk.sale.device import DeviceNotice
from kiosk.sale.invoice import InvoiceStatus
from kiosk.sale.refund import RefundReason
from kiosk.sale.sale_record import SaleState
from kiosk.sale.screens import ConnectionState
from kiosk.sale.settings_change import ChangeOutcome
from kiosk.sale.wifi import WifiNotice
from kiosk.screen.text.catalogs import mark

LINKS: Final[Mapping[ConnectionState, str]] = MappingProxyType(
    {
        ConnectionState.STANDBY: mark("Online, at rest"),
        ConnectionState.CONNECTING: mark("Connecting"),
        ConnectionState.LIVE: mark("Online"),
        ConnectionState.RECONNECTING: mark("Waiting for network"),
        ConnectionState.ASKING: mark("Online, asking"),
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
SALE_STATES: Final[Mapping[SaleState, str]] = MappingProxyType(
    {
        SaleState.REQUESTED: mark("no code yet"),
        SaleState.OPEN: mark("open"),
        SaleState.CANCELLED: mark("cancelled"),
        SaleState.EXPIRED: mark("expired"),
        SaleState.REFUSED: mark("refused"),
        SaleState.INTERRUPTED: mark("interrupted"),
        SaleState.PAID: mark("paid"),
        SaleState.STOPPED: mark("stopped"),
        SaleState.FORWARDED: mark("forwarded"),
        SaleState.RECEIVED: mark("received"),
    }
)

# What they mean, on the page of one sale.
SALE_SENTENCES: Final[Mapping[SaleState, str]] = MappingProxyType(
    {
        SaleState.REQUESTED: mark("It has no code yet."),
        SaleState.OPEN: mark("Its code is on the screen."),
        SaleState.CANCELLED: mark("Cancelled before it was paid."),
        SaleState.EXPIRED: mark("The code ran out before it was paid."),
        SaleState.REFUSED: mark("There was no code for it."),
        SaleState.INTERRUPTED: mark("The power went while its code was shown."),
        SaleState.PAID: mark("Paid, and on its way to the merchant."),
        SaleState.STOPPED: mark("Paid, and stopped until somebody has looked."),
        SaleState.FORWARDED: mark("The merchant has the money."),
        SaleState.RECEIVED: mark("The merchant has the money."),
    }
)

# What was answered when a sale was asked about.
STATUS_ANSWERS: Final[Mapping[InvoiceStatus, str]] = MappingProxyType(
    {
        InvoiceStatus.PAID: mark("The answer: paid."),
        InvoiceStatus.PENDING: mark("The answer: not paid."),
        InvoiceStatus.EXPIRED: mark("The answer: not paid, and the code has run out."),
        InvoiceStatus.UNPROVEN: mark("The answer: paid, without a proof."),
        InvoiceStatus.UNKNOWN: mark("There was no answer. Try again."),
    }
)

REFUND_REASONS: Final[Mapping[RefundReason, str]] = MappingProxyType(
    {
        RefundReason.RETURNED: mark("Goods came back"),
        RefundReason.WRONG_AMOUNT: mark("The amount was wrong"),
        RefundReason.PAID_TWICE: mark("It was paid twice"),
        RefundReason.OTHER: mark("Another reason"),
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
        WifiNotice.NO_SUCH_NAME: mark("No network has such a name."),
        WifiNotice.WPA3_ALONE: mark("It speaks WPA3 alone. Set the router to WPA2 too."),
        WifiNotice.NOT_HERE: mark("This network takes more than a passphrase."),
    }
)

# Each in its own words: whoever is to choose may read no other.
LANGUAGE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": "English",
        "es": "Español",
        "de": "Deutsch",
        "fr": "Français",
        "pt": "Português",
        "it": "Italiano",
        "he": "עברית",
        "ja": "日本語",
    }
)

CHANGE_OUTCOMES: Final[Mapping[ChangeOutcome, str]] = MappingProxyType(
    {
        ChangeOutcome.IN_FORCE: mark("Saved. The till starts again."),
        ChangeOutcome.WRONG: mark("Not saved. These settings do not fit:"),
        ChangeOutcome.PIN_WRONG: mark("Not saved. The PIN is wrong."),
        ChangeOutcome.PIN_LOCKED: mark("Not saved. Too many wrong PINs: wait a while."),
        ChangeOutcome.NOT_ALLOWED: mark("Not saved. This can only be set with a file."),
        ChangeOutcome.NOT_SAVED: mark("Not saved. The memory card cannot be written."),
        ChangeOutcome.UNFINISHED: mark(
            "Saved in part: the memory card failed. Switch the box off and on, and all is in force."
        ),
        ChangeOutcome.NO_ANSWER: mark("Not saved. The box did not listen. Try again."),
        ChangeOutcome.ALLOWED: mark("The PIN is right."),
        ChangeOutcome.MONEY_WAITS: mark(
            "A code is still open, or money is on its way to you. Try again when it is there."
        ),
        ChangeOutcome.FITS: mark("The file fits."),
        ChangeOutcome.NO_STICK: mark("No USB stick is seen. Plug it in, and try again."),
        ChangeOutcome.NO_FILE: mark(
            "There is no file kiosk.env, items.csv, logo.png or logo.svg on the stick."
        ),
        ChangeOutcome.SEVERAL_FILES: mark("A file is there more than once. Leave only one."),
        ChangeOutcome.STICK_UNREADABLE: mark(
            "The stick cannot be read. It has to be FAT, exFAT or ext4."
        ),
        ChangeOutcome.LOGO_BROKEN: mark(
            "The logo cannot be drawn. Make it simpler, as PNG or SVG of at most 500 kB."
        ),
        ChangeOutcome.NO_APPLIANCE: mark(
            "This machine is not set up as an appliance: do it by hand."
        ),
    }
)

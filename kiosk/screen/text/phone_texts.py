"""What the set-up by phone says: on the phone's page, and why it failed on the till's screen."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kiosk.sale.phone_setup import PhoneFailure
from kiosk.screen.text.catalogs import mark

TITLE: Final = mark("Set up the till")
NEXT: Final = mark("Next")
SEND: Final = mark("Send")
DIGITS: Final = mark("The six digits on the box")
WRONG_DIGITS: Final = mark("These digits are wrong. Read them on the box once more.")
SOME_WRONG: Final = mark("Some answers are not right yet. They are marked.")
SENT: Final = mark("Thank you. Look at the box now: it says whether all is right.")
NOT_THIS_PHONE: Final = mark(
    "This page is for one phone and a short time. Begin again on the box, and scan its codes."
)
KEPT: Final = mark("Typed before. Leave it empty to keep it.")
NETWORK_STAYS: Final = mark("Leave it as it is")
DIRECT_WAY: Final = mark("Straight to me")
TILL_ACCOUNT_WAY: Final = mark("Through a till account")

# By the names of the page's fields.
FIELD_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "KIOSK_LANGUAGE": mark("Language"),
        "WIFI_SSID": mark("Wi-Fi of the shop"),
        "WIFI_OTHER": mark("Name of another network, if it is not in the list"),
        "WIFI_PASSPHRASE": mark("Passphrase of the Wi-Fi"),
        "WIFI_COUNTRY": mark("Country of the shop, two letters like SV; only for Wi-Fi"),
        "KIOSK_RECEIVE": mark("How does the money reach you?"),
        "BLINKPOS_API_KEY": mark("Key of the till account; only with one"),
        "PAYEE": mark("Who gets the money? A Blink name, or name@domain"),
        "KIOSK_NAME": mark("The shop's name on the screen, if you like"),
        "KIOSK_CURRENCY": mark("Which currency are prices in?"),
        "KIOSK_TIMEZONE": mark("Where is the shop? This sets the clock."),
        "KIOSK_PIN": mark("Choose a manager PIN"),
        "KIOSK_PIN_AGAIN": mark("The same PIN again"),
    }
)
FIELD_MISTAKES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "KIOSK_LANGUAGE": mark("Choose one from the list."),
        "WIFI_SSID": mark("A network's name has 1 to 32 letters."),
        "WIFI_OTHER": mark("A network's name has 1 to 32 letters."),
        "WIFI_PASSPHRASE": mark("A passphrase has 8 to 63 letters, digits or signs."),
        "WIFI_COUNTRY": mark("A country has two letters, like SV."),
        "KIOSK_RECEIVE": mark("Choose one from the list."),
        "BLINKPOS_API_KEY": mark(
            "A key of Blink is blink_ and letters and digits. Paste it whole."
        ),
        "PAYEE": mark("That is no name and no address like name@domain."),
        "KIOSK_NAME": mark("A name has at most 40 letters, and no backslash."),
        "KIOSK_CURRENCY": mark("A currency has three letters, like USD."),
        "KIOSK_TIMEZONE": mark("Choose one from the list."),
        "KIOSK_PIN": mark("A PIN has 4 to 12 digits."),
        "KIOSK_PIN_AGAIN": mark("The two PINs were not the same. Begin again."),
    }
)

PHONE_FAILURES: Final[Mapping[PhoneFailure, str]] = MappingProxyType(
    {
        PhoneFailure.NOT_ALLOWED: mark(
            "The till is set up already, or its settings have changed meanwhile. Begin again."
        ),
        PhoneFailure.NO_RADIO: mark(
            "No network could be opened for the phone. Is there Wi-Fi in this box, and is it on?"
        ),
        PhoneFailure.WRONG_DIGITS: mark("The digits were wrong five times. Try again."),
        PhoneFailure.TOO_LATE: mark("The time for the page is over. Try again."),
        PhoneFailure.NOT_JOINED: mark(
            "The shop's network could not be joined. Try again, and check its passphrase."
        ),
        PhoneFailure.WPA3_ALONE: mark(
            "{name} could not be joined: it speaks WPA3 alone. Set its router to WPA2 and WPA3, and"
            " try again."
        ),
        PhoneFailure.REFUSED: mark("A sale would not work like this. Put it right, and try again."),
        PhoneFailure.NOT_CONFIRMED: mark(
            "Nobody agreed here to who gets the money, so nothing is changed. Try again."
        ),
        PhoneFailure.NOT_SAVED: mark("The settings could not be saved. Is the memory card full?"),
        PhoneFailure.UNFINISHED: mark(
            "Saved in part: the memory card failed. Switch the box off and on, and all is in force."
        ),
        PhoneFailure.NO_ANSWER: mark("The box does not answer. Switch it off and on again."),
    }
)

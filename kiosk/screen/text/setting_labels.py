"""What settings are called on the screen; in files they keep their names."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kiosk.screen.text.catalogs import mark
from kiosk.screen.text.labels import LANGUAGE_NAMES
from kiosk.screen.text.words import Words

GROUP_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Accounts": mark("Who gets the money"),
        "Selling": mark("Selling"),
        "This kiosk": mark("This till"),
        "Receipts": mark("Receipts"),
        "Screen and sound": mark("Screen and sound"),
        "Keypad, LED, buzzer": mark("Keypad, LED, buzzer"),
    }
)

# What has no label here is shown by its name.
SETTING_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "KIOSK_RECEIVE": mark("Way of the money"),
        "MERCHANT_ADDRESS": mark("Lightning address"),
        "MERCHANT_USERNAME": mark("Blink user name"),
        "BLINKPOS_API_KEY": mark("Key of the till account"),
        "MERCHANT_API_KEY": mark("Key of the merchant"),
        "MERCHANT_UPDATES": mark("Show other receipts"),
        "KIOSK_CURRENCY": mark("Currencies"),
        "KIOSK_SATS": mark("How sats are written"),
        "KIOSK_INVOICE_MINUTES": mark("Minutes to pay"),
        "KIOSK_MAX_SAT": mark("Largest sale in sats"),
        "KIOSK_OVER_LIMIT": mark("Above the day's limit"),
        "KIOSK_TIPS": mark("Tips in percent"),
        "KIOSK_TAX": mark("Taxes in percent"),
        "KIOSK_ITEMS": mark("Quick items"),
        "KIOSK_SUCCESS_SECONDS": mark("Seconds of success"),
        "KIOSK_PIN": mark("Manager PIN"),
        "KIOSK_CASHIERS": mark("Cashiers"),
        "KIOSK_ID": mark("Till's name in memos"),
        "KIOSK_TIMEZONE": mark("Time zone"),
        "KIOSK_LOG": mark("Log"),
        "KIOSK_LANGUAGE": mark("Language"),
        "KIOSK_CUSTOMER_LANGUAGES": mark("Customers' languages"),
        "KIOSK_NAME": mark("Shop's name"),
        "KIOSK_RECEIPT": mark("Receipts after a sale"),
        "KIOSK_PRINTER": mark("Receipt printer"),
        "KIOSK_PAPER": mark("Width of the paper in mm"),
        "KIOSK_DRAWER": mark("Open the cash drawer"),
        "KIOSK_ADDRESS": mark("Shop's address"),
        "KIOSK_TAX_NUMBER": mark("Tax number"),
        "KIOSK_RECEIPT_HEADER": mark("Lines above a receipt"),
        "KIOSK_RECEIPT_FOOTER": mark("Lines below a receipt"),
        "KIOSK_THEME": mark("Colours"),
        "KIOSK_KEY_ORDER": mark("Order of the digits"),
        "KIOSK_LEFT_HANDED": mark("Left-handed"),
        "KIOSK_COPIES": mark("Copies on a USB stick"),
        "KIOSK_LAST_SALES": mark("Last sales for all"),
        "KIOSK_SCREEN": mark("Size of the picture"),
        "KIOSK_ROTATE": mark("Turn the picture"),
        "KIOSK_TOUCH_ROTATE": mark("Turn the touch"),
        "KIOSK_BRIGHTNESS": mark("Brightness in percent"),
        "KIOSK_DIM_SECONDS": mark("Dim after seconds"),
        "KIOSK_BLANK_SECONDS": mark("Dark after seconds"),
        "KIOSK_VOLUME": mark("Volume"),
        "KIOSK_AUDIO_DEVICE": mark("Speaker"),
        "KIOSK_GPIO": mark("Use the pins"),
        "KIOSK_KEYPAD_ROWS": mark("Keypad's rows"),
        "KIOSK_KEYPAD_COLUMNS": mark("Keypad's columns"),
        "KIOSK_KEYPAD_LAYOUT": mark("Keypad's legends"),
        "KIOSK_LED_PIN": mark("LED's pin"),
        "KIOSK_BUZZER_PIN": mark("Buzzer's pin"),
    }
)

# Languages are in `labels`; what has no label here is shown as it is written.
CHOICE_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "on": mark("on"),
        "off": mark("off"),
        "auto": mark("by itself"),
        "forward": mark("through the till account"),
        "direct": mark("straight to the merchant"),
        "sats": mark("sats: 1,234 sats"),
        "bitcoin": mark("bitcoin: ₿1,234"),
        "hold": mark("take, forward later"),
        "refuse": mark("refuse"),
        "info": mark("brief"),
        "debug": mark("everything"),
        "light": mark("light"),
        "dark": mark("dark"),
        "contrast": mark("strong contrast"),
        "phone": mark("123 on top, as on a phone"),
        "calculator": mark("789 on top, as on a calculator"),
        "amounts": mark("with amounts"),
        "times": mark("times only"),
        "ask": mark("by a key"),
        "always": mark("always"),
    }
)


def choice_label(words: Words, value: str) -> str:
    """A value as it is called on the screen."""
    if value in LANGUAGE_NAMES:
        return LANGUAGE_NAMES[value]
    label = CHOICE_LABELS.get(value)
    return value if label is None else words.tr(label)


def setting_label(words: Words, name: str) -> str:
    """What a setting is called."""
    label = SETTING_LABELS.get(name)
    return name if label is None else words.tr(label)

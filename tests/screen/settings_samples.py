"""The pages of the settings, for pictures and tests."""

from dataclasses import replace

from kiosk.sale.letters import TypedText
from kiosk.sale.phone_setup import PhoneFailure, PhoneProgress, PhoneStep, failed
from kiosk.sale.settings_change import ChangeOutcome, SettingsChangeResult, StickFile
from kiosk.sale.settings_pages import PINS_DIFFER
from kiosk.sale.settings_screen import SettingsScreen, SettingsStep
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.settings import load
from kiosk.settings.on_screen import editable_settings
from tests.screen.first_run_samples import CODES

ENVIRON = {
    "KIOSK_RECEIVE": "direct",
    "MERCHANT_ADDRESS": "cafe_satoshi@blink.sv",
    "KIOSK_NAME": "Café Satoshi",
    "KIOSK_TIMEZONE": "America/El_Salvador",
    "KIOSK_TIPS": "5,10,15",
    "KIOSK_TAX": "VAT 19, reduced 7",
    "KIOSK_ITEMS": "Coffee to go;2.50 | Slice of cake;3.50;EUR;reduced;brown",
    "KIOSK_ID": "till-1",
    "KIOSK_JOURNAL": "/journal",
}
SETTINGS = editable_settings(load(ENVIRON))
BY_NAME = {setting.name: setting for setting in SETTINGS}
NEW_PAYEE = "new.shop@pay.example"
CHANGES = (("MERCHANT_ADDRESS", NEW_PAYEE), ("KIOSK_THEME", "dark"))
FITS = SettingsChangeResult(
    ChangeOutcome.FITS,
    changed=("BLINKPOS_API_KEY", "KIOSK_CURRENCY", "MERCHANT_USERNAME"),
    payee="cafe_satoshi",
)


def settings_screens() -> dict[str, SettingsScreen]:
    """Every picture of the settings."""
    begun = SettingsScreen(SETTINGS)
    screens = {
        f"settings-{number}": SettingsScreen(
            SETTINGS, SettingsStep.LIST, group, changes=CHANGES if number % 2 else ()
        )
        for number, group in enumerate(begun.groups)
    }
    wrong = SettingsChangeResult(
        ChangeOutcome.WRONG,
        ("MERCHANT_ADDRESS: give either this or MERCHANT_USERNAME, not both",),
    )
    forward = editable_settings(
        load(
            {
                "KIOSK_RECEIVE": "forward",
                "BLINKPOS_API_KEY": "blink_x",
                "MERCHANT_USERNAME": "cafe_satoshi",
            }
        )
    )
    with_key = SettingsScreen(forward, wants_phone=True)
    right = PhoneProgress(
        PhoneStep.CONFIRMING,
        payee="cafe_satoshi",
        account="cafe_satoshi_till",
        key_ends_at=1_900_000_000,
    )
    screens |= {
        "settings-with-key": replace(with_key, wants_phone=False),
        "settings-phone_key": replace(with_key, step=SettingsStep.PHONE_KEY),
        "settings-phone-pin": replace(with_key, step=SettingsStep.PIN),
        "settings-phone-codes": replace(with_key, step=SettingsStep.PHONE, phone=CODES),
        "settings-phone-confirming": replace(with_key, step=SettingsStep.PHONE, phone=right),
        "settings-phone-unknown": replace(
            with_key,
            step=SettingsStep.PHONE,
            phone=replace(right, account="", key_ends_at=None),
        ),
        "settings-phone-failed": replace(
            with_key, step=SettingsStep.PHONE, phone=failed(PhoneFailure.TOO_LATE)
        ),
    }
    return screens | {
        "settings-groups": SettingsScreen(SETTINGS, changes=CHANGES),
        "settings-items": SettingsScreen(
            SETTINGS, SettingsStep.PARTS, setting=BY_NAME["KIOSK_ITEMS"]
        ),
        "settings-item": SettingsScreen(
            SETTINGS,
            SettingsStep.TEXT,
            setting=BY_NAME["KIOSK_ITEMS"],
            part=1,
            typed=TypedText("Slice of cake;3.50;EUR;reduced;brown"),
        ),
        "settings-choice": SettingsScreen(
            SETTINGS, SettingsStep.CHOICE, setting=BY_NAME["KIOSK_LANGUAGE"]
        ),
        "settings-text": SettingsScreen(
            SETTINGS,
            SettingsStep.TEXT,
            setting=BY_NAME["KIOSK_TIPS"],
            typed=TypedText("5,100,x"),
            problem=BY_NAME["KIOSK_TIPS"].problem("5,100,x"),
        ),
        "settings-cashiers": SettingsScreen(
            SETTINGS,
            SettingsStep.TEXT,
            setting=BY_NAME["KIOSK_CASHIERS"],
            typed=TypedText("01 Ana, 02 Bo 4711, 03 Carla 58"),
        ),
        "settings-new-pin-again": SettingsScreen(
            SETTINGS,
            SettingsStep.TEXT,
            setting=BY_NAME["KIOSK_PIN"],
            typed=TypedText("47"),
            typed_first="4711",
        ),
        "settings-new-pins-differ": SettingsScreen(
            SETTINGS, SettingsStep.TEXT, setting=BY_NAME["KIOSK_PIN"], problem=PINS_DIFFER
        ),
        "settings-pin": SettingsScreen(
            SETTINGS, SettingsStep.PIN, typed=TypedText("1234"), changes=CHANGES, payee=NEW_PAYEE
        ),
        "settings-looking-up": SettingsScreen(SETTINGS, SettingsStep.LOOKING_UP, changes=CHANGES),
        "settings-payee-unknown": SettingsScreen(
            SETTINGS,
            SettingsStep.PAYEE_REFUSED,
            changes=CHANGES,
            trouble=Trouble(TroubleKind.MERCHANT_UNKNOWN, NEW_PAYEE),
        ),
        "settings-payee-offline": SettingsScreen(
            SETTINGS,
            SettingsStep.PAYEE_REFUSED,
            changes=CHANGES,
            trouble=Trouble(TroubleKind.NO_CONNECTION),
        ),
        "settings-reading-stick": SettingsScreen(SETTINGS, SettingsStep.READING_STICK),
        "settings-stick": SettingsScreen(
            SETTINGS,
            SettingsStep.PIN,
            stick=FITS,
        ),
        "settings-stick-left": SettingsScreen(
            SETTINGS,
            SettingsStep.ANSWER,
            stick=FITS,
            result=SettingsChangeResult(ChangeOutcome.IN_FORCE, stick_file=StickFile.LEFT),
        ),
        "settings-saving": SettingsScreen(SETTINGS, SettingsStep.SAVING),
        "settings-wrong": SettingsScreen(SETTINGS, SettingsStep.ANSWER, result=wrong),
        "settings-applied": SettingsScreen(
            SETTINGS,
            SettingsStep.ANSWER,
            result=SettingsChangeResult(ChangeOutcome.IN_FORCE),
        ),
        "settings-saved": SettingsScreen(
            SETTINGS,
            SettingsStep.ANSWER,
            changes=CHANGES,
            result=SettingsChangeResult(ChangeOutcome.IN_FORCE),
        ),
    }

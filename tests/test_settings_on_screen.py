"""The settings as the screen shows them, read from the one table."""

from dataclasses import replace

import pytest

from kiosk.screen.text.setting_labels import GROUP_LABELS, SETTING_LABELS
from kiosk.settings import TABLE, load
from kiosk.settings.entry import Group
from kiosk.settings.on_screen import editable_settings, text_of, with_changes

ENVIRON = {
    "BLINKPOS_API_KEY": "blink_s3cret",
    "MERCHANT_USERNAME": "shop",
    "KIOSK_PIN": "2580",
    "KIOSK_CURRENCY": "EUR,USD",
    "KIOSK_TIPS": "5,10,15",
    "KIOSK_TAX": "VAT 19, reduced 7.5",
    "KIOSK_TIMEZONE": "America/El_Salvador",
    "KIOSK_CUSTOMER_LANGUAGES": "es,en",
    "KIOSK_KEYPAD_ROWS": "5,6,13,26",
    "KIOSK_KEYPAD_COLUMNS": "22,23,24",
    "KIOSK_SCREEN": "800x480",
    "KIOSK_LED_PIN": "",
    "KIOSK_NAME": "Café",
    "KIOSK_PRINTER": "tcp://192.168.1.50:9100",
    "KIOSK_ADDRESS": "Main Street 5, left|1000 Town",
}
SETTINGS = editable_settings(load(ENVIRON))


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_the_text_of_a_setting_is_read_as_the_value_that_it_shows(setting: object) -> None:
    from kiosk.sale.settings_screen import EditableSetting

    assert isinstance(setting, EditableSetting)
    if setting.is_secret:
        assert setting.value == ""
        return
    entry = TABLE[setting.name]
    assert setting.problem(setting.value) == ""
    assert text_of(entry.read(setting.value)) == setting.value
    for choice in setting.choices:
        assert setting.problem(choice) == ""


def test_no_secret_is_on_the_screen_and_what_a_file_alone_may_set_cannot_be_changed() -> None:
    assert "s3cret" not in repr(SETTINGS)
    by_name = {setting.name: setting for setting in SETTINGS}
    assert by_name["BLINKPOS_API_KEY"].is_set
    assert not by_name["BLINKPOS_API_KEY"].can_change
    assert not by_name["MERCHANT_API_KEY"].is_set
    assert {"KIOSK_JOURNAL", "KIOSK_LOGO", "BLINK_API_URL"}.isdisjoint(by_name)


def test_every_setting_and_group_on_the_screen_has_a_label() -> None:
    assert {setting.name for setting in SETTINGS} == set(SETTING_LABELS)
    assert {group.value for group in Group} == set(GROUP_LABELS)


def test_a_mistake_is_the_parsers_own_sentence() -> None:
    by_name = {setting.name: setting for setting in SETTINGS}
    assert by_name["KIOSK_TIPS"].problem("5,x") == "must be a whole number from 1 to 100"


def test_changed_texts_make_the_settings_that_a_new_start_would_read() -> None:
    changes = {"KIOSK_TIPS": "7", "KIOSK_NAME": "", "KIOSK_MAX_SAT": "", "KIOSK_LED_PIN": "17"}
    changed = {name: text for name, text in {**ENVIRON, **changes}.items() if text}
    expected, settings = load(changed), with_changes(load(ENVIRON), changes)
    assert settings.pin is not None
    assert replace(settings, pin=None) == replace(expected, pin=None)


def test_what_applies_at_once_is_no_account_no_pin_and_nothing_of_the_machine() -> None:
    at_once = {name for name, entry in TABLE.items() if entry.applies_at_once}
    assert {"KIOSK_THEME", "KIOSK_TIPS", "KIOSK_VOLUME", "KIOSK_MAX_SAT"} <= at_once
    for name in at_once:
        entry = TABLE[name]
        assert entry.changed_on_screen
        assert not entry.secret
        assert entry.group not in (Group.ACCOUNTS, Group.WIRING)

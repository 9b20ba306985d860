"""What is typed on the phone becomes settings, or the fields are named that are wrong."""

import pytest

from kiosk.phone_setup.form import (
    FIELDS,
    SECRET_FIELDS,
    read_form,
    settings_of_form,
    shown_again,
    wrong_fields,
)
from kiosk.provision.phone_tasks import settings_problems
from kiosk.screen.text.phone_texts import FIELD_LABELS, FIELD_MISTAKES

KEY = "blink_abcDEF123"
FILLED = {
    "KIOSK_LANGUAGE": "es",
    "WIFI_SSID": "Shop",
    "WIFI_PASSPHRASE": "correct horse",
    "WIFI_COUNTRY": "sv",
    "KIOSK_RECEIVE": "forward",
    "BLINKPOS_API_KEY": KEY,
    "PAYEE": "cafe_satoshi",
    "KIOSK_NAME": "Café Satoshi",
    "KIOSK_CURRENCY": "USD",
    "KIOSK_TIMEZONE": "America/El_Salvador",
    "KIOSK_PIN": "2580",
    "KIOSK_PIN_AGAIN": "2580",
}


def wrong(**changed: str) -> tuple[str, ...]:
    return wrong_fields(read_form({**FILLED, **changed}, {}), settings_problems)


def test_a_form_for_a_till_account_makes_its_settings() -> None:
    assert wrong() == ()
    values = settings_of_form(read_form(FILLED, {}))
    assert values["MERCHANT_USERNAME"] == "cafe_satoshi"
    assert values["BLINKPOS_API_KEY"] == KEY
    assert values["WIFI_COUNTRY"] == "SV"
    assert "MERCHANT_ADDRESS" not in values


@pytest.mark.parametrize(
    ("typed", "setting", "kept"),
    [
        ("Cafe_Satoshi", "MERCHANT_USERNAME", "cafe_satoshi"),
        ("lightning:Shop@Pay.example", "MERCHANT_ADDRESS", "shop@pay.example"),
    ],
)
def test_a_direct_form_names_the_merchant_without_a_guess_at_blinks_domain_and_takes_no_key(
    typed: str, setting: str, kept: str
) -> None:
    assert wrong(KIOSK_RECEIVE="direct", PAYEE=typed) == ()
    form = read_form({**FILLED, "KIOSK_RECEIVE": "direct", "PAYEE": typed}, {})
    values = settings_of_form(form)
    payees = {name: text for name, text in values.items() if name.startswith("MERCHANT_")}
    assert payees == {setting: kept}
    assert "BLINKPOS_API_KEY" not in values


def test_without_a_network_none_is_changed() -> None:
    assert wrong(WIFI_SSID="", WIFI_COUNTRY="", WIFI_PASSPHRASE="") == ()
    form = read_form({**FILLED, "WIFI_SSID": ""}, {})
    assert not any(name.startswith("WIFI") for name in settings_of_form(form))


def test_a_network_that_is_not_in_the_list_is_a_hidden_one() -> None:
    values = settings_of_form(read_form({**FILLED, "WIFI_OTHER": "Cellar"}, {}))
    assert (values["WIFI_SSID"], values["WIFI_HIDDEN"]) == ("Cellar", "on")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("KIOSK_LANGUAGE", "xx"),
        ("WIFI_SSID", "é" * 17),
        ("WIFI_PASSPHRASE", "short"),
        ("WIFI_COUNTRY", "S"),
        ("BLINKPOS_API_KEY", ""),
        ("BLINKPOS_API_KEY", "not a key"),
        ("PAYEE", ""),
        ("PAYEE", "+50312345678"),
        ("KIOSK_NAME", "a\\b"),
        ("KIOSK_CURRENCY", "dollars"),
        ("KIOSK_TIMEZONE", ""),
        ("KIOSK_TIMEZONE", "Mars/Base"),
        ("KIOSK_PIN_AGAIN", "0852"),
    ],
)
def test_a_wrong_answer_is_named_by_its_field_alone(field: str, text: str) -> None:
    assert wrong(**{field: text}) == (field,)


def test_a_way_of_the_money_that_is_none_is_refused() -> None:
    assert "KIOSK_RECEIVE" in wrong(KIOSK_RECEIVE="steal")


@pytest.mark.parametrize("pin", ["", "123", "12a4"])
def test_a_pin_must_be_one(pin: str) -> None:
    assert wrong(KIOSK_PIN=pin, KIOSK_PIN_AGAIN=pin) == ("KIOSK_PIN",)


def test_all_mistakes_are_named_at_once_in_the_order_of_the_page() -> None:
    assert wrong(KIOSK_PIN_AGAIN="1", WIFI_COUNTRY="", BLINKPOS_API_KEY="x") == (
        "WIFI_COUNTRY",
        "BLINKPOS_API_KEY",
        "KIOSK_PIN_AGAIN",
    )


@pytest.mark.parametrize(
    "form",
    [
        [],
        None,
        {"KIOSK_NAME": 5},
        {"KIOSK_NAME": "x" * 41},
        {"KIOSK_NAME": "two\nlines"},
        {"WIFI_SSID": "\u202eevil"},
    ],
)
def test_what_is_no_form_is_refused_without_a_word_of_it(form: object) -> None:
    with pytest.raises(ValueError) as refused:
        read_form(form, {})
    assert "evil" not in str(refused.value)


def test_secrets_that_were_typed_before_are_kept_and_never_shown_again() -> None:
    before = read_form(FILLED, {})
    again = read_form({**FILLED, **dict.fromkeys(SECRET_FIELDS, "")}, before)
    assert again == before
    assert not set(shown_again(before)) & set(SECRET_FIELDS)


def test_a_field_that_is_emptied_and_no_secret_stays_empty() -> None:
    assert read_form({**FILLED, "KIOSK_NAME": ""}, read_form(FILLED, {}))["KIOSK_NAME"] == ""


def test_every_field_has_a_label_and_a_sentence_for_a_mistake() -> None:
    assert list(FIELD_LABELS) == list(FIELD_MISTAKES) == list(FIELDS)


def test_the_passphrase_of_one_network_is_not_used_for_another() -> None:
    """It was, so that an open network could not be chosen any more."""
    first = read_form(FILLED, {})
    again = {**FILLED, "WIFI_PASSPHRASE": ""}
    assert read_form(again, first)["WIFI_PASSPHRASE"] == "correct horse"
    assert read_form({**again, "WIFI_SSID": "Square"}, first)["WIFI_PASSPHRASE"] == ""
    assert read_form({**again, "WIFI_OTHER": "Cellar"}, first)["WIFI_PASSPHRASE"] == ""

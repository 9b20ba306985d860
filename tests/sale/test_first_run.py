"""From the box to the first sale: questions and answers, and one request at the end."""

from dataclasses import replace

import pytest

from kiosk.sale import first_run
from kiosk.sale.first_run_screen import (
    DIRECT,
    PAGE_CHOICES,
    TILL_ACCOUNT,
    CheckNetwork,
    FirstRun,
    FirstRunEffect,
    FirstRunStep,
    Machine,
    Mistake,
    Question,
)
from kiosk.sale.keys import Key
from kiosk.sale.lightning_address import LightningAddress
from kiosk.sale.payee_lookup import LookUpPayee, PayeeFound, PayeeNotFound, payee_of
from kiosk.sale.places import currencies_likely_first, zones_likely_first
from kiosk.sale.settings_change import (
    ChangeOutcome,
    ChangeSettings,
    RequestKind,
    SettingsChangeResult,
)
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.wifi import (
    JoinWifi,
    Network,
    NetworkList,
    ScanWifi,
    Security,
    WifiJoinResult,
    WifiNotice,
    WifiScanResult,
)
from tests.sale.tills import ACCOUNT, USD

ZONES = ("America/El_Salvador", "America/Guatemala", "Europe/Berlin", "Asia/Tokyo", "UTC")
MACHINE = Machine(("en", "es", "de"), ZONES, "UTC")
HOME = Network("Casa", "AA:BB:CC:DD:EE:FF", 80, Security.PERSONAL)


class Merchant:
    """Who stands in front of the screen; `asked` are the effects so far."""

    def __init__(self, machine: Machine = MACHINE) -> None:
        self.screen: FirstRun = first_run.begin(machine)
        self.asked: list[FirstRunEffect] = []

    def take(self, step: FirstRunStep) -> None:
        self.screen, effects = step
        self.asked += effects

    def press(self, *keys: Key | str) -> "Merchant":
        for key in keys:
            self.take(first_run.handle_key(self.screen, Key(key), 0.0))
        return self

    def type(self, text: str) -> "Merchant":
        for letter in text:
            self.screen = first_run.handle_letter(self.screen, letter, 0.0)
        return self

    def at(self, question: Question) -> None:
        assert self.screen.question is question

    def network(self, *, is_there: bool) -> "Merchant":
        self.take(first_run.handle_network(self.screen, is_there=is_there, now_s=0.0))
        return self

    def found(self, name: str) -> "Merchant":
        account = replace(ACCOUNT, merchant_name=name, currencies={"USD": USD, "GTQ": USD})
        asked = payee_of(self.screen.payee_typed)
        self.screen = first_run.handle_payee(self.screen, PayeeFound(asked, account))
        return self

    def not_found(self, trouble: Trouble) -> "Merchant":
        asked = payee_of(self.screen.payee_typed)
        self.screen = first_run.handle_payee(self.screen, PayeeNotFound(asked, trouble))
        return self

    def choose(self, choice: str) -> "Merchant":
        place = self.screen.shown_choices.index(choice) + 1
        return self.press(str(place))


def to_payee(merchant: Merchant) -> Merchant:
    return merchant.choose("es").network(is_there=True).choose(DIRECT)


def to_pin(merchant: Merchant) -> Merchant:
    to_payee(merchant).type("tienda").press(Key.CHARGE).found("tienda@blink.sv")
    merchant.press(Key.CHARGE).type("La Tienda").press(Key.CHARGE)
    return merchant.choose("America/Guatemala").choose("GTQ")


def test_four_answers_and_a_pin_are_one_request_for_settings() -> None:
    merchant = to_pin(Merchant())
    assert not any(isinstance(effect, ChangeSettings) for effect in merchant.asked)
    merchant.press("2", "5", "8", "0", Key.CHARGE)
    merchant.at(Question.PIN_AGAIN)
    merchant.press("2", "5", "8", "0", Key.CHARGE)
    merchant.at(Question.SAVING)
    change = merchant.asked[-1]
    assert isinstance(change, ChangeSettings)
    assert dict(change.changes) == {
        "KIOSK_RECEIVE": "direct",
        "MERCHANT_ADDRESS": "tienda@blink.sv",
        "KIOSK_LANGUAGE": "es",
        "KIOSK_NAME": "La Tienda",
        "KIOSK_CURRENCY": "GTQ",
        "KIOSK_TIMEZONE": "America/Guatemala",
        "KIOSK_PIN": "2580",
    }
    result = SettingsChangeResult(ChangeOutcome.IN_FORCE)
    assert first_run.handle_saved(merchant.screen, result).question is Question.DONE


def test_with_a_network_the_wifi_is_not_asked_about() -> None:
    merchant = Merchant().choose("es")
    assert merchant.asked == [CheckNetwork()]
    merchant.network(is_there=True).at(Question.MONEY)


def test_without_one_a_network_is_joined_and_the_questions_go_on() -> None:
    merchant = Merchant().choose("es").network(is_there=False)
    assert merchant.asked == [CheckNetwork(), ScanWifi()]
    merchant.take(first_run.handle_wifi_result(merchant.screen, WifiScanResult((HOME,)), 0.0))
    merchant.press("1").type("contrase").press(Key.CHARGE)
    assert JoinWifi(HOME, "contrase") in merchant.asked
    joined = WifiJoinResult(WifiNotice.JOINED)
    merchant.take(first_run.handle_wifi_result(merchant.screen, joined, 0.0))
    assert merchant.asked[-1] == CheckNetwork()
    merchant.network(is_there=True).at(Question.MONEY)


def test_a_wrong_passphrase_is_typed_again() -> None:
    merchant = Merchant().choose("es").network(is_there=False)
    merchant.take(first_run.handle_wifi_result(merchant.screen, WifiScanResult((HOME,)), 0.0))
    merchant.press("1").type("contrase").press(Key.CHARGE)
    refused = WifiJoinResult(WifiNotice.REFUSED)
    merchant.take(first_run.handle_wifi_result(merchant.screen, refused, 0.0))
    merchant.at(Question.NETWORK)
    assert merchant.screen.takes_letters


def test_where_no_network_is_seen_the_radio_is_told_its_country_once() -> None:
    blind = WifiScanResult((), WifiNotice.NO_ADAPTER)
    merchant = Merchant().choose("es").network(is_there=False)
    merchant.take(first_run.handle_wifi_result(merchant.screen, blind, 0.0))
    merchant.at(Question.COUNTRY)
    merchant.type("s").press(Key.CHARGE)
    assert merchant.screen.mistake is Mistake.NO_COUNTRY
    merchant.type("v").press(Key.CHARGE)
    country = ChangeSettings((("WIFI_COUNTRY", "SV"),), kind=RequestKind.RADIO)
    assert merchant.asked[-1] == country
    merchant.take(first_run.handle_radio(merchant.screen, 0.0))
    assert merchant.asked[-2:] == [ScanWifi(), CheckNetwork()]
    merchant.take(first_run.handle_wifi_result(merchant.screen, blind, 0.0))
    merchant.at(Question.NETWORK)


def test_leaving_the_wifi_leads_back_to_the_language() -> None:
    merchant = Merchant().choose("es").network(is_there=False)
    assert isinstance(merchant.screen.network, NetworkList)
    merchant.press(Key.CLEAR).at(Question.LANGUAGE)
    assert merchant.screen.network is None


@pytest.mark.parametrize(
    ("typed", "look_up"),
    [
        ("Tienda", LookUpPayee("tienda")),
        ("Tienda@Blink.sv", LookUpPayee("tienda", LightningAddress("tienda", "blink.sv"))),
        (
            " lightning:ana@pay.example ",
            LookUpPayee("ana", LightningAddress("ana", "pay.example")),
        ),
    ],
)
def test_a_name_or_an_address_is_looked_up(typed: str, look_up: LookUpPayee) -> None:
    merchant = to_payee(Merchant()).type(typed).press(Key.CHARGE)
    assert merchant.asked[-1] == look_up
    merchant.at(Question.LOOKING_UP)


@pytest.mark.parametrize("typed", ["", "a b", "+50370001234", "50370001234", "x@y", "a@b@c.de"])
def test_what_is_no_address_is_said_and_nothing_is_asked(typed: str) -> None:
    merchant = to_payee(Merchant()).type(typed).press(Key.CHARGE)
    merchant.at(Question.PAYEE)
    assert merchant.screen.mistake is Mistake.NO_ADDRESS
    assert not any(isinstance(effect, LookUpPayee) for effect in merchant.asked)


def test_a_payee_that_cannot_be_looked_up_now_is_tried_again_or_typed_anew() -> None:
    merchant = to_payee(Merchant()).type("tienda").press(Key.CHARGE)
    offline = Trouble(TroubleKind.NO_CONNECTION)
    merchant.not_found(offline)
    merchant.at(Question.PAYEE_REFUSED)
    assert merchant.screen.trouble == offline
    merchant.press(Key.CHARGE).at(Question.LOOKING_UP)
    assert merchant.asked[-2:] == [LookUpPayee("tienda")] * 2
    merchant.not_found(offline)
    merchant.press(Key.CLEAR).at(Question.PAYEE)
    assert merchant.screen.typed.text == "tienda"


def test_a_name_that_nobody_has_is_typed_again_from_where_it_was() -> None:
    merchant = to_payee(Merchant()).type("tienda").press(Key.CHARGE)
    unknown = Trouble(TroubleKind.MERCHANT_UNKNOWN, "tienda")
    merchant.not_found(unknown)
    merchant.at(Question.PAYEE)
    assert (merchant.screen.typed.text, merchant.screen.mistake) == ("tienda", Mistake.NOBODY)


def test_an_answer_that_comes_after_the_question_was_left_changes_nothing() -> None:
    merchant = to_payee(Merchant()).type("tienda").press(Key.CHARGE, Key.CLEAR)
    before = merchant.screen
    merchant.found("tienda@blink.sv")
    assert merchant.screen is before
    assert merchant.not_found(Trouble(TroubleKind.NO_CONNECTION)).screen is before
    assert first_run.handle_saved(before, SettingsChangeResult(ChangeOutcome.IN_FORCE)) is before


def test_the_answer_about_another_name_is_not_this_ones() -> None:
    merchant = to_payee(Merchant()).type("tienda").press(Key.CHARGE)
    before = merchant.screen
    answer = PayeeFound(payee_of("thief"), replace(ACCOUNT, merchant_name="thief@blink.sv"))
    assert first_run.handle_payee(before, answer) is before


def test_nobody_is_paid_whom_the_merchant_did_not_see() -> None:
    merchant = to_payee(Merchant()).type("tienda").press(Key.CHARGE).found("tienda@blink.sv")
    merchant.at(Question.PAYEE_RIGHT)
    merchant.press(Key.CLEAR).at(Question.PAYEE)
    assert merchant.screen.typed.text == "tienda"
    merchant.press(Key.DELETE, Key.CHARGE)
    assert merchant.asked[-1] == LookUpPayee("tiend")


def test_a_pin_is_typed_twice_and_is_long_enough() -> None:
    short = to_pin(Merchant()).press("1", "2", "3", Key.CHARGE)
    assert short.screen.mistake is Mistake.PIN_SHORT
    merchant = to_pin(Merchant())
    merchant.press("1", "2", "3", "4", Key.CHARGE, "1", "2", "3", "5", Key.CHARGE)
    merchant.at(Question.PIN)
    assert merchant.screen.mistake is Mistake.PINS_DIFFER
    assert merchant.screen.typed.text == ""


def test_what_was_not_saved_can_be_tried_again_with_the_same_answers() -> None:
    merchant = to_pin(Merchant())
    merchant.press("2", "5", "8", "0", Key.CHARGE, "2", "5", "8", "0", Key.CHARGE)
    first = merchant.asked[-1]
    failed = SettingsChangeResult(ChangeOutcome.NO_ANSWER)
    merchant.screen = first_run.handle_saved(merchant.screen, failed)
    merchant.at(Question.NOT_SAVED)
    merchant.press(Key.CHARGE).at(Question.SAVING)
    assert merchant.asked[-1] == first
    assert merchant.asked[-1] is not first


def test_clear_leads_back_step_by_step_to_the_language_and_keeps_the_answers() -> None:
    merchant = to_pin(Merchant())
    seen = []
    while merchant.screen.question is not Question.LANGUAGE:
        merchant.press(Key.CLEAR)
        seen.append(merchant.screen.question)
    assert seen == [
        Question.CURRENCY,
        Question.TIME_ZONE,
        Question.SHOP_NAME,
        Question.PAYEE_RIGHT,
        Question.PAYEE,
        Question.MONEY,
        Question.LANGUAGE,
    ]
    assert merchant.screen.answers.shop_name == "La Tienda"
    assert merchant.screen.payee_typed == "tienda"


def test_a_till_account_is_told_how_and_leads_back() -> None:
    merchant = Merchant().choose("es").network(is_there=True).choose(TILL_ACCOUNT)
    merchant.at(Question.TILL_ACCOUNT)
    merchant.press("2").at(Question.TILL_ACCOUNT)
    merchant.press(Key.CLEAR).at(Question.MONEY)


def test_a_time_zone_is_searched_by_letters() -> None:
    merchant = to_payee(Merchant()).type("tienda").press(Key.CHARGE).found("tienda@blink.sv")
    merchant.press(Key.CHARGE, Key.CHARGE, Key.CHECK).type("el salv").press(Key.CHARGE)
    merchant.at(Question.TIME_ZONE)
    assert merchant.screen.choices == ("America/El_Salvador",)
    merchant.press(Key.CLEAR)
    assert len(merchant.screen.choices) == len(ZONES)
    merchant.press(Key.CHECK).type("atlantis").press(Key.CHARGE)
    merchant.at(Question.TIME_ZONE_SEARCH)
    assert merchant.screen.mistake is Mistake.NOTHING_FOUND


def test_more_choices_than_a_page_holds_are_turned_over() -> None:
    many = Machine(("en",), tuple(f"Europe/City_{number:02}" for number in range(20)))
    merchant = Merchant(many).choose("en").network(is_there=True).choose(DIRECT)
    merchant.type("shop").press(Key.CHARGE).found("shop@blink.sv").press(Key.CHARGE, Key.CHARGE)
    assert merchant.screen.shown_choices == many.zones[:PAGE_CHOICES]
    merchant.press(Key.PLUS, Key.PLUS)
    assert merchant.screen.shown_choices == many.zones[2 * PAGE_CHOICES :]
    merchant.press(Key.PLUS)
    assert merchant.screen.shown_choices == many.zones[2 * PAGE_CHOICES :]
    merchant.press("8")
    merchant.at(Question.TIME_ZONE)
    merchant.press(Key.DELETE, Key.DELETE, Key.DELETE)
    assert merchant.screen.top == 0


def test_zones_of_the_language_come_first_and_the_machines_own_before_them() -> None:
    assert zones_likely_first("es", "UTC", ZONES)[:2] == ZONES[:2]
    assert zones_likely_first("es", "Europe/Berlin", ZONES)[0] == "Europe/Berlin"
    assert sorted(zones_likely_first("ja", "Nowhere/Land", ZONES)) == sorted(ZONES)


def test_the_currency_is_guessed_from_where_the_shop_is() -> None:
    served = ("USD", "EUR", "GTQ", "CHF", "BRL")
    assert currencies_likely_first("es", "America/Guatemala", served)[0] == "GTQ"
    assert currencies_likely_first("de", "Europe/Zurich", served)[0] == "CHF"
    assert currencies_likely_first("de", "Europe/Berlin", served)[0] == "EUR"
    assert currencies_likely_first("es", "America/El_Salvador", served)[0] == "USD"
    assert currencies_likely_first("pt", "", served)[0] == "BRL"
    assert currencies_likely_first("ja", "Asia/Tokyo", served)[0] == "USD", "Blink has no yen here"
    assert currencies_likely_first("ja", "Asia/Tokyo", ()) == ("USD", "EUR", "SAT")


def test_no_pin_and_no_passphrase_shows_itself() -> None:
    merchant = to_pin(Merchant()).press("2", "5", "8", "0", Key.CHARGE, "2", "5", "8")
    assert "258" not in repr(merchant.screen)

"""The first run: questions on the screen from the box to the first sale, when nothing is set yet.

Nothing is written before the last answer; then one request has everything put into force. So a plug
that is pulled in between leaves the device where it was. Each function says what is shown next and
what is to be done; `kiosk.commands.first_run` does it.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale import first_run_stick, wifi
from kiosk.sale.first_run_phone import begin_phone, handle_phone_key
from kiosk.sale.first_run_screen import (
    LONGEST_TEXT,
    PAGE_CHOICES,
    TILL_ACCOUNT,
    Answers,
    CheckNetwork,
    FirstRun,
    FirstRunStep,
    Machine,
    Mistake,
    Question,
    settings_of,
)
from kiosk.sale.keys import Key
from kiosk.sale.letters import TypedText
from kiosk.sale.payee_lookup import PayeeFound, PayeeNotFound, payee_of
from kiosk.sale.pin import is_good
from kiosk.sale.settings_change import (
    ChangeOutcome,
    ChangeSettings,
    RequestKind,
    SettingsChangeResult,
)
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.wifi import (
    NetworkList,
    WifiJoinResult,
    WifiNotice,
    WifiScanResult,
)

_LONGEST_PIN: Final = 12

# Where CLEAR leads, from every question that can be left.
_BEFORE: Final[Mapping[Question, Question]] = MappingProxyType(
    {
        Question.NETWORK: Question.LANGUAGE,
        Question.COUNTRY: Question.LANGUAGE,
        Question.MONEY: Question.LANGUAGE,
        Question.TILL_ACCOUNT: Question.MONEY,
        Question.PAYEE: Question.MONEY,
        Question.LOOKING_UP: Question.PAYEE,
        Question.PAYEE_REFUSED: Question.PAYEE,
        Question.PAYEE_RIGHT: Question.PAYEE,
        Question.SHOP_NAME: Question.PAYEE_RIGHT,
        Question.TIME_ZONE: Question.SHOP_NAME,
        Question.TIME_ZONE_SEARCH: Question.TIME_ZONE,
        Question.CURRENCY: Question.TIME_ZONE,
        Question.CURRENCY_SEARCH: Question.CURRENCY,
        Question.PIN: Question.CURRENCY,
        Question.PIN_AGAIN: Question.PIN,
        Question.NOT_SAVED: Question.PIN,
    }
)


def begin(machine: Machine, refused: tuple[str, ...] = ()) -> FirstRun:
    """The first question."""
    return FirstRun(machine, Answers(machine.languages[0]), refused=refused)


def handle_key(screen: FirstRun, key: Key, now_s: float) -> FirstRunStep:
    """A key on any of the questions."""
    if screen.question is Question.NETWORK and screen.network is not None:
        return _after_wifi(screen, wifi.handle_key(screen.network, key, now_s))
    if screen.question in first_run_stick.QUESTIONS:
        return first_run_stick.handle_key(screen, key)
    if screen.question in (Question.PHONE_KEY, Question.PHONE):
        return handle_phone_key(screen, key)
    screen = replace(screen, mistake=None, trouble=None)
    if key is Key.CLEAR and screen.question is Question.TILL_ACCOUNT and _types_nothing(screen):
        return _ask_for_network(screen)  # an attached keyboard has letters
    if key is Key.CLEAR:
        return _back(screen), ()
    if screen.choices or screen.searched:
        return _handle_choice_key(screen, key)
    if screen.question in (Question.PIN, Question.PIN_AGAIN):
        return _handle_pin_key(screen, key)
    if screen.question in LONGEST_TEXT:
        if key is Key.CHARGE:
            return _text_given(screen)
        typed = screen.typed.with_key(key, LONGEST_TEXT[screen.question])
        return replace(screen, typed=typed), ()
    match screen.question, key:
        case Question.TILL_ACCOUNT, Key.CHARGE:
            return first_run_stick.read(screen)
        case Question.TILL_ACCOUNT, Key.D1:
            return begin_phone(screen), ()
        case Question.PAYEE_RIGHT, Key.CHARGE:
            name = TypedText(screen.answers.shop_name)
            return replace(screen, question=Question.SHOP_NAME, typed=name), ()
        case Question.PAYEE_REFUSED, Key.CHARGE:
            return replace(screen, question=Question.LOOKING_UP), (payee_of(screen.payee_typed),)
        case Question.NOT_SAVED, Key.CHARGE:
            return _save(screen)
    return screen, ()


def handle_letter(screen: FirstRun, letter: str, now_s: float) -> FirstRun:
    """A letter, from the screen or an attached keyboard."""
    if screen.question is Question.NETWORK and screen.network is not None:
        return replace(screen, network=wifi.type_letter(screen.network, letter, now_s))
    if screen.question not in LONGEST_TEXT:
        return screen
    typed = screen.typed.with_letter(letter, LONGEST_TEXT[screen.question])
    return replace(screen, typed=typed, mistake=None, trouble=None)


def handle_network(screen: FirstRun, *, is_there: bool, now_s: float) -> FirstRunStep:
    """Whether there is a network: with one the next question comes, without one the Wi-Fi's."""
    if screen.question is not Question.NETWORK:
        return screen, ()
    if is_there:
        return replace(screen, question=Question.MONEY, network=None), ()
    if screen.network is not None:
        return screen, ()
    opened, effects = wifi.open_list(now_s)
    return replace(screen, network=opened), effects


def handle_wifi_result(
    screen: FirstRun, event: WifiScanResult | WifiJoinResult, now_s: float
) -> FirstRunStep:
    """A result of the Wi-Fi."""
    if screen.network is None:
        return screen, ()
    is_blind = isinstance(event, WifiScanResult) and event.notice is WifiNotice.NO_ADAPTER
    if is_blind and not screen.country:
        return replace(screen, question=Question.COUNTRY, network=None, typed=TypedText()), ()
    return _after_wifi(screen, wifi.handle_result(screen.network, event, now_s))


def handle_radio(screen: FirstRun, now_s: float) -> FirstRunStep:
    """The radio's country is kept or not: the networks are looked for in both cases."""
    if screen.question is not Question.RADIO:
        return screen, ()
    opened, effects = wifi.open_list(now_s)
    return replace(screen, question=Question.NETWORK, network=opened), (*effects, CheckNetwork())


def handle_payee(screen: FirstRun, answer: PayeeFound | PayeeNotFound) -> FirstRun:
    """What came of looking somebody up; it is nothing to another question, nor to another name."""
    waits = screen.question is Question.LOOKING_UP
    if not waits or answer.asked != payee_of(screen.payee_typed):
        return screen
    if isinstance(answer, PayeeNotFound):
        return _no_payee(screen, answer.trouble)
    account = answer.account
    return replace(
        screen,
        question=Question.PAYEE_RIGHT,
        answers=replace(screen.answers, payee=account.merchant_name),
        currencies=tuple(account.currencies),
    )


def _no_payee(screen: FirstRun, trouble: Trouble) -> FirstRun:
    """It cannot, or nobody can say now: what was typed stays."""
    back = replace(screen, question=Question.PAYEE, typed=TypedText(screen.payee_typed))
    if trouble.kind is TroubleKind.MERCHANT_UNKNOWN:
        return replace(back, mistake=Mistake.NOBODY)
    return replace(screen, question=Question.PAYEE_REFUSED, trouble=trouble)


def handle_saved(screen: FirstRun, result: SettingsChangeResult) -> FirstRun:
    """What came of the request for all of it, or of the stick's file."""
    if screen.question is not Question.SAVING:
        return first_run_stick.handle_result(screen, result)
    is_good = result.outcome is ChangeOutcome.IN_FORCE
    question = Question.DONE if is_good else Question.NOT_SAVED
    return replace(screen, question=question, outcome=result)


def _types_nothing(screen: FirstRun) -> bool:
    """Whether there are no letters to touch: the ways without any are shown first."""
    return not screen.machine.has_touch


def _ask_for_network(screen: FirstRun) -> FirstRunStep:
    return replace(screen, question=Question.NETWORK, network=None), (CheckNetwork(),)


def _back(screen: FirstRun) -> FirstRun:
    if screen.searched:
        return replace(screen, searched="", top=0)
    before = _BEFORE.get(screen.question)
    if before is None:
        return screen
    text = {Question.PAYEE: screen.payee_typed, Question.SHOP_NAME: screen.answers.shop_name}
    return replace(screen, question=before, typed=TypedText(text.get(before, "")), top=0)


def _after_wifi(screen: FirstRun, step: wifi.WifiStep) -> FirstRunStep:
    shown, effects = step
    if shown is None:
        return replace(_back(screen), network=None), effects
    # After joining, and with each new look: a cable may have been plugged in meanwhile.
    looks = isinstance(shown, NetworkList) and bool(effects)
    return replace(screen, network=shown), (*effects, *((CheckNetwork(),) if looks else ()))


def _handle_choice_key(screen: FirstRun, key: Key) -> FirstRunStep:
    shown, last = screen.shown_choices, max(0, len(screen.choices) - 1)
    match key:
        case Key.PLUS:
            page = (min(screen.top + PAGE_CHOICES, last) // PAGE_CHOICES) * PAGE_CHOICES
            return replace(screen, top=page), ()
        case Key.DELETE:
            return replace(screen, top=max(0, screen.top - PAGE_CHOICES)), ()
        case Key.CHARGE if screen.question is Question.LANGUAGE:
            return begin_phone(screen), ()
        case Key.CHECK if screen.question is Question.TIME_ZONE:
            return replace(screen, question=Question.TIME_ZONE_SEARCH, typed=TypedText()), ()
        case Key.CHECK if screen.question is Question.CURRENCY:
            return replace(screen, question=Question.CURRENCY_SEARCH, typed=TypedText()), ()
    if key.digit is None or not 1 <= key.digit <= len(shown):
        return screen, ()
    return _chosen(replace(screen, top=0, searched=""), shown[key.digit - 1])


def _chosen(screen: FirstRun, choice: str) -> FirstRunStep:
    answers = screen.answers
    match screen.question:
        case Question.LANGUAGE:
            answers = replace(answers, language=choice)
            screen = replace(screen, answers=answers)
            if _types_nothing(screen):
                return replace(screen, question=Question.TILL_ACCOUNT), ()
            return _ask_for_network(screen)
        case Question.MONEY if choice == TILL_ACCOUNT:
            return replace(screen, question=Question.TILL_ACCOUNT), ()
        case Question.MONEY:
            typed = TypedText(screen.payee_typed)
            return replace(screen, question=Question.PAYEE, typed=typed), ()
        case Question.TIME_ZONE:
            answers = replace(answers, zone=choice)
            return replace(screen, answers=answers, question=Question.CURRENCY), ()
        case _:
            answers = replace(answers, currency=choice)
            return replace(screen, answers=answers, question=Question.PIN, typed=TypedText()), ()


def _text_given(screen: FirstRun) -> FirstRunStep:
    text = screen.typed.text.strip()
    match screen.question:
        case Question.PAYEE:
            try:
                look_up = payee_of(text)
            except ValueError:
                return replace(screen, mistake=Mistake.NO_ADDRESS), ()
            asking = replace(screen, question=Question.LOOKING_UP, payee_typed=text)
            return asking, (look_up,)
        case Question.SHOP_NAME:
            answers = replace(screen.answers, shop_name=text)
            return replace(screen, answers=answers, question=Question.TIME_ZONE, top=0), ()
        case Question.COUNTRY:
            return _country_given(screen, text.upper())
        case Question.TIME_ZONE_SEARCH:
            return _search(screen, Question.TIME_ZONE, text), ()
    return _search(screen, Question.CURRENCY, text), ()


def _country_given(screen: FirstRun, country: str) -> FirstRunStep:
    if len(country) != 2 or not (country.isascii() and country.isalpha()):
        return replace(screen, mistake=Mistake.NO_COUNTRY), ()
    change = ChangeSettings((("WIFI_COUNTRY", country),), kind=RequestKind.RADIO)
    return replace(screen, question=Question.RADIO, country=country), (change,)


def _search(screen: FirstRun, question: Question, text: str) -> FirstRun:
    narrowed = replace(screen, question=question, searched=text, top=0)
    return narrowed if narrowed.choices else replace(screen, mistake=Mistake.NOTHING_FOUND)


def _handle_pin_key(screen: FirstRun, key: Key) -> FirstRunStep:
    pin = screen.typed.text
    if key.digit is not None or key is Key.DELETE:
        return replace(screen, typed=screen.typed.with_key(key, _LONGEST_PIN)), ()
    if key is not Key.CHARGE:
        return screen, ()
    if not is_good(pin):
        return replace(screen, typed=TypedText(), mistake=Mistake.PIN_SHORT), ()
    if screen.question is Question.PIN:
        answers = replace(screen.answers, pin=pin)
        return (
            replace(screen, answers=answers, question=Question.PIN_AGAIN, typed=TypedText()),
            (),
        )
    if pin != screen.answers.pin:
        return (
            replace(screen, question=Question.PIN, typed=TypedText(), mistake=Mistake.PINS_DIFFER),
            (),
        )
    return _save(screen)


def _save(screen: FirstRun) -> FirstRunStep:
    saving = replace(screen, question=Question.SAVING, typed=TypedText(), outcome=None)
    return saving, (ChangeSettings(settings_of(screen.answers)),)

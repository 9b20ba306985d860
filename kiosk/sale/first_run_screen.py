"""The questions of the first run, what was answered, and what has to be found out for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kiosk.sale import wifi
from kiosk.sale.letters import LONGEST_SHOP_NAME, TypedText
from kiosk.sale.payee_lookup import LookUpPayee
from kiosk.sale.phone_setup import PhoneEffect, PhoneProgress
from kiosk.sale.places import currencies_likely_first, zones_likely_first
from kiosk.sale.settings_change import (
    ChangeSettings,
    ReadStick,
    SettingsChangeResult,
)
from kiosk.sale.trouble import Trouble
from kiosk.sale.wifi import (
    WifiEffect,
    WifiScreen,
)

PAGE_CHOICES: Final = 8  # on the screen at once; keys 1 to 8 choose


class Question(StrEnum):
    """What is asked, in order; and what is shown between."""

    LANGUAGE = "language"
    NETWORK = "network"  # skipped where there is one
    COUNTRY = "country"  # asked where no network is seen: a radio stays off until it knows
    RADIO = "radio"  # being switched on
    MONEY = "money"  # straight to the merchant, or through a till account
    TILL_ACCOUNT = "till_account"  # how that is set up, which takes a key
    STICK = "stick"  # one is plugged in: shall its file be used?
    STICK_READING = "stick_reading"
    STICK_RIGHT = "stick_right"  # what its file says about the money, yes?
    STICK_SAVING = "stick_saving"
    STICK_REFUSED = "stick_refused"
    PHONE_KEY = "phone_key"  # how the key is copied, before the phone leaves its network
    PHONE = "phone"  # a phone fills everything in: `phone` says how far that is
    PAYEE = "payee"
    LOOKING_UP = "looking_up"
    PAYEE_REFUSED = "payee_refused"  # why it cannot be found now, or cannot be paid by a till
    PAYEE_RIGHT = "payee_right"  # "Money goes to NAME@DOMAIN, yes?"
    SHOP_NAME = "shop_name"
    TIME_ZONE = "time_zone"
    TIME_ZONE_SEARCH = "time_zone_search"
    CURRENCY = "currency"
    CURRENCY_SEARCH = "currency_search"
    PIN = "pin"
    PIN_AGAIN = "pin_again"
    SAVING = "saving"
    NOT_SAVED = "not_saved"
    DONE = "done"


LONGEST_TEXT: Final[Mapping[Question, int]] = MappingProxyType(
    {
        Question.PAYEE: 120,
        Question.SHOP_NAME: LONGEST_SHOP_NAME,
        Question.TIME_ZONE_SEARCH: 30,
        Question.CURRENCY_SEARCH: 4,
        Question.COUNTRY: 2,
    }
)
DIRECT: Final = "direct"
TILL_ACCOUNT: Final = "forward"
WAYS: Final = (DIRECT, TILL_ACCOUNT)


class Mistake(StrEnum):
    """What was wrong with an answer; one sentence each on the screen."""

    NO_ADDRESS = "no_address"
    NO_COUNTRY = "no_country"
    NOBODY = "nobody"  # Blink, or the address's server, knows no such name
    PIN_SHORT = "pin_short"
    PINS_DIFFER = "pins_differ"
    NOTHING_FOUND = "nothing_found"


@dataclass(frozen=True, slots=True)
class Machine:
    """What the machine knows: languages, time zones of its database, and the zone it is set to.

    Without `has_touch` nobody types letters, so the settings have to come from elsewhere: the
    set-up by phone then begins by itself.
    """

    languages: tuple[str, ...]
    zones: tuple[str, ...] = ()
    system_zone: str = ""
    has_touch: bool = True


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered so far. `payee` is as looked up; `pin` never reaches a repr."""

    language: str
    payee: str = ""
    shop_name: str = ""
    zone: str = ""
    currency: str = ""
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class FirstRun:
    """The question on the screen.

    `typed` is the text of this question. `top` is the first choice shown, `searched` narrows the
    choices. `refused` are settings of a file on the boot partition that were wrong. Where the stick
    came between is in `before_stick`, where the phone was chosen in `phone_from`. `shows_page_code`
    says that the phone's second code is wanted, though no phone was noticed.
    """

    machine: Machine
    answers: Answers
    question: Question = Question.LANGUAGE
    typed: TypedText = TypedText()
    top: int = 0
    searched: str = ""
    payee_typed: str = ""
    currencies: tuple[str, ...] = ()
    network: WifiScreen | None = None
    country: str = ""  # of the radio, once it was asked for
    mistake: Mistake | None = None
    trouble: Trouble | None = None
    outcome: SettingsChangeResult | None = None
    refused: tuple[str, ...] = ()
    before_stick: Question = Question.TILL_ACCOUNT
    phone: PhoneProgress | None = None
    phone_from: Question = Question.LANGUAGE
    shows_page_code: bool = False

    @property
    def choices(self) -> tuple[str, ...]:
        """What can be chosen, the likely first; empty where something is typed or confirmed."""
        match self.question:
            case Question.LANGUAGE:
                return self.machine.languages
            case Question.MONEY:
                return WAYS
            case Question.TIME_ZONE:
                language, zone = self.answers.language, self.machine.system_zone
                return self._narrowed(zones_likely_first(language, zone, self.machine.zones))
            case Question.CURRENCY:
                language, zone = self.answers.language, self.answers.zone
                return self._narrowed(currencies_likely_first(language, zone, self.currencies))
        return ()

    @property
    def shown_choices(self) -> tuple[str, ...]:
        """The choices on this page."""
        return self.choices[self.top : self.top + PAGE_CHOICES]

    @property
    def takes_letters(self) -> bool:
        """Whether a text is typed here."""
        return self.question in LONGEST_TEXT or isinstance(self.network, wifi.EnteringPassphrase)

    def _narrowed(self, choices: tuple[str, ...]) -> tuple[str, ...]:
        wanted = self.searched.lower().replace(" ", "_")
        return tuple(choice for choice in choices if wanted in choice.lower())


@dataclass(frozen=True, slots=True)
class CheckNetwork:
    """Look whether there is a network already. -> `handle_network`."""


FirstRunEffect = WifiEffect | CheckNetwork | LookUpPayee | ReadStick | ChangeSettings | PhoneEffect
FirstRunStep = tuple[FirstRun, tuple[FirstRunEffect, ...]]


def settings_of(answers: Answers) -> tuple[tuple[str, str], ...]:
    """The settings that the answers make."""
    return (
        ("KIOSK_RECEIVE", DIRECT),
        ("MERCHANT_ADDRESS", answers.payee),
        ("KIOSK_LANGUAGE", answers.language),
        ("KIOSK_NAME", answers.shop_name),
        ("KIOSK_CURRENCY", answers.currency),
        ("KIOSK_TIMEZONE", answers.zone),
        ("KIOSK_PIN", answers.pin),
    )

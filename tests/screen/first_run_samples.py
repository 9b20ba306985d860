"""The first run at every question, for pictures and tests."""

from dataclasses import replace

from kiosk.sale.first_run import begin
from kiosk.sale.first_run_screen import Answers, FirstRun, Machine, Mistake, Question
from kiosk.sale.letters import KeyboardLayer, TypedText
from kiosk.sale.phone_setup import PhoneFailure, PhoneProgress, PhoneStep, failed
from kiosk.sale.settings_change import ChangeOutcome, SettingsChangeResult, StickFile
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.settings import LANGUAGES

MACHINE = Machine(
    LANGUAGES,
    (
        *("America/El_Salvador", "America/Argentina/Buenos_Aires"),
        *("America/North_Dakota/New_Salem", "Antarctica/DumontDUrville"),
        *(f"Europe/City_{number}" for number in range(20)),
    ),
    "America/El_Salvador",
)
BEGUN = begin(MACHINE)
ANSWERED = replace(
    BEGUN,
    answers=Answers("en", "cafe_satoshi@blink.sv", "Café Satoshi", "America/El_Salvador", "USD"),
    payee_typed="cafe_satoshi",
)
CODES = PhoneProgress(
    PhoneStep.WAITING,
    "kiosk-7h2k",
    "abcd2345wxyz",
    f"http://10.234.178.1/{'4f' * 16}/",
    "024680",
)


def asked(question: Question, typed: str = "", **changed: object) -> FirstRun:
    """The first run at a question."""
    at_question = replace(ANSWERED, question=question, typed=TypedText(typed))
    return replace(at_question, **changed)  # type: ignore[arg-type]


def first_run_screens() -> dict[str, FirstRun]:
    """Every picture of the first run."""
    screens = {
        f"first-{question}": asked(question, "1234" if "pin" in question else "")
        for question in Question
        if question not in (Question.PAYEE_REFUSED, Question.STICK_RIGHT, Question.PHONE)
    }
    long_name = replace(ANSWERED.answers, payee="a.very.long.name_of-a.shop@pay.example-domain.org")
    screens |= {
        "first-payee": asked(Question.PAYEE, "cafe_satoshi"),
        "first-payee-signs": replace(
            asked(Question.PAYEE), typed=TypedText("cafe", KeyboardLayer.SIGNS)
        ),
        "first-payee-wrong": asked(Question.PAYEE, "cafe satoshi", mistake=Mistake.NO_ADDRESS),
        "first-payee-no-proof": asked(
            Question.PAYEE_REFUSED,
            payee_typed="cafe@pay.example",
            trouble=Trouble(TroubleKind.NO_PROOF, "pay.example"),
        ),
        "first-payee-offline": asked(
            Question.PAYEE_REFUSED, trouble=Trouble(TroubleKind.NO_CONNECTION)
        ),
        "first-country-wrong": asked(Question.COUNTRY, "s", mistake=Mistake.NO_COUNTRY),
        "first-payee-nobody": asked(Question.PAYEE, "cafe", mistake=Mistake.NOBODY),
        "first-payee-long": asked(Question.PAYEE_RIGHT, answers=long_name),
        "first-pins-differ": asked(Question.PIN, mistake=Mistake.PINS_DIFFER),
        "first-money-refused": asked(Question.MONEY, refused=("KIOSK_TIPS", "MERCHANT_USERNAME")),
        "first-money-many-refused": asked(
            Question.MONEY, refused=tuple(f"KIOSK_KEYPAD_COLUMN{number:02}" for number in range(50))
        ),
        "first-search-nothing": asked(
            Question.TIME_ZONE_SEARCH, "atlantis", mistake=Mistake.NOTHING_FOUND
        ),
    }
    fits = SettingsChangeResult(
        ChangeOutcome.FITS,
        changed=("BLINKPOS_API_KEY", "MERCHANT_USERNAME", "KIOSK_CURRENCY", "KIOSK_NAME"),
        payee="cafe_satoshi",
    )
    wrong = (
        "KIOSK_TIPS: takes at most four percentages",
        "kiosk.env: line 3 does not begin with a setting",
    )
    many_wrong = (
        *wrong,
        "KIOSK_NAM is not a setting; did you mean KIOSK_NAME?",
        "WIFI_PASSPHRASE: a # after a blank is not clear; put the value into quotes ('...'), or the"
        " remark on a line of its own",
        "BLINK_API_URL: must begin with https:// (http:// only to this machine itself)",
        "MERCHANT_USERNAME: give this or MERCHANT_API_KEY: who gets the money?",
    )
    screens |= {
        "first-stick_right": asked(Question.STICK_RIGHT, outcome=fits),
        "first-stick-by-key": asked(Question.STICK_RIGHT, outcome=replace(fits, payee="")),
        "first-stick_refused": asked(
            Question.STICK_REFUSED, outcome=SettingsChangeResult(ChangeOutcome.WRONG, wrong)
        ),
        "first-stick-many-mistakes": asked(
            Question.STICK_REFUSED, outcome=SettingsChangeResult(ChangeOutcome.WRONG, many_wrong)
        ),
        "first-no-touch": asked(Question.TILL_ACCOUNT, machine=replace(MACHINE, has_touch=False)),
    }
    for stick_file in StickFile:
        result = SettingsChangeResult(ChangeOutcome.IN_FORCE, stick_file=stick_file)
        screens[f"first-done-stick-{stick_file}"] = asked(Question.DONE, outcome=result)
    for step in PhoneStep:
        if step not in (PhoneStep.FAILED, PhoneStep.DONE, PhoneStep.CONFIRMING):
            screens[f"first-phone-{step}"] = asked(Question.PHONE, phone=replace(CODES, step=step))
    for failure in PhoneFailure:
        why = replace(failed(failure), network="Shop 5 GHz")
        screens[f"first-phone-{failure}"] = asked(Question.PHONE, phone=why)
    refused = failed(PhoneFailure.REFUSED, Trouble(TroubleKind.KEY_SCOPE, "WRITE"))
    done = PhoneProgress(PhoneStep.DONE, payee="cafe_satoshi")
    screens |= {
        "first-phone-refused": asked(Question.PHONE, phone=refused),
        "first-phone-confirming": asked(
            Question.PHONE, phone=replace(done, step=PhoneStep.CONFIRMING)
        ),
        "first-phone-done": asked(Question.DONE, phone=done),
    }
    for outcome in ChangeOutcome:
        if outcome is ChangeOutcome.IN_FORCE:
            continue
        result = SettingsChangeResult(outcome, ("MERCHANT_ADDRESS: x",), 30)
        screens[f"first-not-saved-{outcome}"] = asked(Question.NOT_SAVED, outcome=result)
    return screens

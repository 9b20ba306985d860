"""The first run's other way: the settings file of a USB stick, which root reads and checks."""

from dataclasses import replace
from typing import Final

from kiosk.sale.first_run_phone import waits_for_phone
from kiosk.sale.first_run_screen import FirstRun, FirstRunStep, Question
from kiosk.sale.keys import Key
from kiosk.sale.phone_setup import StopPhoneSetup
from kiosk.sale.settings_change import (
    ChangeOutcome,
    ReadStick,
    SettingsChangeResult,
    take_stick,
)
from kiosk.sale.wifi import NetworkList

QUESTIONS: Final = (
    Question.STICK,
    Question.STICK_READING,
    Question.STICK_RIGHT,
    Question.STICK_SAVING,
    Question.STICK_REFUSED,
)
# Where a stick that is plugged in may come between: nothing is typed there.
_MAY_INTERRUPT: Final = (Question.MONEY, Question.TILL_ACCOUNT, Question.PHONE_KEY)


def handle_stick(screen: FirstRun) -> FirstRunStep:
    """A stick is plugged in: shall its settings be used? A phone that has not begun is let go."""
    if screen.question is Question.PHONE and waits_for_phone(screen):
        asked = replace(
            screen, question=Question.STICK, before_stick=Question.PHONE_KEY, phone=None
        )
        return asked, (StopPhoneSetup(),)
    looks_for_wifi = screen.question is Question.NETWORK and isinstance(screen.network, NetworkList)
    if screen.question in _MAY_INTERRUPT or looks_for_wifi:
        return replace(screen, question=Question.STICK, before_stick=screen.question), ()
    return screen, ()


def read(screen: FirstRun) -> FirstRunStep:
    """Have the stick looked at."""
    before = screen.before_stick if screen.question in QUESTIONS else screen.question
    reading = replace(screen, question=Question.STICK_READING, before_stick=before, outcome=None)
    return reading, (ReadStick(),)


def handle_key(screen: FirstRun, key: Key) -> FirstRunStep:
    """A key on one of the stick's questions; reading and saving end by themselves."""
    match screen.question, key:
        case ((Question.STICK_READING | Question.STICK_SAVING), _):
            return screen, ()
        case _, Key.CLEAR:
            return replace(screen, question=screen.before_stick, outcome=None), ()
        case Question.STICK_RIGHT, Key.CHARGE:
            return replace(screen, question=Question.STICK_SAVING), (take_stick(),)
        case _, Key.CHARGE:
            return read(screen)
    return screen, ()


def handle_result(screen: FirstRun, result: SettingsChangeResult) -> FirstRun:
    """What is on the stick, or what came of putting it into force."""
    match screen.question, result.outcome:
        case Question.STICK_READING, ChangeOutcome.FITS:
            question = Question.STICK_RIGHT
        case Question.STICK_SAVING, ChangeOutcome.IN_FORCE:
            question = Question.DONE
        case ((Question.STICK_READING | Question.STICK_SAVING), _):
            question = Question.STICK_REFUSED
        case _:
            return screen
    return replace(screen, question=question, outcome=result)

"""The first run by phone: what the screen shows while root's unit has a phone fill everything in.

First the key is copied, while the phone still has its own network; then root's unit is asked to
begin, and the screen shows its codes one after the other.
"""

from dataclasses import replace
from typing import Final

from kiosk.sale.first_run_screen import FirstRun, FirstRunStep, Question
from kiosk.sale.keys import Key
from kiosk.sale.phone_setup import (
    PhoneKey,
    PhoneProgress,
    PhoneStep,
    StartPhoneSetup,
    StopPhoneSetup,
    meaning_of_key,
    shown_and_answered,
)

# Without touch each of these pictures stays so long, then the next comes by itself.
ALONE_S: Final = 30.0
_GOES_ON: Final = (
    Question.LANGUAGE,
    Question.TILL_ACCOUNT,
    Question.PHONE_KEY,
    Question.STICK,
)


def begin_phone(screen: FirstRun) -> FirstRun:
    """Say how to copy the key."""
    return replace(screen, question=Question.PHONE_KEY, phone_from=screen.question, phone=None)


def handle_phone_key(screen: FirstRun, key: Key) -> FirstRunStep:
    """A key while the set-up by phone is on the screen."""
    if screen.question is Question.PHONE_KEY:
        if key is Key.CLEAR:
            return replace(screen, question=screen.phone_from), ()
        return _started(screen) if key is Key.CHARGE else (screen, ())
    assert screen.phone is not None  # a phone is waited for
    shows_page_code = screen.shows_page_code
    meaning = meaning_of_key(key, screen.phone.step, shows_page_code=shows_page_code)
    match meaning:
        case PhoneKey.BEGIN_AGAIN:
            return _started(screen)
        case PhoneKey.LEAVE:
            return replace(screen, question=Question.PHONE_KEY, phone=None), (StopPhoneSetup(),)
    shown, effects = shown_and_answered(meaning, shows_page_code=shows_page_code)
    return replace(screen, shows_page_code=shown), effects


def goes_on_by_itself(screen: FirstRun) -> bool:
    """Whether the next picture comes without a key, after `ALONE_S`."""
    if screen.machine.has_touch:
        return False
    is_failed = screen.phone is not None and screen.phone.step is PhoneStep.FAILED
    return screen.question in _GOES_ON or is_failed or waits_for_phone(screen)


def go_on(screen: FirstRun) -> FirstRunStep:
    """The next picture: the codes one after the other, until a phone has read them."""
    if screen.question in (Question.LANGUAGE, Question.TILL_ACCOUNT):
        return begin_phone(screen), ()
    if screen.question is Question.STICK:  # there may be no keypad either to answer it
        return replace(screen, question=screen.before_stick), ()
    if waits_for_phone(screen):
        return replace(screen, shows_page_code=not screen.shows_page_code), ()
    return _started(screen)


def handle_phone_progress(screen: FirstRun, progress: PhoneProgress) -> FirstRun:
    """How far root's unit is."""
    if screen.question is not Question.PHONE:
        return screen
    question = Question.DONE if progress.step is PhoneStep.DONE else Question.PHONE
    return replace(screen, question=question, phone=progress)


def waits_for_phone(screen: FirstRun) -> bool:
    """Whether the codes are shown, and no phone has sent anything yet."""
    return screen.phone is not None and screen.phone.step is PhoneStep.WAITING


def _started(screen: FirstRun) -> FirstRunStep:
    opening = PhoneProgress(PhoneStep.OPENING)
    asked = replace(screen, question=Question.PHONE, phone=opening, shows_page_code=False)
    return asked, (StartPhoneSetup(screen.answers.language),)

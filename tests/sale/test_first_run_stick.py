"""The first run by USB stick: offered, read, shown, and in force only after a yes."""

from dataclasses import replace

import pytest

from kiosk.sale import first_run, first_run_stick
from kiosk.sale.first_run_phone import go_on, goes_on_by_itself
from kiosk.sale.first_run_screen import (
    CheckNetwork,
    FirstRun,
    FirstRunEffect,
    Machine,
    Question,
)
from kiosk.sale.keys import Key
from kiosk.sale.phone_setup import PhoneProgress, PhoneStep, StopPhoneSetup
from kiosk.sale.settings_change import (
    ChangeOutcome,
    ReadStick,
    SettingsChangeResult,
    StickFile,
    take_stick,
)
from kiosk.sale.wifi import EnteringPassphrase, Network, NetworkList, Security

MACHINE = Machine(("en", "es"), ("UTC",), "UTC")
BEGUN = first_run.begin(MACHINE)
FITS = SettingsChangeResult(ChangeOutcome.FITS, changed=("KIOSK_NAME",), payee="shop@blink.sv")


def pressed(screen: FirstRun, key: Key) -> tuple[FirstRun, tuple[FirstRunEffect, ...]]:
    return first_run.handle_key(screen, key, 10.0)


def offered(screen: FirstRun) -> FirstRun:
    """A stick is plugged in while no phone is waited for."""
    after, effects = first_run_stick.handle_stick(screen)
    assert effects == ()
    return after


def test_a_stick_that_is_plugged_in_is_offered_and_used_after_two_yeses() -> None:
    asked = offered(replace(BEGUN, question=Question.MONEY))
    assert asked.question is Question.STICK
    reading, effects = pressed(asked, Key.CHARGE)
    assert effects == (ReadStick(),)
    fits = first_run.handle_saved(reading, FITS)
    assert fits.question is Question.STICK_RIGHT
    saving, effects = pressed(fits, Key.CHARGE)
    assert effects == (take_stick(),)
    done = SettingsChangeResult(ChangeOutcome.IN_FORCE, stick_file=StickFile.WIPED)
    assert first_run.handle_saved(saving, done).question is Question.DONE


@pytest.mark.parametrize("question", [Question.MONEY, Question.TILL_ACCOUNT])
def test_who_does_not_want_the_stick_is_where_he_was(question: Question) -> None:
    asked = offered(replace(BEGUN, question=question))
    assert pressed(asked, Key.CLEAR) == (replace(asked, question=question), ())


def test_a_stick_is_offered_in_place_of_a_wifi_but_not_while_a_passphrase_is_typed() -> None:
    looking = replace(BEGUN, question=Question.NETWORK, network=NetworkList())
    asked = offered(looking)
    assert asked.question is Question.STICK
    assert pressed(asked, Key.CLEAR)[0].network == NetworkList()
    network = Network("Casa", "AA:BB:CC:DD:EE:FF", 80, Security.PERSONAL)
    typing = replace(looking, network=EnteringPassphrase(network))
    assert offered(typing) is typing


@pytest.mark.parametrize("question", [Question.PAYEE, Question.PIN, Question.SAVING, Question.DONE])
def test_a_stick_interrupts_nobody_who_types(question: Question) -> None:
    typing = replace(BEGUN, question=question)
    assert offered(typing) is typing


@pytest.mark.parametrize(
    "outcome",
    [outcome for outcome in ChangeOutcome if outcome is not ChangeOutcome.FITS],
)
def test_whatever_is_wrong_with_the_stick_is_said_and_can_be_tried_again(
    outcome: ChangeOutcome,
) -> None:
    reading, _ = pressed(replace(BEGUN, question=Question.TILL_ACCOUNT), Key.CHARGE)
    result = SettingsChangeResult(outcome)
    refused = first_run.handle_saved(reading, result)
    assert (refused.question, refused.outcome) == (Question.STICK_REFUSED, result)
    again, effects = pressed(refused, Key.CHARGE)
    assert (again.question, effects) == (Question.STICK_READING, (ReadStick(),))
    assert pressed(refused, Key.CLEAR)[0].question is Question.TILL_ACCOUNT


@pytest.mark.parametrize("question", [Question.STICK_READING, Question.STICK_SAVING])
@pytest.mark.parametrize("key", [Key.CLEAR, Key.CHARGE, Key.D1])
def test_what_is_being_done_is_not_interrupted(question: Question, key: Key) -> None:
    busy = replace(BEGUN, question=question)
    assert pressed(busy, key) == (busy, ())


def test_a_late_answer_changes_no_other_question() -> None:
    later = replace(BEGUN, question=Question.MONEY)
    assert first_run.handle_saved(later, FITS) is later


def test_without_touch_the_ways_that_need_no_letters_come_after_the_language() -> None:
    screen = first_run.begin(replace(MACHINE, has_touch=False))
    at_stick, effects = pressed(screen, Key.D1)
    assert (at_stick.question, effects) == (Question.TILL_ACCOUNT, ())
    assert pressed(at_stick, Key.CHARGE)[1] == (ReadStick(),)
    back, effects = pressed(at_stick, Key.CLEAR)
    assert (back.question, effects) == (Question.NETWORK, (CheckNetwork(),))


@pytest.mark.parametrize(
    ("step", "is_offered"),
    [(PhoneStep.WAITING, True), (PhoneStep.OPENING, False), (PhoneStep.CONNECTING, False)],
)
def test_a_stick_takes_the_place_of_a_phone_that_has_not_begun(
    step: PhoneStep, is_offered: bool
) -> None:
    phone = replace(BEGUN, question=Question.PHONE, phone=PhoneProgress(step))
    after, effects = first_run_stick.handle_stick(phone)
    if not is_offered:
        assert (after, effects) == (phone, ())
        return
    assert (after.question, effects) == (Question.STICK, (StopPhoneSetup(),))
    assert pressed(after, Key.CLEAR)[0].question is Question.PHONE_KEY


def test_a_stick_that_nobody_can_answer_leaves_the_codes_for_a_phone_to_come() -> None:
    alone = replace(BEGUN, machine=replace(MACHINE, has_touch=False), question=Question.PHONE_KEY)
    asked = offered(alone)
    assert goes_on_by_itself(asked)
    assert go_on(asked) == (replace(asked, question=Question.PHONE_KEY), ())
    assert not goes_on_by_itself(replace(asked, machine=MACHINE)), "a finger answers"

"""The first run by phone: which picture comes when, and what root's unit is asked for."""

import json
from dataclasses import replace

import pytest

from kiosk.sale.first_run import begin, handle_key
from kiosk.sale.first_run_phone import go_on, goes_on_by_itself, handle_phone_progress
from kiosk.sale.first_run_screen import (
    FirstRun,
    Machine,
    Question,
)
from kiosk.sale.keys import Key
from kiosk.sale.phone_setup import (
    LONGEST_TEXT,
    AnswerPhoneSetup,
    PhoneAnswer,
    PhoneFailure,
    PhoneProgress,
    PhoneRequest,
    PhoneStep,
    PhoneTask,
    StartPhoneSetup,
    StopPhoneSetup,
    failed,
    phone_answer_text,
    phone_request_text,
    progress_text,
    read_phone_answer,
    read_phone_request,
    read_progress,
    wifi_code,
)
from kiosk.sale.trouble import Trouble, TroubleKind

TOKEN = "ab" * 16
BEGUN = begin(Machine(("en", "de")))
CODES = PhoneProgress(
    PhoneStep.WAITING, "kiosk-7h2k", "abcd2345wxyz", "http://10.7.8.1/x/", "024680"
)


def after(screen: FirstRun, key: Key) -> FirstRun:
    return handle_key(screen, key, 0.0)[0]


def at_step(step: PhoneStep) -> FirstRun:
    asked = after(after(BEGUN, Key.CHARGE), Key.CHARGE)
    return handle_phone_progress(asked, replace(CODES, step=step))


@pytest.mark.parametrize(
    ("question", "key"), [(Question.LANGUAGE, Key.CHARGE), (Question.TILL_ACCOUNT, Key.D1)]
)
def test_the_phone_is_offered_at_the_first_question_and_for_a_till_account(
    question: Question, key: Key
) -> None:
    shown = after(replace(BEGUN, question=question), key)
    assert shown.question is Question.PHONE_KEY
    assert after(shown, Key.CLEAR).question is question


def test_roots_unit_begins_only_when_the_key_has_been_copied() -> None:
    shown, effects = handle_key(after(BEGUN, Key.CHARGE), Key.CHARGE, 0.0)
    assert effects == (StartPhoneSetup("en"),)
    assert shown.phone == PhoneProgress(PhoneStep.OPENING)


def test_the_second_code_comes_with_the_phone_or_with_a_key() -> None:
    waiting = at_step(PhoneStep.WAITING)
    assert not waiting.shows_page_code
    wanted = after(waiting, Key.CHARGE)
    assert wanted.shows_page_code
    assert after(wanted, Key.CLEAR) == waiting


@pytest.mark.parametrize(
    "step",
    [
        PhoneStep.OPENING,
        PhoneStep.WAITING,
        PhoneStep.JOINED,
        PhoneStep.FILLING_IN,
        PhoneStep.FAILED,
    ],
)
def test_going_back_ends_what_root_does(step: PhoneStep) -> None:
    shown, effects = handle_key(at_step(step), Key.CLEAR, 0.0)
    assert (shown.question, shown.phone) == (Question.PHONE_KEY, None)
    assert effects == (StopPhoneSetup(),)


@pytest.mark.parametrize("step", [PhoneStep.CONNECTING, PhoneStep.CHECKING])
def test_what_goes_on_without_the_phone_is_not_left(step: PhoneStep) -> None:
    screen = at_step(step)
    assert handle_key(screen, Key.CLEAR, 0.0) == (screen, ())


@pytest.mark.parametrize(("key", "agrees"), [(Key.CHARGE, True), (Key.CLEAR, False)])
def test_whoever_stands_at_the_till_says_whether_the_payee_is_right(key: Key, agrees: bool) -> None:
    asked = at_step(PhoneStep.CONFIRMING)
    assert handle_key(asked, key, 0.0) == (asked, (AnswerPhoneSetup(agrees),))
    assert not goes_on_by_itself(replace(asked, machine=Machine(("en",), has_touch=False)))


def test_after_a_failure_enter_tries_again() -> None:
    shown, effects = handle_key(at_step(PhoneStep.FAILED), Key.CHARGE, 0.0)
    assert effects == (StartPhoneSetup("en"),)
    assert shown.phone == PhoneProgress(PhoneStep.OPENING)


def test_when_all_is_in_force_the_first_run_is_done() -> None:
    assert at_step(PhoneStep.DONE).question is Question.DONE


def test_progress_that_comes_after_the_screen_was_left_changes_nothing() -> None:
    left = after(at_step(PhoneStep.JOINED), Key.CLEAR)
    assert handle_phone_progress(left, CODES) == left


def test_without_touch_the_codes_come_by_themselves_one_after_the_other() -> None:
    screen = begin(Machine(("en",), has_touch=False))
    assert goes_on_by_itself(screen)
    screen, effects = go_on(screen)
    assert (screen.question, effects) == (Question.PHONE_KEY, ())
    assert goes_on_by_itself(screen)
    screen, effects = go_on(screen)
    assert effects == (StartPhoneSetup("en"),)
    assert not goes_on_by_itself(screen)  # root's unit is at work
    screen = handle_phone_progress(screen, CODES)
    shown = []
    for _ in range(3):
        assert goes_on_by_itself(screen)
        screen, _ = go_on(screen)
        shown.append(screen.shows_page_code)
    assert shown == [True, False, True]
    screen = handle_phone_progress(screen, failed(PhoneFailure.TOO_LATE))
    assert goes_on_by_itself(screen)
    assert go_on(screen)[1] == (StartPhoneSetup("en"),)


@pytest.mark.parametrize("step", list(PhoneStep))
def test_with_touch_nothing_goes_on_by_itself(step: PhoneStep) -> None:
    assert not goes_on_by_itself(at_step(step))


@pytest.mark.parametrize(
    "progress",
    [
        CODES,
        PhoneProgress(PhoneStep.DONE, payee="café"),
        PhoneProgress(PhoneStep.CONFIRMING, account="till", key_ends_at=1_900_000_000),
        failed(PhoneFailure.REFUSED, Trouble(TroubleKind.KEY_SCOPE, "WRITE")),
    ],
)
def test_the_till_reads_the_progress_as_root_has_written_it(progress: PhoneProgress) -> None:
    assert read_progress(progress_text(progress, TOKEN), TOKEN) == progress
    assert read_progress(progress_text(progress, TOKEN), "cd" * 16) is None


@pytest.mark.parametrize("time", [-1, True, 2**60, "soon", 1.5])
def test_a_time_that_no_date_can_be_written_of_is_refused(time: object) -> None:
    data = {**json.loads(progress_text(CODES, TOKEN)), "key_ends_at": time}
    with pytest.raises(ValueError):
        read_progress(json.dumps(data), TOKEN)


def test_root_reads_the_request_as_the_till_has_written_it() -> None:
    request = PhoneRequest(TOKEN, "he", PhoneTask.KEY)
    assert read_phone_request(phone_request_text(request)) == request


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 3000,
        "x" * 5000,
        f'{{"token": "{TOKEN}"}}',
        progress_text(replace(CODES, payee="x" * (LONGEST_TEXT + 1)), TOKEN),
        progress_text(CODES, TOKEN).replace("waiting", "winning"),
        progress_text(CODES, TOKEN).replace('"trouble": null', '"trouble": ["odd", ""]'),
        progress_text(CODES, TOKEN).replace('"trouble": null', '"trouble": 5'),
    ],
)
def test_what_is_no_progress_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_progress(text, TOKEN)


def test_root_reads_the_answer_as_the_till_has_written_it() -> None:
    answer = PhoneAnswer(TOKEN, agrees=True)
    assert read_phone_answer(phone_answer_text(answer)) == answer


@pytest.mark.parametrize("text", ["", "yes", f'{{"token": "{TOKEN}", "agrees": 1}}', "{}"])
def test_what_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_phone_answer(text)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        f'{{"token": "{TOKEN}", "language": "../x", "task": "key"}}',
        f'{{"token": "{TOKEN}", "language": "en"}}',
    ],
)
def test_what_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_phone_request(text)


def test_signs_that_mean_something_in_a_wifi_code_are_marked() -> None:
    assert wifi_code('a;b,c:"d\\', "x") == 'WIFI:T:WPA;S:a\\;b\\,c\\:\\"d\\\\;P:x;;'


def test_no_code_is_in_a_repr() -> None:
    for secret in ("abcd2345wxyz", "http://10.7.8.1/x/", "024680"):
        assert secret not in repr(at_step(PhoneStep.WAITING))

"""Set up by phone: how far root's unit is, as one text that it writes and the till's screen reads.

The unit opens a network of its own, serves one page to one phone, and puts into force what was
filled in there, once somebody at the till has agreed to who gets the money.
"""

import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kiosk.sale.json_object import TOKEN, matches, read_object
from kiosk.sale.keys import Key
from kiosk.sale.trouble import Trouble, TroubleKind

DASHBOARD: Final = "https://dashboard.blink.sv"
MOST_PROGRESS_BYTES: Final = 4096
LONGEST_TEXT: Final = 300

_LANGUAGE: Final = re.compile(r"[a-z]{2}")
_TEXTS: Final = ("network", "passphrase", "page", "digits", "payee", "account")
_LAST_UNIX_TIME: Final = 2**40
_WIFI_CODE_SIGNS: Final = re.compile(r'([\\;,:"])')


class PhoneTask(StrEnum):
    """What a phone is asked for."""

    EVERYTHING = "everything"  # the first run
    KEY = "key"  # a new key of the till account, after the manager's PIN


class PhoneStep(StrEnum):
    """How far root's unit is."""

    OPENING = "opening"  # networks are looked for, and the box's own is opened
    WAITING = "waiting"  # for a phone to join it
    JOINED = "joined"  # a phone is in it, and has to open the page
    FILLING_IN = "filling_in"  # it gave the right digits
    CONNECTING = "connecting"  # the box's network is closed again, the shop's is being joined
    CHECKING = "checking"  # key, scopes, wallet and merchant, at Blink
    CONFIRMING = "confirming"  # who gets the money with it: waits for a yes at the till
    DONE = "done"  # all is in force
    FAILED = "failed"  # nothing is in force; `failure` says why


class PhoneFailure(StrEnum):
    """Why it failed; one sentence each on the screen."""

    NOT_ALLOWED = "not_allowed"  # settings are in force, and no PIN was typed a moment ago
    NO_RADIO = "no_radio"  # no network could be opened
    WRONG_DIGITS = "wrong_digits"  # five times
    TOO_LATE = "too_late"
    NOT_JOINED = "not_joined"  # the shop's network could not be joined
    WPA3_ALONE = "wpa3_alone"  # nor could `network`, which speaks nothing that every radio does
    REFUSED = "refused"  # no sale would work: `trouble` says why
    NOT_CONFIRMED = "not_confirmed"  # the till said no to who gets the money, or nothing
    NOT_SAVED = "not_saved"  # the card cannot be written
    UNFINISHED = "unfinished"  # written in part: the next start of the box finishes it
    NO_ANSWER = "no_answer"  # root's unit says nothing


@dataclass(frozen=True, slots=True)
class PhoneProgress:
    """How far it is. Name and passphrase of the box's own network, the page's address and digits.

    Of a failure `network` is the shop's. Once it is to be confirmed, `payee` is who gets the money,
    `account` whose key the till has, and `key_ends_at` when that ends, Unix seconds; the latter two
    are empty where Blink does not say.
    """

    step: PhoneStep
    network: str = ""
    passphrase: str = field(default="", repr=False)
    page: str = field(default="", repr=False)
    digits: str = field(default="", repr=False)
    failure: PhoneFailure | None = None
    trouble: Trouble | None = None
    payee: str = ""
    account: str = ""
    key_ends_at: int | None = None


@dataclass(frozen=True, slots=True)
class PhoneRequest:
    """Ask root's unit to begin. `token` are 32 hex digits, which every progress repeats."""

    token: str
    language: str
    task: PhoneTask = PhoneTask.EVERYTHING


@dataclass(frozen=True, slots=True)
class PhoneAnswer:
    """Whether somebody at the till agrees to who gets the money. `token` is the request's."""

    token: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class StartPhoneSetup:
    """Have root's unit begin. -> PhoneProgress, again and again."""

    language: str
    task: PhoneTask = PhoneTask.EVERYTHING


@dataclass(frozen=True, slots=True)
class StopPhoneSetup:
    """Have it end."""


@dataclass(frozen=True, slots=True)
class AnswerPhoneSetup:
    """Tell it whether somebody here agrees to who gets the money."""

    agrees: bool


PhoneEffect = StartPhoneSetup | StopPhoneSetup | AnswerPhoneSetup


class PhoneKey(StrEnum):
    """What a key means while a phone is waited for."""

    BEGIN_AGAIN = "begin_again"
    SHOW_PAGE_CODE = "show_page_code"
    SHOW_NETWORK_CODE = "show_network_code"
    AGREE = "agree"
    DISAGREE = "disagree"
    LEAVE = "leave"


# While these last nothing is left to be ended: the phone has done its part.
_GOES_ON_ALONE: Final = (PhoneStep.CONNECTING, PhoneStep.CHECKING, PhoneStep.DONE)


def meaning_of_key(key: Key, step: PhoneStep, *, shows_page_code: bool) -> PhoneKey | None:
    """What a key means at a step, None for nothing."""
    match step, key:
        case PhoneStep.FAILED, Key.CHARGE:
            return PhoneKey.BEGIN_AGAIN
        case PhoneStep.WAITING, Key.CHARGE:
            return PhoneKey.SHOW_PAGE_CODE
        case PhoneStep.WAITING, Key.CLEAR if shows_page_code:
            return PhoneKey.SHOW_NETWORK_CODE
        case PhoneStep.CONFIRMING, Key.CHARGE:
            return PhoneKey.AGREE
        case PhoneStep.CONFIRMING, Key.CLEAR:
            return PhoneKey.DISAGREE
        case _, Key.CLEAR if step not in _GOES_ON_ALONE:
            return PhoneKey.LEAVE
    return None


def shown_and_answered(
    meaning: PhoneKey | None, *, shows_page_code: bool
) -> tuple[bool, tuple[PhoneEffect, ...]]:
    """What a key does that means the same on every screen: which code is shown, and the answer."""
    match meaning:
        case PhoneKey.SHOW_PAGE_CODE:
            return True, ()
        case PhoneKey.SHOW_NETWORK_CODE:
            return False, ()
        case PhoneKey.AGREE | PhoneKey.DISAGREE:
            return shows_page_code, (AnswerPhoneSetup(agrees=meaning is PhoneKey.AGREE),)
    return shows_page_code, ()


def failed(failure: PhoneFailure, trouble: Trouble | None = None) -> PhoneProgress:
    """It failed, and why."""
    return PhoneProgress(PhoneStep.FAILED, failure=failure, trouble=trouble)


def wifi_code(network: str, passphrase: str) -> str:
    """The text of a code that joins a WPA network, as phones' cameras read it."""
    name, word = (_WIFI_CODE_SIGNS.sub(r"\\\1", text) for text in (network, passphrase))
    return f"WIFI:T:WPA;S:{name};P:{word};;"


def phone_request_text(request: PhoneRequest) -> str:
    """The request as root's unit reads it."""
    return json.dumps({"token": request.token, "language": request.language, "task": request.task})


def read_phone_request(text: str) -> PhoneRequest:
    """What is asked of root's unit.

    Raises:
        ValueError: it is no request. The sentence holds nothing of it.
    """
    data = read_object(text, MOST_PROGRESS_BYTES)
    token, language = data.get("token"), data.get("language")
    if not matches(TOKEN, token) or not matches(_LANGUAGE, language):
        raise ValueError("no token or no language")
    return PhoneRequest(str(token), str(language), PhoneTask(str(data.get("task"))))


def phone_answer_text(answer: PhoneAnswer) -> str:
    """The answer as root's unit reads it."""
    return json.dumps({"token": answer.token, "agrees": answer.agrees})


def read_phone_answer(text: str) -> PhoneAnswer:
    """What was answered at the till.

    Raises:
        ValueError: it is no answer. The sentence holds nothing of it.
    """
    data = read_object(text, MOST_PROGRESS_BYTES)
    token, agrees = data.get("token"), data.get("agrees")
    if not matches(TOKEN, token) or not isinstance(agrees, bool):
        raise ValueError("no token or no answer")
    return PhoneAnswer(str(token), agrees)


def progress_text(progress: PhoneProgress, token: str) -> str:
    """The progress as the till reads it."""
    trouble = progress.trouble
    return json.dumps(
        {
            "token": token,
            "step": progress.step,
            "network": progress.network,
            "passphrase": progress.passphrase,
            "page": progress.page,
            "digits": progress.digits,
            "failure": progress.failure,
            "trouble": None if trouble is None else [trouble.kind, trouble.subject[:LONGEST_TEXT]],
            "payee": progress.payee,
            "account": progress.account,
            "key_ends_at": progress.key_ends_at,
        }
    )


def read_progress(text: str, token: str) -> PhoneProgress | None:
    """How far the request with this token is, None if this is of another one.

    Raises:
        ValueError: it is no progress.
    """
    data = read_object(text, MOST_PROGRESS_BYTES)
    if data.get("token") != token:
        return None
    texts = {name: data.get(name) for name in _TEXTS}
    if not all(_is_text(text) for text in texts.values()):
        raise ValueError("a text that is none")
    key_ends_at = data.get("key_ends_at")
    if key_ends_at is not None and not is_unix_time(key_ends_at):
        raise ValueError("a time that is none")
    failure, trouble = data.get("failure"), data.get("trouble")
    return PhoneProgress(
        PhoneStep(str(data.get("step"))),
        **{name: str(text) for name, text in texts.items()},
        failure=None if failure is None else PhoneFailure(str(failure)),
        trouble=None if trouble is None else trouble_of(trouble),
        key_ends_at=key_ends_at,
    )


def token_of(text: str) -> str:
    """The token of the request that a progress is about.

    Raises:
        ValueError: it is no progress.
    """
    token = read_object(text, MOST_PROGRESS_BYTES).get("token")
    if not matches(TOKEN, token):
        raise ValueError("no token")
    return str(token)


def trouble_of(data: object) -> Trouble:
    """The trouble that a kind and a subject of another process stand for.

    Raises:
        ValueError: they stand for none.
    """
    match data:
        case [str(kind), str(subject)] if len(subject) <= LONGEST_TEXT:
            return Trouble(TroubleKind(kind), subject)
    raise ValueError("a trouble that is none")


def is_unix_time(value: object) -> bool:
    """Whether another process's value is a time that a date can be written of."""
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return 0 <= value < _LAST_UNIX_TIME


def _is_text(text: object) -> bool:
    return isinstance(text, str) and len(text) <= LONGEST_TEXT

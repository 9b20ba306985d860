"""A change of settings that somebody asks for on the screen, and what came of it.

The till may not write settings: it lays a request down as a file, and a unit of root's checks it,
puts it into force and answers. Both sides read and write these two texts here.
"""

import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kiosk.sale.json_object import TOKEN, matches, read_object

MOST_BYTES: Final = 16_384  # of a request or an answer
MOST_CHANGES: Final = 80
LONGEST_VALUE: Final = 2_000  # 24 quick items
MOST_PROBLEMS: Final = 40
LONGEST_PROBLEM: Final = 300

_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{2,40}")
_PIN: Final = re.compile(r"[0-9]{0,12}")


class ChangeOutcome(StrEnum):
    """What came of a request."""

    IN_FORCE = "in_force"  # the next start of the program uses it
    WRONG = "wrong"  # `problems` says which settings, and why; the ones before are in force
    PIN_WRONG = "pin_wrong"
    PIN_LOCKED = "pin_locked"  # after wrong ones: for `wait_s` more seconds
    NOT_ALLOWED = "not_allowed"  # no PIN protects the settings, or these are not for the screen
    NOT_SAVED = "not_saved"  # the card cannot be written
    UNFINISHED = "unfinished"  # written in part: the next start of the box finishes it
    NO_ANSWER = "no_answer"  # root's unit said nothing in time
    NO_APPLIANCE = "no_appliance"  # this machine has no such unit
    ALLOWED = "allowed"  # a phone may be asked for a new key, within a minute
    MONEY_WAITS = "money_waits"  # a code is open or a forward waits, and the network would go
    # Of a settings file on a USB stick:
    FITS = "fits"  # it is right, and not yet in force; `changed` says what it would change
    NO_STICK = "no_stick"
    NO_FILE = "no_file"
    SEVERAL_FILES = "several_files"
    STICK_UNREADABLE = "stick_unreadable"
    LOGO_BROKEN = "logo_broken"


class RequestKind(StrEnum):
    """What is asked of root's unit."""

    CHANGE = "change"
    KEEP = "keep"  # the till works with what was changed last
    RADIO = "radio"  # the country whose channels may be used, before anything else is set
    GO_BACK = "go_back"  # it cannot be built with it: the settings of before, without a PIN
    CHECK_STICK = "check_stick"  # what the file of a stick, of which root has a copy, would change
    TAKE_STICK = "take_stick"  # that file into force
    ALLOW_PHONE = "allow_phone"  # let a phone be asked for a new key of the till account


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """Ask for these settings to be put into force, as a whole. -> SettingsChangeResult.

    A name with an empty text means its default. `pin` is the manager's PIN as typed, empty where
    none is set yet. Both may be secret, and neither reaches a repr.
    """

    changes: tuple[tuple[str, str], ...] = field(repr=False)
    pin: str = field(default="", repr=False)
    kind: RequestKind = RequestKind.CHANGE


KEEP: Final = ChangeSettings((), kind=RequestKind.KEEP)
GO_BACK: Final = ChangeSettings((), kind=RequestKind.GO_BACK)
CHECK_STICK: Final = ChangeSettings((), kind=RequestKind.CHECK_STICK)


@dataclass(frozen=True, slots=True)
class ApplySettings:
    """Have the running till take over what was changed and is in force. -> SettingsApplied."""

    changes: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadStick:
    """Look for the settings file of a USB stick, and check it. -> SettingsChangeResult (FITS)."""


def take_stick(pin: str = "") -> ChangeSettings:
    """Ask for the file of the stick, which was read and fits, to be put into force."""
    return ChangeSettings((), pin, RequestKind.TAKE_STICK)


def allow_phone(pin: str) -> ChangeSettings:
    """Ask that root's unit for a phone may begin in a till that is set up."""
    return ChangeSettings((), pin, RequestKind.ALLOW_PHONE)


class StickFile(StrEnum):
    """What became of the file on the stick, once it was in force."""

    WIPED = "wiped"
    LEFT = "left"  # the stick is write-protected, or was pulled out


@dataclass(frozen=True, slots=True)
class SettingsChangeResult:
    """What came of it. `problems` are sentences that begin with a setting's name, and no value.

    Of a stick's file: `changed` are the settings that it changes, `payee` who gets the money with
    it, empty where a key decides, and `stick_file` what became of it once it was in force.
    """

    outcome: ChangeOutcome
    problems: tuple[str, ...] = ()
    wait_s: int = 0
    changed: tuple[str, ...] = ()
    payee: str = ""
    stick_file: StickFile | None = None


def request_text(change: ChangeSettings, token: str) -> str:
    """The request as root's unit reads it. `token` are 32 hex digits, which the answer repeats."""
    request = {"kind": change.kind, "pin": change.pin, "changes": dict(change.changes)}
    return json.dumps({"token": token, **request})


def read_request(text: str) -> tuple[str, ChangeSettings]:
    """The token of a request, and what it asks for.

    Raises:
        ValueError: it is no request. The sentence holds nothing of it.
    """
    data = read_object(text, MOST_BYTES)
    token, pin, changes = data.get("token"), data.get("pin"), data.get("changes")
    if not matches(TOKEN, token) or not matches(_PIN, pin):
        raise ValueError("no token or no PIN")
    kind = RequestKind(str(data.get("kind")))
    least = 1 if kind in (RequestKind.CHANGE, RequestKind.RADIO) else 0
    if not isinstance(changes, dict) or not least <= len(changes) <= MOST_CHANGES:
        raise ValueError("no changes, or too many")
    for name, value in changes.items():
        if not matches(_NAME, name) or not _is_value(value):
            raise ValueError("a change that is none")
    return str(token), ChangeSettings(tuple(changes.items()), str(pin), kind)


def answer_text(result: SettingsChangeResult, token: str) -> str:
    """The answer as the till reads it; of its mistakes, which may quote a file, what has room."""
    problems = [problem[:LONGEST_PROBLEM] for problem in result.problems[:MOST_PROBLEMS]]
    while len(text := _answer_with(result, problems, token)) > MOST_BYTES:
        problems.pop()
    return text


def _answer_with(result: SettingsChangeResult, problems: list[str], token: str) -> str:
    return json.dumps(
        {
            "token": token,
            "outcome": result.outcome,
            "problems": problems,
            "wait_s": result.wait_s,
            "changed": list(result.changed),
            "payee": result.payee,
        }
    )


def read_answer(text: str, token: str) -> SettingsChangeResult | None:
    """What came of the request with this token, None if this answers another one.

    Raises:
        ValueError: it is no answer.
    """
    data = read_object(text, MOST_BYTES)
    if data.get("token") != token:
        return None
    wait_s, payee = data.get("wait_s"), data.get("payee")
    if not _is_value(payee):
        raise ValueError("a payee that is none")
    if not isinstance(wait_s, int) or isinstance(wait_s, bool) or wait_s < 0:
        raise ValueError("a pause that is none")
    outcome = ChangeOutcome(str(data.get("outcome")))
    return SettingsChangeResult(
        outcome,
        _texts(data.get("problems"), MOST_PROBLEMS),
        wait_s,
        _texts(data.get("changed"), MOST_CHANGES),
        str(payee),
    )


def _texts(items: object, most: int) -> tuple[str, ...]:
    if not isinstance(items, list) or len(items) > most:
        raise ValueError("no list of texts")
    if not all(isinstance(item, str) for item in items):
        raise ValueError("a text that is none")
    return tuple(items)


def _is_value(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_VALUE and value.isprintable()

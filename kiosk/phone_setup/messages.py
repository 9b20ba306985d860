"""What root's part and the page's process tell each other: one line of JSON each, bounded."""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from kiosk.phone_setup.form import FIELDS
from kiosk.sale.json_object import read_object

MOST_LINE_BYTES: Final = 131_072


@dataclass(frozen=True, slots=True)
class Opening:
    """What the page's process is given. `shown` is what was typed before, but for the secrets.

    `kept` are the secrets that root's part still has. `authority` is the page's host. `networks`
    are the names that can be chosen. `fields` are the names of what the page asks, in order.
    """

    token: str = field(repr=False)
    digits: str = field(repr=False)
    authority: str
    language: str
    networks: tuple[str, ...] = ()
    shown: dict[str, str] = field(default_factory=dict, repr=False)
    kept: tuple[str, ...] = ()
    fields: tuple[str, ...] = tuple(FIELDS)


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """What root's part says to a form: the fields that are wrong, and the secrets that it has.

    Without a wrong field the form is taken.
    """

    wrong: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def form_answer_line(answer: FormAnswer) -> bytes:
    """The answer, from root's part."""
    return line_of({"wrong": list(answer.wrong), "kept": list(answer.kept)})


def read_form_answer(line: bytes) -> FormAnswer:
    """The answer; it comes from root, and is as it should be."""
    data = message_of(line)
    return FormAnswer(tuple(data["wrong"]), tuple(data["kept"]))


def opening_line(opening: Opening) -> bytes:
    """The first line, from root's part."""
    return line_of(
        {
            "token": opening.token,
            "digits": opening.digits,
            "authority": opening.authority,
            "language": opening.language,
            "networks": list(opening.networks),
            "shown": opening.shown,
            "kept": list(opening.kept),
            "fields": list(opening.fields),
        }
    )


def read_opening(line: bytes) -> Opening:
    """The first line; it comes from root, and is as it should be."""
    data = message_of(line)
    return Opening(
        data["token"],
        data["digits"],
        data["authority"],
        data["language"],
        tuple(data["networks"]),
        data["shown"],
        tuple(data["kept"]),
        tuple(data["fields"]),
    )


def line_of(message: dict[str, Any]) -> bytes:
    """A message as a line."""
    return json.dumps(message).encode() + b"\n"


def message_of(line: bytes) -> dict[str, Any]:
    """The message of a line.

    Raises:
        ValueError: it is none. The sentence holds nothing of it.
    """
    return read_object(line, MOST_LINE_BYTES)

"""The text of a `kiosk.env` as a merchant's friend wrote it -> settings, or what is wrong with it.

Nothing here tells a value: a line of mistakes names the setting, or the line's number.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dotenv.parser import Binding, parse_stream

from kiosk.settings import DEFAULTS, SECRETS, WrongSettings, load, unknown

LONGEST: Final = 65_536  # bytes

_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_BARE: Final = re.compile(r"[A-Za-z0-9_./:,+@%-]*")


class HintRefused(ValueError):
    """The file is not to be used; `problems` has one line for each mistake, without a value."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Hint:
    """A file that may be used: the settings as a text for systemd, and the secrets apart."""

    text: str
    secrets: Mapping[str, str]

    def __repr__(self) -> str:
        return "Hint(***)"


def read_hint(data: bytes) -> Hint:
    """Read and check a whole settings file, which must be complete by itself.

    Raises:
        HintRefused: with every mistake there is.
    """
    lines = tuple(_lines(_decoded(data)))
    problems = [problem for line in lines for problem in _problems(line)]
    values = _values(lines)
    problems += unknown(values)
    try:
        load(values)
    except WrongSettings as error:
        problems += error.problems
    if problems:
        raise HintRefused(tuple(problems))
    return settle(lines)


def settle_text(text: str) -> Hint:
    """Take the secrets out of a text, whether or not it is right otherwise."""
    return settle(tuple(_lines(text)))


def settle(lines: tuple[Binding, ...]) -> Hint:
    """Each setting as systemd reads it, comments as they are, secrets apart."""
    secrets = {name: value for name, value in _values(lines).items() if name in SECRETS}
    return Hint("".join(_line(line) for line in lines), secrets)


def _decoded(data: bytes) -> str:
    """A text from any editor: Windows marks its files and ends lines in its own way."""
    if len(data) > LONGEST:
        raise HintRefused(("kiosk.env: is too long to be a settings file",))
    try:
        utf_16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = data.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise HintRefused(("kiosk.env: is not a plain text file",)) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _lines(text: str) -> Iterator[Binding]:
    return parse_stream(io.StringIO(text))


def _values(lines: tuple[Binding, ...]) -> dict[str, str]:
    return {line.key: line.value.strip() for line in lines if line.key and line.value is not None}


def _problems(line: Binding) -> Iterator[str]:
    where = f"kiosk.env: line {line.original.line}"
    if line.error:
        yield f"{where} cannot be read"
    elif line.key is None:
        return
    elif not _NAME.fullmatch(line.key):  # it may be a secret in the wrong place
        yield f"{where} does not begin with a setting"
    elif line.value is None:
        yield f"{line.key}: has no = behind it"
    elif line.key not in DEFAULTS and not unknown({line.key: ""}):
        yield f"{line.key} is not a setting"
    elif _quoted(line.value) is None:
        yield f"{line.key}: holds a sign that cannot be kept: a backslash, or both ' and \""


def _line(line: Binding) -> str:
    ended = line.original.string.rstrip("\n") + "\n"
    if line.error or line.key is None or line.value is None:
        return ended
    if line.key in SECRETS:
        return f"# {line.key} is kept in /etc/kiosk/credentials\n"
    quoted = _quoted(line.value)
    return ended if quoted is None else f"{line.key}={quoted}\n"


def _quoted(value: str) -> str | None:
    """A value as systemd and dotenv read it alike, neither taking a sign away; None: no way."""
    if "\n" in value:
        return None
    if _BARE.fullmatch(value):
        return value
    if not set(value) & set("'\\"):
        return f"'{value}'"
    if not set(value) & set('"\\$`'):
        return f'"{value}"'
    return None

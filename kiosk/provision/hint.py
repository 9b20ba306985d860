"""The text of a `kiosk.env` as a merchant's friend wrote it -> settings, or what is wrong with it.

Nothing here tells a value: a line of mistakes names the setting, or the line's number.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dotenv.parser import Binding, parse_stream

from kiosk.provision.wifi import NAMES as WIFI_NAMES
from kiosk.provision.wifi import Wifi, wifi_of, wifi_problems
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
    """A file that may be used: a text for systemd, the secrets and the Wi-Fi apart."""

    text: str
    secrets: Mapping[str, str]
    wifi: Wifi | None = None

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
    problems += [*unknown(values), *wifi_problems(values)]
    try:
        load(values)
    except WrongSettings as error:
        problems += error.problems
    if problems:
        raise HintRefused(tuple(problems))
    return settle(lines)


def read_wifi_hint(data: bytes) -> Wifi:
    """Read and check a file that tells a Wi-Fi and nothing else.

    Raises:
        HintRefused: with every mistake there is.
    """
    lines = tuple(_lines(_decoded(data, "wifi.env")))
    values = _values(lines)
    problems = [problem for line in lines for problem in _problems(line, "wifi.env")]
    problems += [f"{name} belongs into kiosk.env" for name in values if name in DEFAULTS]
    problems += wifi_problems(values)
    wifi = wifi_of(values)
    if wifi is None and not problems:
        problems.append("WIFI_SSID: is missing")
    if problems or wifi is None:
        raise HintRefused(tuple(problems))
    return wifi


def settle_text(text: str) -> Hint:
    """Take the secrets out of a text, whether or not it is right otherwise."""
    return settle(tuple(_lines(text)))


def settle(lines: tuple[Binding, ...]) -> Hint:
    """Each setting as systemd reads it, comments as they are, secrets and Wi-Fi apart."""
    values = _values(lines)
    secrets = {name: value for name, value in values.items() if name in SECRETS}
    return Hint("".join(_line(line) for line in lines), secrets, wifi_of(values))


def _decoded(data: bytes, name: str = "kiosk.env") -> str:
    """A text from any editor: Windows marks its files and ends lines in its own way."""
    if len(data) > LONGEST:
        raise HintRefused((f"{name}: is too long to be a settings file",))
    try:
        utf_16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = data.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise HintRefused((f"{name}: is not a plain text file",)) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _lines(text: str) -> Iterator[Binding]:
    return parse_stream(io.StringIO(text))


def _values(lines: tuple[Binding, ...]) -> dict[str, str]:
    return {line.key: line.value.strip() for line in lines if line.key and line.value is not None}


def _problems(line: Binding, file: str = "kiosk.env") -> Iterator[str]:
    where = f"{file}: line {line.original.line + len(_blank(line))}"
    if line.error:
        yield f"{where} cannot be read"
    elif line.key is None:
        return
    elif not _NAME.fullmatch(line.key):  # it may be a secret in the wrong place
        yield f"{where} does not begin with a setting"
    elif line.value is None:
        yield f"{line.key}: has no = behind it"
    elif line.key in WIFI_NAMES:
        return
    elif line.key not in DEFAULTS and not unknown({line.key: ""}):
        yield f"{line.key} is not a setting"
    elif _quoted(line.value) is None:
        yield f"{line.key}: holds a sign that cannot be kept: a backslash, or both ' and \""


def _line(line: Binding) -> str:
    whole = line.original.string.rstrip("\n") + "\n"
    if line.error or line.key is None or line.value is None:
        return whole
    if line.key in SECRETS:
        return f"{_blank(line)}# {line.key} is kept in /etc/kiosk/credentials\n"
    if line.key in WIFI_NAMES:
        return _blank(line)
    quoted = _quoted(line.value)
    return whole if quoted is None else f"{_blank(line)}{line.key}={quoted}\n"


def _blank(line: Binding) -> str:
    """Empty lines count as a part of what follows them."""
    text = line.original.string
    return "\n" * text[: len(text) - len(text.lstrip())].count("\n")


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

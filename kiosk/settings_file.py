"""A settings file (`.env`, `kiosk.env`, `wifi.env`): the one reader of all of them.

What two readers could understand differently is refused by name and never guessed: a value that a
` #` would cut, a control character, a line that is no NAME=value. No mistake contains a value.
"""

import io
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LONGEST: Final = 65_536  # bytes

_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_BLANK: Final = re.compile(r"[^\S\n]*")
# Control characters, and the two line ends that only Unicode knows. A tab is a blank.
_NEVER: Final = ("Cc", "Zl", "Zp")


class FileRefused(ValueError):
    """The file is not to be used; `problems` has one line for each mistake, without a value."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What a file says, and what is wrong with its lines: names with a value, in order."""

    values: Mapping[str, str]
    problems: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"SettingsFile({', '.join(self.values)})"


def read_file(file: Path) -> bytes:
    """The bytes of a plain file of bounded size; a link is not followed, a pipe not waited for.

    Raises:
        FileRefused: it is something else, or too long.
        OSError: it is not there, or cannot be read.
    """
    fd = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(fd, "rb") as stream:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise FileRefused((f"{file.name}: is not a plain file",))
        data = stream.read(LONGEST + 1) if status.st_size <= LONGEST else b""
    if status.st_size > LONGEST or len(data) > LONGEST:
        raise FileRefused((f"{file.name}: is too long to be a settings file",))
    return data


def parse(data: bytes, name: str) -> SettingsFile:
    """The settings of a whole file called `name`, with every mistake in its lines.

    A text from any editor: Windows marks its files and ends lines in its own way.

    Raises:
        FileRefused: it is no text at all.
    """
    text = _decoded(data, name)
    odd = sorted({line for line, letter in _letters(text) if letter != "\t" and _is_odd(letter)})
    if odd:
        problems = (f"{name}: line {line} holds a control character" for line in odd)
        return SettingsFile({}, tuple(problems))
    from dotenv.parser import parse_stream  # not before the first picture of a till without a file

    values: dict[str, str] = {}
    refused: list[str] = []
    for line in parse_stream(io.StringIO(text)):
        whole = line.original.string
        number = line.original.line + whole[: len(whole) - len(whole.lstrip())].count("\n")
        if line.error:
            refused.append(f"{name}: line {number} cannot be read")
        elif line.key is None:
            continue
        elif not _NAME.fullmatch(line.key):  # it may be a secret in the wrong place
            refused.append(f"{name}: line {number} does not begin with a setting")
        elif line.value is None:
            refused.append(f"{line.key}: has no = behind it")
        elif _is_cut(whole):
            refused.append(
                f"{line.key}: a # after a blank is not clear; put the value into quotes ('...'),"
                " or the remark on a line of its own"
            )
        elif any(map(_is_odd, line.value)):
            refused.append(f"{line.key}: holds a control character")
        else:
            values[line.key] = line.value.strip()
    return SettingsFile(values, tuple(refused))


def _decoded(data: bytes, name: str) -> str:
    if len(data) > LONGEST:
        raise FileRefused((f"{name}: is too long to be a settings file",))
    try:
        utf_16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = data.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefused((f"{name}: is not a plain text file",)) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _letters(text: str) -> Iterator[tuple[int, str]]:
    """Each letter with the number of its line."""
    for number, line in enumerate(text.split("\n"), start=1):
        for letter in line:
            yield number, letter


def _is_odd(letter: str) -> bool:
    return unicodedata.category(letter) in _NEVER


def _is_cut(line: str) -> bool:
    """Whether a value without quotes has a # after a blank: some readers end it there."""
    value = line.partition("=")[2]
    begun = _BLANK.sub("", value, count=1)
    return begun[:1] not in ("'", '"') and re.search(r"\s#", value) is not None

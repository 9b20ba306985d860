"""What root's unit leaves word of before the till starts.

Settings that were refused, files that still lie on the boot partition, a change in force in part.
"""

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

log: Final = logging.getLogger("kiosk")

# Where a Pi's boot partition is mounted: by today's Raspberry Pi OS, and before.
BOOT_FOLDERS: Final = (Path("/boot/firmware"), Path("/boot"))

# One line per mistake, which begins with the setting's name, as `WrongSettings.problems` has them.
REFUSAL: Final = Path("/run/kiosk-provision/settings-refused")
UNFINISHED: Final = REFUSAL.with_name("change-unfinished")
MOST_LINES: Final = 50

ITEMS_FILE: Final = "items.csv"

# How a line goes on after a file's name that is right and still lies there, where anyone reads it.
TAKEN: Final = "was taken in, but cannot be removed"
COPY: Final = "a copy is left on the boot partition, delete it"

_NAME: Final = re.compile(
    rf"([A-Z][A-Z0-9_]{{2,40}}|{re.escape(ITEMS_FILE)}(?:: line [0-9]{{1,4}})?)\b"
)
_LEFT: Final = re.compile(rf"([a-z.]{{1,20}}): (?:{TAKEN}|{COPY}(?:: ([ -~]{{1,40}})$)?)")
_MEANT: Final = re.compile(r"did you mean ([A-Za-z0-9_/+-]{1,40})\?$")


def is_change_unfinished(file: Path = UNFINISHED) -> bool:
    """Whether settings are in force in part, for want of a memory card that can be written."""
    return file.exists()


def refused_names(file: Path = REFUSAL) -> tuple[str, ...]:
    """The settings that were wrong in the refused file, by name and never with a value.

    Empty when nothing was refused. A refusal without a single name counts as `kiosk.env` itself.
    """
    lines = _lines(file)
    if lines is None:
        return ()
    refused = [line for line in lines if not _LEFT.match(line)]
    if lines and not refused:
        return ()
    return names_of(refused) or ("kiosk.env",)


def left_files(file: Path = REFUSAL) -> tuple[str, ...]:
    """The files that were taken in, or copies of them, that still lie on the boot partition."""
    found = (_LEFT.match(line) for line in _lines(file) or ())
    return tuple(dict.fromkeys(match[2] or match[1] for match in found if match is not None))


def _lines(file: Path) -> list[str] | None:
    """What root's unit has said, None when it has said nothing."""
    try:
        return file.read_text(errors="replace").splitlines()[:MOST_LINES]
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("%s cannot be read: %s", file, error.strerror)
        return None


def names_of(problems: Sequence[str]) -> tuple[str, ...]:
    """The settings that lines of mistakes begin with, each once, with the value that was meant.

    Of the quick items' file it is its name, with the line.

    `KIOSK_LANGUAGE: de?` is from a line that ends in `did you mean de?`: such a value is one of
    the right ones, never what was written.
    """
    names = []
    for line in problems:
        name, near = _NAME.match(line), _MEANT.search(line)
        if name is not None:
            names.append(f"{name[1]}: {near[1]}?" if near is not None else name[1])
    return tuple(dict.fromkeys(names))

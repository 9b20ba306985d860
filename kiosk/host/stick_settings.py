"""The settings file of a USB stick, by two units of root's: one reads it, the other one decides.

`kiosk-stick.path` watches for the wish to read the stick, or to wipe the file on it. What is in the
file the till never sees.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kiosk.host import usb_stick
from kiosk.host.settings_request import ANSWER, ask_for_change
from kiosk.sale.settings_change import (
    CHECK_STICK,
    ChangeOutcome,
    ChangeSettings,
    SettingsChangeResult,
    StickFile,
)

log: Final = logging.getLogger("kiosk")

FOLDER: Final = "stick"

_OUTCOMES: Final = MappingProxyType(
    {
        "no-stick": ChangeOutcome.NO_STICK,
        "no-file": ChangeOutcome.NO_FILE,
        "several": ChangeOutcome.SEVERAL_FILES,
        "unreadable": ChangeOutcome.STICK_UNREADABLE,
        "bad-logo": ChangeOutcome.LOGO_BROKEN,
    }
)


def read_stick(
    folder: Path, sleep: Callable[[float], object], answer: Path = ANSWER
) -> SettingsChangeResult:
    """Have the file read and checked; nothing is in force yet.

    `folder` is the service's runtime directory.
    """
    word = _asked(folder, "read", sleep)
    if word == "read":
        return ask_for_change(folder, CHECK_STICK, sleep, answer)
    return SettingsChangeResult(_OUTCOMES.get(word, ChangeOutcome.NO_ANSWER))


def take_stick(
    folder: Path,
    change: ChangeSettings,
    sleep: Callable[[float], object],
    answer: Path = ANSWER,
) -> SettingsChangeResult:
    """Have the file that was read put into force, then wiped on the stick."""
    result = ask_for_change(folder, change, sleep, answer)
    if result.outcome is not ChangeOutcome.IN_FORCE:
        return result
    word = _asked(folder, "wipe", sleep)
    if word == "none":  # items and a logo hold no secret
        return result
    return replace(result, stick_file=StickFile.WIPED if word == "wiped" else StickFile.LEFT)


def _asked(folder: Path, wish: str, sleep: Callable[[float], object]) -> str:
    place = folder / FOLDER
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        word = usb_stick.ask_helper(place, wish, sleep)
    except OSError as error:
        log.warning("the stick could not be asked for: %s", error.strerror)
        return ""
    log.info("stick, %s: %s", wish, word or "no answer")
    return word

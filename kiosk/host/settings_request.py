"""Ask root's unit to change the settings: a request file in our runtime folder, an answer in its.

`kiosk-settings.path` watches for the request. The file holds a PIN, so it lies in memory, is for
root and us alone, and is gone once it is answered.
"""

import logging
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kiosk.durable_files import write_private
from kiosk.sale.settings_change import (
    MOST_BYTES,
    ChangeOutcome,
    ChangeSettings,
    SettingsChangeResult,
    read_answer,
    request_text,
)

log: Final = logging.getLogger("kiosk")

FOLDER: Final = "settings"
REQUEST_FILE: Final = "wanted"
ANSWER: Final = Path("/run/kiosk-settings/answer")
TRIAL: Final = Path("/run/kiosk-provision/settings-on-trial")
PATIENCE_S: Final = 30.0  # starting Python on a small Pi, and writing to a slow card
LOOK_S: Final = 0.1


def is_on_trial(file: Path = TRIAL) -> bool:
    """Whether this is the first start with settings that were changed on the screen."""
    return file.exists()


def ask_for_change(
    folder: Path,
    change: ChangeSettings,
    sleep: Callable[[float], object],
    answer: Path = ANSWER,
) -> SettingsChangeResult:
    """Lay the request down and wait for its answer; `folder` is the service's runtime directory."""
    token = secrets.token_hex(16)
    place = folder / FOLDER
    request = place / REQUEST_FILE
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        write_private(request, request_text(change, token))
        result = _answered(answer, token, sleep)
        request.unlink(missing_ok=True)
    except OSError as error:
        log.warning("the settings could not be asked for: %s", error.strerror)
        return SettingsChangeResult(ChangeOutcome.NO_ANSWER)
    log.info("settings: %s", result.outcome)
    return result


def _answered(file: Path, token: str, sleep: Callable[[float], object]) -> SettingsChangeResult:
    waited_s = 0.0
    while waited_s < PATIENCE_S:
        try:
            with file.open(errors="replace") as stream:
                result = read_answer(stream.read(MOST_BYTES + 1), token)
        except (FileNotFoundError, PermissionError):  # root gives it to all once it is written
            result = None
        except ValueError as error:
            log.warning("an answer about settings cannot be read: %s", error)
            result = None
        if result is not None:
            return result
        sleep(LOOK_S)
        waited_s += LOOK_S
    return SettingsChangeResult(ChangeOutcome.NO_ANSWER)

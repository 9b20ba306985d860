"""A second copy of the books on a stick: asked of root's helper, which mounts the stick.

The helper runs `kiosk copy` as the till's own user, with the settings that lie beside the request.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kiosk.durable_files import write_private
from kiosk.host import usb_stick
from kiosk.sale.device import CopyOutcome, CopyReason

log: Final = logging.getLogger("kiosk")

FOLDER: Final = "copy"
SETTINGS_FILE: Final = "settings"
# A journal of a million sales, and all its files, from a slow card onto a slow stick.
PATIENCE_S: Final = 1800.0


def ask_for_copy(
    folder: Path, reason: CopyReason, settings: str, sleep: Callable[[float], object]
) -> CopyOutcome:
    """Ask for a copy and wait for what became of it; `folder` is the service's runtime directory.

    `settings` is the text of a settings file that names the journal, the kiosk and the time zone.
    """
    place = folder / FOLDER
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        write_private(place / SETTINGS_FILE, settings)
        word = usb_stick.ask_helper(place, f"{reason}\n", sleep, PATIENCE_S)
    except OSError as error:
        log.error("no copy could be asked for: %s", error.strerror)  # noqa: TRY400 - a sentence
        return CopyOutcome.FAILED
    outcome = CopyOutcome(word) if word in set(CopyOutcome) else CopyOutcome.FAILED
    level = logging.INFO if outcome is CopyOutcome.COPIED else logging.ERROR
    log.log(level, "second copy reason=%s outcome=%s", reason, word or "no answer")
    return outcome

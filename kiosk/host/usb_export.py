"""The sales on a USB stick, once, when the manager asks; nothing else ever mounts one.

The till writes its files into its runtime directory and leaves a request file there;
`kiosk-export.path` watches for it, and root's helper mounts the first stick, copies the files as
the till's own user, and unmounts. It answers with one word in a file.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kiosk.sale.device import DeviceNotice

log: Final = logging.getLogger("kiosk")

FOLDER: Final = "export"
REQUEST_FILE: Final = "wanted"
RESULT_FILE: Final = "answer"
PATIENCE_S: Final = 90.0  # a slow stick, and a minute's worth of sales is not what it gets
LOOK_S: Final = 0.5

_NOTICES: Final = {
    "exported": DeviceNotice.EXPORTED,
    "no-stick": DeviceNotice.NO_STICK,
    "full": DeviceNotice.STICK_FULL,
    "unreadable": DeviceNotice.STICK_UNREADABLE,
}


def export(
    folder: Path, write: Callable[[Path], None], sleep: Callable[[float], object]
) -> DeviceNotice:
    """Have `write` make the files in a folder, and have them copied onto a stick.

    `folder` is the service's runtime directory. It lies in memory, so the files are taken away
    again.
    """
    place = folder / FOLDER
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        _empty(place)
        write(place)
        (place / REQUEST_FILE).touch(mode=0o600)
        notice = _answer(place, sleep)
        _empty(place)
    except OSError as error:
        log.warning("the export failed: %s", error.strerror)
        return DeviceNotice.EXPORT_FAILED
    return notice


def _answer(place: Path, sleep: Callable[[float], object]) -> DeviceNotice:
    waited_s = 0.0
    while waited_s < PATIENCE_S:
        if (place / RESULT_FILE).exists():
            word = (place / RESULT_FILE).read_text().strip()
            log.info("export: %s", word[:40])
            return _NOTICES.get(word, DeviceNotice.EXPORT_FAILED)
        sleep(LOOK_S)
        waited_s += LOOK_S
    return DeviceNotice.NO_ANSWER


def _empty(place: Path) -> None:
    for file in place.iterdir():
        file.unlink()

"""The sales on a USB stick, once, when the manager asks.

The till writes its files into its runtime directory and leaves a request file there;
`kiosk-export.path` watches for it, and root's helper mounts the first stick, copies the files as
the till's own user, and unmounts.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kiosk.host import usb_stick
from kiosk.sale.device import DeviceNotice

log: Final = logging.getLogger("kiosk")

FOLDER: Final = "export"

_NOTICES: Final = {
    "": DeviceNotice.NO_ANSWER,
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
        word = usb_stick.ask_helper(place, "export", sleep)
        _empty(place)
    except OSError as error:
        log.warning("the export failed: %s", error.strerror)
        return DeviceNotice.EXPORT_FAILED
    log.info("export: %s", word or "no answer")
    return _NOTICES.get(word, DeviceNotice.EXPORT_FAILED)


def _empty(place: Path) -> None:
    for file in place.iterdir():
        file.unlink()

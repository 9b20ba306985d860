"""Root's helper for USB sticks (`systemd/usb-stick`): what it is asked for, and its one word.

The till mounts nothing: it leaves a request file in a folder of its own, for which a unit of root's
watches, and waits for an answer file.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kiosk.durable_files import write_private

log: Final = logging.getLogger("kiosk")

REQUEST_FILE: Final = "wanted"
ANSWER_FILE: Final = "answer"
PATIENCE_S: Final = 90.0  # a slow stick, and a minute's worth of sales is not what it gets
LOOK_S: Final = 0.5
LONGEST_WORD: Final = 40

_DISKS: Final = Path("/sys/block")


def has_stick(disks: Path = _DISKS) -> bool:
    """Whether a USB disk is plugged in. On a machine that boots from USB there always is one."""
    try:
        return any("/usb" in str(disk.readlink()) for disk in disks.iterdir() if disk.is_symlink())
    except OSError as error:
        log.warning("%s cannot be read: %s", disks, error.strerror)
        return False


def ask_helper(
    place: Path, wish: str, sleep: Callable[[float], object], patience_s: float = PATIENCE_S
) -> str:
    """Lay the wish down in `place` and wait for the word; empty if there is none in time.

    Raises:
        OSError: the folder cannot be written.
    """
    answer, request = place / ANSWER_FILE, place / REQUEST_FILE
    answer.unlink(missing_ok=True)
    write_private(request, wish)
    waited_s = 0.0
    while waited_s < patience_s:
        if answer.exists():
            with answer.open(errors="replace") as stream:
                word = stream.read(LONGEST_WORD).strip()
            if word:  # else it is being written
                return word
        sleep(LOOK_S)
        waited_s += LOOK_S
    return ""

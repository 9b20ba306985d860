"""The journal as it was before its tables were changed: one copy, kept beside it.

The change itself is one transaction that only adds. The copy is for what nobody foresaw: it is the
last journal that the release before has written.
"""

import contextlib
import logging
import os
import sqlite3
from pathlib import Path
from typing import Final

from kiosk.durable_files import sync_folder

log: Final = logging.getLogger("kiosk.journal")

_ENDING: Final = ".before-change"


def copy_of(path: Path) -> Path:
    """Where the copy of a journal is kept; the next change replaces it."""
    return path.with_name(path.name + _ENDING)


def copy_before_change(connection: sqlite3.Connection, path: Path) -> None:
    """Copy an open journal, whole and durable, for its owner alone.

    The copy of before stays until the new one is on the disk.

    Raises:
        sqlite3.Error, OSError: it cannot be written; then nothing may be changed.
    """
    kept = copy_of(path)
    new = kept.with_name(f".{kept.name}.new")
    new.unlink(missing_ok=True)
    try:
        os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with contextlib.closing(sqlite3.connect(new)) as target:
            connection.backup(target)
        with new.open("rb") as file:
            os.fsync(file.fileno())
        new.replace(kept)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    log.warning("the journal's tables change; as it was it is kept as %s", kept.name)

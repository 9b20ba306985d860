"""The journal as it was before its tables were changed: one copy, kept beside it.

The change itself is one transaction that only adds. The copy is for what nobody foresaw: it is the
last journal that the release before has written.
"""

import logging
import sqlite3
from pathlib import Path
from typing import Final

from kiosk.journal.whole_copy import write_copy

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
    write_copy(connection, kept)
    log.warning("the journal's tables change; as it was it is kept as %s", kept.name)

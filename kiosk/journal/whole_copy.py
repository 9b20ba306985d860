"""A whole, consistent copy of an open journal: one file, for its owner alone."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from kiosk.durable_files import sync_file, sync_folder


def write_copy(connection: sqlite3.Connection, target: Path) -> None:
    """Copy an open journal as it is at this moment; another program may be writing it.

    The copy is on the disk when this returns. It takes the place of an older one of this name.

    Raises:
        sqlite3.Error, OSError: it cannot be read or written; an older copy stays as it is.
    """
    new = target.with_name(f".{target.name}.new")
    new.unlink(missing_ok=True)
    try:
        os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(new, isolation_level=None)) as copy:
            # Nothing is kept of what fails half way, and the whole file is synced below.
            copy.execute("PRAGMA journal_mode = OFF")
            copy.execute("PRAGMA synchronous = OFF")
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, with no log beside it
        sync_file(new)
        new.replace(target)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)

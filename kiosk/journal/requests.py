"""Words of other processes to the kiosk (`kiosk forwards --retry`), and a trial of writing."""

import sqlite3
import time
from enum import Enum
from pathlib import Path

from kiosk.journal import owner_lock
from kiosk.journal.database import open_beside, transaction
from kiosk.journal.errors import translated


class RetryRequest(Enum):
    """What became of a word to the kiosk."""

    DELIVERED = "heard"  # it runs, and has been woken
    STORED = "left"  # it reads it when it starts


def take_requests(db: sqlite3.Connection) -> bool:
    """Whether another process has asked for a retry since the last time."""
    with translated():
        if db.execute("SELECT 1 FROM requests").fetchone() is None:
            return False
        with transaction(db):
            db.execute("DELETE FROM requests")
    return True


def request_retry(path: Path) -> RetryRequest:
    """Leave word for the kiosk that waiting forwards are to be tried now, and wake it.

    Raises:
        JournalUnusable: the word could not be left.
        JournalCorrupt: it is not a sound journal.
    """
    connection = open_beside(path, "rw")
    try:
        with translated(), transaction(connection):
            connection.execute(
                "INSERT INTO requests (what, at) VALUES ('retry', ?)", (int(time.time()),)
            )
    finally:
        connection.close()
    return RetryRequest.DELIVERED if owner_lock.signal_owner(path) else RetryRequest.STORED


def try_to_write(path: Path) -> None:
    """A real write that leaves no growth, without the kiosk's lock: only a till holds that.

    Raises:
        JournalUnusable: it cannot be written.
        JournalCorrupt: it is not a sound journal.
    """
    connection = open_beside(path, "rw")
    try:
        with translated(), transaction(connection):
            connection.execute("INSERT OR REPLACE INTO probe VALUES (1, ?)", (int(time.time()),))
    finally:
        connection.close()

"""Whether a journal's file is sound: its header, its pages, its indexes, its tables' own text."""

import logging
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Timer
from typing import Final

from kiosk.journal.errors import corrupt

# Checking reads every page, so a journal of many years would hold up the start. After this long it
# is broken off, and nothing is concluded from it: what it has not reached shows when it is read.
CHECK_S: Final = 10.0
# A start on a journal of years is not kept waiting for its indexes.
INDEX_CHECK_S: Final = 0.5

# https://sqlite.org/fileformat.html, 1.3: the versions of the format for writing and reading are
# at 18 and 19; 1 is a rollback journal, 2 a write-ahead log.
_HEADER_BYTES: Final = 100
_FORMATS: Final = frozenset({1, 2})

log: Final = logging.getLogger("kiosk.journal")


def check_header(path: Path) -> None:
    """Look at what SQLite would take for a file of a newer format: it could only read that.

    Raises:
        JournalCorrupt: it is no version that is known.
    """
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if header and not _FORMATS.issuperset(header[18:20]):
        raise corrupt(f"file format {header[18:20].hex()}")


def check_pages(connection: sqlite3.Connection) -> None:
    """Look for damage, for a bounded time; what was not looked at is not damaged.

    An index that disagrees with its table is found by the longer check alone. It made a sound sale
    contradict the journal.

    Raises:
        JournalCorrupt: there is damage.
    """
    if _passes(connection, "integrity_check", INDEX_CHECK_S):
        return  # it has looked at all that the other one looks at
    if not _passes(connection, "quick_check", CHECK_S):
        log.info("the journal is too large to be checked whole at the start")


def check_whole(connection: sqlite3.Connection) -> None:
    """Look for damage everywhere, for as long as it takes.

    Raises:
        JournalCorrupt: there is damage.
    """
    verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        raise corrupt(f"integrity_check: {verdict}")
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise corrupt("foreign_key_check: a row refers to another that is missing")


def _passes(connection: sqlite3.Connection, check: str, within_s: float) -> bool:
    """Whether a check came to its end in time.

    Raises:
        JournalCorrupt: it found damage.
    """
    is_late = Event()

    def break_off() -> None:
        is_late.set()
        connection.interrupt()

    # A progress handler would not do: before SQLite 3.41 all pages are walked through in one step.
    timer = Timer(within_s, break_off)
    timer.start()
    try:
        verdict = connection.execute(f"PRAGMA {check}(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_INTERRUPT:
            raise
        return False
    finally:
        timer.cancel()
        timer.join()
    if is_late.is_set():
        return False  # a page that it did not reach may be called damaged
    if verdict != "ok":
        raise corrupt(f"{check}: {verdict}")
    return True


def check_tables(connection: sqlite3.Connection, made_now: Mapping[tuple[str, str], str]) -> None:
    """Compare every table and trigger with `made_now`, what this program would make.

    One flipped bit in a trigger's text may leave it valid, and without its meaning.

    Raises:
        JournalCorrupt: one differs, or is missing.
    """
    tables = tables_of(connection)
    for key, text in made_now.items():
        if key not in tables or not _is_or_extends(tables[key], text):
            raise corrupt(f"the {key[0]} {key[1]} is not as it was made")


def tables_of(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """The text of every table, index, trigger and view, by type and name."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema")
    return {(row["type"], row["name"]): row["sql"] or "" for row in rows}


def _is_or_extends(text: str, wanted: str) -> bool:
    """Whether a table's text is ours, or ours with columns that a newer release has added."""
    if text == wanted:
        return True
    pairs = zip(text, wanted, strict=False)
    same = next((place for place, (its, ours) in enumerate(pairs) if its != ours), len(wanted))
    rest = wanted[same:]
    added = text[same : len(text) - len(rest)]
    return len(text) > len(wanted) and text.endswith(rest) and "," in (added[:1], added[-1:])

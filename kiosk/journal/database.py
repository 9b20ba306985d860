"""The SQLite file under the journal: opened, checked, made, and its errors put into our words."""

import contextlib
import errno
import logging
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from kiosk.durable_files import sync_folder
from kiosk.sale.trouble import Contradiction, KioskError, RestartNeeded, Trouble, TroubleKind

# `PRAGMA user_version` counts the scripts that have run: version n is the first n of them. What
# has been shipped is never edited; a change of the tables is one more script.
SCRIPTS: Final = ("schema.sql",)

# What an older program can work with is not counted: new tables, and new columns.
ADDITIONS: Final = "additions.sql"

# Checking reads every page, so a journal of many years would hold up the start. After this long it
# is broken off, and nothing is concluded from it: what it has not reached shows when it is read.
CHECK_S: Final = 10.0
# A start on a journal of years is not kept waiting for its indexes.
INDEX_CHECK_S: Final = 0.5
STEPS_BETWEEN_LOOKS: Final = 10_000

# https://sqlite.org/fileformat.html, 1.3: the versions of the format for writing and reading are
# at 18 and 19; 1 is a rollback journal, 2 a write-ahead log.
_HEADER_BYTES: Final = 100
_FORMATS: Final = frozenset({1, 2})

# Errors that say nothing of what is in the file: a full or read-only card, a lock, no memory.
_NOT_OF_THE_FILE: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_IOERR,
    }
)
_CANNOT_BE_READ: Final = frozenset(
    {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS}
)

# Another process writes for a moment only: `kiosk forwards --retry`.
_BUSY_S: Final = 5.0

# In the folder of a journal on a partition of its own (`setup.sh readonly`): that partition is not
# there, and a journal here would be one of the past.
MISSING: Final = "partition-is-missing"


log: Final = logging.getLogger("kiosk.journal")


class JournalUnusable(KioskError):
    """It cannot be written now: full, read-only, failing. Nothing of the step was recorded."""


class JournalCorrupt(RestartNeeded):
    """It cannot be read. The next start sets it aside, and never deletes it."""


class JournalConflict(Contradiction):
    """A fact contradicts what is recorded: a bug of ours, never the merchant's fault."""


def require_partition(path: Path) -> None:
    """Touch nothing where this journal is not kept.

    Raises:
        JournalUnusable: the partition that it is kept on is not there.
    """
    if (path.parent / MISSING).exists():
        raise _unusable("its partition is missing")


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open or make the file, fully synchronous, its tables as this program knows them.

    Raises:
        JournalUnusable: the folder or file cannot be written, or a newer program has written it.
        JournalCorrupt: it is not a sound journal.
    """
    with reading():
        _make_file(path)
        connection = _connected(f"{path.absolute().as_uri()}?mode=rw")
        with closed_on_error(connection):
            _check_header(path)
            _check(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            _bring_up_to_date(connection)
            _check_tables(connection)
        return connection


def open_beside(path: Path, mode: str) -> sqlite3.Connection:
    """Open an existing journal from another process; `mode` is SQLite's `ro` or `rw`.

    Raises:
        JournalUnusable: there is none, it may not be opened, or another version wrote it.
        JournalCorrupt: it is not a journal.
    """
    require_partition(path)
    with translated():
        connection = _connected(f"{path.absolute().as_uri()}?mode={mode}")
        with closed_on_error(connection):
            if _version(connection) != len(SCRIPTS):
                raise _unusable("the kiosk has to start once to bring it up to date")
        return connection


def set_aside(path: Path, stamp: str) -> Path:
    """Rename a corrupt journal, with its -wal and -shm, beside itself; `stamp` makes its name
    unique.
    """
    aside = path.with_name(f"{path.name}.corrupt-{stamp}")
    again = 1
    while aside.exists():
        again += 1
        aside = path.with_name(f"{path.name}.corrupt-{stamp}-{again}")
    with translated():
        for tail in ("", "-wal", "-shm"):
            part = path.with_name(path.name + tail)
            if part.exists():
                part.rename(aside.with_name(aside.name + tail))
        sync_folder(path.parent)
    return aside


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, durable at the end. After an error the connection can be used again."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """The errors of sqlite3 and of the system as ours."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise JournalConflict(str(error)) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:  # the module is used wrongly: this says nothing about the disk
            raise
        reason = f"{error.sqlite_errorname}: {error}"
        if code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise _corrupt(reason) from error
        raise _unusable(reason, full=code & 0xFF == sqlite3.SQLITE_FULL) from error
    except OSError as error:
        raise _unusable(str(error), full=error.errno == errno.ENOSPC) from error


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """While a journal is opened and read, anything odd in it means that it is damaged.

    Its next opening would meet the same again: set aside, it is asked of Blink instead.
    """
    try:
        yield
    except KioskError:
        raise
    except OSError as error:
        raise _unusable(str(error), full=error.errno == errno.ENOSPC) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        reason = f"{type(error).__name__}: {error}"
        if code & 0xFF in _NOT_OF_THE_FILE and code not in _CANNOT_BE_READ:
            raise _unusable(reason, full=code & 0xFF == sqlite3.SQLITE_FULL) from error
        raise _corrupt(reason) from error
    except (ValueError, TypeError, LookupError, ArithmeticError, JournalConflict) as error:
        raise _corrupt(f"{type(error).__name__}: {error}") from error


def full(reason: str) -> JournalUnusable:
    """The error for a disk without room for the next sale."""
    return _unusable(reason, full=True)


def _connected(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_S)
    connection.row_factory = sqlite3.Row
    return connection


@contextlib.contextmanager
def closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    """Leave no connection open behind an error."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _make_file(path: Path) -> None:
    """Make folder and file if need be. It holds invoices: for the kiosk's user alone."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # -wal and -shm take its mode
    sync_folder(path.parent)


def _check_header(path: Path) -> None:
    """Look at what SQLite would take for a file of a newer format: it could only read that."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if header and not _FORMATS.issuperset(header[18:20]):
        raise _corrupt(f"file format {header[18:20].hex()}")


def _check(connection: sqlite3.Connection) -> None:
    """Look for damage, for a bounded time; what was not looked at is not damaged.

    An index that disagrees with its table is found by the longer check alone. It made a sound sale
    contradict the journal.
    """
    if _passes(connection, "quick_check", CHECK_S):
        _passes(connection, "integrity_check", INDEX_CHECK_S)
    else:
        log.info("the journal is too large to be checked whole at the start")


def _passes(connection: sqlite3.Connection, check: str, within_s: float) -> bool:
    """Whether a check came to its end in time.

    Raises:
        JournalCorrupt: it found damage.
    """
    end_s = time.monotonic() + within_s
    connection.set_progress_handler(lambda: time.monotonic() > end_s, STEPS_BETWEEN_LOOKS)
    try:
        verdict = connection.execute(f"PRAGMA {check}(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_INTERRUPT:
            raise
        return False
    finally:
        connection.set_progress_handler(None, 0)
    if verdict != "ok":
        raise _corrupt(f"{check}: {verdict}")
    return True


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    version = _version(connection)
    if not 0 <= version <= len(SCRIPTS):
        if _tables(connection) == _tables_made_now(SCRIPTS):
            raise _corrupt(f"version {version}, and the tables of version {len(SCRIPTS)}")
        # Not corrupt: setting it aside would lose sight of the money under way.
        raise _unusable(f"a newer program has written it (version {version})")
    for number, name in enumerate(SCRIPTS[version:], start=version + 1):
        connection.executescript(f"BEGIN; {_script(name)} PRAGMA user_version = {number}; COMMIT;")
    connection.executescript(f"BEGIN; {_script(ADDITIONS)} COMMIT;")


def _script(name: str) -> str:
    return resources.files("kiosk.journal").joinpath(name).read_text()


def columns() -> dict[str, tuple[str, ...]]:
    """The columns of every table, in order, as this program makes them."""
    with contextlib.closing(_as_made_now()) as made:
        tables = made.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        return {
            table["name"]: tuple(
                row["name"]
                for row in made.execute("SELECT name FROM pragma_table_info(?)", (table["name"],))
            )
            for table in tables
        }


def _as_made_now() -> sqlite3.Connection:
    """A journal in memory, as this program makes one."""
    made = _connected(":memory:")
    _bring_up_to_date(made)
    return made


@cache
def _tables_made_now(scripts: tuple[str, ...]) -> Mapping[tuple[str, str], str]:
    assert scripts == SCRIPTS
    with contextlib.closing(_as_made_now()) as made:
        return _tables(made)


def _check_tables(connection: sqlite3.Connection) -> None:
    """Compare every table and trigger with what this program would make.

    One flipped bit in a trigger's text may leave it valid, and without its meaning.
    """
    verdict = _tables(connection)
    for key, text in _tables_made_now(SCRIPTS).items():
        if key not in verdict or not _is_or_extends(verdict[key], text):
            raise _corrupt(f"the {key[0]} {key[1]} is not as it was made")


def _tables(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema")
    return {(row["type"], row["name"]): row["sql"] or "" for row in rows}


def _is_or_extends(verdict: str, wanted: str) -> bool:
    """Whether a table's text is ours, or ours with columns that a newer release has added."""
    if verdict == wanted:
        return True
    pairs = zip(verdict, wanted, strict=False)
    same = next((place for place, (its, ours) in enumerate(pairs) if its != ours), len(wanted))
    rest = wanted[same:]
    added = verdict[same : len(verdict) - len(rest)]
    return len(verdict) > len(wanted) and verdict.endswith(rest) and "," in (added[:1], added[-1:])


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _unusable(reason: str, *, full: bool = False) -> JournalUnusable:
    kind = TroubleKind.JOURNAL_FULL if full else TroubleKind.JOURNAL_BROKEN
    return JournalUnusable(Trouble(kind, reason=reason))


def _corrupt(reason: str) -> JournalCorrupt:
    return JournalCorrupt(Trouble(TroubleKind.JOURNAL_BROKEN, reason=reason))

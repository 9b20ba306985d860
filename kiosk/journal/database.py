"""The SQLite file under the journal: opened, checked, made, and its errors put into our words."""

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Final

from kiosk.sale.trouble import Contradiction, KioskError, NewStartNeeded, Trouble, TroubleKind

# `PRAGMA user_version` counts the scripts that have run: version n is the first n of them. What
# has been shipped is never edited; a change of the tables is one more script.
SCRIPTS: Final = ("schema.sql",)

# New tables and triggers, made where they are missing; an older program does without them.
_ADDITIONS: Final = "additions.sql"

# Checking reads every page, so a journal of many years would hold up the start. Beyond this size
# (some 25,000 sales) only what a restart relies upon is checked; the rest shows when it is read.
CHECKED_WHOLE_BYTES: Final = 64_000_000
_CHECKED_ALWAYS: Final = ("sqlite_schema", "unfinished", "requests", "probe")

# Another process writes for a moment only: `kiosk forwards --retry`.
_BUSY_S: Final = 5.0

# In the folder of a journal on a partition of its own (`setup.sh readonly`): that partition is not
# there, and a journal here would be one of the past.
MISSING: Final = "partition-is-missing"


class JournalUnusable(KioskError):
    """It cannot be written now: full, read-only, failing. Nothing of the step was recorded."""


class JournalCorrupt(NewStartNeeded):
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
    with translated():
        _make_file(path)
        connection = _connected(f"{path.absolute().as_uri()}?mode=rw")
        with _closed_on_error(connection):
            _check(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            _bring_up_to_date(connection)
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
        with _closed_on_error(connection):
            if _version(connection) != len(SCRIPTS):
                raise _unusable("the kiosk has to start once to bring it up to date")
        return connection


def set_aside(path: Path, stamp: str) -> Path:
    """Rename a corrupt journal, with its -wal and -shm, beside itself; `stamp` tells it apart."""
    aside = path.with_name(f"{path.name}.corrupt-{stamp}")
    with translated():
        for tail in ("", "-wal", "-shm"):
            part = path.with_name(path.name + tail)
            if part.exists():
                part.rename(aside.with_name(aside.name + tail))
        _sync_folder(path.parent)
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
        if code is None:  # the module is used wrongly: no news of the disk
            raise
        reason = f"{error.sqlite_errorname}: {error}"
        if code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise _corrupt(reason) from error
        raise _unusable(reason, full=code & 0xFF == sqlite3.SQLITE_FULL) from error
    except OSError as error:
        raise _unusable(str(error), full=error.errno == errno.ENOSPC) from error


def full(reason: str) -> JournalUnusable:
    """The error for a disk without room for the next sale."""
    return _unusable(reason, full=True)


def _connected(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_S)
    connection.row_factory = sqlite3.Row
    return connection


@contextlib.contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
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
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make names durable: SQLite syncs what is in a file, not that the file is there."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size <= CHECKED_WHOLE_BYTES:
        checks: tuple[str, ...] = ("PRAGMA quick_check(1)",)
    else:
        checks = tuple(f"PRAGMA quick_check({table})" for table in _CHECKED_ALWAYS)
    for check in checks:
        found = connection.execute(check).fetchone()[0]
        if found != "ok":
            raise _corrupt(f"quick_check: {found}")


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    version = _version(connection)
    if version > len(SCRIPTS):
        # Not corrupt: setting it aside would lose sight of the money under way.
        raise _unusable(f"a newer program has written it (version {version})")
    for number, name in enumerate(SCRIPTS[version:], start=version + 1):
        connection.executescript(f"BEGIN; {_script(name)} PRAGMA user_version = {number}; COMMIT;")
    connection.executescript(f"BEGIN; {_script(_ADDITIONS)} COMMIT;")


def _script(name: str) -> str:
    return resources.files("kiosk.journal").joinpath(name).read_text()


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _unusable(reason: str, *, full: bool = False) -> JournalUnusable:
    kind = TroubleKind.JOURNAL_FULL if full else TroubleKind.JOURNAL_BROKEN
    return JournalUnusable(Trouble(kind, reason=reason))


def _corrupt(reason: str) -> JournalCorrupt:
    return JournalCorrupt(Trouble(TroubleKind.JOURNAL_BROKEN, reason=reason))

"""The SQLite file under the journal: opened, made, brought up to date, set aside."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from kiosk.durable_files import lacks_partition, sync_folder
from kiosk.journal.checking import check_header, check_pages, check_tables, tables_of
from kiosk.journal.copy_before_change import copy_before_change
from kiosk.journal.errors import corrupt, reading, translated, unusable

# `PRAGMA user_version` counts the scripts that have run: version n is the first n of them. What
# has been shipped is never edited; a change of the tables is one more script.
SCRIPTS: Final = ("schema.sql",)

# What an older program can work with is not counted: new tables, and new columns.
ADDITIONS: Final = ("additions.sql", "books.sql")

# Another process writes for a moment only: `kiosk forwards --retry`.
_BUSY_S: Final = 5.0


def require_partition(path: Path) -> None:
    """Touch nothing where this journal is not kept.

    Raises:
        JournalUnusable: the partition that it is kept on is not there.
    """
    if lacks_partition(path.parent):
        raise unusable("its partition is missing")


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
            check_header(path)
            check_pages(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            if _would_change(connection):
                copy_before_change(connection, path)
            _bring_up_to_date(connection)
            check_tables(connection, tables_made_now(SCRIPTS))
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
            made_now = tables_made_now(SCRIPTS)
            if _version(connection) != len(SCRIPTS) or made_now.keys() - tables_of(connection):
                raise unusable("the kiosk has to start once to bring it up to date")
        return connection


def aside_name(path: Path, stamp: str) -> str:
    """The name that no file has yet and that `set_aside` gives a journal."""
    name = f"{path.name}.corrupt-{stamp}"
    again = 1
    while path.with_name(name).exists():
        again += 1
        name = f"{path.name}.corrupt-{stamp}-{again}"
    return name


def set_aside(path: Path, stamp: str) -> Path:
    """Rename a journal that another takes the place of, with its -wal and -shm, beside itself.

    `stamp` makes its name unique.
    """
    aside = path.with_name(aside_name(path, stamp))
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
    """Make the file if need be, in a folder that exists. For the kiosk alone: it holds invoices."""
    if path.exists():
        return
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # -wal and -shm take its mode
    sync_folder(path.parent)


def _would_change(connection: sqlite3.Connection) -> bool:
    """Whether a journal of an older release is about to get new tables; a new file has none."""
    tables = tables_of(connection)
    known = _version(connection) <= len(SCRIPTS)
    return known and bool(tables) and not tables.keys() >= tables_made_now(SCRIPTS).keys()


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    version = _version(connection)
    if not 0 <= version <= len(SCRIPTS):
        if tables_of(connection) == tables_made_now(SCRIPTS):
            raise corrupt(f"version {version}, and the tables of version {len(SCRIPTS)}")
        # Not corrupt: setting it aside would lose sight of the money under way.
        raise unusable(f"a newer program has written it (version {version})")
    steps = [
        f"{script_text(name)} PRAGMA user_version = {number};"
        for number, name in enumerate(SCRIPTS[version:], start=version + 1)
    ]
    # In one transaction, so that nobody finds a journal that has its tables only in part.
    connection.executescript(f"BEGIN; {''.join([*steps, *map(script_text, ADDITIONS)])} COMMIT;")


@cache
def script_text(name: str) -> str:
    """The SQL of one of `SCRIPTS` or `ADDITIONS`."""
    return resources.files("kiosk.journal").joinpath(name).read_text()


def columns() -> Mapping[str, tuple[str, ...]]:
    """The columns of every table, in order, as this program makes them."""
    return _columns_made_now(SCRIPTS)


@cache
def _columns_made_now(scripts: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    assert scripts == SCRIPTS
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
def tables_made_now(scripts: tuple[str, ...]) -> Mapping[tuple[str, str], str]:
    """The SQL of every table, index and trigger as this program makes it, by type and name."""
    assert scripts == SCRIPTS
    with contextlib.closing(_as_made_now()) as made:
        return tables_of(made)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])

"""A copy of the journal that is kept elsewhere: made beside a running till, and taken in again.

A copy that is taken in may be older than what the till has done since. So its sales are looked up
before anything is paid (`kiosk.sale.recovery`), and what is numbered from then on is numbered in
the next series.
"""

import errno
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from kiosk.durable_files import sync_file, sync_folder
from kiosk.journal import owner_lock, salvage, salvaged_books
from kiosk.journal.checking import check_whole
from kiosk.journal.closes import begin_series
from kiosk.journal.copy_before_change import copy_of
from kiosk.journal.database import (
    aside_name,
    open_beside,
    open_for_writing,
    require_partition,
    set_aside,
    transaction,
)
from kiosk.journal.errors import reading, translated
from kiosk.journal.whole_copy import write_copy
from kiosk.sale.ids import parse_sale_id

log: Final = logging.getLogger("kiosk.journal")

_HEADER_BYTES: Final = 100
_ERRNO: Final = {sqlite3.SQLITE_FULL: errno.ENOSPC, sqlite3.SQLITE_READONLY: errno.EROFS}


class CopyRefused(Exception):
    """A copy that is not taken in; the sentence says why, and what to do. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class JournalSummary:
    """What a journal says of itself. `newest_at` is when its newest sale began, Unix seconds.

    `kiosk_id` is that of its newest sale; both are None where there is no sale. `installation` is
    the newest, empty in a journal that no kiosk has opened since there are installations.
    """

    sales: int
    newest_at: int | None
    kiosk_id: str | None
    installation: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of taking a copy in: `aside` is the journal that was there, if there was one."""

    copied: JournalSummary
    aside: Path | None
    series: int


def describe_journal(journal: Path) -> JournalSummary:
    """What a journal says of itself, beside a running kiosk or without one.

    Raises:
        JournalUnusable: there is none, or it may not be read.
        JournalCorrupt: it is not a sound journal.
    """
    with closing(open_beside(journal, "ro")) as db:
        return _described(db)


def copy_journal(journal: Path, target: Path) -> None:
    """Copy a journal that another process may be writing; durable and checked when this returns.

    Raises:
        JournalUnusable: it cannot be read.
        JournalCorrupt: it is not a sound journal; `target` is not made.
        OSError: the copy cannot be written.
    """
    with closing(open_beside(journal, "ro")) as source:
        try:
            write_copy(source, target)
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            raise OSError(_ERRNO.get(code, errno.EIO), str(error)) from error
    try:
        with closing(open_beside(target, "ro")) as copy, reading():
            check_whole(copy)
    except BaseException:
        target.unlink()
        raise


def restore(
    copy: Path, journal: Path, kiosk_id: str, now: Callable[[], float], check: Callable[[], None]
) -> Restored:
    """Take a copy in as the journal; the one that is there is kept beside it.

    `check` looks at the copy's file once nobody else can change the journal, and may raise
    CopyRefused. `kiosk_id` is this till's. `now` is Unix seconds.

    Raises:
        CopyRefused: the copy is of another kiosk, or is none.
        JournalUnusable: a kiosk uses the journal, or it cannot be written.
        JournalCorrupt: the copy is not a sound journal.
    """
    require_partition(journal)
    with translated():
        journal.parent.mkdir(parents=True, exist_ok=True)
        lock = owner_lock.acquire(journal)
    try:
        check()
        new = _laid_beside(copy, journal)
        try:
            stamp = f"{datetime.fromtimestamp(now(), UTC):%Y%m%dT%H%M%S}-before-restore"
            copied, series = _prepared(
                new, journal, kiosk_id, aside_name(journal, stamp), int(now())
            )
            with translated():
                aside = set_aside(journal, stamp) if journal.exists() else None
                new.replace(journal)
                sync_folder(journal.parent)
        finally:
            for left in (*_files_of(new), copy_of(new)):
                left.unlink(missing_ok=True)
    finally:
        owner_lock.release(lock)
    log.warning("a copy was taken in sales=%d series=%d", copied.sales, series)
    return Restored(copied, aside, series)


def _laid_beside(copy: Path, journal: Path) -> Path:
    """Copy the file of a copy into the journal's folder, where it can be looked at and changed."""
    new = journal.with_name(f".{journal.name}.restored")
    try:
        log_of_copy = copy.with_name(f"{copy.name}-wal")
        if log_of_copy.exists() and log_of_copy.stat().st_size:
            raise CopyRefused(f"{copy} is a journal in use, not a copy that `kiosk copy` has made")
        with copy.open("rb") as source:
            header = source.read(_HEADER_BYTES)
        # https://sqlite.org/fileformat.html, 1.3: a journal of ours has a user version.
        if not header.startswith(b"SQLite format 3\0") or not any(header[60:64]):
            raise CopyRefused(f"{copy} is no copy of a journal")
    except OSError as error:
        raise CopyRefused(f"{copy} cannot be read: {error.strerror}") from error
    with translated():
        for left in _files_of(new):
            left.unlink(missing_ok=True)
        os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        shutil.copyfile(copy, new)
        sync_file(new)
    return new


def _prepared(
    new: Path, journal: Path, kiosk_id: str, name: str, at: int
) -> tuple[JournalSummary, int]:
    """Check a copy that lies beside the journal, and make it one that was restored.

    `name` is what the journal that is there will be called. The answer names the new series.
    """
    earlier = [*salvage.damaged_journals(journal), *([journal] if journal.exists() else ())]
    least = max((salvaged_books.highest_series(file) for file in earlier), default=0)
    rebuilt = salvage.readable_rows(journal, ("rebuilt",))["rebuilt"] if journal.exists() else []
    taken_over = {row["name"] for row in rebuilt}
    with closing(open_for_writing(new)) as db, reading():
        check_whole(db)
        copied = _described(db)
        if copied.kiosk_id not in (None, kiosk_id):
            raise CopyRefused(
                f"the copy is of the kiosk {copied.kiosk_id}, and KIOSK_ID here is {kiosk_id}"
            )
        with transaction(db):
            db.execute("INSERT INTO restores VALUES (?, ?)", (name, at))
            for row in rebuilt:
                salvage.insert(db, "rebuilt", row)
            taken_over |= {row["name"] for row in db.execute("SELECT name FROM rebuilt")}
            for file in salvage.damaged_journals(journal):
                if file.name not in taken_over:  # the start would begin its series, after this one
                    begin_series(db, file.name, at, least)
            begin_series(db, name, at, least)
        series = db.execute("SELECT max(series) FROM receipt_series").fetchone()[0]
    with translated():
        sync_file(new)
    return copied, int(series)


def _described(db: sqlite3.Connection) -> JournalSummary:
    with reading():
        sales = db.execute(
            "SELECT (SELECT count(*) FROM sales) + (SELECT count(*) FROM direct_sales)"
        ).fetchone()[0]
        newest = db.execute(
            "SELECT sale_id, max(started_at) AS started_at FROM"
            " (SELECT * FROM (SELECT sale_id, started_at FROM sales ORDER BY rowid DESC LIMIT 1)"
            " UNION ALL SELECT * FROM"
            " (SELECT sale_id, started_at FROM direct_sales ORDER BY rowid DESC LIMIT 1))"
        ).fetchone()
        installation = db.execute(
            "SELECT installation FROM installations ORDER BY place DESC LIMIT 1"
        ).fetchone()
        parts = parse_sale_id(newest["sale_id"])
        return JournalSummary(
            sales,
            newest["started_at"],
            parts.kiosk_id if parts is not None else None,
            installation["installation"] if installation is not None else "",
        )


def _files_of(journal: Path) -> list[Path]:
    return [journal.with_name(f"{journal.name}{tail}") for tail in ("", "-wal", "-shm")]

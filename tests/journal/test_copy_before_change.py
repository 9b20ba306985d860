"""Before an older journal gets new tables it is copied, whole and durable."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.journal import Journal, JournalUnusable, database
from kiosk.journal.copy_before_change import copy_of
from kiosk.sale.facts import ForwardStatus
from tests.journal.test_journal import NOW, moved, opened, paid, sale

ADDED = "merchant_wallets"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of the first release, with a paid sale that is not forwarded yet."""
    path = tmp_path / "journal.sqlite3"
    with closing(sqlite3.connect(path)) as older:
        older.executescript(f"{database.script_text('schema.sql')} PRAGMA user_version = 1;")
        older.execute("PRAGMA journal_mode = WAL")
    newer = Journal.open(path, lambda: NOW)
    newer.record([*opened(1), *paid(1)])
    newer.close()
    copy_of(path).unlink()
    with closing(sqlite3.connect(path)) as older:
        older.execute(f"DROP TABLE {ADDED}")
    return path


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as file:
        return {name for (name,) in file.execute("SELECT name FROM sqlite_schema")}


def open_once(path: Path) -> None:
    Journal.open(path, lambda: NOW).close()


def test_a_journal_of_an_older_release_is_copied_before_it_gets_new_tables(path: Path) -> None:
    open_once(path)
    copy = copy_of(path)
    assert copy.name == "journal.sqlite3.before-change"
    assert copy.stat().st_mode & 0o777 == 0o600, "it holds invoices"
    assert ADDED in tables(path)
    assert ADDED not in tables(copy)
    with closing(sqlite3.connect(copy)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert file.execute("SELECT count(*) FROM payments").fetchone() == (1,)
    assert not list(path.parent.glob("*.new*"))


def test_a_journal_that_does_not_change_is_not_copied(path: Path) -> None:
    open_once(path)
    copy_of(path).unlink()
    open_once(path)
    assert not copy_of(path).exists()
    new = path.with_name("new.sqlite3")
    open_once(new)
    assert not copy_of(new).exists()


def test_the_copy_is_on_the_disk_before_it_takes_the_place_of_the_one_before(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_of(path).write_text("the one before")
    synced = []
    fsync = os.fsync

    def noted(fd: int) -> None:
        fsync(fd)
        synced.append(copy_of(path).read_bytes()[:15])

    monkeypatch.setattr(os, "fsync", noted)
    open_once(path)
    assert synced == [b"the one before"[:15], b"SQLite format 3"]


def test_a_copy_that_cannot_be_written_leaves_the_journal_as_it_was(path: Path) -> None:
    """M11: the till says so, and the release before can still be started on it."""
    blocked = copy_of(path).with_name(f".{copy_of(path).name}.new")
    blocked.mkdir()
    with pytest.raises(JournalUnusable):
        Journal.open(path, lambda: NOW)
    assert ADDED not in tables(path)
    blocked.rmdir()
    open_once(path)
    assert ADDED in tables(path)


def test_what_was_paid_is_still_taken_up_after_the_change(path: Path) -> None:
    journal = Journal.open(path, lambda: NOW)
    assert len(journal.take_up().recovery.forwards) == 1
    journal.close()


def test_a_journal_that_a_newer_release_has_changed_still_sells_and_forwards(path: Path) -> None:
    """An update that fails goes back to a release which does not know the new tables."""
    open_once(path)
    copy_of(path).unlink()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("CREATE TABLE of_the_future (x INTEGER) STRICT")
        newer.execute("ALTER TABLE sales ADD COLUMN of_the_future TEXT")
    journal = Journal.open(path, lambda: NOW)
    assert len(journal.take_up().recovery.forwards) == 1
    journal.record([moved(ForwardStatus.SENT), moved(ForwardStatus.SETTLED)])
    journal.record([*opened(2), *paid(2)])
    assert [forward.sale.id for forward in journal.take_up().recovery.forwards] == [sale(2).id]
    journal.close()
    assert not copy_of(path).exists(), "nothing is changed by the older one"

"""Power cuts, kills, full and failing disks, damage: nothing recorded is lost, nothing is halved.

Law of money, M5 and M11.
"""

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.journal import (
    Journal,
    JournalCorrupt,
    JournalUnusable,
    checking,
    database,
    open_sound,
    salvage,
)
from kiosk.journal.room import RESERVE_BYTES
from kiosk.sale.facts import ForwardStatus
from kiosk.sale.trouble import TroubleKind
from tests.journal.connection import connection
from tests.journal.test_journal import NOW, moved, opened, paid

WAL_HEADER, FRAME = 32, 24 + 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


def whole_sales(path: Path) -> int:
    """How many sales a journal holds; none of them half."""
    book = Journal.open(path, lambda: NOW)
    counts = {
        table: connection(book).execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("sales", "invoices", "payouts", "payments", "takings", "unfinished")
    }
    assert len(set(counts.values())) == 1, counts
    book.close()
    return int(counts["sales"])


@pytest.mark.parametrize("tail", [b"", b"\0" * FRAME, b"\xa5" * FRAME], ids=["cut", "0", "junk"])
def test_power_cut_at_any_byte_loses_no_recorded_step_and_halves_none_m5_m11(
    path: Path, tmp_path: Path, tail: bytes
) -> None:
    book = Journal.open(path, lambda: NOW)
    wal = path.with_name(path.name + "-wal")
    made = wal.stat().st_size
    durable = []
    for number in range(1, 4):
        book.record(paid(number))
        durable.append(wal.stat().st_size)
    written = wal.read_bytes()
    # The tables are made in one step, and each sale in one: those are cut within every page.
    tables = range(WAL_HEADER, made, FRAME * 9 // 2)
    for cut in {0, WAL_HEADER, *tables, *range(made, len(written), FRAME // 2), len(written)}:
        after = tmp_path / f"after-{cut}"
        after.mkdir()
        shutil.copy(path, after)
        (after / wal.name).write_bytes(written[:cut] + tail)
        assert whole_sales(after / path.name) == sum(size <= cut for size in durable)
    book.close()


WRITER = """
import sys
from pathlib import Path
from kiosk.journal import Journal
from tests.journal.connection import connection
from tests.journal.test_journal import paid
journal = Journal.open(Path(sys.argv[1]))
connection(journal).execute("PRAGMA wal_autocheckpoint = 20")  # be killed in many of them
for number in range(int(sys.argv[2]), 10**6):
    journal.record(paid(number))
    print(number, flush=True)
"""


def killed(path: Path, recorded: int, lines: int) -> int:
    """Have another process record sales and kill it after some; how many it said were durable."""
    words = [sys.executable, "-c", WRITER, str(path), str(recorded)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        written = [writer.stdout.readline() for _ in range(lines)]
        os.kill(writer.pid, signal.SIGKILL)
        written.extend(line for line in writer.stdout if line.endswith("\n"))
    return len(written)


@pytest.mark.parametrize("kills", [3, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.timeout(600)
def test_a_kill_loses_nothing_that_was_recorded_m11(path: Path, kills: int) -> None:
    chance = random.Random(kills)
    sales = 0
    for _ in range(kills):
        lines = killed(path, sales, chance.randint(1, 40))
        before, sales = sales, whole_sales(path)
        assert before + lines <= sales <= before + lines + 1


def test_a_full_journal_says_so_and_works_again_when_there_is_room_m11(path: Path) -> None:
    book = Journal.open(path, lambda: NOW)
    pages = connection(book).execute("PRAGMA page_count").fetchone()[0]
    connection(book).execute(f"PRAGMA max_page_count = {pages}")
    recorded = 0
    with pytest.raises(JournalUnusable) as caught:
        for number in range(1, 500):
            book.record(paid(number))
            recorded = number
    assert caught.value.trouble.kind is TroubleKind.JOURNAL_FULL
    connection(book).execute("PRAGMA max_page_count = 100000")
    book.record(paid(recorded + 1))
    book.probe()
    book.close()
    assert whole_sales(path) == recorded + 1


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Let the system refuse writes beyond a size, wherever SQLite happens to write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 100, 4120, 9000, 20_000])
def test_a_disk_that_fails_in_the_middle_of_a_step_undoes_all_of_it_m11(
    path: Path, room: int
) -> None:
    book = Journal.open(path, lambda: NOW)
    book.record(paid(1))
    size = path.with_name(path.name + "-wal").stat().st_size
    with files_no_larger_than(size + room), pytest.raises(JournalUnusable) as caught:
        book.record([fact for number in range(2, 40) for fact in paid(number)])
    assert caught.value.trouble.kind in (TroubleKind.JOURNAL_BROKEN, TroubleKind.JOURNAL_FULL)
    assert book.totals(0).sales == 1
    book.record(paid(2))
    book.close()
    assert whole_sales(path) == 2


def test_too_little_room_is_noticed_before_the_next_invoice_m11(path: Path) -> None:
    """Fault 13: the reserve is looked at before a sale is opened, not after a write has failed."""
    left = [RESERVE_BYTES]
    book = Journal.open(path, free_bytes=lambda _: left[0])
    book.probe()
    book.record(paid(1))
    left[0] = 1000
    with pytest.raises(JournalUnusable) as caught:
        book.record(opened(2))
    assert caught.value.trouble.kind is TroubleKind.JOURNAL_FULL
    with pytest.raises(JournalUnusable):
        book.probe()
    book.record([moved(ForwardStatus.SENT, 1), moved(ForwardStatus.SETTLED, 1)])
    assert book.unsettled() == (), "the reserve is there to finish what has begun"
    book.close()


@pytest.mark.parametrize("where", ["a folder", "below a file"])
def test_a_journal_that_cannot_be_made_is_unusable_not_corrupt(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("in the way")
    place = tmp_path if where == "a folder" else tmp_path / "file" / "journal.sqlite3"
    with pytest.raises(JournalUnusable):
        Journal.open(place)


def damaged(path: Path, kind: str) -> bytes:
    book = Journal.open(path, lambda: NOW)
    for number in range(40):
        book.record(opened(number))
    book.close()
    sound = path.read_bytes()
    harm = {
        "no header": b"\xa5" * 100 + sound[100:],
        "first page": sound[:100] + b"\xa5" * 2000 + sound[2100:],
        "a page": sound[:8192] + b"\xa5" * 4096 + sound[12288:],
        "cut short": sound[: len(sound) // 2],
        "another file": b"GIF89a" * 1000,
    }[kind]
    path.write_bytes(harm)
    return harm


KINDS = ["no header", "first page", "a page", "cut short", "another file"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_journal_is_noticed_and_set_aside_not_deleted_m11(path: Path, kind: str) -> None:
    harm = damaged(path, kind)
    with pytest.raises(JournalCorrupt) as caught:
        Journal.open(path)
    assert caught.value.trouble.kind is TroubleKind.JOURNAL_BROKEN
    aside = Journal.set_aside(path, "20261124T101500")
    assert aside.name == "journal.sqlite3.corrupt-20261124T101500"
    assert aside.read_bytes() == harm
    assert whole_sales(path) == 0


def test_a_damaged_journal_of_more_than_64_mb_is_set_aside_like_any_other(path: Path) -> None:
    """Fault 15: it was not checked whole, and the reading at the start failed for ever."""
    book = Journal.open(path, lambda: NOW)
    for number in range(40):
        book.record(paid(number))
    page = connection(book).execute("SELECT rootpage FROM sqlite_schema WHERE name = 'invoices'")
    place = (page.fetchone()[0] - 1) * 4096
    book.close()
    with path.open("r+b") as file:
        file.seek(place)
        file.write(b"\xa5" * 4096)
        file.truncate(70_000_000)
    book, taken_up = open_sound(path, lambda: NOW)
    assert taken_up.lost_journal is not None
    assert [copy.name for copy in salvage.damaged_journals(path)] == list(
        taken_up.lost_journal.names
    )
    book.record(paid(100))
    book.close()


class ManualTimer:
    """A timer that goes off when its test says so."""

    def __init__(self, within_s: float, go_off: Callable[[], None]) -> None:
        self.within_s = within_s
        self.go_off = go_off

    def start(self) -> None:
        pass

    def cancel(self) -> None:
        pass

    def join(self) -> None:
        pass


class TimerAtOnce(ManualTimer):
    """A timer that goes off when it is started."""

    def start(self) -> None:
        self.go_off()


def test_a_check_is_broken_off_in_the_midst_of_one_step_of_sqlite(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before SQLite 3.41 it walks through all pages in one step, in which no progress handler is
    asked: a start on a journal of a million sales took a minute where ten seconds are allowed."""
    book = Journal.open(path, lambda: NOW)
    book.record(paid())
    timers: list[ManualTimer] = []

    def timer(within_s: float, go_off: Callable[[], None]) -> ManualTimer:
        timers.append(ManualTimer(within_s, go_off))
        return timers[-1]

    monkeypatch.setattr(checking, "Timer", timer)
    connection(book).set_trace_callback(lambda _: timers[-1].go_off())
    checking.check_pages(connection(book))
    assert [made.within_s for made in timers] == [checking.INDEX_CHECK_S, checking.CHECK_S]
    connection(book).set_trace_callback(None)
    assert connection(book).execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    book.close()


def test_a_check_that_takes_too_long_is_broken_off_and_condemns_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 15: checking is bounded by time; what was not reached is not called damaged."""
    book = Journal.open(path, lambda: NOW)
    book.record(paid())
    book.close()
    monkeypatch.setattr(checking, "Timer", TimerAtOnce)
    book, taken_up = open_sound(path, lambda: NOW)
    assert (taken_up.lost_journal, len(taken_up.recovery.forwards)) == (None, 1)
    book.close()
    sound = path.read_bytes()
    path.write_bytes(sound[:100] + b"\xa5" * 2000 + sound[2100:])
    book, taken_up = open_sound(path, lambda: NOW)
    assert taken_up.lost_journal is not None
    book.close()


def test_two_journals_damaged_in_one_second_are_both_kept(path: Path) -> None:
    for text in (b"first" * 1000, b"second" * 1000):
        path.write_bytes(text)
        Journal.set_aside(path, "1")
    assert path.with_name(f"{path.name}.corrupt-1").read_bytes() == b"first" * 1000
    assert path.with_name(f"{path.name}.corrupt-1-2").read_bytes() == b"second" * 1000


def test_a_journal_of_a_newer_program_is_left_alone(path: Path) -> None:
    Journal.open(path).close()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE news (one INTEGER) STRICT")
        db.execute("PRAGMA user_version = 99")
    db.close()
    for opening in (Journal.open, Journal.read_only):
        with pytest.raises(JournalUnusable):
            opening(path)


def test_what_a_newer_program_has_added_is_no_damage(path: Path) -> None:
    Journal.open(path).close()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE news (one INTEGER) STRICT")
        db.execute("ALTER TABLE sales ADD COLUMN waiter TEXT")
        db.execute("ALTER TABLE invoices ADD COLUMN lightning_address TEXT DEFAULT 'none'")
    db.close()
    book = Journal.open(path)
    book.record(paid())
    book.close()


@pytest.mark.parametrize(
    "harm",
    [
        "PRAGMA user_version = 3",
        "PRAGMA user_version = 0",
        "DROP TRIGGER settled_is_final",
        "DROP INDEX settled_once",
        "ALTER TABLE sales RENAME COLUMN memo TO mfmo",
        "DROP VIEW records",
        "DROP TABLE probe",
    ],
)
def test_tables_that_are_not_as_they_were_made_are_damage(path: Path, harm: str) -> None:
    """Box fault 24: a lost column or trigger ended in a traceback, or in nothing at all."""
    Journal.open(path).close()
    with sqlite3.connect(path) as db:
        db.execute(harm)
    db.close()
    with pytest.raises(JournalCorrupt):
        Journal.open(path)


def test_a_change_of_the_tables_is_made_once_and_wholly(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Journal.open(path).close()
    monkeypatch.setattr(database, "SCRIPTS", ("schema.sql", "schema.sql"))
    with pytest.raises(JournalCorrupt, match="already exists"):
        Journal.open(path)  # the second script fails: the first version stands
    monkeypatch.undo()
    Journal.open(path).close()


def test_the_log_of_writes_does_not_grow_with_the_sales(path: Path) -> None:
    book = Journal.open(path)
    for number in range(400):
        book.record(paid(number))
    assert path.with_name(path.name + "-wal").stat().st_size < 5_000_000
    book.close()


def test_it_belongs_to_the_thread_that_opened_it(path: Path) -> None:
    from threading import Thread

    book = Journal.open(path)
    caught: list[BaseException] = []

    def misuse() -> None:
        try:
            book.record(paid())
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the finding
            caught.append(error)

    other = Thread(target=misuse)
    other.start()
    other.join()
    assert [type(error) for error in caught] == [sqlite3.ProgrammingError]
    book.close()


def test_a_small_journal_is_read_through_once_at_its_start(path: Path) -> None:
    """It was checked twice, the second time with all that the first had looked at."""
    book = Journal.open(path, lambda: NOW)
    statements: list[str] = []
    connection(book).set_trace_callback(statements.append)
    checking.check_pages(connection(book))
    assert statements == ["PRAGMA integrity_check(1)"]
    book.close()

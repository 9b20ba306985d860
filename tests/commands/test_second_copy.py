"""`kiosk copy` and `kiosk restore`: which copies are kept, what is in one, what is said."""

import errno
import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.commands import copies
from kiosk.journal import Journal
from kiosk.sale.days import DAY_S
from kiosk.sale.device import CopyReason
from tests.journal.test_books import sold
from tests.journal.test_journal import NOW, sale


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A journal with one sale that a kiosk has open."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "journal.sqlite3"
    for name, value in {"JOURNAL": str(path), "ID": "till-1", "TIMEZONE": "UTC"}.items():
        monkeypatch.setenv(f"KIOSK_{name}", value)
    running = Journal.open(path, lambda: NOW)
    running.record(sold(sale(1), 1))
    yield path
    running.close()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def kept(stick: Path) -> list[str]:
    return sorted(copy.name for copy in stick.glob("till-1-*/*"))


def test_a_copy_has_the_journal_and_the_files_and_is_told(
    journal: Path, stick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["copy", str(stick), "--reason", "close"]) == 0
    (copy,) = stick.glob("till-1-????????/*-close")
    assert capsys.readouterr().out == f"The copy is {copy}.\n"
    kinds = sorted({file.suffix for file in copy.iterdir()})
    assert kinds == [".csv", ".json", ".sqlite3", ".xlsx"]
    (sales,) = copy.glob("kiosk-sales-all-*.csv")
    assert sale(1).id in sales.read_text()
    notes = json.loads((copy / copies.NOTES_FILE).read_text())
    assert notes["kiosk_id"] == "till-1"
    assert notes["installation"] in copy.parent.name


def test_of_each_day_the_newest_is_kept_for_thirty_days_and_closes_for_good(
    journal: Path, stick: Path
) -> None:
    folder = copies.make_copy(journal, stick, CopyReason.CLOSE, UTC, "till-1", lambda: NOW).parent
    for day in range(1, 36):
        (folder / f"2024-01-{day:02d}T100000-day").mkdir()
    (folder / "2024-01-35T090000-day").mkdir()
    copies.make_copy(journal, stick, CopyReason.DAY, UTC, "till-1", lambda: NOW + 365 * DAY_S)
    left = kept(stick)
    assert left[0] == "2023-11-14T221320-close"
    assert len(left) == 1 + copies.DAYS_KEPT
    assert "2024-01-35T090000-day" not in left
    assert "2024-01-35T100000-day" in left


def test_what_somebody_else_keeps_beside_the_copies_is_left_alone(
    journal: Path, stick: Path
) -> None:
    folder = copies.make_copy(journal, stick, CopyReason.CLOSE, UTC, "till-1", lambda: NOW).parent
    (folder / "1999 invoices-day").mkdir()
    later = NOW + DAY_S
    made = copies.make_copy(
        journal, stick, CopyReason.CLOSE, UTC, "till-1", lambda: later, lambda _: 0
    )
    assert kept(stick) == ["1999 invoices-day", "2023-11-14T221320-close", made.name]


def test_a_copy_of_a_till_whose_clock_is_wrong_stays(journal: Path, stick: Path) -> None:
    """A board without a battery may be years in the past, where old copies are removed."""
    folder = copies.make_copy(journal, stick, CopyReason.CLOSE, UTC, "till-1", lambda: NOW).parent
    for day in range(1, copies.DAYS_KEPT + 1):
        (folder / f"2024-01-{day:02d}T100000-day").mkdir()
    made = copies.make_copy(journal, stick, CopyReason.DAY, UTC, "till-1", lambda: 86_400)
    assert made.name == "1970-01-02T000000-day"
    assert made.is_dir()


def test_without_room_the_oldest_copies_go_and_never_the_newest(journal: Path, stick: Path) -> None:
    for at, reason in enumerate((CopyReason.CLOSE, CopyReason.DAY, CopyReason.CLOSE)):
        copies.make_copy(journal, stick, reason, UTC, "till-1", lambda at=at: NOW + DAY_S * at)  # type: ignore[misc]
    room = iter((0, 0, 10**12))
    later = NOW + 9 * DAY_S
    copies.make_copy(
        journal, stick, CopyReason.DAY, UTC, "till-1", lambda: later, lambda _: next(room)
    )
    assert kept(stick) == ["2023-11-16T221320-close", "2023-11-23T221320-day"]


@pytest.mark.parametrize(
    ("code", "word"),
    [(errno.ENOSPC, "full"), (errno.EROFS, "read-only"), (errno.EIO, "failed")],
)
def test_a_stick_that_takes_no_copy_is_told_in_a_word_and_keeps_the_older_ones(
    journal: Path,
    stick: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    word: str,
) -> None:
    assert main(["copy", str(stick)]) == 0
    older = kept(stick)

    def broken(*_: object) -> None:
        raise OSError(code, "the stick says no")

    monkeypatch.setattr(copies, "write_sales", broken)
    capsys.readouterr()
    assert main(["copy", str(stick), "--word"]) == 1
    said = capsys.readouterr()
    assert said.out == f"{word}\n"
    assert "the stick says no" in said.err
    assert kept(stick) == older


def test_what_a_copy_before_left_unfinished_goes(journal: Path, stick: Path) -> None:
    copies.make_copy(journal, stick, CopyReason.DAY, UTC, "till-1", lambda: NOW)
    (folder,) = stick.iterdir()
    (folder / ".unfinished").mkdir()
    (folder / ".unfinished" / "journal.sqlite3").touch()
    copies.make_copy(journal, stick, CopyReason.DAY, UTC, "till-1", lambda: NOW + DAY_S)
    assert len(kept(stick)) == 2


def test_a_restore_says_what_happens_next(
    journal: Path, stick: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["copy", str(stick)]) == 0
    other = journal.with_name("other.sqlite3")
    monkeypatch.setenv("KIOSK_JOURNAL", str(other))
    capsys.readouterr()
    (copy,) = stick.glob("*/*")
    assert main(["restore", str(copy)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Restored: 1 sales, the newest of 2023-11-14 22:13.\nReceipts go on in")
    assert "series 2" in said
    assert other.exists()


def test_a_restore_of_several_copies_names_them(
    journal: Path, stick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for later in (0, DAY_S):
        copies.make_copy(journal, stick, CopyReason.DAY, UTC, "till-1", lambda at=NOW + later: at)  # type: ignore[misc]
    assert main(["restore", str(stick)]) == 1
    said = capsys.readouterr().err
    assert "several copies" in said
    assert all(name in said for name in kept(stick))


def test_a_restore_beside_a_running_till_is_refused(
    journal: Path, stick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["copy", str(stick)]) == 0
    (copy,) = stick.glob("*/*")
    assert main(["restore", str(copy)]) == 1
    assert "nothing was restored" in capsys.readouterr().err


def test_a_copy_that_has_rotted_is_refused(
    journal: Path, stick: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["copy", str(stick)]) == 0
    (copy,) = stick.glob("*/*")
    data = bytearray((copy / "journal.sqlite3").read_bytes())
    data[-1] ^= 1
    (copy / "journal.sqlite3").write_bytes(data)
    other = journal.with_name("other.sqlite3")
    monkeypatch.setenv("KIOSK_JOURNAL", str(other))
    assert main(["restore", str(copy)]) == 1
    assert "has changed since it was written" in capsys.readouterr().err
    assert not other.exists()

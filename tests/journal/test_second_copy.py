"""A second copy of a journal: whole beside a writer, and taken in without a doubt or not at all."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.journal import CopyRefused, Journal, JournalCorrupt, JournalUnusable, Restored, restore
from kiosk.journal.books import SaleEntry
from kiosk.journal.database import set_aside
from kiosk.journal.second_copy import copy_journal, describe_journal
from kiosk.sale.facts import DayClosed, Fact, ForwardStatus, JournalRebuilt, PayoutIssued
from tests.journal.test_books import entry_id, numbers, refund, sold, taxed
from tests.journal.test_journal import NOW, moved, sale
from tests.sale.tills import invoice

LATER = NOW + 86_400


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy.sqlite3"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    made = Journal.open(path, lambda: NOW)
    yield made
    made.close()


def unchecked() -> None:
    """Nothing is known of the copy's file."""


def restored(copy: Path, path: Path, kiosk: str = "till-1") -> Restored:
    return restore(copy, path, kiosk, lambda: LATER, unchecked)


def forwarded(number: int) -> list[Fact]:
    payout = PayoutIssued(sale(number).id, invoice(number, 2300, "out", 86_400))
    return [*sold(sale(number), number), payout, moved(ForwardStatus.SETTLED, number)]


def test_a_copy_beside_the_writer_is_one_file_with_everything_recorded(
    journal: Journal, path: Path, copy: Path
) -> None:
    journal.record(sold(sale(1), 1))
    copy_journal(path, copy)
    journal.record(sold(sale(2), 2))
    assert copy.stat().st_mode & 0o777 == 0o600, "it holds invoices"
    assert not list(copy.parent.glob("*copy.sqlite3-*")), "the log is part of the file"
    with closing(Journal.read_only(copy)) as kept:
        assert numbers(kept) == ["1-1"]
    said = describe_journal(copy)
    assert (said.sales, said.newest_at, said.kiosk_id) == (1, NOW, "till-1")
    assert said.installation == journal.installation


def test_a_restored_journal_goes_on_in_the_next_series(
    journal: Journal, path: Path, copy: Path
) -> None:
    """Numbers that were given after the copy may be on receipts already."""
    journal.record(sold(sale(1), 1))
    copy_journal(path, copy)
    journal.close()
    path.unlink()
    result = restored(copy, path)
    assert (result.aside, result.series, result.copied.sales) == (None, 2, 1)
    with closing(Journal.open(path, lambda: LATER)) as again:
        lost = again.lost_journal()
        assert lost is not None
        assert lost.restored
        again.record([*sold(sale(2), 2), *(JournalRebuilt(name) for name in lost.names)])
        assert numbers(again) == ["1-1", "2-1"]
        assert again.lost_journal() is None, "Blink has been asked"


def test_a_restore_after_one_that_broke_off_names_the_series_in_which_receipts_go_on(
    journal: Journal, path: Path, copy: Path
) -> None:
    """It had set the journal aside, and not put the copy in its place."""
    journal.record(sold(sale(1), 1))
    copy_journal(path, copy)
    journal.close()
    set_aside(path, "20231114T221320-before-restore")
    result = restored(copy, path)
    assert result.aside is None
    with closing(Journal.open(path, lambda: LATER)) as again:
        assert again.lost_journal() is not None
        again.record(sold(sale(2), 2))
        assert numbers(again) == ["1-1", f"{result.series}-1"]


def test_what_was_there_is_kept_and_its_later_sales_are_taken_over(
    journal: Journal, path: Path, copy: Path
) -> None:
    journal.record(forwarded(1))
    copy_journal(path, copy)
    journal.record(forwarded(2))
    journal.close()
    kept = path.read_bytes()
    result = restored(copy, path)
    assert result.aside is not None
    assert result.aside.read_bytes() == kept
    with closing(Journal.open(path, lambda: LATER)) as again:
        assert again.take_up().recovery.forwards == ()
        assert numbers(again) == ["1-1", "1-2"]
        again.record(sold(sale(3), 3))
        assert numbers(again) == ["1-1", "1-2", "2-1"]


def test_what_closes_after_the_copy_have_counted_is_counted_by_no_other(
    journal: Journal, path: Path, copy: Path
) -> None:
    """The copy has a close of its own, and knows some sales of the one that came after it."""
    journal.record([*sold(taxed(1), 1), DayClosed(NOW)])
    journal.record(sold(taxed(2), 2))
    copy_journal(path, copy)
    journal.record([*sold(taxed(3), 3), refund(taxed(2), 1, 50), DayClosed(NOW + 1)])
    journal.record([*forwarded(4)])
    journal.close()
    restored(copy, path)
    for _ in range(2):  # a start before Blink could be asked takes the same over again
        again = Journal.open(path, lambda: LATER)
        lost = again.lost_journal()
        assert lost is not None
        again.record([*sold(sale(5), 5)])
        totals = again.totals_since_close()
        assert totals.sales == 2, "the fourth and the fifth"
        assert totals.refunded == ()
        first = again.entries_of_close(again.close_reports()[-1].number)
        assert first is not None
        assert [entry_id(entry) for entry in first] == [taxed(1).id]
        again.close()
    with closing(Journal.open(path, lambda: LATER)) as again:
        again.record([DayClosed(LATER)])
        reports = again.close_reports()[::-1]
        assert [str(report.number) for report in reports] == ["1-1", "1-2", "2-1"]
        assert [report.receipts for report in reports] == [1, 2, 2]
        closes = {entry_id(entry): str(entry.close) for entry in again.entries(0, 2**40)}
        present = [taxed(1), taxed(2), sale(4), sale(5)]  # the third waits for Blink's word
        assert [closes[kept.id] for kept in present] == ["1-1", "1-2", "2-1", "2-1"]
        entries = again.entries_of_close(reports[-1].number)
        assert entries is not None
        sales = [entry_id(entry) for entry in entries if isinstance(entry, SaleEntry)]
        assert sales == [sale(4).id, sale(5).id]


def test_a_damaged_journal_is_not_kept_as_a_copy(journal: Journal, path: Path, copy: Path) -> None:
    """Copies are few: a bad one would take the place of a good one in the end."""
    journal.record([fact for number in range(1, 60) for fact in sold(sale(number), number)])
    journal.close()
    data = bytearray(path.read_bytes())
    data[20 * 4096 : 21 * 4096] = b"\xa5" * 4096
    path.write_bytes(data)
    with pytest.raises(JournalCorrupt):
        copy_journal(path, copy)
    assert not list(copy.parent.glob("*copy*"))


def test_a_running_till_is_left_alone(journal: Journal, path: Path, copy: Path) -> None:
    copy_journal(path, copy)
    with pytest.raises(JournalUnusable, match="uses this journal"):
        restored(copy, path)


def test_a_copy_of_another_kiosk_is_refused_and_nothing_is_changed(
    journal: Journal, path: Path, copy: Path
) -> None:
    journal.record(sold(sale(1), 1))
    copy_journal(path, copy)
    journal.close()
    before = path.read_bytes()
    with pytest.raises(CopyRefused, match="of the kiosk till-1, and KIOSK_ID here is till-2"):
        restored(copy, path, "till-2")
    assert path.read_bytes() == before
    assert not [*path.parent.glob("*.corrupt-*"), *path.parent.glob(".journal*")]


@pytest.mark.parametrize("content", [b"", b"no journal" * 1000, b"SQLite format 3\0" + bytes(4080)])
def test_what_is_no_copy_is_refused(path: Path, copy: Path, content: bytes) -> None:
    copy.write_bytes(content)
    with pytest.raises(CopyRefused, match="no copy of a journal"):
        restored(copy, path)
    assert not path.exists()


def test_a_damaged_copy_is_refused_and_the_journal_stays(
    journal: Journal, path: Path, copy: Path
) -> None:
    journal.record([fact for number in range(1, 60) for fact in sold(sale(number), number)])
    copy_journal(path, copy)
    journal.close()
    data = bytearray(copy.read_bytes())
    data[20 * 4096 : 21 * 4096] = b"\xa5" * 4096
    copy.write_bytes(data)
    with pytest.raises(JournalCorrupt):
        restored(copy, path)
    with closing(Journal.open(path, lambda: LATER)) as still:
        assert len(numbers(still)) == 59


def test_a_journal_in_use_is_no_copy(journal: Journal, path: Path, tmp_path: Path) -> None:
    """Its newest sales stand in the log beside it, which would be left behind."""
    journal.record(sold(sale(1), 1))
    with pytest.raises(CopyRefused, match="not a copy"):
        restored(path, tmp_path / "other" / "journal.sqlite3")

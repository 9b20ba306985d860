"""A journal of the release before gets the new tables, and that release still works on it."""

import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.journal import Journal, database
from kiosk.journal.books import SaleEntry
from kiosk.journal.checking import tables_of
from kiosk.sale.facts import DayClosed, ForwardStatus
from tests.journal.connection import connection
from tests.journal.test_books import sold, taxed
from tests.journal.test_journal import NOW, moved, paid, sale

START = "import sys; from kiosk.journal import open_sound; from pathlib import Path\n"
START += "open_sound(Path(sys.argv[1]))[0].close()"


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The tables of the release before, until the patch is undone."""
    monkeypatch.setattr(database, "ADDITIONS", ("additions.sql",))
    database.tables_made_now.cache_clear()
    yield monkeypatch
    updated(monkeypatch)


def updated(patch: pytest.MonkeyPatch) -> None:
    patch.undo()
    database.tables_made_now.cache_clear()


def many_sales(path: Path, count: int) -> None:
    """A journal of so many forwarded sales, by SQL alone."""
    Journal.open(path, lambda: NOW).close()
    many = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    with sqlite3.connect(path) as db:
        db.execute(
            f"INSERT INTO sales {many} SELECT printf('till-1-b0b0b0b0-%d', i), {NOW} + i, 2300, 0,"
            " 100, 0, 'USD', '$', 2, 'USD', '$', 2, 43623050781, 12, 100, 'memo', '' FROM n"
        )
        for table, prefix, more in (("invoices", "a", ""), ("payouts", "b", "1,")):
            db.execute(
                f"INSERT INTO {table} {many} SELECT printf('{prefix}%063x', i),"
                f" printf('till-1-b0b0b0b0-%d', i), {more} 'lnbcrt', 2300, 'x', {NOW}, 600, {NOW}"
                " FROM n"
            )
        db.execute(
            f"INSERT INTO payments {many} SELECT printf('a%063x', i),"
            f" printf('till-1-b0b0b0b0-%d', i), 0, {NOW} + i FROM n"
        )
        db.execute(
            "INSERT INTO forward_steps (sale_id, status, payout_hash, reason, at)"
            f" {many} SELECT printf('till-1-b0b0b0b0-%d', i), 'settled', printf('b%063x', i), '',"
            f" {NOW} + i FROM n"
        )
    db.close()


@pytest.mark.parametrize(
    ("kills", "sales"), [(2, 300), pytest.param(100, 100_000, marks=pytest.mark.slow)]
)
@pytest.mark.timeout(1800)
def test_a_kill_while_the_tables_are_made_loses_no_sale(
    tmp_path: Path, before: pytest.MonkeyPatch, kills: int, sales: int
) -> None:
    old = tmp_path / "old.sqlite3"
    many_sales(old, sales)
    updated(before)
    dice = random.Random(7)
    for number in range(kills):
        path = tmp_path / str(number) / "journal.sqlite3"
        path.parent.mkdir()
        path.write_bytes(old.read_bytes())
        starting = subprocess.Popen([sys.executable, "-c", START, str(path)])
        try:
            starting.wait(timeout=dice.uniform(0.1, 2.0))
        except subprocess.TimeoutExpired:
            starting.kill()
            starting.wait()
        journal = Journal.open(path, lambda: NOW)
        totals = journal.totals(0)
        assert (totals.sales, totals.amount, totals.forwarded) == (
            sales,
            sales * 2300,
            sales * 2300,
        )
        journal.record(sold(sale(1), sales + 1))
        numbers = connection(journal).execute("SELECT sale_id, series, number FROM receipts")
        assert [tuple(row) for row in numbers] == [(sale(1).id, 1, 1)], "older sales have none"
        journal.close()
        shutil.rmtree(path.parent)  # with the copy that was made before the change


def test_an_older_release_finds_its_own_tables_unchanged_and_still_sells_and_forwards(
    tmp_path: Path, before: pytest.MonkeyPatch
) -> None:
    """It compares every table and trigger with its own, and sets a file that differs aside."""
    path = tmp_path / "journal.sqlite3"
    as_before = dict(database.tables_made_now(database.SCRIPTS))
    updated(before)
    journal = Journal.open(path, lambda: NOW)
    journal.record([*sold(taxed(1), 1), DayClosed(NOW)])
    now = tables_of(connection(journal))
    assert {key: now.get(key) for key in as_before} == as_before
    journal.close()
    before.setattr(database, "ADDITIONS", ("additions.sql",))
    database.tables_made_now.cache_clear()
    older = Journal.open(path, lambda: NOW)
    assert len(older.recover().forwards) == 1
    older.record([*paid(2), moved(ForwardStatus.SENT, 2), moved(ForwardStatus.SETTLED, 2)])
    connection(older).execute(
        "INSERT INTO day_closes VALUES (?)", (NOW + 1,)
    )  # all that it does at a close
    older.close()
    updated(before)
    journal = Journal.open(path, lambda: NOW)
    journal.record([*paid(3), DayClosed(NOW + 2)])
    counted = [(report.number.number, report.receipts) for report in journal.close_reports()]
    assert counted == [(3, 1), (2, 1), (1, 1)]
    numbers = {
        entry.receipt.number
        for entry in journal.entries(0, 2**40)
        if isinstance(entry, SaleEntry) and entry.receipt
    }
    assert numbers == {1, 2, 3}
    journal.close()

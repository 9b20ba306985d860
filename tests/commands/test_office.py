"""The workbook as LibreOffice reads it: every cell what the comma-separated file says."""

import csv
import io
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.commands import book_files
from kiosk.commands.cells import Row
from kiosk.commands.close_tables import CLOSES, close_rows
from kiosk.commands.sale_tables import ITEMS, SALES, TAXES
from kiosk.journal import Journal
from kiosk.sale.facts import DayClosed, SaleStarted
from tests.journal.test_books import refund, sold, taxed
from tests.journal.test_journal import NOW, sale

ZONE = ZoneInfo("Europe/Berlin")
# Commas, double quotes, UTF-8, every sheet in a file of its own.
AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


@pytest.mark.office
@pytest.mark.timeout(600)
def test_libreoffice_reads_every_cell_and_sum_as_it_was_written(tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    assert office is not None, "this test needs LibreOffice"
    journal = Journal.open(tmp_path / "journal.sqlite3", lambda: NOW)
    for number in range(1, 40):
        journal.record(sold(taxed(number, direct=number % 3 == 0), number))
    journal.record([SaleStarted(sale(50)), refund(taxed(1), 1, 50), DayClosed(NOW)])
    entries, reports = list(journal.entries(0, 2**40)), journal.close_reports()
    journal.close()
    book_files.write_workbook(tmp_path / "books.xlsx", entries, reports, ZONE)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    order = [office, profile, "--headless", "--convert-to", AS_CSV, "books.xlsx"]
    subprocess.run(order, cwd=tmp_path, check=True, timeout=500, capture_output=True)
    for name, columns, rows in (
        ("Sales", SALES, book_files.sale_table(entries, ZONE)),
        ("Items", ITEMS, book_files.item_table(entries, ZONE)),
        ("Taxes", TAXES, book_files.tax_table(entries, ZONE)),
        ("Closes", CLOSES, (row for report in reports for row in close_rows(report, ZONE))),
    ):
        with (tmp_path / f"books-{name}.csv").open(newline="") as file:
            shown = [[_spelled(cell) for cell in row] for row in csv.reader(file)]
        wanted = [[_spelled(cell) for cell in row] for row in _table(columns, rows)]
        assert shown == wanted, name
        for column in {"gross", "tax", "sats"} & {*columns}:
            place = columns.index(column)
            sums = [
                sum(Decimal(row[place] or "0") for row in table[1:]) for table in (shown, wanted)
            ]
            assert sums[0] == sums[1]


def _table(columns: Sequence[str], rows: Iterable[Row]) -> list[list[str]]:
    file = io.StringIO()
    book_files.write_csv(columns, rows, file)
    return list(csv.reader(io.StringIO(file.getvalue())))


def _spelled(cell: str) -> str:
    """A cell in one spelling: 1.00 and 1, TRUE and True, 11:13:20 PM and 23:13:20 are the same."""
    if cell.endswith((" AM", " PM")):
        return f"{datetime.strptime(cell, '%I:%M:%S %p'):%H:%M:%S}"  # noqa: DTZ007 - a time of day
    try:
        return f"{Decimal(cell).normalize():f}"
    except InvalidOperation:
        return {"TRUE": "True", "FALSE": "False"}.get(cell, cell)

"""Our rows of a worksheet are what XlsxWriter itself writes for the same cells, to the byte."""

import tempfile
from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.commands import workbook
from kiosk.commands.cells import Cell, Row

COLUMNS = 30  # so that there is a column AA
TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.sampled_from(["_x0041_", ' <b> & "c" ', "a\r\nb\t", "\x0b", "￾￿", "\u3000 a"]),
).filter(lambda text: not text.startswith("<r>"))  # which the library takes for its own markup
AMOUNTS = st.decimals(-(10**11), 10**11, places=2) | st.decimals(-(10**9), 10**9, places=3)
CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.none(),
    TEXTS,
    st.booleans(),
    st.integers(-(10**15), 10**15),
    AMOUNTS,
    st.dates(date(1900, 3, 1)),
    st.times().map(lambda clock: clock.replace(microsecond=0)),
)
# The library writes no row at all where every cell is empty; no table of ours has such a row.
ROWS = st.lists(CELLS, min_size=COLUMNS - 1, max_size=COLUMNS - 1).map(lambda row: (1, *row))


@given(st.lists(ROWS, max_size=3))
@settings(max_examples=20, deadline=None)
def test_rows_are_what_the_library_writes_for_the_same_cells(rows: list[Row]) -> None:
    titles = [f"column {place}" for place in range(COLUMNS)]
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder) / "ours.xlsx", Path(folder) / "theirs.xlsx"
        with workbook.Workbook(ours) as book:
            book.add_sheet("Sales", titles).add_all(rows)
        _write_by_library(theirs, titles, rows)
        for part in ("xl/worksheets/sheet1.xml", "xl/styles.xml"):
            with ZipFile(ours) as our_parts, ZipFile(theirs) as their_parts:
                assert our_parts.read(part) == their_parts.read(part)


def _write_by_library(path: Path, titles: Sequence[str], rows: Sequence[Row]) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        number_format = cache(lambda pattern: book.add_format({"num_format": pattern}))
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("Sales")
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(titles):
            sheet.set_column(column, column, 10)
            sheet.write_string(0, column, title, bold)
        for row, cells in enumerate(rows, start=1):
            for column, cell in enumerate(cells):
                match cell:
                    case None | "":
                        pass
                    case bool():
                        sheet.write_boolean(row, column, cell)
                    case int():
                        sheet.write_number(row, column, cell)
                    case Decimal():
                        pattern = "0.000" if cell.as_tuple().exponent == -3 else "0.00"
                        sheet.write_number(row, column, cell, number_format(pattern))
                    case date():
                        sheet.write_datetime(row, column, cell, number_format("yyyy-mm-dd"))
                    case time():
                        sheet.write_datetime(row, column, cell, number_format("hh:mm:ss"))
                    case str():
                        sheet.write_string(row, column, cell)

"""The tables of the books as files: comma-separated for machines, JSON, and a workbook."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from kiosk.commands.book_tables import (
    CLOSE_TAXES,
    CLOSES,
    HOURS,
    ITEMS,
    SALES,
    TAXES,
    Cell,
    Hours,
    Row,
    close_rows,
    close_tax_rows,
    item_rows,
    sale_row,
    tax_rows,
)
from kiosk.journal.books import Entry
from kiosk.sale.books import CloseReport

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

# What a worksheet holds at most is 2**20 rows; then the table goes on in another one.
_ROWS_A_SHEET: Final = 1_000_000
_WIDTHS: Final = {"date": 11, "from": 25, "to": 25, "memo": 40, "sale": 36}


def sale_table(entries: Iterable[Entry], zone: tzinfo) -> Iterator[Row]:
    """The rows of SALES."""
    return (sale_row(entry, zone) for entry in entries)


def item_table(entries: Iterable[Entry], zone: tzinfo) -> Iterator[Row]:
    """The rows of ITEMS."""
    return (row for entry in entries for row in item_rows(entry, zone))


def tax_table(entries: Iterable[Entry], zone: tzinfo) -> Iterator[Row]:
    """The rows of TAXES."""
    return (row for entry in entries for row in tax_rows(entry, zone))


def write_csv(columns: Sequence[str], rows: Iterable[Row], file: TextIO) -> None:
    """Write a table with dots in its numbers and ISO days and times; the head even when empty."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_as_text(cell) for cell in row] for row in rows)


def write_json(columns: Sequence[str], rows: Iterable[Row], file: TextIO) -> None:
    """Write a table as a list of objects. Amounts of fiat are exact decimal text, never floats."""
    objects = [
        {
            name: _as_text(cell) if isinstance(cell, Decimal | date | time) else cell
            for name, cell in zip(columns, row, strict=True)
        }
        for row in rows
    ]
    json.dump(objects, file, indent=2, ensure_ascii=False)
    file.write("\n")


def write_workbook(
    path: Path, entries: Iterable[Entry], reports: Iterable[CloseReport], zone: tzinfo
) -> None:
    """Write everything as one workbook, with a sheet for each table. Numbers are numbers.

    Raises:
        OSError: it cannot be written.
    """
    from xlsxwriter.exceptions import FileCreateError
    from xlsxwriter.workbook import Workbook  # a moment's import that only this needs

    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    hours = Hours(zone)
    try:
        with closing(Workbook(str(path), options)) as book:
            add = _sheets(book)
            sales, items, taxes = add("Sales", SALES), add("Items", ITEMS), add("Taxes", TAXES)
            for entry in entries:
                sales.add(sale_row(entry, zone))
                items.add_all(item_rows(entry, zone))
                taxes.add_all(tax_rows(entry, zone))
                hours.add(entry)
            add("Hours", HOURS).add_all(hours.rows())
            kept = list(reports)
            add("Closes", CLOSES).add_all(row for close in kept for row in close_rows(close, zone))
            add("Close taxes", CLOSE_TAXES).add_all(
                row for close in kept for row in close_tax_rows(close)
            )
    except FileCreateError as error:
        raise OSError(str(error)) from error


class _Sheet:
    """A table of a workbook that grows row by row, over as many worksheets as it takes."""

    def __init__(self, book: "Workbook", name: str, columns: Sequence[str]) -> None:
        self._book = book
        self._name = name
        self._columns = columns
        self._bold = book.add_format({"bold": True})
        self._formats: dict[str, Format] = {}
        self._sheets = 0
        self._sheet = self._next()

    def add(self, row: Row) -> None:
        """Write one row."""
        if self._row >= _ROWS_A_SHEET:
            self._sheet = self._next()
        for column, cell in enumerate(row):
            if cell is not None and cell != "":
                self._write(column, cell)
        self._row += 1

    def add_all(self, rows: Iterable[Row]) -> None:
        """Write rows."""
        for row in rows:
            self.add(row)

    def _next(self) -> "Worksheet":
        self._sheets += 1
        name = self._name if self._sheets == 1 else f"{self._name} {self._sheets}"
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(self._columns):
            sheet.set_column(column, column, _WIDTHS.get(title, 10))
        for column, title in enumerate(self._columns):
            sheet.write_string(0, column, title, self._bold)
        self._row = 1
        return sheet

    def _write(self, column: int, cell: Cell) -> None:
        row, sheet = self._row, self._sheet
        match cell:
            case bool():
                sheet.write_boolean(row, column, cell)
            case int():
                sheet.write_number(row, column, cell)
            case Decimal():
                sheet.write_number(row, column, float(cell), self._format(_pattern(cell)))
            case date():
                at = datetime.combine(cell, time())
                sheet.write_datetime(row, column, at, self._format("yyyy-mm-dd"))
            case time():
                sheet.write_datetime(row, column, cell, self._format("hh:mm:ss"))
            case str():
                sheet.write_string(row, column, cell)

    def _format(self, pattern: str) -> "Format":
        if pattern not in self._formats:
            self._formats[pattern] = self._book.add_format({"num_format": pattern})
        return self._formats[pattern]


def _sheets(book: "Workbook") -> Callable[[str, Sequence[str]], _Sheet]:
    return lambda name, columns: _Sheet(book, name, columns)


def _pattern(cell: Decimal) -> str:
    """How a spreadsheet shows it: with the digits of its currency."""
    exponent = cell.as_tuple().exponent
    digits = -exponent if isinstance(exponent, int) else 0
    return f"0.{'0' * digits}" if digits > 0 else "0"


def _as_text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Decimal():
            return f"{cell:f}"
        case date() | time():
            return cell.isoformat()
    return str(cell)

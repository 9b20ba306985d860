"""A workbook (XLSX) of tables, written row by row by XlsxWriter: numbers are numbers."""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from kiosk.commands.cells import Row

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# What a worksheet holds at most is 2**20 rows; then the table goes on in another one.
ROWS_A_SHEET: Final = 1_000_000
# What a cell holds at most is 32,767 UTF-16 units; a character has up to two of them.
_LETTERS_A_CELL: Final = 32_767 // 2
_WIDTHS: Final = {"date": 11, "from": 25, "to": 25, "memo": 40, "sale": 36}
_USUAL_WIDTH: Final = 10
_OPTIONS: Final = {
    "constant_memory": True,  # a row goes to a file when the next one begins
    "use_zip64": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}


class Workbook:
    """A workbook that is being written. The file is there when the `with` block ends without error.

    Until then everything is in a folder of its own beside it.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        from xlsxwriter import Workbook as Book  # a moment's import that only this needs

        self._path = path
        self._open = ExitStack()
        folder = self._open.enter_context(tempfile.TemporaryDirectory(dir=path.parent))
        self._unfinished = Path(folder) / "unfinished.xlsx"
        self._book = Book(str(self._unfinished), {**_OPTIONS, "tmpdir": folder})
        self._formats: dict[str, Format] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        from xlsxwriter.exceptions import FileCreateError

        with self._open:
            try:
                self._book.close()  # closes the library's files, even of what is thrown away
            except FileCreateError as unwritten:
                raise OSError(str(unwritten)) from unwritten
            if error is None:
                self._unfinished.replace(self._path)

    def add_sheet(self, name: str, columns: Sequence[str]) -> "Sheet":
        """Begin a table under its name."""
        return Sheet(self._book, self._format, name, columns)

    def _format(self, pattern: str) -> "Format":
        """The format that shows a number by a pattern like `0.00`; one for the whole workbook."""
        if pattern not in self._formats:
            self._formats[pattern] = self._book.add_format({"num_format": pattern})
        return self._formats[pattern]


class Sheet:
    """A table of a workbook that grows row by row, over as many worksheets as it takes."""

    def __init__(
        self,
        book: "xlsxwriter.Workbook",
        number_format: Callable[[str], "Format"],
        name: str,
        columns: Sequence[str],
    ) -> None:
        self._book = book
        self._number_format = number_format
        self._day = number_format("yyyy-mm-dd")
        self._time = number_format("hh:mm:ss")
        self._bold = book.add_format({"bold": True})
        self._decimals: dict[int | str, Format] = {}  # by the exponent of an amount
        self._name = name
        self._columns = columns
        self._parts = 0
        self._begin_part()

    def add(self, row: Row) -> None:
        """Write one row; what is None or empty is no cell."""
        if self._rows >= ROWS_A_SHEET:
            self._begin_part()
        for column, cell in enumerate(row):
            if cell is not None and cell != "":
                self._writers[type(cell)](self._rows, column, cell)
        self._rows += 1

    def add_all(self, rows: Iterable[Row]) -> None:
        """Write rows."""
        for row in rows:
            self.add(row)

    def _begin_part(self) -> None:
        """Begin a worksheet, with its head in sight while it is scrolled."""
        self._parts += 1
        name = self._name if self._parts == 1 else f"{self._name} {self._parts}"
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(self._columns):
            sheet.set_column(column, column, _WIDTHS.get(title, _USUAL_WIDTH))
            sheet.write_string(0, column, title, self._bold)
        self._rows = 1
        self._sheet: Worksheet = sheet
        self._writers: Mapping[type, Callable[[int, int, Any], object]] = {
            str: self._write_text,
            bool: sheet.write_boolean,
            int: sheet.write_number,
            Decimal: self._write_amount,
            date: self._write_day,
            time: self._write_time,
        }

    def _write_text(self, row: int, column: int, text: str) -> None:
        if text.startswith("<r>"):
            # XlsxWriter takes such a string for markup of its own, unless it comes in pieces.
            kept = text[:_LETTERS_A_CELL]
            self._sheet.write_rich_string(row, column, kept[0], kept[1], kept[2:])
        else:
            self._sheet.write_string(row, column, text)

    def _write_amount(self, row: int, column: int, amount: Decimal) -> None:
        """With as many digits after the dot as its currency has; a decimal stays one."""
        exponent = amount.as_tuple().exponent
        if exponent not in self._decimals:
            self._decimals[exponent] = self._number_format(_pattern(amount))
        self._sheet.write_number(row, column, amount, self._decimals[exponent])

    def _write_day(self, row: int, column: int, day: date) -> None:
        self._sheet.write_datetime(row, column, day, self._day)

    def _write_time(self, row: int, column: int, clock: time) -> None:
        self._sheet.write_datetime(row, column, clock, self._time)


def _pattern(amount: Decimal) -> str:
    """How a spreadsheet shows an amount: 12.50 by `0.00`."""
    _, _, fraction = f"{amount:f}".partition(".")
    return f"0.{'0' * len(fraction)}" if fraction else "0"

"""A workbook (XLSX) of tables, written row by row: numbers are numbers.

XlsxWriter makes the file with its styles and parts; the rows are ours (see `worksheet_rows`).
"""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from kiosk.commands.cells import Row
from kiosk.commands.worksheet_rows import RowWriter

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

# What a worksheet holds at most is 2**20 rows; then the table goes on in another one.
ROWS_A_SHEET: Final = 1_000_000
_WIDTHS: Final = {"date": 11, "from": 25, "to": 25, "memo": 40, "sale": 36}
_USUAL_WIDTH: Final = 10
_OPTIONS: Final = {
    "constant_memory": True,  # rows go to a file of the worksheet, not to a table in memory
    "use_zip64": True,
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
        self._styles: dict[str, int] = {}

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
        return Sheet(self._book, RowWriter(len(columns), self._style), name, columns)

    def _style(self, pattern: str) -> int:
        """The style that shows a number by a pattern; one for the whole workbook."""
        if pattern not in self._styles:
            number_format = self._book.add_format({"num_format": pattern})
            # The library's own cells ask for it so; there is no public name.
            self._styles[pattern] = number_format._get_xf_index()  # noqa: SLF001
        return self._styles[pattern]


class Sheet:
    """A table of a workbook that grows row by row, over as many worksheets as it takes."""

    def __init__(
        self,
        book: "xlsxwriter.Workbook",
        writer: RowWriter,
        name: str,
        columns: Sequence[str],
    ) -> None:
        self._book = book
        self._writer = writer
        self._bold = book.add_format({"bold": True})
        self._name = name
        self._columns = columns
        self._parts = 0
        self._begin_part()

    def add(self, row: Row) -> None:
        """Write one row; what is None or empty is no cell."""
        if self._rows >= ROWS_A_SHEET:
            self._begin_part()
        self._rows += 1
        self._write(self._writer.row(self._rows, row))
        self._sheet.dim_rowmax = self._rows - 1  # the library counts from 0

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
        # The head goes to the worksheet's file, where the library puts a row when the next begins.
        sheet._write_single_row(1)  # noqa: SLF001
        self._rows = 1
        self._sheet: Worksheet = sheet
        self._write: Callable[[str], object] = sheet.fh.write

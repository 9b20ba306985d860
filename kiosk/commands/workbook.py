"""A workbook (XLSX) of tables, written row by row: every number as it is, none as a float.

The smallest part of ECMA-376 (Office Open XML, part 1, chapter 18) that spreadsheets open.
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, time
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from kiosk.commands.cells import Row

# What a worksheet holds at most is 2**20 rows; then the table goes on in another one.
ROWS_A_SHEET: Final = 1_000_000
# What a cell holds at most; a spreadsheet refuses a file with more.
_LETTERS_A_CELL: Final = 32_767
_WIDTHS: Final = {"date": 11, "from": 25, "to": 25, "memo": 40, "sale": 36}
_USUAL_WIDTH: Final = 10

# Day 0 of a spreadsheet is 1899-12-30.
_DAY_0: Final = date(1899, 12, 30).toordinal()
_DAY_S: Final = 86_400

# The places in the list of cell formats.
_BOLD: Final = 1
_DAY: Final = 2
_TIME: Final = 3
_WHOLE: Final = 4  # then with 1, 2, ... digits after the dot
_MOST_DIGITS: Final = 30  # Excel shows no more

# XML 1.0 has no such characters; ECMA-376, 22.4.2.4 (ST_Xstring) writes them as _x0007_.
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_NOT_PLAIN: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff&<>]|_x")
_LOOKS_ESCAPED: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class Workbook:
    """A workbook that is being written. The file is made when the `with` block ends without error.

    Until then the rows are in files without a name, in the folder of the workbook.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open_files = ExitStack()
        self._worksheets: list[_Worksheet] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._open_files:
            if error is None:
                self._write()

    def add_sheet(self, name: str, columns: Sequence[str]) -> "Sheet":
        """Begin a table under its name."""
        return Sheet(self, name, columns)

    def add_worksheet(self, name: str, columns: Sequence[str]) -> "_Worksheet":
        """Begin a worksheet, which may be a part of a table."""
        rows = tempfile.TemporaryFile(dir=self._path.parent)  # noqa: SIM115 - closed with the book
        self._open_files.enter_context(rows)
        self._worksheets.append(_Worksheet(name, columns, rows))
        return self._worksheets[-1]

    def _write(self) -> None:
        with ZipFile(self._path, "w", ZIP_DEFLATED, compresslevel=1) as book:
            book.writestr("[Content_Types].xml", _content_types(len(self._worksheets)))
            book.writestr("_rels/.rels", _relations(("officeDocument", "xl/workbook.xml")))
            book.writestr(
                "xl/workbook.xml", _sheet_list([sheet.name for sheet in self._worksheets])
            )
            parts = [
                ("worksheet", f"worksheets/sheet{number}.xml")
                for number in range(1, len(self._worksheets) + 1)
            ]
            relations = _relations(*parts, ("styles", "styles.xml"))
            book.writestr("xl/_rels/workbook.xml.rels", relations)
            book.writestr("xl/styles.xml", _styles())
            for (_, part), worksheet in zip(parts, self._worksheets, strict=True):
                with book.open(f"xl/{part}", "w", force_zip64=True) as file:
                    worksheet.copy_to(file)


class Sheet:
    """A table of a workbook that grows row by row, over as many worksheets as it takes."""

    def __init__(self, book: Workbook, name: str, columns: Sequence[str]) -> None:
        self._book = book
        self._name = name
        self._columns = columns
        self._parts = 1
        self._part = book.add_worksheet(name, columns)

    def add(self, row: Row) -> None:
        """Write one row."""
        if self._part.rows >= ROWS_A_SHEET:
            self._parts += 1
            self._part = self._book.add_worksheet(f"{self._name} {self._parts}", self._columns)
        self._part.add(row)

    def add_all(self, rows: Iterable[Row]) -> None:
        """Write rows."""
        for row in rows:
            self.add(row)


class _Worksheet:
    """One worksheet: its rows go to a file as they come."""

    def __init__(self, name: str, columns: Sequence[str], rows: IO[bytes]) -> None:
        self.name = name
        self.rows = 0
        self._columns = columns
        self._letters = [_letters(place) for place in range(len(columns))]
        self._file = rows
        titles = zip(self._letters, columns, strict=True)
        self._add(
            "".join(f'<c r="{letter}1" s="{_BOLD}"{_text(title)}' for letter, title in titles)
        )

    def add(self, row: Row) -> None:
        """Write a row; what is None or empty is no cell."""
        number = self.rows + 1
        self._add(
            "".join(
                [
                    f'<c r="{letter}{number}"{_XML_OF[type(cell)](cell)}'
                    for letter, cell in zip(self._letters, row, strict=True)
                    if cell or not (cell is None or cell == "")
                ]
            )
        )

    def copy_to(self, file: IO[bytes]) -> None:
        """Write it whole, with its head in sight while it is scrolled."""
        widths = "".join(
            f'<col min="{place}" max="{place}" width="{_WIDTHS.get(title, _USUAL_WIDTH)}"'
            ' customWidth="1"/>'
            for place, title in enumerate(self._columns, start=1)
        )
        head = (
            f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
            f"</sheetView></sheetViews><cols>{widths}</cols><sheetData>"
        )
        file.write(head.encode())
        self._file.seek(0)
        shutil.copyfileobj(self._file, file, 2**20)
        file.write(b"</sheetData></worksheet>")

    def _add(self, cells: str) -> None:
        self.rows += 1
        self._file.write(f'<row r="{self.rows}">{cells}</row>'.encode())


def _letters(place: int) -> str:
    """The name of a column: 0 is A, 26 is AA."""
    before, last = divmod(place, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


@lru_cache(maxsize=1024)
def _text(text: str) -> str:
    kept = text[:_LETTERS_A_CELL]
    if _NOT_PLAIN.search(kept):
        kept = escape(_LOOKS_ESCAPED.sub("_x005F_", kept))
        kept = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", kept)
    return f' t="inlineStr"><is><t xml:space="preserve">{kept}</t></is></c>'


def _truth(cell: object) -> str:
    return f' t="b"><v>{int(bool(cell))}</v></c>'


def _whole(number: object) -> str:
    return f"><v>{number}</v></c>"


def _exact(number: Decimal) -> str:
    """With as many digits after the dot as its currency has."""
    text = f"{number:f}"
    dot = text.find(".")
    digits = 0 if dot < 0 else min(len(text) - dot - 1, _MOST_DIGITS)
    return f' s="{_WHOLE + digits}"><v>{text}</v></c>'


@cache
def _day(day: date) -> str:
    return f' s="{_DAY}"><v>{day.toordinal() - _DAY_0}</v></c>'


@lru_cache(maxsize=64)
def _time_of_day(clock: time) -> str:
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second
    return f' s="{_TIME}"><v>{seconds / _DAY_S}</v></c>'


_XML_OF: Final[Mapping[type, Callable[[Any], str]]] = {
    str: _text,
    bool: _truth,
    int: _whole,
    Decimal: _exact,
    date: _day,
    time: _time_of_day,
}


def _styles() -> str:
    digits = [f"0.{'0' * count}" for count in range(1, _MOST_DIGITS + 1)]
    patterns = ["yyyy-mm-dd", "hh:mm:ss", "0", *digits]
    own = 164  # below are formats that a spreadsheet has of its own
    formats = "".join(
        f'<numFmt numFmtId="{own + place}" formatCode="{pattern}"/>'
        for place, pattern in enumerate(patterns)
    )
    cells = "".join(
        f'<xf numFmtId="{own + place}" fontId="0" fillId="0" borderId="0" xfId="0"'
        ' applyNumberFormat="1"/>'
        for place in range(len(patterns))
    )
    font = '<sz val="11"/><name val="Calibri"/>'
    plain = 'numFmtId="0" fillId="0" borderId="0"'
    return (
        f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="{len(patterns)}">{formats}</numFmts>'
        f'<fonts count="2"><font>{font}</font><font><b/>{font}</font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        f'<cellStyleXfs count="1"><xf {plain} fontId="0"/></cellStyleXfs>'
        f'<cellXfs count="{2 + len(patterns)}"><xf {plain} fontId="0" xfId="0"/>'
        f'<xf {plain} fontId="1" xfId="0" applyFont="1"/>{cells}</cellXfs></styleSheet>'
    )


def _sheet_list(names: Iterable[str]) -> str:
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, start=1)
    )
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets>'
        "</workbook>"
    )


def _relations(*parts: tuple[str, str]) -> str:
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(parts, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _content_types(sheets: int) -> str:
    parts = [
        ("workbook.xml", "sheet.main"),
        ("styles.xml", "styles"),
        *((f"worksheets/sheet{number}.xml", "worksheet") for number in range(1, sheets + 1)),
    ]
    overrides = "".join(
        f'<Override PartName="/xl/{part}" ContentType="{_TYPES}.{kind}+xml"/>'
        for part, kind in parts
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f"{overrides}</Types>"
    )

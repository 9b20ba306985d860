"""The tables of the books as files: comma-separated for machines, JSON, and a workbook."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Final, TextIO

from kiosk.commands.cells import Cell, Row
from kiosk.commands.close_tables import (
    CLOSE_CASHIERS,
    CLOSE_TAXES,
    CLOSES,
    close_cashier_rows,
    close_rows,
    close_tax_rows,
)
from kiosk.commands.hour_table import HOURS, add_entry, hour_rows
from kiosk.commands.sale_tables import ITEMS, SALES, TAXES, item_rows, sale_row, tax_rows
from kiosk.commands.workbook import Workbook
from kiosk.journal.books import Entry
from kiosk.sale.books import CloseReport
from kiosk.sale.hours import Hours

# What a spreadsheet takes for a formula (owasp.org/www-community/attacks/CSV_Injection); a number
# or the offset of a zone is none.
_FORMULA: Final = re.compile(r"[=@\t\r]|[+-](?![0-9.:]*\Z)")


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
    """Write a table with dots in its numbers and ISO days and times; the head even when empty.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_without_formula(_as_text(cell)) for cell in row] for row in rows)


def write_json(columns: Sequence[str], rows: Iterable[Row], file: TextIO) -> None:
    """Write a table as a list of objects. Amounts of fiat are exact decimal text, never floats."""
    file.write("[")
    between = "\n"
    for row in rows:
        values = {
            name: _as_text(cell) if isinstance(cell, Decimal | date | time) else cell
            for name, cell in zip(columns, row, strict=True)
        }
        text = json.dumps(values, indent=2, ensure_ascii=False).replace("\n", "\n  ")
        file.write(f"{between}  {text}")
        between = ",\n"
    file.write("]\n" if between == "\n" else "\n]\n")


def write_workbook(
    path: Path, entries: Iterable[Entry], reports: Iterable[CloseReport], zone: tzinfo
) -> None:
    """Write everything as one workbook, with a sheet for each table. Numbers are numbers.

    Raises:
        OSError: it cannot be written.
    """
    hours = Hours(zone)
    with Workbook(path) as book:
        add = book.add_sheet
        sales, items, taxes = add("Sales", SALES), add("Items", ITEMS), add("Taxes", TAXES)
        for entry in entries:
            sales.add(sale_row(entry, zone))
            items.add_all(item_rows(entry, zone))
            taxes.add_all(tax_rows(entry, zone))
            add_entry(hours, entry)
        add("Hours", HOURS).add_all(hour_rows(hours))
        kept = list(reports)
        add("Closes", CLOSES).add_all(row for close in kept for row in close_rows(close, zone))
        add("Close taxes", CLOSE_TAXES).add_all(
            row for close in kept for row in close_tax_rows(close)
        )
        add("Close cashiers", CLOSE_CASHIERS).add_all(
            row for close in kept for row in close_cashier_rows(close)
        )


def _without_formula(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _as_text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Decimal():
            return f"{cell:f}"
        case date() | time():
            return cell.isoformat()
    return str(cell)

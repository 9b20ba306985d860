"""The books as files for a bookkeeper: all of them, and what was sold since the last close."""

import contextlib
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final

from kiosk.commands import book_files
from kiosk.commands.close_tables import (
    CLOSE_CASHIERS,
    CLOSE_TAXES,
    CLOSES,
    close_cashier_rows,
    close_rows,
    close_tax_rows,
)
from kiosk.commands.sale_tables import ITEMS, SALES, TAXES
from kiosk.commands.sales import EVER
from kiosk.journal import Journal
from kiosk.sale.days import DAY_S

# The folder lies in memory: only the plain list of sales goes back to the first of them.
YEAR_S: Final = 366 * DAY_S


def write_sales(journal: Path, zone: tzinfo, folder: Path) -> None:
    """Write the files into a folder, named for today. Reads beside a running kiosk.

    Raises:
        KioskError: the journal cannot be read.
        OSError: the folder cannot be written.
    """
    now = datetime.now(zone)
    day = f"{now:%Y-%m-%d}"
    with contextlib.closing(Journal.read_only(journal)) as book:
        reports = book.close_reports()[::-1]
        spans = {"all": lambda: book.entries(0, EVER), "since-close": book.entries_since_close}
        last = reports[-1] if reports else None
        of_last = book.entries_of_close(last.number) if last is not None else None
        if last is not None and of_last is not None and book.missing_of_close(last.number) == 0:
            spans[f"close-{last.number}"] = lambda: of_last
        tables = {
            f"sales-{span}": (SALES, book_files.sale_table(entries(), zone))
            for span, entries in spans.items()
        }
        year = int(now.timestamp()) - YEAR_S
        tables["items-year"] = (ITEMS, book_files.item_table(book.entries(year, EVER), zone))
        tables["taxes-year"] = (TAXES, book_files.tax_table(book.entries(year, EVER), zone))
        tables["closes"] = (CLOSES, (row for close in reports for row in close_rows(close, zone)))
        tables["close-taxes"] = (
            CLOSE_TAXES,
            (row for close in reports for row in close_tax_rows(close)),
        )
        tables["close-cashiers"] = (
            CLOSE_CASHIERS,
            (row for close in reports for row in close_cashier_rows(close)),
        )
        for name, (columns, rows) in tables.items():
            with (folder / f"kiosk-{name}-{day}.csv").open("w", newline="") as file:
                book_files.write_csv(columns, rows, file)
        with (folder / f"kiosk-sales-year-{day}.json").open("w") as file:
            book_files.write_json(
                SALES, book_files.sale_table(book.entries(year, EVER), zone), file
            )
        workbook = folder / f"kiosk-books-year-{day}.xlsx"
        book_files.write_workbook(workbook, book.entries(year, EVER), reports, zone)

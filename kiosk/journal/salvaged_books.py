"""Numbers, items, taxes, refunds and closes of a damaged journal: as much as can be read of them.

A number that was given is never given again: the rows are copied whether their sale is or not.
"""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from kiosk.journal.closes import begin_series
from kiosk.journal.database import columns, transaction
from kiosk.journal.salvage import UNREADABLE, opened, rows_of

log: Final = logging.getLogger("kiosk.journal")

_NUMBERS: Final = (
    "receipts",
    "sale_lines",
    "sale_taxes",
    "sale_cashiers",
    "refund_receipts",
    "refund_taxes",
    "close_reports",
)
_REFUNDS: Final = ("refunds",)  # once their sales are there: more than was paid is refused


def copy_numbers(connection: sqlite3.Connection, damaged: Path, at: int) -> None:
    """Copy what was given numbers, and begin the next series for what is numbered from now on.

    `at` is Unix seconds.

    Raises:
        sqlite3.Error: the sound journal cannot be written.
    """
    rows = _read(damaged, _NUMBERS)
    highest = max(
        (
            row["series"]
            for table in ("receipts", "refund_receipts", "close_reports")
            for row in rows[table]
            if isinstance(row["series"], int)
        ),
        default=0,
    )
    with transaction(connection):
        if begin_series(connection, damaged.name, at, highest):
            log.warning("receipts are numbered in the next series, because of %s", damaged.name)
        _copy(connection, rows)


def copy_refunds(connection: sqlite3.Connection, damaged: Path) -> None:
    """Copy the refunds of the sales that are in the sound journal.

    Raises:
        sqlite3.Error: the sound journal cannot be written.
    """
    with transaction(connection):
        _copy(connection, _read(damaged, _REFUNDS))


def _read(damaged: Path, tables: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    ours = columns()
    try:
        with closing(opened(damaged)) as source:
            return {table: rows_of(source, table, ours[table]) for table in tables}
    except UNREADABLE as error:
        log.warning("no numbers can be read of %s reason=%s", damaged.name, error)
        return {table: [] for table in tables}


def _copy(connection: sqlite3.Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    for table, table_rows in rows.items():
        for row in table_rows:
            names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
            try:
                connection.execute(
                    f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608 - our own names
                    row,
                )
            except (sqlite3.IntegrityError, sqlite3.InterfaceError) as error:
                log.info("a damaged row table=%s reason=%s", table, error)

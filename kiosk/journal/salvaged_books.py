"""Numbers, items, taxes, refunds and closes of a damaged journal: as much as can be read of them.

A number that was given is never given again: the rows are copied whether their sale is or not.
"""

import logging
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kiosk.journal.closes import begin_series
from kiosk.journal.database import columns, transaction
from kiosk.journal.salvage import UNREADABLE, insert, opened, readable_rows, rows_of

log: Final = logging.getLogger("kiosk.journal")

_NUMBERS: Final = (
    "receipts",
    "sale_lines",
    "sale_taxes",
    "sale_cashiers",
    "refund_receipts",
    "refund_taxes",
    "close_reports",
    "counted_before",
    "refunds_counted_before",
)
_REFUNDS: Final = ("refunds",)  # once their sales are there: more than was paid is refused


def copy_numbers(connection: sqlite3.Connection, damaged: Path, at: int) -> None:
    """Copy what was given numbers, and begin the next series for what is numbered from now on.

    `at` is Unix seconds.

    Raises:
        sqlite3.Error: the sound journal cannot be written.
    """
    rows = readable_rows(damaged, _NUMBERS)
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


@dataclass(frozen=True, slots=True)
class ClosedPart:
    """What the last close of a damaged journal and those before it have counted."""

    sales: frozenset[str] = frozenset()
    last_refund: int = 0
    at: int = 0


def closed_part(damaged: Path) -> ClosedPart:
    """What was closed already: it is copied first, so that no close counts it again."""
    try:
        with closing(opened(damaged)) as source:
            places = rows_of(source, "close_places", columns()["close_places"])
            if not places:
                return ClosedPart()
            last = places[-1]
            sales = [
                sale_id
                for way in ("", "direct_")
                for (sale_id,) in source.execute(
                    f"SELECT sale_id FROM {way}payments WHERE rowid <= ?",  # noqa: S608 - our own names
                    (last[f"last_{way}payment"],),
                )
            ]
            return ClosedPart(frozenset(sales), int(last["last_refund"]), int(last["at"]))
    except UNREADABLE as error:
        log.warning("no close can be read of %s reason=%s", damaged.name, error)
        return ClosedPart()


def mark_close(connection: sqlite3.Connection, place: int, at: int) -> None:
    """Put what the journal holds now before the first close that is made in it.

    `place` is not above 0, and says so once: a start that is made again changes nothing. The report
    of that close is kept as it was; `at` is its time.

    Raises:
        sqlite3.Error: the sound journal cannot be written.
    """
    with transaction(connection):
        connection.execute(
            "INSERT INTO close_places SELECT ?, NULL, NULL, ?,"
            " (SELECT coalesce(max(rowid), 0) FROM sales),"
            " (SELECT coalesce(max(rowid), 0) FROM payments),"
            " (SELECT coalesce(max(rowid), 0) FROM direct_sales),"
            " (SELECT coalesce(max(rowid), 0) FROM direct_payments),"
            " (SELECT coalesce(max(refund), 0) FROM refunds), 0"
            " WHERE NOT EXISTS (SELECT 1 FROM close_places WHERE step = ?)",
            (place, at, place),
        )


def note_counted(connection: sqlite3.Connection, damaged: Path, closed: ClosedPart) -> None:
    """Note of what was closed the sales and refunds that are not here yet: none counts them again.

    Raises:
        sqlite3.Error: the sound journal cannot be written.
    """
    refunds = [
        row
        for row in readable_rows(damaged, _REFUNDS)["refunds"]
        if row["refund"] <= closed.last_refund
        and isinstance(row["sale_id"], str)
        and isinstance(row["part"], int)
    ]
    with transaction(connection):
        connection.executemany(
            "INSERT OR IGNORE INTO counted_before SELECT :sale"
            " WHERE NOT EXISTS (SELECT 1 FROM payments WHERE sale_id = :sale)"
            " AND NOT EXISTS (SELECT 1 FROM direct_payments WHERE sale_id = :sale)",
            ({"sale": sale} for sale in closed.sales if isinstance(sale, str)),
        )
        connection.executemany(
            "INSERT OR IGNORE INTO refunds_counted_before SELECT :sale_id, :part"
            " WHERE NOT EXISTS (SELECT 1 FROM refunds WHERE sale_id = :sale_id AND part = :part)",
            refunds,
        )


def copy_waiting_refunds(connection: sqlite3.Connection, damaged: Path) -> None:
    """Copy the refunds whose sales have come by now, inside of a transaction.

    They take the next places, since refunds of this journal may have the ones that they had.

    Raises:
        sqlite3.Error: the sound journal cannot be written.
    """
    rows = readable_rows(damaged, _REFUNDS)["refunds"]
    waiting = [{name: row[name] for name in row if name != "refund"} for row in rows]
    _copy(connection, {"refunds": waiting})


def copy_refunds(connection: sqlite3.Connection, damaged: Path, last: int = 2**62) -> None:
    """Copy the refunds, up to the `last`, of the sales that are in the sound journal.

    Raises:
        sqlite3.Error: the sound journal cannot be written.
    """
    refunds = [row for row in readable_rows(damaged, _REFUNDS)["refunds"] if row["refund"] <= last]
    with transaction(connection):
        _copy(connection, {"refunds": refunds})


def _copy(connection: sqlite3.Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    for table, table_rows in rows.items():
        for row in table_rows:
            insert(connection, table, row)

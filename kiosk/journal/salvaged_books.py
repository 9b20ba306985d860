"""Numbers, items, taxes, refunds and closes of a damaged journal: as much as can be read of them.

A number that was given is never given again: the rows are copied whether their sale is or not.
"""

import logging
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kiosk.journal.closes import begin_series, last_place
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
)
_IN_SERIES: Final = ("receipts", "refund_receipts", "close_reports")
_COUNTED: Final = ("counted_before", "refunds_counted_before")
_REFUNDS: Final = ("refunds",)  # once their sales are there: more than was paid is refused


def copy_numbers(connection: sqlite3.Connection, damaged: Path, at: int) -> None:
    """Copy what was given numbers, and begin the next series for what is numbered from now on.

    `at` is Unix seconds.

    Raises:
        sqlite3.Error: the sound journal cannot be written.
    """
    rows = readable_rows(damaged, _NUMBERS)
    with transaction(connection):
        if begin_series(connection, damaged.name, at, highest_series(damaged)):
            log.warning("receipts are numbered in the next series, because of %s", damaged.name)
        _copy(connection, rows)


def highest_series(damaged: Path) -> int:
    """The highest series in which something was numbered, 0 for none."""
    rows = readable_rows(damaged, _IN_SERIES)
    numbers = [row["series"] for table in _IN_SERIES for row in rows[table]]
    return max((number for number in numbers if isinstance(number, int)), default=0)


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
    """Note the sales and refunds that closes of a damaged journal have counted.

    No close of the journal `connection` counts them again. Those that its own closes have counted
    are not noted.

    Raises:
        sqlite3.Error: the sound journal cannot be written.
    """
    rows = readable_rows(damaged, (*_REFUNDS, *_COUNTED))
    last = last_place(connection)
    refunds = [row for row in rows["refunds"] if row["refund"] <= closed.last_refund]
    sales = [*closed.sales, *(row["sale_id"] for row in rows["counted_before"])]
    with transaction(connection):
        connection.executemany(
            "INSERT OR IGNORE INTO counted_before SELECT :sale WHERE NOT EXISTS"
            " (SELECT 1 FROM payments WHERE sale_id = :sale AND rowid <= :payment) AND NOT EXISTS"
            " (SELECT 1 FROM direct_payments WHERE sale_id = :sale AND rowid <= :direct_payment)",
            (
                {"sale": sale, "payment": last.payment, "direct_payment": last.direct_payment}
                for sale in sales
                if isinstance(sale, str)
            ),
        )
        connection.executemany(
            "INSERT OR IGNORE INTO refunds_counted_before SELECT :sale_id, :part WHERE NOT EXISTS"
            " (SELECT 1 FROM refunds"
            " WHERE sale_id = :sale_id AND part = :part AND refund <= :last_refund)",
            (
                {"sale_id": row["sale_id"], "part": row["part"], "last_refund": last.refund}
                for row in (*refunds, *rows["refunds_counted_before"])
                if isinstance(row["sale_id"], str) and isinstance(row["part"], int)
            ),
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

"""Numbers, items, taxes, refunds and closes of a damaged journal: as much as can be read of them.

A number that was given is never given again: the rows are copied whether their sale is or not.
"""

import logging
import sqlite3
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from kiosk.journal.closes import begin_series, last_place
from kiosk.journal.database import columns, transaction
from kiosk.journal.salvage import UNREADABLE, insert, opened, readable_rows, rows_of

log: Final = logging.getLogger("kiosk.journal")

_Close = tuple[int, int]  # series and number

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
_CLOSES: Final = ("earlier_closes_of_sales", "earlier_closes_of_refunds")
_REACHES: Final = ("at", "last_payment", "last_direct_payment", "last_refund")
_REFUNDS: Final = ("refunds",)  # once their sales are there: more than was paid is refused


def copy_numbers(connection: sqlite3.Connection, damaged: Path, at: int) -> None:
    """Copy what was given numbers, and begin the next series for what is numbered from now on.

    `at` is Unix seconds.

    Raises:
        sqlite3.Error: the sound journal cannot be written.
    """
    rows = readable_rows(damaged, _NUMBERS)
    with transaction(connection):
        begin_series_after(connection, damaged, at, highest_series(damaged))
        _copy(connection, rows)


def begin_series_after(
    connection: sqlite3.Connection, damaged: Path, at: int, highest: int = 0
) -> None:
    """Begin the next series of numbers because of a damaged journal, once.

    `highest` is the highest series that can be read of it, 0 for none; `at` is Unix seconds.
    """
    if begin_series(connection, damaged.name, at, highest):
        log.warning("receipts are numbered in the next series, because of %s", damaged.name)


def highest_series(damaged: Path) -> int:
    """The highest series in which something was numbered, 0 for none."""
    rows = readable_rows(damaged, _IN_SERIES)
    numbers = [row["series"] for table in _IN_SERIES for row in rows[table]]
    return max((number for number in numbers if isinstance(number, int)), default=0)


@dataclass(frozen=True, slots=True)
class ClosedPart:
    """What the closes of a damaged journal have counted.

    `sales` has the close of each sale, None for a close without a number. `places` are the rows of
    `close_places`, the last close's at the end; `at` is its time.
    """

    sales: Mapping[str, _Close | None] = field(default_factory=lambda: MappingProxyType({}))
    places: Sequence[Mapping[str, Any]] = ()
    last_refund: int = 0
    at: int = 0

    def close_of_refund(self, refund: int) -> _Close | None:
        """The close that has counted a refund, by its place in the table."""
        return _close_of(self.places, "last_refund", refund)


def closed_part(damaged: Path) -> ClosedPart:
    """What was closed already: it is copied first, so that no close counts it again."""
    try:
        with closing(opened(damaged)) as source:
            places = _whole_places(rows_of(source, "close_places", columns()["close_places"]))
            if not places:
                return ClosedPart()
            last = places[-1]
            sales = {
                sale_id: _close_of(places, f"last_{way}payment", place)
                for way in ("", "direct_")
                for place, sale_id in source.execute(
                    f"SELECT rowid, sale_id FROM {way}payments WHERE rowid <= ?",  # noqa: S608 - our own names
                    (last[f"last_{way}payment"],),
                )
            }
            return ClosedPart(
                MappingProxyType(sales), places, int(last["last_refund"]), int(last["at"])
            )
    except UNREADABLE as error:
        log.warning("no close can be read of %s reason=%s", damaged.name, error)
        return ClosedPart()


def _whole_places(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The places of closes that say how far they reached; a flipped bit makes NULL of a number.

    What is between two of them may be of a damaged close: the next one has no number then.
    """
    places: list[Mapping[str, Any]] = []
    is_sure = True
    for row in rows:
        if all(isinstance(row[column], int) for column in _REACHES):
            places.append(row if is_sure else {**row, "number": None})
            is_sure = True
        else:
            is_sure = False
    return places


def _close_of(places: Sequence[Mapping[str, Any]], column: str, place: int) -> _Close | None:
    """The first close that reaches as far as a row; None if that has no number."""
    first = bisect_left(places, place, key=itemgetter(column))
    if first == len(places) or places[first]["number"] is None:
        return None
    return places[first]["series"], places[first]["number"]


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
    are not noted for that. The numbers of the closes are noted for all.

    Raises:
        sqlite3.Error: the sound journal cannot be written.
    """
    rows = readable_rows(damaged, (*_REFUNDS, *_COUNTED, *_CLOSES))
    last = last_place(connection)
    refunds = [row for row in rows["refunds"] if row["refund"] <= closed.last_refund]
    sales = [*closed.sales, *(row["sale_id"] for row in rows["counted_before"])]
    with transaction(connection):
        _copy(connection, {table: rows[table] for table in _CLOSES})
        _note_closes(connection, closed, refunds)
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


def _note_closes(
    connection: sqlite3.Connection, closed: ClosedPart, refunds: Sequence[Mapping[str, Any]]
) -> None:
    """Note the number of the close of each; what an earlier journal said of them stands."""
    for sale, close in closed.sales.items():
        if close is not None:
            values = {"sale_id": sale, "series": close[0], "number": close[1]}
            insert(connection, "earlier_closes_of_sales", values)
    for row in refunds:
        close = closed.close_of_refund(row["refund"])
        if close is not None:
            of = {"sale_id": row["sale_id"], "part": row["part"]}
            values = {**of, "series": close[0], "number": close[1]}
            insert(connection, "earlier_closes_of_refunds", values)


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

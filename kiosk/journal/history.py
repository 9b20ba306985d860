"""Sales as lists: those of a span, and those not forwarded yet."""

import heapq
import sqlite3
from collections.abc import Iterator

from kiosk.journal.errors import reading
from kiosk.journal.records import record_of
from kiosk.sale.sale_record import SaleRecord


def sales(db: sqlite3.Connection, since: int, until: int) -> Iterator[SaleRecord]:
    """Sales paid in `[since, until)`, Unix seconds, and those begun in it that nobody paid.

    So the paid ones are those of `totals`. Oldest first, read as they are taken.
    """
    return _sales(
        db,
        "SELECT sale_id FROM takings WHERE at >= :since AND at < :until"
        " UNION ALL SELECT sale_id FROM sales"
        " WHERE started_at >= :since AND started_at < :until"
        " AND NOT EXISTS (SELECT 1 FROM payments WHERE sale_id = sales.sale_id)",
        "SELECT sale_id FROM direct_takings WHERE at >= :since AND at < :until"
        " UNION ALL SELECT sale_id FROM direct_sales"
        " WHERE started_at >= :since AND started_at < :until"
        " AND NOT EXISTS"
        " (SELECT 1 FROM direct_payments WHERE sale_id = direct_sales.sale_id)",
        {"since": since, "until": until},
        {"since": since, "until": until},
    )


def unsettled(db: sqlite3.Connection) -> tuple[SaleRecord, ...]:
    """Sales that were paid and are not forwarded yet, oldest payment first."""
    with reading():
        rows = db.execute(
            "SELECT * FROM unfinished CROSS JOIN records USING (sale_id) ORDER BY paid_at"
        )
        return tuple(record_of(row) for row in rows if row["paid_at"] is not None)


def _sales(
    db: sqlite3.Connection,
    chosen: str,
    chosen_direct: str,
    values: dict[str, int],
    values_direct: dict[str, int],
) -> Iterator[SaleRecord]:
    """The chosen sales of both ways, each by the time that it belongs to."""
    return heapq.merge(
        _records(db, "records", chosen, values),
        _records(db, "direct_records", chosen_direct, values_direct),
        key=lambda record: record.at,
    )


def _records(
    db: sqlite3.Connection, view: str, chosen: str, values: dict[str, int]
) -> Iterator[SaleRecord]:
    with reading():
        rows = db.execute(
            f"SELECT * FROM {view} WHERE sale_id IN ({chosen})"  # noqa: S608
            " ORDER BY coalesce(paid_at, started_at), rowid",
            values,
        )
        for row in rows:
            yield record_of(row, direct=view == "direct_records")

"""Closes of the day: their places in the order of things, and the reports that they have made."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from kiosk.journal.errors import reading
from kiosk.journal.sums import (
    cashier_sums,
    refund_sums,
    refund_sums_by_cashier,
    sale_sums,
    sale_sums_by_cashier,
)
from kiosk.sale.books import (
    CashierSums,
    CloseReport,
    ReceiptNumber,
    Sums,
    added,
    report_as_text,
    report_from_text,
)
from kiosk.sale.money import Sats


@dataclass(frozen=True, slots=True)
class ClosePlace:
    """How far a close reaches: the newest row of each kind that belongs to it or to one before.

    `number` is None for the newest close of a program that gave none.
    """

    number: ReceiptNumber | None = None
    at: int = 0
    sale: int = 0
    payment: int = 0
    direct_sale: int = 0
    direct_payment: int = 0
    refund: int = 0
    twice: int = 0


BEFORE_ALL: Final = ClosePlace()
NEVER: Final = 2**62
# Of a row of payments: that its sale was in no close of a damaged journal.
NOT_COUNTED_BEFORE: Final = "sale_id NOT IN (SELECT sale_id FROM counted_before)"
# Of a row of refunds: that it was made between two closes, and that no close counted it before.
REFUND_BETWEEN: Final = (
    "refund > :refund_before AND refund <= :refund_last"
    " AND (sale_id, part) NOT IN (SELECT sale_id, part FROM refunds_counted_before)"
)
AFTER_ALL: Final = ClosePlace(None, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER)


def begin_series(db: sqlite3.Connection, reason: str, at: int, least: int = 0) -> bool:
    """Begin the next series of numbers, once for a reason; whether that was now.

    It is above `least`, the highest series that is known from elsewhere. `at` is Unix seconds.
    """
    begun = db.execute(
        "INSERT INTO receipt_series (series, begun_for, at)"
        " SELECT 1 + max(?, (SELECT max(series) FROM receipt_series)), ?, ?"
        " ON CONFLICT DO NOTHING",
        (least, reason, at),
    )
    return begun.rowcount > 0


def places(db: sqlite3.Connection) -> tuple[ClosePlace, ...]:
    """The places of all closes that have one, oldest first."""
    with reading():
        rows = db.execute("SELECT * FROM close_places ORDER BY step").fetchall()
        return tuple(_place(row) for row in rows)


def last_place(db: sqlite3.Connection) -> ClosePlace:
    """Where the newest close stands; BEFORE_ALL before the first."""
    with reading():
        row = db.execute("SELECT * FROM close_places ORDER BY step DESC LIMIT 1").fetchone()
        return _place(row) if row is not None else BEFORE_ALL


def place_of(db: sqlite3.Connection, number: ReceiptNumber) -> tuple[ClosePlace, ClosePlace] | None:
    """The place of the close before a close, and its own; None if there is no such close."""
    with reading():
        row = db.execute(
            "SELECT * FROM close_places WHERE series = ? AND number = ?",
            (number.series, number.number),
        ).fetchone()
        return (_place_before(db, row["step"]), _place(row)) if row is not None else None


def _place_before(db: sqlite3.Connection, step: int) -> ClosePlace:
    row = db.execute(
        "SELECT * FROM close_places WHERE step < ? ORDER BY step DESC LIMIT 1", (step,)
    ).fetchone()
    return _place(row) if row is not None else BEFORE_ALL


def paid_between(way: str) -> str:
    """The SELECT of the sales that were paid between two closes, and that no close counted before.

    `way` is empty, or `direct_`. Between `:{way}payment_before` and `:{way}payment_last`.
    """
    return (
        f"SELECT sale_id FROM {way}payments"  # noqa: S608 - our own names
        f" WHERE rowid > :{way}payment_before AND rowid <= :{way}payment_last"
        f" AND {NOT_COUNTED_BEFORE}"
    )


def forwarded_between(db: sqlite3.Connection, before: ClosePlace, last: ClosePlace) -> Sums:
    """Sums of the sales by way of the till account that were paid between two closes."""
    return _sums_between(db, "", paid_between(""), before, last)


def received_between(db: sqlite3.Connection, before: ClosePlace, last: ClosePlace) -> Sums:
    """Sums of the direct sales that were paid between two closes."""
    return _sums_between(db, "direct_", paid_between("direct_"), before, last)


def _sums_between(
    db: sqlite3.Connection, way: str, choice: str, before: ClosePlace, last: ClosePlace
) -> Sums:
    return sale_sums(db, f"{way}sales", choice, _payments_between(way, before, last))


def _payments_between(way: str, before: ClosePlace, last: ClosePlace) -> dict[str, int]:
    ends = {"before": before, "last": last}
    return {f"{way}payment_{end}": getattr(place, f"{way}payment") for end, place in ends.items()}


def _cashiers_between(
    db: sqlite3.Connection, before: ClosePlace, last: ClosePlace
) -> tuple[CashierSums, ...]:
    """What of a close is whose; nothing where no sale has a cashier."""
    sums = [
        sale_sums_by_cashier(
            db, f"{way}sales", paid_between(way), _payments_between(way, before, last)
        )
        for way in ("", "direct_")
    ]
    return cashier_sums(sums, refund_sums_by_cashier(db, *_refunds_between(before, last)))


def refunded_between(db: sqlite3.Connection, before: ClosePlace, last: ClosePlace) -> Sums:
    """Sums of the refunds between two closes."""
    return refund_sums(db, *_refunds_between(before, last))


def _refunds_between(before: ClosePlace, last: ClosePlace) -> tuple[str, dict[str, int]]:
    choice = f"SELECT sale_id, part FROM refunds WHERE {REFUND_BETWEEN}"  # noqa: S608 - our own names
    return choice, {"refund_before": before.refund, "refund_last": last.refund}


def write_reports(db: sqlite3.Connection, by: str) -> None:
    """Write the report of every close that has none yet, inside of a transaction.

    A close of an older program has its number and no report: it gets one with the next.
    """
    unreported = db.execute(_UNREPORTED).fetchall()
    for row in unreported:
        number = ReceiptNumber(row["series"], row["number"])
        report = _report(db, number, _place_before(db, row["step"]), _place(row), by)
        db.execute(
            "INSERT INTO close_reports VALUES (?, ?, ?)",
            (number.series, number.number, report_as_text(report)),
        )


# Every close up to the newest with a report has one: only what came after it is read.
_UNREPORTED: Final = (
    "SELECT * FROM close_places WHERE number IS NOT NULL AND step > coalesce("
    "(SELECT step FROM close_places AS place WHERE EXISTS (SELECT 1 FROM close_reports"
    " WHERE series = place.series AND number = place.number) ORDER BY step DESC LIMIT 1),"
    " (SELECT min(step) - 1 FROM close_places)) ORDER BY step"
)


def reports(db: sqlite3.Connection, limit: int = NEVER) -> tuple[CloseReport, ...]:
    """The reports of the last closes, newest first."""
    with reading():
        rows = db.execute(
            "SELECT report FROM close_reports ORDER BY series DESC, number DESC LIMIT ?", (limit,)
        ).fetchall()
        return tuple(report_from_text(row["report"]) for row in rows)


def report_of(db: sqlite3.Connection, number: ReceiptNumber) -> CloseReport | None:
    """The report of a close, None where there is none."""
    with reading():
        row = db.execute(
            "SELECT report FROM close_reports WHERE series = ? AND number = ?",
            (number.series, number.number),
        ).fetchone()
        return report_from_text(row["report"]) if row is not None else None


def _report(
    db: sqlite3.Connection, number: ReceiptNumber, before: ClosePlace, place: ClosePlace, by: str
) -> CloseReport:
    twice = db.execute(
        "SELECT count(*) AS count, coalesce(sum(amount_sat), 0) AS amount FROM paid_twice"
        " CROSS JOIN sales USING (sale_id) WHERE paid_twice.rowid > ? AND paid_twice.rowid <= ?",
        (before.twice, place.twice),
    ).fetchone()
    return CloseReport(
        number,
        before.at,
        place.at,
        by,
        forwarded_between(db, before, place),
        received_between(db, before, place),
        added(
            *(
                _sums_between(db, way, f"{paid_between(way)} AND late = 1", before, place)
                for way in ("", "direct_")
            )
        ),
        refunded_between(db, before, place),
        twice["count"],
        Sats(twice["amount"]),
        _cashiers_between(db, before, place),
    )


def _place(row: sqlite3.Row) -> ClosePlace:
    number = row["number"]
    return ClosePlace(
        ReceiptNumber(row["series"], number) if number is not None else None,
        row["at"],
        row["last_sale"],
        row["last_payment"],
        row["last_direct_sale"],
        row["last_direct_payment"],
        row["last_refund"],
        row["last_twice"],
    )

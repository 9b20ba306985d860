"""Pages of the list of sales, and one sale with all that is known of it: read by index alone."""

import heapq
import itertools
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from typing import Final

from kiosk.journal.books_of_sale import (
    cashier_of,
    lines_of,
    next_refund_part,
    receipt_of,
    refund_records,
    taxes_of,
)
from kiosk.journal.records import record_of
from kiosk.journal.replaced_codes import first_code_of, is_code_paid
from kiosk.journal.rows import direct_invoice_of, invoice_of
from kiosk.journal.unfinished import newest_payout
from kiosk.sale.days import day_of
from kiosk.sale.invoice import PaymentHash, SaleId
from kiosk.sale.sale_record import SaleDetails, SaleRecord
from kiosk.sale.sales_list import SalesDay, SalesPageResult, SalesPlace
from kiosk.sale.totals import Totals

# Few at any time, so that they are looked for one by one.
_ODD: Final = (
    "SELECT sale_id FROM late_money UNION SELECT sale_id FROM paid_twice"
    " UNION SELECT sale_id FROM undecided UNION SELECT sale_id FROM direct_undecided"
)
_NEWEST: Final = SalesPlace(2**62, 2**62)


def read_page(
    db: sqlite3.Connection,
    before: SalesPlace | None,
    count: int,
    zone: tzinfo,
    totals: Callable[[int, int], Totals],
    *,
    odd: bool = False,
) -> SalesPageResult:
    """So many sales older than a place, newest first; `totals` sums up a span of time.

    `odd`: only those that were paid late or twice, or that nobody can decide.
    """
    place = before or _NEWEST
    forwarded = _older(db, "records", place.forwarded, count, odd=odd)
    received = _older(db, "direct_records", place.direct, count, odd=odd)
    merged = heapq.merge(forwarded, received, key=_begun_at, reverse=True)
    sales, places = [], []
    for number, record in itertools.islice(merged, count):
        place = replace(place, **{"direct" if record.sale.direct else "forwarded": number})
        sales.append(record)
        places.append(place)
    spans = dict.fromkeys(day_of(record.sale.started_at, zone) for record in sales)
    days = tuple(SalesDay(start, end, totals(start, end)) for start, end in spans)
    return SalesPageResult(before, tuple(sales), tuple(places), days, odd)


def read_details(db: sqlite3.Connection, sale_id: SaleId) -> SaleDetails:
    """One sale with its invoices, its number, its items, its tax and its refunds.

    Raises:
        LookupError: there is no such sale.
    """
    details = _without_books(db, sale_id)
    sale = replace(details.record.sale, lines=lines_of(db, sale_id))
    return replace(
        details,
        record=replace(details.record, sale=sale),
        receipt=receipt_of(db, sale_id),
        taxes=taxes_of(db, sale_id),
        cashier=cashier_of(db, sale_id),
        refund_records=refund_records(db, sale_id),
        next_refund_part=next_refund_part(db, sale_id),
    )


def _without_books(db: sqlite3.Connection, sale_id: SaleId) -> SaleDetails:
    record = _record(db, sale_id)
    way = "direct_" if record.sale.direct else ""
    row = _row(db, f"SELECT * FROM {way}invoices WHERE sale_id = ?", sale_id)  # noqa: S608
    if row is None:
        return SaleDetails(record)
    if record.sale.direct:
        return SaleDetails(record, direct_invoice_of(row), payments=int(record.paid_at is not None))
    payout, _ = newest_payout(db, sale_id)
    twice = "SELECT max(payments) AS most FROM paid_twice WHERE payment_hash = ?"
    most = db.execute(twice, (row["payment_hash"],)).fetchone()["most"]
    first = first_code_of(db, sale_id)
    return SaleDetails(
        record,
        invoice_of(row),
        payout,
        payments=most or int(record.paid_at is not None),
        first_code=first,
        other_paid=is_code_paid(db, first or PaymentHash(row["payment_hash"])),
        held=_row(db, "SELECT 1 FROM held WHERE sale_id = ?", sale_id) is not None,
    )


def _older(
    db: sqlite3.Connection, view: str, number: int, count: int, *, odd: bool
) -> list[tuple[int, SaleRecord]]:
    """The sales of one way before a number, with their own."""
    listed = f"({_ODD}) CROSS JOIN {view} USING (sale_id)" if odd else view
    rows = db.execute(
        f"SELECT * FROM {listed} WHERE rowid < ? ORDER BY rowid DESC LIMIT ?",  # noqa: S608
        (number, count),
    )
    return [(row["rowid"], record_of(row, direct=view == "direct_records")) for row in rows]


def _begun_at(numbered: tuple[int, SaleRecord]) -> int:
    return numbered[1].sale.started_at


def _record(db: sqlite3.Connection, sale_id: str) -> SaleRecord:
    for view in ("records", "direct_records"):
        row = _row(db, f"SELECT * FROM {view} WHERE sale_id = ?", sale_id)  # noqa: S608
        if row is not None:
            return record_of(row, direct=view == "direct_records")
    raise LookupError(sale_id)


def _row(db: sqlite3.Connection, statement: str, sale_id: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(statement, (sale_id,)).fetchone()
    return row

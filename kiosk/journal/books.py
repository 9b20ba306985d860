"""Sales and refunds as the files for a bookkeeper have them: with number, close, items and tax."""

import heapq
import json
import sqlite3
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from kiosk.journal.books_of_sale import lines_by_sale, refund_taxes_of, taxes_by_sale
from kiosk.journal.closes import (
    AFTER_ALL,
    REFUND_BETWEEN,
    ClosePlace,
    last_place,
    paid_between,
    place_of,
    places,
)
from kiosk.journal.errors import reading
from kiosk.journal.records import record_of
from kiosk.journal.replaced_closes import (
    EARLIER_REFUNDS,
    EARLIER_SALES,
    came_over,
    chosen_by,
    missing_of_close,
)
from kiosk.journal.rows import Value, sale_of
from kiosk.sale.books import ReceiptNumber
from kiosk.sale.facts import Sale
from kiosk.sale.invoice import SaleId
from kiosk.sale.money import Sats
from kiosk.sale.sale_record import SaleRecord
from kiosk.sale.tax import SaleLine, TaxShare

# Of so many sales the items and the taxes are asked for at once.
_SALES_A_QUESTION: Final = 200


@dataclass(frozen=True, slots=True)
class SaleEntry:
    """A sale in the files. `receipt` and `close` are None where none was given (yet)."""

    record: SaleRecord
    receipt: ReceiptNumber | None
    close: ReceiptNumber | None
    cashier: str
    lines: tuple[SaleLine, ...]
    taxes: tuple[TaxShare, ...]

    @property
    def at(self) -> int:
        """The time that it belongs to, Unix seconds."""
        return self.record.at


@dataclass(frozen=True, slots=True)
class RefundEntry:
    """A refund in the files; `sale_receipt` is the number of the sale that it is of."""

    number: ReceiptNumber
    sale: Sale
    sale_receipt: ReceiptNumber | None
    close: ReceiptNumber | None
    minor: int
    tip_minor: int
    amount: Sats
    tip: Sats
    reason: str
    by: str
    at: int
    taxes: tuple[TaxShare, ...]


Entry = SaleEntry | RefundEntry


@dataclass(frozen=True, slots=True)
class _Choice:
    """Which entries: a SELECT for each kind, and the values of all three."""

    forwarded: str
    direct: str
    refunds: str
    values: Mapping[str, Value]


def entries(db: sqlite3.Connection, since: int, until: int) -> Iterator[Entry]:
    """Sales paid and refunds made in `[since, until)`, and sales begun in it that nobody paid.

    Times are Unix seconds. Oldest first, read as they are taken.
    """
    span = "at >= :since AND at < :until"
    return _entries(
        db,
        _Choice(
            f"SELECT sale_id FROM takings WHERE {span}" + _UNPAID.format(way="", where=_BEGUN),  # noqa: S608 - our own names
            f"SELECT sale_id FROM direct_takings WHERE {span}"  # noqa: S608 - our own names
            + _UNPAID.format(way="direct_", where=_BEGUN),
            f"SELECT refund FROM refunds WHERE {span}",  # noqa: S608 - our own names
            {"since": since, "until": until},
        ),
    )


def entries_since_close(db: sqlite3.Connection) -> Iterator[Entry]:
    """What belongs to no close yet, and the sales begun after the last one that nobody paid."""
    return _between(db, last_place(db), AFTER_ALL)


def entries_of_close(db: sqlite3.Connection, number: ReceiptNumber) -> Iterator[Entry] | None:
    """What a close has summed up, and the sales of its time that nobody paid; None if unknown.

    Of a close that was made in a journal that this one has replaced: what came from there so far,
    without the sales that nobody paid; None if nothing did.
    """
    ends = place_of(db, number)
    if ends is not None:
        return _between(db, *ends)
    if not came_over(db, number) and missing_of_close(db, number) != 0:
        return None  # no list, since an empty one would say that nothing was sold
    choice = _Choice(EARLIER_SALES, EARLIER_SALES, EARLIER_REFUNDS, chosen_by(number))
    return _entries(db, choice)


def entries_of_sales(db: sqlite3.Connection, sales: Iterable[SaleId]) -> Iterator[Entry]:
    """Chosen sales, and all their refunds."""
    chosen = "SELECT value FROM json_each(:sales)"
    refunds = f"SELECT refund FROM refunds WHERE sale_id IN ({chosen})"  # noqa: S608 - our own names
    return _entries(db, _Choice(chosen, chosen, refunds, {"sales": json.dumps([*sales])}))


_BEGUN: Final = "started_at >= :since AND started_at < :until"
_UNPAID: Final = (
    " UNION ALL SELECT sale_id FROM {way}sales AS begun WHERE {where}"
    " AND NOT EXISTS (SELECT 1 FROM {way}payments WHERE sale_id = begun.sale_id)"
)


def _between(db: sqlite3.Connection, before: ClosePlace, last: ClosePlace) -> Iterator[Entry]:
    begun = "begun.rowid > :{0}_before AND begun.rowid <= :{0}_last"
    kinds = ("sale", "payment", "direct_sale", "direct_payment", "refund")
    ends = (("before", before), ("last", last))
    return _entries(
        db,
        _Choice(
            paid_between("") + _UNPAID.format(way="", where=begun.format("sale")),
            paid_between("direct_")
            + _UNPAID.format(way="direct_", where=begun.format("direct_sale")),
            f"SELECT refund FROM refunds WHERE {REFUND_BETWEEN}",  # noqa: S608 - our own names
            {f"{kind}_{end}": getattr(place, kind) for kind in kinds for end, place in ends},
        ),
    )


def _entries(db: sqlite3.Connection, choice: _Choice) -> Iterator[Entry]:
    closes = places(db)
    return heapq.merge(
        _sale_entries(db, "", choice.forwarded, choice.values, closes),
        _sale_entries(db, "direct_", choice.direct, choice.values, closes),
        _refund_entries(db, choice.refunds, choice.values, closes),
        key=attrgetter("at"),
    )


def _sale_entries(
    db: sqlite3.Connection,
    way: str,
    chosen: str,
    values: Mapping[str, Value],
    closes: Sequence[ClosePlace],
) -> Iterator[SaleEntry]:
    place_in = attrgetter(f"{way}payment")
    with reading():
        rows = db.execute(
            f"SELECT records.*, receipts.series, receipts.number, cashier,"  # noqa: S608 - our own names
            " CASE WHEN counted_before.sale_id IS NULL THEN paid.rowid END AS place,"
            " earlier.series AS close_series, earlier.number AS close_number"
            f" FROM {way}records AS records LEFT JOIN receipts USING (sale_id)"
            f" LEFT JOIN {way}payments AS paid USING (sale_id)"
            " LEFT JOIN sale_cashiers USING (sale_id)"
            " LEFT JOIN counted_before USING (sale_id)"
            " LEFT JOIN earlier_closes_of_sales AS earlier USING (sale_id)"
            f" WHERE sale_id IN ({chosen})"
            " ORDER BY coalesce(paid_at, started_at), records.rowid",
            values,
        )
        # Read by name a row compares the name with each column's: here that took most of the time.
        names = [column[0] for column in rows.description]
        while batch := rows.fetchmany(_SALES_A_QUESTION):
            sale_ids = [row["sale_id"] for row in batch]
            lines, taxes = lines_by_sale(db, sale_ids), taxes_by_sale(db, sale_ids)
            for values_of_row in batch:
                row = dict(zip(names, values_of_row, strict=True))
                place = row["place"]
                yield SaleEntry(
                    record_of(row, direct=bool(way)),
                    _number(row["series"], row["number"]),
                    _number(row["close_series"], row["close_number"])
                    or (_close_of(closes, place_in, place) if place is not None else None),
                    row["cashier"] or "",
                    lines.get(row["sale_id"], ()),
                    taxes.get(row["sale_id"], ()),
                )


def _refund_entries(
    db: sqlite3.Connection,
    chosen: str,
    values: Mapping[str, Value],
    closes: Sequence[ClosePlace],
) -> Iterator[RefundEntry]:
    with reading():
        rows = db.execute(
            "SELECT refunds.*, own.series, own.number, receipts.series AS sale_series,"  # noqa: S608 - our own names
            " receipts.number AS sale_number, counted.part IS NULL AS is_of_here,"
            " earlier.series AS close_series, earlier.number AS close_number FROM refunds"
            " CROSS JOIN refund_receipts AS own USING (sale_id, part)"
            " LEFT JOIN refunds_counted_before AS counted USING (sale_id, part)"
            " LEFT JOIN earlier_closes_of_refunds AS earlier USING (sale_id, part)"
            f" LEFT JOIN receipts USING (sale_id) WHERE refund IN ({chosen}) ORDER BY at, refund",
            values,
        )
        for row in rows:
            yield RefundEntry(
                ReceiptNumber(row["series"], row["number"]),
                _sale(db, row["sale_id"]),
                _number(row["sale_series"], row["sale_number"]),
                _number(row["close_series"], row["close_number"])
                or (
                    _close_of(closes, attrgetter("refund"), row["refund"])
                    if row["is_of_here"]
                    else None
                ),
                row["minor"],
                row["tip_minor"],
                Sats(row["amount_sat"]),
                Sats(row["tip_sat"]),
                row["reason"],
                row["refunded_by"],
                row["at"],
                refund_taxes_of(db, row["sale_id"], row["part"]),
            )


def _sale(db: sqlite3.Connection, sale_id: str) -> Sale:
    for table in ("sales", "direct_sales"):
        row = db.execute(f"SELECT * FROM {table} WHERE sale_id = ?", (sale_id,)).fetchone()  # noqa: S608 - our own names
        if row is not None:
            return sale_of(row, direct=table == "direct_sales")
    raise LookupError(f"no sale {sale_id}")


def _number(series: int | None, number: int | None) -> ReceiptNumber | None:
    return ReceiptNumber(series, number) if series is not None and number is not None else None


def _close_of(
    closes: Sequence[ClosePlace], place_in: Callable[[ClosePlace], int], place: int
) -> ReceiptNumber | None:
    """The first close that reaches as far as a row; None if that has no number, or is to come."""
    first = bisect_left(closes, place, key=place_in)
    return closes[first].number if first < len(closes) else None

"""Totals of what was paid: in a span of time, and since the last close of the day."""

import sqlite3
from typing import Final

from kiosk.journal.closes import (
    AFTER_ALL,
    NOT_COUNTED_BEFORE,
    forwarded_between,
    last_place,
    received_between,
    refunded_between,
)
from kiosk.journal.errors import reading
from kiosk.journal.sums import (
    cashier_sums,
    refund_sums,
    refund_sums_by_cashier,
    sale_sums,
    sale_sums_by_cashier,
)
from kiosk.sale.books import CashierSums, Sums, added
from kiosk.sale.money import Sats
from kiosk.sale.totals import Totals

_EVER: Final = 2**62

_OWED: Final = (
    "SELECT coalesce(sum(amount_sat), 0) FROM unfinished"
    " CROSS JOIN payments USING (sale_id) CROSS JOIN sales USING (sale_id) WHERE "
)


_SPAN: Final = "at >= :since AND at < :until"
_PAID: Final = f"SELECT sale_id FROM {{way}}takings WHERE {_SPAN}"  # noqa: S608 - our own names
_GIVEN_BACK: Final = f"SELECT sale_id, part FROM refunds WHERE {_SPAN}"  # noqa: S608 - our own names


def totals_of(db: sqlite3.Connection, since: int, until: int | None = None) -> Totals:
    """Totals of what was paid in `[since, until)`, Unix seconds."""
    span = {"since": since, "until": _EVER if until is None else until}
    with reading():
        return _totals(
            since,
            sale_sums(db, "sales", _PAID.format(way=""), span),
            sale_sums(db, "direct_sales", _PAID.format(way="direct_"), span),
            refund_sums(db, _GIVEN_BACK, span),
            db.execute(_OWED + "payments.at >= :since AND payments.at < :until", span),
        )


def sums_by_cashier(db: sqlite3.Connection, since: int, until: int) -> tuple[CashierSums, ...]:
    """What each cashier has taken and given back in `[since, until)`, Unix seconds."""
    span = {"since": since, "until": until}
    with reading():
        sold = [
            sale_sums_by_cashier(db, f"{way}sales", _PAID.format(way=way), span)
            for way in ("", "direct_")
        ]
        return cashier_sums(sold, refund_sums_by_cashier(db, _GIVEN_BACK, span))


def totals_since_close(db: sqlite3.Connection) -> Totals:
    """Totals of what was recorded as paid after the last close of the day.

    By the order of things and no clock: what a close has counted is never counted again.
    """
    close = last_place(db)
    with reading():
        return _totals(
            close.at,
            forwarded_between(db, close, AFTER_ALL),
            received_between(db, close, AFTER_ALL),
            refunded_between(db, close, AFTER_ALL),
            db.execute(_OWED + f"payments.rowid > ? AND {NOT_COUNTED_BEFORE}", (close.payment,)),
        )


def _totals(
    since: int, forwarded: Sums, received: Sums, refunded: Sums, owed: sqlite3.Cursor
) -> Totals:
    """`owed` is what of the forwarded sales is still on its way."""
    sums = added(forwarded, received)
    paid = sum(line.amount for line in forwarded)
    return Totals(
        since=since,
        sales=sum(line.receipts for line in sums),
        amount=Sats(sum(line.amount for line in sums)),
        tips=Sats(sum(line.tip_sat for line in sums)),
        forwarded=Sats(paid - owed.fetchone()[0]),
        sums=sums,
        received=Sats(sum(line.amount for line in received)),
        refunded=refunded,
    )

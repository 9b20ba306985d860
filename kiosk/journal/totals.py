"""Sums of what was paid: in a span of time, and since the last close of the day."""

import sqlite3
from typing import Final

from kiosk.journal.closes import last_close, last_direct_close
from kiosk.journal.errors import reading
from kiosk.journal.learned import currency
from kiosk.sale.money import Fiat, Sats
from kiosk.sale.totals import Totals

_EVER: Final = 2**62


def totals_of(db: sqlite3.Connection, since: int, until: int | None = None) -> Totals:
    """Sums of what was paid in `[since, until)`, Unix seconds, at the rates of the moments."""
    span = (since, _EVER if until is None else until)
    forwarded = _totals(db, since, "takings WHERE at >= ? AND at < ?", "at >= ? AND at < ?", span)
    return joined(forwarded, _received(db, "direct_takings WHERE at >= ? AND at < ?", span))


def totals_since_close(db: sqlite3.Connection) -> Totals:
    """Sums of what was recorded as paid after the last close of the day.

    By the order of things and no clock: what a close has counted is never counted again.
    """
    close = last_close(db)
    if close is None:
        return totals_of(db, 0)
    paid = (
        "(SELECT amount_sat, tip_sat, rate_currency AS currency, value_minor"
        " FROM payments CROSS JOIN sales USING (sale_id) WHERE payments.rowid > ?)"
    )
    received = (
        "(SELECT amount_sat, tip_sat, rate_currency AS currency, value_minor"
        " FROM direct_payments CROSS JOIN direct_sales USING (sale_id)"
        " WHERE direct_payments.rowid > ?)"
    )
    forwarded = _totals(db, close["at"], paid, "payments.rowid > ?", (close["last_payment"],))
    place = last_direct_close(db)
    return joined(forwarded, _received(db, received, (place["last_payment"],)))


def joined(forwarded: Totals, received: Totals) -> Totals:
    """The sums of both ways of being paid as one."""
    fiat: dict[str, Fiat] = {}
    for worth in (*forwarded.fiat, *received.fiat):
        code = worth.currency.code
        before = fiat[code].minor if code in fiat else 0
        fiat[code] = Fiat(before + worth.minor, worth.currency)
    return Totals(
        since=forwarded.since,
        sales=forwarded.sales + received.sales,
        amount=Sats(forwarded.amount + received.amount),
        tips=Sats(forwarded.tips + received.tips),
        forwarded=forwarded.forwarded,
        fiat=tuple(fiat[code] for code in sorted(fiat)),
        received=received.received,
    )


def _received(db: sqlite3.Connection, taken: str, values: tuple[int, ...]) -> Totals:
    """Sums of the direct sales that were `taken`: nothing of them is ever on its way."""
    with reading():
        sums = db.execute(_sums_of(taken), values).fetchall()
    return _added_up(db, 0, sums, owed=None)


def _totals(
    db: sqlite3.Connection, since: int, taken: str, where: str, values: tuple[int, ...]
) -> Totals:
    """Sums of what was `taken`; `where` tells the same payments among the unfinished."""
    owing = (
        "SELECT coalesce(sum(amount_sat), 0) FROM unfinished"  # noqa: S608
        f" CROSS JOIN payments USING (sale_id) CROSS JOIN sales USING (sale_id) WHERE {where}"
    )
    with reading():
        sums = db.execute(_sums_of(taken), values).fetchall()
        owed = db.execute(owing, values).fetchone()[0]
    return _added_up(db, since, sums, owed=owed)


def _added_up(
    db: sqlite3.Connection, since: int, sums: list[sqlite3.Row], *, owed: int | None
) -> Totals:
    """`owed` is what of it is still on its way; None where nothing is forwarded."""
    amount = sum(row["amount"] for row in sums)
    return Totals(
        since=since,
        sales=sum(row["sales"] for row in sums),
        amount=Sats(amount),
        tips=Sats(sum(row["tips"] for row in sums)),
        forwarded=Sats(amount - owed if owed is not None else 0),
        received=Sats(amount if owed is None else 0),
        fiat=tuple(
            Fiat(row["value"], currency(db, row["currency"]))
            for row in sums
            if row["currency"] is not None
        ),
    )


def _sums_of(taken: str) -> str:
    return (
        "SELECT count(*) AS sales, sum(amount_sat) AS amount, sum(tip_sat) AS tips,"  # noqa: S608
        f" currency, sum(value_minor) AS value FROM {taken}"
        " GROUP BY currency ORDER BY currency"
    )

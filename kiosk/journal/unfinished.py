"""Sales that a start takes up: open invoices, forwards under way, what was just settled."""

import sqlite3
from collections.abc import Iterator
from typing import Final

from kiosk.journal import direct_sales
from kiosk.journal.errors import reading
from kiosk.journal.records import trouble_of
from kiosk.journal.recovery import OpenForward, OpenInvoice, Recovery
from kiosk.journal.replaced_codes import first_code_of, is_code_paid
from kiosk.journal.rows import invoice_of, sale_of
from kiosk.sale.days import DAY_S
from kiosk.sale.facts import Ending, ForwardStatus, Sale
from kiosk.sale.invoice import Invoice, SaleId
from kiosk.sale.odd_money import ONLY_TOLD
from kiosk.sale.till import MOST_LATE, Alarm
from kiosk.sale.trouble import Trouble, TroubleKind

# How long a paid invoice is asked about for a second payment (M12).
RECENT_S: Final = DAY_S


def read_unfinished(db: sqlite3.Connection, now: int) -> Recovery:
    """Everything that is not finished; `now` is Unix seconds."""
    with reading():
        unfinished = db.execute(
            "SELECT records.*, held.sale_id IS NOT NULL AS held FROM unfinished"
            " CROSS JOIN records USING (sale_id) LEFT JOIN held USING (sale_id)"
            " ORDER BY started_at"
        ).fetchall()
        if len(unfinished) != db.execute("SELECT count(*) FROM unfinished").fetchone()[0]:
            raise LookupError("a sale is unfinished, and not among the sales")
        invoices = tuple(_open_invoice(db, r) for r in unfinished if r["paid_at"] is None)
        forwards = tuple(_open_forward(db, r) for r in unfinished if r["paid_at"] is not None)
        settled = tuple(_settled_around(db, now))
        direct = direct_sales.open_invoices(db)
        unreviewed = direct_sales.unreviewed(db)
    return Recovery(
        (*invoices, *direct),
        forwards,
        settled,
        unreviewed=unreviewed,
    )


def late_money(db: sqlite3.Connection) -> tuple[Sale, ...]:
    """Sales paid late that nobody has read yet: the newest of them, oldest first."""
    rows = db.execute(
        "SELECT late.sale_id, sales.sale_id IS NULL AS direct FROM late_money AS late"
        " LEFT JOIN sales USING (sale_id)"
        " WHERE late.sale_id NOT IN (SELECT sale_id FROM late_money_put_away)"
        " ORDER BY late.rowid DESC LIMIT ?",
        (MOST_LATE,),
    ).fetchall()
    return tuple(_late_sale(db, row["sale_id"], direct=bool(row["direct"])) for row in rows[::-1])


def unread_alarms(db: sqlite3.Connection) -> tuple[Alarm, ...]:
    """Alarms that only tell and that nobody has read yet: the newest of them, oldest first."""
    rows = db.execute(
        "SELECT sale_id, kind, subject FROM told_alarms WHERE is_read = 0"
        " AND step IN (SELECT max(step) FROM told_alarms GROUP BY sale_id, kind)"
        " ORDER BY step DESC LIMIT ?",
        (MOST_LATE,),
    ).fetchall()
    return tuple(
        Alarm(Trouble(TroubleKind(row["kind"]), row["subject"]), SaleId(row["sale_id"]))
        for row in rows[::-1]
        if row["kind"] in ONLY_TOLD  # a newer release may tell of more
    )


def _late_sale(db: sqlite3.Connection, sale_id: str, *, direct: bool) -> Sale:
    table = "direct_sales" if direct else "sales"
    row = db.execute(f"SELECT * FROM {table} WHERE sale_id = ?", (sale_id,)).fetchone()  # noqa: S608 - our own names
    if row is None:
        raise LookupError("late money of a sale that is not among the sales")
    return sale_of(row, direct=direct)


def _open_invoice(db: sqlite3.Connection, row: sqlite3.Row) -> OpenInvoice:
    ending = Ending(row["ending"]) if row["ending"] is not None else None
    payout, _ = newest_payout(db, row["sale_id"])
    invoice = _invoice(db, row["sale_id"])
    first = first_code_of(db, row["sale_id"])
    return OpenInvoice(
        sale_of(row),
        invoice,
        payout,
        ending,
        held=bool(row["held"]),
        first_code=first,
        other_paid=is_code_paid(db, first or invoice.payment_hash),
    )


def _open_forward(db: sqlite3.Connection, row: sqlite3.Row) -> OpenForward:
    payout, generation = newest_payout(db, row["sale_id"])
    return OpenForward(
        sale_of(row),
        _invoice(db, row["sale_id"]),
        payout,
        generation,
        ForwardStatus(row["status"] or ForwardStatus.PLANNED),
        was_sent=payout is not None and _was_sent(db, row["sale_id"], payout),
        trouble=trouble_of(row),
    )


def _settled_around(db: sqlite3.Connection, now: int) -> Iterator[tuple[Sale, Invoice]]:
    """Those of the last day, by a clock that may be a day off; none of a far future."""
    rows = db.execute(
        "SELECT sales.* FROM takings CROSS JOIN sales USING (sale_id)"
        " WHERE at >= ? AND at < ?"
        " AND sale_id NOT IN (SELECT sale_id FROM unfinished) ORDER BY at",
        (now - RECENT_S, now + RECENT_S),
    ).fetchall()
    for row in rows:
        yield sale_of(row), _invoice(db, row["sale_id"])


def _invoice(db: sqlite3.Connection, sale_id: str) -> Invoice:
    row = db.execute("SELECT * FROM invoices WHERE sale_id = ?", (sale_id,)).fetchone()
    return invoice_of(row)


def newest_payout(db: sqlite3.Connection, sale_id: str) -> tuple[Invoice | None, int]:
    """The newest payout invoice and its generation."""
    row = db.execute(
        "SELECT * FROM payouts WHERE sale_id = ? ORDER BY generation DESC LIMIT 1", (sale_id,)
    ).fetchone()
    return (invoice_of(row), row["generation"]) if row is not None else (None, 1)


def _was_sent(db: sqlite3.Connection, sale_id: str, payout: Invoice) -> bool:
    sent = db.execute(
        "SELECT 1 FROM forward_steps WHERE sale_id = ? AND payout_hash = ? AND status = 'sent'",
        (sale_id, payout.payment_hash),
    ).fetchone()
    return sent is not None

"""Direct sales that a start takes up: nothing of them is ever forwarded."""

import sqlite3

from kiosk.journal.recovery import OpenInvoice
from kiosk.journal.replaced_codes import first_code_of, is_code_paid
from kiosk.journal.rows import direct_invoice_of, sale_of
from kiosk.sale.facts import Ending, Sale


def open_invoices(db: sqlite3.Connection) -> tuple[OpenInvoice, ...]:
    """Invoices that could still be paid, oldest sale first."""
    rows = db.execute(
        "SELECT * FROM direct_unfinished CROSS JOIN direct_records USING (sale_id)"
        " ORDER BY started_at"
    ).fetchall()
    return tuple(_open_invoice(db, row) for row in rows)


def _open_invoice(db: sqlite3.Connection, row: sqlite3.Row) -> OpenInvoice:
    invoice = direct_invoice_of(
        db.execute("SELECT * FROM direct_invoices WHERE sale_id = ?", (row["sale_id"],)).fetchone()
    )
    first = first_code_of(db, row["sale_id"])
    return OpenInvoice(
        sale_of(row, direct=True),
        invoice,
        None,
        Ending(row["ending"]) if row["ending"] is not None else None,
        unproven=row["reason"] is not None,
        first_code=first,
        other_paid=is_code_paid(db, first or invoice.payment_hash),
    )


def unreviewed(db: sqlite3.Connection) -> tuple[Sale, ...]:
    """Sales with an unproven payment that the manager has not looked at."""
    rows = db.execute(
        "SELECT direct_sales.* FROM direct_undecided CROSS JOIN direct_sales USING (sale_id)"
        " WHERE NOT EXISTS"
        " (SELECT 1 FROM direct_reviews WHERE sale_id = direct_sales.sale_id)"
        " AND NOT EXISTS"
        " (SELECT 1 FROM direct_payments WHERE sale_id = direct_sales.sale_id)"
        " ORDER BY started_at"
    ).fetchall()
    return tuple(sale_of(row, direct=True) for row in rows)

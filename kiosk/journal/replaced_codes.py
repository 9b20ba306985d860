"""The codes of one sale: one that had run out, and the one that was made in its place."""

import sqlite3

from kiosk.sale.invoice import PaymentHash


def first_code_of(db: sqlite3.Connection, sale_id: str) -> PaymentHash | None:
    """The first code of the sale that this one is a new code for, None if it is the first."""
    row = db.execute(
        "SELECT first_payment_hash FROM replaced_codes WHERE sale_id = ?", (sale_id,)
    ).fetchone()
    return PaymentHash(row["first_payment_hash"]) if row is not None else None


def is_code_paid(db: sqlite3.Connection, first: PaymentHash) -> bool:
    """Whether a code of the sale with this first one has been paid, whichever way it was sold."""
    return any(
        db.execute(
            f"SELECT 1 FROM {table} WHERE payment_hash = :first OR sale_id IN"  # noqa: S608 - our own names
            " (SELECT sale_id FROM replaced_codes WHERE first_payment_hash = :first)",
            {"first": first},
        ).fetchone()
        for table in ("payments", "direct_payments")
    )

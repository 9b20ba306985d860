"""Where the last close of the day stands among the sales."""

import sqlite3

from kiosk.journal.errors import reading


def last_close(db: sqlite3.Connection) -> sqlite3.Row | None:
    """The newest close, by its place in the order of things; None before the first."""
    with reading():
        rows: sqlite3.Row | None = db.execute(
            "SELECT * FROM closes ORDER BY step DESC LIMIT 1"
        ).fetchone()
    return rows


def last_direct_close(db: sqlite3.Connection) -> dict[str, int]:
    """Its place among the direct sales; zeros before the first."""
    with reading():
        row = db.execute(
            "SELECT last_sale, last_payment FROM direct_closes ORDER BY step DESC LIMIT 1"
        ).fetchone()
    return dict(row) if row is not None else {"last_sale": 0, "last_payment": 0}

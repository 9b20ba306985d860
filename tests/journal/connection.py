"""The tests' one look inside a journal: its own connection to SQLite."""

import sqlite3

from kiosk.journal import Journal


def connection(journal: Journal) -> sqlite3.Connection:
    """The connection that the journal writes by.

    For what a test does to it or asks of it and nobody else may: bounds on its size, read-only
    mode, damage, traces, plans of its queries. A second connection would have its own of each.
    """
    return journal._db

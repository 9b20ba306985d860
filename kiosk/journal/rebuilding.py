"""A journal that takes the place of damaged ones: what it takes from them, and in which order.

Order is what closes go by. What was closed is copied first, and the place of its last close is
marked behind it; then comes what belongs to no close yet.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

from kiosk.journal import salvage, salvaged_books
from kiosk.journal.errors import reading
from kiosk.sale.invoice import SaleId
from kiosk.sale.ledger_history import LostJournal, SalvagedSale


def lost_journal(db: sqlite3.Connection, path: Path, at: int) -> LostJournal | None:
    """Damaged journals beside `path` of whose sales Blink has not been asked; None without one.

    Their finished sales become part of the journal `db`; the others wait for Blink's word. `at` is
    Unix seconds.
    """
    with reading():
        rebuilt = {row["name"] for row in db.execute("SELECT name FROM rebuilt")}
    files = [file for file in salvage.damaged_journals(path) if file.name not in rebuilt]
    if not files:
        return None
    saved: dict[SaleId, SalvagedSale] = {}
    for place, file in enumerate(files, start=1 - len(files)):
        with reading():
            salvaged_books.copy_numbers(db, file, at)
            closed = salvaged_books.closed_part(file)
            if closed.sales:
                saved.update(_salvage(db, file, closed.sales.__contains__))
                salvaged_books.copy_refunds(db, file, closed.last_refund)
                salvaged_books.mark_close(db, place, closed.at)
                salvaged_books.note_counted(db, file, closed)
            saved.update(_salvage(db, file, partial(_is_open, closed.sales)))
            salvaged_books.copy_refunds(db, file)
    for file in reversed(files):  # the newest that has any
        with reading():
            salvage.copy_what_was_learned(db, file)
    return LostJournal(tuple(file.name for file in files), tuple(saved.values()))


def _salvage(
    db: sqlite3.Connection, file: Path, chosen: Callable[[str], bool]
) -> dict[SaleId, SalvagedSale]:
    saved = salvage.copy_finished_sales(db, file, chosen)
    salvage.copy_direct_sales(db, file, chosen)
    return saved


def _is_open(closed: frozenset[str], sale: str) -> bool:
    """Whether no close has counted a sale."""
    return sale not in closed

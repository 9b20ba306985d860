"""A journal that goes on from what others left: it replaces damaged ones, or is a restored copy.

Order is what closes go by. In a journal that was begun anew, what was closed is copied first, and
the place of its last close is marked behind it; then comes what belongs to no close yet. A restored
copy has closes of its own: what later ones have counted is noted by sale.
"""

import sqlite3
from collections.abc import Callable, Container
from functools import partial
from pathlib import Path

from kiosk.journal import salvage, salvaged_books
from kiosk.journal.errors import reading
from kiosk.sale.invoice import SaleId
from kiosk.sale.ledger_history import LostJournal, SalvagedSale


def lost_journal(db: sqlite3.Connection, path: Path, at: int) -> LostJournal | None:
    """What of damaged journals beside `path`, or since the copy that was restored, is not known.

    None where Blink has been asked already, and for long enough. Finished sales of the others
    become part of the journal `db`; the rest wait for Blink's word. `at` is Unix seconds.
    """
    with reading():
        rebuilt = {row["name"] for row in db.execute("SELECT name FROM rebuilt")}
        restores = {row["name"] for row in db.execute("SELECT name FROM restores")}
    files = [file for file in salvage.damaged_journals(path) if file.name not in rebuilt]
    names = sorted({*(file.name for file in files), *(restores - rebuilt)})
    if not names:
        return _awaiting_late_payments(db)
    saved: dict[SaleId, SalvagedSale] = {}
    with reading():
        readable = [file for file in files if salvage.is_database(file)]
    for place, file in enumerate(files, start=1 - len(files)):
        with reading():
            if file not in readable:
                salvaged_books.begin_series_after(db, file, at)
                continue
            salvaged_books.copy_numbers(db, file, at)
            closed = salvaged_books.closed_part(file)
            if closed.sales:
                saved.update(_salvage(db, file, closed.sales.__contains__))
                salvaged_books.copy_refunds(db, file, closed.last_refund)
                if not restores:
                    salvaged_books.mark_close(db, place, closed.at)
            salvaged_books.note_counted(db, file, closed)
            saved.update(_salvage(db, file, partial(_is_open, closed.sales)))
            salvaged_books.copy_refunds(db, file)
    for file in reversed(readable):  # the newest that has any
        with reading():
            salvage.copy_what_was_learned(db, file)
    with reading():
        open_sales = tuple(sale for name, sale in saved.items() if not _is_finished(db, name))
    return LostJournal(tuple(names), open_sales, restored=bool(restores - rebuilt))


def _awaiting_late_payments(db: sqlite3.Connection) -> LostJournal | None:
    """A lost journal that is rebuilt, while codes that others showed before may still be paid."""
    with reading():
        row = db.execute("SELECT * FROM foreign_codes ORDER BY step DESC LIMIT 1").fetchone()
    if row is None or row["until"] is None:
        return None
    return LostJournal((), asked_at=row["begun_before"], own_done=True, awaited_until=row["until"])


def _salvage(
    db: sqlite3.Connection, file: Path, chosen: Callable[[str], bool]
) -> dict[SaleId, SalvagedSale]:
    """Take over the chosen sales of a damaged journal that are not finished in this one."""

    def wanted(sale: str) -> bool:
        return chosen(sale) and not _is_finished(db, sale)

    saved = salvage.copy_finished_sales(db, file, wanted)
    salvage.copy_direct_sales(db, file, wanted)
    return saved


def _is_open(closed: Container[str], sale: str) -> bool:
    """Whether no close has counted a sale."""
    return sale not in closed


def _is_finished(db: sqlite3.Connection, sale: str) -> bool:
    """Whether the journal knows how a sale ended: forwarded, received, or never paid."""
    return (
        db.execute(
            "SELECT 1 FROM direct_payments WHERE sale_id = :sale"
            " UNION ALL SELECT 1 FROM direct_finals WHERE sale_id = :sale"
            " UNION ALL SELECT 1 FROM payments WHERE sale_id = :sale"
            " AND sale_id NOT IN (SELECT sale_id FROM unfinished)"
            " UNION ALL SELECT 1 FROM finals WHERE sale_id = :sale"
            " AND sale_id NOT IN (SELECT sale_id FROM unfinished)",
            {"sale": sale},
        ).fetchone()
        is not None
    )

"""The journal: SQLite in WAL mode, a full sync for every step that records something."""

import contextlib
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kiosk.journal.recovery import OpenForward, OpenInvoice, Recovery, SaleRecord
from kiosk.journal.rows import invoice_of, sale_of, statement
from kiosk.sale.events import HistoryRead
from kiosk.sale.facts import Ending, Fact, ForwardStatus
from kiosk.sale.invoice import Invoice
from kiosk.sale.money import Sats, fiat_from_sats
from kiosk.sale.till import HistoryRow, Totals
from kiosk.sale.trouble import KioskError, Trouble, TroubleKind

# `PRAGMA user_version` of schema.sql.
SCHEMA: Final = 1

# A disk with less than this is called full before the next invoice, not after.
RESERVE_BYTES: Final = 5_000_000

HISTORY_ROWS: Final = 100
_DAY_S: Final = 86_400


class JournalUnusable(KioskError):
    """It cannot be written now: full, read-only, failing. Nothing of the step was recorded."""


class JournalCorrupt(KioskError):
    """It cannot be read. Set it aside, never delete it."""


class JournalConflict(AssertionError):
    """A fact contradicts what is recorded: a bug of ours, never the merchant's fault."""


class Journal:
    """The open journal. `record` is the only way in."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, now: Callable[[], float]
    ) -> None:
        self._db = connection
        self._path = path
        self._now = now

    @classmethod
    def open(cls, path: Path, now: Callable[[], float] = time.time) -> "Journal":
        """Open or make the journal, and check it.

        Raises:
            JournalUnusable: the folder or file cannot be written.
            JournalCorrupt: the file is not a sound journal.
        """
        with _translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            # The file holds invoices: for the kiosk's user alone, also its -wal and -shm.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            db = sqlite3.connect(path, isolation_level=None, timeout=5.0)
            try:
                _prepare(db)
            except BaseException:
                db.close()
                raise
        return cls(db, path, now)

    @classmethod
    def read_only(cls, path: Path) -> "Journal":
        """Open an existing journal for reading, beside a running kiosk or without one.

        Raises:
            JournalUnusable: there is none, or it may not be read.
            JournalCorrupt: it is not a sound journal.
        """
        with _translated():
            db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5.0)
            try:
                db.row_factory = sqlite3.Row
                db.execute("SELECT count(*) FROM day_closes").fetchone()
            except BaseException:
                db.close()
                raise
        return cls(db, path, time.time)

    @staticmethod
    def set_aside(path: Path, stamp: str) -> Path:
        """Rename a corrupt journal, with its -wal and -shm, beside itself."""
        aside = path.with_name(f"{path.name}.corrupt-{stamp}")
        for tail in ("", "-wal", "-shm"):
            part = path.with_name(path.name + tail)
            if part.exists():
                part.rename(aside.with_name(aside.name + tail))
        return aside

    def close(self) -> None:
        """Close it; everything recorded is on the disk already."""
        self._db.close()

    def record(self, facts: Sequence[Fact]) -> None:
        """Record facts in one transaction; they are durable when this returns.

        A fact that is known already changes nothing.

        Raises:
            JournalUnusable: nothing was recorded; may be tried again.
            JournalConflict: a fact contradicts the journal.
        """
        if not facts:
            return
        at = int(self._now())
        with _translated(), self._transaction():
            for fact in facts:
                self._db.execute(*statement(fact, at))

    def probe(self) -> None:
        """Find out whether the next sale could be recorded: room enough, and a real write.

        Raises:
            JournalUnusable: it could not.
        """
        with _translated():
            if shutil.disk_usage(self._path.parent).free < RESERVE_BYTES:
                raise JournalUnusable(
                    Trouble(TroubleKind.JOURNAL_FULL, reason="less than 5 MB left on the disk")
                )
            with self._transaction():
                self._db.execute(
                    "INSERT INTO probe VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET at = ?",
                    (int(self._now()),) * 2,
                )

    def recover(self) -> Recovery:
        """Everything that is not finished, for the start."""
        with _translated():
            recent = int(self._now()) - _DAY_S
            return Recovery(
                tuple(self._open_invoices()),
                tuple(self._open_forwards()),
                tuple((sale_of(r), self._invoice(r["sale_id"])) for r in self._paid_since(recent)),
            )

    def totals(self, since: int, until: int | None = None) -> Totals:
        """Sums of what was paid in `[since, until)`, at the rates of the moments."""
        span = (since, until if until is not None else 2**62)
        with _translated():
            row = self._db.execute(
                "SELECT count(*), coalesce(sum(amount_sat), 0), coalesce(sum(tip_sat), 0)"
                " FROM payments WHERE at >= ? AND at < ?",
                span,
            ).fetchone()
            forwarded = self._db.execute(
                "SELECT coalesce(sum(p.amount_sat), 0) FROM payments p JOIN forward_steps f"
                " ON f.sale_id = p.sale_id AND f.status = 'settled'"
                " WHERE p.at >= ? AND p.at < ?",
                span,
            ).fetchone()
            fiat: dict[str, int] = {}
            for one in self._db.execute(
                "SELECT s.* FROM payments p JOIN sales s USING (sale_id)"
                " WHERE p.at >= ? AND p.at < ?",
                span,
            ):
                value = _fiat_value(one)
                if value is not None:
                    fiat[value[0]] = fiat.get(value[0], 0) + value[1]
        return Totals(
            since, row[0], Sats(row[1]), Sats(row[2]), Sats(forwarded[0]), MappingProxyType(fiat)
        )

    def last_close(self) -> int:
        """When the manager last closed the day, 0 if never."""
        with _translated():
            return int(
                self._db.execute("SELECT coalesce(max(at), 0) FROM day_closes").fetchone()[0]
            )

    def overview(self, now: int) -> HistoryRead:
        """What the manager's screens show: today, since the last close, and recent sales."""
        midnight = int(time.mktime((*time.localtime(now)[:3], 0, 0, 0, 0, 0, -1)))
        close = self.last_close()
        rows = tuple(
            HistoryRow(record.sale, record.state, late=record.late, reason=record.reason)
            for record in self.sales(0, 2**62, newest_first=HISTORY_ROWS)
        )
        return HistoryRead(self.totals(midnight), self.totals(close), rows)

    def sales(
        self, since: int, until: int, *, newest_first: int | None = None
    ) -> Iterator[SaleRecord]:
        """Sales started in `[since, until)`, with everything a bookkeeper asks for.

        Oldest first, or the `newest_first` newest.
        """
        order = "ASC" if newest_first is None else "DESC"
        with _translated():
            found = self._db.execute(
                f"SELECT * FROM sales WHERE started_at >= ? AND started_at < ?"  # noqa: S608
                f" ORDER BY started_at {order}, rowid {order} LIMIT ?",
                (since, until, -1 if newest_first is None else newest_first),
            ).fetchall()
            for row in found:
                yield self._sale_record(row)

    def unsettled(self) -> tuple[SaleRecord, ...]:
        """Sales that were paid and are not forwarded yet."""
        with _translated():
            return tuple(
                self._sale_record(row)
                for row in self._db.execute(
                    "SELECT s.* FROM payments p JOIN sales s USING (sale_id) WHERE NOT EXISTS"
                    " (SELECT 1 FROM forward_steps f WHERE f.sale_id = p.sale_id"
                    "  AND f.status = 'settled') ORDER BY p.at"
                )
            )

    def ask_retry(self) -> None:
        """Leave word for the kiosk that waiting forwards are to be tried now."""
        with _translated(), self._transaction():
            self._db.execute(
                "INSERT INTO requests (what, at) VALUES ('retry', ?)", (int(self._now()),)
            )

    def take_requests(self) -> bool:
        """Whether another process has asked for a retry since the last time."""
        with _translated(), self._transaction():
            return self._db.execute("DELETE FROM requests").rowcount > 0

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _open_invoices(self) -> Iterator[OpenInvoice]:
        rows = self._db.execute(
            "SELECT s.*, e.ending FROM sales s JOIN invoices i USING (sale_id)"
            " LEFT JOIN endings e USING (sale_id)"
            " WHERE NOT EXISTS (SELECT 1 FROM payments p WHERE p.sale_id = s.sale_id)"
            " AND NOT EXISTS (SELECT 1 FROM finals f WHERE f.payment_hash = i.payment_hash)"
        ).fetchall()
        for row in rows:
            ending = Ending(row["ending"]) if row["ending"] else None
            payout, _ = self._payout(row["sale_id"])
            yield OpenInvoice(sale_of(row), self._invoice(row["sale_id"]), payout, ending)

    def _open_forwards(self) -> Iterator[OpenForward]:
        rows = self._db.execute(
            "SELECT s.*, p.late FROM payments p JOIN sales s USING (sale_id) WHERE NOT EXISTS"
            " (SELECT 1 FROM forward_steps f WHERE f.sale_id = p.sale_id AND f.status = 'settled')"
        ).fetchall()
        for row in rows:
            payout, generation = self._payout(row["sale_id"])
            last = self._last_step(row["sale_id"])
            sent = payout is not None and self._was_sent(row["sale_id"], payout)
            yield OpenForward(
                sale_of(row),
                self._invoice(row["sale_id"]),
                payout,
                generation,
                ForwardStatus(last["status"]) if last else ForwardStatus.PLANNED,
                was_sent=sent,
                late=bool(row["late"]),
                reason=last["reason"] if last else "",
            )

    def _paid_since(self, since: int) -> list[sqlite3.Row]:
        return self._db.execute(
            "SELECT s.* FROM payments p JOIN sales s USING (sale_id) WHERE p.at >= ? AND EXISTS"
            " (SELECT 1 FROM forward_steps f WHERE f.sale_id = p.sale_id AND f.status = 'settled')",
            (since,),
        ).fetchall()

    def _invoice(self, sale_id: str) -> Invoice:
        row = self._db.execute("SELECT * FROM invoices WHERE sale_id = ?", (sale_id,)).fetchone()
        return invoice_of(row)

    def _payout(self, sale_id: str) -> tuple[Invoice | None, int]:
        row = self._db.execute(
            "SELECT * FROM payouts WHERE sale_id = ? ORDER BY generation DESC LIMIT 1", (sale_id,)
        ).fetchone()
        return (invoice_of(row), row["generation"]) if row else (None, 1)

    def _last_step(self, sale_id: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute(
            "SELECT * FROM forward_steps WHERE sale_id = ? ORDER BY step DESC LIMIT 1", (sale_id,)
        ).fetchone()
        return row

    def _was_sent(self, sale_id: str, payout: Invoice) -> bool:
        return (
            self._db.execute(
                "SELECT 1 FROM forward_steps WHERE sale_id = ? AND payout_hash = ?"
                " AND status = 'sent' LIMIT 1",
                (sale_id, payout.payment_hash),
            ).fetchone()
            is not None
        )

    def _sale_record(self, row: sqlite3.Row) -> SaleRecord:
        sale_id = row["sale_id"]
        paid = self._db.execute("SELECT * FROM payments WHERE sale_id = ?", (sale_id,)).fetchone()
        left = self._db.execute("SELECT * FROM endings WHERE sale_id = ?", (sale_id,)).fetchone()
        made = self._db.execute("SELECT * FROM invoices WHERE sale_id = ?", (sale_id,)).fetchone()
        last = self._last_step(sale_id)
        payout, _ = self._payout(sale_id)
        settled = last is not None and last["status"] == ForwardStatus.SETTLED
        if paid is not None:
            state = "forwarded" if settled else "paid"
        else:
            state = left["ending"] if left else "open"
        return SaleRecord(
            sale_of(row),
            state,
            late=bool(paid["late"]) if paid else False,
            reason=last["reason"] if last else "",
            paid_at=paid["at"] if paid else None,
            forwarded_at=last["at"] if last is not None and settled else None,
            payment_hash=made["payment_hash"] if made else None,
            payout_hash=payout.payment_hash if payout else None,
        )


def _prepare(db: sqlite3.Connection) -> None:
    db.row_factory = sqlite3.Row
    if db.execute("PRAGMA quick_check").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError("quick_check found damage")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        schema = resources.files("kiosk.journal").joinpath("schema.sql").read_text()
        db.executescript(f"BEGIN; {schema} PRAGMA user_version = {SCHEMA}; COMMIT;")
    elif version != SCHEMA:
        raise sqlite3.DatabaseError(f"schema {version}, this program knows {SCHEMA}")


def _fiat_value(row: sqlite3.Row) -> tuple[str, int] | None:
    """What a sale was worth in fiat at its own rate, tip included: (code, minor units)."""
    sale = sale_of(row)
    if sale.rate is None:
        return None
    if sale.price.currency.code == sale.rate.currency.code and not sale.tip:
        return sale.price.currency.code, sale.price.minor
    return sale.rate.currency.code, fiat_from_sats(sale.amount, sale.rate).minor


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """sqlite3's and the system's errors as ours: corrupt, full, or otherwise unusable."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise JournalConflict(str(error)) from error
    except sqlite3.OperationalError as error:
        kind = TroubleKind.JOURNAL_FULL if "full" in str(error) else TroubleKind.JOURNAL_BROKEN
        raise JournalUnusable(Trouble(kind, reason=str(error))) from error
    except sqlite3.DatabaseError as error:
        raise JournalCorrupt(Trouble(TroubleKind.JOURNAL_BROKEN, reason=str(error))) from error
    except OSError as error:
        raise JournalUnusable(Trouble(TroubleKind.JOURNAL_BROKEN, reason=str(error))) from error

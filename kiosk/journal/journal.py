"""The journal: facts in, one transaction and one sync for each step; what is unfinished out."""

import heapq
import itertools
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from enum import Enum
from pathlib import Path
from typing import Final

from kiosk.journal import owner_lock, salvage
from kiosk.journal.database import (
    JournalConflict,
    JournalCorrupt,
    closed_on_error,
    full,
    open_beside,
    open_for_writing,
    reading,
    require_partition,
    set_aside,
    transaction,
    translated,
)
from kiosk.journal.installation import ReadHardware, read_hardware, take
from kiosk.journal.records import SaleRecord, record_of, trouble_of
from kiosk.journal.recovery import OpenForward, OpenInvoice, Recovery, TakenUp
from kiosk.journal.rows import direct_invoice_of, invoice_of, row_of, sale_of
from kiosk.sale.days import DAY_S, day_of
from kiosk.sale.events import SalesHistoryResult
from kiosk.sale.facts import Ending, Fact, ForwardStatus, RecoveredFact, Sale, SaleStarted
from kiosk.sale.invoice import Invoice, PaymentHash, SaleId, WalletId
from kiosk.sale.ledger_history import LostJournal, SalvagedSale
from kiosk.sale.money import Currency, Fiat, Sats
from kiosk.sale.screens import HistoryRow, Totals
from kiosk.sale.trouble import Trouble

log: Final = logging.getLogger("kiosk.journal")

# A disk with less than this is called full before the next invoice, not after (M11).
RESERVE_BYTES: Final = 5_000_000

# How long a paid invoice is asked about for a second payment (M12).
RECENT_S: Final = DAY_S

HISTORY_ROWS: Final = 100

UNDECIDED_S: Final = 7 * DAY_S

_EVER: Final = 2**62


def free_bytes(folder: Path) -> int:
    """The room left for this user on the disk under a folder."""
    return shutil.disk_usage(folder).free


class RetryRequest(Enum):
    """What became of a word to the kiosk."""

    DELIVERED = "heard"  # it runs, and has been woken
    STORED = "left"  # it reads it when it starts


class Journal:
    """The open journal, for one thread. `record` is the only way in."""

    set_aside = staticmethod(set_aside)

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        now: Callable[[], float] = time.time,
        lock: int | None = None,
        free_bytes: Callable[[Path], int] = free_bytes,
        zone: tzinfo = UTC,
        installation: str = "",
    ) -> None:
        self._db = connection
        self._path = path
        self._now = now
        self._free_bytes = free_bytes
        self._zone = zone
        self._lock = lock
        self.installation = installation  # this journal in this machine; empty when read only

    @classmethod
    def open(
        cls,
        path: Path,
        now: Callable[[], float] = time.time,
        free_bytes: Callable[[Path], int] = free_bytes,
        zone: tzinfo = UTC,
        hardware: ReadHardware = read_hardware,
    ) -> "Journal":
        """Open or make the journal as the one kiosk that writes it.

        `now` is Unix seconds, `free_bytes` the room left in a folder, `zone` that of its days.

        What another installation has begun is stopped in it.

        Raises:
            JournalUnusable: it cannot be written, or another kiosk has it open.
            JournalCorrupt: the file is not a sound journal.
        """
        require_partition(path)
        with translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = owner_lock.acquire(path)
        try:
            connection = open_for_writing(path)
            with closed_on_error(connection), reading():
                installation = take(connection, path, hardware(), int(now()))
        except BaseException:
            os.close(lock)
            raise
        return cls(connection, path, now, lock, free_bytes, zone, installation)

    @classmethod
    def read_only(cls, path: Path) -> "Journal":
        """Open an existing journal for reading, beside a running kiosk or without one.

        Raises:
            JournalUnusable: there is none, or it may not be read.
            JournalCorrupt: it is not a sound journal.
        """
        return cls(open_beside(path, "ro"), path)

    def close(self) -> None:
        """Close it; everything recorded is on the disk already."""
        self._db.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def record(self, facts: Sequence[Fact]) -> None:
        """Record facts in one transaction; they are durable when this returns.

        A fact that is known already changes nothing. A sale is opened only with room for all that
        may become of it: its payment, its forward, and those of the sales before it.

        Raises:
            JournalUnusable: nothing was recorded; may be tried again.
            JournalConflict: a fact contradicts the journal; nothing was recorded.
        """
        if not facts:
            return
        at = int(self._now())
        if any(isinstance(fact, SaleStarted) for fact in facts):
            self._check_room()
        with translated(), transaction(self._db):
            for fact in facts:
                row = row_of(fact, at)
                if self._db.execute(row.insertion, row.values).rowcount > 0:
                    continue
                if isinstance(fact, RecoveredFact):  # what this journal says itself stands
                    continue
                if self._db.execute(row.question, row.values).fetchone() is None:
                    raise JournalConflict(f"{type(fact).__name__} contradicts {row.table}")

    def probe(self) -> None:
        """Find out whether the next sale could be recorded: room enough, and a real write.

        Raises:
            JournalUnusable: it could not.
        """
        self._check_room()
        with translated(), transaction(self._db):
            self._db.execute("INSERT OR REPLACE INTO probe VALUES (1, ?)", (int(self._now()),))

    def _check_room(self) -> None:
        with translated():
            if self._free_bytes(self._path.parent) < RESERVE_BYTES:
                raise full(f"less than {RESERVE_BYTES // 1_000_000} MB left on the disk")

    def take_up(self) -> TakenUp:
        """What the start has to go on with; anything odd in it means that the journal is damaged.

        Raises:
            JournalUnusable: it cannot be written.
            JournalCorrupt: it is not a sound journal.
        """
        return TakenUp(
            self.recover(),
            self.undecided(),
            self.lost_journal(),
            self.wrong_pins(),
            self.digits(),
            self.merchant_wallets(),
        )

    def recover(self) -> Recovery:
        """Everything that is not finished, for the start, which also heeds what was asked of it."""
        with reading():
            unfinished = self._db.execute(
                "SELECT records.*, held.sale_id IS NOT NULL AS held FROM unfinished"
                " CROSS JOIN records USING (sale_id) LEFT JOIN held USING (sale_id)"
                " ORDER BY started_at"
            ).fetchall()
            if len(unfinished) != self._db.execute("SELECT count(*) FROM unfinished").fetchone()[0]:
                raise LookupError("a sale is unfinished, and not among the sales")
            invoices = tuple(self._open_invoice(r) for r in unfinished if r["paid_at"] is None)
            forwards = tuple(self._open_forward(r) for r in unfinished if r["paid_at"] is not None)
            settled = tuple(self._settled_around(int(self._now())))
            direct = self._open_direct_invoices()
            unreviewed = self._unreviewed()
        return Recovery(
            (*invoices, *direct),
            forwards,
            settled,
            retry=self.take_requests(),
            unreviewed=unreviewed,
        )

    def _open_direct_invoices(self) -> tuple[OpenInvoice, ...]:
        rows = self._db.execute(
            "SELECT * FROM direct_unfinished CROSS JOIN direct_records USING (sale_id)"
            " ORDER BY started_at"
        ).fetchall()
        return tuple(
            OpenInvoice(
                sale_of(row, direct=True),
                direct_invoice_of(
                    self._db.execute(
                        "SELECT * FROM direct_invoices WHERE sale_id = ?", (row["sale_id"],)
                    ).fetchone()
                ),
                None,
                Ending(row["ending"]) if row["ending"] is not None else None,
                unproven=row["reason"] is not None,
            )
            for row in rows
        )

    def _unreviewed(self) -> tuple[Sale, ...]:
        rows = self._db.execute(
            "SELECT direct_sales.* FROM direct_undecided CROSS JOIN direct_sales USING (sale_id)"
            " WHERE NOT EXISTS"
            " (SELECT 1 FROM direct_reviews WHERE sale_id = direct_sales.sale_id)"
            " AND NOT EXISTS"
            " (SELECT 1 FROM direct_payments WHERE sale_id = direct_sales.sale_id)"
            " ORDER BY started_at"
        ).fetchall()
        return tuple(sale_of(row, direct=True) for row in rows)

    def lost_journal(self) -> LostJournal | None:
        """Damaged journals of whose sales Blink has not been asked, and what is left of them.

        Their finished sales become part of this one; the others wait for Blink's word.
        """
        with reading():
            rebuilt = {row["name"] for row in self._db.execute("SELECT name FROM rebuilt")}
        files = [
            journal
            for journal in salvage.damaged_journals(self._path)
            if journal.name not in rebuilt
        ]
        if not files:
            return None
        saved: dict[SaleId, SalvagedSale] = {}
        for file in files:
            with reading():
                saved.update(salvage.copy_finished_sales(self._db, file))
        for file in reversed(files):  # the newest that has any
            with reading():
                salvage.copy_what_was_learned(self._db, file)
        return LostJournal(tuple(file.name for file in files), tuple(saved.values()))

    def undecided(self) -> tuple[tuple[SaleId, str], ...]:
        """Sales of a lost journal, of the last week, that a person has to look at."""
        with reading():
            rows = self._db.execute(
                "SELECT sale_id, reason FROM undecided WHERE at >= ? ORDER BY at",
                (int(self._now()) - UNDECIDED_S,),
            ).fetchall()
        return tuple((SaleId(row["sale_id"]), row["reason"]) for row in rows)

    def wrong_pins(self) -> int:
        """How many times in a row the PIN was wrong by now."""
        with reading():
            row = self._db.execute(
                "SELECT wrong FROM pin_tries ORDER BY step DESC LIMIT 1"
            ).fetchone()
        return int(row["wrong"]) if row is not None else 0

    def totals(self, since: int, until: int | None = None) -> Totals:
        """Sums of what was paid in `[since, until)`, Unix seconds, at the rates of the moments."""
        span = (since, _EVER if until is None else until)
        forwarded = self._totals(
            since, "takings WHERE at >= ? AND at < ?", "at >= ? AND at < ?", span
        )
        return joined(forwarded, self._received("direct_takings WHERE at >= ? AND at < ?", span))

    def totals_since_close(self) -> Totals:
        """Sums of what was recorded as paid after the last close of the day.

        By the order of things and no clock: what a close has counted is never counted again.
        """
        close = self._last_close()
        if close is None:
            return self.totals(0)
        paid = (
            "(SELECT amount_sat, tip_sat, rate_currency AS currency, value_minor"
            " FROM payments CROSS JOIN sales USING (sale_id) WHERE payments.rowid > ?)"
        )
        received = (
            "(SELECT amount_sat, tip_sat, rate_currency AS currency, value_minor"
            " FROM direct_payments CROSS JOIN direct_sales USING (sale_id)"
            " WHERE direct_payments.rowid > ?)"
        )
        forwarded = self._totals(close["at"], paid, "payments.rowid > ?", (close["last_payment"],))
        place = self._last_direct_close()
        return joined(forwarded, self._received(received, (place["last_payment"],)))

    def _received(self, taken: str, values: tuple[int, ...]) -> Totals:
        """Sums of the direct sales that were `taken`: nothing of them is ever on its way."""
        with reading():
            sums = self._db.execute(_sums_of(taken), values).fetchall()
        return self._added_up(0, sums, owed=None)

    def _totals(self, since: int, taken: str, where: str, values: tuple[int, ...]) -> Totals:
        """Sums of what was `taken`; `where` tells the same payments among the unfinished."""
        owing = (
            "SELECT coalesce(sum(amount_sat), 0) FROM unfinished"  # noqa: S608
            f" CROSS JOIN payments USING (sale_id) CROSS JOIN sales USING (sale_id) WHERE {where}"
        )
        with reading():
            sums = self._db.execute(_sums_of(taken), values).fetchall()
            owed = self._db.execute(owing, values).fetchone()[0]
        return self._added_up(since, sums, owed=owed)

    def _added_up(self, since: int, sums: list[sqlite3.Row], *, owed: int | None) -> Totals:
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
                Fiat(row["value"], self.currency(row["currency"]))
                for row in sums
                if row["currency"] is not None
            ),
        )

    def _last_close(self) -> sqlite3.Row | None:
        with reading():
            rows: sqlite3.Row | None = self._db.execute(
                "SELECT * FROM closes ORDER BY step DESC LIMIT 1"
            ).fetchone()
        return rows

    def _last_direct_close(self) -> dict[str, int]:
        with reading():
            row = self._db.execute(
                "SELECT last_sale, last_payment FROM direct_closes ORDER BY step DESC LIMIT 1"
            ).fetchone()
        return dict(row) if row is not None else {"last_sale": 0, "last_payment": 0}

    def overview(self, now: int) -> SalesHistoryResult:
        """What the manager's screens show: today, since the last close, and recent sales."""
        today = day_of(now, self._zone)
        rows = tuple(
            HistoryRow(
                record.sale,
                record.state,
                record.at,
                late=record.late,
                reason=_reason(record.trouble),
            )
            for record in self.history(HISTORY_ROWS)
        )
        return SalesHistoryResult(self.totals(*today), self.totals_since_close(), rows)

    def history(self, limit: int) -> tuple[SaleRecord, ...]:
        """The newest sales, newest first: in the order in which they were begun."""
        with reading():
            rows = self._db.execute("SELECT * FROM records ORDER BY rowid DESC LIMIT ?", (limit,))
            forwarded = [record_of(row) for row in rows]
            rows = self._db.execute(
                "SELECT * FROM direct_records ORDER BY rowid DESC LIMIT ?", (limit,)
            )
            received = [record_of(row, direct=True) for row in rows]
        if (
            not forwarded or not received
        ):  # the order in which they were begun, whatever a clock said
            return tuple(forwarded or received)
        both = heapq.merge(forwarded, received, key=lambda r: r.sale.started_at, reverse=True)
        return tuple(itertools.islice(both, limit))

    def sales(self, since: int, until: int) -> Iterator[SaleRecord]:
        """Sales paid in `[since, until)`, Unix seconds, and those begun in it that nobody paid.

        So the paid ones are those of `totals`. Oldest first, read as they are taken.
        """
        return self._sales(
            "SELECT sale_id FROM takings WHERE at >= :since AND at < :until"
            " UNION ALL SELECT sale_id FROM sales"
            " WHERE started_at >= :since AND started_at < :until"
            " AND NOT EXISTS (SELECT 1 FROM payments WHERE sale_id = sales.sale_id)",
            "SELECT sale_id FROM direct_takings WHERE at >= :since AND at < :until"
            " UNION ALL SELECT sale_id FROM direct_sales"
            " WHERE started_at >= :since AND started_at < :until"
            " AND NOT EXISTS"
            " (SELECT 1 FROM direct_payments WHERE sale_id = direct_sales.sale_id)",
            {"since": since, "until": until},
            {"since": since, "until": until},
        )

    def sales_since_close(self) -> Iterator[SaleRecord]:
        """The sales of `totals_since_close`, and those begun after the close that nobody paid."""
        close = self._last_close()
        return self._sales(
            "SELECT sale_id FROM payments WHERE rowid > :last_payment"
            " UNION ALL SELECT sale_id FROM sales WHERE rowid > :last_sale"
            " AND NOT EXISTS (SELECT 1 FROM payments WHERE sale_id = sales.sale_id)",
            "SELECT sale_id FROM direct_payments WHERE rowid > :last_payment"
            " UNION ALL SELECT sale_id FROM direct_sales WHERE rowid > :last_sale"
            " AND NOT EXISTS"
            " (SELECT 1 FROM direct_payments WHERE sale_id = direct_sales.sale_id)",
            dict(close) if close is not None else {"last_payment": 0, "last_sale": 0},
            self._last_direct_close(),
        )

    def _sales(
        self,
        chosen: str,
        chosen_direct: str,
        values: dict[str, int],
        values_direct: dict[str, int],
    ) -> Iterator[SaleRecord]:
        """The chosen sales of both ways, each by the time that it belongs to."""
        return heapq.merge(
            self._records("records", chosen, values),
            self._records("direct_records", chosen_direct, values_direct),
            key=lambda record: record.at,
        )

    def _records(self, view: str, chosen: str, values: dict[str, int]) -> Iterator[SaleRecord]:
        with reading():
            rows = self._db.execute(
                f"SELECT * FROM {view} WHERE sale_id IN ({chosen})"  # noqa: S608
                " ORDER BY coalesce(paid_at, started_at), rowid",
                values,
            )
            for row in rows:
                yield record_of(row, direct=view == "direct_records")

    def unsettled(self) -> tuple[SaleRecord, ...]:
        """Sales that were paid and are not forwarded yet, oldest payment first."""
        with reading():
            rows = self._db.execute(
                "SELECT * FROM unfinished CROSS JOIN records USING (sale_id) ORDER BY paid_at"
            )
            return tuple(record_of(row) for row in rows if row["paid_at"] is not None)

    def currency(self, code: str) -> Currency:
        """A currency as it was served for the newest sale at a rate in it.

        Raises:
            LookupError: no sale was.
        """
        with reading():
            row = next(
                filter(
                    None,
                    (
                        self._db.execute(
                            f"SELECT rate_symbol, rate_digits FROM {table}"  # noqa: S608
                            " WHERE rate_currency = ? ORDER BY rowid DESC LIMIT 1",
                            (code,),
                        ).fetchone()
                        for table in ("sales", "direct_sales")
                    ),
                ),
                None,
            )
        if row is None:
            raise LookupError(code)
        return Currency(code, row["rate_symbol"], row["rate_digits"])

    def digits(self) -> dict[str, int]:
        """The fraction digits that were accepted last, by currency."""
        with reading():
            rows = self._db.execute("SELECT currency, digits FROM currency_digits ORDER BY step")
            return {row["currency"]: row["digits"] for row in rows}

    def merchant_wallets(self) -> dict[str, WalletId]:
        """The wallet that was accepted last, by the merchant's user name."""
        with reading():
            rows = self._db.execute("SELECT * FROM merchant_wallets ORDER BY step")
            return {row["username"]: WalletId(row["wallet_id"]) for row in rows}

    def take_requests(self) -> bool:
        """Whether another process has asked for a retry since the last time."""
        with translated():
            if self._db.execute("SELECT 1 FROM requests").fetchone() is None:
                return False
            with transaction(self._db):
                self._db.execute("DELETE FROM requests")
        return True

    def _open_invoice(self, row: sqlite3.Row) -> OpenInvoice:
        ending = Ending(row["ending"]) if row["ending"] is not None else None
        payout, _ = self._payout(row["sale_id"])
        invoice = self._invoice(row["sale_id"])
        first_code = self._first_code(row["sale_id"])
        return OpenInvoice(
            sale_of(row),
            invoice,
            payout,
            ending,
            held=bool(row["held"]),
            first_code=first_code,
            other_paid=self._is_code_paid(first_code or invoice.payment_hash),
        )

    def _first_code(self, sale_id: str) -> PaymentHash | None:
        """The first code of the sale that this one is a new code for, None if it is the first."""
        row = self._db.execute(
            "SELECT first_payment_hash FROM replaced_codes WHERE sale_id = ?", (sale_id,)
        ).fetchone()
        return PaymentHash(row["first_payment_hash"]) if row is not None else None

    def _is_code_paid(self, first_code: PaymentHash) -> bool:
        """Whether a code of the sale with this first one has been paid."""
        paid = self._db.execute(
            "SELECT 1 FROM payments WHERE payment_hash = :first OR sale_id IN"
            " (SELECT sale_id FROM replaced_codes WHERE first_payment_hash = :first)",
            {"first": first_code},
        ).fetchone()
        return paid is not None

    def _open_forward(self, row: sqlite3.Row) -> OpenForward:
        payout, generation = self._payout(row["sale_id"])
        return OpenForward(
            sale_of(row),
            self._invoice(row["sale_id"]),
            payout,
            generation,
            ForwardStatus(row["status"] or ForwardStatus.PLANNED),
            was_sent=payout is not None and self._was_sent(row["sale_id"], payout),
            late=bool(row["late"]),
            trouble=trouble_of(row),
        )

    def _settled_around(self, now: int) -> Iterator[tuple[Sale, Invoice]]:
        """Those of the last day, by a clock that may be a day off; none of a far future."""
        rows = self._db.execute(
            "SELECT sales.* FROM takings CROSS JOIN sales USING (sale_id)"
            " WHERE at >= ? AND at < ?"
            " AND sale_id NOT IN (SELECT sale_id FROM unfinished) ORDER BY at",
            (now - RECENT_S, now + RECENT_S),
        ).fetchall()
        for row in rows:
            yield sale_of(row), self._invoice(row["sale_id"])

    def _invoice(self, sale_id: str) -> Invoice:
        row = self._db.execute("SELECT * FROM invoices WHERE sale_id = ?", (sale_id,)).fetchone()
        return invoice_of(row)

    def _payout(self, sale_id: str) -> tuple[Invoice | None, int]:
        """The newest payout invoice and its generation."""
        row = self._db.execute(
            "SELECT * FROM payouts WHERE sale_id = ? ORDER BY generation DESC LIMIT 1", (sale_id,)
        ).fetchone()
        return (invoice_of(row), row["generation"]) if row is not None else (None, 1)

    def _was_sent(self, sale_id: str, payout: Invoice) -> bool:
        sent = self._db.execute(
            "SELECT 1 FROM forward_steps WHERE sale_id = ? AND payout_hash = ? AND status = 'sent'",
            (sale_id, payout.payment_hash),
        ).fetchone()
        return sent is not None


def open_sound(
    path: Path,
    now: Callable[[], float] = time.time,
    hardware: ReadHardware = read_hardware,
    zone: tzinfo = UTC,
) -> tuple[Journal, TakenUp]:
    """Open the journal and take up what is in it; a damaged one is kept, and a new one begun.

    Raises:
        JournalUnusable: it cannot be written.
    """
    try:
        return _opened(path, now, hardware, zone)
    except JournalCorrupt as error:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        aside = set_aside(path, stamp)
        log.error("journal is damaged (%s); kept as %s", error.trouble.reason, aside.name)  # noqa: TRY400
        return _opened(path, now, hardware, zone)


def _opened(
    path: Path, now: Callable[[], float], hardware: ReadHardware, zone: tzinfo
) -> tuple[Journal, TakenUp]:
    journal = Journal.open(path, now, zone=zone, hardware=hardware)
    try:
        return journal, journal.take_up()
    except BaseException:
        journal.close()
        raise


def _sums_of(taken: str) -> str:
    return (
        "SELECT count(*) AS sales, sum(amount_sat) AS amount, sum(tip_sat) AS tips,"  # noqa: S608
        f" currency, sum(value_minor) AS value FROM {taken}"
        " GROUP BY currency ORDER BY currency"
    )


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


def _reason(trouble: Trouble | None) -> str:
    return (trouble.reason or trouble.kind) if trouble is not None else ""


def request_retry(path: Path) -> RetryRequest:
    """Leave word for the kiosk that waiting forwards are to be tried now, and wake it.

    Raises:
        JournalUnusable: the word could not be left.
        JournalCorrupt: it is not a sound journal.
    """
    connection = open_beside(path, "rw")
    try:
        with translated(), transaction(connection):
            connection.execute(
                "INSERT INTO requests (what, at) VALUES ('retry', ?)", (int(time.time()),)
            )
    finally:
        connection.close()
    return RetryRequest.DELIVERED if owner_lock.signal_owner(path) else RetryRequest.STORED


def try_to_write(path: Path) -> None:
    """A real write that leaves no growth, without the kiosk's lock: only a till holds that.

    Raises:
        JournalUnusable: it cannot be written.
        JournalCorrupt: it is not a sound journal.
    """
    connection = open_beside(path, "rw")
    try:
        with translated(), transaction(connection):
            connection.execute("INSERT OR REPLACE INTO probe VALUES (1, ?)", (int(time.time()),))
    finally:
        connection.close()

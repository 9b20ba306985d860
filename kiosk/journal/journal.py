"""The journal: facts in, one transaction and one sync for each step; what is unfinished out."""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Final

from kiosk.journal import (
    books,
    closes,
    history,
    hours,
    learned,
    owner_lock,
    rebuilding,
    replaced_closes,
    requests,
    sales_pages,
    salvaged_books,
    searching,
    totals,
    unfinished,
)
from kiosk.journal.books import Entry
from kiosk.journal.database import (
    closed_on_error,
    open_beside,
    open_for_writing,
    require_partition,
    set_aside,
    transaction,
)
from kiosk.journal.errors import JournalConflict, reading, translated
from kiosk.journal.installation import ReadHardware, read_hardware, take
from kiosk.journal.recovery import Recovery, TakenUp
from kiosk.journal.room import free_bytes, require_room
from kiosk.journal.rows import rows_of
from kiosk.journal.searching import SearchResult
from kiosk.sale.books import CashierSums, CloseReport, ReceiptNumber
from kiosk.sale.days import day_of
from kiosk.sale.events import SalesHistoryResult
from kiosk.sale.facts import DayClosed, Fact, JournalRebuilt, RecoveredFact, Sale, SaleStarted
from kiosk.sale.invoice import SaleId, WalletId
from kiosk.sale.ledger_history import LostJournal
from kiosk.sale.sale_record import SaleDetails, SaleRecord
from kiosk.sale.sales_list import SalesPageResult, SalesPlace
from kiosk.sale.till import Alarm
from kiosk.sale.totals import Totals

log: Final = logging.getLogger("kiosk.journal")

# How many reports of closes the manager's pages hold.
CLOSES_SHOWN: Final = 30


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
            owner_lock.release(lock)
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
            owner_lock.release(self._lock)
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
            require_room(self._path.parent, self._free_bytes)
        with translated(), transaction(self._db):
            for fact in facts:
                self._write(fact, at)
                if isinstance(fact, DayClosed):
                    closes.write_reports(self._db, fact.by)
                if isinstance(fact, JournalRebuilt):
                    damaged = self._path.with_name(fact.name)
                    if damaged.exists():  # not where a copy was restored and nothing was there
                        salvaged_books.copy_waiting_refunds(self._db, damaged)

    def _write(self, fact: Fact, at: int) -> None:
        for row in rows_of(fact, at):
            if self._db.execute(row.insertion, row.values).rowcount > 0:
                continue
            if isinstance(fact, RecoveredFact):  # what this journal says itself stands
                return
            if self._db.execute(row.question, row.values).fetchone() is None:
                raise JournalConflict(f"{type(fact).__name__} contradicts {row.table}")

    def probe(self) -> None:
        """Find out whether the next sale could be recorded: room enough, and a real write.

        Raises:
            JournalUnusable: it could not.
        """
        require_room(self._path.parent, self._free_bytes)
        with translated(), transaction(self._db):
            self._db.execute("INSERT OR REPLACE INTO probe VALUES (1, ?)", (int(self._now()),))

    def take_up(self) -> TakenUp:
        """What the start has to go on with; anything odd in it means that the journal is damaged.

        Raises:
            JournalUnusable: it cannot be written.
            JournalCorrupt: it is not a sound journal.
        """
        lost = self.lost_journal()  # what it saves is taken up as well
        return TakenUp(
            self.recover(),
            self.undecided(),
            self.late_money(),
            self.unread_alarms(),
            lost,
            self.wrong_pins(),
            self.digits(),
            self.merchant_wallets(),
        )

    def recover(self) -> Recovery:
        """Everything that is not finished, for the start, which also heeds what was asked of it."""
        read = unfinished.read_unfinished(self._db, int(self._now()))
        return replace(read, retry=self.take_requests())

    def lost_journal(self) -> LostJournal | None:
        """Damaged journals of whose sales Blink has not been asked, and what is left of them.

        Their finished sales become part of this one; the others wait for Blink's word.
        """
        return rebuilding.lost_journal(self._db, self._path, int(self._now()))

    def undecided(self) -> tuple[tuple[SaleId, str], ...]:
        """Sales of a lost journal, of the last week, that a person has to look at."""
        return learned.undecided(self._db, int(self._now()))

    def late_money(self) -> tuple[Sale, ...]:
        """Sales that were paid after they had left the screen, and that nobody has read yet."""
        with reading():
            return unfinished.late_money(self._db)

    def unread_alarms(self) -> tuple[Alarm, ...]:
        """Alarms that only tell, and that nobody has read yet."""
        with reading():
            return unfinished.unread_alarms(self._db)

    def wrong_pins(self) -> dict[str, int]:
        """How many times in a row each PIN was wrong by now, by whose it is."""
        return learned.wrong_pins(self._db)

    def digits(self) -> dict[str, int]:
        """The fraction digits that were accepted last, by currency."""
        return learned.digits(self._db)

    def merchant_wallets(self) -> dict[str, WalletId]:
        """The wallet that was accepted last, by the merchant's user name."""
        return learned.merchant_wallets(self._db)

    def take_requests(self) -> bool:
        """Whether another process has asked for a retry since the last time."""
        return requests.take_requests(self._db)

    def use_zone(self, zone: tzinfo) -> None:
        """Have days begin in another time zone from now on, those of before too."""
        self._zone = zone

    def overview(self, now: int) -> SalesHistoryResult:
        """What the manager's screens show: today, and since the last close."""
        today = day_of(now, self._zone)
        return SalesHistoryResult(
            self.totals(*today),
            self.totals_since_close(),
            self.close_reports(CLOSES_SHOWN),
            totals.sums_by_cashier(self._db, *today),
            hours.hours_between(self._db, *today, self._zone),
        )

    def cashier_sums(self, cashier: str, now: int) -> CashierSums:
        """What a cashier has taken on the day of `now`, Unix seconds."""
        for sums in totals.sums_by_cashier(self._db, *day_of(now, self._zone)):
            if sums.cashier == cashier:
                return sums
        return CashierSums(cashier, ())

    def sales_page(
        self, before: SalesPlace | None, count: int, *, odd: bool = False
    ) -> SalesPageResult:
        """So many sales older than a place in the list, None from the newest; or the odd ones."""
        with reading():
            return sales_pages.read_page(self._db, before, count, self._zone, self.totals, odd=odd)

    def sale_details(self, sale: SaleId) -> SaleDetails:
        """One sale with all that is known of it."""
        with reading():
            return sales_pages.read_details(self._db, sale)

    def totals(self, since: int, until: int | None = None) -> Totals:
        """Sums of what was paid in `[since, until)`, Unix seconds, at the rates of the moments."""
        return totals.totals_of(self._db, since, until)

    def totals_since_close(self) -> Totals:
        """Sums of what was recorded as paid after the last close of the day."""
        return totals.totals_since_close(self._db)

    def sales(self, since: int, until: int) -> Iterator[SaleRecord]:
        """Sales paid in `[since, until)`, Unix seconds, and those begun in it that nobody paid.

        So the paid ones are those of `totals`. Oldest first, read as they are taken.
        """
        return history.sales(self._db, since, until)

    def entries(self, since: int, until: int) -> Iterator[Entry]:
        """The same sales for the files, and the refunds made in `[since, until)`."""
        return books.entries(self._db, since, until)

    def entries_since_close(self) -> Iterator[Entry]:
        """The sales and refunds of `totals_since_close`, and the unpaid sales begun after it."""
        return books.entries_since_close(self._db)

    def entries_of_close(self, number: ReceiptNumber) -> Iterator[Entry] | None:
        """The sales and refunds of a close, None if there is none or nothing of it is here."""
        return books.entries_of_close(self._db, number)

    def missing_of_close(self, number: ReceiptNumber) -> int | None:
        """How many of the sales and refunds of a close are not here; None: nor is its report."""
        return replaced_closes.missing_of_close(self._db, number)

    def matching_sales(self, text: str) -> SearchResult:
        """Sales by what somebody knows of one: id, number, hash, amount or memo."""
        return searching.matching_sales(self._db, text)

    def entries_of_sales(self, sales: Iterable[SaleId]) -> Iterator[Entry]:
        """Chosen sales for the files, and their refunds."""
        return books.entries_of_sales(self._db, sales)

    def close_reports(self, limit: int = closes.NEVER) -> tuple[CloseReport, ...]:
        """The reports of the last closes, newest first."""
        return closes.reports(self._db, limit)

    def unsettled(self) -> tuple[SaleRecord, ...]:
        """Sales that were paid and are not forwarded yet, oldest payment first."""
        return history.unsettled(self._db)

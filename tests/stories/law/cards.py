"""The memory cards of the kiosks: journals that are new, copied, lost or full."""

import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from kiosk.journal import Journal, JournalUnusable
from kiosk.journal.database import open_for_writing
from kiosk.sale.books import CashierSums
from kiosk.sale.events import SalesHistoryResult
from kiosk.sale.facts import Fact
from kiosk.sale.invoice import SaleId
from kiosk.sale.sale_record import SaleDetails
from kiosk.sale.sales_list import SalesPageResult, SalesPlace
from kiosk.sale.trouble import Trouble, TroubleKind


@cache
def empty_journal() -> bytes:
    """The file of a new journal: making its tables anew for each kiosk would take a while."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.sqlite3"
        open_for_writing(path).close()
        return path.read_bytes()


def make_journal_file(path: Path) -> None:
    """What `kiosk.journal.database` does for a new journal, with the tables made already."""
    if not path.exists():
        path.write_bytes(empty_journal())


def copy_journal(source: Path, target: Path) -> None:
    """Copy it as one copies a card: the file, and what was not yet moved into it from its log."""
    for tail in ("", "-wal", "-shm"):
        target.with_name(target.name + tail).unlink(missing_ok=True)
    for tail in ("", "-wal"):
        part = source.with_name(source.name + tail)
        if part.exists():
            shutil.copyfile(part, target.with_name(target.name + tail))


class FailingJournal:
    """A real journal on a card that is full, now and then."""

    def __init__(self, journal: Journal) -> None:
        self.real = journal
        self.is_full = False

    def _room(self) -> None:
        if self.is_full:
            raise JournalUnusable(Trouble(TroubleKind.JOURNAL_FULL))

    def record(self, facts: Sequence[Fact]) -> None:
        if facts:
            self._room()
        self.real.record(facts)

    def probe(self) -> None:
        self._room()
        self.real.probe()

    def cashier_sums(self, cashier: str, now: int) -> CashierSums:
        return self.real.cashier_sums(cashier, now)

    def overview(self, now: int) -> SalesHistoryResult:
        return self.real.overview(now)

    def sales_page(
        self, before: SalesPlace | None, count: int, *, odd: bool = False
    ) -> SalesPageResult:
        return self.real.sales_page(before, count, odd=odd)

    def sale_details(self, sale: SaleId) -> SaleDetails:
        return self.real.sale_details(sale)

    def take_requests(self) -> bool:
        self._room()
        return self.real.take_requests()

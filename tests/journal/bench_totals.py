"""What the journal costs: a sale's syncs, a day's totals, a start, in a journal of many sales."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from kiosk.journal import Journal
from kiosk.sale.facts import (
    Ending,
    Fact,
    ForwardMoved,
    ForwardStatus,
    InvoiceFinal,
    InvoiceIssued,
    InvoicePaid,
    PayoutIssued,
    Sale,
    SaleLeft,
    SaleStarted,
)
from kiosk.sale.invoice import SaleId
from kiosk.sale.money import Fiat, Sats
from tests.sale.tills import USD, invoice, usd_rate

SALES = 1_000_000
BATCH = 100
COMMITS = 200

# Three years of selling: some 900 sales a day.
SECONDS_BETWEEN = 96
FIRST = 1_700_000_000
DAY_S = 86_400


def life(number: int) -> list[Fact]:
    """All facts of a sale; every tenth was given up."""
    sale = Sale(
        SaleId(f"till-1-9f86d081-{number}"),
        Sats(2300 + number % 1000),
        Fiat(100 + number % 50, USD),
        usd_rate(),
        FIRST + number * SECONDS_BETWEEN,
        f"$1.00 (2300 sats) till-1 {number}",
    )
    taken = invoice(number, sale.amount)
    payout = invoice(number, sale.amount, "out", DAY_S)
    facts: list[Fact] = [SaleStarted(sale), InvoiceIssued(sale.id, taken)]
    facts.append(PayoutIssued(sale.id, payout))
    if number % 10 == 9:
        over = InvoiceFinal(sale.id, taken.payment_hash)
        return [*facts, SaleLeft(sale.id, Ending.EXPIRED), over]
    steps = (ForwardStatus.SENT, ForwardStatus.SETTLED)
    moved = [ForwardMoved(sale.id, status, payout.payment_hash) for status in steps]
    return [*facts, InvoicePaid(sale.id, taken.payment_hash, late=False), *moved]


def filled(path: Path, sales: int) -> int:
    """Write a journal of so many sales; the time of its end, Unix seconds."""
    now = FIRST
    journal = Journal.open(path, lambda: now)
    for first in range(0, sales, BATCH):
        batch = range(first, min(first + BATCH, sales))
        now = FIRST + first * SECONDS_BETWEEN
        journal.record([fact for number in batch for fact in life(number)])
    journal.close()
    return FIRST + sales * SECONDS_BETWEEN


def milliseconds(work: Callable[[], object], times: int = 20) -> float:
    """The median time of some work."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return median(took) * 1000


def main(sales: int = SALES) -> dict[str, float]:
    """Measure in a journal of `sales` sales on this machine's disk; milliseconds and megabytes."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        path = Path(folder) / "journal.sqlite3"
        end = filled(path, sales)
        figures = {"file_mb": path.stat().st_size / 1e6}

        def opened() -> None:
            Journal.open(path, lambda: end).close()

        figures["open_ms"] = milliseconds(opened, 3)
        journal = Journal.open(path, lambda: end)
        assert 700 < journal.totals(end - DAY_S, end).sales < 900
        figures["totals_of_a_day_ms"] = milliseconds(lambda: journal.totals(end - DAY_S, end))
        figures["totals_of_everything_ms"] = milliseconds(lambda: journal.totals(0), 3)
        figures["overview_ms"] = milliseconds(lambda: journal.overview(end), 3)
        figures["recover_ms"] = milliseconds(journal.recover, 3)
        facts = iter([fact for number in range(COMMITS) for fact in life(sales + number)])
        figures["commit_ms"] = milliseconds(lambda: journal.record([next(facts)]), COMMITS * 5)
        figures["wal_mb"] = path.with_name(path.name + "-wal").stat().st_size / 1e6
        journal.close()
        return figures

"""What the journal costs: a sale's commits, a day's totals, a start, among very many sales."""

import tempfile
from datetime import UTC
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final
from unittest.mock import patch

from kiosk.commands.book_files import write_workbook
from kiosk.journal import Journal
from kiosk.journal.checking import CHECK_S, INDEX_CHECK_S
from kiosk.sale.days import DAY_S
from kiosk.sale.facts import (
    DayClosed,
    Ending,
    Fact,
    ForwardStatus,
    ForwardStatusChanged,
    InvoiceIssued,
    InvoiceNeverPaid,
    InvoicePaid,
    PayoutIssued,
    Sale,
    SaleLeftScreen,
    SaleStarted,
)
from kiosk.sale.invoice import SaleId
from kiosk.sale.money import Fiat, Sats
from kiosk.sale.sales_list import SalesPlace
from tests.bench.row import Row, median_ms
from tests.sale.tills import USD, invoice, usd_rate

BATCH: Final = 100
SALES_A_DAY: Final = 200
YEAR_OF_A_SHOP: Final = 36_500  # 100 a day
COMMITS: Final = 200
ROWS_OF_PAGE: Final = 20  # more than any display shows

SECONDS_BETWEEN: Final = DAY_S // SALES_A_DAY  # as many as a busy shop has
FIRST: Final = 1_700_000_000


def _sale(number: int) -> Sale:
    return Sale(
        SaleId(f"till-1-9f86d081-{number}"),
        Sats(2300 + number % 1000),
        Fiat(100 + number % 50, USD),
        usd_rate(),
        FIRST + number * SECONDS_BETWEEN,
        f"$1.00 (2300 sats) till-1 {number}",
    )


def _life(number: int) -> list[Fact]:
    """All facts of a sale; every tenth was given up."""
    sale = _sale(number)
    taken = invoice(number, sale.amount)
    payout = invoice(number, sale.amount, "out", DAY_S)
    facts: list[Fact] = [SaleStarted(sale), InvoiceIssued(sale.id, taken)]
    facts.append(PayoutIssued(sale.id, payout))
    if number % 10 == 9:
        over = InvoiceNeverPaid(sale.id, taken.payment_hash)
        return [*facts, SaleLeftScreen(sale.id, Ending.EXPIRED), over]
    steps = (ForwardStatus.SENT, ForwardStatus.SETTLED)
    moved = [ForwardStatusChanged(sale.id, status, payout.payment_hash) for status in steps]
    return [*facts, InvoicePaid(sale.id, taken.payment_hash, late=False), *moved]


def _filled(path: Path, sales: int) -> int:
    """Write a journal of so many sales; the time of its end, Unix seconds."""
    now = FIRST
    journal = Journal.open(path, lambda: now)
    for first in range(0, sales, BATCH):
        batch = range(first, min(first + BATCH, sales))
        now = FIRST + first * SECONDS_BETWEEN
        journal.record([fact for number in batch for fact in _life(number)])
        if first % SALES_A_DAY < BATCH:
            journal.record([DayClosed(now)])
    journal.close()
    return FIRST + sales * SECONDS_BETWEEN


def rows(sales: int) -> list[Row]:
    """Measure in a journal of `sales` sales, on the disk that holds this folder."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        path = Path(folder) / "journal.sqlite3"
        end = _filled(path, sales)
        checked_ms = median_ms(lambda: Journal.open(path, lambda: end).close(), 1)
        with patch("kiosk.journal.database.check_pages"):  # it has a limit of time of its own
            start_ms = median_ms(lambda: Journal.open(path, lambda: end).close(), 3)
        journal = Journal.open(path, lambda: end)
        assert journal.totals(end - DAY_S, end).sales > 150
        day_ms = median_ms(lambda: journal.totals(end - DAY_S, end), 20)
        middle = SalesPlace(sales // 2, 0)
        page_ms = max(
            median_ms(partial(journal.sales_page, place, ROWS_OF_PAGE), 20)
            for place in (None, middle, SalesPlace(ROWS_OF_PAGE, 0))
        )
        recover_ms = median_ms(journal.recover, 3)
        facts = iter([fact for number in range(COMMITS) for fact in _life(sales + number)])
        commit_ms = median_ms(lambda: journal.record([next(facts)]), COMMITS * 5)
        since_ms = median_ms(journal.totals_since_close, 20)
        sale_ms = median_ms(lambda: journal.sale_details(_sale(sales // 2).id), 20)
        code = invoice(sales // 2, 2300).payment_hash
        find_ms = median_ms(lambda: journal.matching_sales(code), 20)
        assert journal.matching_sales(code).records
        closes = count(end + DAY_S)
        close_ms = median_ms(lambda: journal.record([DayClosed(next(closes))]), 5)
        year = min(sales, YEAR_OF_A_SHOP)
        spans = (FIRST, FIRST + year * SECONDS_BETWEEN)
        workbook = Path(folder) / "year.xlsx"
        year_ms = median_ms(
            lambda: write_workbook(workbook, journal.entries(*spans), journal.close_reports(), UTC),
            1,
        )
        journal.close()
    return [
        Row(f"totals of a day among {sales:,} sales", day_ms, 20, "ms"),
        Row(f"a page of the list among {sales:,} sales", page_ms, 50, "ms"),
        Row(f"what a start reads among {sales:,} sales", start_ms + recover_ms, 1000, "ms"),
        Row(
            f"opening {sales:,} sales and looking for damage",
            checked_ms / 1000,
            CHECK_S + INDEX_CHECK_S + 1,
            "s",
        ),
        Row("one durable commit", commit_ms, 30, "ms"),
        Row(f"totals since the last close among {sales:,} sales", since_ms, 50, "ms"),
        Row(f"one sale out of {sales:,}", sale_ms, 50, "ms"),
        Row(f"finding a payment hash among {sales:,} sales", find_ms, 50, "ms"),
        Row(f"closing the day among {sales:,} sales", close_ms, 50, "ms"),
        Row(f"the workbook of {year:,} sales", year_ms / 1000, 10, "s"),
    ]

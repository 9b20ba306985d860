"""Whatever a day brings: the receipts, the closes and the files add up to the same, to the cent."""

import io
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kiosk.commands import book_files
from kiosk.commands.cells import Row
from kiosk.commands.close_tables import (
    CLOSE_CASHIERS,
    CLOSES,
    close_cashier_rows,
    close_rows,
)
from kiosk.commands.sale_tables import ITEMS, SALES
from kiosk.journal import Journal
from kiosk.journal.books import Entry, RefundEntry, SaleEntry
from kiosk.sale.books import CloseReport, Sums, added, less
from kiosk.sale.facts import (
    DayClosed,
    Fact,
    InvoicePaid,
    PaidTwice,
    RefundRecorded,
    Sale,
)
from kiosk.sale.money import SAT, Fiat, Rate, Sats, sats_from_fiat
from kiosk.sale.refund import refund_of
from kiosk.sale.tax import SaleLine, TaxRate, tax_shares
from tests.journal.test_books import sold
from tests.journal.test_journal import NOW, sale
from tests.sale.tills import JPY, KWD, USD, invoice

ZONES: tuple[tzinfo, ...] = (ZoneInfo("Asia/Tokyo"), ZoneInfo("America/El_Salvador"))
RATES = (TaxRate("VAT", 1900), TaxRate("reduced", 700), TaxRate("none", 0))
CURRENCIES = (USD, JPY, KWD, SAT)
CASHIERS = ("", "", "01 Ana", "02 Bo")
NAMED = (("", 1), ("", 1), ("Coffee", 3), ("Tea", 1))
PRICE = Rate(USD, 43_623_050_781, 12, 0.0)

Books = dict[str, Counter[str]]  # by currency: sums in minor units and sats


class AnyDays(RuleBasedStateMachine):
    """Sales of every kind, refunds, closes and a clock that jumps, in whatever order."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.clock = NOW
        self.journal = Journal.open(Path(self.folder.name) / "journal.sqlite3", lambda: self.clock)
        self.sold: list[tuple[Sale, int]] = []
        self.waiting: list[tuple[Sale, int]] = []
        self.given: dict[str, list[int]] = {}
        self.closed_at: set[int] = set()
        self.number = 0

    def teardown(self) -> None:
        self.journal.close()
        self.folder.cleanup()

    @rule(
        currency=st.sampled_from(CURRENCIES),
        items=st.lists(
            st.tuples(st.integers(1, 99_999), st.sampled_from(RATES), st.sampled_from(NAMED)),
            min_size=1,
            max_size=4,
        ),
        tip=st.sampled_from((0, 0, 1, 333)),
        taxed=st.booleans(),
        direct=st.booleans(),
        paid=st.booleans(),
        cashier=st.sampled_from(CASHIERS),
    )
    def a_sale(
        self,
        currency: object,
        items: list[tuple[int, TaxRate, tuple[str, int]]],
        tip: int,
        taxed: bool,
        direct: bool,
        paid: bool,
        cashier: str,
    ) -> None:
        assert currency in CURRENCIES
        self.number += 1
        unit = next(known for known in CURRENCIES if known == currency)
        price = sum(minor for minor, _, _ in items)
        rate = PRICE if unit.code in (USD.code, SAT.code) else replace(PRICE, currency=unit)
        whole, net = (
            minor if unit == SAT else sats_from_fiat(Fiat(minor, unit), rate)
            for minor in (price + tip, price)
        )
        begun = replace(
            sale(self.number),
            amount=Sats(whole),
            price=Fiat(price, unit),
            rate=rate,
            started_at=self.clock,
            tip=Sats(whole - net),
            tip_minor=tip,
            lines=tuple(
                SaleLine(minor, rate if taxed else None, *named) for minor, rate, named in items
            )
            if taxed or any(name for _, _, (name, _) in items)
            else (),
            direct=direct,
            cashier=cashier,
        )
        facts: list[Fact] = sold(begun, self.number)
        if paid:
            self.journal.record(facts)
            self.sold.append((begun, self.number))
        else:
            self.journal.record(facts[:-1])
            if not direct:
                self.waiting.append((begun, self.number))

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def a_late_payment(self, data: st.DataObject) -> None:
        late = data.draw(st.sampled_from(self.waiting))
        self.waiting.remove(late)
        begun, number = late
        self.journal.record([InvoicePaid(begun.id, invoice(number, 1).payment_hash, late=True)])
        self.sold.append(late)

    @precondition(lambda self: self.sold)
    @rule(data=st.data(), whole=st.booleans(), by=st.sampled_from(CASHIERS))
    def a_refund(self, data: st.DataObject, whole: bool, by: str) -> None:
        begun, _ = data.draw(st.sampled_from(self.sold))
        before = sum(self.given.get(begun.id, []))
        left = begun.whole_price.minor - before
        if left == 0:
            return
        minor = left if whole else data.draw(st.integers(1, left))
        part = refund_of(begun, tax_shares(begun.lines), before, minor)
        parts = self.given.setdefault(begun.id, [])
        parts.append(minor)
        self.journal.record(
            [
                RefundRecorded(
                    begun.id,
                    len(parts),
                    part.minor,
                    part.tip_minor,
                    part.amount,
                    part.tip,
                    part.taxes,
                    "returned",
                    by,
                )
            ]
        )

    @precondition(lambda self: any(not begun.direct for begun, _ in self.sold))
    @rule(data=st.data(), payments=st.integers(2, 4))
    def a_second_payment(self, data: st.DataObject, payments: int) -> None:
        ours = [known for known in self.sold if not known[0].direct]
        begun, number = data.draw(st.sampled_from(ours))
        self.journal.record([PaidTwice(begun.id, invoice(number, 1).payment_hash, payments)])

    @rule(jump=st.sampled_from((1, 3600, -3600, 86_400, -86_400, 10**8)))
    def time_passes(self, jump: int) -> None:
        self.clock += jump

    @rule()
    def the_day_is_closed(self) -> None:
        while self.clock in self.closed_at:  # the same close said again is one close
            self.clock += 1
        self.closed_at.add(self.clock)
        self.journal.record([DayClosed(self.clock)])

    @invariant()
    def everything_reconciles(self) -> None:
        entries = list(self.journal.entries(0, 2**62))
        numbers = [e.receipt.number for e in entries if isinstance(e, SaleEntry) and e.receipt]
        assert sorted(numbers) == list(range(1, len(self.sold) + 1)), "no hole, none twice"
        reports = self.journal.close_reports()
        assert len(reports) == len(self.closed_at)
        assert [report.number.number for report in reports] == list(range(len(reports), 0, -1))
        since, ever = self.journal.totals_since_close(), self.journal.totals(0)
        by_receipts = of_entries(entries)
        sales = [entry for entry in entries if isinstance(entry, SaleEntry)]
        by_closes = [less(report.sums, report.refunded) for report in reports]
        assert of_sums(added(*by_closes, less(since.sums, since.refunded))) == by_receipts
        assert of_sums(less(ever.sums, ever.refunded)) == by_receipts
        rest = list(self.journal.entries_since_close())
        for zone in ZONES:
            assert of_file(book_files.sale_table(entries, zone)) == by_receipts
            assert of_items(entries, zone) == {
                unit: sums["gross"] for unit, sums in of_entries(sales).items()
            }
            parts = [of_file(book_files.sale_table(rest, zone))]
            for report in reports:
                own = self.journal.entries_of_close(report.number)
                assert own is not None
                file = of_file(book_files.sale_table(own, zone))
                assert file == of_file(close_rows(report, zone), CLOSES)
                own = self.journal.entries_of_close(report.number)
                assert own is not None
                assert_shared_out(report, list(own), zone)
                parts.append(file)
            assert total(parts) == by_receipts


def assert_shared_out(report: CloseReport, entries: Sequence[Entry], zone: tzinfo) -> None:
    """What is whose by the close is what the files say, and together it is the whole close."""
    file = [dict(zip(SALES, row, strict=True)) for row in book_files.sale_table(entries, zone)]
    named = {row["cashier"] for row in file if row["gross"] is not None}
    if named <= {""}:
        assert report.cashiers == ()
        return
    assert {part.cashier for part in report.cashiers} == named
    whole = of_file(close_cashier_rows(report), CLOSE_CASHIERS)
    assert whole == of_file(close_rows(report, zone), CLOSES)
    for part in report.cashiers:
        own = [row for row in file if row["cashier"] == part.cashier]
        rows = (tuple(row[name] for name in SALES) for row in own)
        assert of_sums(less(part.sums, part.refunded)) == of_file(rows)


def of_entries(entries: Iterable[Entry]) -> Books:
    books: Books = {}
    for entry in entries:
        if isinstance(entry, RefundEntry):
            sign, sale_of_it, tip, sats = -1, entry.sale, entry.tip_minor, entry.amount
            gross = entry.minor - entry.tip_minor
        elif entry.record.paid_at is not None:
            sign, sale_of_it, gross = 1, entry.record.sale, entry.record.sale.price.minor
            tip, sats = sale_of_it.tip_minor, sale_of_it.amount
        else:
            continue
        unit = sale_of_it.price.currency
        tax = sum(share.tax_minor for share in entry.taxes)
        add(books, unit.code, (sign * gross, sign * tip, sign * tax, sign * sats))
    return clean(books)


def of_sums(sums: Sums) -> Books:
    books: Books = {}
    for line in sums:
        add(
            books,
            line.currency.code,
            (line.gross_minor, line.tip_minor, line.tax_minor, line.amount),
        )
    return clean(books)


def of_file(rows: Iterable[Row], columns: Sequence[str] = SALES) -> Books:
    """What a person gets who sums up the columns of the file, in minor units."""
    file = io.StringIO()
    book_files.write_csv(columns, rows, file)
    head, *lines = (line.split(",") for line in file.getvalue().splitlines())
    books: Books = {}
    digits = {unit.code: unit.fraction_digits for unit in CURRENCIES}
    for line in lines:
        row = dict(zip(head, line, strict=True))
        unit = row["currency"]
        if unit:
            add(
                books,
                unit,
                [
                    *(minor_of(row[name], digits[unit]) for name in ("gross", "tip", "tax")),
                    int(row["sats"] or 0),
                ],
            )
    return clean(books)


def of_items(entries: Iterable[Entry], zone: tzinfo) -> dict[str, int]:
    """What the file of items adds up to, in minor units by currency."""
    sums: Counter[str] = Counter()
    digits = {unit.code: unit.fraction_digits for unit in CURRENCIES}
    for cells in book_files.item_table(entries, zone):
        row = dict(zip(ITEMS, cells, strict=True))
        unit = str(row["currency"])
        sums[unit] += minor_of(str(row["gross"]), digits[unit])
    return dict(sums)


def minor_of(text: str, digits: int) -> int:
    """An amount as it stands in a file, exactly, in minor units."""
    whole, _, part = (text or "0").partition(".")
    assert len(part) in (0, digits)
    return int(whole + part.ljust(digits, "0"))


def add(books: Books, unit: str, amounts: Iterable[int]) -> None:
    sums = books.setdefault(unit, Counter())
    for name, more in zip(("gross", "tip", "tax", "sats"), amounts, strict=True):
        sums[name] += more


def total(parts: Iterable[Books]) -> Books:
    books: Books = {}
    for part in parts:
        for unit, sums in part.items():
            add(books, unit, (sums["gross"], sums["tip"], sums["tax"], sums["sats"]))
    return clean(books)


def clean(books: Books) -> Books:
    """Without what is nothing: a currency whose sales were all given back."""
    return {
        unit: Counter({name: value for name, value in sums.items() if value})
        for unit, sums in books.items()
        if any(sums.values())
    }


@pytest.mark.parametrize("examples", [5, pytest.param(300, marks=pytest.mark.slow)])
@pytest.mark.timeout(900)
def test_numbers_closes_and_files_add_up_to_the_same_whatever_the_days_bring(
    examples: int,
) -> None:
    run_state_machine_as_test(
        AnyDays, settings=settings(max_examples=examples, stateful_step_count=20, deadline=None)
    )


def test_a_refund_of_everything_in_any_parts_takes_back_exactly_the_sale() -> None:
    begun = replace(
        sale(1),
        amount=Sats(1001),
        price=Fiat(97, USD),
        tip=Sats(31),
        tip_minor=3,
        lines=(SaleLine(48, RATES[0]), SaleLine(49, RATES[1])),
    )
    shares = tax_shares(begun.lines)
    parts, before = [], 0
    for minor in (1, 2, 33, 17, 44, 3):
        parts.append(refund_of(begun, shares, before, minor))
        before += minor
    assert sum(part.amount for part in parts) == begun.amount
    assert sum(part.tip_minor for part in parts) == begun.tip_minor
    assert sum(part.tip for part in parts) == begun.tip
    for share in shares:
        own = [taken for part in parts for taken in part.taxes if taken.rate == share.rate]
        assert sum(taken.gross_minor for taken in own) == share.gross_minor
        assert sum(taken.tax_minor for taken in own) == share.tax_minor

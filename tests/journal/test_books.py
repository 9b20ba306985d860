"""Numbers without holes, exact sums, and closes whose reports are what their files add up to."""

import itertools
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.journal import Journal, JournalConflict, books
from kiosk.journal.books import Entry, RefundEntry, SaleEntry
from kiosk.journal.installation import Hardware
from kiosk.sale.books import CashierSums, ReceiptNumber, report_as_text, report_from_text
from kiosk.sale.facts import (
    DayClosed,
    DirectInvoiceIssued,
    DirectInvoicePaid,
    Fact,
    ForwardStatus,
    InvoiceIssued,
    InvoicePaid,
    JournalRebuilt,
    PaidTwice,
    PayoutIssued,
    RecoveredFact,
    RefundRecorded,
    Sale,
    SaleStarted,
)
from kiosk.sale.invoice import SaleId
from kiosk.sale.money import Sats
from kiosk.sale.refund import refund_of
from kiosk.sale.tax import SaleLine, TaxRate, tax_shares
from tests.journal.connection import connection
from tests.journal.test_journal import NOW, moved, sale
from tests.sale.tills import invoice

VAT, REDUCED = TaxRate("VAT", 1900), TaxRate("reduced", 700)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    made = Journal.open(path, lambda: NOW)
    yield made
    made.close()


def sold(begun: Sale, number: int, *, late: bool = False) -> list[Fact]:
    """A sale from its beginning to its payment."""
    code = invoice(number, begun.amount)
    if begun.direct:
        paid: list[Fact] = [
            DirectInvoiceIssued(begun.id, code),
            DirectInvoicePaid(begun.id, code.payment_hash, late),
        ]
    else:
        paid = [InvoiceIssued(begun.id, code), InvoicePaid(begun.id, code.payment_hash, late)]
    return [SaleStarted(begun), *paid]


def taxed(number: int, *, direct: bool = False) -> Sale:
    """$1.00: $0.60 at 19 % and $0.40 at 7 %, with a tip of $0.10."""
    lines = (SaleLine(60, VAT), SaleLine(40, REDUCED))
    return replace(sale(number), lines=lines, tip_minor=10, tip=Sats(230), direct=direct)


def refund(of: Sale, part: int, minor: int, before: int = 0) -> RefundRecorded:
    given = refund_of(of, tax_shares(of.lines), before, minor)
    return RefundRecorded(
        of.id, part, given.minor, given.tip_minor, given.amount, given.tip, given.taxes, "broken"
    )


def numbers(journal: Journal) -> list[str]:
    entries = journal.entries(0, 2**40)
    return [str(entry.receipt) for entry in entries if isinstance(entry, SaleEntry)]


def entry_id(entry: Entry) -> SaleId:
    return entry.sale.id if isinstance(entry, RefundEntry) else entry.record.sale.id


def steps_to_record(journal: Journal, facts: list[Fact]) -> int:
    """How many steps of SQLite's machine it takes to record some facts."""
    steps = itertools.count()

    def step() -> int:
        next(steps)
        return 0

    connection(journal).set_progress_handler(step, 1)
    journal.record(facts)
    connection(journal).set_progress_handler(None, 0)
    return next(steps)


def test_every_paid_sale_has_the_next_number_and_nothing_else_takes_one(journal: Journal) -> None:
    journal.record(sold(sale(1), 1))
    journal.record([SaleStarted(sale(2))])
    journal.record(sold(taxed(3, direct=True), 3))
    journal.record(sold(sale(1), 1))  # said again
    with pytest.raises(JournalConflict):
        journal.record([*sold(sale(4), 4), InvoiceIssued(sale(4).id, invoice(5, 2300))])
    journal.record(sold(sale(6), 6, late=True))
    assert sorted(numbers(journal)) == ["1-1", "1-2", "1-3", "None"]


def test_a_number_is_given_once_and_stays(journal: Journal, path: Path) -> None:
    journal.record(sold(sale(1), 1))
    for change in ("UPDATE receipts SET number = 7", "DELETE FROM receipts"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection(journal).execute(change)


def test_a_journal_in_another_machine_begins_the_next_series(path: Path) -> None:
    first = Journal.open(path, lambda: NOW, hardware=lambda: Hardware("a", "a"))
    first.record(sold(sale(1), 1))
    first.close()
    second = Journal.open(path, lambda: NOW, hardware=lambda: Hardware("b", "b"))
    second.record(sold(sale(2), 2))
    assert numbers(second) == ["1-1", "2-1"]
    second.close()


def test_a_rebuilt_journal_keeps_its_numbers_and_begins_the_next_series(path: Path) -> None:
    before = Journal.open(path, lambda: NOW)
    before.record([*sold(taxed(1), 1), *sold(sale(2), 2), refund(taxed(1), 1, 50)])
    before.record([DayClosed(NOW)])
    before.close()
    Journal.set_aside(path, "then")
    journal = Journal.open(path, lambda: NOW)
    for _ in range(2):  # a start that did not get as far as asking Blink is made again
        lost = journal.lost_journal()
        assert lost is not None
    journal.record(sold(taxed(1), 1))
    journal.record(sold(sale(3), 3))
    assert numbers(journal) == ["1-1", "2-1"]
    assert [report.number for report in journal.close_reports()] == [ReceiptNumber(1, 1)]
    journal.record([DayClosed(NOW + 1)])
    assert journal.close_reports()[0].number == ReceiptNumber(2, 1)
    journal.close()


def test_a_rebuilt_journal_does_not_count_again_what_was_closed(path: Path) -> None:
    """Otherwise the closes would add up to more than the receipts."""
    before = Journal.open(path, lambda: NOW)
    before.record([*sold(sale(1), 1), *sold(taxed(2, direct=True), 2)])
    before.record([PayoutIssued(sale(1).id, invoice(1, 2300, "out", 86_400))])
    before.record([moved(ForwardStatus.SETTLED, 1), refund(sale(1), 1, 10), DayClosed(NOW)])
    before.record([*sold(taxed(3, direct=True), 3), refund(sale(1), 2, 20, before=10)])
    before.close()
    Journal.set_aside(path, "then")
    journal = Journal.open(path, lambda: NOW)
    for _ in range(2):
        assert journal.lost_journal() is not None
        totals = journal.totals_since_close()
        assert [line.receipts for line in totals.sums] == [1]
        assert [line.paid.minor for line in totals.refunded] == [20]
    assert journal.totals(0).sales == 3
    journal.record([DayClosed(NOW + 1)])
    assert [report.receipts for report in journal.close_reports()] == [1, 2]
    closes = [(entry_id(entry), str(entry.close)) for entry in journal.entries(0, 2**40)]
    assert sorted(closes) == [
        (sale(1).id, "1-1"),
        (sale(1).id, "1-1"),  # its first refund
        (sale(1).id, "2-1"),  # its second
        (taxed(2).id, "1-1"),
        (taxed(3).id, "2-1"),
    ]
    journal.close()


@pytest.mark.parametrize("column", ["last_payment", "last_direct_payment", "last_refund"])
def test_a_damaged_place_of_one_close_does_not_open_the_others_again(
    path: Path, column: str
) -> None:
    """A flipped bit makes NULL of a number: the new journal was then taken for damaged at each
    start, or the next close counted again what every close before had counted."""
    before = Journal.open(path, lambda: NOW)
    before.record([*sold(taxed(1, direct=True), 1), refund(taxed(1), 1, 10), DayClosed(NOW + 1)])
    for number in (2, 3, 4):
        before.record([*sold(taxed(number, direct=True), number), DayClosed(NOW + number)])
    before.record(sold(taxed(5, direct=True), 5))
    places = connection(before)
    places.executescript(
        "DROP TRIGGER close_is_numbered; CREATE TABLE loose AS SELECT * FROM close_places;"
        " DROP TABLE close_places;"
        f" ALTER TABLE loose RENAME TO close_places; UPDATE close_places SET {column} = NULL"
        " WHERE number = 2"
    )
    before.close()
    Journal.set_aside(path, "then")
    journal = Journal.open(path, lambda: NOW)
    assert journal.lost_journal() is not None
    assert [line.receipts for line in journal.totals_since_close().sums] == [1]
    closes = {entry_id(entry): entry.close for entry in journal.entries(0, 2**40)}
    assert closes[taxed(3).id] is None, "of the second close or of the third"
    journal.close()


def test_a_closed_sale_that_is_forwarded_after_a_rebuild_is_in_no_second_close(path: Path) -> None:
    """It was paid and closed, and Blink's word brings it back behind the place of its close."""
    before = Journal.open(path, lambda: NOW)
    before.record([*sold(sale(1), 1), DayClosed(NOW), *sold(sale(2), 2)])
    before.close()
    journal = Journal.open(path, lambda: NOW)
    for stamp in ("then", "and again"):
        journal.close()
        Journal.set_aside(path, stamp)
        journal = Journal.open(path, lambda: NOW)
        lost = journal.lost_journal()
        assert lost is not None
        assert [saved.sale.id for saved in lost.salvaged] == [sale(1).id, sale(2).id]
        for number in (1, 2):
            code = invoice(number, 2300)
            recovered = (
                SaleStarted(sale(number)),
                InvoiceIssued(sale(number).id, code),
                InvoicePaid(sale(number).id, code.payment_hash, late=True),
            )
            journal.record([RecoveredFact(fact, NOW) for fact in recovered])
        totals = journal.totals_since_close()
        assert (totals.sales, totals.forwarded) == (1, 0)
        assert [entry_id(entry) for entry in journal.entries_since_close()] == [sale(2).id]
    assert numbers(journal) == ["1-1", "1-2"]
    journal.record([DayClosed(NOW + 1)])
    report = journal.close_reports()[0]
    assert report.receipts == 1
    closed = journal.entries_of_close(report.number)
    assert closed is not None
    assert [entry_id(entry) for entry in closed] == [sale(2).id]
    ever = {entry_id(entry): entry.close for entry in journal.entries(0, 2**40)}
    assert ever == {sale(1).id: ReceiptNumber(1, 1), sale(2).id: report.number}
    journal.close()


def test_a_sale_that_blink_brings_back_is_recorded_with_all_its_items(path: Path) -> None:
    """Only what this journal says itself stands: its first new row is no reason to stop."""
    journal = Journal.open(path, lambda: NOW)
    journal.record([RecoveredFact(SaleStarted(taxed(1)), NOW)])
    lines = connection(journal).execute("SELECT count(*) FROM sale_lines").fetchone()[0]
    journal.close()
    assert lines == 2


def test_a_refund_of_a_sale_that_comes_back_after_a_rebuild_comes_with_it(path: Path) -> None:
    """More than was paid is refused, and nothing was paid until Blink's word: it was lost."""
    before = Journal.open(path, lambda: NOW)
    before.record([*sold(sale(1), 1), refund(sale(1), 1, 10), DayClosed(NOW)])
    before.record([*sold(sale(2), 2), refund(sale(1), 2, 20, before=10)])
    before.close()
    aside = Journal.set_aside(path, "then")
    journal = Journal.open(path, lambda: NOW)
    assert journal.lost_journal() is not None
    journal.record([*sold(sale(3), 3), refund(sale(3), 1, 5)])  # takes the place of the first
    assert [line.paid.minor for line in journal.totals(0).refunded] == [5]
    code = invoice(1, 2300)
    recovered = (
        SaleStarted(sale(1)),
        InvoiceIssued(sale(1).id, code),
        InvoicePaid(sale(1).id, code.payment_hash, late=True),
    )
    journal.record([*(RecoveredFact(fact, NOW) for fact in recovered), JournalRebuilt(aside.name)])
    assert [line.paid.minor for line in journal.totals(0).refunded] == [35]
    assert [line.paid.minor for line in journal.totals_since_close().refunded] == [25]
    journal.record([DayClosed(NOW + 1)])
    report = journal.close_reports()[0]
    assert [line.paid.minor for line in report.refunded] == [25]
    refunds = {
        (str(entry.number), entry.minor): entry.close
        for entry in journal.entries(0, 2**40)
        if isinstance(entry, RefundEntry)
    }
    close = report.number
    first = ReceiptNumber(1, 1)
    assert refunds == {("1-1", 10): first, ("1-2", 20): close, ("2-1", 5): close}
    journal.close()


def test_a_close_sums_up_exactly_what_its_entries_are(journal: Journal) -> None:
    journal.record(sold(sale(9), 9))
    journal.record([DayClosed(NOW - 5)])
    sats = replace(sale(4), price=replace(sale(4).price, minor=2300, currency=SAT_OF_JOURNAL))
    journal.record(
        [
            *sold(taxed(1), 1),
            *sold(taxed(2, direct=True), 2),
            *sold(sale(3), 3, late=True),
            *sold(sats, 4),
            refund(taxed(1), 1, 105),
            PaidTwice(taxed(1).id, invoice(1, 1).payment_hash, 2),
        ]
    )
    journal.record([DayClosed(NOW, by="Ana")])
    report = journal.close_reports()[0]
    assert (report.number, report.from_s, report.to_s, report.by) == (
        ReceiptNumber(1, 2),
        NOW - 5,
        NOW,
        "Ana",
    )
    dollars, in_sats = report.forwarded
    assert (dollars.receipts, dollars.gross_minor, dollars.tip_minor) == (2, 200, 10)
    assert [(share.rate, share.tax_minor) for share in dollars.taxes] == [(VAT, 10), (REDUCED, 3)]
    assert dollars.net_minor == 187
    assert (in_sats.gross_minor, [worth.minor for worth in in_sats.about]) == (2300, [100])
    assert [line.paid.minor for line in report.received] == [110]
    assert [(line.receipts, line.paid.minor) for line in report.late] == [(1, 100)]
    (given,) = report.refunded
    assert (given.gross_minor, given.tip_minor, given.tax_minor) == (100, 5, 13)
    assert (report.twice, report.twice_amount) == (1, 2300)
    entries = list(journal.entries_of_close(report.number) or ())
    sales = [entry for entry in entries if isinstance(entry, SaleEntry)]
    assert {entry.close for entry in entries} == {report.number}
    assert len(sales) == report.receipts
    assert sum(entry.record.sale.amount for entry in sales) == sum(
        line.amount for line in report.sums
    )
    (refunded,) = (entry for entry in entries if isinstance(entry, RefundEntry))
    assert refunded.sale_receipt == ReceiptNumber(1, 2)
    assert journal.entries_of_close(ReceiptNumber(1, 3)) is None


def test_each_sale_has_its_own_items_and_taxes_however_many_are_asked_for_at_once(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "_SALES_A_QUESTION", 2)
    lines = {
        sale(number).id: tuple(
            SaleLine(10 * number + place, rate, f"item {place}", number)
            for place, rate in enumerate((None, REDUCED, VAT, VAT)[: number % 5])
        )
        for number in range(1, 8)
    }
    for number in range(1, 8):
        journal.record(sold(replace(sale(number), lines=lines[sale(number).id]), number))
    read = {entry_id(entry): entry for entry in journal.entries(0, 2**40)}
    assert list(read) == list(lines)
    for sale_id, entry in read.items():
        assert isinstance(entry, SaleEntry)
        assert entry.lines == lines[sale_id]
        highest_first = sorted(tax_shares(lines[sale_id]), key=lambda share: -share.rate.hundredths)
        assert entry.taxes == tuple(highest_first)


def test_a_report_is_kept_as_it_was(journal: Journal) -> None:
    journal.record([*sold(taxed(1), 1), refund(taxed(1), 1, 30), DayClosed(NOW)])
    (report,) = journal.close_reports()
    assert report_from_text(report_as_text(report)) == report
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection(journal).execute("DELETE FROM close_reports")


def test_a_close_of_an_older_program_is_numbered_and_gets_its_report_later(
    journal: Journal,
) -> None:
    journal.record(sold(sale(1), 1))
    connection(journal).execute("INSERT INTO day_closes VALUES (?)", (NOW,))
    journal.record(sold(sale(2), 2))
    assert journal.totals_since_close().sales == 1
    journal.record([DayClosed(NOW + 1)])
    assert [(r.number.number, r.receipts) for r in journal.close_reports()] == [(2, 1), (1, 1)]


def test_a_close_reads_the_same_however_many_there_were(journal: Journal) -> None:
    """It read every close and every report's number: 12 ms for three years of days on a desk."""
    steps = []
    for first in (0, 300):
        journal.record([DayClosed(NOW + first + day) for day in range(20)])
        day: list[Fact] = [*sold(sale(first + 1), first + 1), DayClosed(NOW + first + 250)]
        steps.append(steps_to_record(journal, day))
        journal.record([DayClosed(NOW + first + 20 + day) for day in range(200)])
    assert steps[1] < steps[0] * 1.1


def test_refunds_are_numbered_apart_and_never_more_than_was_paid(journal: Journal) -> None:
    journal.record([*sold(taxed(1), 1), *sold(sale(2), 2)])
    journal.record([refund(taxed(1), 1, 60), refund(sale(2), 1, 100)])
    journal.record([refund(taxed(1), 1, 60)])  # said again
    journal.record([refund(taxed(1), 2, 50, before=60)])
    entries = [e for e in journal.entries(0, 2**40) if isinstance(e, RefundEntry)]
    assert [str(entry.number) for entry in entries] == ["1-1", "1-2", "1-3"]
    more = replace(refund(sale(2), 1, 1), part=2)
    with pytest.raises(JournalConflict, match="more than was paid"):
        journal.record([more])
    with pytest.raises(JournalConflict, match="more than was paid"):
        journal.record([replace(more, sale=SaleId("nobody"), part=1)])
    totals = journal.totals(0)
    assert [line.paid.minor for line in totals.refunded] == [210]
    assert sum(share.tax_minor for line in totals.refunded for share in line.taxes) == sum(
        share.tax_minor for share in tax_shares(taxed(1).lines)
    )


SAT_OF_JOURNAL = replace(sale(1).price.currency, code="SAT", symbol="sat", fraction_digits=0)


def test_what_each_cashier_has_taken_and_given_back_is_in_the_report_and_in_the_pages(
    journal: Journal,
) -> None:
    ana, bo, nobody = (
        replace(sale(number), cashier=label)
        for number, label in enumerate(("01 Ana", "02 Bo", ""), start=1)
    )
    for number, begun in enumerate((ana, bo, nobody), start=1):
        journal.record(sold(begun, number))
    journal.record([RefundRecorded(bo.id, 1, 50, 0, Sats(1), Sats(0), (), "returned", "01 Ana")])
    assert journal.sale_details(bo.id).cashier == "02 Bo"
    today = journal.overview(NOW).cashiers
    assert [part.cashier for part in today] == ["", "01 Ana", "02 Bo"]
    assert journal.cashier_sums("01 Ana", NOW) == today[1]
    assert journal.cashier_sums("03 Cy", NOW) == CashierSums("03 Cy", ())
    assert [line.gross_minor for line in today[1].refunded] == [50]
    journal.record([DayClosed(NOW, "01 Ana")])
    (report,) = journal.close_reports()
    assert report.cashiers == today
    assert report.by == "01 Ana"
    assert report_from_text(report_as_text(report)) == report


def test_a_report_of_before_there_were_cashiers_is_read_and_one_without_them_shares_nothing_out(
    journal: Journal,
) -> None:
    journal.record(sold(sale(1), 1))
    journal.record([DayClosed(NOW)])
    (report,) = journal.close_reports()
    assert report.cashiers == ()
    before = json.loads(report_as_text(report))
    del before["cashiers"]
    assert report_from_text(json.dumps(before)) == report

"""The list of sales, page by page, and one sale with all that is known of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.journal import Journal
from kiosk.sale.facts import (
    CodeReplaced,
    DirectInvoiceIssued,
    DirectPaymentUnproven,
    Ending,
    Fact,
    InvoiceIssued,
    InvoicePaid,
    LateMoneyNoticed,
    LateMoneyPutAway,
    PaidTwice,
    SaleLeftScreen,
    SaleStarted,
)
from kiosk.sale.invoice import SaleId
from kiosk.sale.sale_record import SaleRecord
from kiosk.sale.sales_list import SalesPlace
from tests.journal.test_books import refund, sold, taxed
from tests.journal.test_journal import NOW, opened, paid, sale
from tests.sale.tills import invoice

DAY_S = 86_400


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened_journal = Journal.open(
        tmp_path / "journal.sqlite3", lambda: NOW, zone=ZoneInfo("Asia/Tokyo")
    )
    yield opened_journal
    opened_journal.close()


def started(number: int, at: int, *, direct: bool = False) -> Fact:
    return SaleStarted(replace(sale(number), started_at=at, direct=direct))


def walked(journal: Journal, count: int) -> list[SaleRecord]:
    """Every sale, read page by page until there is no more."""
    sales: list[SaleRecord] = []
    place: SalesPlace | None = None
    while True:
        page = journal.sales_page(place, count)
        assert page.before == place
        assert len(page.sales) == len(page.places) <= count
        if not page.sales:
            return sales
        sales += page.sales
        place = page.places[-1]


@pytest.mark.parametrize("count", [1, 3, 7, 100])
def test_page_by_page_every_sale_is_listed_once(journal: Journal, count: int) -> None:
    ways = [number % 3 == 0 for number in range(40)]
    for number, direct in enumerate(ways):
        journal.record([started(number, NOW + number, direct=direct)])
    listed = [record.sale.id for record in walked(journal, count)]
    assert listed == [sale(number).id for number in reversed(range(40))]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_clock_that_was_wrong_hides_no_sale(journal: Journal, count: int) -> None:
    times = [NOW, NOW + 10**9, NOW + 1, NOW - 10**8, NOW + 2, NOW + 3]
    for number, at in enumerate(times):
        journal.record([started(number, at, direct=number % 2 == 1)])
    listed = [record.sale.id for record in walked(journal, count)]
    assert sorted(listed) == sorted(sale(number).id for number in range(len(times)))


def test_each_day_of_a_page_has_the_sums_of_its_whole_day(journal: Journal) -> None:
    journal.record([started(8, NOW - DAY_S)])
    for number in (1, 2, 3):
        journal.record(paid(number))
    page = journal.sales_page(None, 4)
    today, yesterday = page.days
    assert (today.totals.sales, today.totals.amount) == (3, 3 * 2300)
    assert yesterday.totals.sales == 0
    assert today.end - today.start == DAY_S
    assert today.start % DAY_S == 15 * 3600, "midnight in Tokyo"
    assert today.start <= NOW < today.end
    assert journal.sales_page(None, 1).days == (today,)


def test_a_sale_without_a_code_has_nothing_to_ask_about(journal: Journal) -> None:
    journal.record([started(1, NOW)])
    details = journal.sale_details(sale(1).id)
    assert (details.invoice, details.payout, details.payments) == (None, None, 0)


def test_a_sale_comes_with_its_invoice_and_its_payout_invoice(journal: Journal) -> None:
    journal.record(paid())
    details = journal.sale_details(sale().id)
    assert details.invoice == invoice(1, 2300)
    assert details.payout == invoice(1, 2300, "out", 86_400)
    assert details.payments == 1
    journal.record([PaidTwice(sale().id, invoice(1, 1).payment_hash, 2)])
    assert journal.sale_details(sale().id).payments == 2


def test_a_direct_sale_comes_with_the_address_that_knows_whether_it_was_paid(
    journal: Journal,
) -> None:
    made = replace(invoice(1, 2300), verify_url="https://wallet.example/verify/1")
    journal.record([started(1, NOW, direct=True), DirectInvoiceIssued(sale().id, made)])
    assert journal.sale_details(sale().id).invoice == made


def test_a_code_that_was_replaced_knows_whether_the_other_one_was_paid(journal: Journal) -> None:
    journal.record([*opened(1), SaleLeftScreen(sale(1).id, Ending.EXPIRED)])
    second = replace(sale(2), id=SaleId(sale(2).id))
    journal.record(
        [
            SaleStarted(second),
            CodeReplaced(second.id, invoice(1, 1).payment_hash),
            InvoiceIssued(second.id, invoice(2, 2300)),
        ]
    )
    assert not journal.sale_details(sale(1).id).other_paid
    journal.record([InvoicePaid(second.id, invoice(2, 1).payment_hash, late=False)])
    assert journal.sale_details(sale(1).id).other_paid
    assert journal.sale_details(second.id).first_code == invoice(1, 1).payment_hash


def test_a_sale_that_is_not_there_says_so(journal: Journal) -> None:
    from kiosk.journal import JournalCorrupt

    with pytest.raises(JournalCorrupt):
        journal.sale_details(SaleId("nobody"))


def test_only_the_sales_whose_money_was_odd_are_listed_when_asked_for(journal: Journal) -> None:
    journal.record([*paid(1), *paid(2), *paid(3), *paid(4)])
    journal.record(
        [LateMoneyNoticed(sale(2).id), PaidTwice(sale(4).id, invoice(4, 1).payment_hash, 2)]
    )
    direct = replace(sale(5), direct=True)
    made = invoice(5, 2300)
    journal.record([SaleStarted(direct), DirectInvoiceIssued(direct.id, made)])
    journal.record([DirectPaymentUnproven(direct.id, made.payment_hash)])
    page = journal.sales_page(None, 9, odd=True)
    assert {record.sale.id for record in page.sales} == {sale(number).id for number in (2, 4, 5)}
    assert page.odd
    first = journal.sales_page(None, 1, odd=True)
    second = journal.sales_page(first.places[0], 9, odd=True)
    assert {record.sale.id for record in (*first.sales, *second.sales)} == {
        record.sale.id for record in page.sales
    }
    journal.record([LateMoneyPutAway(sale(2).id)])
    assert journal.sales_page(None, 9, odd=True).sales == page.sales, "put away, and listed still"


def test_a_sale_has_its_items_and_its_refunds_with_their_numbers(journal: Journal) -> None:
    begun = taxed(1)
    journal.record([*sold(begun, 1), refund(begun, 1, 50), refund(begun, 2, 60, before=50)])
    details = journal.sale_details(begun.id)
    assert details.record.sale.lines == begun.lines
    assert [str(record.number) for record in details.refund_records] == ["1-1", "1-2"]
    assert [record.minor for record in details.refund_records] == [50, 60]
    assert sum(record.minor for record in details.refund_records) == details.refunded_minor
    taxes = [share.tax_minor for record in details.refund_records for share in record.taxes]
    assert sum(taxes) == sum(share.tax_minor for share in details.taxes)

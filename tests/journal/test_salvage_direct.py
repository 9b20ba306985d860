"""A card that fails under direct sales: what can be read is kept, and asked about again."""

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.journal import Journal, JournalCorrupt, SaleState
from kiosk.journal.recovery import TakenUp
from kiosk.sale.facts import (
    CodeReplaced,
    DirectInvoiceIssued,
    DirectInvoiceNeverPaid,
    DirectInvoicePaid,
    DirectPaymentUnproven,
    Ending,
    Fact,
    SaleLeftScreen,
    SaleStarted,
)
from kiosk.sale.invoice import SaleId
from tests.journal.connection import connection
from tests.journal.test_journal import NOW, sale
from tests.sale.tills import invoice

SALES = 40
PAID, LEFT, OPEN, UNPROVEN = range(4)


def facts_of(number: int) -> list[Fact]:
    """What was recorded of a direct sale, one of four kinds by its number."""
    mine = replace(sale(number), direct=True)
    code = replace(invoice(number, 2300), expires_at=NOW + 600, verify_url="https://a.example/v")
    name = code.payment_hash
    facts: list[Fact] = [SaleStarted(mine), DirectInvoiceIssued(mine.id, code)]
    match number % 4:
        case 0:
            paid = DirectInvoicePaid(mine.id, name, late=False)
            return [*facts, paid, SaleLeftScreen(mine.id, Ending.PAID, direct=True)]
        case 1:
            left = SaleLeftScreen(mine.id, Ending.CANCELLED, direct=True)
            return [*facts, left, DirectInvoiceNeverPaid(mine.id, name)]
        case 2:
            return facts
    return [*facts, DirectPaymentUnproven(mine.id, name)]


def of_kind(kind: int) -> set[SaleId]:
    return {sale(number).id for number in range(1, SALES + 1) if number % 4 == kind}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of direct sales, all of it in the one file."""
    path = tmp_path / "journal.sqlite3"
    journal = Journal.open(path, lambda: NOW)
    for number in range(1, SALES + 1):
        journal.record(facts_of(number))
    connection(journal).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    journal.close()
    return path


def started_again(path: Path) -> tuple[TakenUp, dict[SaleId, SaleState]]:
    """What a start takes up, and the history after it."""
    try:
        journal = Journal.open(path, lambda: NOW)
    except JournalCorrupt:
        Journal.set_aside(path, "1")
        journal = Journal.open(path, lambda: NOW)
    taken_up = journal.take_up()
    states = {record.sale.id: record.state for record in journal.sales_page(None, 2 * SALES).sales}
    journal.close()
    return taken_up, states


def test_direct_sales_of_a_journal_set_aside_are_in_the_new_one(path: Path) -> None:
    _, before = started_again(path)
    Journal.set_aside(path, "1")
    for _ in range(2):  # at the next start too, and only once
        taken_up, states = started_again(path)
        assert states == before
        assert len(taken_up.recovery.invoices) == len(of_kind(OPEN) | of_kind(UNPROVEN))
        assert {lost.id for lost in taken_up.recovery.unreviewed} == of_kind(UNPROVEN)
        assert not taken_up.recovery.forwards
        assert {open_.invoice.verify_url for open_ in taken_up.recovery.invoices} == {
            "https://a.example/v"
        }


@pytest.mark.parametrize("page", range(8))
def test_whatever_page_is_lost_no_sale_is_paid_that_was_not_and_none_is_forwarded(
    path: Path, page: int
) -> None:
    """M11: what was proven stays, and what was not is asked about again."""
    data = bytearray(path.read_bytes())
    place = (len(data) // 4096 - 1 - page * 3) * 4096
    data[place : place + 4096] = b"\xa5" * 4096
    path.write_bytes(data)
    taken_up, states = started_again(path)
    received = {name for name, state in states.items() if state is SaleState.RECEIVED}
    assert received <= of_kind(PAID)
    asked = {open_.sale.id for open_ in taken_up.recovery.invoices}
    assert of_kind(PAID) & states.keys() <= received | asked
    assert not taken_up.recovery.forwards


def test_the_codes_of_one_direct_sale_still_belong_together_after_a_start(path: Path) -> None:
    """Both paid is an alarm; after a start the second payment was a sale of its own."""
    paid, new = 4, 102
    code = invoice(paid, 2300)
    journal = Journal.open(path, lambda: NOW)
    journal.record([*facts_of(new), CodeReplaced(sale(new).id, code.payment_hash)])
    journal.close()
    taken_up, _ = started_again(path)
    (again,) = [open_ for open_ in taken_up.recovery.invoices if open_.sale.id == sale(new).id]
    assert (again.first_code, again.other_paid) == (code.payment_hash, True)

"""A search finds a sale by what somebody knows of it, and reads no more of the journal for it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.journal import Journal, searching
from kiosk.sale.facts import PayoutIssued, SaleStarted
from kiosk.sale.invoice import SaleId
from kiosk.sale.money import Fiat, Sats
from tests.journal.connection import connection
from tests.journal.test_books import sold, taxed
from tests.journal.test_journal import NOW, sale
from tests.sale.tills import USD, invoice


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Three sales for $1.00, one of them direct, and one for $12.34 with $1.66 of tip."""
    made = Journal.open(tmp_path / "journal.sqlite3", lambda: NOW)
    dear = replace(
        sale(4), price=Fiat(1234, USD), tip_minor=166, amount=Sats(99_000), memo="50% off_a\\b"
    )
    made.record([*sold(sale(1), 1), *sold(taxed(2, direct=True), 2), SaleStarted(sale(3))])
    made.record([PayoutIssued(sale(1).id, invoice(1, 2300, "out", 86_400)), *sold(dear, 4)])
    yield made
    made.close()


def ids(journal: Journal, text: str) -> list[SaleId]:
    return [record.sale.id for record in journal.matching_sales(text).records]


def test_a_sale_is_found_by_its_id_its_number_and_its_hashes(journal: Journal) -> None:
    assert ids(journal, f" {sale(1).id} ") == [sale(1).id]
    assert ids(journal, taxed(2, direct=True).id) == [taxed(2, direct=True).id]
    assert ids(journal, "1-2") == [taxed(2, direct=True).id]
    for code in (invoice(1, 2300), invoice(1, 2300, "out", 86_400)):
        assert ids(journal, code.payment_hash) == [sale(1).id]
        assert ids(journal, code.payment_hash.upper()) == [sale(1).id]
    assert ids(journal, invoice(2, 2300).payment_hash) == [taxed(2, direct=True).id]
    assert ids(journal, "1-99") == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("12.34", [4]),
        ("12,34", [4]),
        ("12.34 usd", [4]),
        ("12.34 EUR", []),
        ("14", [4]),
        ("99000", [4]),
        ("99000 sats", [4]),
        ("12.34 sat", []),
        ("1", [1, 3]),
        ("0.01", []),
        ("9" * 15, []),
    ],
)
def test_a_sale_is_found_by_what_was_typed_what_was_paid_or_its_sats(
    journal: Journal, text: str, numbers: list[int]
) -> None:
    direct = taxed(2, direct=True).id
    assert [sale_id for sale_id in ids(journal, text) if sale_id != direct] == [
        sale(number).id for number in numbers
    ]


def test_a_sale_is_found_by_a_part_of_its_memo_letter_for_letter(journal: Journal) -> None:
    assert ids(journal, "50% OFF") == [sale(4).id]
    assert ids(journal, "off_a\\b") == [sale(4).id]
    assert ids(journal, "5%f") == ids(journal, "offxa") == ids(journal, "") == []


def test_a_search_gives_the_newest_and_says_that_there_are_more(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST_SALES", 2)
    monkeypatch.setattr(searching, "NEWEST", 3)
    for number in range(10, 20):
        journal.record([SaleStarted(replace(sale(number), started_at=NOW + number))])
    result = journal.matching_sales("1")
    assert [record.sale.id for record in result.records] == [sale(18).id, sale(19).id]
    assert (result.is_cut, result.newest_only) == (True, True)
    assert ids(journal, "12.34") == [], "it is older than the newest three"
    named = journal.matching_sales(sale(4).id)
    assert (len(named.records), named.is_cut, named.newest_only) == (1, False, False)


def test_a_hash_is_found_without_reading_other_sales(journal: Journal) -> None:
    def steps() -> int:
        count = 0

        def step() -> int:
            nonlocal count
            count += 1
            return 0

        connection(journal).set_progress_handler(step, 1)
        assert ids(journal, invoice(1, 2300).payment_hash) == [sale(1).id]
        connection(journal).set_progress_handler(None, 0)
        return count

    among_four = steps()
    journal.record([SaleStarted(sale(number)) for number in range(100, 300)])
    assert steps() == among_four

"""Money is given back by the merchant, never by the kiosk, and never more than was paid."""

import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.journal import Journal
from kiosk.sale.books import ReceiptNumber
from kiosk.sale.effects import FetchRates, ReadSale
from kiosk.sale.events import RatesFetched, SaleDetailsResult
from kiosk.sale.facts import RefundRecorded
from kiosk.sale.invoice import SaleId
from kiosk.sale.keys import Key
from kiosk.sale.manager_screens import ManagerPage, ManagerScreen, RefundScreen, SaleScreen
from kiosk.sale.money import Fiat, Sats, sats_from_fiat
from kiosk.sale.refund import MoreThanPaid, refund_of
from kiosk.sale.refunding import sats_now, sats_then
from kiosk.sale.sale_record import RefundRecord, SaleDetails, SaleRecord, SaleState
from kiosk.sale.tax import tax_shares
from tests.journal.test_books import sold, taxed
from tests.journal.test_journal import NOW
from tests.sale.tills import USD, Story, rates, usd_rate

PAID = SaleDetails(
    SaleRecord(taxed(1), SaleState.FORWARDED, False, None, NOW, NOW, None, None),
    taxes=tax_shares(taxed(1).lines),
    next_refund_part=1,
)


def given_back(part: int, minor: int) -> RefundRecord:
    return RefundRecord(part, ReceiptNumber(1, part), minor, 0, Sats(1), "other", "", NOW)


def on_page(details: SaleDetails = PAID) -> Story:
    story = Story().ready()
    page = SaleScreen(details, ManagerScreen(ManagerPage.HISTORY))
    story.till = replace(story.till, screen=page)
    return story


def refunds(story: Story) -> list[RefundRecorded]:
    return [fact for fact in story.facts if isinstance(fact, RefundRecorded)]


def test_everything_is_given_back_with_four_keys() -> None:
    story = on_page()
    story.press(Key.CHECK, Key.CHARGE, "1", Key.CHARGE)
    (refund,) = refunds(story)
    sale = taxed(1)
    assert (refund.sale, refund.part, refund.minor, refund.tip_minor) == (sale.id, 1, 110, 10)
    assert (refund.amount, refund.reason) == (sale.amount, "goods came back")
    assert [share.tax_minor for share in refund.taxes] == [10, 3]
    assert isinstance(story.till.screen, SaleScreen)
    assert story.effects[-1] == ReadSale(sale.id)


def test_a_part_is_typed_and_never_more_than_is_left() -> None:
    story = on_page(replace(PAID, refund_records=(given_back(1, 60),), next_refund_part=2))
    story.press(Key.CHECK, "51")
    assert isinstance(story.till.screen, RefundScreen)
    assert story.till.screen.entry.total == 5, "51 would be more than the 50 that are left"
    story.press("0", Key.CHARGE, "4", Key.CHARGE)
    (refund,) = refunds(story)
    assert (refund.part, refund.minor, refund.tip_minor) == (2, 50, 10)
    assert refund.reason == "other"


def test_nothing_is_given_back_while_the_journal_has_not_told_what_was_given_back_before() -> None:
    """The same refund twice was recorded once, and another one contradicted the first."""
    story = on_page(SaleDetails(PAID.record))
    story.press(Key.CHECK)
    assert isinstance(story.till.screen, SaleScreen)
    story = on_page()
    for _ in range(2):  # the answer about the first could not be read
        story.press(Key.CHECK, "30", Key.CHARGE, "1", Key.CHARGE)
    assert len(refunds(story)) == 1
    assert isinstance(story.till.screen, SaleScreen)


def test_clear_goes_back_step_by_step_and_records_nothing() -> None:
    story = on_page()
    story.press(Key.CHECK, "50", Key.CHARGE, "2")
    story.press(Key.CLEAR, Key.CLEAR, Key.CLEAR, Key.CLEAR)
    assert isinstance(story.till.screen, SaleScreen)
    assert refunds(story) == []


@pytest.mark.parametrize(
    "details",
    [
        replace(PAID, record=replace(PAID.record, paid_at=None, state=SaleState.EXPIRED)),
        replace(PAID, refund_records=(given_back(1, 110),)),
    ],
    ids=["unpaid", "all given back"],
)
def test_where_nothing_is_left_nothing_is_given_back(details: SaleDetails) -> None:
    story = on_page(details)
    story.press(Key.CHECK)
    assert isinstance(story.till.screen, SaleScreen)


def test_the_price_of_now_is_asked_for_and_the_kiosk_pays_nothing() -> None:
    story = on_page()
    story.press(Key.CHECK)
    assert FetchRates("USD") in story.effects
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE, "1", Key.CHARGE)
    wallet = {type(effect).__name__ for effect in story.effects}
    assert wallet.isdisjoint({"SendForward", "OpenSale", "CreatePayout"})


@pytest.mark.parametrize("minor", [0, -1, 111])
def test_no_refund_is_of_nothing_or_of_more_than_was_paid(minor: int) -> None:
    with pytest.raises(MoreThanPaid):
        refund_of(taxed(1), PAID.taxes, 0, minor)


def test_the_page_knows_what_was_given_back(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.sqlite3", lambda: NOW)
    journal.record(sold(taxed(1), 1))
    story = on_page(journal.sale_details(SaleId(taxed(1).id)))
    story.press(Key.CHECK, "30", Key.CHARGE, "1", Key.CHARGE)
    journal.record(refunds(story))
    story.play(SaleDetailsResult(journal.sale_details(taxed(1).id)))
    story.press(Key.CHECK, Key.CHARGE, "1", Key.CHARGE)
    journal.record(refunds(story)[1:])
    details = journal.sale_details(taxed(1).id)
    assert [refund.part for refund in details.refund_records] == [1, 2]
    assert (details.refunded_minor, str(details.receipt)) == (110, "1-1")
    assert sum(refund.amount for refund in refunds(story)) == taxed(1).amount
    journal.close()


@pytest.mark.parametrize("lost", [1, 2])
def test_a_refund_that_a_damaged_journal_has_lost_keeps_its_number_and_does_not_stop_the_next(
    tmp_path: Path, lost: int
) -> None:
    """The next one took the place of the newest: its number, and taxes that were not its own."""
    path = tmp_path / "journal.sqlite3"
    with contextlib.closing(Journal.open(path, lambda: NOW)) as journal:
        journal.record(sold(taxed(1), 1))
        for _ in range(2):
            story = on_page(journal.sale_details(taxed(1).id))
            story.press(Key.CHECK, "30", Key.CHARGE, "1", Key.CHARGE)
            journal.record(refunds(story))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as damaged:
        (stays,) = damaged.execute("SELECT sql FROM sqlite_schema WHERE name = 'refunds_last'")
        damaged.execute("DROP TRIGGER refunds_last")
        damaged.execute("DELETE FROM refunds WHERE part = ?", (lost,))
        damaged.execute(*stays)
    with contextlib.closing(Journal.open(path, lambda: NOW)) as journal:
        story = on_page(journal.sale_details(taxed(1).id))
        story.press(Key.CHECK, "50", Key.CHARGE, "4", Key.CHARGE)
        journal.record(refunds(story))
        newest = journal.sale_details(taxed(1).id).refund_records[-1]
    assert (newest.part, str(newest.number), newest.minor) == (3, "1-3", 50)


def test_the_sats_of_that_day_and_of_now_are_told_apart() -> None:
    story = on_page()
    story.press(Key.CHECK, "50")
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE, "1")
    screen = story.till.screen
    assert isinstance(screen, RefundScreen)
    assert sats_now(story.till, screen) == sats_from_fiat(Fiat(50, USD), usd_rate())
    assert sats_then(screen) == Sats((2300 - 230) // 2)

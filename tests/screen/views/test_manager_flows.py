"""The manager's evening, as scripts: lists that are turned and opened, over a real journal."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.journal import Journal
from kiosk.sale.effects import Effect, FetchInvoiceStatus, ReadSale, ReadSalesHistory
from kiosk.sale.events import Event, InvoiceStatusResult, SaleDetailsResult
from kiosk.sale.facts import (
    Ending,
    Fact,
    ForwardStatus,
    ForwardStatusChanged,
    InvoiceIssued,
    InvoicePaid,
    PayoutIssued,
    Sale,
    SaleLeftScreen,
    SaleStarted,
)
from kiosk.sale.invoice import InvoiceStatus, SaleId
from kiosk.sale.manager_screens import EnteringPin, ManagerScreen, SaleScreen
from kiosk.sale.money import Fiat, Sats
from kiosk.sale.pin import pin_hash
from kiosk.sale.sales_list import ReadSalesPage
from kiosk.sale.screens import EnteringAmount
from tests.sale.tills import RULES, USD, invoice, usd_rate
from tests.screen.counter import Counter

NOW = 1_700_000_000
DAY_S = 86_400
PIN = "2468"


class Evening(Counter):
    """A counter whose journal answers, and where every fact is recorded first."""

    def __init__(self, path: Path) -> None:
        super().__init__(replace(RULES, pin=pin_hash(PIN, b"salt")))
        self.now = NOW
        self.journal = Journal.open(path, lambda: self.now)
        self.story.till = replace(self.till, list_room=self.window.list_room)

    def hand_over(self, *events: Event) -> None:
        for event in events:
            step = self.story.play(event)
            self.journal.record(step.facts)
            for effect in step.effects:
                answer = self._answer(effect)
                if answer is not None:
                    self.hand_over(answer)

    def _answer(self, effect: Effect) -> Event | None:
        match effect:
            case ReadSalesHistory():
                return self.journal.overview(self.now)
            case ReadSalesPage(before, count, odd):
                return self.journal.sales_page(before, count, odd=odd)
            case ReadSale(sale):
                return SaleDetailsResult(self.journal.sale_details(sale))
        return None


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    counter = Evening(tmp_path / "journal.sqlite3")
    yield counter
    counter.window.close()
    counter.journal.close()


def sold(number: int, at: int = NOW, tip_minor: int = 0) -> list[Fact]:
    """A sale that was paid and forwarded; its price tells which."""
    made = Sale(
        SaleId(f"till-1_{number}"),
        Sats(2300),
        Fiat(100 + number, USD),
        usd_rate(),
        at,
        f"table {number}",
        tip=Sats(300 if tip_minor else 0),
        tip_minor=tip_minor,
    )
    taken, payout = invoice(number, 2300), invoice(number, 2300, "out", 86_400)
    return [
        SaleStarted(made),
        InvoiceIssued(made.id, taken),
        PayoutIssued(made.id, payout, 1),
        InvoicePaid(made.id, taken.payment_hash, late=False),
        ForwardStatusChanged(made.id, ForwardStatus.SETTLED, payout.payment_hash),
    ]


def given_up(number: int) -> list[Fact]:
    """A sale that was cancelled with its code on the screen."""
    return [*sold(number)[:2], SaleLeftScreen(SaleId(f"till-1_{number}"), Ending.CANCELLED)]


OPENED = (
    ("touch menu", EnteringPin, "Manager PIN"),
    (f"touch {' '.join(PIN)} charge", ManagerScreen, "Since the last close"),
)


def test_the_list_is_turned_by_keys_and_fingers_down_to_the_first_sale(evening: Evening) -> None:
    for number in range(14):
        evening.journal.record(sold(number, NOW, tip_minor=number % 2 * 25))
    evening.play(
        *OPENED,
        ("touch 2", ManagerScreen, "$1.38"),
        ("wait 1", ManagerScreen, "tip $0.25"),
        ("touch plus", ManagerScreen, "$1.32"),
        ("swipe 1 -0.4", ManagerScreen, "$1.00"),
        ("touch plus", ManagerScreen, "$1.00"),
        ("swipe 0 0.4", ManagerScreen, "$1.32"),
        ("touch delete", ManagerScreen, "$1.38"),
        ("touch clear", EnteringAmount, "$0.00"),
    )


def test_a_day_has_its_head_with_what_was_taken_on_it(evening: Evening) -> None:
    evening.now = NOW - DAY_S
    evening.journal.record(sold(1, evening.now))
    evening.now = NOW
    evening.journal.record([*sold(2), *sold(3)])
    evening.play(
        *OPENED,
        ("touch 2", ManagerScreen, "Tue, Nov 14, 2023"),
        ("wait 1", ManagerScreen, "Mon, Nov 13, 2023"),
        ("wait 1", ManagerScreen, "$2.05 · 2 paid"),
    )


def test_a_sale_is_opened_with_a_finger_and_its_neighbours_with_keys(evening: Evening) -> None:
    for number in (1, 2, 3):
        evening.journal.record(sold(number))
    evening.play(
        *OPENED,
        ("touch 2", ManagerScreen, "$1.03"),
        ("row 1", SaleScreen, "table 2"),
        ("wait 1", SaleScreen, "The merchant has the money."),
        ("touch plus", SaleScreen, "table 1"),
        ("touch delete", SaleScreen, "table 2"),
        ("touch clear", ManagerScreen, "$1.03"),
    )


def test_a_cancelled_sale_that_was_paid_after_all_is_found_by_asking(evening: Evening) -> None:
    def paid(counter: Counter) -> None:
        counter.hand_over(InvoiceStatusResult(invoice(1, 1).payment_hash, InvoiceStatus.PAID))

    evening.journal.record(given_up(1))
    evening.play(
        *OPENED,
        ("touch 2", ManagerScreen, "cancelled"),
        ("row 0", SaleScreen, "Cancelled before it was paid."),
        ("touch charge", SaleScreen, "Asking"),
        (paid, SaleScreen, "The answer: paid."),
        ("wait 1", SaleScreen, "Paid, and on its way to the merchant."),
        ("wait 1", SaleScreen, "The code had left the screen already."),
    )
    assert evening.story.count(FetchInvoiceStatus) == 1
    assert [record.sale.id for record in evening.journal.unsettled()] == [SaleId("till-1_1")]


def test_a_sale_that_nobody_paid_says_so_when_asked(evening: Evening) -> None:
    def unpaid(counter: Counter) -> None:
        counter.hand_over(InvoiceStatusResult(invoice(1, 1).payment_hash, InvoiceStatus.EXPIRED))

    evening.journal.record(given_up(1))
    evening.play(
        *OPENED,
        ("touch 2", ManagerScreen, "cancelled"),
        ("row 0", SaleScreen, "Ask Blink"),
        ("touch charge", SaleScreen, "Asking"),
        (unpaid, SaleScreen, "The answer: not paid, and the code has run out."),
    )


def test_late_money_is_told_until_its_own_key_and_listed_after_that(evening: Evening) -> None:
    def paid(counter: Counter) -> None:
        counter.hand_over(InvoiceStatusResult(invoice(1, 1).payment_hash, InvoiceStatus.PAID))

    evening.journal.record([*given_up(1), *sold(2)])
    evening.play(
        *OPENED,
        ("touch 2", ManagerScreen, "cancelled"),
        ("row 1", SaleScreen, "Ask Blink"),
        ("touch charge", SaleScreen, "Asking"),
        (paid, SaleScreen, "The answer: paid."),
        ("touch clear clear", EnteringAmount, "A code that was given up has been paid"),
        ("touch 5", EnteringAmount, "$0.05"),
        ("touch clear", EnteringAmount, "A code that was given up has been paid"),
        ("touch put-away", EnteringAmount, "$0.00"),
    )
    assert not any("given up" in said for said in evening.canvas.said)
    assert evening.journal.late_money() == ()
    evening.play(
        *OPENED,
        ("touch 2", ManagerScreen, "$1.02"),
        ("touch currency", ManagerScreen, "paid (late)"),
    )
    assert "$1.02" not in evening.canvas.said

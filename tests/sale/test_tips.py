"""Tips: apart from the price, adding up to the sat, and gone with their sale."""

from dataclasses import replace

import pytest

from kiosk.sale.effects import OpenSale
from kiosk.sale.entry import Entry, percentage_tip
from kiosk.sale.events import InvoiceCreated, InvoiceStatusResult, RatesFetched
from kiosk.sale.facts import Sale, SaleStarted
from kiosk.sale.invoice import InvoiceStatus
from kiosk.sale.keys import Key
from kiosk.sale.money import SAT, Fiat, sats_from_fiat
from kiosk.sale.screens import ChoosingTip, CodeExpired, RequestingInvoice
from tests.sale.tills import RULES, USD, Story, invoice, rates, usd_rate

TIPPING = replace(RULES, tips=(5, 10, 15))


def tipped(*keys: Key | str, digits: str = "200", unit: str = "USD") -> tuple[Story, Sale]:
    """A sale of $2.00 on which the customer answers the question about a tip with these keys."""
    units = ("USD", SAT.code) if unit == "USD" else (SAT.code, "USD")
    story = Story(replace(TIPPING, units=units)).ready()
    if unit != "USD":
        story.press(Key.CURRENCY)
    story.press(digits)
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, ChoosingTip)
    story.press(*keys)
    return story, next(fact.sale for fact in story.facts if isinstance(fact, SaleStarted))


@pytest.mark.parametrize(
    ("keys", "minor", "words"),
    [
        (("2",), 220, "$2.00 + $0.20 tip = $2.20"),
        (("0",), 200, "$2.00"),
        ((Key.CHARGE,), 200, "$2.00"),
        ((Key.PLUS, "35", Key.CHARGE), 235, "$2.00 + $0.35 tip = $2.35"),
        ((Key.PLUS, Key.CHARGE), 200, "$2.00"),
    ],
)
def test_a_tip_is_apart_and_adds_up_exactly(
    keys: tuple[Key | str, ...], minor: int, words: str
) -> None:
    story, sale = tipped(*keys)
    assert sale.price == Fiat(200, USD)
    assert sale.amount == sats_from_fiat(Fiat(minor, USD), usd_rate())
    assert (sale.tip_minor, sale.whole_price) == (minor - 200, Fiat(minor, USD))
    assert sale.amount - sale.tip == sats_from_fiat(Fiat(200, USD), usd_rate())
    opened = next(effect for effect in story.effects if isinstance(effect, OpenSale))
    assert opened.payout_memo == f"BlinkPOS: {words} ({sale.amount} sats) till-1"
    tip = f" incl. tip ${sale.tip_minor / 100:.2f}" if sale.tip_minor else ""
    assert sale.memo == f"merchant: ${minor / 100:.2f}{tip}"


def test_a_tip_on_sats_is_in_sats() -> None:
    _, sale = tipped("3", digits="1000", unit="SAT")
    assert (sale.amount, sale.tip, sale.price) == (1150, 150, Fiat(1000, SAT))
    assert sale.memo == "merchant: 1150 sats incl. tip 150 sats"


def test_the_next_sale_knows_nothing_of_the_last_tip() -> None:
    story, _ = tipped("3")
    story.press(Key.CLEAR)
    story.press(Key.CLEAR, "200", Key.CHARGE)
    assert story.till.screen == ChoosingTip(Entry(USD, typed=200))
    story.press("0")
    last = [fact.sale for fact in story.facts if isinstance(fact, SaleStarted)][-1]
    assert (last.tip, last.memo) == (0, "merchant: $2.00")


def test_a_percentage_is_rounded_half_up_and_never_joined_as_text() -> None:
    shares = [percentage_tip(Entry(USD, typed=minor), 5).minor for minor in (1, 9, 10, 110, 12)]
    assert shares == [0, 0, 1, 6, 1]
    assert percentage_tip(Entry(USD, typed=10, items=(2,)), 100).minor == 12


def test_a_sum_is_told_to_the_merchant_and_the_shop_to_the_customer() -> None:
    story = Story(replace(RULES, shop_name="Café Luna")).ready()
    story.press("100", Key.PLUS, "200")
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)
    sale = next(fact.sale for fact in story.facts if isinstance(fact, SaleStarted))
    assert sale.memo == "Café Luna: $3.00"
    opened = next(effect for effect in story.effects if isinstance(effect, OpenSale))
    assert opened.payout_memo == f"BlinkPOS: 1 + 2 = $3.00 ({sale.amount} sats) till-1"


@pytest.mark.parametrize("keys", [("2",), ("0",), (Key.PLUS, "35", Key.CHARGE)])
def test_a_new_code_for_an_expired_one_takes_the_same_tip_without_asking(
    keys: tuple[Key | str, ...],
) -> None:
    story, sale = tipped(*keys)
    story.play(InvoiceCreated(sale.id, invoice(1, sale.amount)))
    story.wait(601)
    story.wait(5)
    assert isinstance(story.till.screen, CodeExpired)
    story.press(Key.CHARGE)
    story.play(InvoiceStatusResult(invoice(1, sale.amount).payment_hash, InvoiceStatus.EXPIRED))
    story.play(RatesFetched(rates(story.till.now_s)))
    assert isinstance(story.till.screen, RequestingInvoice)
    last = [fact.sale for fact in story.facts if isinstance(fact, SaleStarted)][-1]
    assert last.id != sale.id
    assert (last.amount, last.tip, last.memo) == (sale.amount, sale.tip, sale.memo)

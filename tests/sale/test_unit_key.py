"""The unit key with an amount typed: what was typed stays, whatever it is shown in."""

from dataclasses import replace

import pytest

from kiosk.sale.effects import OpenSale
from kiosk.sale.entry import Entry
from kiosk.sale.events import RatesFetched
from kiosk.sale.keys import Key
from kiosk.sale.money import SAT, Fiat, Rate
from kiosk.sale.prices import amount_in_unit
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.trouble import TroubleKind
from tests.sale.tills import EUR, RULES, USD, Story, rates, usd_rate


def typing() -> Story:
    """$3.51 in three items, prices known."""
    story = Story(replace(RULES, units=("USD", "EUR", SAT.code))).ready()
    story.press("100", Key.PLUS, "250", Key.PLUS, "1")
    euro = Rate(EUR, 40_000_000_000, 12, story.till.now_s)
    story.play(RatesFetched(replace(rates(story.till.now_s), shown=euro)))
    return story


def screen(story: Story) -> EnteringAmount:
    assert isinstance(story.till.screen, EnteringAmount), story.till.screen
    return story.till.screen


TYPED = Entry(USD, typed=1, items=(100, 250))


def test_a_round_through_all_units_leaves_exactly_what_was_typed() -> None:
    """Fault 25: $3.50 became $3.49, 7 sats 0, and a sum of three items one."""
    story = typing()
    for _ in range(5):
        shown = []
        for _ in range(3):
            story.press(Key.CURRENCY)
            assert screen(story).entry == TYPED
            shown.append(screen(story).shown)
        assert shown == [EUR, SAT, None]


def test_a_few_sats_stay_a_few_sats() -> None:
    """Fault 25: seven sats are less than a cent."""
    story = Story(replace(RULES, units=(SAT.code, "USD"))).ready()
    story.till = replace(story.till, screen=EnteringAmount(Entry(SAT)))
    story.press("7")
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CURRENCY)
    assert amount_in_unit(story.till, screen(story).entry, USD) == Fiat(0, USD)
    story.press(Key.CURRENCY)
    assert screen(story) == EnteringAmount(Entry(SAT, typed=7))


def test_what_is_charged_is_what_was_typed_and_not_what_is_shown() -> None:
    """Fault 25: the price of a sale is in the unit of its keys."""
    story = typing()
    story.press(Key.CURRENCY, Key.CURRENCY, Key.CHARGE)
    sale = next(effect.sale for effect in story.effects if isinstance(effect, OpenSale))
    assert (sale.price, sale.items) == (Fiat(351, USD), (100, 250, 1))
    assert sale.amount == -(-351 * 10**12 // usd_rate().base)


@pytest.mark.parametrize("key", [Key.D5, Key.DELETE, Key.PLUS])
def test_typing_on_while_another_unit_is_shown_goes_back_to_what_was_typed(key: Key) -> None:
    story = typing()
    story.press(Key.CURRENCY, key)
    assert screen(story).entry == TYPED
    assert screen(story).shown is None
    notice = screen(story).notice
    assert notice is not None
    assert (notice.kind, notice.subject) == (TroubleKind.TYPED_IN_ANOTHER, "USD")
    story.press("5")
    assert screen(story) == EnteringAmount(replace(TYPED, typed=15))


def test_an_amount_cleared_in_another_unit_is_typed_anew_in_that_unit() -> None:
    story = typing()
    story.press(Key.CURRENCY, Key.CLEAR)
    assert screen(story) == EnteringAmount(replace(TYPED, typed=0), shown=EUR)
    story.press(Key.CLEAR)
    assert screen(story) == EnteringAmount(Entry(EUR))
    story.press("5")
    assert screen(story).entry == Entry(EUR, typed=5)


def test_without_fresh_prices_nothing_is_told_in_another_unit_m9() -> None:
    story = typing()
    story.press(Key.CURRENCY)
    story.wait(121)
    assert amount_in_unit(story.till, screen(story).entry, EUR) is None

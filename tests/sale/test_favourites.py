"""Favourite currencies on one key: an amount keeps its value, at fresh prices only."""

from dataclasses import replace

import pytest

from kiosk.sale.account import Rates
from kiosk.sale.effects import FetchRates
from kiosk.sale.entry import Entry
from kiosk.sale.events import RatesFetched, RatesFetchFailed
from kiosk.sale.facts import SaleStarted
from kiosk.sale.keys import Key
from kiosk.sale.money import SAT, Currency, Fiat, Rate
from kiosk.sale.prices import amount_in_unit
from kiosk.sale.screens import EnteringAmount, FetchingPrice
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import EUR, JPY, RULES, USD, Story, usd_rate

FAVOURITES = replace(RULES, units=("EUR", "JPY", SAT.code))
# 0.04 cent and 0.064 yen a sat.
BASES = {"EUR": (EUR, 40_000_000_000), "JPY": (JPY, 64_000_000_000)}


def arrived(story: Story, code: str, age_s: float = 0.0) -> RatesFetched:
    currency, base = BASES[code]
    shown = Rate(currency, base, 12, story.till.now_s, age_s)
    return RatesFetched(Rates(shown, usd_rate(story.till.now_s)))


def asked(story: Story) -> list[str]:
    currencies = [effect.currency for effect in story.effects if isinstance(effect, FetchRates)]
    story.effects.clear()
    return currencies


def waits_for_price(story: Story) -> bool:
    return isinstance(story.till.screen, FetchingPrice)


def counter() -> Story:
    """EUR 4.00 typed, its price known."""
    story = Story(FAVOURITES).ready()
    story.till = replace(story.till, screen=EnteringAmount(Entry(EUR)))
    story.press("400")
    assert asked(story) == ["EUR"]
    story.play(arrived(story, "EUR"))
    return story


def test_the_amount_goes_through_all_favourites_and_comes_back() -> None:
    story = counter()
    story.press(Key.CURRENCY)
    assert waits_for_price(story)
    assert asked(story) == ["JPY"]
    story.play(arrived(story, "JPY"))
    assert story.till.screen == EnteringAmount(Entry(EUR, typed=400), shown=JPY)
    assert amount_in_unit(story.till, Entry(EUR, typed=400), JPY) == Fiat(640, JPY)
    story.press(Key.CURRENCY)
    assert story.till.screen == EnteringAmount(Entry(EUR, typed=400), shown=SAT)
    assert amount_in_unit(story.till, Entry(EUR, typed=400), SAT) == Fiat(10_000, SAT)
    story.press(Key.CURRENCY)
    assert story.till.screen == EnteringAmount(Entry(EUR, typed=400))
    assert asked(story) == [], "both prices are known by now"


def test_an_old_price_of_the_one_and_a_missing_one_of_the_other_are_both_asked_for() -> None:
    story = counter()
    story.wait(200)
    story.press(Key.CURRENCY)
    assert asked(story) == ["EUR"]
    story.play(arrived(story, "EUR"))
    assert asked(story) == ["JPY"]
    story.play(arrived(story, "JPY"))
    assert story.till.screen == EnteringAmount(Entry(EUR, typed=400), shown=JPY)


@pytest.mark.parametrize("news", ["failed", "old", "silence", "clear"])
def test_without_a_price_the_amount_stays_as_it_was_typed(news: str) -> None:
    story = counter()
    story.press(Key.CURRENCY)
    match news:
        case "failed":
            story.play(RatesFetchFailed(Trouble(TroubleKind.NO_CONNECTION)))
        case "old":
            story.play(arrived(story, "JPY", age_s=500))
        case "silence":
            story.wait(13)
        case _:
            story.press(Key.CLEAR)
    screen = story.till.screen
    assert isinstance(screen, EnteringAmount)
    assert screen.entry == Entry(EUR, typed=400)
    wanted = {"clear": None, "failed": Trouble(TroubleKind.NO_CONNECTION)}
    assert screen.notice == wanted.get(news, Trouble(TroubleKind.NO_RATE, "JPY"))


def test_a_price_asked_for_another_currency_is_not_taken_for_this_one() -> None:
    story = Story(FAVOURITES).ready()
    story.till = replace(story.till, screen=EnteringAmount(Entry(EUR)))
    story.press("4")
    story.till = replace(story.till, screen=EnteringAmount(Entry(JPY, typed=640)))
    story.press(Key.CHARGE)
    asked(story)
    story.play(arrived(story, "EUR"))
    assert waits_for_price(story)
    assert asked(story) == ["JPY"]
    story.play(arrived(story, "JPY"))
    sale = next(fact.sale for fact in story.facts if isinstance(fact, SaleStarted))
    assert (sale.amount, sale.price.currency) == (10_000, JPY)


@pytest.mark.parametrize("unit", [EUR, USD])
def test_a_known_price_of_the_same_currency_is_not_kept_twice(unit: Currency) -> None:
    first = Rates(Rate(unit, 1, 0, 0.0), usd_rate())
    again = Rates(Rate(unit, 2, 0, 9.0), usd_rate(9.0)).after(first)
    assert again.before is None
    assert again.of(unit) == Rate(unit, 2, 0, 9.0)

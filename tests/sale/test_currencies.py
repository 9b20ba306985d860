"""Currencies of zero, two and three digits, several of them on one key, and no price no sale."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.sale.account import Rates
from kiosk.sale.effects import FetchRates, OpenSale
from kiosk.sale.entry import Entry
from kiosk.sale.events import AccountFetched, RatesFetched, RatesFetchFailed, Tick
from kiosk.sale.keys import Key
from kiosk.sale.memo import decimal, payout_memo
from kiosk.sale.money import (
    SAT,
    Currency,
    CurrencyMismatch,
    Fiat,
    Rate,
    Sats,
    fiat_from_sats,
    sats_from_fiat,
)
from kiosk.sale.prices import amount_in_unit
from kiosk.sale.screens import EnteringAmount, FetchingPrice, RequestingInvoice
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import ACCOUNT, EUR, JPY, KWD, RULES, USD, USD_BASE, Story, usd_rate

# One sat is 0.043623 US cents; 0.92 euro, 148 yen and 0.31 dinar to the dollar.
BASES = {
    "USD": USD_BASE,
    "EUR": USD_BASE * 92 // 100,
    "JPY": USD_BASE * 148 // 100,
    "KWD": USD_BASE * 31 * 10 // 100,
}
UNITS = {unit.code: unit for unit in (USD, EUR, JPY, KWD)}


def rates_fetched(code: str, now_s: float, age_s: float = 0.0) -> RatesFetched:
    rate = Rate(UNITS[code], BASES[code], 12, now_s, age_s)
    return RatesFetched(Rates(rate, usd_rate(now_s, age_s)))


def opened(*codes: str) -> Story:
    """In service, with these currencies on the key."""
    story = Story(replace(RULES, units=(*codes, SAT.code)))
    story.till = replace(story.till, screen=EnteringAmount(Entry(Currency(codes[0], codes[0], 2))))
    return story.ready()


def entry(story: Story) -> Entry:
    screen = story.till.screen
    assert isinstance(screen, EnteringAmount), screen
    return screen.entry


def asked(story: Story) -> list[str]:
    return [effect.currency for effect in story.effects if isinstance(effect, FetchRates)]


def sold(story: Story) -> OpenSale:
    return next(effect for effect in story.effects if isinstance(effect, OpenSale))


@pytest.mark.parametrize(
    ("code", "typed", "price", "memo"),
    [
        ("USD", "1250", "12.50", "merchant: $12.50"),
        ("JPY", "1250", "1250", "merchant: ¥1250"),
        ("KWD", "1250", "1.250", "merchant: KD 1.250"),
    ],
)
def test_the_same_keys_are_what_the_currency_makes_of_them(
    code: str, typed: str, price: str, memo: str
) -> None:
    story = opened(code)
    story.press(typed)
    story.play(rates_fetched(code, story.till.now_s))
    story.press(Key.CHARGE)
    sale = sold(story).sale
    assert decimal(sale.price.minor, sale.price.currency) == price
    assert sale.price.currency is UNITS[code]
    assert sale.memo == memo
    assert sale.amount == -(-1250 * 10**12 // BASES[code])


def test_digits_typed_before_blink_has_told_its_own_are_digits_of_the_real_currency() -> None:
    """A yen guessed to have two digits would be charged a hundredfold (bug 31)."""
    story = Story(replace(RULES, units=("JPY", SAT.code)))
    story.till = replace(story.till, screen=EnteringAmount(Entry(Currency("JPY", "JPY", 2))))
    story.play(Tick(1.0, 1_700_000_000))
    story.press("1250")
    story.play(AccountFetched(ACCOUNT), rates_fetched("JPY", 1.0))
    assert entry(story) == Entry(JPY, typed=1250)
    story.press(Key.CHARGE)
    assert sold(story).sale.price == Fiat(1250, JPY)


def test_a_rate_in_other_digits_than_the_list_is_not_charged_by() -> None:
    story = opened("JPY")
    story.press("1250", Key.CHARGE)
    odd = Rate(Currency("JPY", "¥", 2), BASES["JPY"], 12, story.till.now_s)
    story.play(RatesFetched(Rates(odd, usd_rate(story.till.now_s))))
    assert entry(story).total == 1250
    assert story.count(OpenSale) == 0
    with pytest.raises(CurrencyMismatch):
        sats_from_fiat(Fiat(1250, JPY), odd)


def test_the_currency_key_goes_round_all_favourites_and_sats() -> None:
    story = opened("EUR", "JPY", "KWD")
    seen = []
    for _ in range(5):
        seen.append(entry(story).unit.code)
        story.press(Key.CURRENCY)
    assert seen == ["EUR", "JPY", "KWD", "SAT", "EUR"]
    assert asked(story) == [], "an empty till asks for nothing"


def test_an_amount_keeps_its_value_around_the_whole_key() -> None:
    story = opened("EUR", "JPY", "KWD")
    story.press("1250")
    story.play(rates_fetched("EUR", story.till.now_s))
    seen = []
    for code in ("JPY", "KWD", "SAT", "EUR"):
        story.press(Key.CURRENCY)
        while isinstance(story.till.screen, FetchingPrice):
            story.play(rates_fetched(asked(story)[-1], story.till.now_s))
        screen = story.till.screen
        assert isinstance(screen, EnteringAmount)
        assert screen.entry == Entry(EUR, typed=1250), "what was typed is never converted"
        seen.append((screen.shown or EUR).code)
        if screen.shown is not None and code == "JPY":
            sats = sats_from_fiat(Fiat(1250, EUR), Rate(EUR, BASES["EUR"], 12, 0.0))
            yen = fiat_from_sats(sats, Rate(JPY, BASES["JPY"], 12, 0.0))
            assert amount_in_unit(story.till, screen.entry, screen.shown) == yen
    assert seen == ["JPY", "KWD", "SAT", "EUR"]


def test_switching_waits_for_both_prices_if_the_first_has_aged() -> None:
    story = opened("EUR", "JPY")
    story.press("1250")
    story.play(rates_fetched("EUR", story.till.now_s))
    story.wait(130)
    story.press(Key.CURRENCY)
    story.play(rates_fetched("EUR", story.till.now_s))
    assert isinstance(story.till.screen, FetchingPrice)
    story.play(rates_fetched("JPY", story.till.now_s))
    assert isinstance(story.till.screen, EnteringAmount)
    assert story.till.screen.shown is JPY
    assert asked(story) == ["EUR", "EUR", "JPY"]


def test_clear_while_the_price_is_awaited_keeps_the_amount_as_it_was() -> None:
    story = opened("EUR", "JPY")
    story.press("12")
    story.play(rates_fetched("EUR", story.till.now_s))
    story.press(Key.CURRENCY, Key.CLEAR)
    story.play(rates_fetched("JPY", story.till.now_s))
    assert entry(story) == Entry(EUR, typed=12)


@pytest.mark.parametrize("age_s", [0.0, 300.0])
def test_switching_without_a_price_says_so_once_and_keeps_the_amount(age_s: float) -> None:
    story = opened("EUR", "JPY")
    story.press("1250")
    story.play(rates_fetched("EUR", story.till.now_s))
    story.press(Key.CURRENCY)
    if age_s:
        story.play(rates_fetched("JPY", story.till.now_s, age_s))
    else:
        story.play(RatesFetchFailed(Trouble(TroubleKind.NO_CONNECTION)))
    assert entry(story) == Entry(EUR, typed=1250)
    screen = story.till.screen
    assert isinstance(screen, EnteringAmount)
    odd = Trouble(TroubleKind.NO_RATE, "JPY")
    assert screen.notice == (odd if age_s else Trouble(TroubleKind.NO_CONNECTION))
    assert story.till.out_of_service is None
    assert asked(story) == ["EUR", "JPY"], "an old price is not asked for again and again"


def test_the_price_of_the_unit_before_is_not_taken_for_the_answer_to_a_charge() -> None:
    story = opened("EUR", "JPY")
    story.press("1", Key.CLEAR, Key.CURRENCY, "1250", Key.CHARGE)
    assert isinstance(story.till.screen, FetchingPrice)
    story.play(rates_fetched("EUR", story.till.now_s))
    assert isinstance(story.till.screen, FetchingPrice)
    story.play(rates_fetched("JPY", story.till.now_s))
    assert isinstance(story.till.screen, RequestingInvoice)
    assert sold(story).sale.price == Fiat(1250, JPY)


@pytest.mark.parametrize("code", ["USD", "EUR", "JPY", "KWD"])
def test_no_price_is_no_sale_in_any_currency(code: str) -> None:
    """Never a rate of one (bug 30)."""
    story = opened(code)
    story.press("3050", Key.CHARGE)
    story.play(RatesFetchFailed(Trouble(TroubleKind.NO_CONNECTION)))
    assert story.count(OpenSale) == 0
    assert entry(story).total == 3050


@pytest.mark.parametrize(
    ("written", "subject"), [("EURO", "EURO (EUR?)"), ("US", "US (USD?)"), ("XXQ", "XXQ")]
)
def test_a_currency_that_blink_has_no_price_of_is_told_with_the_one_that_was_meant(
    written: str, subject: str
) -> None:
    story = opened("USD", "EUR")
    known = MappingProxyType({unit.code: unit for unit in (USD, EUR, JPY)})
    story.till = replace(story.till, account=replace(ACCOUNT, currencies=known))
    story.press("5")
    story.play(RatesFetchFailed(Trouble(TroubleKind.CURRENCY_UNKNOWN, written)))
    assert story.till.price_trouble == Trouble(TroubleKind.CURRENCY_UNKNOWN, subject)


def test_a_price_that_is_missing_for_another_reason_names_no_other_currency() -> None:
    story = opened("USD")
    story.press("5")
    story.play(RatesFetchFailed(Trouble(TroubleKind.NO_RATE, "EURO")))
    assert story.till.price_trouble == Trouble(TroubleKind.NO_RATE, "EURO")


def test_a_till_left_on_all_day_asks_for_the_price_with_the_first_key() -> None:
    """The morning's rate prices nothing in the evening (bug 34)."""
    story = opened("EUR")
    story.press("5")
    story.play(rates_fetched("EUR", story.till.now_s))
    story.press(Key.CLEAR)
    story.wait(12 * 3600)
    story.press("5")
    assert asked(story) == ["EUR", "EUR"]
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, FetchingPrice)
    assert story.count(OpenSale) == 0


def test_nothing_of_a_sale_is_left_in_the_next() -> None:
    """Not the amount, not the sum, not the tip (bug 32)."""
    story = Story(replace(RULES, tips=(10,)))
    story.ready()
    story.press("100", Key.PLUS, "150")
    story.play(rates_fetched("USD", story.till.now_s))
    story.press(Key.CHARGE, "1")
    first = sold(story).sale
    assert (first.price.minor, first.tip > 0) == (250, True)
    story.press(Key.CLEAR)
    story.press(Key.CLEAR, Key.CLEAR)
    assert entry(story).is_empty
    story.press("100", Key.CHARGE, Key.CHARGE)
    second = [effect for effect in story.effects if isinstance(effect, OpenSale)][-1].sale
    assert (second.price.minor, second.tip, second.items) == (100, 0, ())
    assert second.memo == "merchant: $1.00"


def test_amounts_are_added_as_numbers_and_memos_name_them() -> None:
    """Text joined as numbers made 102 of 10 and 2, and a memo of $0.00 (bug 33)."""
    story = opened("USD")
    story.press("10", Key.PLUS, "2")
    story.play(rates_fetched("USD", story.till.now_s))
    story.press(Key.CHARGE)
    sale = sold(story).sale
    assert sale.price == Fiat(12, USD)
    assert sale.memo == "merchant: $0.12"
    assert payout_memo(sale, "till-1").startswith("BlinkPOS: 0.10 + 0.02 = $0.12 (")


@given(
    minor=st.integers(1, 10**12 - 1),
    digits=st.sampled_from([0, 2, 3]),
    base=st.integers(1, 2**53 - 1),
    offset=st.integers(0, 18),
)
def test_a_price_is_never_charged_short_nor_by_more_than_a_sat(
    minor: int, digits: int, base: int, offset: int
) -> None:
    unit = Currency("XXX", "X", digits)
    sats = sats_from_fiat(Fiat(minor, unit), Rate(unit, base, offset, 0.0))
    assert sats * base >= minor * 10**offset
    assert (sats - 1) * base < minor * 10**offset
    assert Sats(sats) == sats

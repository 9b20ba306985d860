"""Tax that is included in prices: rounded once per receipt and rate, half up, and always whole."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.sale.entry import (
    Entry,
    EntryItem,
    with_digit,
    with_item_added,
    with_next_tax,
    without_last_digit,
)
from kiosk.sale.keys import Key
from kiosk.sale.tax import SaleLine, TaxRate, TaxShare, included_tax, tax_shares
from kiosk.settings import parsers
from tests.sale.tills import RULES, USD, Story

VAT, REDUCED = TaxRate("VAT", 1900), TaxRate("reduced", 700)


@pytest.mark.parametrize(
    ("gross", "hundredths", "tax"),
    [(1190, 1900, 190), (100, 1900, 16), (1, 1900, 0), (107, 700, 7), (21, 500, 1), (0, 1900, 0)],
)
def test_the_tax_in_a_price_is_rounded_half_up(gross: int, hundredths: int, tax: int) -> None:
    """21 at 5 % is exactly 1.0; 100 at 19 % is 15.97."""
    assert included_tax(gross, TaxRate("x", hundredths)) == tax


def test_a_half_is_rounded_up() -> None:
    assert included_tax(3, TaxRate("half", 2000)) == 1  # 0.5


@given(st.lists(st.tuples(st.integers(0, 10**12), st.sampled_from([VAT, REDUCED])), max_size=20))
def test_net_and_tax_of_every_rate_add_up_to_the_receipt(items: list[tuple[int, TaxRate]]) -> None:
    shares = tax_shares(SaleLine(minor, rate) for minor, rate in items)
    assert sum(share.net_minor + share.tax_minor for share in shares) == sum(
        minor for minor, _ in items
    )
    for share in shares:
        assert share.gross_minor == sum(minor for minor, rate in items if rate == share.rate)
        exact = share.gross_minor * share.rate.hundredths
        assert abs(2 * (share.tax_minor * (10_000 + share.rate.hundredths) - exact)) <= (
            10_000 + share.rate.hundredths
        )


def test_a_rate_is_of_what_is_typed_and_the_next_item_has_the_usual_one() -> None:
    food = with_next_tax(with_digit(Entry(USD), 5), 2)
    both = with_digit(with_item_added(food), 7)
    assert both.lines == (EntryItem(5, 1), EntryItem(7))
    back = without_last_digit(without_last_digit(both))
    assert (back.typed, back.tax, back.items) == (5, 1, ())


def test_nothing_typed_keeps_the_usual_rate_for_whoever_comes_next() -> None:
    assert with_next_tax(Entry(USD), 2) == Entry(USD)
    assert without_last_digit(with_next_tax(with_digit(Entry(USD), 5), 2)) == Entry(USD)


def test_the_tax_key_takes_another_rate_into_the_sale() -> None:
    story = Story(replace(RULES, taxes=(VAT, REDUCED))).ready()
    story.press("500", Key.TAX, Key.PLUS)
    sale = story.charged("1190").sale
    assert sale.lines == (SaleLine(500, REDUCED), SaleLine(1190, VAT))
    assert tax_shares(sale.lines) == (TaxShare(REDUCED, 500, 33), TaxShare(VAT, 1190, 190))


def test_without_tax_a_sale_has_none_and_the_key_does_nothing() -> None:
    story = Story().ready()
    story.press("500")
    before = story.till.screen
    story.press(Key.TAX)
    assert story.till.screen == before
    assert story.charged("").sale.lines == ()


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("VAT 19, reduced 7", (VAT, REDUCED)),
        ("TVA 5.5", (TaxRate("TVA", 550),)),
        ("IVA general 21 %", (TaxRate("IVA general", 2100),)),
        ("none 0", (TaxRate("none", 0),)),
    ],
)
def test_rates_are_names_with_percentages(text: str, rates: tuple[TaxRate, ...]) -> None:
    assert parsers.taxes(text) == rates


@pytest.mark.parametrize(
    "text",
    ["19", "VAT", "VAT 19, VAT 7", "VAT 1.234", "VAT 100", "VAT -1", "a 1,b 2,c 3,d 4,e 5,f 6,g 7"],
)
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parsers.taxes(text)


@pytest.mark.parametrize(("hundredths", "percent"), [(1900, "19"), (550, "5.5"), (725, "7.25")])
def test_a_percentage_is_written_short(hundredths: int, percent: str) -> None:
    assert TaxRate("x", hundredths).percent == percent

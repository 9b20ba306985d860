"""KIOSK_ITEMS and items.csv: what may stand in them, and what is wrong in which line."""

from decimal import Decimal

import pytest

from kiosk.commands.from_settings import rules_of
from kiosk.sale.quick_item import MOST_ITEMS, QuickItem
from kiosk.screen.text.setting_problems import knows, problem_text
from kiosk.screen.text.words import Words
from kiosk.settings import WrongSettings, load
from kiosk.settings.items import items, items_of_csv, items_text
from tests.test_settings import GOOD

COFFEE = QuickItem("Coffee", Decimal("2.50"), "")
TEA = QuickItem("Tea, hot", Decimal("2.2"), "EUR", "reduced", "green")
TAX = {"KIOSK_TAX": "VAT 19, reduced 7"}


def test_the_setting_is_read_and_written_alike() -> None:
    text = "Coffee;2.50 | Tea, hot;2,2;eur;reduced;Green |"
    assert items(text) == (COFFEE, TEA)
    assert items(items_text(items(text))) == items(text)
    assert load({**GOOD, **TAX, "KIOSK_ITEMS": text}).items == (COFFEE, TEA)
    assert load(GOOD).items == ()


def test_an_item_without_a_currency_is_in_the_shops_first_one() -> None:
    settings = load({**GOOD, "KIOSK_CURRENCY": "CHF,EUR", "KIOSK_ITEMS": "Coffee;2.50|Tea;2;EUR"})
    rules = rules_of(settings, "3f9a0b1c")
    assert [item.currency for item in rules.items] == ["CHF", "EUR"]


def test_a_tax_that_nobody_has_set_is_told_by_its_name() -> None:
    with pytest.raises(WrongSettings) as refused:
        load({**GOOD, **TAX, "KIOSK_ITEMS": "Coffee;2.50;;luxury"})
    (problem,) = refused.value.problems
    assert problem == "KIOSK_ITEMS: names a tax that KIOSK_TAX does not have: luxury"
    shown = problem_text(Words("de"), problem)
    assert (
        shown
        == "Schnellartikel: nennt eine Steuer, die es unter „Steuern in Prozent“ nicht gibt: luxury"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Coffee", "item 1 must have a price like 2.50"),
        ("Tea;2 | Coffee;$2.50", "item 2 must have a price like 2.50"),
        ("Coffee;1,234.50", "price like 2.50"),
        ("Phone;1.500", "price like 2.50"),
        ("Phone;1,500;EUR", "price like 2.50"),
        ("Coffee;-1", "price like 2.50"),
        ("Coffee;0.00", "has the price 0"),
        (";2.50", "must begin with a name"),
        ("x" * 31 + ";2.50", "must begin with a name"),
        ("a\x07b;1", "must begin with a name"),
        ("Coffee;2.50;euros", "must name its currency like EUR"),
        ("Coffee;2.50;EUR;;pink", "must have one of these colours"),
        ("Coffee;2.50;EUR;;red;more", "has more than name, price"),
        ("|".join(["Coffee;2.50"] * (MOST_ITEMS + 1)), "takes at most 24 items"),
    ],
)
def test_what_is_no_item_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"item|items") as refused:
        items(text)
    assert sentence in str(refused.value)
    assert knows(str(refused.value)), "so that it can be translated"


def test_three_digits_after_the_dot_are_read_only_of_a_currency_that_has_them() -> None:
    """1.500 is fifteen hundred in one country and one and a half in another."""
    assert items("Tea;1.500;kwd") == (QuickItem("Tea", Decimal("1.500"), "KWD"),)
    assert items_of_csv(b"name;price\nPhone;1.500\n")[1] == (
        "line 2 must have a price like 2.50, without a sign of the currency",
    )


@pytest.mark.parametrize(
    "data",
    [
        b'name,price,currency,tax,colour\nCoffee,2.50,,,\n"Tea, hot",2.20,EUR,reduced,green\n',
        "\ufeffPrice;Name;Color;Tax;Currency\r\n2,50;Coffee\r\n\r\n2,2;Tea, hot;green;reduced;EUR"
        "\r\n".encode(),
        b'Coffee,"2,50"\n"Tea, hot","2,20",EUR,reduced,green',
    ],
)
def test_any_countrys_spreadsheet_is_read(data: bytes) -> None:
    listed, problems = items_of_csv(data)
    assert problems == ()
    assert [(item.name, item.tax, item.colour) for item in listed] == [
        ("Coffee", "", ""),
        ("Tea, hot", "reduced", "green"),
    ]
    assert [item.price for item in listed] == [Decimal("2.5"), Decimal("2.2")]


def test_mistakes_of_a_file_are_told_by_line() -> None:
    _, problems = items_of_csv(b"name,price\nCoffee,2.50\nTea\n\nCake,3,EUR\n;,1\nJuice,1.2345\n")
    assert problems == (
        "line 3 must have a price like 2.50, without a sign of the currency",
        "line 5 has more cells than columns",
        "line 6 has a name with one of ; | \\",
        "line 7 must have a price like 2.50, without a sign of the currency",
    )
    assert items_of_csv("Café,2".encode("latin-1"))[1] == ("is not UTF-8: save it as CSV UTF-8",)
    assert items_of_csv(b'"Coffee,2\x00')[1] != ()
    assert items_of_csv(b"Coffee,2\n" * 25)[1] == ("has more than 24 items",)
    assert items_of_csv(b"") == ((), ())

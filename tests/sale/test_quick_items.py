"""Quick items: a touch puts a named item onto the sum, with its own price, tax and quantity."""

from dataclasses import replace
from decimal import Decimal

import pytest

from kiosk.sale.account import Rates
from kiosk.sale.cashier import Cashier
from kiosk.sale.effects import FetchRates
from kiosk.sale.entry import (
    MAX_ITEMS,
    Entry,
    EntryFull,
    EntryItem,
    SumFull,
    with_named_item,
    without_last_digit,
)
from kiosk.sale.events import InvoiceCreated, RatesFetched, RowTouched
from kiosk.sale.keys import Key, Row
from kiosk.sale.money import SAT, Fiat, Rate, sats_from_fiat
from kiosk.sale.quick_item import QuickItem
from kiosk.sale.screens import ChoosingCashier, ChoosingItem, EnteringAmount, RequestingInvoice
from kiosk.sale.tax import SaleLine, TaxRate
from kiosk.sale.timers import QUESTION_SHOWN_S
from kiosk.sale.trouble import TroubleKind
from tests.sale.tills import EUR, RULES, USD, USD_BASE, Story, invoice, rates, usd_rate

VAT, REDUCED = TaxRate("VAT", 1900), TaxRate("reduced", 700)
ITEMS = (
    QuickItem("Coffee", Decimal("2.50"), "USD"),
    QuickItem("Tea", Decimal(2), "USD", "reduced"),
    QuickItem("Cake", Decimal("3.10"), "EUR"),
    QuickItem("Zap", Decimal(1000), "SAT"),
    *(QuickItem(f"No. {number}", Decimal(number), "USD") for number in range(5, 15)),
)
SELLING = replace(RULES, items=ITEMS, taxes=(VAT, REDUCED))


def shop() -> Story:
    story = Story(SELLING).ready()
    story.press(Key.ITEMS)
    story.wait(1.0)
    return story


def entry_of(story: Story) -> Entry:
    screen = story.till.screen
    assert isinstance(screen, ChoosingItem | EnteringAmount)
    return screen.entry


def touch(story: Story, *rows: int) -> None:
    for row in rows:
        story.play(RowTouched(Row(row)))


def test_touches_put_items_onto_the_sum_and_the_sale_has_a_line_for_each() -> None:
    story = shop()
    touch(story, 0, 0, 1)
    assert entry_of(story).tape == (EntryItem(500, 0, "Coffee", 2), EntryItem(200, 1, "Tea"))
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)
    screen = story.till.screen
    assert isinstance(screen, RequestingInvoice)
    assert screen.sale.price == Fiat(700, USD)
    assert screen.sale.lines == (
        SaleLine(500, VAT, "Coffee", 2),
        SaleLine(200, REDUCED, "Tea"),
    )


def test_a_keypad_of_twelve_keys_reaches_the_items_and_charges_them() -> None:
    story = Story(SELLING).ready()
    story.press(Key.CHARGE)
    story.wait(1.0)
    story.press("01", "02")
    assert entry_of(story).tape == (EntryItem(250, 0, "Coffee"), EntryItem(200, 1, "Tea"))
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, RequestingInvoice)


def test_with_cashiers_the_same_key_asks_who_sells_and_then_shows_the_items() -> None:
    story = Story(replace(SELLING, cashiers=(Cashier("01", "Ana"),))).ready()
    story.press(Key.CHARGE)
    story.wait(1.0)
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, ChoosingCashier), (
        "nothing is sold before somebody is chosen"
    )
    story.press("01")
    story.wait(1.0)
    for _ in range(2):
        story.press(Key.CHARGE)
        story.wait(1.0)
    assert isinstance(story.till.screen, ChoosingItem)


def test_half_a_cashiers_number_opens_no_items_for_the_one_before() -> None:
    """Whoever had begun to say who sells would have sold under the name of somebody else."""
    story = Story(replace(SELLING, cashiers=(Cashier("01", "Ana"),))).ready()
    story.till = replace(story.till, cashier=Cashier("01", "Ana"))
    story.press(Key.CASHIER, Key.D0)
    story.wait(1.0)
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, ChoosingCashier)


def test_a_number_before_the_items_key_multiplies_the_next_item_alone() -> None:
    story = Story(SELLING).ready()
    story.press("12", Key.ITEMS, "01", "02")
    assert entry_of(story).tape == (EntryItem(3000, 0, "Coffee", 12), EntryItem(200, 1, "Tea"))


def test_an_amount_that_is_no_quantity_goes_onto_the_sum_first() -> None:
    story = Story(SELLING).ready()
    story.press("150", Key.ITEMS, "02", Key.CLEAR, "5")
    assert entry_of(story).lines == (EntryItem(150), EntryItem(200, 1, "Tea"), EntryItem(5))


def test_plus_with_nothing_typed_opens_the_items_only_where_there_are_any() -> None:
    story = Story(SELLING).ready()
    story.press("5", Key.PLUS)
    assert isinstance(story.till.screen, EnteringAmount)
    story.press(Key.PLUS)
    assert isinstance(story.till.screen, ChoosingItem)
    plain = Story(RULES).ready()
    plain.press(Key.PLUS, Key.ITEMS)
    assert isinstance(plain.till.screen, EnteringAmount)


def test_the_second_page_and_the_two_digits_reach_every_item() -> None:
    story = shop()
    story.press(Key.PLUS, Key.PLUS)
    story.wait(1.0)
    touch(story, 1, 2)  # the page has two
    assert [item.name for item in entry_of(story).tape] == ["No. 14"]
    story.press("9", Key.DELETE, "13", "99")
    assert [item.name for item in entry_of(story).tape] == ["No. 14", "No. 13"]


def test_delete_takes_one_of_the_last_item_back_at_a_time() -> None:
    story = Story(SELLING).ready()
    story.press("2", Key.ITEMS, "01", Key.CLEAR, Key.DELETE)
    assert entry_of(story).tape == (EntryItem(250, 0, "Coffee"),)
    story.press(Key.DELETE)
    assert entry_of(story).is_empty


def test_an_item_in_another_currency_than_the_sum_is_converted_and_the_first_sets_the_unit() -> (
    None
):
    story = shop()
    touch(story, 2)
    assert entry_of(story).price == Fiat(310, EUR)
    assert story.effects[-1] == FetchRates("EUR")
    euro = Rate(EUR, USD_BASE, 12, story.till.now_s)
    story.play(RatesFetched(Rates(usd_rate(story.till.now_s), euro)))
    touch(story, 0)
    assert entry_of(story).tape[-1] == EntryItem(250, 0, "Coffee"), "a euro is a dollar here"
    touch(story, 3)
    zap = entry_of(story).tape[-1]
    assert abs(sats_from_fiat(Fiat(zap.minor, EUR), euro) - 1000) < 23, "to the nearest cent"


def euro_sum() -> Story:
    """A till in dollars whose sum was begun by an item in euros."""
    story = shop()
    touch(story, 2)
    euro = Rate(EUR, USD_BASE, 12, story.till.now_s)
    story.play(RatesFetched(Rates(usd_rate(story.till.now_s), euro)))
    assert entry_of(story).price == Fiat(310, EUR)
    return story


def test_after_the_sale_of_an_item_in_another_currency_the_till_types_in_its_own_again() -> None:
    """Nobody chose the euro: the next customer's 5.00 were asked for in it."""
    story = euro_sum()
    story.press(Key.CHARGE)
    screen = story.till.screen
    assert isinstance(screen, RequestingInvoice)
    made = invoice(1, screen.sale.amount)
    story.play(InvoiceCreated(screen.sale.id, made))
    story.pay(made)
    story.wait(1.0)
    story.press("5")
    assert entry_of(story) == Entry(USD, 5)


@pytest.mark.parametrize("keys", [(Key.DELETE,), (Key.CLEAR,), (Key.DELETE, "7", Key.DELETE)])
def test_an_emptied_sum_is_in_the_unit_of_before(keys: tuple[Key | str, ...]) -> None:
    story = euro_sum()
    story.press(Key.CLEAR, *keys)
    assert entry_of(story) == Entry(USD)


def test_the_unit_in_which_a_sum_was_looked_at_stays_when_it_is_cleared() -> None:
    story = euro_sum()
    story.press(Key.CLEAR, Key.CURRENCY)
    screen = story.till.screen
    assert isinstance(screen, EnteringAmount)
    assert screen.shown is not None
    story.press(Key.CLEAR)
    assert entry_of(story) == Entry(screen.shown)


def test_a_unit_that_the_merchant_chose_stays_after_a_sum_of_items() -> None:
    story = Story(replace(SELLING, units=("USD", "EUR"))).ready()
    story.press(Key.CURRENCY)
    assert entry_of(story).unit.code == "EUR"
    story.press(Key.ITEMS)
    story.wait(1.0)
    touch(story, 0)
    assert entry_of(story).unit.code == "USD"
    story.press(Key.CLEAR, Key.CLEAR)
    assert entry_of(story).unit.code == "EUR"
    story.press(Key.CURRENCY, "5")
    assert entry_of(story).unit.code == "USD", "and is left by its own key"


def test_without_a_price_an_item_of_another_currency_is_refused_and_the_price_asked_for() -> None:
    story = shop()
    touch(story, 3)
    assert entry_of(story).price == Fiat(1000, SAT)
    story.till = replace(story.till, rates=None, rate_asked=False)
    touch(story, 0)
    screen = story.till.screen
    assert isinstance(screen, EnteringAmount)
    assert screen.notice is not None
    assert (screen.notice.kind, screen.entry.total) == (TroubleKind.NO_RATE, 1000)
    assert story.effects[-1] == FetchRates("USD")


def test_an_item_in_a_currency_that_blink_does_not_know_is_refused_when_it_is_touched() -> None:
    """It began a sum that could only be refused when the customer was to pay."""
    story = Story(replace(SELLING, items=(QuickItem("Coffee", Decimal(2), "EUE"),))).ready()
    story.press("7", Key.PLUS, Key.ITEMS)
    story.wait(1.0)
    touch(story, 0)
    screen = story.till.screen
    assert isinstance(screen, EnteringAmount)
    assert screen.notice is not None
    assert screen.notice.kind is TroubleKind.CURRENCY_UNKNOWN
    assert screen.notice.subject == "EUE (EUR?)"
    assert screen.entry.price == Fiat(7, USD)


def test_no_sum_has_more_than_99_items_or_12_digits() -> None:
    story = Story(SELLING).ready()
    story.press("98", Key.ITEMS, "01", "01", "01")
    screen = story.till.screen
    assert isinstance(screen, EnteringAmount)
    assert screen.notice is not None
    assert screen.notice.kind is TroubleKind.SUM_TOO_LONG
    assert screen.entry.count == MAX_ITEMS
    many = EntryItem(6 * 10**11, 0, "Gold", 9)
    with pytest.raises(EntryFull):
        with_named_item(with_named_item(Entry(USD), many), replace(many, name="More"))
    with pytest.raises(SumFull):
        with_named_item(Entry(USD), replace(many, quantity=100))


def test_only_the_same_item_at_the_same_price_makes_a_line_longer() -> None:
    coffee = EntryItem(250, 0, "Coffee")
    entry = Entry(USD)
    for item in (coffee, replace(coffee, tax=1), replace(coffee, minor=240)):
        entry = with_named_item(entry, item)
    assert [item.quantity for item in entry.tape] == [1, 1, 1]
    assert without_last_digit(entry).total == 500


def test_a_price_with_more_digits_than_its_currency_is_rounded_up() -> None:
    yen = replace(ITEMS[0], price=Decimal("2.5"), currency="JPY")
    story = Story(replace(SELLING, items=(yen,))).ready()
    story.press(Key.ITEMS, "01")
    assert entry_of(story).total == 3


def test_nothing_is_taken_before_the_currencies_are_known() -> None:
    story = shop()
    story.till = replace(story.till, account=None)
    touch(story, 0)
    screen = story.till.screen
    assert isinstance(screen, EnteringAmount)
    assert screen.notice is not None
    assert screen.notice.kind is TroubleKind.NO_CONNECTION


def test_the_items_go_by_themselves_and_the_sum_stays() -> None:
    story = shop()
    touch(story, 0)
    story.wait(QUESTION_SHOWN_S + 1)
    screen = story.till.screen
    assert isinstance(screen, EnteringAmount)
    assert screen.entry.total == 250


def test_names_are_kept_where_no_tax_is_set() -> None:
    story = Story(replace(SELLING, taxes=(), items=ITEMS[:1])).ready()
    story.press(Key.ITEMS, "01")
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)
    screen = story.till.screen
    assert isinstance(screen, RequestingInvoice)
    assert screen.sale.lines == (SaleLine(250, None, "Coffee"),)
    assert "Coffee" not in screen.sale.memo, "the code stays as small as it was"

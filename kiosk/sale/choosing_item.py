"""The quick items on the screen: a touch, or the two digits of an item, puts it onto the sum."""

import math
from dataclasses import replace
from typing import Final

from kiosk.sale import checkout, prices
from kiosk.sale.effects import PlaySound, Sound, Step
from kiosk.sale.entry import (
    MAX_ITEMS,
    Entry,
    EntryFull,
    EntryItem,
    SumFull,
    with_item_added,
    with_named_item,
)
from kiosk.sale.keys import Key
from kiosk.sale.money import SAT, Currency, Fiat
from kiosk.sale.quick_item import QuickItem
from kiosk.sale.screens import ChoosingItem, EnteringAmount
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind

_NUMBER_DIGITS: Final = 2


def times_typed(entry: Entry) -> int:
    """How many of the next item are meant by what is typed; 0 for an amount, or for nothing."""
    return entry.typed if entry.typed <= MAX_ITEMS else 0


def open_items(till: Till, entry: Entry) -> Step:
    """Show the items. A number up to 99 says how many; another amount goes onto the sum."""
    if not till.rules.items:
        return Step(till)
    times = times_typed(entry)
    try:
        ready = replace(entry, typed=0, tax=0) if times else with_item_added(entry)
    except SumFull:
        return checkout.refuse(till, entry, Trouble(TroubleKind.SUM_TOO_LONG))
    return Step(replace(till, screen=ChoosingItem(ready, times=max(1, times))))


def handle_key(till: Till, screen: ChoosingItem, key: Key) -> Step:
    """A key while the items are shown: digits choose, CHARGE charges the sum, CLEAR goes back."""
    if key.digit is not None:
        return _handle_digit(till, screen, key.value)
    match key:
        case Key.DELETE | Key.CLEAR if screen.typed:
            return Step(replace(till, screen=replace(screen, typed="")))
        case Key.DELETE:
            top = max(0, screen.top - till.item_room)
            return Step(replace(till, screen=replace(screen, top=top)))
        case Key.PLUS if screen.top + till.item_room < len(till.rules.items):
            return Step(replace(till, screen=replace(screen, top=screen.top + till.item_room)))
        case Key.CLEAR:
            return Step(replace(till, screen=EnteringAmount(screen.entry)))
        case Key.CHARGE if not screen.entry.is_empty:
            return checkout.open_sale(till, screen.entry)
    return Step(till)


def handle_row(till: Till, screen: ChoosingItem, number: int) -> Step:
    """An item of the page was touched."""
    shown = shown_items(till, screen)
    return _take(till, screen, shown[number]) if number < len(shown) else Step(till)


def with_unit_of_before(till: Till) -> Till:
    """A sum that is empty again goes back to the unit that was in use before an item set it."""
    screen = till.screen
    if till.unit_before is None or not isinstance(screen, EnteringAmount):
        return till
    if not screen.entry.is_empty:
        return till
    shown = replace(screen, entry=Entry(till.unit_before))
    return replace(till, screen=shown, unit_before=None)


def shown_items(till: Till, screen: ChoosingItem) -> tuple[QuickItem, ...]:
    """The items of the page."""
    return till.rules.items[screen.top : screen.top + till.item_room]


def price_of(till: Till, item: QuickItem) -> Fiat:
    """The price in its own currency, rounded up to its smallest unit."""
    unit = prices.unit_by_code(till, item.currency)
    return Fiat(math.ceil(item.price.scaleb(unit.fraction_digits)), unit)


def _handle_digit(till: Till, screen: ChoosingItem, digit: str) -> Step:
    typed = screen.typed + digit
    if len(typed) < _NUMBER_DIGITS:
        return Step(replace(till, screen=replace(screen, typed=typed)))
    place = int(typed) - 1
    if 0 <= place < len(till.rules.items):
        return _take(till, screen, till.rules.items[place])
    return Step(replace(till, screen=replace(screen, typed="")), (), (PlaySound(Sound.REFUSED),))


def _take(till: Till, screen: ChoosingItem, item: QuickItem) -> Step:
    """Put the item onto the sum; an empty sum takes its currency, another one a converted price."""
    if till.account is None:  # how many digits the currency has is not known yet
        return checkout.refuse(till, screen.entry, Trouble(TroubleKind.NO_CONNECTION))
    known = till.account.currencies  # none while Blink has not listed them to a direct till
    if known and item.currency not in {SAT.code, *known}:
        unknown = Trouble(TroubleKind.CURRENCY_UNKNOWN, item.currency)
        return checkout.refuse(till, screen.entry, prices.with_nearest_currency(till, unknown))
    price = price_of(till, item)
    entry = screen.entry
    if entry.is_empty:
        till = replace(till, unit_before=till.unit_before or entry.unit)
        entry = Entry(price.currency)
    in_unit = _in_unit(till, price, entry.unit)
    if in_unit is None:
        missing = prices.first_without_rate(till, price.currency, entry.unit) or entry.unit
        refused = checkout.refuse(till, entry, Trouble(TroubleKind.NO_RATE, missing.code))
        return refused.then(lambda after: prices.ask_rates(after, missing))
    minor = in_unit.minor * screen.times
    try:
        longer = with_named_item(
            entry, EntryItem(minor, _tax_place(till, item), item.name, screen.times)
        )
    except SumFull:
        return checkout.refuse(till, entry, Trouble(TroubleKind.SUM_TOO_LONG))
    except EntryFull:
        return checkout.refuse(till, entry, Trouble(TroubleKind.AMOUNT_TOO_LONG))
    taken = replace(till, screen=replace(screen, entry=longer, typed="", times=1))
    return prices.ask_if_old(taken, longer.unit)


def _in_unit(till: Till, price: Fiat, unit: Currency) -> Fiat | None:
    """The price in the unit of the sum; None without fresh prices of bitcoin for both."""
    if price.currency.code == unit.code:
        return price
    return prices.amount_in_unit(till, Entry(price.currency, price.minor), unit)


def _tax_place(till: Till, item: QuickItem) -> int:
    """The place of the item's tax rate; the settings have checked that there is one."""
    names = [rate.name for rate in till.rules.taxes]
    return names.index(item.tax) if item.tax else 0

"""What a key does while an amount is typed."""

from dataclasses import replace

from kiosk.sale import (
    checkout,
    choosing_cashier,
    choosing_item,
    manager,
    odd_money,
    prices,
    printing,
    reach,
    service,
    waiting_for_price,
)
from kiosk.sale.effects import Step
from kiosk.sale.entry import (
    Entry,
    EntryFull,
    SumFull,
    with_digit,
    with_entry_cleared,
    with_item_added,
    with_next_tax,
    without_last_digit,
)
from kiosk.sale.keys import Key
from kiosk.sale.manager_screens import BehindPin, EnteringPin
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind


def handle_entry_key(till: Till, screen: EnteringAmount, key: Key) -> Step:
    """A digit, an item or a unit changes the amount; CHARGE goes on with it."""
    entry = screen.entry
    are_in_sight = service.shows_notices(till, screen)
    if till.interrupted_sales and are_in_sight:
        till = replace(till, interrupted_sales=())
        if key in (Key.CLEAR, Key.CHARGE):  # the notice has been read
            return Step(till)
    if key is Key.CHARGE and entry.is_empty and are_in_sight:
        if till.late_money:
            return odd_money.put_away(till)
        if printing.tells_unprinted(till):
            return printing.put_unprinted_away(till)
    if key is Key.CASHIER or (key is Key.CHARGE and entry.is_empty and till.rules.cashiers):
        return choosing_cashier.open_choice(till, entry)
    if key is Key.CHARGE and entry.is_empty and till.rules.items:  # a 4x3 keypad has no other way
        return choosing_item.open_items(till, entry)
    edits = key.digit is not None or key in (Key.DELETE, Key.PLUS)
    edits = edits or (key is Key.ITEMS and bool(till.rules.items))
    if edits and screen.shown is not None:
        # A digit of one unit behind digits of another would be an amount that nobody meant: it is
        # refused once, with what was typed on the screen again.
        return checkout.refuse(till, entry, Trouble(TroubleKind.TYPED_IN_ANOTHER, entry.unit.code))
    if key.digit is not None:
        return _handle_digit(till, entry, key.digit)
    match key:
        case Key.DELETE:
            return Step(replace(till, screen=EnteringAmount(without_last_digit(entry))))
        case Key.CLEAR:
            cleared = _cleared(screen)
            if cleared.entry.is_empty and screen.shown is not None:  # its unit was chosen by a key
                till = replace(till, unit_before=None)
            return Step(replace(till, screen=cleared))
        case Key.PLUS if entry.typed or not till.rules.items:
            return _added(till, entry)
        case Key.PLUS | Key.ITEMS:
            return choosing_item.open_items(till, entry)
        case Key.CURRENCY:
            return waiting_for_price.switch_unit(till, screen)
        case Key.TAX:
            taxed = with_next_tax(entry, len(till.rules.taxes))
            return Step(till if taxed is entry else _with_entry(till, screen, taxed))
        case Key.CHARGE:
            return checkout.open_sale(till, entry)
        case Key.PUT_AWAY if entry.is_empty and odd_money.can_put_away(till):
            return odd_money.put_away(till)
        case Key.PUT_AWAY if entry.is_empty and printing.tells_unprinted(till):
            return printing.put_unprinted_away(till)
        case Key.PRINT_AGAIN if entry.is_empty and printing.tells_unprinted(till):
            return printing.print_again(till)
        case Key.SHOW_CONNECTIONS:
            shown = replace(screen, connections=not screen.connections)
            return Step(replace(till, screen=shown))
        case Key.WIFI if reach.is_on_the_way(till):
            if till.rules.pin:
                return Step(replace(till, screen=EnteringPin(opens=BehindPin.WIFI)))
            return manager.open_wifi(till)
        case Key.MENU if till.rules.pin:
            return Step(replace(till, screen=EnteringPin()))
        case Key.MENU:
            return checkout.refuse(till, entry, Trouble(TroubleKind.MENU_OFF))
    return Step(till)


def _with_entry(till: Till, screen: EnteringAmount, entry: Entry) -> Till:
    return replace(till, screen=EnteringAmount(entry, shown=screen.shown))


def _handle_digit(till: Till, entry: Entry, digit: int) -> Step:
    try:
        longer = with_digit(entry, digit)
    except EntryFull:
        return checkout.refuse(till, entry, Trouble(TroubleKind.AMOUNT_TOO_LONG))
    step = Step(replace(till, screen=EnteringAmount(longer)))
    if longer.is_empty:
        return step
    if entry.is_empty:
        return step.then(lambda after: prices.ask_rates(after, entry.unit))
    return step.then(lambda after: prices.ask_if_old(after, entry.unit))


def _cleared(screen: EnteringAmount) -> EnteringAmount:
    """An empty amount is typed in the unit that is shown."""
    left, shown = with_entry_cleared(screen.entry), screen.shown
    return (
        EnteringAmount(Entry(shown))
        if left.is_empty and shown
        else EnteringAmount(left, shown=shown)
    )


def _added(till: Till, entry: Entry) -> Step:
    try:
        return Step(replace(till, screen=EnteringAmount(with_item_added(entry))))
    except SumFull:
        return checkout.refuse(till, entry, Trouble(TroubleKind.SUM_TOO_LONG))

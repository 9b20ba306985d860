"""What a key does, screen by screen. A key without a meaning on this screen is ignored; money never
is.
"""

from dataclasses import replace

from kiosk.sale import (
    checkout,
    choosing_cashier,
    choosing_item,
    manager,
    new_code,
    odd_money,
    pin_entry,
    prices,
    printing,
    reach,
    refunding,
    sale_page,
    settings_steps,
)
from kiosk.sale.code_keys import handle_code_key
from kiosk.sale.code_on_screen import (
    back_to_entry,
    end_without_code,
    leave_code,
)
from kiosk.sale.effects import (
    PlaySound,
    ReadSalesHistory,
    Sound,
    Step,
)
from kiosk.sale.entry import (
    Entry,
    EntryFull,
    SumFull,
    Tip,
    percentage_tip,
    with_digit,
    with_entry_cleared,
    with_item_added,
    with_next_tax,
    without_last_digit,
)
from kiosk.sale.facts import Ending
from kiosk.sale.key_timing import ignores_key
from kiosk.sale.keys import Key, Row
from kiosk.sale.screens import (
    AcceptingDigits,
    AwaitingPayment,
    BehindPin,
    CheckingLimit,
    ChoosingCashier,
    ChoosingItem,
    ChoosingTip,
    CodeExpired,
    ConfirmingLimit,
    DeviceScreen,
    EnteringAmount,
    EnteringPin,
    FetchingPrice,
    Forwarded,
    LeavingCode,
    ManagerPage,
    ManagerScreen,
    Paid,
    ReceiptScreen,
    ReceivedDirectly,
    RefundScreen,
    RequestingInvoice,
    SaleFailed,
    SaleReceived,
    SaleScreen,
)
from kiosk.sale.settings_screen import SettingsScreen
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.wifi import EnteringPassphrase, JoiningNetwork, NetworkList, OpenNetwork


def handle_key(till: Till, key: Key) -> Step:
    """Carry out a key on the present screen; one that does something makes a sound."""
    if ignores_key(till, key):
        return Step(till)
    return _with_key_sound(till, _handle_key_of_screen(till, key))


def handle_row(till: Till, row: Row) -> Step:
    """Carry out the touch of a row on the present screen: only a list has rows."""
    if ignores_key(till, Key.CHARGE):
        return Step(till)
    match till.screen:
        case ManagerScreen() as screen:
            return _with_key_sound(till, manager.handle_row(till, screen, row.number))
        case ChoosingCashier() as asked:
            return _with_key_sound(till, choosing_cashier.handle_row(till, asked, row.number))
        case ChoosingItem() as items:
            return _with_key_sound(till, choosing_item.handle_row(till, items, row.number))
    return Step(till)


def _with_key_sound(till: Till, step: Step) -> Step:
    ignored = step.till is till and not step.effects
    if ignored or any(isinstance(effect, PlaySound) for effect in step.effects):
        return step
    return replace(step, effects=(PlaySound(Sound.KEY), *step.effects))


def handle_stuck_key(till: Till, legend: str) -> Step:
    """A key has been down for too long: its legend is shown until it comes up."""
    others = tuple(key for key in till.stuck_keys if key != legend)
    return Step(replace(till, stuck_keys=(*others, legend)))


def handle_released_key(till: Till, legend: str) -> Step:
    """A stuck key came up."""
    return Step(replace(till, stuck_keys=tuple(key for key in till.stuck_keys if key != legend)))


def _handle_key_of_screen(till: Till, key: Key) -> Step:
    screen = till.screen
    match screen:
        case EnteringAmount():
            return _handle_entry_key(till, screen, key)
        case FetchingPrice(entry) | CheckingLimit(entry) if key is Key.CLEAR:
            return Step(replace(till, screen=EnteringAmount(entry)))
        case ChoosingTip():
            return _handle_tip_key(till, screen, key)
        case ConfirmingLimit():
            return _confirming(till, screen, key)
        case AcceptingDigits():
            return _accepting_digits(till, screen, key)
        case RequestingInvoice(sale, entry) if key is Key.CLEAR:
            return end_without_code(till, sale, Ending.CANCELLED, EnteringAmount(entry))
        case AwaitingPayment():
            return handle_code_key(till, screen, key)
        case LeavingCode(awaiting, ending) if key is Key.CLEAR and screen.cancel_answered:
            return leave_code(till, awaiting, ending)
        case CodeExpired():
            if key is Key.CHARGE:
                return new_code.ask_about_old_code(till, screen)
            return back_to_entry(till) if key is Key.CLEAR else Step(till)
        case Paid(sale) | Forwarded(sale) | SaleReceived(sale) if asked := printing.handle_paid_key(
            till, sale, key
        ):
            return asked
        case Paid() | Forwarded() | SaleReceived() | ReceivedDirectly():
            if key.digit is None:
                return back_to_entry(till)
            return back_to_entry(till).then(lambda after: _handle_key_of_screen(after, key))
        case SaleFailed(entry=entry) if key in (Key.CLEAR, Key.CHARGE):
            return Step(replace(till, screen=EnteringAmount(entry)))
        case EnteringPin():
            return pin_entry.handle_key(till, screen, key, _behind_pin)
        case ChoosingCashier() if key is Key.CHARGE and till.cashier and till.rules.items:
            return choosing_item.open_items(till, screen.entry)
        case ChoosingCashier():
            return choosing_cashier.handle_key(till, screen, key)
        case ChoosingItem():
            return choosing_item.handle_key(till, screen, key)
        case ManagerScreen():
            return manager.handle_page_key(till, screen, key)
        case SaleScreen():
            return sale_page.handle_key(till, screen, key)
        case RefundScreen():
            return refunding.handle_key(till, screen, key)
        case ReceiptScreen():
            return printing.handle_key(till, screen, key)
        case DeviceScreen() if key is Key.CLEAR:
            return manager.open_device_page(till)
        case SettingsScreen():
            return settings_steps.handle_key(till, screen, key)
        case NetworkList() | EnteringPassphrase() | OpenNetwork() | JoiningNetwork():
            return manager.handle_wifi_key(till, screen, key)
    return Step(till)


def _handle_entry_key(till: Till, screen: EnteringAmount, key: Key) -> Step:
    entry = screen.entry
    if till.interrupted_sales:
        till = replace(till, interrupted_sales=())
        if key in (Key.CLEAR, Key.CHARGE):  # the notice has been read
            return Step(till)
    if key is Key.CHARGE and entry.is_empty and _notice(till) is None:
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
            return checkout.switch_unit(till, screen)
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


def _notice(till: Till) -> Trouble | None:
    return till.screen.notice if isinstance(till.screen, EnteringAmount) else None


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


def _confirming(till: Till, screen: ConfirmingLimit, key: Key) -> Step:
    if key is Key.CLEAR:
        return Step(replace(till, screen=EnteringAmount(screen.entry)))
    if key is not Key.CHARGE:
        return Step(till)
    if screen.prices is not None:
        accepted = prices.accept_price(till, screen.prices[1])
        return checkout.open_sale(accepted, screen.entry, screen.tip, screen.agreed)
    agreed = screen.agreed | {screen.notice.kind}
    return checkout.open_sale(till, screen.entry, screen.tip, agreed)


def _accepting_digits(till: Till, screen: AcceptingDigits, key: Key) -> Step:
    entry = screen.entry
    if key is Key.CLEAR:
        return (
            _managing(till) if entry is None else Step(replace(till, screen=EnteringAmount(entry)))
        )
    if key is not Key.CHARGE:
        return Step(till)
    step = prices.accept_digits(till, screen.unit)
    return step.then(_opened_by_pin if entry is None else lambda t: checkout.open_sale(t, entry))


def _behind_pin(till: Till, opens: BehindPin) -> Step:
    return manager.open_wifi(till) if opens is BehindPin.WIFI else _opened_by_pin(till)


def _opened_by_pin(till: Till) -> Step:
    """Behind the PIN: first what only a manager can answer, then the pages."""
    changed = prices.changed_digits(till, till.rules.units)
    if changed is not None:
        return Step(replace(till, screen=AcceptingDigits(*changed)))
    return _managing(till)


def _managing(till: Till) -> Step:
    opened = replace(till, screen=ManagerScreen(ManagerPage.TOTALS, since_s=till.now_s))
    return Step(opened, (), (ReadSalesHistory(),))


def _handle_tip_key(till: Till, screen: ChoosingTip, key: Key) -> Step:
    entry, tips = screen.entry, till.rules.tips
    if screen.own_tip is not None:
        return _handle_own_tip_key(till, screen, screen.own_tip, key)
    if key is Key.CHARGE or key is Key.D0:
        return checkout.open_sale(till, entry, Tip(), screen.agreed)
    if key.digit is not None and 1 <= key.digit <= len(tips):
        return checkout.open_sale(
            till, entry, percentage_tip(entry, tips[key.digit - 1]), screen.agreed
        )
    if key is Key.PLUS:
        return Step(replace(till, screen=replace(screen, own_tip=Entry(entry.unit))))
    return Step(replace(till, screen=EnteringAmount(entry))) if key is Key.CLEAR else Step(till)


def _handle_own_tip_key(till: Till, screen: ChoosingTip, own: Entry, key: Key) -> Step:
    if key.digit is not None:
        try:
            return Step(replace(till, screen=replace(screen, own_tip=with_digit(own, key.digit))))
        except EntryFull:
            return Step(till, (), (PlaySound(Sound.REFUSED),))
    match key:
        case Key.DELETE:
            return Step(replace(till, screen=replace(screen, own_tip=without_last_digit(own))))
        case Key.CLEAR:
            left = None if own.is_empty else with_entry_cleared(own)
            return Step(replace(till, screen=replace(screen, own_tip=left)))
        case Key.CHARGE:
            return checkout.open_sale(till, screen.entry, Tip(own.total), screen.agreed)
    return Step(till)

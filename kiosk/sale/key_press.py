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
    pin_entry,
    prices,
    printing,
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
from kiosk.sale.entry_keys import handle_entry_key
from kiosk.sale.facts import Ending
from kiosk.sale.key_timing import ignores_key
from kiosk.sale.keys import Key, Row
from kiosk.sale.manager_screens import (
    BehindPin,
    DeviceScreen,
    EnteringPin,
    ManagerPage,
    ManagerScreen,
    ReceiptScreen,
    RefundScreen,
    SaleScreen,
)
from kiosk.sale.screens import (
    AcceptingDigits,
    AwaitingPayment,
    CheckingLimit,
    ChoosingCashier,
    ChoosingItem,
    ChoosingTip,
    CodeExpired,
    ConfirmingLimit,
    EnteringAmount,
    FetchingPrice,
    Forwarded,
    LeavingCode,
    Paid,
    ReceivedDirectly,
    RequestingInvoice,
    SaleFailed,
    SaleReceived,
)
from kiosk.sale.settings_screen import SettingsScreen
from kiosk.sale.till import Till
from kiosk.sale.tip_keys import handle_tip_key
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
            return handle_entry_key(till, screen, key)
        case FetchingPrice(entry) | CheckingLimit(entry) if key is Key.CLEAR:
            return Step(replace(till, screen=EnteringAmount(entry)))
        case ChoosingTip():
            return handle_tip_key(till, screen, key)
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
        case ChoosingCashier(typed="") if key is Key.CHARGE and till.cashier and till.rules.items:
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

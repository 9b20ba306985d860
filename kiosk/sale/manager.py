"""The manager's screens: totals, history, forwards, and the device with its Wi-Fi."""

from dataclasses import replace
from typing import Final

from kiosk.sale import (
    printing,
    sale_page,
    sales_list,
    service,
    settings_pages,
    wifi,
)
from kiosk.sale.code_on_screen import back_to_entry
from kiosk.sale.device import (
    DeviceAction,
    DeviceActionResult,
    DeviceNotice,
    ReadDeviceFacts,
    RunDeviceAction,
)
from kiosk.sale.effects import PlaySound, ReadSalesHistory, Sound, Step
from kiosk.sale.events import SalesHistoryResult
from kiosk.sale.facts import DayClosed
from kiosk.sale.keys import Key, Letter
from kiosk.sale.manager_screens import DeviceScreen, ManagerPage, ManagerScreen
from kiosk.sale.sales_list import SalesList, SalesPageResult
from kiosk.sale.settings_screen import SettingsScreen
from kiosk.sale.till import Till
from kiosk.sale.wifi import WifiJoinResult, WifiNotice, WifiScanResult, WifiScreen

_PAGES: Final = tuple(ManagerPage)
# On the page of the device, after the digits that choose a page.
WIFI_KEY: Final = Key.D5
EXPORT_KEY: Final = Key.D6
ABOUT_KEY: Final = Key.D7
SETTINGS_KEY: Final = Key.D8


def handle_page_key(till: Till, screen: ManagerScreen, key: Key) -> Step:
    """A key on one of the pages."""
    awake = replace(screen, since_s=till.now_s, notice=None, closing=False)
    if key is Key.CLEAR:
        return Step(replace(till, screen=awake)) if screen.closing else back_to_entry(till)
    if key.digit is not None and 1 <= key.digit <= len(_PAGES):
        return _open_page(till, awake, _PAGES[key.digit - 1])
    match key, screen.page:
        case Key.PLUS, ManagerPage.TOTALS:
            top = min(screen.top + 1, len(screen.closes))
            return Step(replace(till, screen=replace(awake, top=top)))
        case Key.DELETE, ManagerPage.TOTALS:
            return Step(replace(till, screen=replace(awake, top=max(0, screen.top - 1))))
        case Key.CURRENCY, ManagerPage.TOTALS if till.rules.cashiers:
            other = replace(awake, by_cashier=not screen.by_cashier)
            return Step(replace(till, screen=other))
        case Key.PLUS, ManagerPage.HISTORY:
            return _read_sales(till, awake, sales_list.older(screen.sales))
        case Key.DELETE, ManagerPage.HISTORY:
            return _read_sales(till, awake, sales_list.newer(screen.sales))
        case Key.CHECK, ManagerPage.TOTALS if printing.can_print_close(till, screen):
            return printing.print_close(replace(till, screen=awake), screen)
        case Key.CURRENCY, ManagerPage.HISTORY:
            return _read_sales(till, awake, SalesList(odd=not screen.sales.odd))
        case Key.CHARGE, ManagerPage.HISTORY:
            return handle_row(till, awake, 0)
        case Key.PLUS, ManagerPage.FORWARDS:
            top = screen.top + till.list_room // sales_list.SALE_ROOM
            return (
                Step(replace(till, screen=replace(awake, top=top)))
                if (top < len(till.forwards))
                else Step(replace(till, screen=awake))
            )
        case Key.DELETE, ManagerPage.FORWARDS:
            top = max(0, screen.top - till.list_room // sales_list.SALE_ROOM)
            return Step(replace(till, screen=replace(awake, top=top)))
        case Key.CHARGE, ManagerPage.TOTALS if not screen.closing:
            return Step(replace(till, screen=replace(awake, closing=True)))
        case Key.CHARGE, ManagerPage.TOTALS:
            closed = DayClosed(till.unix_s, till.cashier_label)
            report = replace(awake, top=1)
            # Whoever sells next is asked for anew.
            after = replace(till, screen=report, cashier=None)
            return Step(after, (closed,), (ReadSalesHistory(),))
        case Key.CHARGE, ManagerPage.FORWARDS:
            return service.retry_all(replace(till, screen=awake))
        case _, ManagerPage.DEVICE:
            return _handle_device_key(till, awake, key)
    return Step(replace(till, screen=awake))


def handle_row(till: Till, screen: ManagerScreen, number: int) -> Step:
    """A row of the list was touched: that sale is opened."""
    match screen.page:
        case ManagerPage.HISTORY if number < len(screen.sales.sales):
            return sale_page.open_sale(till, screen, screen.sales.sales[number])
        case ManagerPage.FORWARDS:
            shown = list(till.forwards.values())[screen.top :]
            if number < len(shown):
                return sale_page.open_by_id(till, shown[number].sale.id)
    return Step(till)


def handle_sales_page(till: Till, event: SalesPageResult) -> Step:
    """A page of the list of sales: shown if the manager's page is still open."""
    if not isinstance(till.screen, ManagerScreen):
        return Step(till)
    answered = sales_list.answered(till.screen.sales, event, till.list_room)
    return Step(replace(till, screen=replace(till.screen, sales=answered)))


def handle_sales_history(till: Till, event: SalesHistoryResult) -> Step:
    """The journal's totals and closes: shown if the manager's page is still open."""
    if not isinstance(till.screen, ManagerScreen):
        return Step(till)
    read = replace(
        till.screen,
        totals=event.today,
        since_close=event.since_close,
        closes=event.closes,
        cashiers=event.cashiers,
        hours=event.hours,
    )
    return Step(replace(till, screen=read))


def handle_device_result(till: Till, event: DeviceActionResult) -> Step:
    """What came of an action on the device: shown if the manager's page is still open."""
    if not isinstance(till.screen, ManagerScreen):
        return Step(till)
    answered = replace(till.screen, notice=event.notice, since_s=till.now_s)
    return Step(replace(till, screen=answered))


def open_wifi(till: Till) -> Step:
    """The list of networks, from the device's page or from a till that does not reach Blink."""
    return _apply_wifi_step(till, wifi.open_list(till.now_s))


def open_device_page(till: Till) -> Step:
    """The page of the device, with the totals of the other pages read anew."""
    opened = ManagerScreen(ManagerPage.DEVICE, since_s=till.now_s)
    return Step(replace(till, screen=opened), (), (ReadSalesHistory(),))


def handle_wifi_key(till: Till, screen: WifiScreen, key: Key) -> Step:
    """A key on the screens of the Wi-Fi."""
    return _apply_wifi_step(till, wifi.handle_key(screen, key, till.now_s))


def handle_letter(till: Till, typed: Letter) -> Step:
    """A character: a passphrase and the text of a setting have use for it."""
    match till.screen:
        case wifi.EnteringPassphrase() as screen:
            spelled = replace(till, screen=wifi.type_letter(screen, typed.text, till.now_s))
        case SettingsScreen(takes_letters=True) as screen:
            now_s = till.now_s
            spelled = replace(till, screen=settings_pages.handle_letter(screen, typed.text, now_s))
        case _:
            return Step(till)
    return Step(spelled, (), (PlaySound(Sound.KEY),))


def handle_wifi_result(till: Till, event: WifiScanResult | WifiJoinResult) -> Step:
    """A result of the Wi-Fi: shown if the manager's page is still open."""
    if isinstance(event, WifiJoinResult) and event.notice is WifiNotice.JOINED:
        till = service.fetch_account_now(till)
    if not isinstance(till.screen, WifiScreen):
        return Step(till)
    return _apply_wifi_step(till, wifi.handle_result(till.screen, event, till.now_s))


def _open_page(till: Till, screen: ManagerScreen, page: ManagerPage) -> Step:
    opened = replace(screen, page=page, top=0)
    if page is ManagerPage.HISTORY:
        return _read_sales(till, opened, SalesList())
    return Step(replace(till, screen=opened))


def _read_sales(till: Till, screen: ManagerScreen, shown: SalesList) -> Step:
    """Read a page of the list, unless it is there already."""
    if shown is screen.sales:
        return Step(replace(till, screen=screen))
    question = sales_list.question(shown, till.list_room)
    return Step(replace(till, screen=replace(screen, sales=shown)), (), (question,))


def _handle_device_key(till: Till, screen: ManagerScreen, key: Key) -> Step:
    if key == WIFI_KEY:
        return open_wifi(till)
    if key == ABOUT_KEY:
        about = DeviceScreen(since_s=till.now_s)
        return Step(replace(till, screen=about), (), (ReadDeviceFacts(),))
    if key == SETTINGS_KEY:
        pages = settings_pages.open_settings(till.rules.settings, till.now_s)
        return Step(replace(till, screen=pages))
    if key == EXPORT_KEY:
        busy = replace(screen, notice=DeviceNotice.EXPORTING)
        return Step(replace(till, screen=busy), (), (RunDeviceAction(DeviceAction.EXPORT),))
    match key:
        case Key.CHARGE:
            return Step(replace(till, screen=screen), (), (RunDeviceAction(DeviceAction.RESTART),))
        case Key.CHECK:
            return Step(
                replace(till, screen=screen), (), (RunDeviceAction(DeviceAction.SHUT_DOWN),)
            )
    return Step(replace(till, screen=screen))


def _apply_wifi_step(till: Till, turn: wifi.WifiStep) -> Step:
    screen, effects = turn
    if screen is not None:
        return Step(replace(till, screen=screen), (), effects)
    # Without a PIN nobody has shown who he is: he came from a till that did not reach Blink.
    left = open_device_page(till) if till.rules.pin else back_to_entry(till)
    return replace(left, effects=(*effects, *left.effects))

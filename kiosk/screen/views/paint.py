"""One view per state, drawn from the till alone: `paint` chooses which."""

import pygame

from kiosk.sale.first_run_screen import FirstRun
from kiosk.sale.manager_screens import (
    DeviceScreen,
    EnteringPin,
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
from kiosk.sale.service import is_starting, tells_why_no_sale
from kiosk.sale.settings_screen import SettingsScreen
from kiosk.sale.till import Till
from kiosk.sale.wifi import EnteringPassphrase, JoiningNetwork, NetworkList, OpenNetwork
from kiosk.screen.drawing.canvas import Canvas
from kiosk.screen.drawing.look import Look
from kiosk.screen.views.about import about
from kiosk.screen.views.amount_entry import entering
from kiosk.screen.views.choosing_cashier import choosing_cashier
from kiosk.screen.views.choosing_item import choosing_item
from kiosk.screen.views.first_run import first_run
from kiosk.screen.views.manager import managing
from kiosk.screen.views.messages import (
    accepting_digits,
    closing_day,
    confirming,
    expired,
    one_moment,
    starting,
    stopped,
)
from kiosk.screen.views.out_of_service import out_of_service
from kiosk.screen.views.payment_code import paying
from kiosk.screen.views.pin_and_tip import asking_pin, tipping
from kiosk.screen.views.receipt import receipt
from kiosk.screen.views.refund import refunding
from kiosk.screen.views.sale_page import sale_page
from kiosk.screen.views.settings_pages import settings_pages
from kiosk.screen.views.success import received, success, success_motion
from kiosk.screen.views.wifi import wifi


def paint(canvas: Canvas, till: Till, look: Look) -> None:
    """Draw the till as it stands now."""
    screen = till.screen
    if not isinstance(screen, AwaitingPayment):  # which fills only what its code does not cover
        canvas.surface.fill(canvas.palette.ground)
    match screen:
        case EnteringAmount():
            _paint_entering(canvas, till, screen, look)
        case FetchingPrice() | CheckingLimit() | RequestingInvoice() | LeavingCode():
            one_moment(canvas, till, screen)
        case AwaitingPayment():
            paying(canvas, till, screen, look)
        case ConfirmingLimit():
            confirming(canvas, screen)
        case AcceptingDigits():
            accepting_digits(canvas, screen)
        case CodeExpired():
            expired(canvas, screen)
        case SaleFailed():
            stopped(canvas, screen)
        case ChoosingTip():
            tipping(canvas, till, screen, look)
        case ChoosingCashier():
            choosing_cashier(canvas, till, screen)
        case ChoosingItem():
            choosing_item(canvas, till, screen)
        case EnteringPin():
            asking_pin(canvas, screen, look)
        case ManagerScreen(closing=True):
            closing_day(canvas)
        case ManagerScreen():
            managing(canvas, till, screen)
        case DeviceScreen():
            about(canvas, till)
        case SaleScreen():
            sale_page(canvas, till, screen)
        case ReceiptScreen():
            receipt(canvas, till, screen)
        case RefundScreen():
            refunding(canvas, till, screen, look)
        case NetworkList() | EnteringPassphrase() | OpenNetwork() | JoiningNetwork():
            wifi(canvas, screen)
        case SettingsScreen():
            settings_pages(canvas, screen, look)
        case FirstRun():
            first_run(canvas, screen, look)
        case Paid() | Forwarded() | SaleReceived():
            success(canvas, till, screen, look)
        case ReceivedDirectly():
            received(canvas, screen, look)


def paint_motion(canvas: Canvas, till: Till) -> list[pygame.Rect]:
    """Draw what moves over the picture that `paint` has drawn; where something was drawn."""
    match till.screen:
        case (Paid() | Forwarded() | SaleReceived()) as screen:
            return success_motion(canvas, till, screen)
    return []


def _paint_entering(canvas: Canvas, till: Till, screen: EnteringAmount, look: Look) -> None:
    """The keypad, unless no sale can be made; what is typed already is never taken away."""
    trouble = till.out_of_service
    if trouble is not None and tells_why_no_sale(till, screen):
        out_of_service(canvas, till, trouble, look)
    elif is_starting(till):
        starting(canvas, till)
    else:
        entering(canvas, till, screen, look)

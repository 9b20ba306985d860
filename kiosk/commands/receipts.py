"""What the settings say about receipts: when there is one, what stands on it, and the printer."""

from collections.abc import Callable

from kiosk.printer.printer import NoPrinter, Printer
from kiosk.sale.receipt import Shop
from kiosk.sale.receipt_request import PrinterEvent
from kiosk.sale.rules import ReceiptRule
from kiosk.screen.drawing.receipt_picture import DOTS_OF_PAPER, receipt_dots
from kiosk.screen.text.words import Words
from kiosk.settings import Settings


def receipt_rule_of(settings: Settings) -> ReceiptRule:
    """When a receipt is made: without a printer and without a word about it, never."""
    return ReceiptRule(settings.receipt or ("ask" if settings.printer else "off"))


def shop_of(settings: Settings) -> Shop:
    """What the merchant has printed on every receipt."""
    return Shop(
        settings.name,
        settings.address,
        settings.tax_number,
        settings.receipt_header,
        settings.receipt_footer,
    )


def printer_of(
    settings: Settings, words: Callable[[], Words], put: Callable[[PrinterEvent], None]
) -> Printer | NoPrinter:
    """The printer as set; receipts are in the `words` that are in force when they are drawn."""
    if not settings.printer:
        return NoPrinter()
    width = DOTS_OF_PAPER[settings.paper]
    return Printer(
        settings.printer,
        width,
        lambda receipt: receipt_dots(receipt, words(), width),
        put,
        drawer=settings.drawer,
    )

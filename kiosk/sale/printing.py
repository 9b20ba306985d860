"""Receipts: when one is made by itself, the keys that ask for one, and what the printer says.

A receipt is no part of a sale: nothing waits for it, and nothing is lost with it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from kiosk.sale.code_on_screen import back_to_entry
from kiosk.sale.effects import Step
from kiosk.sale.facts import DirectInvoicePaid, Fact, InvoicePaid, RefundRecorded, Sale
from kiosk.sale.keys import Key
from kiosk.sale.manager_screens import ManagerScreen, ReceiptScreen, SaleScreen
from kiosk.sale.receipt import (
    MOST_ITEMS,
    Receipt,
    Shop,
    close_receipt,
    refund_receipt,
    sale_receipt,
)
from kiosk.sale.receipt_request import (
    PrinterChanged,
    PrintReceipt,
    ReadReceipt,
    ReceiptDetailsResult,
    ReceiptUse,
)
from kiosk.sale.rules import ReceiptRule
from kiosk.sale.sale_record import RefundRecord
from kiosk.sale.screens import Forwarded, Paid, SaleReceived
from kiosk.sale.till import Till

MOST_UNPRINTED: Final = 20  # receipts that are remembered as given up, the newest
PRINT_KEY = Key.PLUS  # on the paid screen, so that the keypad has it too
SHOW_KEY = Key.CURRENCY


def shop_of(till: Till) -> Shop:
    """What stands on receipts, with the name that the screen shows too."""
    return replace(till.rules.shop, name=till.seller)


def can_print_sale(till: Till, sale: Sale) -> bool:
    """Whether the paid screen offers to print: there is a printer, and it has no receipt yet."""
    return till.rules.receipts is not ReceiptRule.OFF and _prints(till) and till.printed != sale.id


def can_show_sale(till: Till) -> bool:
    """Whether the paid screen offers the receipt as a code."""
    return till.rules.receipts is not ReceiptRule.OFF


def print_by_itself(step: Step) -> Step:
    """A sale that was paid on the screen, or a refund, gets its paper if the settings say so."""
    rules = step.till.rules
    if rules.receipts is not ReceiptRule.ALWAYS or not rules.has_printer:
        return step
    asked = _papers_of(step.facts)
    if not asked:
        return step
    return replace(step, effects=(*step.effects, *asked))


def _papers_of(facts: Sequence[Fact]) -> tuple[ReadReceipt, ...]:
    papers = []
    for fact in facts:
        match fact:
            case InvoicePaid(sale, late=False) | DirectInvoicePaid(sale, late=False):
                papers.append(ReadReceipt(sale, ReceiptUse.PRINT))
            case RefundRecorded(sale, part):
                papers.append(ReadReceipt(sale, ReceiptUse.PRINT, refund=part))
    return tuple(papers)


def handle_paid_key(till: Till, sale: Sale, key: Key) -> Step | None:
    """A key of the paid screen that asks for the receipt, None for every other key."""
    if key is PRINT_KEY and can_print_sale(till, sale):
        return Step(till, (), (ReadReceipt(sale.id, ReceiptUse.PRINT),))
    if key is SHOW_KEY and can_show_sale(till):
        return Step(till, (), (ReadReceipt(sale.id, ReceiptUse.SHOW),))
    return None


def open_receipt(till: Till, page: SaleScreen) -> Step:
    """The receipt of the sale whose page is open."""
    return Step(replace(till, screen=ReceiptScreen(page.details, page, since_s=till.now_s)))


def has_receipt(page: SaleScreen) -> bool:
    """Whether there is anything to write a receipt of."""
    return page.details.record.paid_at is not None


def can_print_shown(till: Till, screen: ReceiptScreen) -> bool:
    """Whether the paper that is shown as a code can be printed, once from each page."""
    return _prints(till) and not screen.printed


def shown_refund(screen: ReceiptScreen) -> RefundRecord | None:
    """The refund whose paper is shown, None while it is the sale's receipt."""
    return screen.details.refund_records[screen.refund - 1] if screen.refund else None


def shown_paper(
    screen: ReceiptScreen, shop: Shop, *, copy: bool = False, most_items: int = MOST_ITEMS
) -> Receipt:
    """The paper that is shown; `most_items` is how many of a sale's items are named."""
    refund = shown_refund(screen)
    if refund is not None:
        return refund_receipt(screen.details, refund, shop, copy=copy)
    return sale_receipt(screen.details, shop, copy=copy, most_items=most_items)


def handle_key(till: Till, screen: ReceiptScreen, key: Key) -> Step:
    """A key on the page of a sale's papers: another paper, print this one, or back."""
    awake = replace(screen, since_s=till.now_s)
    papers = 1 + len(screen.details.refund_records)
    match key:
        case Key.PLUS | Key.DELETE if papers > 1:
            place = (screen.refund + (1 if key is Key.PLUS else -1)) % papers
            return Step(replace(till, screen=replace(awake, refund=place, printed=False)))
        case Key.CHARGE if can_print_shown(till, screen):
            return _print_shown(till, awake)
        case Key.CLEAR | Key.CHARGE:
            if screen.page is None:
                return back_to_entry(till)
            return Step(replace(till, screen=replace(screen.page, since_s=till.now_s)))
    return Step(replace(till, screen=awake))


def _print_shown(till: Till, screen: ReceiptScreen) -> Step:
    """A refund has had its paper before, or nobody wanted it: here it is a copy."""
    sale = screen.details.record.sale.id
    copy = bool(screen.refund) or screen.page is not None or till.printed == sale
    receipt = shown_paper(screen, shop_of(till), copy=copy)
    printed = replace(till, screen=replace(screen, printed=True))
    if not screen.refund:
        printed = replace(printed, printed=sale)
    return Step(printed, (), (PrintReceipt(receipt),))


def can_print_close(till: Till, screen: ManagerScreen) -> bool:
    """Whether the report of a close is shown that can be printed."""
    return _prints(till) and 0 < screen.top <= len(screen.closes)


def print_close(till: Till, screen: ManagerScreen) -> Step:
    """The report of the close that is shown, on paper."""
    report = screen.closes[screen.top - 1]
    return Step(till, (), (PrintReceipt(close_receipt(report, shop_of(till))),))


def handle_details(till: Till, event: ReceiptDetailsResult) -> Step:
    """The journal's answer: the receipt is printed, or shown if its sale is still on the screen."""
    details, asked = event.details, event.asked
    sale = details.record.sale.id
    if asked.refund:
        papers = (
            PrintReceipt(refund_receipt(details, refund, shop_of(till)))
            for refund in details.refund_records
            if refund.part == asked.refund
        )
        return Step(till, (), tuple(papers))
    if asked.use is ReceiptUse.PRINT:
        receipt = sale_receipt(details, shop_of(till))
        return Step(replace(till, printed=sale), (), (PrintReceipt(receipt),))
    match till.screen:
        case (Paid() | Forwarded() | SaleReceived()) as screen if screen.sale.id == sale:
            shown = ReceiptScreen(details, since_s=till.now_s)
            return back_to_entry(till).then(lambda after: Step(replace(after, screen=shown)))
    return Step(till)


def handle_printer(till: Till, event: PrinterChanged) -> Step:
    """What the printer says of itself: told on the screen until it works again."""
    return Step(replace(till, printer_trouble=event.trouble))


def handle_given_up(till: Till, receipt: Receipt) -> Step:
    """A receipt that nobody got: told on the screen until it is printed again or put away."""
    return Step(replace(till, unprinted=(*till.unprinted, receipt)[-MOST_UNPRINTED:]))


def tells_unprinted(till: Till) -> bool:
    """Whether that is told now: the printer works, and nothing about money is to be read first."""
    pressing = till.printer_trouble or till.late_money or till.alarms
    return bool(till.unprinted) and not pressing


def print_again(till: Till) -> Step:
    """Give the printer what it gave up; the drawer stays shut, since its money has been taken."""
    papers = (PrintReceipt(replace(receipt, opens_drawer=False)) for receipt in till.unprinted)
    return Step(replace(till, unprinted=()), (), tuple(papers))


def put_unprinted_away(till: Till) -> Step:
    """What was not printed has been read; a copy of it can be had from the manager's pages."""
    return Step(replace(till, unprinted=()))


def _prints(till: Till) -> bool:
    return till.rules.has_printer

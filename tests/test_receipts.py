"""From a payment to the paper, through loop, journal and printer, as the settings say."""

from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest

from kiosk.commands.receipts import printer_of, receipt_rule_of, shop_of
from kiosk.journal import Journal
from kiosk.printer.links import Patience
from kiosk.printer.printer import NoPrinter, Printer
from kiosk.sale.events import (
    InvoiceCreated,
    InvoiceStatusResult,
    KeyPressed,
    PayoutCreated,
    RatesFetched,
)
from kiosk.sale.invoice import InvoiceStatus
from kiosk.sale.keys import Key
from kiosk.sale.receipt import FactLine, Label, Receipt, ShopLine
from kiosk.sale.rules import ReceiptRule
from kiosk.sale.screens import AwaitingPayment, Paid, RequestingInvoice
from kiosk.screen.drawing.receipt_picture import receipt_dots
from kiosk.screen.text.words import Words
from kiosk.settings import Settings, load
from tests.journal.test_journal import NOW
from tests.printer.fake_printer import NetworkPrinter
from tests.sale.test_printing import ALWAYS
from tests.sale.tills import Story, invoice, rates
from tests.test_loop import Shell

WIDTH = 384


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal.open(tmp_path / "journal.sqlite3", lambda: NOW)
    yield made
    made.close()


class Shop:
    """A loop with a real journal, whose sales are typed and paid by the test."""

    def __init__(self, journal: Journal, printer: Printer | None = None) -> None:
        story = Story(ALWAYS).ready()
        self.shell = Shell(story.till, journal=journal, printer=printer)
        self.shell.clock.now_s = story.till.now_s
        self.shell.display.asleep = False
        self.sales = 0

    def charge(self) -> None:
        """Type an amount, and ask for its code."""
        for digit in "1250":
            self.shell.run_once(KeyPressed(Key(digit)))
        self.shell.run_once(RatesFetched(rates(self.shell.till.now_s)))
        self.shell.wait(1)
        self.shell.run_once(KeyPressed(Key.CHARGE))

    def pay(self) -> None:
        """Show the code, and have it paid."""
        screen = self.shell.till.screen
        assert isinstance(screen, RequestingInvoice)
        self.sales += 1
        made = invoice(self.sales, screen.sale.amount)
        self.shell.run_once(InvoiceCreated(screen.sale.id, made))
        assert isinstance(self.shell.till.screen, AwaitingPayment)
        payout = invoice(self.sales * 10, screen.sale.amount, "out", 86_400)
        self.shell.run_once(PayoutCreated(screen.sale.id, payout, 1))
        self.shell.run_once(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID))
        assert isinstance(self.shell.till.screen, Paid)


def numbers(receipts: list[Receipt]) -> list[object]:
    return [
        line.value
        for receipt in receipts
        for line in receipt.lines
        if isinstance(line, FactLine) and line.label is Label.NUMBER
    ]


def test_each_sale_is_printed_with_the_number_that_the_journal_gave_it(journal: Journal) -> None:
    shop = Shop(journal)
    for _ in range(2):
        shop.charge()
        shop.pay()
        shop.shell.wait(1)
    assert numbers(shop.shell.printer.receipts) == ["1-1", "1-2"]


def test_a_printer_that_takes_nothing_does_not_delay_the_next_sale(journal: Journal) -> None:
    """The printer's thread waits a minute for room; the sales of this test do not."""
    pygame.font.init()
    stuck = NetworkPrinter(takes=False, answers=False)
    printer = Printer(
        stuck.address,
        WIDTH,
        lambda receipt: receipt_dots(receipt, Words(), WIDTH),
        lambda _: None,
        patience=Patience(answer_s=60.0, stall_s=60.0),
    )
    printer.start()
    try:
        shop = Shop(journal, printer)
        for _ in range(3):
            shop.charge()
            shop.pay()
            shop.shell.wait(1)
        assert shop.shell.done.count("OpenSale") == 3
        assert shop.shell.done.count("SendForward") >= 1
        assert not stuck.data
    finally:
        stuck.close()
        printer.close()


def settings(**changed: str) -> Settings:
    return load({"BLINKPOS_API_KEY": "blink_abc", "MERCHANT_USERNAME": "shop", **changed})


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({}, ReceiptRule.OFF),
        ({"KIOSK_PRINTER": "/dev/usb/lp0"}, ReceiptRule.ASK),
        ({"KIOSK_RECEIPT": "ask"}, ReceiptRule.ASK),
        ({"KIOSK_PRINTER": "/dev/usb/lp0", "KIOSK_RECEIPT": "off"}, ReceiptRule.OFF),
        ({"KIOSK_PRINTER": "tcp://printer:9100", "KIOSK_RECEIPT": "always"}, ReceiptRule.ALWAYS),
    ],
)
def test_without_a_word_receipts_are_offered_where_there_is_a_printer(
    changed: dict[str, str], rule: ReceiptRule
) -> None:
    assert receipt_rule_of(settings(**changed)) is rule


def test_the_settings_fill_head_and_foot() -> None:
    shop = shop_of(
        settings(
            KIOSK_NAME="Café",
            KIOSK_ADDRESS="Main Street 5 | 1000 Town",
            KIOSK_TAX_NUMBER="123",
            KIOSK_RECEIPT_FOOTER="Bye",
        )
    )
    assert (shop.name, shop.address, shop.tax_number) == (
        "Café",
        ("Main Street 5", "1000 Town"),
        "123",
    )
    assert (shop.header, shop.footer) == ((), ("Bye",))


def test_a_printer_is_made_where_one_is_set(tmp_path: Path) -> None:
    pygame.font.init()
    assert isinstance(printer_of(settings(), Words, lambda _: None), NoPrinter)
    paper = NetworkPrinter()
    printer = printer_of(
        settings(KIOSK_PRINTER=paper.address, KIOSK_PAPER="58", KIOSK_DRAWER="on"),
        lambda: Words("de"),
        lambda _: None,
    )
    printer.start()
    try:
        receipt = Receipt((ShopLine("Café Satoshi", is_name=True),), opens_drawer=True)
        printer.print(receipt)
        shown = paper.wait_for_cuts(1)
        assert b"".join(shown.rows) == receipt_dots(receipt, Words("de"), 384)
        assert shown.pulses == 1
    finally:
        printer.close()
        paper.close()

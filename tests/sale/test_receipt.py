"""What stands on receipts, refunds and closes."""

from dataclasses import replace

from kiosk.sale.books import CashierSums
from kiosk.sale.money import ONE_BITCOIN, SAT, Fiat, Sats, fiat_from_sats
from kiosk.sale.receipt import (
    MOST_ITEMS,
    CashierLine,
    FactLine,
    ItemLine,
    Label,
    Receipt,
    Rule,
    ShopLine,
    TaxLine,
    Title,
    TitleLine,
    Value,
    close_receipt,
    refund_receipt,
    sale_receipt,
)
from kiosk.sale.refund import RefundReason
from tests.sale.tills import USD, usd_rate
from tests.screen.samples import CLOSE, DETAILS, RECEIPTED, REFUND, REFUNDED, SHOP


def values(receipt: Receipt, label: Label) -> list[Value]:
    lines = (line for line in receipt.lines if isinstance(line, FactLine))
    return [line.value for line in lines if line.label is label]


def test_a_receipt_says_who_sold_what_when_and_with_which_tax() -> None:
    receipt = sale_receipt(RECEIPTED, SHOP)
    head = [line.text for line in receipt.lines if isinstance(line, ShopLine)]
    assert head == ["Welcome!", "Café Satoshi", *SHOP.address, *SHOP.footer]
    assert TitleLine(Title.RECEIPT) in receipt.lines
    assert values(receipt, Label.NUMBER) == ["1-57"]
    assert values(receipt, Label.TAX_NUMBER) == ["CHE-123.456.789"]
    assert values(receipt, Label.CASHIER) == ["Ada"]
    assert ItemLine("Cappuccino", 2, Fiat(750, USD)) in receipt.lines
    assert values(receipt, Label.TIP) == [Fiat(125, USD)]
    assert values(receipt, Label.TOTAL) == [Fiat(1375, USD)]
    taxes = [line for line in receipt.lines if isinstance(line, TaxLine)]
    assert [(line.net.minor, line.tax.minor) for line in taxes] == [(630, 120), (467, 33)]
    assert values(receipt, Label.PAID) == [Fiat(31_521, SAT)]
    assert values(receipt, Label.BITCOIN_PRICE) == [fiat_from_sats(ONE_BITCOIN, usd_rate())]
    assert values(receipt, Label.PAYMENT_HASH) == ["abababab"]
    assert receipt.opens_drawer


def test_only_a_copy_says_that_it_is_one_and_it_opens_no_drawer() -> None:
    copy = sale_receipt(RECEIPTED, SHOP, copy=True)
    assert TitleLine(Title.RECEIPT, copy=True) in copy.lines
    assert not copy.opens_drawer


def test_what_is_not_known_is_left_out() -> None:
    sale = replace(DETAILS.record.sale, tip_minor=0, tip=Sats(0), rate=None)
    bare = replace(DETAILS, record=replace(DETAILS.record, sale=sale, payment_hash=None))
    receipt = sale_receipt(bare, replace(SHOP, address=(), tax_number="", header=(), footer=()))
    labels = {line.label for line in receipt.lines if isinstance(line, FactLine)}
    assert labels == {Label.TIME, Label.TOTAL, Label.PAID}
    assert not [line for line in receipt.lines if isinstance(line, ItemLine | TaxLine)]


def test_amounts_added_without_tax_are_items_too() -> None:
    sale = replace(DETAILS.record.sale, items=(1000, 250))
    summed = replace(DETAILS, record=replace(DETAILS.record, sale=sale))
    items = [line for line in sale_receipt(summed, SHOP).lines if isinstance(line, ItemLine)]
    assert items == [ItemLine("", 1, Fiat(1000, USD)), ItemLine("", 1, Fiat(250, USD))]


def test_more_items_than_a_roll_should_take_are_summed_up_in_the_last_line() -> None:
    sale = replace(DETAILS.record.sale, items=(1,) * (MOST_ITEMS + 7))
    long = replace(DETAILS, record=replace(DETAILS.record, sale=sale))
    items = [line for line in sale_receipt(long, SHOP).lines if isinstance(line, ItemLine)]
    assert len(items) == MOST_ITEMS + 1
    assert sum(item.price.minor for item in items) == MOST_ITEMS + 7


def test_a_sale_in_sats_says_its_sats_once() -> None:
    sale = replace(DETAILS.record.sale, price=Fiat(31_521, SAT), tip=Sats(0), tip_minor=0)
    receipt = sale_receipt(replace(DETAILS, record=replace(DETAILS.record, sale=sale)), SHOP)
    assert values(receipt, Label.TOTAL) == [Fiat(31_521, SAT)]
    assert values(receipt, Label.PAID) == []


def test_a_refund_names_its_own_number_and_the_receipt_that_it_is_of() -> None:
    receipt = refund_receipt(REFUNDED, REFUND, SHOP)
    assert TitleLine(Title.REFUND) in receipt.lines
    assert values(receipt, Label.NUMBER) == ["R1-3"]
    assert values(receipt, Label.OF_RECEIPT) == ["1-57"]
    assert values(receipt, Label.GIVEN_BACK) == [Fiat(500, USD)]
    assert values(receipt, Label.REASON) == [RefundReason.RETURNED]
    (tax,) = (line for line in receipt.lines if isinstance(line, TaxLine))
    assert (tax.net.minor, tax.tax.minor) == (467, 33)


def test_a_close_says_what_each_cashier_has_taken() -> None:
    shared = (CashierSums("Ada", CLOSE.forwarded), CashierSums("", (), CLOSE.refunded))
    receipt = close_receipt(replace(CLOSE, cashiers=shared), SHOP)
    lines = [line for line in receipt.lines if isinstance(line, CashierLine)]
    assert tuple(line.sums for line in lines) == shared


def test_a_close_has_the_sums_of_its_report_in_every_currency() -> None:
    receipt = close_receipt(CLOSE, SHOP)
    assert values(receipt, Label.SALES) == [CLOSE.receipts]
    assert values(receipt, Label.TOTAL) == [line.paid for line in CLOSE.sums]
    (usd, _) = CLOSE.sums
    assert values(receipt, Label.TAX) == [Fiat(usd.tax_minor, USD)]
    assert values(receipt, Label.NET) == [Fiat(usd.net_minor, USD)]
    assert values(receipt, Label.GIVEN_BACK) == [line.paid for line in CLOSE.refunded]
    assert values(receipt, Label.LATE) == [line.paid for line in CLOSE.late]
    assert values(receipt, Label.TWICE) == [Fiat(CLOSE.twice_amount, SAT)]
    assert receipt.lines[-1] == ShopLine(SHOP.footer[-1])
    assert Rule() in receipt.lines
    assert not receipt.opens_drawer

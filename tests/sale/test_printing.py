"""When a receipt is printed, by itself or by a key, and what the printer's troubles change."""

from dataclasses import replace

import pytest

from kiosk.sale.books import ReceiptNumber
from kiosk.sale.effects import CloseSale
from kiosk.sale.events import InvoiceStatusResult
from kiosk.sale.facts import Ending, InvoicePaid
from kiosk.sale.invoice import InvoiceStatus
from kiosk.sale.keys import Key, Light
from kiosk.sale.manager_screens import ManagerPage, ManagerScreen, ReceiptScreen, SaleScreen
from kiosk.sale.printing import MOST_UNPRINTED, tells_unprinted
from kiosk.sale.receipt import FactLine, Label, Title, TitleLine, sale_receipt
from kiosk.sale.receipt_request import (
    PrinterChanged,
    PrintReceipt,
    ReadReceipt,
    ReceiptDetailsResult,
    ReceiptGivenUp,
    ReceiptUse,
)
from kiosk.sale.rules import ReceiptRule, Rules
from kiosk.sale.screens import EnteringAmount, Paid
from kiosk.sale.status_light import status_light
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import RULES, Story
from tests.screen.samples import CLOSE, RECEIPTED, REFUNDED, REFUNDED_TWICE, SHOP

ASK = replace(RULES, receipts=ReceiptRule.ASK, has_printer=True, shop=SHOP)
ALWAYS = replace(ASK, receipts=ReceiptRule.ALWAYS)
OFF = replace(ASK, receipts=ReceiptRule.OFF)
CODE_ONLY = replace(ASK, has_printer=False)


def paid(rules: Rules) -> Story:
    """A sale that has just been paid, on the screen."""
    story = Story(rules).ready()
    made = story.awaiting()
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID))
    assert isinstance(story.till.screen, Paid)
    return story


def answer(story: Story) -> None:
    """The journal answers the last question for a receipt."""
    asked = story.effects[-1]
    assert isinstance(asked, ReadReceipt)
    sale = replace(RECEIPTED.record.sale, id=asked.sale)
    details = replace(REFUNDED, record=replace(REFUNDED.record, sale=sale))
    story.play(ReceiptDetailsResult(details, asked))


def titles(story: Story) -> list[TitleLine]:
    receipts = (effect.receipt for effect in story.effects if isinstance(effect, PrintReceipt))
    return [line for receipt in receipts for line in receipt.lines if isinstance(line, TitleLine)]


def numbers(story: Story) -> list[object]:
    receipts = (effect.receipt for effect in story.effects if isinstance(effect, PrintReceipt))
    lines = (line for receipt in receipts for line in receipt.lines)
    return [
        line.value for line in lines if isinstance(line, FactLine) and line.label is Label.NUMBER
    ]


def test_always_prints_when_the_payment_is_recorded_and_not_before() -> None:
    story = Story(ALWAYS).ready()
    made = story.awaiting()
    step = story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID))
    (fact,) = (fact for fact in step.facts if isinstance(fact, InvoicePaid))
    assert step.effects[-1] == ReadReceipt(fact.sale, ReceiptUse.PRINT)
    answer(story)
    assert titles(story) == [TitleLine(Title.RECEIPT)]
    assert story.till.printed == fact.sale


@pytest.mark.parametrize("rules", [ASK, OFF, replace(ALWAYS, has_printer=False)])
def test_otherwise_nothing_is_printed_by_itself(rules: Rules) -> None:
    story = paid(rules)
    assert not [effect for effect in story.effects if isinstance(effect, ReadReceipt)]


def test_money_that_comes_late_is_printed_for_nobody() -> None:
    story = Story(ALWAYS).ready()
    made = story.awaiting()
    story.press(Key.CLEAR)
    story.wait(10)
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID))
    assert any(isinstance(fact, InvoicePaid) and fact.late for fact in story.facts)
    assert not [effect for effect in story.effects if isinstance(effect, ReadReceipt)]


def test_a_key_of_the_paid_screen_prints_once() -> None:
    story = paid(ASK)
    story.press(Key.PLUS)
    answer(story)
    assert isinstance(story.till.screen, Paid), "printing is no reason to go on"
    assert titles(story) == [TitleLine(Title.RECEIPT)]
    story.press(Key.PLUS)
    assert isinstance(story.till.screen, EnteringAmount), "a second time the key goes on"
    assert len(titles(story)) == 1


@pytest.mark.parametrize("rules", [OFF, CODE_ONLY])
def test_where_it_is_not_offered_the_key_goes_on_to_the_next_sale(rules: Rules) -> None:
    story = paid(rules)
    story.press(Key.PLUS)
    assert isinstance(story.till.screen, EnteringAmount)


def test_the_receipt_as_a_code_ends_the_paid_screen_in_an_orderly_way() -> None:
    story = paid(CODE_ONLY)
    story.press(Key.CURRENCY)
    answer(story)
    assert isinstance(story.till.screen, ReceiptScreen)
    assert [effect.ending for effect in story.effects if isinstance(effect, CloseSale)] == [
        Ending.PAID
    ]
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, EnteringAmount)


def test_an_answer_for_a_sale_that_has_left_the_screen_shows_nothing() -> None:
    story = paid(ASK)
    story.press(Key.CURRENCY)
    asked = story.effects[-1]
    assert isinstance(asked, ReadReceipt)
    story.press(Key.CLEAR)
    story.play(ReceiptDetailsResult(RECEIPTED, asked))
    assert isinstance(story.till.screen, EnteringAmount)


def test_a_code_that_nobody_takes_away_goes_by_itself() -> None:
    story = paid(ASK)
    story.press(Key.CURRENCY)
    answer(story)
    story.wait(121)
    assert isinstance(story.till.screen, EnteringAmount)


def test_from_the_code_the_first_print_is_no_copy_and_the_next_one_is() -> None:
    story = paid(ASK)
    story.press(Key.CURRENCY)
    answer(story)
    story.press(Key.CHARGE)
    assert titles(story) == [TitleLine(Title.RECEIPT)]
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, EnteringAmount), "once from each page"


def test_from_the_page_of_a_sale_a_copy_of_its_receipt_and_of_each_refund_is_printed() -> None:
    story = Story(OFF).ready()
    page = SaleScreen(REFUNDED_TWICE, ManagerScreen(ManagerPage.HISTORY))
    story.till = replace(story.till, screen=page)
    story.press(Key.CURRENCY)
    for _ in range(3):
        story.press(Key.CHARGE, Key.PLUS)
    assert titles(story) == [
        TitleLine(Title.RECEIPT, copy=True),
        TitleLine(Title.REFUND, copy=True),
        TitleLine(Title.REFUND, copy=True),
    ]
    assert numbers(story) == ["1-57", "R1-3", "R1-8"]
    story.press(Key.DELETE, Key.CHARGE)
    assert numbers(story)[-1] == "R1-8", "backwards too, and once more"
    story.press(Key.CLEAR)
    assert isinstance(story.till.screen, SaleScreen)


def test_the_receipt_of_a_sale_without_refunds_has_no_other_paper() -> None:
    story = Story(OFF).ready()
    story.till = replace(
        story.till, screen=SaleScreen(RECEIPTED, ManagerScreen(ManagerPage.HISTORY))
    )
    story.press(Key.CURRENCY, Key.PLUS, Key.CHARGE)
    assert numbers(story) == ["1-57"]


def test_a_refund_gets_its_paper_by_itself_with_always() -> None:
    story = Story(ALWAYS).ready()
    story.till = replace(
        story.till, screen=SaleScreen(RECEIPTED, ManagerScreen(ManagerPage.HISTORY))
    )
    story.press(Key.CHECK, Key.CHARGE, "1", Key.CHARGE)
    assert story.effects[-1] == ReadReceipt(RECEIPTED.record.sale.id, ReceiptUse.PRINT, refund=1)
    answer(story)
    assert titles(story) == [TitleLine(Title.REFUND)]


def test_each_of_two_refunds_within_moments_gets_its_own_paper() -> None:
    story = Story(ALWAYS).ready()
    sale = REFUNDED_TWICE.record.sale.id
    for part in (1, 2):  # the journal has both before it is asked
        asked = ReadReceipt(sale, ReceiptUse.PRINT, refund=part)
        story.play(ReceiptDetailsResult(REFUNDED_TWICE, asked))
    assert numbers(story) == ["R1-3", "R1-8"]


def test_a_close_that_is_shown_can_be_printed() -> None:
    story = Story(OFF).ready()
    closes = ManagerScreen(ManagerPage.TOTALS, 0, closes=(CLOSE,))
    story.till = replace(story.till, screen=closes)
    story.press(Key.CHECK)
    assert titles(story) == [], "the totals of today are no report yet"
    story.press(Key.PLUS, Key.CHECK)
    assert titles(story) == [TitleLine(Title.CLOSE)]


def test_the_printers_trouble_is_told_until_it_works_again_and_stops_no_sale() -> None:
    story = Story(ALWAYS).ready()
    story.play(PrinterChanged(Trouble(TroubleKind.PRINTER_NO_PAPER)))
    assert story.till.printer_trouble == Trouble(TroubleKind.PRINTER_NO_PAPER)
    assert story.till.out_of_service is None
    story.awaiting()
    story.play(PrinterChanged(None))
    assert story.till.printer_trouble is None


def given_up(count: int = 1) -> Story:
    """So many receipts have been given up, and the printer works again."""
    story = Story(ALWAYS).ready()
    story.wait(1)
    story.play(PrinterChanged(Trouble(TroubleKind.PRINTER_NO_PAPER)))
    for number in range(1, count + 1):
        details = replace(RECEIPTED, receipt=ReceiptNumber(1, number))
        story.play(ReceiptGivenUp(sale_receipt(details, SHOP)))
    assert not tells_unprinted(story.till), "first the paper"
    story.play(PrinterChanged(None))
    return story


def test_a_receipt_that_was_given_up_is_told_and_printed_by_its_key_without_the_drawer() -> None:
    story = given_up(2)
    assert tells_unprinted(story.till)
    assert status_light(story.till) is Light.TROUBLE
    story.press(Key.PRINT_AGAIN)
    assert numbers(story) == ["1-1", "1-2"]
    papers = [effect.receipt for effect in story.effects if isinstance(effect, PrintReceipt)]
    assert not any(paper.opens_drawer for paper in papers)
    assert status_light(story.till) is Light.DARK


@pytest.mark.parametrize("key", [Key.PUT_AWAY, Key.CHARGE])
def test_a_receipt_that_was_given_up_is_put_away_once_it_has_been_read(key: Key) -> None:
    story = given_up()
    story.press("5", key)
    assert story.till.unprinted, "what is typed is no answer to it"
    story = given_up()
    story.press(key)
    assert story.till.unprinted == ()
    assert numbers(story) == []


def test_money_that_came_oddly_is_read_before_receipts_that_were_not_printed() -> None:
    story = given_up()
    story.till = replace(story.till, late_money=(RECEIPTED.record.sale,))
    story.press(Key.PUT_AWAY)
    assert story.till.late_money == ()
    assert story.till.unprinted
    story.press(Key.PUT_AWAY)
    assert story.till.unprinted == ()


def test_no_more_receipts_are_told_than_are_remembered() -> None:
    story = given_up(MOST_UNPRINTED + 5)
    assert len(story.till.unprinted) == MOST_UNPRINTED
    assert story.till.unprinted[0].number == "1-6"

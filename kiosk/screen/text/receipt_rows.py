"""A receipt in words: rows of text, each with what stands at its beginning and at its end."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kiosk.sale.money import Fiat
from kiosk.sale.receipt import (
    MOST_ITEMS,
    CashierLine,
    FactLine,
    ItemLine,
    Label,
    Line,
    Moment,
    Receipt,
    Rule,
    Shop,
    ShopLine,
    TaxLine,
    Title,
    TitleLine,
    Value,
)
from kiosk.sale.refund import RefundReason
from kiosk.screen.drawing.font_coverage import without_marks
from kiosk.screen.text.amounts import sums_of_cashier
from kiosk.screen.text.catalogs import mark
from kiosk.screen.text.labels import REFUND_REASONS
from kiosk.screen.text.words import Words

_TITLES: Final[Mapping[Title, str]] = MappingProxyType(
    {
        Title.RECEIPT: mark("Receipt"),
        Title.REFUND: mark("Refund"),
        Title.CLOSE: mark("Close of the day"),
    }
)

_LABELS: Final[Mapping[Label, str]] = MappingProxyType(
    {
        Label.TAX_NUMBER: mark("Tax number"),
        Label.NUMBER: mark("Number"),
        Label.OF_RECEIPT: mark("Of receipt"),
        Label.TIME: mark("Date"),
        Label.FROM: mark("From"),
        Label.UNTIL: mark("Until"),
        Label.CASHIER: mark("Cashier"),
        Label.CLOSED_BY: mark("Closed by"),
        Label.PRICE: mark("Without tip"),
        Label.TIP: mark("Tip"),
        Label.TIPS: mark("Tips"),
        Label.TOTAL: mark("Total"),
        Label.GIVEN_BACK: mark("Given back"),
        Label.REASON: mark("Reason"),
        Label.NET: mark("Net"),
        Label.TAX: mark("Tax"),
        Label.PAID: mark("Paid in bitcoin"),
        Label.BITCOIN_PRICE: mark("1 BTC"),
        Label.PAYMENT_HASH: mark("Payment hash"),
        Label.SALES: mark("Sales"),
        Label.FORWARDED: mark("Forwarded"),
        Label.RECEIVED: mark("Received directly"),
        Label.LATE: mark("Of it paid late"),
        Label.TWICE: mark("Paid twice"),
        Label.ABOUT: mark("Worth about"),
    }
)

# A code holds 2,953 bytes. With so many its modules are still two pixels wide on 480x320, which a
# phone's camera can read.
PHONE_BYTES: Final = 1_000
_FEWER_ITEMS: Final = (20, 10, 5, 0)


class RowStyle(StrEnum):
    """How a row is written."""

    PLAIN = "plain"
    CENTRED = "centred"
    HEAD = "head"  # in the middle, large and bold
    STRONG = "strong"  # larger and bold
    RULE = "rule"  # a line across, without text


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One row in the order of reading: `begin` at its beginning, `end` at its end."""

    begin: str
    end: str = ""
    style: RowStyle = RowStyle.PLAIN


def receipt_rows(receipt: Receipt, words: Words) -> tuple[ReceiptRow, ...]:
    """The receipt in the words of a language."""
    return tuple(row for line in receipt.lines for row in _rows(line, words))


def receipt_text(receipt: Receipt, words: Words) -> str:
    """The receipt as plain text."""
    rows = receipt_rows(receipt, words)
    lines = (": ".join(filter(None, (row.begin, row.end))) for row in rows)
    return without_marks("\n".join(line for line in lines if line))


def paper_name(receipt: Receipt, words: Words) -> str:
    """What the paper is, with its number if it has one: `Receipt 1-57`."""
    return f"{words.tr(_TITLES[receipt.title])} {receipt.number}".strip()


def phone_text(paper: Callable[[Shop, int], Receipt], shop: Shop, words: Words) -> str:
    """A paper as plain text that fits the code a customer's phone reads.

    `paper` makes it under a head, with at most so many items. What is too much is left out: header
    and footer first, then items, then the address.
    """
    plain = replace(shop, header=(), footer=())
    shorter = [(plain, most) for most in (MOST_ITEMS, *_FEWER_ITEMS)]
    *longer, shortest = [(shop, MOST_ITEMS), *shorter, (replace(plain, address=()), 0)]
    for head, most_items in longer:
        text = receipt_text(paper(head, most_items), words)
        if len(text.encode()) <= PHONE_BYTES:
            return text
    return receipt_text(paper(*shortest), words)


def _rows(line: Line, words: Words) -> Iterator[ReceiptRow]:
    match line:
        case Rule():
            yield ReceiptRow("", style=RowStyle.RULE)
        case ShopLine(text, is_name):
            style = RowStyle.HEAD if is_name else RowStyle.CENTRED
            yield ReceiptRow(words.as_written(text), style=style)
        case TitleLine(title, copy):
            said = words.tr(_TITLES[title])
            if copy:
                said = words.tr("{paper} (copy)", paper=said)
            yield ReceiptRow(said, style=RowStyle.STRONG)
        case ItemLine(name, quantity, price):
            counted = f"{words.whole(quantity)} × {name}".strip() if quantity != 1 else name
            named = words.as_written(counted) if counted else words.tr("Item")
            yield ReceiptRow(named, words.money(price))
        case TaxLine(rate, net, tax):
            named = words.tax_rate(rate)
            yield ReceiptRow(named, words.money(tax))
            yield ReceiptRow(words.tr(_LABELS[Label.NET]), words.money(net))
        case CashierLine(sums):
            name = words.as_written(sums.cashier or words.tr("no cashier"))
            yield ReceiptRow(name, sums_of_cashier(words, sums))
        case FactLine(label, value, strong):
            style = RowStyle.STRONG if strong else RowStyle.PLAIN
            yield ReceiptRow(words.tr(_LABELS[label]), _value(value, words), style)


def _value(value: Value, words: Words) -> str:
    match value:
        case Fiat():
            return words.money(value)
        case Moment(unix_s):
            return words.joined_by_comma(words.date(unix_s), words.minute(unix_s))
        case RefundReason():
            return words.tr(REFUND_REASONS[value])
        case int():
            return words.whole(value)
        case str():
            return words.as_written(value)

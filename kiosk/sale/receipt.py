"""What stands on a receipt, a refund and the report of a close, line by line and in no language.

Words, numbers and letters are the screen's: it writes these lines for the printer and for the code
that a customer's phone reads.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Final

from kiosk.sale.books import CashierSums, CloseReport, CurrencySums, Sums
from kiosk.sale.facts import Sale
from kiosk.sale.invoice import short_hash
from kiosk.sale.money import ONE_BITCOIN, SAT, Fiat, Rate, Sats, fiat_from_sats
from kiosk.sale.refund import RefundReason
from kiosk.sale.sale_record import RefundRecord, SaleDetails
from kiosk.sale.tax import TaxRate, TaxShare

MOST_ITEMS: Final = 200  # lines of items: a roll of paper has an end


@dataclass(frozen=True, slots=True)
class Shop:
    """What the merchant has printed on every receipt; empty is left out.

    `header` stands above the name, `footer` at the end.
    """

    name: str
    address: tuple[str, ...] = ()
    tax_number: str = ""
    header: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()


class Title(StrEnum):
    """What a paper is."""

    RECEIPT = "receipt"
    REFUND = "refund"
    CLOSE = "close"


class Label(StrEnum):
    """What a line tells."""

    TAX_NUMBER = "tax_number"
    NUMBER = "number"
    OF_RECEIPT = "of_receipt"  # the receipt that a refund is of
    TIME = "time"
    FROM = "from"
    UNTIL = "until"
    CASHIER = "cashier"
    CLOSED_BY = "closed_by"
    PRICE = "price"  # without the tip
    TIP = "tip"
    TIPS = "tips"
    TOTAL = "total"
    GIVEN_BACK = "given_back"
    REASON = "reason"
    NET = "net"
    TAX = "tax"
    PAID = "paid"  # the sats that were paid
    BITCOIN_PRICE = "bitcoin_price"
    PAYMENT_HASH = "payment_hash"
    SALES = "sales"
    FORWARDED = "forwarded"
    RECEIVED = "received"
    LATE = "late"
    TWICE = "twice"
    ABOUT = "about"  # what sats were worth


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, Unix seconds."""

    unix_s: int


Value = str | int | Fiat | Moment | RefundReason


@dataclass(frozen=True, slots=True)
class ShopLine:
    """A line of the merchant's own, in the middle. `is_name`: the shop's name, in large letters."""

    text: str
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class TitleLine:
    """What the paper is; `copy`: it is printed once more."""

    title: Title
    copy: bool = False


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item: `quantity` times `name`, `price` altogether. `name` is empty where none is known."""

    name: str
    quantity: int
    price: Fiat


@dataclass(frozen=True, slots=True)
class FactLine:
    """A label and its value; an int is a number of things. `strong` is what the paper is about."""

    label: Label
    value: Value
    strong: bool = False


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One tax rate: what of the amount is net, and the tax in it."""

    rate: TaxRate
    net: Fiat
    tax: Fiat


@dataclass(frozen=True, slots=True)
class CashierLine:
    """What a cashier has taken, in a close."""

    sums: CashierSums


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


Line = ShopLine | TitleLine | ItemLine | FactLine | TaxLine | CashierLine | Rule


@dataclass(frozen=True, slots=True)
class Receipt:
    """A paper to print. `opens_drawer`: money changes hands with it, and a copy changes none."""

    lines: tuple[Line, ...]
    opens_drawer: bool = False

    @property
    def title(self) -> Title:
        """What the paper is."""
        return next(line.title for line in self.lines if isinstance(line, TitleLine))

    @property
    def number(self) -> str:
        """Its number in the books, empty where it has none."""
        numbers = (
            line.value
            for line in self.lines
            if isinstance(line, FactLine) and line.label is Label.NUMBER
        )
        return str(next(numbers, ""))


def sale_receipt(
    details: SaleDetails, shop: Shop, *, copy: bool = False, most_items: int = MOST_ITEMS
) -> Receipt:
    """The receipt of a paid sale; what is more than `most_items` is summed up in one line."""
    record = details.record
    sale = record.sale
    lines: list[Line] = [*_head(shop), TitleLine(Title.RECEIPT, copy)]
    if details.receipt is not None:
        lines.append(FactLine(Label.NUMBER, str(details.receipt)))
    lines.append(FactLine(Label.TIME, Moment(record.at)))
    if details.cashier:
        lines.append(FactLine(Label.CASHIER, details.cashier))
    lines.append(Rule())
    lines += _items(sale, most_items)
    if sale.tip_minor:
        lines.append(FactLine(Label.PRICE, sale.price))
        lines.append(FactLine(Label.TIP, Fiat(sale.tip_minor, sale.price.currency)))
    lines.append(FactLine(Label.TOTAL, sale.whole_price, strong=True))
    lines += _taxes(details.taxes, sale.price)
    lines.append(Rule())
    lines += _bitcoin(sale.amount, sale.price, sale.rate)
    if record.payment_hash is not None:
        lines.append(FactLine(Label.PAYMENT_HASH, short_hash(record.payment_hash)))
    return Receipt((*lines, *_foot(shop)), opens_drawer=not copy)


def refund_receipt(
    details: SaleDetails, refund: RefundRecord, shop: Shop, *, copy: bool = False
) -> Receipt:
    """The paper of money that was given back."""
    sale = details.record.sale
    currency = sale.price.currency
    lines: list[Line] = [*_head(shop), TitleLine(Title.REFUND, copy)]
    lines.append(FactLine(Label.NUMBER, f"R{refund.number}"))
    lines.append(FactLine(Label.TIME, Moment(refund.at)))
    if refund.by:
        lines.append(FactLine(Label.CASHIER, refund.by))
    if details.receipt is not None:
        lines.append(FactLine(Label.OF_RECEIPT, str(details.receipt)))
    lines.append(Rule())
    lines.append(FactLine(Label.GIVEN_BACK, Fiat(refund.minor, currency), strong=True))
    lines.append(FactLine(Label.REASON, _reason(refund.reason)))
    if refund.tip_minor:
        lines.append(FactLine(Label.TIP, Fiat(refund.tip_minor, currency)))
    lines += _taxes(refund.taxes, Fiat(refund.minor - refund.tip_minor, currency))
    lines.append(Rule())
    lines += _bitcoin(refund.amount, sale.price, sale.rate)
    return Receipt((*lines, *_foot(shop)), opens_drawer=not copy)


def close_receipt(report: CloseReport, shop: Shop) -> Receipt:
    """The report of a close, on paper."""
    lines: list[Line] = [*_head(shop), TitleLine(Title.CLOSE)]
    lines.append(FactLine(Label.NUMBER, str(report.number)))
    if report.from_s:
        lines.append(FactLine(Label.FROM, Moment(report.from_s)))
    lines.append(FactLine(Label.UNTIL, Moment(report.to_s)))
    if report.by:
        lines.append(FactLine(Label.CLOSED_BY, report.by))
    lines.append(FactLine(Label.SALES, report.receipts))
    lines += chain.from_iterable(map(_sums, report.sums))
    lines.append(Rule())
    lines += _by_currency(Label.FORWARDED, report.forwarded)
    lines += _by_currency(Label.RECEIVED, report.received)
    lines += _by_currency(Label.LATE, report.late)
    lines += _by_currency(Label.GIVEN_BACK, report.refunded)
    if report.twice:
        lines.append(FactLine(Label.TWICE, Fiat(report.twice_amount, SAT)))
    if report.cashiers:
        lines += [Rule(), *map(CashierLine, report.cashiers)]
    return Receipt((*lines, *_foot(shop)))


def _head(shop: Shop) -> Iterator[Line]:
    yield from map(ShopLine, shop.header)
    yield ShopLine(shop.name, is_name=True)
    yield from map(ShopLine, shop.address)
    if shop.tax_number:
        yield FactLine(Label.TAX_NUMBER, shop.tax_number)
    yield Rule()


def _foot(shop: Shop) -> Iterator[Line]:
    if shop.footer:
        yield Rule()
    yield from map(ShopLine, shop.footer)


def _items(sale: Sale, most: int) -> Iterator[Line]:
    """Items where there are several, or one that has a name."""
    currency = sale.price.currency
    items = [ItemLine(line.name, line.quantity, Fiat(line.minor, currency)) for line in sale.lines]
    if not items:
        items = [ItemLine("", 1, Fiat(minor, currency)) for minor in sale.items]
    if len(items) < 2 and not any(item.name for item in items):
        return
    yield from items[:most]
    more = items[most:]
    if more:
        rest = sum(item.price.minor for item in more)
        yield ItemLine("…", len(more), Fiat(rest, currency))
    yield Rule()


def _taxes(taxes: tuple[TaxShare, ...], price: Fiat) -> Iterator[Line]:
    for share in taxes:
        net, tax = (Fiat(minor, price.currency) for minor in (share.net_minor, share.tax_minor))
        yield TaxLine(share.rate, net, tax)


def _bitcoin(amount: Sats, price: Fiat, rate: Rate | None) -> Iterator[Line]:
    """What was paid in sats, and at what price of a bitcoin where that was the price."""
    if price.currency.code != SAT.code:
        yield FactLine(Label.PAID, Fiat(amount, SAT))
    if rate is not None:
        yield FactLine(Label.BITCOIN_PRICE, fiat_from_sats(ONE_BITCOIN, rate))


def _sums(sums: CurrencySums) -> Iterator[Line]:
    """One currency of a close."""
    currency = sums.currency
    yield Rule()
    yield FactLine(Label.TOTAL, sums.paid, strong=True)
    if sums.tip_minor:
        yield FactLine(Label.PRICE, Fiat(sums.gross_minor, currency))
        yield FactLine(Label.TIPS, Fiat(sums.tip_minor, currency))
    if sums.taxes:
        yield FactLine(Label.NET, Fiat(sums.net_minor, currency))
        yield FactLine(Label.TAX, Fiat(sums.tax_minor, currency))
    yield from _taxes(sums.taxes, Fiat(sums.gross_minor, currency))
    if currency.code != SAT.code:
        yield FactLine(Label.PAID, Fiat(sums.amount, SAT))
    yield from (FactLine(Label.ABOUT, worth) for worth in sums.about)


def _by_currency(label: Label, sums: Sums) -> Iterator[Line]:
    return (FactLine(label, line.paid) for line in sums)


def _reason(reason: str) -> RefundReason | str:
    """The reason as the books have it, in a language where it is one of ours."""
    return RefundReason(reason) if reason in frozenset(RefundReason) else reason

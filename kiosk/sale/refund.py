"""How much of a sale a refund takes back: of the price first, of the tip last, and of the tax.

The kiosk cannot pay a customer, since the money is with the merchant: it records what was given
back. Whatever the parts, refunds of a whole sale take back exactly what the sale was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kiosk.sale.facts import Sale
from kiosk.sale.money import Sats
from kiosk.sale.tax import TaxShare, included_tax


class RefundReason(StrEnum):
    """Why money is given back, as the books have it."""

    RETURNED = "goods came back"
    WRONG_AMOUNT = "wrong amount"
    PAID_TWICE = "paid twice"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Refund:
    """What is given back, in minor units of the sale's currency; `minor` includes `tip_minor`.

    `amount` is the same in sats at the sale's own rate, tip included.
    """

    minor: int
    tip_minor: int
    amount: Sats
    tip: Sats
    taxes: tuple[TaxShare, ...] = ()


class MoreThanPaid(ValueError):
    """More would be given back than was paid, or nothing."""


def refund_of(sale: Sale, taxes: Sequence[TaxShare], before_minor: int, minor: int) -> Refund:
    """A refund of `minor` after `before_minor` of the sale were given back already.

    `taxes` are the shares of the sale. Each part is the difference of two sums reckoned from the
    beginning, so no rounding is lost or made between several refunds.

    Raises:
        MoreThanPaid: nothing, or more than is left of the sale.
    """
    whole = sale.whole_price.minor
    if minor <= 0 or before_minor < 0 or before_minor + minor > whole:
        raise MoreThanPaid(f"{minor} after {before_minor} of {whole}")
    after = before_minor + minor
    price = sale.price.minor
    goods_before, goods_after = min(before_minor, price), min(after, price)
    tips_before, tips_after = max(0, before_minor - price), max(0, after - price)
    goods = Sats(sale.amount - sale.tip)
    goods_sat = _part(goods, goods_after, price) - _part(goods, goods_before, price)
    tip_sat = _part(sale.tip, tips_after, sale.tip_minor) - _part(
        sale.tip, tips_before, sale.tip_minor
    )
    return Refund(
        minor,
        tips_after - tips_before,
        Sats(goods_sat + tip_sat),
        Sats(tip_sat),
        _taxes(taxes, goods_before, goods_after, price),
    )


def _taxes(taxes: Sequence[TaxShare], before: int, after: int, price: int) -> tuple[TaxShare, ...]:
    """The shares of `before` to `after` of the price, spread over the rates in proportion."""
    parts = []
    place_before = place_after = 0
    sum_gross = 0
    for share in taxes:
        sum_gross += share.gross_minor
        upto_before, upto_after = (_part(sum_gross, given, price) for given in (before, after))
        gross_before, gross_after = upto_before - place_before, upto_after - place_after
        place_before, place_after = upto_before, upto_after
        tax = _tax_of(share, gross_after) - _tax_of(share, gross_before)
        if gross_after > gross_before:
            parts.append(TaxShare(share.rate, gross_after - gross_before, tax))
    return tuple(parts)


def _tax_of(share: TaxShare, gross: int) -> int:
    """The tax in a part of a share; in all of it exactly the share's."""
    return share.tax_minor if gross == share.gross_minor else included_tax(gross, share.rate)


def _part(amount: int, given: int, whole: int) -> int:
    """So much of an amount as `given` is of a whole, rounded half up."""
    return (2 * amount * given + whole) // (2 * whole) if whole else 0

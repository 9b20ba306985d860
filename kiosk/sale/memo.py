"""Memos, by which the merchant recognises a sale in the list of the wallet."""

from typing import Final

from kiosk.sale.facts import Sale
from kiosk.sale.invoice import MEMO_MAX_BYTES, clipped_memo
from kiosk.sale.letters import LONGEST_SHOP_NAME
from kiosk.sale.money import SAT, Currency, Fiat

_FORWARD: Final = "BlinkPOS: "


def plain_amount(price: Fiat) -> str:
    """An amount as memos, logs and exports write it: `$12.50`, `KSh 1250.00`, `1250 sats`."""
    if price.currency.code == SAT.code:
        return f"{price.minor} sats"
    symbol = price.currency.symbol or price.currency.code
    gap = " " if symbol[-1:].isalpha() else ""
    return f"{symbol}{gap}{decimal(price.minor, price.currency)}"


def decimal(minor: int, currency: Currency) -> str:
    """Minor units in major units with the currency's own fraction digits: 1250 -> 12.50."""
    digits = currency.fraction_digits
    if digits == 0:
        return str(minor)
    sign, whole = ("-" if minor < 0 else ""), abs(minor)
    return f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}d}"


def sale_memo(shop: str, price: Fiat, tip_minor: int = 0) -> str:
    """The memo of a sale's invoice: `Café Luna: €4.20 incl. tip €0.35`.

    It is the customer's receipt, and part of the code: the shop first, and nothing that makes the
    code larger. `price` is without the tip.
    """
    whole = Fiat(price.minor + tip_minor, price.currency)
    tip = f" incl. tip {plain_amount(Fiat(tip_minor, price.currency))}" if tip_minor else ""
    return f"{shop.strip()[:LONGEST_SHOP_NAME]}: {plain_amount(whole)}{tip}"


def payout_memo(sale: Sale, who: str) -> str:
    """The memo of the payout invoice, which is what the merchant sees.

    `BlinkPOS: 1 + 2 = $3.00 (3702 sats) till-1`. Of a sum too long for Blink the first items go,
    since the end says what was paid and where.
    """
    end = _memo_end(sale, who)
    many = sale.items if len(sale.items) > 1 else ()
    terms = [_memo_item(item, sale.price.currency) for item in many]
    for first in range(len(terms)):
        shown = terms if first == 0 else ["…", *terms[first:]]
        memo = f"{_FORWARD}{' + '.join(shown)} = {end}"
        if len(memo.encode()) <= MEMO_MAX_BYTES:
            return memo
    return clipped_memo(f"{_FORWARD}{end}")


def _memo_end(sale: Sale, who: str) -> str:
    """What was paid: `$2.00 + $0.20 tip = $2.20 (2716 sats) till-1`."""
    tip = Fiat(sale.tip_minor, sale.price.currency)
    words = f"{plain_amount(sale.price)} + {plain_amount(tip)} tip = " if sale.tip_minor else ""
    sats = "" if sale.price.currency.code == SAT.code else f" ({sale.amount} sats)"
    return f"{words}{plain_amount(sale.whole_price)}{sats} {who}"


def _memo_item(item: int, currency: Currency) -> str:
    """One item of a sum as it is said: `1`, `2.50`."""
    whole, rest = divmod(item, 10**currency.fraction_digits)
    return decimal(item, currency) if rest else str(whole)

"""Memos, by which the merchant recognises a sale in the list of the wallet."""

from typing import Final

from kiosk.sale.entry import Tip
from kiosk.sale.invoice import MEMO_MAX_BYTES, clipped_memo
from kiosk.sale.money import SAT, Currency, Fiat, Sats

_FORWARD: Final = "BlinkPOS: "
_ROOM_BYTES: Final = MEMO_MAX_BYTES - len(_FORWARD)  # so that the payout's memo is whole too


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


def sale_memo(price: Fiat, items: tuple[int, ...], tip: Tip, amount: Sats, who: str) -> str:
    """The memo of a sale's invoice: `1 + 2 = $3.00 (3702 sats) till-1`.

    `price` is without the tip, `items` are what was added up to it, `amount` is everything. Of a
    sum too long for Blink the first items go, since the end says what was paid and where.
    """
    end = _memo_end(price, tip, amount, who)
    terms = [_memo_item(item, price.currency) for item in items] if len(items) > 1 else []
    for first in range(len(terms)):
        shown = terms if first == 0 else ["…", *terms[first:]]
        memo = f"{' + '.join(shown)} = {end}"
        if len(memo.encode()) <= _ROOM_BYTES:
            return memo
    return clipped_memo(end)


def payout_memo(memo: str) -> str:
    """The memo of the payout invoice, which is what the merchant sees."""
    return clipped_memo(f"{_FORWARD}{memo}")


def _memo_end(price: Fiat, tip: Tip, amount: Sats, who: str) -> str:
    """What was paid: `$2.00 + 10% tip = $2.20 (2716 sats) till-1`."""
    words, whole = "", price
    if tip.minor > 0:
        share = f"{tip.percent}%" if tip.percent else plain_amount(Fiat(tip.minor, price.currency))
        whole = Fiat(price.minor + tip.minor, price.currency)
        words = f"{plain_amount(price)} + {share} tip = "
    sats = "" if price.currency.code == SAT.code else f" ({amount} sats)"
    return f"{words}{plain_amount(whole)}{sats} {who}"


def _memo_item(item: int, currency: Currency) -> str:
    """One item of a sum as it is said: `1`, `2.50`."""
    whole, rest = divmod(item, 10**currency.fraction_digits)
    return decimal(item, currency) if rest else str(whole)

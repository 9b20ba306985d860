"""What an invoice says of itself, so that the merchant knows it again in his wallet's list."""

from kiosk.sale.invoice import clipped_memo
from kiosk.sale.money import SAT, Currency, Fiat, Sats


def plain(price: Fiat) -> str:
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


def sale_memo(price: Fiat, items: tuple[int, ...], tip: Fiat | None, amount: Sats, who: str) -> str:
    """The memo of a sale's invoice: `1.00 + 2.00 = $3.00 (3702 sats) till-1`.

    `price` is without the tip, `items` are what was added up to it, `amount` is everything.
    """
    parts = ""
    if len(items) > 1:
        parts = " + ".join(decimal(item, price.currency) for item in items) + " = "
    whole = price
    if tip is not None and tip.minor > 0:
        whole = Fiat(price.minor + tip.minor, price.currency)
        parts += f"{plain(price)} + {plain(tip)} tip = "
    sats = "" if price.currency.code == SAT.code else f" ({amount} sats)"
    return clipped_memo(f"{parts}{plain(whole)}{sats} {who}")


def payout_memo(memo: str) -> str:
    """The memo of the payout invoice, which is what the merchant sees."""
    return clipped_memo(f"BlinkPOS: {memo}")

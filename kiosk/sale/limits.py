"""What can be taken: known while the amount is typed, so that it is told before CHARGE (M10)."""

from typing import Final

from kiosk.sale.entry import Entry
from kiosk.sale.money import SAT, Sats, sats_from_fiat, sats_within_cents
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind

# From this share of what is left today on, in per cent, the cashier is shown what is left.
NEAR_PERCENT: Final = 80


def left_today(till: Till) -> Sats | None:
    """What can still be forwarded today, without what waits for it already; None is unknown."""
    usd = till.rates.usd if till.rates is not None else None
    if till.limit_left is None or usd is None or usd.base <= 0:
        return None
    waiting = sum(forward.invoice.amount for forward in till.forwards.values())
    return Sats(max(0, sats_within_cents(till.limit_left, usd) - waiting))


def too_large(till: Till, amount: Sats) -> Trouble | None:
    """Whether an amount is above the largest sale of the settings."""
    if amount <= till.rules.max_sale:
        return None
    return Trouble(TroubleKind.AMOUNT_TOO_LARGE, str(till.rules.max_sale))


def over_limit(till: Till, amount: Sats) -> Trouble | None:
    """Whether an amount is above what can still be forwarded today; unknown is no."""
    left = left_today(till)
    if left is None or amount <= left:
        return None
    return Trouble(TroubleKind.OVER_LIMIT, str(left))


def ahead(till: Till, entry: Entry) -> Trouble | None:
    """What CHARGE would meet with what is typed now."""
    amount = _worth(till, entry)
    return None if amount is None else too_large(till, amount) or over_limit(till, amount)


def is_near(till: Till, entry: Entry) -> bool:
    """Whether what is typed uses up most of what is left today."""
    amount, left = _worth(till, entry), left_today(till)
    return bool(amount and left is not None and amount * 100 >= left * NEAR_PERCENT)


def _worth(till: Till, entry: Entry) -> Sats | None:
    """The entry in sats; None without a fresh price."""
    if entry.unit.code == SAT.code:
        return Sats(entry.total)
    rate = till.rates.of(entry.unit) if till.rates is not None else None
    if rate is None or not rate.is_fresh(till.now_s):
        return None
    return sats_from_fiat(entry.price, rate)

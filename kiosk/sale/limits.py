"""What can be taken: known while the amount is typed, so that it is shown before CHARGE (M10)."""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale import direct
from kiosk.sale.entry import Entry
from kiosk.sale.facts import DirectInvoicePaid, Fact, InvoicePaid, Sale
from kiosk.sale.money import (
    CENT_DIGITS,
    SAT,
    Sats,
    is_sane_price,
    sats_from_fiat,
    sats_within_cents,
)
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind

# From this share of what is left today on, in per cent, the cashier is shown what is left.
NEAR_PERCENT: Final = 80

# What is left is asked for again, before a sale is refused or warned of, when it was
# fetched longer ago than this.
LIMIT_FRESH_S: Final = 60.0

# Blink allows 60 invoices a minute and account, and blocks all tills of the account when there are
# more; a person at a till makes far fewer.
SALES_A_MINUTE: Final = 20
_MINUTE_S: Final = 60.0

# A sale leaves some 9 kB in the journal for ever, so keys pressed for fun must not fill the card.
UNPAID_AN_HOUR: Final = 120
_HOUR_S: Final = 3600.0


def left_today(till: Till) -> Sats | None:
    """What can still be forwarded today, without what waits for it already; None is unknown."""
    usd = till.rates.usd if till.rates is not None else None
    if till.rules.direct or till.limit_left is None or usd is None:
        return None
    if not is_sane_price(usd.base, usd.offset):
        return None
    if usd.currency.fraction_digits != CENT_DIGITS:
        return None
    waiting = sum(forward.invoice.amount for forward in till.forwards.values())
    return Sats(max(0, sats_within_cents(till.limit_left, usd) - waiting))


def too_large(till: Till, amount: Sats) -> Trouble | None:
    """Whether an amount is above the largest sale of the settings."""
    if amount <= till.rules.max_sale:
        return None
    return Trouble(TroubleKind.AMOUNT_TOO_LARGE, str(till.rules.max_sale))


def out_of_bounds(till: Till, amount: Sats) -> Trouble | None:
    """Whether an amount cannot be charged, by the settings or by who makes the invoice."""
    return too_large(till, amount) or direct.amount_trouble(till, amount)


def over_limit(till: Till, amount: Sats) -> Trouble | None:
    """Whether an amount is above what can still be forwarded today; unknown is no.

    A direct sale is not forwarded.
    """
    left = left_today(till)
    if left is None or amount <= left:
        return None
    return Trouble(TroubleKind.OVER_LIMIT, str(left))


def limit_is_old(till: Till) -> bool:
    """Whether what is left today has to be asked for before anything is refused by it."""
    return till.now_s - till.limit_fetched_s > LIMIT_FRESH_S


def too_many(till: Till) -> Trouble | None:
    """Whether no further invoice may be made now: Blink's pause, and our own bounds."""
    if till.blocked_until_s is not None and till.now_s < till.blocked_until_s:
        left_s = till.blocked_until_s - till.now_s
        return Trouble(TroubleKind.TOO_MANY_INVOICES, str(int(left_s) + 1))
    of_minute = _since(till.opened_s, till.now_s - _MINUTE_S)
    if len(of_minute) >= SALES_A_MINUTE:
        left_s = of_minute[-SALES_A_MINUTE] + _MINUTE_S - till.now_s
        return Trouble(TroubleKind.TOO_MANY_SALES, str(int(left_s) + 1))
    of_hour = _since(till.unpaid_s.values(), till.now_s - _HOUR_S)
    if len(of_hour) >= UNPAID_AN_HOUR:
        left_s = of_hour[-UNPAID_AN_HOUR] + _HOUR_S - till.now_s
        return Trouble(TroubleKind.TOO_MANY_UNPAID, str(int(left_s / 60) + 1))
    return None


def count_opened(till: Till, sale: Sale) -> Till:
    """Remember that a sale was opened; what is too old to count is forgotten."""
    hour_s = till.now_s - _HOUR_S
    unpaid = {sale_id: at_s for sale_id, at_s in till.unpaid_s.items() if at_s > hour_s}
    return replace(
        till,
        sales_started=till.sales_started + 1,
        opened_s=(*_since(till.opened_s, till.now_s - _MINUTE_S), till.now_s),
        unpaid_s=MappingProxyType({**unpaid, sale.id: till.now_s}),
    )


def count_paid(till: Till, facts: Iterable[Fact]) -> Till:
    """A sale that is paid does not count against the next ones."""
    paid = {fact.sale for fact in facts if isinstance(fact, InvoicePaid | DirectInvoicePaid)}
    if paid.isdisjoint(till.unpaid_s):
        return till
    left = {sale_id: at_s for sale_id, at_s in till.unpaid_s.items() if sale_id not in paid}
    return replace(till, unpaid_s=MappingProxyType(left))


def trouble_ahead(till: Till, entry: Entry) -> Trouble | None:
    """What CHARGE would meet with what is typed now."""
    amount = _entry_in_sats(till, entry)
    return None if amount is None else out_of_bounds(till, amount) or over_limit(till, amount)


def is_near(till: Till, entry: Entry) -> bool:
    """Whether what is typed uses up most of what is left today."""
    amount, left = _entry_in_sats(till, entry), left_today(till)
    return bool(amount and left is not None and amount * 100 >= left * NEAR_PERCENT)


def _entry_in_sats(till: Till, entry: Entry) -> Sats | None:
    """The entry in sats; None without a fresh price."""
    if entry.unit.code == SAT.code:
        return Sats(entry.total)
    rate = till.rates.of(entry.unit) if till.rates is not None else None
    if rate is None or not rate.is_fresh(till.now_s):
        return None
    return sats_from_fiat(entry.price, rate)


def _since(times: Iterable[float], begin_s: float) -> tuple[float, ...]:
    return tuple(at_s for at_s in times if at_s > begin_s)

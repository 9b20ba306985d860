"""Giving money back for a sale, from its page: how much, why, how, and that it was done.

The kiosk cannot pay a customer, since the money is with the merchant. It says how much to send from
the merchant's own wallet, and records that it was sent.
"""

from dataclasses import replace

from kiosk.sale import prices
from kiosk.sale.effects import PlaySound, ReadSale, Sound, Step
from kiosk.sale.entry import Entry, EntryFull, with_digit, without_last_digit
from kiosk.sale.facts import RefundRecorded
from kiosk.sale.keys import Key
from kiosk.sale.manager_screens import RefundScreen, SaleScreen
from kiosk.sale.money import SAT, Sats, is_sane_price, sats_from_fiat
from kiosk.sale.refund import RefundReason, refund_of
from kiosk.sale.sale_record import SaleDetails
from kiosk.sale.till import Ready, Till

REASONS = tuple(RefundReason)


def left_minor(details: SaleDetails) -> int:
    """What of a sale can be given back, in minor units of its currency.

    Nothing if it is unpaid, or while nobody knows what was given back before.
    """
    if details.record.paid_at is None or details.next_refund_part is None:
        return 0
    return details.record.sale.whole_price.minor - details.refunded_minor


def open_refund(till: Till, page: SaleScreen) -> Step:
    """Ask how much; a price of now is asked for meanwhile."""
    unit = page.details.record.sale.price.currency
    opened = replace(till, screen=RefundScreen(page, Entry(unit), since_s=till.now_s))
    if unit.code == SAT.code or not isinstance(till.service, Ready):
        return Step(opened)
    return prices.ask_rates(opened, unit)


def handle_key(till: Till, screen: RefundScreen, key: Key) -> Step:
    """A key on the way from the amount to the record; CLEAR takes one step back."""
    awake = replace(screen, since_s=till.now_s)
    if screen.minor is None:
        return _handle_amount_key(till, awake, key)
    if screen.reason is None:
        return _handle_reason_key(till, awake, key)
    match key:
        case Key.CLEAR:
            return Step(replace(till, screen=replace(awake, reason=None)))
        case Key.CHARGE:
            return _record(till, awake, screen.minor, screen.reason)
    return Step(replace(till, screen=awake))


def sats_now(till: Till, screen: RefundScreen) -> Sats | None:
    """What the amount is in sats at the price of now, None while there is none."""
    unit = screen.page.details.record.sale.price.currency
    minor = screen.minor or 0
    if unit.code == SAT.code:
        return Sats(minor)
    rate = prices.rate_to_show(till, unit)
    if rate is None or not is_sane_price(rate.base, rate.offset):
        return None
    if rate.currency.fraction_digits != unit.fraction_digits:
        return None
    return sats_from_fiat(replace(screen.entry.price, minor=minor, currency=rate.currency), rate)


def sats_then(screen: RefundScreen) -> Sats:
    """What the amount was in sats on the day of the sale."""
    details = screen.page.details
    sale, minor = details.record.sale, screen.minor or 0
    return refund_of(sale, details.taxes, details.refunded_minor, minor).amount


def _handle_amount_key(till: Till, screen: RefundScreen, key: Key) -> Step:
    left = left_minor(screen.page.details)
    if key is Key.CLEAR:
        if screen.entry.is_empty:
            return Step(replace(till, screen=replace(screen.page, since_s=till.now_s)))
        return _typed(till, screen, Entry(screen.entry.unit))
    if key is Key.DELETE:
        return _typed(till, screen, without_last_digit(screen.entry))
    if key is Key.CHARGE:
        chosen = replace(screen, minor=screen.entry.total or left)
        return Step(replace(till, screen=chosen))
    if key.digit is None:
        return Step(replace(till, screen=screen))
    try:
        longer = with_digit(screen.entry, key.digit)
    except EntryFull:
        return Step(till, (), (PlaySound(Sound.REFUSED),))
    if longer.total > left:  # the screen says how much there is
        return Step(till, (), (PlaySound(Sound.REFUSED),))
    return _typed(till, screen, longer)


def _typed(till: Till, screen: RefundScreen, entry: Entry) -> Step:
    return Step(replace(till, screen=replace(screen, entry=entry)))


def _handle_reason_key(till: Till, screen: RefundScreen, key: Key) -> Step:
    if key is Key.CLEAR:
        return Step(replace(till, screen=replace(screen, minor=None)))
    if key.digit is None or not 1 <= key.digit <= len(REASONS):
        return Step(replace(till, screen=screen))
    return Step(replace(till, screen=replace(screen, reason=REASONS[key.digit - 1])))


def _record(till: Till, screen: RefundScreen, minor: int, reason: RefundReason) -> Step:
    details = screen.page.details
    assert details.next_refund_part is not None, "left_minor opens no refund before"
    sale = details.record.sale
    part = refund_of(sale, details.taxes, details.refunded_minor, minor)
    fact = RefundRecorded(
        sale.id,
        details.next_refund_part,
        part.minor,
        part.tip_minor,
        part.amount,
        part.tip,
        part.taxes,
        reason.value,
        till.cashier_label,
    )
    unread = replace(details, next_refund_part=None)
    back = replace(till, screen=replace(screen.page, details=unread, since_s=till.now_s))
    return Step(back, (fact,), (ReadSale(sale.id),))

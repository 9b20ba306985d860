"""A price that something waits for: it goes on with it, or says why there is none."""

from dataclasses import replace
from typing import Final

from kiosk.sale.account import Rates
from kiosk.sale.amount_notice import NO_ANSWER, with_other_cause, without_notice
from kiosk.sale.backoff import delay_s
from kiosk.sale.checkout import open_sale, refuse
from kiosk.sale.effects import Step
from kiosk.sale.entry import Entry
from kiosk.sale.money import Currency
from kiosk.sale.prices import (
    ask_rates,
    first_without_rate,
    unit_by_code,
    with_nearest_currency,
    with_prices_noted,
)
from kiosk.sale.screens import EnteringAmount, FetchingPrice
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind

# A price that could not be had is asked for again, while an amount is typed, after these pauses.
PRICE_PAUSE_S: Final = 3.0
PRICE_LONGEST_PAUSE_S: Final = 60.0


def switch_unit(till: Till, screen: EnteringAmount) -> Step:
    """Show the next unit. What is typed already stays as it is, and is shown in that unit."""
    entry, codes = screen.entry, till.rules.units
    now = screen.shown or entry.unit
    place = codes.index(now.code) if now.code in codes else -1
    unit = unit_by_code(till, codes[(place + 1) % len(codes)])
    if unit.code == now.code:
        return Step(till)
    if entry.is_empty:
        return Step(replace(till, screen=EnteringAmount(Entry(unit))))
    missing = None if unit.code == entry.unit.code else first_without_rate(till, entry.unit, unit)
    if missing is None:
        return _shown_in(till, entry, unit)
    return ask_rates(replace(till, screen=FetchingPrice(entry, till.now_s, unit)), missing)


def handle_price(till: Till, rates: Rates) -> Step:
    """A price, and whatever waited for it goes on; the notice about its absence goes."""
    told = _told_of_price(till)
    till = replace(
        with_prices_noted(till, rates),
        rates=rates.after(till.rates),
        rate_asked=False,
        price_trouble=None,
        price_due_s=None,
        price_tries=0,
    )
    if isinstance(till.screen, FetchingPrice):
        return _go_on_with_price(till, till.screen)
    return Step(without_notice(till, told))


def handle_price_failure(till: Till, trouble: Trouble) -> Step:
    """No price to be had now: say why to who waits for it, and ask again after a growing pause."""
    trouble = with_nearest_currency(till, trouble)
    failed = _asked_again_later(replace(till, rate_asked=False), trouble)
    if isinstance(till.screen, FetchingPrice):
        return refuse_without_rate(failed, till.screen, trouble)
    causes = _told_of_price(till)
    if trouble.kind is TroubleKind.BLINK_ODD:
        causes -= {TroubleKind.NO_RATE}  # which offers sats
    return Step(with_other_cause(failed, causes, trouble))


def ask_until_answered(till: Till, trouble: Trouble) -> Step:
    """No answer to an invoice: the price is asked for, and with its answer the notice goes.

    A Lightning address elsewhere has a server of its own, of which Blink's answer says nothing. Nor
    does it where Blink has answered oddly: that may have been about this invoice alone.
    """
    is_told = isinstance(till.screen, EnteringAmount) and till.screen.notice == trouble
    elsewhere = till.account is not None and till.account.is_at_address
    if not is_told or elsewhere or trouble.kind not in NO_ANSWER - {TroubleKind.BLINK_ODD}:
        return Step(till)
    return Step(_asked_again_later(till, trouble))


def _asked_again_later(till: Till, trouble: Trouble) -> Till:
    pause = delay_s(PRICE_PAUSE_S, PRICE_LONGEST_PAUSE_S, till.price_tries, till.rules.run)
    return replace(
        till,
        price_trouble=trouble,
        price_due_s=till.now_s + pause,
        price_tries=till.price_tries + 1,
    )


def _told_of_price(till: Till) -> frozenset[TroubleKind]:
    """What a notice may say for want of a price."""
    known = till.price_trouble
    return frozenset({TroubleKind.NO_RATE} | ({known.kind} if known is not None else set()))


def price_retry_s(till: Till) -> float | None:
    """When the price is asked for again by itself: only while an amount is typed (D6)."""
    typing = isinstance(till.screen, EnteringAmount) and not till.screen.entry.is_empty
    return till.price_due_s if typing and not till.rate_asked else None


def retry_price_if_due(till: Till) -> Step:
    """Ask again for a price that could not be had."""
    due_s = price_retry_s(till)
    if due_s is None or due_s > till.now_s or not isinstance(till.screen, EnteringAmount):
        return Step(till)
    return ask_rates(replace(till, price_due_s=None), till.screen.entry.unit)


def refuse_without_rate(till: Till, waiting: FetchingPrice, cause: Trouble | None = None) -> Step:
    """No price to be had now for what waits for one: say what is wrong, and keep the amount.

    Sats are offered only where Blink answers and has no usable price: they need Blink as well.
    """
    unit = waiting.entry.unit
    if cause is not None and cause.kind is not TroubleKind.BLINK_ODD:
        return refuse(till, waiting.entry, cause)
    missing = first_without_rate(till, unit, waiting.show_in or unit) or unit
    reason = cause.reason if cause is not None else ""
    return refuse(till, waiting.entry, Trouble(TroubleKind.NO_RATE, missing.code, reason))


def _go_on_with_price(till: Till, waiting: FetchingPrice) -> Step:
    """A price has come while one is waited for; it may be another's, and it may be too old."""
    unit = waiting.entry.unit
    missing = first_without_rate(till, unit, waiting.show_in or unit)
    if missing is None and waiting.show_in is None:
        return open_sale(till, waiting.entry, waiting.tip, waiting.agreed)
    if missing is None:
        return _shown_in(till, waiting.entry, waiting.show_in or unit)
    if till.rates is not None and till.rates.shown.currency.code == missing.code:
        return refuse_without_rate(till, waiting)
    return ask_rates(till, missing)


def _shown_in(till: Till, entry: Entry, unit: Currency) -> Step:
    shown = None if unit.code == entry.unit.code else unit
    return Step(replace(till, screen=EnteringAmount(entry, shown=shown)))

"""Prices: which one an amount is shown by, which one it is charged by, and asking for it (M9)."""

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from kiosk.sale.account import Rates
from kiosk.sale.effects import FetchRates, Step
from kiosk.sale.entry import Entry
from kiosk.sale.facts import DigitsAccepted
from kiosk.sale.money import (
    CENT_DIGITS,
    JUMP_WITHIN_S,
    SAT,
    Currency,
    Fiat,
    Rate,
    Sats,
    fiat_from_sats,
    jumped,
    sats_from_fiat,
)
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind

# While an amount is typed, a price older than this is asked for again with the next key.
RATE_REFRESH_S: Final = 60.0


def unit_by_code(till: Till, code: str) -> Currency:
    """A display currency by its code, with the fraction digits that Blink served."""
    if code == SAT.code:
        return SAT
    known = till.account.currencies.get(code) if till.account else None
    return known or Currency(code, code, 2)


def fresh_rate(till: Till, code: str) -> Rate | None:
    """The rate of a currency if it is young enough to charge by (M9)."""
    rate = rate_to_show(till, unit_by_code(till, code)) if code != SAT.code else None
    return rate if rate is not None and rate.is_fresh(till.now_s) else None


def rate_to_show(till: Till, unit: Currency) -> Rate | None:
    """The rate to show an amount's worth by; for sats, the rate of the currency shown before."""
    if till.rates is None:
        return None
    return till.rates.shown if unit.code == SAT.code else till.rates.of(unit)


def ask_rates(till: Till, unit: Currency) -> Step:
    """Ask for the price of what is being typed, once at a time."""
    if till.rate_asked:
        return Step(till)
    fiat = next((code for code in till.rules.units if code != SAT.code), "USD")
    code = fiat if unit.code == SAT.code else unit.code
    return Step(replace(till, rate_asked=True), (), (FetchRates(code),))


def ask_if_old(till: Till, unit: Currency) -> Step:
    """Ask for the price of what is being typed if there is none, or one that gets old."""
    rate = rate_to_show(till, unit)
    is_young = rate is not None and rate.age(till.now_s) <= RATE_REFRESH_S
    return Step(till) if is_young else ask_rates(till, unit)


def amount_in_unit(till: Till, entry: Entry, unit: Currency) -> Fiat | None:
    """What was typed, as an amount of another unit; None without fresh prices for both."""
    if first_without_rate(till, entry.unit, unit) is not None:
        return None
    rate_from, rate_to = fresh_rate(till, entry.unit.code), fresh_rate(till, unit.code)
    sats = Sats(entry.total) if rate_from is None else sats_from_fiat(entry.price, rate_from)
    return Fiat(int(sats), SAT) if rate_to is None else fiat_from_sats(sats, rate_to)


def first_without_rate(till: Till, *units: Currency) -> Currency | None:
    """The first of these that has no fresh rate and needs one."""
    for unit in units:
        if unit.code != SAT.code and fresh_rate(till, unit.code) is None:
            return unit
    return None


def rate_for_record(till: Till) -> Rate | None:
    """The rate of the moment for the record of a sale typed in sats, if one is known."""
    if till.rates is None or not till.rates.shown.is_fresh(till.now_s):
        return None
    return till.rates.shown


def changed_digits(till: Till, codes: Iterable[str]) -> tuple[Currency, int] | None:
    """The first of these currencies that is served with other digits than accepted, and those.

    Digits are never compared with a list of our own: Blink serves some currencies without any that
    others write with two. Dollars need cents, since the account's limits are in cents.
    """
    served = dict(till.account.currencies) if till.account is not None else {}
    if till.rates is not None:
        served[till.rates.usd.currency.code] = till.rates.usd.currency
    for code in ("USD", *codes):
        was = till.digits.get(code, CENT_DIGITS if code == "USD" else None)
        if code in served and was is not None and served[code].fraction_digits != was:
            return served[code], was
    return None


def accept_digits(till: Till, unit: Currency) -> Step:
    """A currency is charged in with these digits from here on."""
    digits = MappingProxyType({**till.digits, unit.code: unit.fraction_digits})
    fact = DigitsAccepted(unit.code, unit.fraction_digits)
    return Step(replace(till, digits=digits), (fact,))


def accept_price(till: Till, rate: Rate) -> Till:
    """The cashier goes on at a price that has jumped: the next is compared with this one."""
    known = {**till.known_prices, rate.currency.code: rate}
    return replace(till, known_prices=MappingProxyType(known))


def is_jump(known: Rate, now: Rate, now_s: float) -> bool:
    """Whether a price is too far from one that was good a short time ago."""
    return known.age(now_s) <= JUMP_WITHIN_S and jumped(known, now)


def with_prices_noted(till: Till, rates: Rates) -> Till:
    """Remember the prices that have not jumped; one that has is first to be agreed to."""
    for rate in (rates.usd, rates.shown):
        known = till.known_prices.get(rate.currency.code)
        if known is None or not is_jump(known, rate, till.now_s):
            till = accept_price(till, rate)
    return till


def with_nearest_currency(till: Till, trouble: Trouble) -> Trouble:
    """A currency that Blink does not know, with the one of Blink's list that was probably meant."""
    if trouble.kind is not TroubleKind.CURRENCY_UNKNOWN or till.account is None:
        return trouble
    near = get_close_matches(trouble.subject, till.account.currencies, n=1)
    return replace(trouble, subject=f"{trouble.subject} ({near[0]}?)") if near else trouble

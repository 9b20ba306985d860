"""From an amount to an invoice asked for: what is checked before a customer sees a code."""

from dataclasses import replace
from typing import Final

from kiosk.sale import watch
from kiosk.sale.effects import AskLimit, Effect, FetchRates, OpenSale, Play, Sound, Step
from kiosk.sale.entry import Entry, Tip, tip_of
from kiosk.sale.facts import Sale, SaleStarted
from kiosk.sale.ids import invoice_external_id, payout_external_id
from kiosk.sale.limits import count_opened, limit_is_old, over_limit, too_large, too_many
from kiosk.sale.memo import payout_memo, sale_memo
from kiosk.sale.money import (
    SAT,
    Currency,
    Fiat,
    Rate,
    Sats,
    fiat_from_sats,
    sats_from_fiat,
)
from kiosk.sale.till import (
    CheckingLimit,
    Confirming,
    Entering,
    OverLimit,
    Pricing,
    Ready,
    Requesting,
    Till,
    Tipping,
)
from kiosk.sale.trouble import Trouble, TroubleKind

# While an amount is typed, a price older than this is asked for again with the next key.
RATE_REFRESH_S: Final = 60.0


def unit_of(till: Till, code: str) -> Currency:
    """A display currency by its code, with the fraction digits that Blink served."""
    if code == SAT.code:
        return SAT
    known = till.account.currencies.get(code) if till.account else None
    return known or Currency(code, code, 2)


def fresh_rate(till: Till, code: str) -> Rate | None:
    """The rate of a currency if it is young enough to charge by (M9)."""
    rate = rate_for(till, unit_of(till, code)) if code != SAT.code else None
    return rate if rate is not None and rate.is_fresh(till.now_s) else None


def rate_for(till: Till, unit: Currency) -> Rate | None:
    """The rate that tells what an amount in a unit is worth; sats are told in what was shown."""
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


def refused(till: Till, entry: Entry, trouble: Trouble) -> Step:
    """Say why on the screen and keep the amount."""
    return Step(replace(till, screen=Entering(entry, trouble)), (), (Play(Sound.REFUSED),))


def open_sale(
    till: Till,
    entry: Entry,
    tip: Tip | None = None,
    agreed: frozenset[TroubleKind] = frozenset(),
    *,
    limit_asked: bool = False,
) -> Step:
    """The one door into a sale: every check, from the first, whoever comes and as often as he does.

    `tip` is None while the customer has not been asked; `agreed` are warnings that the cashier has
    gone on from. Whatever is to be asked first leads to a screen that comes back here, so nothing
    that was true when a question was put is believed when it is answered.
    """
    trouble = _not_now(till, entry)
    if trouble is not None:
        return refused(till, entry, trouble)
    is_fiat = entry.unit.code != SAT.code
    rate = fresh_rate(till, entry.unit.code) if is_fiat else None
    if is_fiat and rate is None:
        waiting = replace(till, screen=Pricing(entry, till.now_s, tip=tip, agreed=agreed))
        return ask_rates(waiting, entry.unit)
    net, amount = _in_sats(entry.price, tip or Tip(), rate)
    largest = too_large(till, amount)
    if largest is not None:
        return refused(till, entry, largest)
    beyond = over_limit(till, amount)
    if beyond is not None and beyond.kind not in agreed:
        if limit_is_old(till) and not limit_asked:
            checking = CheckingLimit(entry, till.now_s, tip, agreed)
            return Step(replace(till, screen=checking), (), (AskLimit(),))
        if till.rules.over_limit is OverLimit.REFUSE:
            return refused(till, entry, beyond)
        return Step(replace(till, screen=Confirming(entry, beyond, tip, agreed)))
    if till.rules.tips and tip is None:
        return Step(replace(till, screen=Tipping(entry, agreed=agreed)))
    return _begin(till, _sale(till, entry, tip or Tip(), net, amount), entry)


def again(till: Till, sale: Sale, entry: Entry) -> Step:
    """The same amount once more, and the same tip: its code has run out."""
    shares = (tip_of(entry, percent) for percent in till.rules.tips)
    same = (share for share in shares if share.minor == sale.tip_minor)
    return open_sale(till, entry, next(same, Tip(sale.tip_minor)))


def _not_now(till: Till, entry: Entry) -> Trouble | None:
    """Why no sale can be opened now, whatever its amount."""
    if till.out_of_service is not None:
        return till.out_of_service
    if not isinstance(till.service, Ready) or till.account is None:
        return Trouble(TroubleKind.NO_CONNECTION)
    if entry.total == 0:
        return Trouble(TroubleKind.AMOUNT_ZERO)
    return too_many(till)


def _in_sats(price: Fiat, tip: Tip, rate: Rate | None) -> tuple[Sats, Sats]:
    """The price in sats without and with the tip, each rounded up once; no rate for sats."""
    if rate is None:
        return Sats(price.minor), Sats(price.minor + tip.minor)
    whole = Fiat(price.minor + tip.minor, price.currency)
    return sats_from_fiat(price, rate), sats_from_fiat(whole, rate)


def _sale(till: Till, entry: Entry, tip: Tip, net: Sats, amount: Sats) -> Sale:
    items = (*entry.items, entry.typed) if entry.items and entry.typed else entry.items
    return Sale(
        id=till.rules.sale_id(till.sales_started + 1),
        amount=amount,
        price=entry.price,
        rate=fresh_rate(till, entry.unit.code) or _any_rate(till),
        started_at=till.unix_s,
        memo=sale_memo(entry.price, items, tip, amount, till.rules.kiosk_id),
        tip=Sats(amount - net),
        tip_minor=tip.minor,
        items=items,
    )


def _begin(till: Till, sale: Sale, entry: Entry) -> Step:
    """Journal the sale, ask for its invoice, and ask about what was left behind."""
    assert till.account is not None
    start: tuple[Effect, ...] = (
        OpenSale(
            sale,
            invoice_external_id(sale.id),
            till.rules.invoice_min,
            payout_external_id(sale.id),
            payout_memo(sale.memo),
            till.account,
        ),
    )
    begun = replace(count_opened(till, sale), screen=Requesting(sale, entry, till.now_s))
    return Step(begun, (SaleStarted(sale),), start).then(watch.with_next_sale)


def switched(till: Till, entry: Entry) -> Step:
    """Show the next unit; an amount already typed keeps its value, at fresh rates only."""
    codes = till.rules.units
    place = codes.index(entry.unit.code) if entry.unit.code in codes else -1
    unit = unit_of(till, codes[(place + 1) % len(codes)])
    if unit.code == entry.unit.code:
        return Step(till)
    if entry.is_empty:
        return Step(replace(till, screen=Entering(Entry(unit))))
    missing = _unpriced(till, entry.unit, unit)
    if missing is None:
        return _told_in(till, entry, unit)
    return ask_rates(replace(till, screen=Pricing(entry, till.now_s, unit)), missing)


def answered(till: Till, waiting: Pricing) -> Step:
    """A price has come while one is waited for; it may be another's, and it may be too old."""
    unit = waiting.entry.unit
    missing = _unpriced(till, unit, waiting.to or unit)
    if missing is None and waiting.to is None:
        return open_sale(till, waiting.entry, waiting.tip, waiting.agreed)
    if missing is None:
        return _told_in(till, waiting.entry, waiting.to or unit)
    if till.rates is not None and till.rates.shown.currency.code == missing.code:
        return no_rate(till, waiting)
    return ask_rates(till, missing)


def limit_told(till: Till) -> Step:
    """Blink has said what is left today: a sale that waited for it goes on, or is refused by it."""
    if not isinstance(till.screen, CheckingLimit):
        return Step(till)
    waiting = till.screen
    return open_sale(till, waiting.entry, waiting.tip, waiting.agreed, limit_asked=True)


def no_rate(till: Till, waiting: Pricing, reason: str = "") -> Step:
    """No price to be had now for what waits for one: say so, and keep the amount."""
    unit = waiting.entry.unit
    missing = _unpriced(till, unit, waiting.to or unit) or unit
    return refused(till, waiting.entry, Trouble(TroubleKind.NO_RATE, missing.code, reason))


def _unpriced(till: Till, *units: Currency) -> Currency | None:
    """The first of these that has no fresh rate and needs one."""
    for unit in units:
        if unit.code != SAT.code and fresh_rate(till, unit.code) is None:
            return unit
    return None


def _told_in(till: Till, entry: Entry, unit: Currency) -> Step:
    """The same amount in another unit; both have a fresh rate."""
    rate_from, rate_to = fresh_rate(till, entry.unit.code), fresh_rate(till, unit.code)
    sats = Sats(entry.total) if rate_from is None else sats_from_fiat(entry.price, rate_from)
    minor = int(sats) if rate_to is None else fiat_from_sats(sats, rate_to).minor
    return Step(replace(till, screen=Entering(Entry(unit, typed=minor))))


def _any_rate(till: Till) -> Rate | None:
    """The rate of the moment for the record of a sale typed in sats, if one is known."""
    if till.rates is None or not till.rates.shown.is_fresh(till.now_s):
        return None
    return till.rates.shown

"""From an amount to an invoice asked for: what is checked before a customer sees a code."""

from dataclasses import replace

from kiosk.sale import choosing_cashier, direct, invoice_questions
from kiosk.sale.effects import Effect, FetchDailyLimit, OpenSale, PlaySound, Sound, Step
from kiosk.sale.entry import Entry, Tip, percentage_tip
from kiosk.sale.facts import Sale, SaleStarted
from kiosk.sale.ids import invoice_external_id, payout_external_id
from kiosk.sale.limits import count_opened, limit_is_old, out_of_bounds, over_limit, too_many
from kiosk.sale.memo import payout_memo, sale_memo
from kiosk.sale.money import (
    SAT,
    Cents,
    Fiat,
    Rate,
    Sats,
    sats_from_fiat,
)
from kiosk.sale.prices import (
    accept_digits,
    ask_rates,
    changed_digits,
    fresh_rate,
    is_jump,
    rate_for_record,
)
from kiosk.sale.rules import OverLimitPolicy
from kiosk.sale.screens import (
    AcceptingDigits,
    CheckingLimit,
    ChoosingTip,
    ConfirmingLimit,
    EnteringAmount,
    FetchingPrice,
    RequestingInvoice,
)
from kiosk.sale.tax import SaleLine
from kiosk.sale.till import Ready, Till
from kiosk.sale.trouble import Trouble, TroubleKind


def refuse(till: Till, entry: Entry, trouble: Trouble) -> Step:
    """Say why on the screen and keep the amount."""
    return Step(
        replace(till, screen=EnteringAmount(entry, trouble)), (), (PlaySound(Sound.REFUSED),)
    )


def open_sale(
    till: Till,
    entry: Entry,
    tip: Tip | None = None,
    agreed: frozenset[TroubleKind] = frozenset(),
    *,
    limit_asked: bool = False,
) -> Step:
    """Open a sale, after every check from the first on; no other function opens one.

    `tip` is None while the customer has not been asked; `agreed` are warnings that the cashier has
    gone on from. A screen that asks something first comes back here with the answer, and every
    check is made again: what was true when the question was put may have changed.
    """
    trouble = _not_now(till, entry)
    if trouble is not None:
        return refuse(till, entry, trouble)
    if choosing_cashier.is_missing(till):
        return choosing_cashier.open_choice(till, entry)
    is_fiat = entry.unit.code != SAT.code
    rate = fresh_rate(till, entry.unit.code) if is_fiat else None
    if is_fiat and rate is None:
        waiting = replace(till, screen=FetchingPrice(entry, till.now_s, tip=tip, agreed=agreed))
        return ask_rates(waiting, entry.unit)
    if rate is not None:
        odd = _odd_price(till, entry, rate, tip, agreed)
        if odd is not None:
            return odd
    net, amount = _in_sats(entry.price, tip or Tip(), rate)
    beside = out_of_bounds(till, amount)
    if beside is not None:
        return refuse(till, entry, beside)
    beyond = over_limit(till, amount)
    if beyond is not None and beyond.kind not in agreed:
        if limit_is_old(till) and not limit_asked:
            checking = CheckingLimit(entry, till.now_s, tip, agreed)
            return Step(replace(till, screen=checking), (), (FetchDailyLimit(),))
        if till.rules.over_limit is OverLimitPolicy.REFUSE:
            return refuse(till, entry, beyond)
        return Step(replace(till, screen=ConfirmingLimit(entry, beyond, tip, agreed)))
    if till.rules.tips and tip is None:
        return Step(replace(till, screen=ChoosingTip(entry, agreed=agreed)))
    return _begin(till, _sale(till, entry, tip or Tip(), net, amount), entry)


def charge_again(till: Till, sale: Sale, entry: Entry) -> Step:
    """The same amount once more, and the same tip: its code has run out."""
    shares = (percentage_tip(entry, percent) for percent in till.rules.tips)
    same = (share for share in shares if share.minor == sale.tip_minor)
    return open_sale(till, entry, next(same, Tip(sale.tip_minor)))


def handle_daily_limit(till: Till, limit_left: Cents | None) -> Step:
    """Blink has said what is left today: a sale that waited for it goes on, or is refused by it."""
    till = replace(till, limit_left=limit_left, limit_fetched_s=till.now_s)
    if not isinstance(till.screen, CheckingLimit):
        return Step(till)
    waiting = till.screen
    return open_sale(till, waiting.entry, waiting.tip, waiting.agreed, limit_asked=True)


def _not_now(till: Till, entry: Entry) -> Trouble | None:
    """Why no sale can be opened now, whatever its amount."""
    if till.out_of_service is not None:
        return till.out_of_service
    if not isinstance(till.service, Ready) or till.account is None:
        return Trouble(TroubleKind.NO_CONNECTION)
    if entry.total == 0:
        return Trouble(TroubleKind.AMOUNT_ZERO)
    return direct.undecided(till) or too_many(till)


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
        rate=fresh_rate(till, entry.unit.code) or rate_for_record(till),
        started_at=till.unix_s,
        memo=sale_memo(till.seller, entry.price, tip.minor),
        tip=Sats(amount - net),
        tip_minor=tip.minor,
        items=items,
        direct=till.rules.direct,
        lines=_sale_lines(till, entry),
        cashier=till.cashier_label,
    )


def _sale_lines(till: Till, entry: Entry) -> tuple[SaleLine, ...]:
    """The items with tax and names; none where there is neither."""
    rates = till.rules.taxes
    if not rates and not entry.item_names:
        return ()
    return tuple(
        SaleLine(item.minor, rates[item.tax] if rates else None, item.name, item.quantity)
        for item in entry.lines
    )


def _begin(till: Till, sale: Sale, entry: Entry) -> Step:
    """Journal the sale, ask for its invoice, and ask about what was left behind."""
    assert till.account is not None
    start: Effect
    if sale.direct:
        start = direct.open_sale(till, sale)
    else:
        start = OpenSale(
            sale,
            invoice_external_id(sale.id),
            till.rules.invoice_min,
            payout_external_id(sale.id),
            payout_memo(sale, till.rules.kiosk_id),
            till.account,
        )
    begun = replace(count_opened(till, sale), screen=RequestingInvoice(sale, entry, till.now_s))
    step = Step(begun)
    if entry.unit.code != SAT.code and entry.unit.code not in till.digits:
        step = accept_digits(begun, entry.unit)
    opened = Step(step.till, (*step.facts, SaleStarted(sale)), (start,))
    return opened.then(invoice_questions.ask_with_next_sale)


def _odd_price(
    till: Till, entry: Entry, rate: Rate, tip: Tip | None, agreed: frozenset[TroubleKind]
) -> Step | None:
    """What has to be asked about a price before it is charged by, None for nothing."""
    changed = changed_digits(till, (entry.unit.code,))
    if changed is not None:
        unit, was = changed
        if till.rules.pin:
            return refuse(till, entry, Trouble(TroubleKind.PRICE_DIGITS, unit.code))
        return Step(replace(till, screen=AcceptingDigits(unit, was, entry)))
    known = till.known_prices.get(rate.currency.code)
    if known is None or not is_jump(known, rate, till.now_s):
        return None
    jump = Trouble(TroubleKind.PRICE_JUMPED, rate.currency.code)
    return Step(replace(till, screen=ConfirmingLimit(entry, jump, tip, agreed, (known, rate))))

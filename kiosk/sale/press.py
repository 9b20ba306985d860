"""What a key does, screen by screen. A key that means nothing here is ignored; money never is."""

from dataclasses import replace
from typing import Final

from kiosk.sale import charge, manage, renew
from kiosk.sale.answers import is_deaf
from kiosk.sale.effects import (
    AskStatus,
    Brighten,
    CancelInvoice,
    Effect,
    Play,
    ReadHistory,
    Sound,
    Step,
)
from kiosk.sale.entry import Entry, EntryFull, SumFull, Tip, added, cleared, deleted, tip_of, typed
from kiosk.sale.facts import Ending, PinTried
from kiosk.sale.invoice import InvoiceStatus
from kiosk.sale.keys import Key
from kiosk.sale.leave import gone, idle, leave, unchecked
from kiosk.sale.pin import PIN_TRIES, is_pin, lock_s
from kiosk.sale.till import (
    Alarm,
    AskingPin,
    AwaitingPayment,
    CheckingLimit,
    Confirming,
    Entering,
    Expired,
    Forwarded,
    Leaving,
    Managing,
    Page,
    Paid,
    Pricing,
    Received,
    Requesting,
    Stopped,
    Till,
    Tipping,
)
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.wifi import Joining, Networks, OpenNetwork, Passphrase

# "I paid" is no question that one answer settles: a payment may be under way.
CHECK_ASKED_S: Final = 20.0
CHECK_EVERY_S: Final = 2.0

_MAX_PIN: Final = 12


def press(till: Till, key: Key) -> Step:
    """Carry out a key where the till stands; one that does something is heard."""
    if is_deaf(till, key):
        return Step(till)
    step = _carried_out(till, key)
    ignored = step.till is till and not step.effects
    if ignored or any(isinstance(effect, Play) for effect in step.effects):
        return step
    return replace(step, effects=(Play(Sound.KEY), *step.effects))


def _carried_out(till: Till, key: Key) -> Step:
    screen = till.screen
    match screen:
        case Entering():
            return _entering(till, screen, key)
        case Pricing(entry) | CheckingLimit(entry) if key is Key.CLEAR:
            return Step(replace(till, screen=Entering(entry)))
        case Tipping():
            return _tipping(till, screen, key)
        case Confirming(entry, notice, tip, agreed):
            if key is Key.CHARGE:
                return charge.open_sale(till, entry, tip, agreed | {notice.kind})
            return Step(replace(till, screen=Entering(entry))) if key is Key.CLEAR else Step(till)
        case Requesting(sale, entry) if key is Key.CLEAR:
            return gone(till, sale.id, Ending.CANCELLED, Entering(entry))
        case AwaitingPayment():
            return _awaiting(till, screen, key)
        case Leaving(was, ending) if key is Key.CLEAR and screen.cancelled:
            return leave(till, was, ending)
        case Expired():
            if key is Key.CHARGE:
                return renew.asked_for(till, screen)
            return idle(till) if key is Key.CLEAR else Step(till)
        case Paid() | Forwarded() | Received():
            if key.digit is None:
                return idle(till)
            return idle(till).then(lambda after: _carried_out(after, key))
        case Stopped(entry=entry) if key in (Key.CLEAR, Key.CHARGE):
            return Step(replace(till, screen=Entering(entry)))
        case AskingPin():
            return _pin(till, screen, key)
        case Managing():
            return manage.page(till, screen, key)
        case Networks() | Passphrase() | OpenNetwork() | Joining():
            return manage.wifi_key(till, screen, key)
    return Step(till)


def _entering(till: Till, screen: Entering, key: Key) -> Step:
    entry = screen.entry
    if till.recovered:
        till = replace(till, recovered=())
        if key in (Key.CLEAR, Key.CHARGE):  # the notice has been read
            return Step(till)
    if key is Key.CHARGE and entry.is_empty and till.late_money and _notice(till) is None:
        return Step(replace(till, late_money=till.late_money[1:]))  # read, and put away
    edits = key.digit is not None or key in (Key.DELETE, Key.PLUS)
    if edits and screen.shown is not None:
        # A digit of one unit behind digits of another would be an amount that nobody meant: it is
        # refused once, with what was typed on the screen again.
        return charge.refused(till, entry, Trouble(TroubleKind.TYPED_IN_ANOTHER, entry.unit.code))
    if key.digit is not None:
        return _typed(till, entry, key.digit)
    match key:
        case Key.DELETE:
            return Step(replace(till, screen=Entering(deleted(entry))))
        case Key.CLEAR:
            return Step(replace(till, screen=_cleared(screen)))
        case Key.PLUS:
            return _added(till, entry)
        case Key.CURRENCY:
            return charge.switched(till, screen)
        case Key.CHARGE:
            return charge.open_sale(till, entry)
        case Key.MENU if till.rules.pin:
            return Step(replace(till, screen=AskingPin()))
        case Key.MENU:
            return charge.refused(till, entry, Trouble(TroubleKind.MENU_OFF))
    return Step(till)


def _notice(till: Till) -> Trouble | None:
    return till.screen.notice if isinstance(till.screen, Entering) else None


def _typed(till: Till, entry: Entry, digit: int) -> Step:
    try:
        longer = typed(entry, digit)
    except EntryFull:
        return charge.refused(till, entry, Trouble(TroubleKind.AMOUNT_TOO_LONG))
    step = Step(replace(till, screen=Entering(longer)))
    rate = charge.rate_for(till, entry.unit)
    old = rate is None or rate.age(till.now_s) > charge.RATE_REFRESH_S
    if longer.is_empty or not (entry.is_empty or old):
        return step
    return step.then(lambda after: charge.ask_rates(after, entry.unit))


def _cleared(screen: Entering) -> Entering:
    """An empty amount is typed in the unit that is shown."""
    left, shown = cleared(screen.entry), screen.shown
    return Entering(Entry(shown)) if left.is_empty and shown else Entering(left, shown=shown)


def _added(till: Till, entry: Entry) -> Step:
    try:
        return Step(replace(till, screen=Entering(added(entry))))
    except SumFull:
        return charge.refused(till, entry, Trouble(TroubleKind.SUM_TOO_LONG))


def _tipping(till: Till, screen: Tipping, key: Key) -> Step:
    entry, tips = screen.entry, till.rules.tips
    if screen.own is not None:
        return _own_tip(till, screen, screen.own, key)
    if key is Key.CHARGE or key is Key.D0:
        return charge.open_sale(till, entry, Tip(), screen.agreed)
    if key.digit is not None and 1 <= key.digit <= len(tips):
        return charge.open_sale(till, entry, tip_of(entry, tips[key.digit - 1]), screen.agreed)
    if key is Key.PLUS:
        return Step(replace(till, screen=replace(screen, own=Entry(entry.unit))))
    return Step(replace(till, screen=Entering(entry))) if key is Key.CLEAR else Step(till)


def _own_tip(till: Till, screen: Tipping, own: Entry, key: Key) -> Step:
    if key.digit is not None:
        try:
            return Step(replace(till, screen=replace(screen, own=typed(own, key.digit))))
        except EntryFull:
            return Step(till, (), (Play(Sound.REFUSED),))
    match key:
        case Key.DELETE:
            return Step(replace(till, screen=replace(screen, own=deleted(own))))
        case Key.CLEAR:
            left = None if own.is_empty else cleared(own)
            return Step(replace(till, screen=replace(screen, own=left)))
        case Key.CHARGE:
            return charge.open_sale(till, screen.entry, Tip(own.total), screen.agreed)
    return Step(till)


def _awaiting(till: Till, screen: AwaitingPayment, key: Key) -> Step:
    assert till.account is not None
    name = screen.invoice.payment_hash
    match key:
        case Key.CLEAR if screen.notice is not None:
            # Blink refused the cancelling since somebody is paying: the second press leaves the
            # code, and the invoice is asked about until it is decided.
            return leave(till, screen, Ending.CANCELLED)
        case Key.CLEAR:
            leaving = Leaving(unchecked(screen), Ending.CANCELLED, till.now_s)
            effects: tuple[Effect, ...] = (
                AskStatus((name,), till.account),
                CancelInvoice(name, till.account),
            )
            return Step(replace(till, screen=leaving), (), effects)
        case Key.CHECK if not screen.checking:
            until_s = till.now_s + CHECK_ASKED_S
            checking = replace(unchecked(screen), check_until_s=until_s, checked_s=None)
            return Step(replace(till, screen=checking), (), (AskStatus((name,), till.account),))
        case Key.BRIGHTER | Key.DIMMER:
            return Step(till, (), (Brighten(1 if key is Key.BRIGHTER else -1),))
    return Step(till)


def _pin(till: Till, screen: AskingPin, key: Key) -> Step:
    if key is Key.CLEAR:
        return idle(till)
    if till.now_s < till.pin_locked_until_s:
        left = str(int(till.pin_locked_until_s - till.now_s) + 1)
        locked = AskingPin(notice=Trouble(TroubleKind.PIN_LOCKED, left))
        return Step(replace(till, screen=locked), (), (Play(Sound.REFUSED),))
    if key.digit is not None and len(screen.typed) < _MAX_PIN:
        return Step(replace(till, screen=AskingPin(screen.typed + key.value)))
    if key is Key.DELETE:
        return Step(replace(till, screen=AskingPin(screen.typed[:-1])))
    if key is not Key.CHARGE:
        return Step(till)
    if is_pin(screen.typed, till.rules.pin):
        tried = till.pin_tries
        guessed = Alarm(Trouble(TroubleKind.PIN_WRONG, str(tried), f"{tried} wrong PINs"))
        opened = replace(
            till,
            screen=Managing(Page.TOTALS, since_s=till.now_s),
            pin_tries=0,
            alarms=(*till.alarms, guessed) if tried >= PIN_TRIES else till.alarms,
        )
        return Step(opened, _pin_tried(till, 0) if tried else (), (ReadHistory(),))
    tries = till.pin_tries + 1
    refused = replace(
        till,
        screen=AskingPin(notice=Trouble(TroubleKind.PIN_WRONG)),
        pin_tries=tries,
        pin_locked_until_s=till.now_s + lock_s(tries),
    )
    return Step(refused, _pin_tried(till, tries), (Play(Sound.REFUSED),))


def _pin_tried(till: Till, wrong: int) -> tuple[PinTried, ...]:
    """Kept beyond this run; while the card fails, counted all the same."""
    return () if till.journal_trouble is not None else (PinTried(wrong),)


def answered_check(screen: AwaitingPayment, now_s: float, status: InvoiceStatus) -> AwaitingPayment:
    """The answer to "I paid": no payment seen yet, or nobody knows; asked again for a while.

    A payment that Blink holds under way looks like none, so this is never taken for unpaid.
    """
    if screen.check_until_s is None:
        return screen
    seen_none_s = screen.checked_s if status is InvoiceStatus.UNKNOWN else now_s
    answered = replace(screen, checked_s=seen_none_s)
    if now_s >= screen.check_until_s:
        return unchecked(answered)
    return replace(answered, check_due_s=now_s + CHECK_EVERY_S)

"""(till, event) -> (till, facts, effects): the sale on the screen and everything around it.

Pure: no clock, no I/O. Read `transition` first, then follow the event you came for. Keys are in
`press`, the way to an invoice in `charge`, the way off the screen in `leave`, the money on its way
in `forward`, invoices left behind in `watch`.
"""

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale import charge, forward, manage, rebuild, renew, timers, watch
from kiosk.sale.account import Account
from kiosk.sale.answers import question
from kiosk.sale.box import BoxTold
from kiosk.sale.effects import (
    AskLimit,
    AskStatus,
    CancelInvoice,
    CloseSale,
    Play,
    Rest,
    Sound,
    Step,
)
from kiosk.sale.events import (
    CancelAnswer,
    CancelTold,
    DeviceFailed,
    Event,
    HistoryRead,
    InvoiceMade,
    InvoiceRefused,
    JournalFailed,
    JournalWorks,
    KeyFreed,
    KeyPressed,
    KeyStuck,
    LetterTyped,
    LimitTold,
    LinkChanged,
    LookUpTold,
    MerchantReceived,
    NodesTold,
    PastTold,
    PayoutMade,
    PayoutRefused,
    RatesArrived,
    RatesFailed,
    RetryAsked,
    SendTold,
    SettingsRefused,
    StatusTold,
    Tick,
    UpdatesChanged,
    Visited,
    VisitFailed,
)
from kiosk.sale.facts import Ending, InvoiceIssued, PayoutIssued, SaleLeft
from kiosk.sale.invoice import InvoiceStatus, PaymentHash, SaleId
from kiosk.sale.leave import gone, last_question, leave
from kiosk.sale.light import heard
from kiosk.sale.limits import count_paid
from kiosk.sale.money import Sats
from kiosk.sale.pauses import pause_s
from kiosk.sale.press import answered_check, press
from kiosk.sale.till import (
    Alarm,
    AwaitingPayment,
    Entering,
    Expired,
    Forwarded,
    Leaving,
    Managing,
    Paid,
    Pricing,
    Ready,
    Received,
    Requesting,
    Stopped,
    Till,
    Visiting,
    Watch,
)
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.wifi import WifiSeen, WifiTold

CODE_SLACK_S: Final = 60

# So many late payments wait to be read; the history has them all.
MOST_LATE: Final = 20

BLOCKED_S: Final = 300.0  # Blink blocks invoice creation this long after 60 in a minute

_VISIT_FIRST_PAUSE_S: Final = 2.0
_VISIT_LONGEST_PAUSE_S: Final = 120.0

# A payout invoice that has been refused for so long is refused, and not a passing whim.
PAYOUT_PATIENCE_S: Final = 120.0
_PASSING: Final = frozenset(
    {
        TroubleKind.NO_CONNECTION,
        TroubleKind.CLOCK_WRONG,
        TroubleKind.LOGIN_PAGE,
        TroubleKind.TOO_MANY_INVOICES,
    }
)

# Troubles of a sale that are troubles of the whole kiosk: no sale until a visit has gone well.
_OUT_OF_SERVICE: Final = frozenset(
    {
        TroubleKind.KEY_REFUSED,
        TroubleKind.KEY_SCOPE,
        TroubleKind.MERCHANT_KEY_REFUSED,
        TroubleKind.MERCHANT_KEY_SCOPE,
        TroubleKind.MERCHANT_UNKNOWN,
        TroubleKind.MERCHANT_CANNOT_RECEIVE,
        TroubleKind.TILL_CANNOT_RECEIVE,
        TroubleKind.SAME_WALLET,
        TroubleKind.NO_BTC_WALLET,
        TroubleKind.NO_PAYOUT,
    }
)


def transition(till: Till, event: Event) -> Step:
    """Say where the till goes next, what must be durable first, and what to do after that."""
    step = _react(till, event)
    if not isinstance(event, JournalFailed):  # it has no facts: they could not be written either
        step = step.then(timers.due).then(forward.next_acts)
    after = count_paid(_noted_change(till, step.till), step.facts)
    step = replace(step, till=renew.settled_down(after))
    step = heard(till, step)
    if timers.under_way(till) and not timers.under_way(step.till):
        return replace(step, effects=(*step.effects, Rest()))
    return step


def _noted_change(before: Till, after: Till) -> Till:
    """Remember when the screen changed: its answers are deaf for a moment (`answers`)."""
    if question(before.screen) == question(after.screen):
        return after
    return replace(after, screen_since_s=after.now_s)


def _react(till: Till, event: Event) -> Step:
    match event:
        case Tick(now_s, unix_s):
            return Step(replace(till, now_s=now_s, unix_s=unix_s))
        case KeyPressed(key):
            return press(replace(till, touched_s=till.now_s), key)
        case StatusTold():
            return _status_told(till, event)
        case InvoiceMade() | InvoiceRefused() | LinkChanged() | CancelTold():
            return _sale_news(till, event)
        case PayoutMade() | PayoutRefused() | SendTold() | LookUpTold():
            return _forward_news(till, event)
        case _:
            return _other_news(till, event)


# --- News of the sale on the screen ---------------------------------------------------------


def _sale_news(till: Till, event: InvoiceMade | InvoiceRefused | LinkChanged | CancelTold) -> Step:
    screen = till.screen
    match event:
        case InvoiceMade(sale) if isinstance(screen, Requesting):
            return _invoice_made(till, screen, event) if screen.sale.id == sale else Step(till)
        case InvoiceRefused(sale, trouble) if isinstance(screen, Requesting):
            return _invoice_refused(till, screen, trouble) if screen.sale.id == sale else Step(till)
        case LinkChanged(sale, link) if isinstance(screen, AwaitingPayment):
            if screen.sale.id != sale:
                return Step(till)
            return Step(replace(till, screen=replace(screen, link=link)))
        case CancelTold():
            return _cancel_told(till, event)
    return Step(till)


def _invoice_made(till: Till, screen: Requesting, event: InvoiceMade) -> Step:
    invoice = event.invoice
    # Blink may let it live longer than was asked for: the code is shown no longer than that.
    ends_s = till.now_s + min(invoice.lifetime_s, till.rules.invoice_min * 60 + CODE_SLACK_S)
    watched = Watch(
        screen.sale,
        invoice,
        final_s=till.now_s + invoice.lifetime_s + watch.DAY_S,
        earlier=till.earlier_codes,
    )
    shown = AwaitingPayment(screen.sale, screen.entry, invoice, till.now_s, ends_s)
    after = replace(
        till,
        screen=shown,
        watches=MappingProxyType({**till.watches, invoice.payment_hash: watched}),
    )
    return Step(after, (InvoiceIssued(screen.sale.id, invoice),))


def _invoice_refused(till: Till, screen: Requesting, trouble: Trouble) -> Step:
    step = gone(till, screen.sale.id, Ending.REFUSED, Entering(screen.entry, trouble))
    after = step.till
    if trouble.kind is TroubleKind.TOO_MANY_INVOICES:
        after = replace(after, blocked_until_s=till.now_s + BLOCKED_S)
    sounded = replace(step, till=after, effects=(*step.effects, Play(Sound.REFUSED)))
    return sounded.then(lambda t: Step(_out_of_service(t, trouble)))


def _cancel_told(till: Till, event: CancelTold) -> Step:
    till = watch.cancel_told(till, event)
    screen = till.screen
    if not isinstance(screen, Leaving) or screen.was.invoice.payment_hash != event.payment_hash:
        return Step(till)
    if event.answer is CancelAnswer.PROCESSED and till.now_s < screen.was.ends_s:
        notice = Trouble(TroubleKind.PAYMENT_UNDER_WAY)
        return Step(replace(till, screen=replace(screen.was, notice=notice)))
    return _leave_if_answered(till, replace(screen, cancelled=True))


def _leave_if_answered(till: Till, screen: Leaving) -> Step:
    if screen.asked and screen.cancelled:
        return leave(till, screen.was, screen.ending)
    return Step(replace(till, screen=screen))


# --- News of money --------------------------------------------------------------------------


def _status_told(till: Till, event: StatusTold) -> Step:
    name = event.payment_hash
    if event.status is InvoiceStatus.PAID:
        step = _paid(till, name)
    else:
        step = watch.not_paid(till, name, event.status).then(lambda t: _unpaid(t, event))
    if event.payments is None:
        return step
    payments = event.payments
    return step.then(lambda t: watch.counted(t, name, payments))


def _paid(till: Till, name: PaymentHash) -> Step:
    """Somebody has paid an invoice of ours; news of one already known changes nothing."""
    screen = till.screen.was if isinstance(till.screen, Leaving) else till.screen
    shown = isinstance(screen, AwaitingPayment) and screen.invoice.payment_hash == name
    earlier = renew.is_earlier(till, name)
    step = watch.paid(till, name, on_screen=shown)
    if not step.facts:
        return step
    if earlier:
        return step.then(lambda t: renew.earlier_paid(t, name))
    sale = step.till.forwards[name].sale
    # Paid at the last moment: whoever still stands before the run-out code wants to know.
    if not isinstance(screen, AwaitingPayment | Expired) or screen.sale.id != sale.id:
        told = (*step.till.late_money, sale)[-MOST_LATE:]
        return replace(step, till=replace(step.till, late_money=told))
    paid = replace(step.till, screen=Paid(screen.sale, name, till.now_s))
    return Step(paid, step.facts, (Play(Sound.PAID),))


def _unpaid(till: Till, event: StatusTold) -> Step:
    """An answer that is not paid: the last question before leaving, or CHECK, or the end."""
    screen = till.screen
    match screen:
        case Leaving(was) if was.invoice.payment_hash == event.payment_hash:
            return _leave_if_answered(till, replace(screen, asked=True))
        case Expired(code=code) if screen.asking_s is not None and code == event.payment_hash:
            return renew.go_on(till, screen)
        case AwaitingPayment() if screen.invoice.payment_hash == event.payment_hash:
            if event.status is InvoiceStatus.EXPIRED and event.payments is None:
                return last_question(till, screen)  # pushed: the ledger has not been asked
            if event.status is InvoiceStatus.EXPIRED:
                return leave(till, screen, Ending.EXPIRED)
            checked = answered_check(screen, till.now_s, event.status)
            return Step(replace(till, screen=checked))
    return Step(till)


def _forward_news(till: Till, event: PayoutMade | PayoutRefused | SendTold | LookUpTold) -> Step:
    match event:
        case PayoutMade(sale):
            return _payout_made(till, event) or forward.payout_made(till, event)
        case PayoutRefused(sale, trouble, final):
            step = forward.payout_refused(till, event)
            if final:
                return step.then(lambda t: _withdrawn(t, sale, trouble))
            return step.then(lambda t: _payout_refused(t, sale, trouble))
        case SendTold(invoice):
            return _celebrated(till, invoice, forward.send_told(till, event))
        case LookUpTold(invoice):
            return _celebrated(till, invoice, forward.look_up_told(till, event))


def _payout_made(till: Till, event: PayoutMade) -> Step | None:
    """The payout invoice of a sale that nobody has paid yet: journaled, then it may be used."""
    for name, watched in till.watches.items():
        if watched.sale.id != event.sale or watched.payout is not None:
            continue
        if event.payout.amount != watched.invoice.amount or event.generation != 1:
            return None
        watches = {**till.watches, name: replace(watched, payout=event.payout)}
        screen = till.screen
        if isinstance(screen, AwaitingPayment) and screen.sale.id == event.sale:
            screen = replace(screen, payout_ready=True)
        after = replace(till, watches=MappingProxyType(watches), screen=screen)
        return Step(after, (PayoutIssued(event.sale, event.payout),))
    return None


def _payout_refused(till: Till, sale: SaleId, trouble: Trouble) -> Step:
    """No payout invoice now. Refused for minutes it is an alarm, and no money is taken (M2).

    A way to Blink that is gone, or a pause that Blink imposes, is no refusal: it passes.
    """
    if trouble.kind in _PASSING:
        return Step(till)
    if trouble.kind is TroubleKind.PAYOUT_REFUSED:
        till = till.with_alarm(trouble, sale)
    watches, forwards = dict(till.watches), dict(till.forwards)
    since_s = till.now_s
    for name, watched in till.watches.items():
        if watched.sale.id == sale and watched.payout is None:
            since_s = till.now_s if watched.refused_s is None else watched.refused_s
            watches[name] = replace(watched, refused_s=since_s)
    for name, waiting in till.forwards.items():
        if waiting.sale.id == sale and waiting.payout is None:
            since_s = till.now_s if waiting.refused_s is None else waiting.refused_s
            forwards[name] = replace(waiting, refused_s=since_s)
    noted = replace(till, watches=MappingProxyType(watches), forwards=MappingProxyType(forwards))
    if till.now_s - since_s < PAYOUT_PATIENCE_S:
        return Step(noted)
    refused = Trouble(TroubleKind.NO_PAYOUT, sale, trouble.reason or trouble.kind)
    return _withdrawn(noted.with_alarm(refused, sale), sale, refused)


def _withdrawn(till: Till, sale: str, trouble: Trouble) -> Step:
    """The merchant cannot be paid for good: no code, no sale, and it says why (M2)."""
    till = _out_of_service(till, trouble)
    screen = till.screen.was if isinstance(till.screen, Leaving) else till.screen
    if not isinstance(screen, AwaitingPayment) or screen.sale.id != sale or till.account is None:
        return Step(till)
    name = screen.invoice.payment_hash
    after = watch.left_behind(till, name, Ending.REFUSED, under_way=False)
    kept = {**after.watches, name: replace(after.watches[name], cancel_wanted=True)}
    after = replace(after, screen=Stopped(trouble, screen.entry), watches=MappingProxyType(kept))
    return Step(
        after,
        (SaleLeft(screen.sale.id, Ending.REFUSED),),
        (
            AskStatus((name,), till.account),
            CancelInvoice(name, till.account),
            CloseSale(screen.sale.id, Ending.REFUSED),
        ),
    )


def _celebrated(till: Till, name: PaymentHash, step: Step) -> Step:
    """When a forward settles: the animation, if its sale is still on the screen (M7)."""
    before = till.forwards.get(name)
    if before is None or name in step.till.forwards:
        return step
    after = watch.settled(step.till, before)
    assert till.account is not None
    ask = (AskLimit(), AskStatus((name,), till.account))
    screen = till.screen
    if not isinstance(screen, Paid) or screen.payment_hash != name:
        return Step(after, step.facts, (*step.effects, *ask))
    shown = replace(after, screen=Forwarded(screen.sale, till.now_s))
    close = CloseSale(screen.sale.id, Ending.PAID)
    return Step(shown, step.facts, (*step.effects, Play(Sound.FORWARDED), close, *ask))


# --- News of the connection, the journal and the box ------------------------------------------


def _other_news(till: Till, event: Event) -> Step:
    match event:
        case Visited(account):
            return Step(_in_service(till, account))
        case VisitFailed(trouble) if isinstance(till.service, Ready):
            # It was made again beside a sale, which goes on; the next sale asks once more.
            return Step(_out_of_service(replace(till, asking_account=False), trouble))
        case VisitFailed(trouble):
            tries = till.service.tries if isinstance(till.service, Visiting) else 0
            pause = pause_s(_VISIT_FIRST_PAUSE_S, _VISIT_LONGEST_PAUSE_S, tries, till.rules.boot)
            waiting = Visiting(tries + 1, till.now_s + pause, trouble)
            return Step(replace(till, service=waiting, asking_account=False))
        case NodesTold(nodes) if till.account is not None:
            return Step(replace(till, account=till.account.with_nodes(nodes)))
        case RatesArrived(rates):
            return charge.price_came(till, rates)
        case RatesFailed(trouble):
            step = charge.price_failed(till, trouble)
            return step.then(lambda t: Step(_out_of_service(t, trouble)))
        case PastTold(past):
            return rebuild.told(till, past)
        case LimitTold(left):
            return charge.limit_told(replace(till, limit_left=left, limit_told_s=till.now_s))
        case KeyStuck(legend):
            others = tuple(one for one in till.stuck_keys if one != legend)
            return Step(replace(till, stuck_keys=(*others, legend)))
        case KeyFreed(legend):
            others = tuple(one for one in till.stuck_keys if one != legend)
            return Step(replace(till, stuck_keys=others))
        case JournalFailed(trouble):
            return _journal_failed(till, trouble)
        case JournalWorks():
            works = charge.without_notice(till, till.journal_trouble)
            return Step(replace(works, journal_trouble=None, journal_due_s=None))
        case RetryAsked():
            return forward.retried(replace(till, alarms=()))
        case HistoryRead(today, since_close, rows) if isinstance(till.screen, Managing):
            read = replace(till.screen, totals=today, since_close=since_close, rows=rows)
            return Step(replace(till, screen=read))
        case LetterTyped(typed):
            return manage.letter(till, typed)
        case BoxTold():
            return manage.box_told(till, event)
        case WifiSeen() | WifiTold():
            return manage.wifi_told(till, event)
        case UpdatesChanged(updates):
            return Step(replace(till, updates=updates))
        case MerchantReceived(payment_hash, amount):
            return _received(till, payment_hash, amount)
        case SettingsRefused(trouble) | DeviceFailed(trouble):
            return Step(replace(till, alarms=(*till.alarms, Alarm(trouble))))
    return Step(till)


def _in_service(till: Till, account: Account) -> Till:
    """After a visit: sales can be made, in the currency as Blink serves it."""
    told = till.service.trouble if isinstance(till.service, Visiting) else None
    till = charge.without_notice(till, told)
    if not account.nodes and till.account is not None:
        account = account.with_nodes(till.account.nodes)
    till = replace(
        till,
        service=Ready(),
        account=account,
        account_s=till.now_s,
        asking_account=False,
        limit_left=account.limit_left,
        limit_told_s=till.now_s,
    )
    screen = till.screen
    if isinstance(screen, Entering):  # digits typed before are digits of this unit
        unit = charge.unit_of(till, screen.entry.unit.code)
        return replace(till, screen=replace(screen, entry=replace(screen.entry, unit=unit)))
    return till


def _journal_failed(till: Till, trouble: Trouble) -> Step:
    """No sale until it can be written again; one that has no code yet ends here.

    A probe that is planned already stays planned: what fails meanwhile does not put it off.
    """
    due_s = till.journal_due_s
    if due_s is None:
        due_s = till.now_s + timers.JOURNAL_PAUSE_S
    failed = replace(till, journal_trouble=trouble, journal_due_s=due_s)
    screen = till.screen
    if isinstance(screen, Pricing):
        return Step(replace(failed, screen=Entering(screen.entry, trouble)))
    if not isinstance(screen, Requesting):
        return Step(failed)
    close = CloseSale(screen.sale.id, Ending.REFUSED)
    return Step(replace(failed, screen=Entering(screen.entry, trouble)), (), (close,))


def _received(till: Till, payment_hash: PaymentHash | None, amount: Sats) -> Step:
    """Money that came to the merchant directly; our own forwards arrive there too, silently."""
    ours = any(
        f.payout is not None and f.payout.payment_hash == payment_hash
        for f in till.forwards.values()
    )
    screen = till.screen
    if ours or not isinstance(screen, Entering) or not screen.entry.is_empty:
        return Step(till)
    return Step(replace(till, screen=Received(amount, till.now_s)), (), (Play(Sound.RECEIVED),))


def _out_of_service(till: Till, trouble: Trouble) -> Till:
    """A trouble of the whole kiosk: visit Blink again until it is gone."""
    if trouble.kind not in _OUT_OF_SERVICE or isinstance(till.service, Visiting):
        return till
    pause = pause_s(_VISIT_FIRST_PAUSE_S, _VISIT_LONGEST_PAUSE_S, 1, till.rules.boot)
    return replace(till, service=Visiting(1, till.now_s + pause, trouble))

"""The second machine: one Forward from paid to settled, exactly once (law of money, M6).

Only the journaled payout invoice is ever paid, and its payment hash is what makes paying it again
harmless. Whatever is not a clear SUCCESS is looked up before anything else is done.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale.backoff import delay_s
from kiosk.sale.effects import (
    CreatePayout,
    Effect,
    FetchDailyLimit,
    LookUpPayout,
    PlaySound,
    SendForward,
    Sound,
    Step,
)
from kiosk.sale.events import (
    LookUpOutcome,
    LookUpPayoutResult,
    PayoutCreated,
    PayoutRefused,
    SendForwardResult,
    SendOutcome,
)
from kiosk.sale.facts import Fact, ForwardStatus, ForwardStatusChanged, PayoutIssued
from kiosk.sale.ids import payout_external_id
from kiosk.sale.invoice import PaymentHash
from kiosk.sale.memo import payout_memo
from kiosk.sale.money import Sats
from kiosk.sale.screens import EnteringAmount, ReceivedDirectly
from kiosk.sale.till import Forward, Till
from kiosk.sale.trouble import Trouble, TroubleKind

# A payment whose payout invoice is still being made by the sale's own task is given this long.
PAYOUT_GRACE_S: Final = 3.0

# "Paid" by Blink's word but not in our ledger: looked for this often before it is an alarm.
LOOKS_BEFORE_ALARM: Final = 3

# A payout that may have been sent is replaced this long after its own end, as Blink's clock and
# ours need not agree to the second.
EXPIRED_GRACE_S: Final = 60

# To the journal these two are one: a payout not settled, looked up before it is sent again.
_WAITING: Final = (ForwardStatus.UNKNOWN, ForwardStatus.FAILED)

_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 300.0
_LIMIT_FIRST_PAUSE_S: Final = 300.0  # the daily limit rolls over 24 h: no use in hurrying
_LIMIT_LONGEST_PAUSE_S: Final = 3600.0

_TROUBLE: Final[Mapping[SendOutcome, TroubleKind]] = MappingProxyType(
    {
        SendOutcome.LIMITED: TroubleKind.LIMIT_REACHED,
        SendOutcome.NO_BALANCE: TroubleKind.NO_BALANCE,
        SendOutcome.NOT_SENT: TroubleKind.NO_CONNECTION,
        SendOutcome.LOST: TroubleKind.OUTCOME_UNKNOWN,
        SendOutcome.PENDING: TroubleKind.OUTCOME_UNKNOWN,
        SendOutcome.FAILURE: TroubleKind.BLINK_ODD,
        SendOutcome.EXPIRED: TroubleKind.BLINK_ODD,
        SendOutcome.ALREADY_PAID: TroubleKind.OUTCOME_UNKNOWN,
    }
)


def start_due(till: Till) -> Step:
    """Start whatever is due: make a payout invoice, look one up, or pay one.

    One wallet never sends two at a time (Blink locks the sender's wallet): the others wait.
    """
    if till.account is None or till.journal_trouble is not None:
        return Step(till)
    forwards = dict(till.forwards)
    facts: list[Fact] = []
    effects: list[Effect] = []
    sending = any(f.busy and f.status is ForwardStatus.SENT for f in forwards.values())
    for name, forward in till.forwards.items():
        if forward.busy or forward.status is ForwardStatus.STOPPED or forward.due_s > till.now_s:
            continue
        sale, payout = forward.sale, forward.payout
        if payout is None:
            effects.append(
                CreatePayout(
                    sale.id,
                    forward.invoice.amount,
                    payout_external_id(sale.id, forward.generation),
                    forward.generation,
                    payout_memo(sale.memo),
                    till.account,
                    forward.invoice.expires_at - forward.invoice.lifetime_s,
                )
            )
            forwards[name] = replace(forward, busy=True)
        elif forward.status in (ForwardStatus.SENT, ForwardStatus.UNKNOWN):
            effects.append(LookUpPayout(name, payout.payment_hash, till.account))
            forwards[name] = replace(forward, busy=True, status=ForwardStatus.UNKNOWN)
        elif not sending:
            sending = True
            if not forward.sent_noted:  # once for each payout: after it, a restart looks first (M6)
                facts.append(ForwardStatusChanged(sale.id, ForwardStatus.SENT, payout.payment_hash))
                forward = replace(forward, sent_noted=True, noted=(ForwardStatus.SENT, None))
            effects.append(
                SendForward(
                    name,
                    payout,
                    forward.invoice.amount,
                    payout_memo(sale.memo),
                    till.account,
                )
            )
            forwards[name] = replace(
                forward,
                busy=True,
                status=ForwardStatus.SENT,
                reported_paid=False,
                reported_expired=False,
                guarded=False,
            )
    if not effects:
        return Step(till)
    return Step(replace(till, forwards=MappingProxyType(forwards)), tuple(facts), tuple(effects))


def take_payout(till: Till, event: PayoutCreated) -> Step:
    """Journal the payout invoice that a waiting forward needs; any other is never paid."""
    known = _forward_of_sale(till, event.sale)
    if known is None or not _wants_payout(known[1]) or event.generation != known[1].generation:
        return Step(till)
    name, forward = known
    if event.payout.amount != forward.invoice.amount:
        trouble = Trouble(TroubleKind.PAYOUT_REFUSED, reason="payout amount differs from the sale")
        return _stop_with_alarm(till, name, forward, trouble)
    ready = replace(forward, payout=event.payout, busy=False, due_s=till.now_s, trouble=None)
    return Step(
        _with_forward(till, name, ready),
        (PayoutIssued(event.sale, event.payout, event.generation),),
    )


def handle_payout_refused(till: Till, event: PayoutRefused) -> Step:
    """Wait and ask for the payout invoice again; the money is safe in the BlinkPOS account."""
    known = _forward_of_sale(till, event.sale)
    if known is None or not _wants_payout(known[1]):
        return Step(till)
    name, forward = known
    if event.trouble.kind is TroubleKind.PAID_BEFORE:
        trouble = replace(event.trouble, subject=forward.sale.id)
        return _stop_with_alarm(till, name, forward, trouble)
    return Step(_with_forward(till, name, _try_later(till, forward, event.trouble)))


def handle_send_result(till: Till, event: SendForwardResult) -> Step:
    """Read what became of a payment. Only SUCCESS settles; the rest is looked up first."""
    forward = _current(till, event.invoice, event.payout)
    if forward is None or forward.status is ForwardStatus.STOPPED:
        return Step(till)
    match event.answer:
        case SendOutcome.SUCCESS:
            return _settle(till, event.invoice, forward)
        case SendOutcome.GUARDED:  # judged by what Blink says of its nodes now; looked up at once
            trouble = Trouble(TroubleKind.PAYOUT_REFUSED, forward.sale.id, event.reason)
            refused = replace(forward, busy=False, due_s=till.now_s, guarded=True, trouble=trouble)
            step = _record_status(till, event.invoice, refused, ForwardStatus.UNKNOWN)
            return replace(step, till=step.till.with_alarm(trouble, forward.sale.id))
        case SendOutcome.NOT_SENT:  # nothing left this device, so nothing can have moved
            trouble = Trouble(_TROUBLE[event.answer], reason=event.reason)
            return _record_status(
                till, event.invoice, _try_later(till, forward, trouble), ForwardStatus.FAILED
            )
        case _:
            unclear = replace(
                forward,
                busy=False,
                due_s=till.now_s,
                maybe_sent=True,
                reported_paid=event.answer is SendOutcome.ALREADY_PAID,
                reported_expired=event.answer is SendOutcome.EXPIRED,
                trouble=Trouble(_TROUBLE[event.answer], reason=event.reason),
            )
            return _record_status(till, event.invoice, unclear, ForwardStatus.UNKNOWN)


def handle_look_up_result(till: Till, event: LookUpPayoutResult) -> Step:
    """Decide by what our own ledger shows: found is settled, not found may be paid again."""
    forward = _current(till, event.invoice, event.payout)
    if forward is None:
        return Step(till)
    if forward.status is ForwardStatus.STOPPED and event.found is not LookUpOutcome.SETTLED:
        return Step(till)
    match event.found:
        case LookUpOutcome.SETTLED:
            return _settle(till, event.invoice, forward)
        case LookUpOutcome.PENDING | LookUpOutcome.UNKNOWN:
            return Step(
                _with_forward(till, event.invoice, _try_later(till, forward, forward.trouble))
            )
        case LookUpOutcome.NOTHING if forward.reported_paid:
            if forward.empty_look_ups + 1 < LOOKS_BEFORE_ALARM:
                again = replace(
                    _try_later(till, forward, forward.trouble),
                    empty_look_ups=forward.empty_look_ups + 1,
                )
                return Step(_with_forward(till, event.invoice, again))
            trouble = Trouble(TroubleKind.PAID_BY_OTHERS, forward.sale.id)
            return _stop_with_alarm(till, event.invoice, forward, trouble)
        case LookUpOutcome.NOTHING if _may_have_successor(till, forward):
            return _record_status(
                till, event.invoice, _successor(till, forward), ForwardStatus.FAILED
            )
        case LookUpOutcome.NOTHING:
            again = _try_later(till, forward, forward.trouble)
            step = _record_status(till, event.invoice, again, ForwardStatus.FAILED)
            limited = forward.trouble is not None and (
                forward.trouble.kind is TroubleKind.LIMIT_REACHED
            )
            # A limit that is used up does not fit what is known of it: ask again at once.
            return replace(step, effects=(FetchDailyLimit(),)) if limited else step


def retry_all(till: Till) -> Step:
    """The manager asks for another try: all that waits is due now, stopped ones are looked up.

    What stopped a forward is forgotten: if it is still so, Blink says it again.
    """
    forwards = {}
    for name, forward in till.forwards.items():
        if forward.busy:
            forwards[name] = forward
        elif forward.status is ForwardStatus.STOPPED:
            forwards[name] = replace(
                forward,
                status=ForwardStatus.UNKNOWN,
                due_s=till.now_s,
                empty_look_ups=0,
                tries=0,
                reported_paid=False,
                reported_expired=False,
            )
        else:
            forwards[name] = replace(forward, due_s=till.now_s)
    return Step(replace(till, forwards=MappingProxyType(forwards)))


def _forward_of_sale(till: Till, sale: str) -> tuple[PaymentHash, Forward] | None:
    return next(((n, f) for n, f in till.forwards.items() if f.sale.id == sale), None)


def _current(till: Till, invoice: PaymentHash, payout: PaymentHash) -> Forward | None:
    """The forward an answer is about, unless it is about a payout that has been replaced."""
    forward = till.forwards.get(invoice)
    if forward is None or forward.payout is None or forward.payout.payment_hash != payout:
        return None
    return forward


def _wants_payout(forward: Forward) -> bool:
    return forward.payout is None and forward.status is not ForwardStatus.STOPPED


def _may_have_successor(till: Till, forward: Forward) -> bool:
    """Whether a payout that is not in our ledger can never be paid any more (M6).

    Blink refused it as expired; or our guard refused it, and it never left this device or its own
    end has passed.
    """
    if forward.reported_expired:
        return True
    assert forward.payout is not None
    over = forward.payout.expires_at + EXPIRED_GRACE_S <= till.unix_s
    return forward.guarded and (over or not forward.maybe_sent)


def _successor(till: Till, forward: Forward) -> Forward:
    """Ready for the next payout invoice: at once, unless one after the other fails the guard."""
    due_s = till.now_s
    if forward.guarded and forward.generation > 1:
        due_s += delay_s(
            _LIMIT_FIRST_PAUSE_S, _LIMIT_LONGEST_PAUSE_S, forward.tries, forward.sale.id
        )
    return replace(
        forward,
        payout=None,
        generation=forward.generation + 1,
        busy=False,
        due_s=due_s,
        empty_look_ups=0,
        tries=forward.tries + 1 if forward.guarded else forward.tries,
        reported_expired=False,
        guarded=False,
        maybe_sent=False,
        sent_noted=False,
    )


def _with_forward(till: Till, name: PaymentHash, forward: Forward) -> Till:
    return replace(till, forwards=MappingProxyType({**till.forwards, name: forward}))


def _try_later(till: Till, forward: Forward, trouble: Trouble | None) -> Forward:
    limited = trouble is not None and trouble.kind in (
        TroubleKind.LIMIT_REACHED,
        TroubleKind.NO_BALANCE,
    )
    first, longest = (
        (_LIMIT_FIRST_PAUSE_S, _LIMIT_LONGEST_PAUSE_S)
        if limited
        else (_FIRST_PAUSE_S, _LONGEST_PAUSE_S)
    )
    due_s = till.now_s + delay_s(first, longest, forward.tries, forward.sale.id)
    return replace(forward, busy=False, tries=forward.tries + 1, due_s=due_s, trouble=trouble)


def _record_status(till: Till, name: PaymentHash, forward: Forward, status: ForwardStatus) -> Step:
    """Take a step. It is a fact when something has changed, not each time it is tried again."""
    kind = forward.trouble.kind if forward.trouble is not None else None
    moved = replace(forward, status=status, noted=(status, kind))
    if status in _WAITING and forward.noted in [(waiting, kind) for waiting in _WAITING]:
        return Step(_with_forward(till, name, replace(moved, noted=forward.noted)))
    payout = till.forwards[name].payout
    fact = ForwardStatusChanged(
        forward.sale.id,
        status,
        payout.payment_hash if payout else None,
        forward.trouble.noted if forward.trouble else "",
    )
    return Step(_with_forward(till, name, moved), (fact,))


def _stop_with_alarm(till: Till, name: PaymentHash, forward: Forward, trouble: Trouble) -> Step:
    step = _record_status(
        till, name, replace(forward, busy=False, trouble=trouble), ForwardStatus.STOPPED
    )
    return replace(step, till=step.till.with_alarm(trouble, forward.sale.id))


def _settle(till: Till, name: PaymentHash, forward: Forward) -> Step:
    assert forward.payout is not None
    rest = {other: f for other, f in till.forwards.items() if other != name}
    fact = ForwardStatusChanged(forward.sale.id, ForwardStatus.SETTLED, forward.payout.payment_hash)
    return Step(replace(till, forwards=MappingProxyType(rest)), (fact,))


def handle_direct_payment(till: Till, payment_hash: PaymentHash | None, amount: Sats) -> Step:
    """Money that came to the merchant directly; our own forwards arrive there too, silently."""
    ours = any(
        f.payout is not None and f.payout.payment_hash == payment_hash
        for f in till.forwards.values()
    )
    screen = till.screen
    if ours or not isinstance(screen, EnteringAmount) or not screen.entry.is_empty:
        return Step(till)
    return Step(
        replace(till, screen=ReceivedDirectly(amount, till.now_s)), (), (PlaySound(Sound.RECEIVED),)
    )

"""The second machine: one Forward from paid to settled, exactly once (law of money, M6).

Only the journaled payout invoice is ever paid, and its payment hash is what makes paying it again
harmless. Whatever is not a clear SUCCESS is looked up before anything else is done.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale import direct
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
    SendForwardResult,
    SendOutcome,
)
from kiosk.sale.facts import Fact, ForwardStatus, ForwardStatusChanged
from kiosk.sale.forward_steps import (
    forward_awaiting,
    may_have_successor,
    record_status,
    settle,
    stop_with_alarm,
    try_later,
    with_forward,
    with_next_payout,
)
from kiosk.sale.ids import payout_external_id
from kiosk.sale.invoice import PaymentHash
from kiosk.sale.memo import payout_memo
from kiosk.sale.money import Sats
from kiosk.sale.restored_copy import waits_for_ledger
from kiosk.sale.screens import EnteringAmount, ReceivedDirectly
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind

# A payment whose payout invoice is still being made by the sale's own task is given this long.
PAYOUT_GRACE_S: Final = 3.0

# "Paid" by Blink's word but not in our ledger: looked for this often before it is an alarm.
LOOKS_BEFORE_ALARM: Final = 3

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
    if till.account is None or not till.can_forward or till.journal_trouble is not None:
        return Step(till)
    forwards = dict(till.forwards)
    facts: list[Fact] = []
    effects: list[Effect] = []
    sending = any(f.busy and f.status is ForwardStatus.SENT for f in forwards.values())
    for payment_hash, forward in till.forwards.items():
        if forward.busy or forward.status is ForwardStatus.STOPPED or forward.due_s > till.now_s:
            continue
        sale, payout = forward.sale, forward.payout
        if not direct.can_pay_out(till, forward) or waits_for_ledger(till, forward):
            continue
        if payout is None:
            effects.append(
                CreatePayout(
                    sale.id,
                    forward.invoice.amount,
                    payout_external_id(sale.id, forward.generation),
                    forward.generation,
                    payout_memo(sale, till.rules.kiosk_id),
                    till.account,
                    forward.invoice.expires_at - forward.invoice.lifetime_s,
                )
            )
            forwards[payment_hash] = replace(forward, busy=True)
        elif forward.status in (ForwardStatus.SENT, ForwardStatus.UNKNOWN):
            effects.append(LookUpPayout(payment_hash, payout.payment_hash, till.account))
            forwards[payment_hash] = replace(forward, busy=True, status=ForwardStatus.UNKNOWN)
        elif not sending:
            sending = True
            if not forward.sent_noted:  # once for each payout: after it, a restart looks first (M6)
                facts.append(ForwardStatusChanged(sale.id, ForwardStatus.SENT, payout.payment_hash))
                forward = replace(forward, sent_noted=True, noted=(ForwardStatus.SENT, None))
            effects.append(
                SendForward(
                    payment_hash,
                    payout,
                    forward.invoice.amount,
                    payout_memo(sale, till.rules.kiosk_id),
                    till.account,
                )
            )
            forwards[payment_hash] = replace(
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


def handle_send_result(till: Till, event: SendForwardResult) -> Step:
    """Read what became of a payment. Only SUCCESS settles; the rest is looked up first."""
    forward = forward_awaiting(till, event.invoice_hash, event.payout_hash)
    if forward is None or forward.status is ForwardStatus.STOPPED:
        return Step(till)
    match event.answer:
        case SendOutcome.SUCCESS:
            return settle(till, event.invoice_hash, forward)
        case SendOutcome.GUARDED:  # judged by what Blink says of its nodes now; looked up at once
            trouble = Trouble(TroubleKind.PAYOUT_GUARDED, forward.sale.id, event.reason)
            refused = replace(forward, busy=False, due_s=till.now_s, guarded=True, trouble=trouble)
            step = record_status(till, event.invoice_hash, refused, ForwardStatus.UNKNOWN)
            return replace(step, till=step.till.with_alarm(trouble, forward.sale.id))
        case SendOutcome.NOT_SENT:  # nothing left this device, so nothing can have moved
            trouble = Trouble(_TROUBLE[event.answer], reason=event.reason)
            return record_status(
                till, event.invoice_hash, try_later(till, forward, trouble), ForwardStatus.FAILED
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
            return record_status(till, event.invoice_hash, unclear, ForwardStatus.UNKNOWN)


def handle_look_up_result(till: Till, event: LookUpPayoutResult) -> Step:
    """Decide by what our own ledger shows: found is settled, not found may be paid again."""
    forward = forward_awaiting(till, event.invoice_hash, event.payout_hash)
    if forward is None:
        return Step(till)
    if forward.status is ForwardStatus.STOPPED and event.outcome is not LookUpOutcome.SETTLED:
        return Step(till)
    match event.outcome:
        case LookUpOutcome.SETTLED:
            return settle(till, event.invoice_hash, forward)
        case LookUpOutcome.PENDING | LookUpOutcome.UNKNOWN:
            return Step(
                with_forward(till, event.invoice_hash, try_later(till, forward, forward.trouble))
            )
        case LookUpOutcome.NOTHING if forward.reported_paid:
            if forward.empty_look_ups + 1 < LOOKS_BEFORE_ALARM:
                again = replace(
                    try_later(till, forward, forward.trouble),
                    empty_look_ups=forward.empty_look_ups + 1,
                )
                return Step(with_forward(till, event.invoice_hash, again))
            trouble = Trouble(TroubleKind.PAID_BY_OTHERS, forward.sale.id)
            return stop_with_alarm(till, event.invoice_hash, forward, trouble)
        case LookUpOutcome.NOTHING if may_have_successor(till, forward):
            return record_status(
                till, event.invoice_hash, with_next_payout(till, forward), ForwardStatus.FAILED
            )
        case LookUpOutcome.NOTHING:
            again = try_later(till, forward, forward.trouble)
            step = record_status(till, event.invoice_hash, again, ForwardStatus.FAILED)
            limited = forward.trouble is not None and (
                forward.trouble.kind is TroubleKind.LIMIT_REACHED
            )
            # A limit that is used up does not fit what is known of it: ask again at once.
            return replace(step, effects=(FetchDailyLimit(),)) if limited else step


def retry_all(till: Till) -> Step:
    """The manager asks for another try: all that waits is due now, stopped ones are looked up.

    The alarms go, and what stopped a forward is forgotten: if it is still so, Blink says it again.
    """
    forwards = {}
    for payment_hash, forward in till.forwards.items():
        if forward.busy:
            forwards[payment_hash] = forward
        elif forward.status is ForwardStatus.STOPPED:
            forwards[payment_hash] = replace(
                forward,
                status=ForwardStatus.UNKNOWN,
                due_s=till.now_s,
                empty_look_ups=0,
                tries=0,
                reported_paid=False,
                reported_expired=False,
            )
        else:
            forwards[payment_hash] = replace(forward, due_s=till.now_s)
    retried = replace(till, forwards=MappingProxyType(forwards))
    return direct.put_alarms_away(retried)


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

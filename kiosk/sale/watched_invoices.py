"""Invoices that are not final, until nobody can pay them any more (M8, M12).

A given-up or expired invoice can still be paid from a Blink wallet, and a paid one can be paid
again: here is what an answer changes. When they are asked about: `invoice_questions`.
"""

from dataclasses import replace
from math import inf
from types import MappingProxyType
from typing import Final

from kiosk.sale import direct, odd_money
from kiosk.sale.days import DAY_S
from kiosk.sale.effects import Step
from kiosk.sale.events import CancelInvoiceResult, CancelOutcome, InvoiceStatusResult
from kiosk.sale.facts import (
    Ending,
    ForwardStatus,
    ForwardStatusChanged,
    InvoiceNeverPaid,
    InvoicePaid,
    PaidTwice,
)
from kiosk.sale.forwards import PAYOUT_GRACE_S
from kiosk.sale.invoice import InvoiceStatus, PaymentHash
from kiosk.sale.till import Alarm, Forward, RecentlyPaid, Till, WatchedInvoice
from kiosk.sale.trouble import Trouble, TroubleKind

WATCHED_S: Final = DAY_S  # how long after its end an invoice is asked about

# After an invoice's end, in seconds: Blink's own EXPIRED comes one second after it.
_ASK_AFTER_S: Final = (
    5.0,
    60.0,
    600.0,
    3600.0,
    6 * 3600.0,
    12 * 3600.0,
    float(WATCHED_S),
)

# After a code has left the screen: whoever still pays it does so within moments, mostly.
_ASK_AFTER_LEAVING_S: Final = (5.0, 10.0, 20.0, 40.0)


def times_after_end(end: float) -> list[float]:
    """When codes that ran out at `end`, seconds, are asked about; the last one is the last word."""
    return [end + after for after in _ASK_AFTER_S]


def leave_behind(till: Till, payment_hash: PaymentHash, ending: Ending) -> Till:
    """Let an invoice go from the screen; it is asked about from now on."""
    watched = till.watched_invoices.get(payment_hash)
    if watched is None:
        return till
    left = replace(watched, ending=ending, left_s=till.now_s, checks_made=0)
    ask_s = _next_check_s(left, till.now_s)
    return _with_invoice(till, payment_hash, replace(left, next_check_s=ask_s))


def handle_not_paid(till: Till, event: InvoiceStatusResult) -> Step:
    """Blink says an invoice is not paid: set the next question, or let it go for good."""
    payment_hash, status = event.payment_hash, event.status
    watched = till.watched_invoices.get(payment_hash)
    if watched is None or watched.next_check_s is None:
        return Step(till)
    asked_s = event.asked_s if event.asked_s is not None else -inf
    if status is InvoiceStatus.UNKNOWN and direct.is_past_asking(watched, asked_s):
        return direct.give_up(till, watched)
    if status in (InvoiceStatus.UNKNOWN, InvoiceStatus.UNPROVEN):
        return Step(till)
    is_final = asked_s >= watched.final_s
    if is_final and watched.sale.direct:
        return direct.give_up(till, watched)
    if is_final:
        others = {
            other_hash: other
            for other_hash, other in till.watched_invoices.items()
            if other_hash != payment_hash
        }
        forgotten = replace(till, watched_invoices=MappingProxyType(others))
        return Step(forgotten, (InvoiceNeverPaid(watched.sale.id, payment_hash),))
    return Step(
        _with_invoice(
            till,
            payment_hash,
            replace(watched, checks_made=0, next_check_s=_next_check_s(watched, till.now_s)),
        )
    )


def handle_paid(till: Till, payment_hash: PaymentHash, *, on_screen: bool) -> Step:
    """The customer has paid: the fact, and the forward that follows from it, once (M5, M6)."""
    watched = till.watched_invoices.get(payment_hash)
    if watched is None:
        return Step(till)
    others = {
        other_hash: replace(other, other_paid=True)
        if _first_code(other) == _first_code(watched)
        else other
        for other_hash, other in till.watched_invoices.items()
        if other_hash != payment_hash
    }
    if watched.sale.direct:
        marked = replace(till, watched_invoices=MappingProxyType(others))
        return direct.handle_paid(marked, watched, late=not on_screen)
    forward = Forward(
        watched.sale,
        watched.invoice,
        watched.payout,
        ForwardStatus.PLANNED,
        due_s=till.now_s if watched.payout or not on_screen else till.now_s + PAYOUT_GRACE_S,
        paid_s=till.now_s,
        no_payout_since_s=watched.no_payout_since_s,
    )
    forwards = MappingProxyType({**till.forwards, payment_hash: forward})
    paid = replace(till, watched_invoices=MappingProxyType(others), forwards=forwards)
    paid = direct.warn_of_unfinished_forwards(paid)
    step = Step(paid, (InvoicePaid(watched.sale.id, payment_hash, late=not on_screen),))
    if watched.other_paid:
        both = Trouble(TroubleKind.PAID_BOTH_CODES, str(watched.sale.amount))
        step = step.then(lambda t: odd_money.tell(t, both, watched.sale.id))
    return _held_back(step, payment_hash) if watched.held else step


def _held_back(step: Step, payment_hash: PaymentHash) -> Step:
    """Stop a forward whose sale another installation began: perhaps that one forwards it."""
    forward = step.till.forwards[payment_hash]
    trouble = Trouble(TroubleKind.BEGUN_ELSEWHERE, forward.sale.id)
    stopped = replace(forward, status=ForwardStatus.STOPPED, trouble=trouble)
    forwards = MappingProxyType({**step.till.forwards, payment_hash: stopped})
    alarms = (*step.till.alarms, Alarm(trouble, forward.sale.id))
    fact = ForwardStatusChanged(forward.sale.id, ForwardStatus.STOPPED, reason=trouble.kind)
    return Step(replace(step.till, forwards=forwards, alarms=alarms), (*step.facts, fact))


def remember_paid(till: Till, forward: Forward) -> Till:
    """Remember a forwarded invoice as long as a second payment could come in (M12)."""
    left_s = max(0.0, forward.invoice.lifetime_s - (till.now_s - forward.paid_s))
    paid = RecentlyPaid(forward.sale, forward.invoice, till.now_s + left_s, forward.payments)
    recently_paid = MappingProxyType({**till.recently_paid, forward.invoice.payment_hash: paid})
    return replace(till, recently_paid=recently_paid)


def handle_payment_count(till: Till, payment_hash: PaymentHash, payments: int) -> Step:
    """The ledger shows more payments than were known: record and raise it; forward only one.

    Each further payment is a fact of its own, however many alarms are up already.
    """
    forward, recent = till.forwards.get(payment_hash), till.recently_paid.get(payment_hash)
    known = forward or recent
    if known is None or payments <= known.payments:
        return Step(till)
    counted = till
    if forward is not None:
        counted_forward = replace(forward, payments=payments)
        counted = replace(
            counted, forwards=MappingProxyType({**till.forwards, payment_hash: counted_forward})
        )
    if recent is not None:
        counted_recent = replace(recent, payments=payments)
        counted = replace(
            counted,
            recently_paid=MappingProxyType({**till.recently_paid, payment_hash: counted_recent}),
        )
    twice = Trouble(TroubleKind.PAID_TWICE, known.sale.id)
    step = Step(counted, (PaidTwice(known.sale.id, payment_hash, payments),))
    return step.then(lambda t: odd_money.tell(t, twice, known.sale.id))


def forget_paid_if_final(till: Till, event: InvoiceStatusResult) -> Till:
    """A paid invoice that nobody could pay any more when its payments were counted is done with."""
    recent = till.recently_paid.get(event.payment_hash)
    if recent is None or event.asked_s is None or event.asked_s < recent.until_s:
        return till
    others = {
        other_hash: other
        for other_hash, other in till.recently_paid.items()
        if other_hash != event.payment_hash
    }
    return replace(till, recently_paid=MappingProxyType(others))


def note_cancel_result(till: Till, event: CancelInvoiceResult) -> Till:
    """Blink has answered a cancelling: it is not asked for again."""
    watched = till.watched_invoices.get(event.payment_hash)
    if watched is None or event.answer is CancelOutcome.UNKNOWN:
        return till
    return _with_invoice(till, event.payment_hash, replace(watched, cancel_wanted=False))


def _first_code(watched: WatchedInvoice) -> PaymentHash:
    """What the codes of one sale have in common: the first of them."""
    return watched.earlier[0] if watched.earlier else watched.invoice.payment_hash


def _next_check_s(watched: WatchedInvoice, now_s: float) -> float:
    if watched.invoice.verify_url:
        return direct.next_verify_s(watched, now_s)
    times = times_after_end(watched.final_s - WATCHED_S)
    if watched.left_s is not None:
        times += [watched.left_s + seconds for seconds in _ASK_AFTER_LEAVING_S]
    return min((at for at in times if at > now_s), default=max(watched.final_s, now_s))


def _with_invoice(till: Till, payment_hash: PaymentHash, watched: WatchedInvoice) -> Till:
    return replace(
        till, watched_invoices=MappingProxyType({**till.watched_invoices, payment_hash: watched})
    )

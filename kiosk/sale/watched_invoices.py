"""Invoices that are not final: asked about until nobody can pay them any more (M8, M12).

A given-up or expired invoice can still be paid from a Blink wallet, so it is asked about at start,
with the next sale, shortly after its end, and for a day after. A paid one can be paid again.
"""

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale.backoff import delay_s
from kiosk.sale.days import DAY_S
from kiosk.sale.effects import (
    CancelInvoice,
    Effect,
    FetchAccount,
    FetchInvoiceStatus,
    FetchNodes,
    Step,
)
from kiosk.sale.events import CancelInvoiceResult, CancelOutcome
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

# Asked about with a sale: so many of either kind, so that a busy day's cancelled and paid sales do
# not use up what thirty kiosks behind one address may ask (120 requests a minute).
MOST_WITH_SALE: Final = 10

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

_FIRST_PAUSE_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 600.0


def ask_about_due(till: Till) -> Step:
    """Ask about every invoice left behind whose time has come."""
    asked = [
        name
        for name, watch in till.watched_invoices.items()
        if watch.next_check_s is not None and watch.next_check_s <= till.now_s
    ]
    return ask_about(till, asked) if asked else Step(till)


def ask_with_next_sale(till: Till) -> Step:
    """Ask about what was left behind while the connection is warm anyway.

    Of many, the newest of those left behind, which have their own times as well, and the paid ones
    in turn, each until it has been asked about after its end.
    """
    left = [name for name, watch in till.watched_invoices.items() if watch.next_check_s is not None]
    turn = list(till.recently_paid)[:MOST_WITH_SALE]
    over = {name for name in turn if till.recently_paid[name].until_s < till.now_s}
    step = ask_about(till, [*left[-MOST_WITH_SALE:], *turn])
    order = [*list(till.recently_paid)[MOST_WITH_SALE:], *turn]
    kept = {name: till.recently_paid[name] for name in order if name not in over}
    asked = replace(step, till=replace(step.till, recently_paid=MappingProxyType(kept)))
    return asked.then(_account_again)


def _account_again(till: Till) -> Step:
    """What is known of the accounts ages: once a day all of it is asked again, beside a sale.

    An empty list of nodes is not believed: those are asked for with every sale until there are
    some.
    """
    if till.account is None or till.fetching_account:
        return Step(till)
    if till.now_s - till.account_s >= DAY_S:
        return Step(replace(till, fetching_account=True), (), (FetchAccount(),))
    return Step(till) if till.account.nodes else Step(till, (), (FetchNodes(),))


def ask_about(till: Till, names: list[PaymentHash]) -> Step:
    """Ask, and be ready for no answer: the next question has its time already."""
    if till.account is None or not names:
        return Step(till)
    watches = dict(till.watched_invoices)
    effects: list[Effect] = [FetchInvoiceStatus(tuple(names), till.account)]
    for name in names:
        watch = watches.get(name)
        if watch is None or watch.next_check_s is None:
            continue
        pause = delay_s(_FIRST_PAUSE_S, _LONGEST_PAUSE_S, watch.checks_made, watch.sale.id)
        watches[name] = replace(
            watch, checks_made=watch.checks_made + 1, next_check_s=till.now_s + pause
        )
        if watch.cancel_wanted:
            effects.append(CancelInvoice(name, till.account))
    return Step(replace(till, watched_invoices=MappingProxyType(watches)), (), tuple(effects))


def leave_behind(till: Till, name: PaymentHash, ending: Ending, *, under_way: bool) -> Till:
    """Let an invoice go from the screen; it is asked about from now on."""
    watch = till.watched_invoices.get(name)
    if watch is None:
        return till
    left = replace(watch, ending=ending, left_s=till.now_s, checks_made=0)
    ask_s = till.now_s + _FIRST_PAUSE_S if under_way else _next_check_s(left, till.now_s)
    return _with_invoice(till, name, replace(left, next_check_s=ask_s))


def handle_not_paid(till: Till, name: PaymentHash, status: InvoiceStatus) -> Step:
    """Blink says an invoice is not paid: set the next question, or let it go for good."""
    watch = till.watched_invoices.get(name)
    if watch is None or watch.next_check_s is None or status is InvoiceStatus.UNKNOWN:
        return Step(till)
    if till.now_s >= watch.final_s and status is not InvoiceStatus.PAID:
        rest = {other: w for other, w in till.watched_invoices.items() if other != name}
        gone = replace(till, watched_invoices=MappingProxyType(rest))
        return Step(gone, (InvoiceNeverPaid(watch.sale.id, name),))
    return Step(
        _with_invoice(
            till, name, replace(watch, checks_made=0, next_check_s=_next_check_s(watch, till.now_s))
        )
    )


def handle_paid(till: Till, name: PaymentHash, *, on_screen: bool) -> Step:
    """The customer has paid: the fact, and the forward that follows from it, once (M5, M6)."""
    watch = till.watched_invoices.get(name)
    if watch is None:
        return Step(till)
    rest = {
        other: replace(w, other_paid=True) if _first_code(w) == _first_code(watch) else w
        for other, w in till.watched_invoices.items()
        if other != name
    }
    forward = Forward(
        watch.sale,
        watch.invoice,
        watch.payout,
        ForwardStatus.PLANNED,
        due_s=till.now_s if watch.payout or not on_screen else till.now_s + PAYOUT_GRACE_S,
        late=not on_screen,
        paid_s=till.now_s,
        refused_s=watch.refused_s,
    )
    forwards = MappingProxyType({**till.forwards, name: forward})
    after = replace(till, watched_invoices=MappingProxyType(rest), forwards=forwards)
    if watch.other_paid:
        both = Trouble(TroubleKind.PAID_BOTH_CODES, str(watch.sale.amount))
        after = after.with_alarm(both, watch.sale.id)
    step = Step(after, (InvoicePaid(watch.sale.id, name, late=not on_screen),))
    return _held_back(step, name) if watch.held else step


def _held_back(step: Step, name: PaymentHash) -> Step:
    """Stop a forward whose sale another installation began: perhaps that one forwards it."""
    forward = step.till.forwards[name]
    trouble = Trouble(TroubleKind.BEGUN_ELSEWHERE, forward.sale.id)
    stopped = replace(forward, status=ForwardStatus.STOPPED, trouble=trouble)
    forwards = MappingProxyType({**step.till.forwards, name: stopped})
    alarms = (*step.till.alarms, Alarm(trouble, forward.sale.id))
    fact = ForwardStatusChanged(forward.sale.id, ForwardStatus.STOPPED, reason=trouble.kind)
    return Step(replace(step.till, forwards=forwards, alarms=alarms), (*step.facts, fact))


def remember_paid(till: Till, forward: Forward) -> Till:
    """Remember a forwarded invoice as long as a second payment could come in (M12)."""
    left_s = max(0.0, forward.invoice.lifetime_s - (till.now_s - forward.paid_s))
    after = RecentlyPaid(forward.sale, forward.invoice, till.now_s + left_s, forward.payments)
    recently_paid = MappingProxyType({**till.recently_paid, forward.invoice.payment_hash: after})
    return replace(till, recently_paid=recently_paid)


def handle_payment_count(till: Till, name: PaymentHash, payments: int) -> Step:
    """The ledger shows more payments than were known: record and raise it; forward only one.

    Each further payment is a fact of its own, however many alarms are up already.
    """
    forward, after = till.forwards.get(name), till.recently_paid.get(name)
    known = forward or after
    if known is None or payments <= known.payments:
        return Step(till)
    counted = till
    if forward is not None:
        one = replace(forward, payments=payments)
        counted = replace(counted, forwards=MappingProxyType({**till.forwards, name: one}))
    if after is not None:
        other = replace(after, payments=payments)
        counted = replace(
            counted, recently_paid=MappingProxyType({**till.recently_paid, name: other})
        )
    raised = counted.with_alarm(Trouble(TroubleKind.PAID_TWICE, known.sale.id), known.sale.id)
    return Step(raised, (PaidTwice(known.sale.id, name, payments),))


def note_cancel_result(till: Till, event: CancelInvoiceResult) -> Till:
    """A cancelling that was owed has been answered."""
    watch = till.watched_invoices.get(event.payment_hash)
    if watch is None or event.answer is CancelOutcome.UNKNOWN:
        return till
    return _with_invoice(till, event.payment_hash, replace(watch, cancel_wanted=False))


def _first_code(watch: WatchedInvoice) -> PaymentHash:
    """What the codes of one sale have in common: the first of them."""
    return watch.earlier[0] if watch.earlier else watch.invoice.payment_hash


def _next_check_s(watch: WatchedInvoice, now_s: float) -> float:
    end_s = watch.final_s - WATCHED_S
    times = [end_s + after for after in _ASK_AFTER_S]
    if watch.left_s is not None:
        times += [watch.left_s + after for after in _ASK_AFTER_LEAVING_S]
    return min((at for at in times if at > now_s), default=max(watch.final_s, now_s))


def _with_invoice(till: Till, name: PaymentHash, watch: WatchedInvoice) -> Till:
    return replace(till, watched_invoices=MappingProxyType({**till.watched_invoices, name: watch}))

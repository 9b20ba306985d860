"""One forward, changed: tried later, recorded, stopped, settled, given its next payout invoice.

`kiosk.sale.forwards` and `kiosk.sale.payouts` decide which of these happens.
"""

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale.backoff import delay_s
from kiosk.sale.effects import Step
from kiosk.sale.facts import ForwardStatus, ForwardStatusChanged
from kiosk.sale.invoice import PaymentHash
from kiosk.sale.till import Forward, Till
from kiosk.sale.trouble import Trouble, TroubleKind

# A payout that may have been sent is replaced this long after its own end, as Blink's clock and
# ours need not agree to the second.
EXPIRED_GRACE_S: Final = 60

# To the journal these two are one: a payout not settled, looked up before it is sent again.
_WAITING: Final = (ForwardStatus.UNKNOWN, ForwardStatus.FAILED)

_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 300.0
_LIMIT_FIRST_PAUSE_S: Final = 300.0  # the daily limit rolls over 24 h: no use in hurrying
_LIMIT_LONGEST_PAUSE_S: Final = 3600.0


def forward_of_sale(till: Till, sale: str) -> tuple[PaymentHash, Forward] | None:
    """The forward of a sale, under its invoice's payment hash."""
    return next(
        (
            (payment_hash, forward)
            for payment_hash, forward in till.forwards.items()
            if forward.sale.id == sale
        ),
        None,
    )


def forward_awaiting(
    till: Till, invoice_hash: PaymentHash, payout_hash: PaymentHash
) -> Forward | None:
    """The forward an answer is about, unless it is about a payout that has been replaced."""
    forward = till.forwards.get(invoice_hash)
    if forward is None or forward.payout is None or forward.payout.payment_hash != payout_hash:
        return None
    return forward


def wants_payout(forward: Forward) -> bool:
    """Whether a forward waits for its payout invoice."""
    return forward.payout is None and forward.status is not ForwardStatus.STOPPED


def with_forward(till: Till, payment_hash: PaymentHash, forward: Forward) -> Till:
    """The till with one forward changed."""
    return replace(till, forwards=MappingProxyType({**till.forwards, payment_hash: forward}))


def try_later(till: Till, forward: Forward, trouble: Trouble | None) -> Forward:
    """The forward after a growing pause, with what stood in its way."""
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


def record_status(
    till: Till, payment_hash: PaymentHash, forward: Forward, status: ForwardStatus
) -> Step:
    """Take a step. It is a fact when something has changed, not each time it is tried again."""
    kind = forward.trouble.kind if forward.trouble is not None else None
    moved = replace(forward, status=status, noted=(status, kind))
    if status in _WAITING and forward.noted in [(waiting, kind) for waiting in _WAITING]:
        return Step(with_forward(till, payment_hash, replace(moved, noted=forward.noted)))
    payout = till.forwards[payment_hash].payout
    fact = ForwardStatusChanged(
        forward.sale.id,
        status,
        payout.payment_hash if payout else None,
        forward.trouble.noted if forward.trouble else "",
    )
    return Step(with_forward(till, payment_hash, moved), (fact,))


def stop_with_alarm(
    till: Till, payment_hash: PaymentHash, forward: Forward, trouble: Trouble
) -> Step:
    """Stop a forward: a person has to look at it."""
    step = record_status(
        till, payment_hash, replace(forward, busy=False, trouble=trouble), ForwardStatus.STOPPED
    )
    return replace(step, till=step.till.with_alarm(trouble, forward.sale.id))


def settle(till: Till, payment_hash: PaymentHash, forward: Forward) -> Step:
    """The merchant has it: the fact, and the forward is over."""
    assert forward.payout is not None
    rest = {
        other_hash: forward_left
        for other_hash, forward_left in till.forwards.items()
        if other_hash != payment_hash
    }
    fact = ForwardStatusChanged(forward.sale.id, ForwardStatus.SETTLED, forward.payout.payment_hash)
    return Step(replace(till, forwards=MappingProxyType(rest)), (fact,))


def may_have_successor(till: Till, forward: Forward) -> bool:
    """Whether a payout that is not in our ledger can never be paid any more (M6).

    Blink refused it as expired; or our guard refused it, and it never left this device or its own
    end has passed.
    """
    if forward.reported_expired:
        return True
    assert forward.payout is not None
    over = forward.payout.expires_at + EXPIRED_GRACE_S <= till.unix_s
    return forward.guarded and (over or not forward.maybe_sent)


def with_next_payout(till: Till, forward: Forward) -> Forward:
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

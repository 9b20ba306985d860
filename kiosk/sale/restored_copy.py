"""Forwards of a journal that is a restored copy: the ledger is read before any of them goes on.

The copy may be older than payouts that were made, sent and replaced since (law of money, M6).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from kiosk.sale.effects import Step
from kiosk.sale.facts import ForwardStatus, PayoutIssued
from kiosk.sale.forward_steps import stop_with_alarm, with_forward
from kiosk.sale.ids import Direction
from kiosk.sale.invoice import PaymentHash, SaleId
from kiosk.sale.ledger_history import EntryState, HistoryEntry, SaleEvidence
from kiosk.sale.till import Forward, Till
from kiosk.sale.trouble import Trouble, TroubleKind


def waits_for_ledger(till: Till, forward: Forward) -> bool:
    """Whether a forward rests until the ledger was read: a restored copy may be out of date."""
    lost = till.lost_journal
    unread = lost is not None and lost.restored and not lost.own_done
    return unread and not till.rules.is_of_this_run(forward.sale.id)


def take_over_other_payouts(till: Till, shown: Mapping[SaleId, SaleEvidence]) -> Step:
    """Where the ledger shows another payout of a sale than the known one, go on from that one.

    It is the successor that a restored copy knows nothing of, and it is looked up like any other.
    One that cannot be read is an alarm.
    """
    step = Step(till)
    for payment_hash, forward in till.forwards.items():
        evidence = shown.get(forward.sale.id)
        if evidence is None or forward.payout is None:
            continue
        known = forward.payout.payment_hash
        sent = evidence.seen(Direction.OUT, EntryState.SUCCESS, EntryState.PENDING)
        others = [entry for entry in sent if entry.payment_hash != known]
        if others:
            step = step.then(partial(_with_payout_sent, payment_hash, forward, others))
    return step


def _with_payout_sent(
    payment_hash: PaymentHash, forward: Forward, sent: Sequence[HistoryEntry], till: Till
) -> Step:
    payout = sent[0].invoice
    if payout is None or len(sent) > 1 or sent[0].amount != forward.invoice.amount:
        trouble = Trouble(TroubleKind.PAID_BEFORE, forward.sale.id)
        return stop_with_alarm(till, payment_hash, forward, trouble)
    stopped = forward.status is ForwardStatus.STOPPED
    successor = replace(
        forward,
        payout=payout,
        generation=forward.generation + 1,
        status=ForwardStatus.STOPPED if stopped else ForwardStatus.UNKNOWN,
        due_s=till.now_s,
        busy=False,
        maybe_sent=True,
        sent_noted=False,
    )
    fact = PayoutIssued(forward.sale.id, payout, successor.generation)
    return Step(with_forward(till, payment_hash, successor), (fact,))

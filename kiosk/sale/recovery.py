"""A lost journal, rebuilt from what was saved of it and from Blink's ledger (law of money, M11).

Blink's ledger decides. What it shows as forwarded is never sent again; what was paid and not
forwarded goes on its way; what can still be paid is watched. What cannot be decided is raised as an
alarm and never paid.

Only what this installation began is taken up: another kiosk may have the same KIOSK_ID, and forward
its own sales at this moment. What carries our KIOSK_ID and another installation's id, or one of a
release that knew none, is an alarm as well, if it looks as if its money had stayed.
"""

import math
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

from kiosk.sale.backoff import delay_s
from kiosk.sale.effects import FetchLedgerHistory, Step
from kiosk.sale.events import LedgerHistoryResult
from kiosk.sale.facts import JournalRebuilt
from kiosk.sale.ids import Direction
from kiosk.sale.ledger_history import (
    EntryState,
    LostJournal,
    SaleEvidence,
    evidence_by_sale,
)
from kiosk.sale.recovered_sale import (
    Recovered,
    invoice_made_at,
    recover_foreign_sale,
    recover_own_sale,
)
from kiosk.sale.restored_copy import take_over_other_payouts
from kiosk.sale.till import Till

# A payout of the program that lost its journal may still be on its way to Blink, with an invoice
# that nobody here knows. That program had ended when Blink was first asked: only so long after that
# is a payout invoice made anew, however old the payment is.
SETTLE_S: Final = 120

_FIRST_PAUSE_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 300.0


def ask_if_due(till: Till) -> Step:
    """Ask Blink about the sales of a lost journal, when it is time."""
    lost = till.lost_journal
    account = till.account if till.can_forward else None
    if lost is None or account is None or till.journal_trouble is not None:
        return Step(till)
    if lost.due_s is None or lost.due_s > till.now_s:
        return Step(till)
    if lost.asked_at is None:
        lost = replace(lost, asked_at=till.unix_s, asked_s=till.now_s)
    asking = replace(till, lost_journal=replace(lost, due_s=None))
    rules = till.rules
    question = FetchLedgerHistory(rules.kiosk_id, rules.installation, account, till.now_s)
    return Step(asking, (), (question,))


def handle_ledger_history(till: Till, event: LedgerHistoryResult) -> Step:
    """Take up everything that was lost, in one step; or ask again, for as long as it takes.

    It is judged by the time of the question: the answer knows nothing of what happened since.
    """
    lost, history = till.lost_journal, event.history
    if lost is None:
        return Step(till)
    if history is None:
        pause = delay_s(_FIRST_PAUSE_S, _LONGEST_PAUSE_S, lost.tries, till.rules.run)
        waiting = replace(lost, due_s=till.now_s + pause, tries=lost.tries + 1)
        return Step(replace(till, lost_journal=waiting))
    shown_at = till.unix_s - math.ceil(till.now_s - event.asked_s)
    known = {watched.sale.id for watched in till.watched_invoices.values()}
    known |= {forward.sale.id for forward in till.forwards.values()}
    known |= {alarm.sale for alarm in till.alarms if alarm.sale is not None}
    own: list[SaleEvidence] = []
    others: list[SaleEvidence] = []
    shown = {evidence.id: evidence for evidence in evidence_by_sale(lost.salvaged, history)}
    for evidence in shown.values():
        if evidence.id not in known and not till.rules.is_of_this_run(evidence.id):
            (own if till.rules.is_own(evidence.id) else others).append(evidence)
    if lost.own_done:
        own = []
    elif event.asked_s - lost.asked_s < SETTLE_S and any(map(_payout_may_be_under_way, own)):
        return Step(replace(till, lost_journal=replace(lost, due_s=till.now_s + SETTLE_S / 4)))
    recovered = Recovered()
    for evidence in own:
        recover_own_sale(evidence, history, shown_at, till, recovered)
    wait_s = max((_undecided_for_s(other, lost, shown_at) for other in others), default=0)
    if wait_s == 0:
        for evidence in others:
            recover_foreign_sale(evidence, lost, till, recovered)
    rebuilt = replace(
        till,
        lost_journal=replace(lost, own_done=True, due_s=event.asked_s + wait_s) if wait_s else None,
        watched_invoices=MappingProxyType({**till.watched_invoices, **recovered.watched_invoices}),
        forwards=MappingProxyType({**till.forwards, **recovered.forwards}),
        alarms=(*till.alarms, *recovered.alarms),
    )
    done = () if wait_s else tuple(JournalRebuilt(name) for name in lost.names)
    step = Step(rebuilt, (*recovered.facts, *done))
    if lost.own_done or not lost.restored:
        return step
    return step.then(partial(take_over_other_payouts, shown=shown))


def _undecided_for_s(evidence: SaleEvidence, lost: LostJournal, shown_at: int) -> int:
    """How long another installation's sale may yet be paid or forwarded, in seconds.

    One that was begun after the journal was lost cannot be of the lost journal.
    """
    decided = evidence.odd or evidence.seen(Direction.OUT, EntryState.SUCCESS)
    if (
        decided
        or evidence.invoice is None
        or invoice_made_at(evidence) > (lost.asked_at or shown_at)
    ):
        return 0
    moving = [
        *evidence.seen(Direction.IN, EntryState.SUCCESS),
        *evidence.seen(Direction.OUT, EntryState.PENDING),
    ]
    if moving:
        return SETTLE_S // 4 if shown_at - moving[-1].at < SETTLE_S else 0
    return max(0, evidence.invoice.expires_at + SETTLE_S - shown_at)


def _payout_may_be_under_way(evidence: SaleEvidence) -> bool:
    """Whether a payout of it might be on its way, with an invoice that nobody here knows."""
    paid = evidence.seen(Direction.IN, EntryState.SUCCESS)
    sent = evidence.seen(Direction.OUT, EntryState.SUCCESS, EntryState.PENDING)
    return bool(paid) and not sent and not evidence.payouts

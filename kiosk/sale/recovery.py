"""A lost journal, rebuilt from what was saved of it and from Blink's ledger (law of money, M11).

Blink's ledger decides. What it shows as forwarded is never sent again; what was paid and not
forwarded goes on its way; what can still be paid is watched. What cannot be decided is raised as an
alarm and never paid.

Only what this installation began is taken up: another kiosk may have the same KIOSK_ID, and forward
its own sales at this moment. What carries our KIOSK_ID and another installation's id, or one of a
release that knew none, is an alarm as well, if it looks as if its money had stayed. Its code may be
paid late from a Blink wallet: Blink is asked until a day after its end (M8).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

from kiosk.sale.backoff import delay_s
from kiosk.sale.effects import FetchLedgerHistory, Step
from kiosk.sale.events import LedgerHistoryResult
from kiosk.sale.facts import Fact, ForeignCodesAwaited, JournalRebuilt
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
from kiosk.sale.watched_invoices import WATCHED_S, times_after_end

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
    shown = {evidence.id: evidence for evidence in evidence_by_sale(lost.salvaged, history)}
    own, others = _open_sales(till, lost, shown.values(), shown_at)
    if lost.own_done:
        own = []
    elif event.asked_s - lost.asked_s < SETTLE_S and any(map(_payout_may_be_under_way, own)):
        return Step(replace(till, lost_journal=replace(lost, due_s=till.now_s + SETTLE_S / 4)))
    recovered = Recovered()
    for evidence in own:
        recover_own_sale(evidence, history, shown_at, till, recovered)
    waits_s = [_undecided_for_s(evidence, shown_at) for evidence in others]
    for evidence, wait_s in zip(others, waits_s, strict=True):
        if wait_s == 0:
            recover_foreign_sale(evidence, till, recovered)
    alarms = (*till.alarms, *recovered.alarms)
    alarmed = {alarm.sale for alarm in alarms if alarm.sale is not None}
    waiting = replace(
        lost,
        own_done=True,
        tries=0,
        due_s=event.asked_s + min(filter(None, waits_s), default=0),
        alarmed=lost.alarmed | alarmed,
    )
    rebuilt = replace(
        till,
        lost_journal=waiting,
        watched_invoices=MappingProxyType({**till.watched_invoices, **recovered.watched_invoices}),
        forwards=MappingProxyType({**till.forwards, **recovered.forwards}),
        recently_paid=MappingProxyType({**recovered.recently_paid, **till.recently_paid}),
        alarms=alarms,
    )
    step = Step(rebuilt, tuple(recovered.facts))
    if not any(waits_s):
        step = step.then(partial(_await_late_payments, waiting, others, event.asked_s, shown_at))
    if lost.own_done or not lost.restored:
        return step
    return step.then(partial(take_over_other_payouts, shown=shown))


def _open_sales(
    till: Till, lost: LostJournal, shown: Iterable[SaleEvidence], shown_at: int
) -> tuple[list[SaleEvidence], list[SaleEvidence]]:
    """This installation's sales that are not taken up yet, and others' that need no alarm yet.

    One that another installation began after the journal was lost cannot be of the lost journal.
    """
    known = {watched.sale.id for watched in till.watched_invoices.values()}
    known |= {forward.sale.id for forward in till.forwards.values()}
    known |= {alarm.sale for alarm in till.alarms if alarm.sale is not None}
    begun_before = lost.asked_at or shown_at
    own: list[SaleEvidence] = []
    others: list[SaleEvidence] = []
    for evidence in shown:
        if evidence.id in known or till.rules.is_of_this_run(evidence.id):
            continue
        if till.rules.is_own(evidence.id):
            own.append(evidence)
        elif evidence.id not in lost.alarmed and (
            evidence.salvaged is not None or invoice_made_at(evidence) <= begun_before
        ):
            others.append(evidence)
    return own, others


def _undecided_for_s(evidence: SaleEvidence, shown_at: int) -> int:
    """In how many seconds another installation's sale can be judged.

    Until then its code is up, or its payout may be on its way.
    """
    decided = evidence.odd or evidence.seen(Direction.OUT, EntryState.SUCCESS)
    if decided or evidence.invoice is None:
        return 0
    moving = [
        *evidence.seen(Direction.IN, EntryState.SUCCESS),
        *evidence.seen(Direction.OUT, EntryState.PENDING),
    ]
    if moving:
        return SETTLE_S // 4 if shown_at - moving[-1].at < SETTLE_S else 0
    return max(0, evidence.invoice.expires_at + SETTLE_S - shown_at)


def _await_late_payments(
    lost: LostJournal,
    others: Sequence[SaleEvidence],
    asked_s: float,
    shown_at: int,
    till: Till,
) -> Step:
    """The journal is rebuilt; only others' codes that ran out may be paid yet, for a day (M8).

    Nobody else tells of it: whoever began them may be gone.
    """
    begun_before = lost.asked_at or shown_at
    facts: list[Fact] = [JournalRebuilt(name) for name in lost.names]
    until = lost.awaited_until or _payable_until(others)
    if until <= shown_at:
        if lost.awaited_until is not None:
            facts.append(ForeignCodesAwaited(begun_before, None))
        return Step(replace(till, lost_journal=None), tuple(facts))
    if lost.awaited_until is None:
        facts.append(ForeignCodesAwaited(begun_before, until))
    ask_at = min(time for time in times_after_end(until - WATCHED_S) if time > shown_at)
    awaiting = replace(
        lost,
        names=(),
        salvaged=(),
        awaited_until=until,
        due_s=asked_s + ask_at - shown_at,
    )
    return Step(replace(till, lost_journal=awaiting), tuple(facts))


def _payable_until(others: Sequence[SaleEvidence]) -> int:
    """Until when an unpaid code among these can be paid, Unix seconds; 0 if there is none."""
    unpaid = (
        evidence.invoice.expires_at
        for evidence in others
        if evidence.invoice is not None
        and not evidence.odd
        and not evidence.seen(Direction.IN, EntryState.SUCCESS)
        and not evidence.seen(Direction.OUT, EntryState.SUCCESS, EntryState.PENDING)
    )
    return max(unpaid, default=-WATCHED_S) + WATCHED_S


def _payout_may_be_under_way(evidence: SaleEvidence) -> bool:
    """Whether a payout of it might be on its way, with an invoice that nobody here knows."""
    paid = evidence.seen(Direction.IN, EntryState.SUCCESS)
    sent = evidence.seen(Direction.OUT, EntryState.SUCCESS, EntryState.PENDING)
    return bool(paid) and not sent and not evidence.payouts

"""A lost journal, rebuilt from what was saved of it and from Blink's ledger (law of money, M11).

Blink's ledger decides. What it shows as forwarded is never sent again; what was paid and not
forwarded goes on its way; what can still be paid is watched. What cannot be decided is raised as an
alarm and never paid.

Only what this installation began is taken up: another kiosk may have the same KIOSK_ID, and forward
its own sales at this moment. What carries our KIOSK_ID and another installation's id, or one of a
release that knew none, is an alarm as well, if it looks as if its money had stayed.
"""

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from kiosk.sale.backoff import delay_s
from kiosk.sale.effects import FetchLedgerHistory, Step
from kiosk.sale.facts import (
    Ending,
    Fact,
    ForwardStatus,
    ForwardStatusChanged,
    InvoiceIssued,
    InvoiceNeverPaid,
    InvoicePaid,
    JournalRebuilt,
    PayoutIssued,
    RecoveredFact,
    Sale,
    SaleLeftScreen,
    SaleStarted,
    SaleUndecided,
)
from kiosk.sale.ids import Direction, parse_sale_id
from kiosk.sale.invoice import Invoice, PaymentHash, SaleId
from kiosk.sale.ledger_history import (
    EntryState,
    HistoryEntry,
    LedgerHistory,
    LostJournal,
    SaleEvidence,
    evidence_by_sale,
)
from kiosk.sale.memo import sale_memo
from kiosk.sale.money import SAT, Fiat
from kiosk.sale.till import Alarm, Forward, Till, WatchedInvoice
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.watched_invoices import WATCHED_S

# A payout of the program that lost its journal may still be on its way to Blink: a payment younger
# than this is looked at again before a payout invoice is made anew for it.
SETTLE_S: Final = 120

_FIRST_PAUSE_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 300.0


@dataclass
class _Recovered:
    """What the rebuilding comes to."""

    facts: list[Fact] = field(default_factory=list)
    watched_invoices: dict[PaymentHash, WatchedInvoice] = field(default_factory=dict)
    forwards: dict[PaymentHash, Forward] = field(default_factory=dict)
    alarms: list[Alarm] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Case:
    """One sale that was lost, with the invoice it was about; `made_at` is Unix seconds."""

    traces: SaleEvidence
    sale: Sale
    invoice: Invoice
    made_at: int
    till: Till

    def begun(self) -> list[Fact]:
        """That it was begun, and had a code."""
        return [
            RecoveredFact(SaleStarted(self.sale), self.made_at),
            RecoveredFact(InvoiceIssued(self.sale.id, self.invoice), self.made_at),
        ]

    def paid(self, at: int) -> list[Fact]:
        """That it was paid, as far as this journal knows after it had left the screen."""
        return [RecoveredFact(InvoicePaid(self.sale.id, self.invoice.payment_hash, late=True), at)]

    def payouts(self, last: Invoice, at: int) -> list[Fact]:
        """The payout invoices up to the one that counts, numbered anew."""
        known = self.traces.payouts
        hashes = [payout.payment_hash for payout in known]
        earlier = hashes.index(last.payment_hash) if last.payment_hash in hashes else len(hashes)
        return [
            RecoveredFact(PayoutIssued(self.sale.id, payout, number), at)
            for number, payout in enumerate((*known[:earlier], last), start=1)
        ]

    def forward(self, payout: Invoice | None) -> Forward:
        """Its forward: looked up before anything else, if there is something to look up."""
        return Forward(
            self.sale,
            self.invoice,
            payout,
            ForwardStatus.PLANNED if payout is None else ForwardStatus.UNKNOWN,
            due_s=self.till.now_s,
            generation=len(self.payouts(payout, 0)) if payout is not None else 1,
            late=True,
            maybe_sent=payout is not None,
            paid_s=self.till.now_s,
        )


def ask_if_due(till: Till) -> Step:
    """Ask Blink about the sales of a lost journal, when it is time."""
    lost = till.lost_journal
    account = till.account if till.can_forward else None
    if lost is None or account is None or till.journal_trouble is not None:
        return Step(till)
    if lost.due_s is None or lost.due_s > till.now_s:
        return Step(till)
    asked_at = till.unix_s if lost.asked_at is None else lost.asked_at
    asking = replace(till, lost_journal=replace(lost, due_s=None, asked_at=asked_at))
    rules = till.rules
    return Step(asking, (), (FetchLedgerHistory(rules.kiosk_id, rules.installation, account),))


def handle_ledger_history(till: Till, history: LedgerHistory | None) -> Step:
    """Take up everything that was lost, in one step; or ask again, for as long as it takes."""
    lost = till.lost_journal
    if lost is None:
        return Step(till)
    if history is None:
        pause = delay_s(_FIRST_PAUSE_S, _LONGEST_PAUSE_S, lost.tries, till.rules.run)
        waiting = replace(lost, due_s=till.now_s + pause, tries=lost.tries + 1)
        return Step(replace(till, lost_journal=waiting))
    known = {watched.sale.id for watched in till.watched_invoices.values()}
    known |= {forward.sale.id for forward in till.forwards.values()}
    known |= {alarm.sale for alarm in till.alarms if alarm.sale is not None}
    own: list[SaleEvidence] = []
    others: list[SaleEvidence] = []
    for evidence in evidence_by_sale(lost.salvaged, history):
        if evidence.id not in known and not _is_of_this_run(evidence.id, till):
            (own if _is_own(evidence.id, till) else others).append(evidence)
    if lost.own_done:
        own = []
    elif any(_payout_may_be_under_way(evidence, till.unix_s) for evidence in own):
        return Step(replace(till, lost_journal=replace(lost, due_s=till.now_s + SETTLE_S / 4)))
    recovered = _Recovered()
    for evidence in own:
        _recover_sale(evidence, history, till, recovered)
    wait_s = max((_undecided_for_s(other, lost, till) for other in others), default=0)
    if wait_s == 0:
        for evidence in others:
            _judge_foreign(evidence, lost, till, recovered)
    rebuilt = replace(
        till,
        lost_journal=replace(lost, own_done=True, due_s=till.now_s + wait_s) if wait_s else None,
        watched_invoices=MappingProxyType({**till.watched_invoices, **recovered.watched_invoices}),
        forwards=MappingProxyType({**till.forwards, **recovered.forwards}),
        alarms=(*till.alarms, *recovered.alarms),
    )
    done = () if wait_s else tuple(JournalRebuilt(name) for name in lost.names)
    return Step(rebuilt, (*recovered.facts, *done))


def undecided_alarm(sale: SaleId, reason: str) -> Alarm:
    """The alarm for a sale that cannot be decided."""
    return Alarm(Trouble(TroubleKind.UNDECIDED, sale, reason), sale)


def _is_own(sale: SaleId, till: Till) -> bool:
    parts = parse_sale_id(sale)
    return parts is not None and parts.installation == till.rules.installation


def _is_of_this_run(sale: SaleId, till: Till) -> bool:
    parts = parse_sale_id(sale)
    return _is_own(sale, till) and parts is not None and parts.run == till.rules.run


def _undecided_for_s(evidence: SaleEvidence, lost: LostJournal, till: Till) -> int:
    """How long another installation's sale may yet be paid or forwarded, in seconds.

    One that was begun after the journal was lost cannot be of the lost journal.
    """
    now = till.unix_s
    decided = evidence.odd or evidence.seen(Direction.OUT, EntryState.SUCCESS)
    if decided or evidence.invoice is None or _made_at(evidence) > (lost.asked_at or now):
        return 0
    moving = [
        *evidence.seen(Direction.IN, EntryState.SUCCESS),
        *evidence.seen(Direction.OUT, EntryState.PENDING),
    ]
    if moving:
        return SETTLE_S // 4 if now - moving[-1].at < SETTLE_S else 0
    return max(0, evidence.invoice.expires_at + SETTLE_S - now)


def _judge_foreign(
    evidence: SaleEvidence, lost: LostJournal, till: Till, recovered: _Recovered
) -> None:
    """Decide about a sale that another installation began, or nobody can say which: never paid.

    Another kiosk's sales that are forwarded are none of ours. What was saved of them from the
    damaged journal is history again.
    """
    sent = evidence.seen(Direction.OUT, EntryState.SUCCESS)
    under_way = evidence.seen(Direction.OUT, EntryState.PENDING)
    received = evidence.seen(Direction.IN, EntryState.SUCCESS)
    if (
        not evidence.odd
        and evidence.salvaged is None
        and _made_at(evidence) > (lost.asked_at or till.unix_s)
    ):
        return
    paid = bool(received) or (evidence.salvaged is not None and evidence.was_paid)
    if evidence.odd or under_way or (paid and not sent):
        _raise_undecided(
            evidence, "begun by another installation, or by a release before", recovered
        )
    elif len({entry.amount for entry in (*received, *sent)}) > 1 or len(sent) > 1:
        _raise_undecided(evidence, "the ledger shows other amounts, or more payments", recovered)
    elif sent and evidence.salvaged is not None and evidence.invoice is not None:
        case = _Case(
            evidence,
            _sale_from_evidence(evidence, evidence.invoice, till),
            evidence.invoice,
            _made_at(evidence),
            till,
        )
        _recover_forwarded(case, received, sent[0], recovered)


def _made_at(evidence: SaleEvidence) -> int:
    """When a sale's invoice was made, Unix seconds; 0 without one."""
    if evidence.made is not None:
        return evidence.made.made_at
    return (
        evidence.invoice.expires_at - evidence.invoice.lifetime_s
        if evidence.invoice is not None
        else 0
    )


def _payout_may_be_under_way(evidence: SaleEvidence, now: int) -> bool:
    """Whether a payout of it might still be on its way, with an invoice that nobody here knows."""
    paid = evidence.seen(Direction.IN, EntryState.SUCCESS)
    sent = evidence.seen(Direction.OUT, EntryState.SUCCESS, EntryState.PENDING)
    return bool(paid) and not sent and not evidence.payouts and now - paid[-1].at < SETTLE_S


def _recover_sale(
    evidence: SaleEvidence, history: LedgerHistory, till: Till, recovered: _Recovered
) -> None:
    """Decide about one sale."""
    invoice = evidence.invoice
    sent = evidence.seen(Direction.OUT, EntryState.SUCCESS)
    under_way = evidence.seen(Direction.OUT, EntryState.PENDING)
    received = evidence.seen(Direction.IN, EntryState.SUCCESS)
    if evidence.odd:
        _raise_undecided(evidence, "Blink shows something of it that cannot be read", recovered)
        return
    if invoice is None:
        if sent or under_way or received:
            _raise_undecided(evidence, "payments, and no invoice", recovered)
        return  # nobody can have seen a code
    made_at = _made_at(evidence)
    case = _Case(evidence, _sale_from_evidence(evidence, invoice, till), invoice, made_at, till)
    odd = [entry for entry in (*sent, *under_way, *received) if entry.amount != invoice.amount]
    if odd or len(sent) + len(under_way) > 1:
        _raise_undecided(evidence, "the ledger shows other amounts, or more payments", recovered)
    elif sent:
        _recover_forwarded(case, received, sent[0], recovered)
    elif under_way:
        _recover_under_way(case, under_way[0], recovered)
    elif made_at < history.since or (evidence.made is None and not received):
        if evidence.was_paid:
            _raise_undecided(evidence, "Blink does not show it among the last days'", recovered)
    elif received:
        _recover_paid(case, received[0], recovered)
    else:
        _recover_unpaid(case, recovered)


def _recover_forwarded(
    case: _Case, received: list[HistoryEntry], sent: HistoryEntry, recovered: _Recovered
) -> None:
    """The merchant has it: history, as far as Blink still shows it."""
    if sent.invoice is None or not received:
        return
    sale, paid_at = case.sale.id, received[0].at
    recovered.facts += [
        *case.begun(),
        RecoveredFact(SaleLeftScreen(sale, Ending.PAID), paid_at),
        RecoveredFact(InvoicePaid(sale, case.invoice.payment_hash, late=False), paid_at),
        *case.payouts(sent.invoice, sent.at),
        RecoveredFact(
            ForwardStatusChanged(sale, ForwardStatus.SETTLED, sent.payment_hash), sent.at
        ),
    ]


def _recover_under_way(case: _Case, sent: HistoryEntry, recovered: _Recovered) -> None:
    """Blink is paying it out at this moment: looked up until it is decided."""
    if sent.invoice is None:
        _raise_undecided(case.traces, "a payout under way, and no invoice of it", recovered)
        return
    recovered.facts += [*case.begun(), *case.paid(sent.at), *case.payouts(sent.invoice, sent.at)]
    recovered.forwards[case.invoice.payment_hash] = case.forward(sent.invoice)


def _recover_paid(case: _Case, received: HistoryEntry, recovered: _Recovered) -> None:
    """Paid and not forwarded: on its way, with the payout invoice of old if that was saved.

    Else it is made under its external id of old, which finds it where our key may look. Where it
    may not, another is made: the ledger shows that nothing was sent for this sale.
    """
    recovered.facts += [*case.begun(), *case.paid(received.at)]
    payout = case.traces.payouts[-1] if case.traces.payouts else None
    if payout is not None:
        recovered.facts += case.payouts(payout, received.at)
    recovered.forwards[case.invoice.payment_hash] = case.forward(payout)


def _recover_unpaid(case: _Case, recovered: _Recovered) -> None:
    """Not paid: watched for as long as it could still be (M8)."""
    evidence, invoice, till = case.traces, case.invoice, case.till
    final_at = invoice.expires_at + WATCHED_S
    left = RecoveredFact(SaleLeftScreen(case.sale.id, evidence.ending), till.unix_s)
    recovered.facts += [*case.begun(), left]
    if final_at < till.unix_s or (evidence.salvaged is not None and evidence.salvaged.final):
        recovered.facts.append(InvoiceNeverPaid(case.sale.id, invoice.payment_hash))
        return
    payout = evidence.payouts[0] if len(evidence.payouts) == 1 else None
    if payout is not None:
        recovered.facts += case.payouts(payout, case.made_at)
    recovered.watched_invoices[invoice.payment_hash] = WatchedInvoice(
        case.sale,
        invoice,
        payout,
        next_check_s=till.now_s,
        final_s=till.now_s + final_at - till.unix_s,
        ending=evidence.ending,
        cancel_wanted=evidence.ending is Ending.INTERRUPTED and invoice.expires_at > till.unix_s,
    )


def _raise_undecided(evidence: SaleEvidence, why: str, recovered: _Recovered) -> None:
    recovered.facts.append(SaleUndecided(evidence.id, why))
    recovered.alarms.append(undecided_alarm(evidence.id, why))


def _sale_from_evidence(evidence: SaleEvidence, invoice: Invoice, till: Till) -> Sale:
    """The sale as it was saved, or as much of it as its invoice says."""
    if evidence.salvaged is not None and evidence.salvaged.sale.amount == invoice.amount:
        return evidence.salvaged.sale
    price = Fiat(invoice.amount, SAT)
    return Sale(
        id=evidence.id,
        amount=invoice.amount,
        price=price,
        rate=None,
        started_at=invoice.expires_at - invoice.lifetime_s,
        memo=sale_memo(till.seller, price),
    )

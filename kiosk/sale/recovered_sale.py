"""One sale of a lost journal, rebuilt from what was saved of it and from Blink's ledger (M11)."""

from dataclasses import dataclass, field

from kiosk.sale.facts import (
    Ending,
    Fact,
    ForwardStatus,
    ForwardStatusChanged,
    InvoiceIssued,
    InvoiceNeverPaid,
    InvoicePaid,
    PayoutIssued,
    RecoveredFact,
    Sale,
    SaleLeftScreen,
    SaleStarted,
    SaleUndecided,
)
from kiosk.sale.ids import Direction
from kiosk.sale.invoice import Invoice, PaymentHash, SaleId
from kiosk.sale.ledger_history import (
    EntryState,
    HistoryEntry,
    LedgerHistory,
    SaleEvidence,
)
from kiosk.sale.memo import sale_memo
from kiosk.sale.money import SAT, Fiat
from kiosk.sale.till import Alarm, Forward, RecentlyPaid, Till, WatchedInvoice
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.watched_invoices import WATCHED_S


@dataclass
class Recovered:
    """What the rebuilding comes to."""

    facts: list[Fact] = field(default_factory=list)
    watched_invoices: dict[PaymentHash, WatchedInvoice] = field(default_factory=dict)
    forwards: dict[PaymentHash, Forward] = field(default_factory=dict)
    recently_paid: dict[PaymentHash, RecentlyPaid] = field(default_factory=dict)
    alarms: list[Alarm] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Case:
    """One sale that was lost, with the invoice it was about; `made_at` is Unix seconds."""

    evidence: SaleEvidence
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
        known = self.evidence.payouts
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
            maybe_sent=payout is not None,
            paid_s=self.till.now_s,
        )


def recover_own_sale(
    evidence: SaleEvidence,
    history: LedgerHistory,
    shown_at: int,
    till: Till,
    recovered: Recovered,
) -> None:
    """Decide about a sale that this installation began.

    `shown_at` is when Blink was asked for its history, Unix seconds.
    """
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
    made_at = invoice_made_at(evidence)
    case = _Case(evidence, _sale_from_evidence(evidence, invoice, till), invoice, made_at, till)
    odd = [entry for entry in (*sent, *under_way, *received) if entry.amount != invoice.amount]
    if odd or len(sent) + len(under_way) > 1:
        _raise_undecided(evidence, "the ledger shows other amounts, or more payments", recovered)
    elif sent:
        _recover_forwarded(case, received, sent[0], recovered)
    elif under_way:
        _recover_under_way(case, under_way[0], recovered)
    elif made_at < history.since and (evidence.was_paid or received):
        _raise_undecided(evidence, "Blink does not show all that became of it", recovered)
    elif evidence.made is None and not received:
        if evidence.was_paid:
            _raise_undecided(evidence, "Blink does not show it among the last days'", recovered)
        elif made_at < history.since and invoice.expires_at + WATCHED_S > shown_at:
            _recover_unpaid(case, shown_at, recovered)
    elif received:
        _recover_paid(case, received[0], recovered)
    else:
        _recover_unpaid(case, shown_at, recovered)


def recover_foreign_sale(evidence: SaleEvidence, till: Till, recovered: Recovered) -> None:
    """Decide about a sale that another installation began, or nobody can say which: never paid.

    Another kiosk's sales that are forwarded are none of ours. What was saved of them from the
    damaged journal is history again.
    """
    sent = evidence.seen(Direction.OUT, EntryState.SUCCESS)
    under_way = evidence.seen(Direction.OUT, EntryState.PENDING)
    received = evidence.seen(Direction.IN, EntryState.SUCCESS)
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
            invoice_made_at(evidence),
            till,
        )
        _recover_forwarded(case, received, sent[0], recovered)


def undecided_alarm(sale: SaleId, reason: str) -> Alarm:
    """The alarm for a sale that cannot be decided."""
    return Alarm(Trouble(TroubleKind.UNDECIDED, sale, reason), sale)


def invoice_made_at(evidence: SaleEvidence) -> int:
    """When a sale's invoice was made, Unix seconds; 0 without one."""
    if evidence.made is not None:
        return evidence.made.made_at
    return (
        evidence.invoice.expires_at - evidence.invoice.lifetime_s
        if evidence.invoice is not None
        else 0
    )


def _recover_forwarded(
    case: _Case, received: list[HistoryEntry], sent: HistoryEntry, recovered: Recovered
) -> None:
    """The merchant has it: history, as far as Blink still shows it.

    Its invoice may be paid a second time, or has been, so it is asked about as at any start (M12).
    """
    if sent.invoice is None or not received:
        return
    sale, paid_at = case.sale.id, received[0].at
    left_s = case.invoice.expires_at - case.till.unix_s
    if left_s + WATCHED_S > 0:
        recovered.recently_paid[case.invoice.payment_hash] = RecentlyPaid(
            case.sale, case.invoice, case.till.now_s + max(0, left_s)
        )
    recovered.facts += [
        *case.begun(),
        RecoveredFact(SaleLeftScreen(sale, Ending.PAID), paid_at),
        RecoveredFact(InvoicePaid(sale, case.invoice.payment_hash, late=False), paid_at),
        *case.payouts(sent.invoice, sent.at),
        RecoveredFact(
            ForwardStatusChanged(sale, ForwardStatus.SETTLED, sent.payment_hash), sent.at
        ),
    ]


def _recover_under_way(case: _Case, sent: HistoryEntry, recovered: Recovered) -> None:
    """Blink is paying it out at this moment: looked up until it is decided."""
    if sent.invoice is None:
        _raise_undecided(case.evidence, "a payout under way, and no invoice of it", recovered)
        return
    recovered.facts += [*case.begun(), *case.paid(sent.at), *case.payouts(sent.invoice, sent.at)]
    recovered.forwards[case.invoice.payment_hash] = case.forward(sent.invoice)


def _recover_paid(case: _Case, received: HistoryEntry, recovered: Recovered) -> None:
    """Paid and not forwarded: on its way, with the payout invoice of old if that was saved.

    Else it is made under its external id of old, which finds it where our key may look. Where it
    may not, another is made: the ledger shows that nothing was sent for this sale.
    """
    recovered.facts += [*case.begun(), *case.paid(received.at)]
    payout = case.evidence.payouts[-1] if case.evidence.payouts else None
    if payout is not None:
        recovered.facts += case.payouts(payout, received.at)
    recovered.forwards[case.invoice.payment_hash] = case.forward(payout)


def _recover_unpaid(case: _Case, shown_at: int, recovered: Recovered) -> None:
    """Not paid when Blink was asked: watched for as long as it could still be (M8)."""
    evidence, invoice, till = case.evidence, case.invoice, case.till
    final_at = invoice.expires_at + WATCHED_S
    left = RecoveredFact(SaleLeftScreen(case.sale.id, evidence.ending), till.unix_s)
    recovered.facts += [*case.begun(), left]
    if final_at < shown_at or (evidence.salvaged is not None and evidence.salvaged.final):
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


def _raise_undecided(evidence: SaleEvidence, why: str, recovered: Recovered) -> None:
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

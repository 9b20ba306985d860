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

from kiosk.sale.effects import AskPast, Step
from kiosk.sale.entry import Tip
from kiosk.sale.facts import (
    Ending,
    Fact,
    ForwardMoved,
    ForwardStatus,
    FromBlink,
    InvoiceFinal,
    InvoiceIssued,
    InvoicePaid,
    JournalRebuilt,
    PayoutIssued,
    Sale,
    SaleLeft,
    SaleStarted,
    SaleUndecided,
)
from kiosk.sale.ids import Way, parse_sale_id
from kiosk.sale.invoice import Invoice, PaymentHash, SaleId
from kiosk.sale.memo import sale_memo
from kiosk.sale.money import SAT, Fiat
from kiosk.sale.past import EntryState, Lost, Past, PastEntry, Traces, traces
from kiosk.sale.pauses import pause_s
from kiosk.sale.till import Alarm, Forward, Till, Watch
from kiosk.sale.trouble import Trouble, TroubleKind

# A payout of the program that lost its journal may still be on its way to Blink: a payment younger
# than this is looked at again before a payout invoice is made anew for it.
SETTLE_S: Final = 120

_DAY_S: Final = 86_400
_FIRST_PAUSE_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 300.0


@dataclass
class _Found:
    """What the rebuilding comes to."""

    facts: list[Fact] = field(default_factory=list)
    watches: dict[PaymentHash, Watch] = field(default_factory=dict)
    forwards: dict[PaymentHash, Forward] = field(default_factory=dict)
    alarms: list[Alarm] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Case:
    """One sale that was lost, with the invoice it was about; `made_at` is Unix seconds."""

    traces: Traces
    sale: Sale
    invoice: Invoice
    made_at: int
    till: Till

    def begun(self) -> list[Fact]:
        """That it was begun, and had a code."""
        return [
            FromBlink(SaleStarted(self.sale), self.made_at),
            FromBlink(InvoiceIssued(self.sale.id, self.invoice), self.made_at),
        ]

    def paid(self, at: int) -> list[Fact]:
        """That it was paid, as far as this journal knows after it had left the screen."""
        return [FromBlink(InvoicePaid(self.sale.id, self.invoice.payment_hash, late=True), at)]

    def payouts(self, last: Invoice, at: int) -> list[Fact]:
        """The payout invoices up to the one that counts, numbered anew."""
        known = self.traces.payouts
        names = [each.payment_hash for each in known]
        before = names.index(last.payment_hash) if last.payment_hash in names else len(names)
        return [
            FromBlink(PayoutIssued(self.sale.id, each, number), at)
            for number, each in enumerate((*known[:before], last), start=1)
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


def due(till: Till) -> Step:
    """Ask Blink about the sales of a lost journal, when it is time."""
    lost = till.lost
    if lost is None or till.account is None or till.journal_trouble is not None:
        return Step(till)
    if lost.due_s is None or lost.due_s > till.now_s:
        return Step(till)
    asked_at = till.unix_s if lost.asked_at is None else lost.asked_at
    asking = replace(till, lost=replace(lost, due_s=None, asked_at=asked_at))
    rules = till.rules
    return Step(asking, (), (AskPast(rules.kiosk_id, rules.installation, till.account),))


def told(till: Till, past: Past | None) -> Step:
    """Take up everything that was lost, in one step; or ask again, for as long as it takes."""
    lost = till.lost
    if lost is None:
        return Step(till)
    if past is None:
        pause = pause_s(_FIRST_PAUSE_S, _LONGEST_PAUSE_S, lost.tries, till.rules.boot)
        waiting = replace(lost, due_s=till.now_s + pause, tries=lost.tries + 1)
        return Step(replace(till, lost=waiting))
    known = {watch.sale.id for watch in till.watches.values()}
    known |= {forward.sale.id for forward in till.forwards.values()}
    known |= {alarm.sale for alarm in till.alarms if alarm.sale is not None}
    own: list[Traces] = []
    others: list[Traces] = []
    for one in traces(lost.saved, past):
        if one.id not in known and not _is_of_this_run(one.id, till):
            (own if _is_own(one.id, till) else others).append(one)
    if lost.own_done:
        own = []
    elif any(_may_be_under_way(one, till.unix_s) for one in own):
        return Step(replace(till, lost=replace(lost, due_s=till.now_s + SETTLE_S / 4)))
    found = _Found()
    for one in own:
        _take_up(one, past, till, found)
    wait_s = max((_undecided_for_s(one, lost, till) for one in others), default=0)
    if wait_s == 0:
        for one in others:
            _judge_foreign(one, lost, till, found)
    after = replace(
        till,
        lost=replace(lost, own_done=True, due_s=till.now_s + wait_s) if wait_s else None,
        watches=MappingProxyType({**till.watches, **found.watches}),
        forwards=MappingProxyType({**till.forwards, **found.forwards}),
        alarms=(*till.alarms, *found.alarms),
    )
    done = () if wait_s else tuple(JournalRebuilt(name) for name in lost.names)
    return Step(after, (*found.facts, *done))


def alarm_of(sale: SaleId, reason: str) -> Alarm:
    """The alarm for a sale that cannot be decided."""
    return Alarm(Trouble(TroubleKind.UNDECIDED, sale, reason), sale)


def _is_own(sale: SaleId, till: Till) -> bool:
    parts = parse_sale_id(sale)
    return parts is not None and parts.installation == till.rules.installation


def _is_of_this_run(sale: SaleId, till: Till) -> bool:
    parts = parse_sale_id(sale)
    return _is_own(sale, till) and parts is not None and parts.run == till.rules.boot


def _undecided_for_s(one: Traces, lost: Lost, till: Till) -> int:
    """How long another installation's sale may yet be paid or forwarded, in seconds.

    One that was begun after the journal was lost cannot be of the lost journal.
    """
    now = till.unix_s
    decided = one.odd or one.seen(Way.OUT, EntryState.SUCCESS)
    if decided or one.invoice is None or _made_at(one) > (lost.asked_at or now):
        return 0
    moving = [*one.seen(Way.IN, EntryState.SUCCESS), *one.seen(Way.OUT, EntryState.PENDING)]
    if moving:
        return SETTLE_S // 4 if now - moving[-1].at < SETTLE_S else 0
    return max(0, one.invoice.expires_at + SETTLE_S - now)


def _judge_foreign(one: Traces, lost: Lost, till: Till, found: _Found) -> None:
    """Decide about a sale that another installation began, or nobody can say which: never paid.

    Another kiosk's sales that are forwarded are none of ours. What was saved of them from the
    damaged journal is history again.
    """
    sent = one.seen(Way.OUT, EntryState.SUCCESS)
    under_way = one.seen(Way.OUT, EntryState.PENDING)
    received = one.seen(Way.IN, EntryState.SUCCESS)
    if not one.odd and one.saved is None and _made_at(one) > (lost.asked_at or till.unix_s):
        return
    paid = bool(received) or (one.saved is not None and one.was_paid)
    if one.odd or under_way or (paid and not sent):
        _undecided(one, "begun by another installation, or by a release before", found)
    elif len({each.amount for each in (*received, *sent)}) > 1 or len(sent) > 1:
        _undecided(one, "the ledger shows other amounts, or more payments", found)
    elif sent and one.saved is not None and one.invoice is not None:
        case = _Case(one, _sale(one, one.invoice, till), one.invoice, _made_at(one), till)
        _forwarded(case, received, sent[0], found)


def _made_at(one: Traces) -> int:
    """When a sale's invoice was made, Unix seconds; 0 without one."""
    if one.made is not None:
        return one.made.made_at
    return one.invoice.expires_at - one.invoice.lifetime_s if one.invoice is not None else 0


def _may_be_under_way(one: Traces, now: int) -> bool:
    """Whether a payout of it might still be on its way, with an invoice that nobody here knows."""
    paid = one.seen(Way.IN, EntryState.SUCCESS)
    sent = one.seen(Way.OUT, EntryState.SUCCESS, EntryState.PENDING)
    return bool(paid) and not sent and not one.payouts and now - paid[-1].at < SETTLE_S


def _take_up(one: Traces, past: Past, till: Till, found: _Found) -> None:
    """Decide about one sale."""
    invoice = one.invoice
    sent = one.seen(Way.OUT, EntryState.SUCCESS)
    under_way = one.seen(Way.OUT, EntryState.PENDING)
    received = one.seen(Way.IN, EntryState.SUCCESS)
    if one.odd:
        _undecided(one, "Blink shows something of it that cannot be read", found)
        return
    if invoice is None:
        if sent or under_way or received:
            _undecided(one, "payments, and no invoice", found)
        return  # nobody can have seen a code
    made_at = _made_at(one)
    case = _Case(one, _sale(one, invoice, till), invoice, made_at, till)
    odd = [each for each in (*sent, *under_way, *received) if each.amount != invoice.amount]
    if odd or len(sent) + len(under_way) > 1:
        _undecided(one, "the ledger shows other amounts, or more payments", found)
    elif sent:
        _forwarded(case, received, sent[0], found)
    elif under_way:
        _on_its_way(case, under_way[0], found)
    elif made_at < past.since or (one.made is None and not received):
        if one.was_paid:
            _undecided(one, "Blink does not show it among the last days'", found)
    elif received:
        _paid(case, received[0], found)
    else:
        _open(case, found)


def _forwarded(case: _Case, received: list[PastEntry], sent: PastEntry, found: _Found) -> None:
    """The merchant has it: history, as far as Blink still shows it."""
    if sent.invoice is None or not received:
        return
    sale, paid_at = case.sale.id, received[0].at
    found.facts += [
        *case.begun(),
        FromBlink(SaleLeft(sale, Ending.PAID), paid_at),
        FromBlink(InvoicePaid(sale, case.invoice.payment_hash, late=False), paid_at),
        *case.payouts(sent.invoice, sent.at),
        FromBlink(ForwardMoved(sale, ForwardStatus.SETTLED, sent.payment_hash), sent.at),
    ]


def _on_its_way(case: _Case, sent: PastEntry, found: _Found) -> None:
    """Blink is paying it out at this moment: looked up until it is decided."""
    if sent.invoice is None:
        _undecided(case.traces, "a payout under way, and no invoice of it", found)
        return
    found.facts += [*case.begun(), *case.paid(sent.at), *case.payouts(sent.invoice, sent.at)]
    found.forwards[case.invoice.payment_hash] = case.forward(sent.invoice)


def _paid(case: _Case, received: PastEntry, found: _Found) -> None:
    """Paid and not forwarded: on its way, with the payout invoice of old if that was saved.

    Else it is made under its external id of old, which finds it where our key may look. Where it
    may not, another is made: the ledger shows that nothing was sent for this sale.
    """
    found.facts += [*case.begun(), *case.paid(received.at)]
    payout = case.traces.payouts[-1] if case.traces.payouts else None
    if payout is not None:
        found.facts += case.payouts(payout, received.at)
    found.forwards[case.invoice.payment_hash] = case.forward(payout)


def _open(case: _Case, found: _Found) -> None:
    """Not paid: watched for as long as it could still be (M8)."""
    one, invoice, till = case.traces, case.invoice, case.till
    final_at = invoice.expires_at + _DAY_S
    left = FromBlink(SaleLeft(case.sale.id, one.ending), till.unix_s)
    found.facts += [*case.begun(), left]
    if final_at < till.unix_s or (one.saved is not None and one.saved.final):
        found.facts.append(InvoiceFinal(case.sale.id, invoice.payment_hash))
        return
    payout = one.payouts[0] if len(one.payouts) == 1 else None
    if payout is not None:
        found.facts += case.payouts(payout, case.made_at)
    found.watches[invoice.payment_hash] = Watch(
        case.sale,
        invoice,
        payout,
        ask_s=till.now_s,
        final_s=till.now_s + final_at - till.unix_s,
        ending=one.ending,
        cancel_wanted=one.ending is Ending.INTERRUPTED and invoice.expires_at > till.unix_s,
    )


def _undecided(one: Traces, why: str, found: _Found) -> None:
    found.facts.append(SaleUndecided(one.id, why))
    found.alarms.append(alarm_of(one.id, why))


def _sale(one: Traces, invoice: Invoice, till: Till) -> Sale:
    """The sale as it was saved, or as much of it as its invoice tells."""
    if one.saved is not None and one.saved.sale.amount == invoice.amount:
        return one.saved.sale
    price = Fiat(invoice.amount, SAT)
    return Sale(
        id=one.id,
        amount=invoice.amount,
        price=price,
        rate=None,
        started_at=invoice.expires_at - invoice.lifetime_s,
        memo=sale_memo(price, (), Tip(), invoice.amount, till.rules.kiosk_id),
    )

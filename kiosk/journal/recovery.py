"""Journal -> the forwards to finish and the questions to ask at start."""

from dataclasses import dataclass

from kiosk.sale.facts import Ending, ForwardStatus, Sale
from kiosk.sale.invoice import Invoice, PaymentHash, SaleId
from kiosk.sale.past import Lost
from kiosk.sale.till import Aftermath, Forward, Watch
from kiosk.sale.trouble import Trouble
from kiosk.sale.watch import DAY_S


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice nobody is known to have paid, and which could still be."""

    sale: Sale
    invoice: Invoice
    payout: Invoice | None
    ending: Ending | None  # None: it was on the screen when the program ended
    held: bool = False  # begun in another installation: if it is paid, the manager decides


@dataclass(frozen=True, slots=True)
class OpenForward:
    """A paid sale whose money the merchant does not have yet."""

    sale: Sale
    invoice: Invoice
    payout: Invoice | None
    generation: int
    status: ForwardStatus
    was_sent: bool
    late: bool
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was unfinished when the program ended; `settled` are the last day's, for M12.

    `retry`: somebody has asked for another try, also of what was stopped.
    """

    invoices: tuple[OpenInvoice, ...]
    forwards: tuple[OpenForward, ...]
    settled: tuple[tuple[Sale, Invoice], ...]
    retry: bool = False

    @property
    def interrupted(self) -> tuple[Sale, ...]:
        """Sales that were on the screen."""
        return tuple(one.sale for one in self.invoices if one.ending is None)


@dataclass(frozen=True, slots=True)
class TakenUp:
    """Everything in the journal that the start goes on with.

    `undecided` are sales of a lost journal that a person has to look at, with the reasons;
    `wrong_pins` how many were typed in a row.
    """

    recovery: Recovery
    undecided: tuple[tuple[SaleId, str], ...] = ()
    lost: Lost | None = None
    wrong_pins: int = 0


def resume(
    recovery: Recovery, now_s: float, unix_s: int
) -> tuple[dict[PaymentHash, Watch], dict[PaymentHash, Forward], dict[PaymentHash, Aftermath]]:
    """Take up what was unfinished; everything is due at once.

    `now_s` is monotonic. `unix_s` may be wrong by years at boot, so an invoice is never given up
    by it alone: each is asked about at least once, and lives on for a day if its end is unclear.
    """
    watches = {}
    for one in recovery.invoices:
        left_s = min(
            max(0.0, float(one.invoice.expires_at - unix_s)), float(one.invoice.lifetime_s)
        )
        watches[one.invoice.payment_hash] = Watch(
            one.sale,
            one.invoice,
            one.payout,
            ask_s=now_s,
            final_s=now_s + left_s + DAY_S,
            ending=one.ending or Ending.INTERRUPTED,
            cancel_wanted=one.ending is None and not one.held,
            held=one.held,
        )
    forwards = {
        one.invoice.payment_hash: _forward(one, now_s, retry=recovery.retry)
        for one in recovery.forwards
    }
    aftermath = {
        invoice.payment_hash: Aftermath(sale, invoice, now_s + invoice.lifetime_s)
        for sale, invoice in recovery.settled
    }
    return watches, forwards, aftermath


def _forward(one: OpenForward, now_s: float, *, retry: bool) -> Forward:
    """A forward that can have been sent is looked up before anything else (M6).

    By the journal it may only be planned: but this may be an older copy of the journal.
    """
    if one.status is ForwardStatus.STOPPED:
        status = ForwardStatus.UNKNOWN if retry else ForwardStatus.STOPPED
    else:
        status = ForwardStatus.PLANNED if one.payout is None else ForwardStatus.UNKNOWN
    return Forward(
        one.sale,
        one.invoice,
        one.payout,
        status,
        due_s=now_s,
        generation=one.generation,
        late=one.late,
        paid_s=now_s,
        maybe_sent=one.was_sent,
        sent_noted=one.was_sent,
        noted=(one.status, one.trouble.kind if one.trouble is not None else None),
        trouble=one.trouble,
    )

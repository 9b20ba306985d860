"""Journal -> the forwards to finish and the questions to ask at start."""

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.sale.facts import Ending, ForwardStatus, Sale
from kiosk.sale.invoice import Invoice, PaymentHash, SaleId, WalletId
from kiosk.sale.ledger_history import LostJournal
from kiosk.sale.till import Alarm, Forward, RecentlyPaid, WatchedInvoice
from kiosk.sale.trouble import Trouble
from kiosk.sale.watched_invoices import WATCHED_S


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice nobody is known to have paid, and which could still be."""

    sale: Sale
    invoice: Invoice
    payout: Invoice | None
    ending: Ending | None  # None: it was on the screen when the program ended
    held: bool = False  # begun in another installation: if it is paid, the manager decides
    unproven: bool = False  # said to be paid, without a proof (direct sales)
    first_code: PaymentHash | None = None  # of the sale that this is a new code for
    other_paid: bool = False  # another code of the same sale has been paid


@dataclass(frozen=True, slots=True)
class OpenForward:
    """A paid sale whose money the merchant does not have yet."""

    sale: Sale
    invoice: Invoice
    payout: Invoice | None
    generation: int
    status: ForwardStatus
    was_sent: bool
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was unfinished when the program ended; `settled` are the last day's, for M12.

    `retry`: somebody has asked for another try, also of what was stopped. `unreviewed` are direct
    sales with an unproven payment that the manager has not looked at.
    """

    invoices: tuple[OpenInvoice, ...]
    forwards: tuple[OpenForward, ...]
    settled: tuple[tuple[Sale, Invoice], ...]
    retry: bool = False
    unreviewed: tuple[Sale, ...] = ()

    @property
    def interrupted(self) -> tuple[Sale, ...]:
        """Sales that were on the screen."""
        return tuple(invoice.sale for invoice in self.invoices if invoice.ending is None)


@dataclass(frozen=True, slots=True)
class TakenUp:
    """Everything in the journal that the start goes on with.

    `undecided` are sales of a lost journal that a person has to look at, with the reasons;
    `late_money` are sales that were paid late, which nobody has read yet, oldest first;
    `unread_alarms` are those that only tell, which nobody has read yet, oldest first;
    `wrong_pins` how many were typed in a row, by whose PIN it is; `digits` the fraction digits
    accepted by currency, `merchant_wallets` the wallets accepted by the merchant's user name.
    """

    recovery: Recovery
    undecided: tuple[tuple[SaleId, str], ...]
    late_money: tuple[Sale, ...]
    unread_alarms: tuple[Alarm, ...]
    lost_journal: LostJournal | None
    wrong_pins: Mapping[str, int]
    digits: Mapping[str, int]
    merchant_wallets: Mapping[str, WalletId]


def resume(
    recovery: Recovery, now_s: float, unix_s: int
) -> tuple[
    dict[PaymentHash, WatchedInvoice], dict[PaymentHash, Forward], dict[PaymentHash, RecentlyPaid]
]:
    """Take up what was unfinished; everything is due at once.

    `now_s` is monotonic. `unix_s` may be wrong by years at boot, so an invoice is never given up
    by it alone: each is asked about at least once, and lives on for a day if its end is unclear.
    """
    watches = {}
    for open_invoice in recovery.invoices:
        left_s = min(
            max(0.0, float(open_invoice.invoice.expires_at - unix_s)),
            float(open_invoice.invoice.lifetime_s),
        )
        watches[open_invoice.invoice.payment_hash] = WatchedInvoice(
            open_invoice.sale,
            open_invoice.invoice,
            open_invoice.payout,
            next_check_s=now_s,
            final_s=now_s + left_s + WATCHED_S,
            ending=open_invoice.ending or Ending.INTERRUPTED,
            cancel_wanted=open_invoice.ending is None
            and not open_invoice.held
            and not open_invoice.sale.direct,
            unproven=open_invoice.unproven,
            held=open_invoice.held,
            earlier=(open_invoice.first_code,) if open_invoice.first_code is not None else (),
            other_paid=open_invoice.other_paid,
        )
    forwards = {
        forward.invoice.payment_hash: _forward(forward, now_s, retry=recovery.retry)
        for forward in recovery.forwards
    }
    recently_paid = {
        invoice.payment_hash: RecentlyPaid(sale, invoice, now_s + invoice.lifetime_s)
        for sale, invoice in recovery.settled
    }
    return watches, forwards, recently_paid


def _forward(forward: OpenForward, now_s: float, *, retry: bool) -> Forward:
    """A forward that can have been sent is looked up before anything else (M6).

    By the journal it may only be planned: but this may be an older copy of the journal.
    """
    if forward.status is ForwardStatus.STOPPED:
        status = ForwardStatus.UNKNOWN if retry else ForwardStatus.STOPPED
    else:
        status = ForwardStatus.PLANNED if forward.payout is None else ForwardStatus.UNKNOWN
    return Forward(
        forward.sale,
        forward.invoice,
        forward.payout,
        status,
        due_s=now_s,
        generation=forward.generation,
        paid_s=now_s,
        maybe_sent=forward.was_sent,
        sent_noted=forward.was_sent,
        noted=(forward.status, forward.trouble.kind if forward.trouble is not None else None),
        trouble=forward.trouble,
    )

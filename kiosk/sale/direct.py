"""Direct sales: the merchant's own invoice, from proof to received. Nothing is forwarded.

Every decision in which a direct sale differs is here: what it costs to begin one, what proves a
payment (D3), what follows from it, when an invoice left behind is asked about, and what happens
when somebody says "paid" and cannot prove it.
"""

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale import odd_money
from kiosk.sale.days import DAY_S
from kiosk.sale.effects import CloseSale, Effect, OpenDirectSale, PlaySound, Sound, Step
from kiosk.sale.facts import (
    DirectInvoiceNeverPaid,
    DirectInvoicePaid,
    DirectPaymentReviewed,
    DirectPaymentUnproven,
    Ending,
    Sale,
)
from kiosk.sale.invoice import Invoice, PaymentHash
from kiosk.sale.money import Sats
from kiosk.sale.screens import AwaitingPayment, SaleReceived
from kiosk.sale.till import Forward, Till, WatchedInvoice
from kiosk.sale.trouble import Trouble, TroubleKind

# The server of a Lightning address is asked about a code that has left the screen so long after
# that, ever more rarely, and last shortly after the invoice's own end (D6).
_ASK_AFTER_LEAVING_S: Final = (5.0, 30.0, 120.0, 600.0, 3600.0, 21_600.0, 86_400.0, 604_800.0)
AFTER_END_S: Final = 60.0

_KEY_TROUBLES: Final = (TroubleKind.KEY_REFUSED, TroubleKind.KEY_SCOPE)


def open_sale(till: Till, sale: Sale) -> Effect:
    """Ask for the invoice in the merchant's name."""
    assert till.account is not None
    return OpenDirectSale(sale, till.rules.invoice_min, till.account)


def amount_trouble(till: Till, amount: Sats) -> Trouble | None:
    """Why the merchant's server would make no invoice for this amount."""
    payee = till.account.payee if till.account is not None else None
    if payee is None:
        return None
    if amount < payee.least:
        return Trouble(TroubleKind.AMOUNT_TOO_SMALL, str(payee.least))
    if payee.most is not None and amount > payee.most:
        return Trouble(TroubleKind.AMOUNT_TOO_LARGE, str(payee.most))
    return None


def undecided(till: Till) -> Trouble | None:
    """The unproven payment that the manager has to look at before another sale begins."""
    unproven = (
        alarm.trouble for alarm in till.alarms if alarm.trouble.kind is TroubleKind.PAYMENT_UNPROVEN
    )
    return next(unproven, None)


def handle_paid(till: Till, watch: WatchedInvoice, *, late: bool) -> Step:
    """A preimage proves the payment: it is received. The invoice is watched no more."""
    name, sale = watch.invoice.payment_hash, watch.sale
    rest = {other: w for other, w in till.watched_invoices.items() if other != name}
    alarms = tuple(
        alarm
        for alarm in till.alarms
        if alarm.sale != sale.id or alarm.trouble.kind is not TroubleKind.PAYMENT_UNPROVEN
    )
    after = replace(till, watched_invoices=MappingProxyType(rest), alarms=alarms)
    step = Step(after, (DirectInvoicePaid(sale.id, name, late=late),))
    if not watch.other_paid:
        return step
    both = Trouble(TroubleKind.RECEIVED_BOTH_CODES, str(sale.amount))
    return step.then(lambda t: odd_money.tell(t, both, sale.id))


def celebrate(till: Till, sale: Sale) -> Step:
    """Show the animation at once: the merchant has the money."""
    shown = replace(till, screen=SaleReceived(sale, till.now_s))
    return Step(shown, (), (PlaySound(Sound.PAID), CloseSale(sale.id, Ending.PAID)))


def handle_unproven(till: Till, name: PaymentHash) -> Step:
    """Said to be paid and not proven: journaled, told beside the code, and no sale after it.

    The code stays, and an honest answer after this one is still believed.
    """
    watch = till.watched_invoices.get(name)
    if watch is None or watch.unproven or not watch.sale.direct:
        return Step(till)
    trouble = Trouble(TroubleKind.PAYMENT_UNPROVEN, str(watch.sale.amount))
    noted = {**till.watched_invoices, name: replace(watch, unproven=True)}
    after = replace(till, watched_invoices=MappingProxyType(noted))
    screen = after.screen
    if isinstance(screen, AwaitingPayment) and screen.invoice.payment_hash == name:
        after = replace(after, screen=replace(screen, notice=trouble))
    return Step(
        after.with_alarm(trouble, watch.sale.id), (DirectPaymentUnproven(watch.sale.id, name),)
    )


def put_alarms_away(till: Till) -> Step:
    """The manager has read the alarms; that each was read or looked at is kept."""
    reviewed = tuple(
        DirectPaymentReviewed(alarm.sale)
        for alarm in till.alarms
        if alarm.trouble.kind is TroubleKind.PAYMENT_UNPROVEN and alarm.sale is not None
    )
    return Step(replace(till, alarms=()), (*reviewed, *odd_money.read_facts(till.alarms)))


def watched_until_s(invoice: Invoice, now_s: float) -> float:
    """When an unpaid invoice is given up: a code at Blink can be paid from there for ever."""
    return now_s + invoice.lifetime_s + (AFTER_END_S if invoice.verify_url else DAY_S)


def next_verify_s(watch: WatchedInvoice, now_s: float) -> float:
    """When the server of an address is asked again about a code that has left the screen."""
    left_s = watch.left_s if watch.left_s is not None else now_s
    times = [left_s + after for after in _ASK_AFTER_LEAVING_S]
    soon = min((at for at in times if at > now_s), default=now_s + _ASK_AFTER_LEAVING_S[-1])
    if now_s >= watch.final_s:  # no usable answer at its end
        return now_s + _ASK_AFTER_LEAVING_S[4]
    return min(soon, watch.final_s)


def give_up(till: Till, watch: WatchedInvoice) -> Step:
    """Nobody has paid it and nobody can any more."""
    name = watch.invoice.payment_hash
    rest = {other: w for other, w in till.watched_invoices.items() if other != name}
    after = replace(till, watched_invoices=MappingProxyType(rest))
    return Step(after, (DirectInvoiceNeverPaid(watch.sale.id, name),))


def is_past_asking(watch: WatchedInvoice, asked_s: float) -> bool:
    """Whether a server that gives no usable answer was asked for long enough, `asked_s` at last."""
    return bool(watch.invoice.verify_url) and asked_s >= watch.final_s + DAY_S


def needs_till_account(till: Till) -> bool:
    """Whether something of before the change to direct sales may still have to be forwarded."""
    forwarded = (watch for watch in till.watched_invoices.values() if not watch.sale.direct)
    return bool(till.forwards or till.recently_paid or till.lost_journal) or any(forwarded)


def can_pay_out(till: Till, forward: Forward) -> bool:
    """Whether a forward has somebody to go to: its payout invoice, or who makes one for it."""
    has_merchant = till.account is not None and bool(till.account.merchant_wallet)
    return has_merchant or forward.payout is not None


def warn_of_unfinished_forwards(till: Till) -> Till:
    """Say so where forwards of before the change to direct sales cannot be finished.

    They need the till's key, and an account at Blink that takes them. They stay in the journal.
    """
    if not till.rules.direct or till.account is None or not till.forwards:
        return till
    if till.can_forward:
        return warn_of_missing_merchant(till)
    trouble = till.account.till_trouble
    if trouble is not None and trouble.kind not in _KEY_TROUBLES:
        return till  # it passes, and the till account is asked again with the next sale
    return till.with_alarm(_waiting(TroubleKind.FORWARDS_NEED_KEY, len(till.forwards)))


def warn_of_missing_merchant(till: Till, *, refused: bool = False) -> Till:
    """Say so where nobody at Blink takes the forwards of before, or who should has `refused`."""
    waiting = sum(
        forward.payout is None and (refused or not can_pay_out(till, forward))
        for forward in till.forwards.values()
    )
    if not waiting:
        return till
    return till.with_alarm(_waiting(TroubleKind.FORWARDS_NEED_MERCHANT, waiting))


def _waiting(kind: TroubleKind, count: int) -> Trouble:
    return Trouble(kind, str(count))

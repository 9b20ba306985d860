"""What Blink says of an invoice, and what that changes on the screen (M4, M7)."""

from dataclasses import replace

from kiosk.sale import direct, new_code, watched_invoices
from kiosk.sale.code_on_screen import (
    ask_before_leaving,
    leave_code,
    leave_if_answered,
    with_check_answered,
)
from kiosk.sale.effects import PlaySound, Sound, Step
from kiosk.sale.events import InvoiceStatusResult
from kiosk.sale.facts import Ending, LateMoneyNoticed
from kiosk.sale.invoice import InvoiceStatus, PaymentHash
from kiosk.sale.screens import AwaitingPayment, CodeExpired, LeavingCode, Paid
from kiosk.sale.till import MOST_LATE, Till


def handle_invoice_status(till: Till, event: InvoiceStatusResult) -> Step:
    """Take in what is said of an invoice: its status, and how many payments it has had."""
    payment_hash = event.payment_hash
    if event.status is InvoiceStatus.PAID:
        step = handle_paid_status(till, payment_hash)
    else:
        step = watched_invoices.handle_not_paid(till, event)
        if event.status is InvoiceStatus.UNPROVEN:
            step = step.then(lambda t: direct.handle_unproven(t, payment_hash))
        step = step.then(lambda t: handle_unpaid_status(t, event))
    if event.payments is None:
        return step
    payments = event.payments
    counted = step.then(lambda t: watched_invoices.handle_payment_count(t, payment_hash, payments))
    return counted.then(lambda t: Step(watched_invoices.forget_paid_if_final(t, event)))


def handle_paid_status(till: Till, payment_hash: PaymentHash) -> Step:
    """An invoice of ours is paid; if that is known already, nothing changes."""
    screen = till.screen.awaiting if isinstance(till.screen, LeavingCode) else till.screen
    shown = isinstance(screen, AwaitingPayment) and screen.invoice.payment_hash == payment_hash
    earlier = new_code.is_earlier(till, payment_hash)
    step = watched_invoices.handle_paid(till, payment_hash, on_screen=shown)
    if not step.facts:
        return step
    sale = till.watched_invoices[payment_hash].sale
    if earlier:
        return step.then(lambda t: new_code.handle_earlier_paid(t, payment_hash, sale))
    # Paid at the last moment: whoever still stands before the run-out code wants to know.
    if not isinstance(screen, AwaitingPayment | CodeExpired) or screen.sale.id != sale.id:
        late_money = (*step.till.late_money, sale)[-MOST_LATE:]
        telling = replace(step.till, late_money=late_money)
        return replace(step, till=telling, facts=(*step.facts, LateMoneyNoticed(sale.id)))
    if sale.direct:
        return step.then(lambda t: direct.celebrate(t, sale))
    paid = replace(step.till, screen=Paid(screen.sale, payment_hash, till.now_s))
    return Step(paid, step.facts, (PlaySound(Sound.PAID),))


def handle_unpaid_status(till: Till, event: InvoiceStatusResult) -> Step:
    """An answer that is not paid: the last question before leaving, or CHECK, or the end."""
    screen = till.screen
    match screen:
        case LeavingCode(awaiting) if awaiting.invoice.payment_hash == event.payment_hash:
            return leave_if_answered(till, replace(screen, status_answered=True))
        case CodeExpired(code=code) if screen.asking_s is not None and code == event.payment_hash:
            return new_code.make_new_code(till, screen)
        case AwaitingPayment() if screen.invoice.payment_hash == event.payment_hash:
            if event.status is InvoiceStatus.EXPIRED and event.payments is None:
                return ask_before_leaving(till, screen)  # pushed: the ledger has not been asked
            if event.status is InvoiceStatus.EXPIRED:
                return leave_code(till, screen, Ending.EXPIRED)
            checked = with_check_answered(screen, till.now_s, event.status)
            return Step(replace(till, screen=checked))
    return Step(till)

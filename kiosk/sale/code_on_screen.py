"""The code on the screen: shown, checked, paid, cancelled, left; its invoice stays watched (M8)."""

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale import direct, invoice_questions, watched_invoices
from kiosk.sale.choosing_cashier import screen_at_rest
from kiosk.sale.effects import (
    CancelInvoice,
    CloseSale,
    FetchDailyLimit,
    FetchInvoiceStatus,
    PlaySound,
    Sound,
    Step,
)
from kiosk.sale.entry import Entry
from kiosk.sale.events import (
    CancelInvoiceResult,
    CancelOutcome,
    ConnectionChanged,
    InvoiceCreated,
    InvoiceRefused,
)
from kiosk.sale.facts import (
    CodeReplaced,
    DirectInvoiceIssued,
    Ending,
    InvoiceIssued,
    Sale,
    SaleLeftScreen,
)
from kiosk.sale.invoice import InvoiceStatus, PaymentHash
from kiosk.sale.money import Currency
from kiosk.sale.prices import unit_by_code
from kiosk.sale.screens import (
    AwaitingPayment,
    ChoosingCashier,
    ChoosingItem,
    CodeExpired,
    EnteringAmount,
    Forwarded,
    LeavingCode,
    Paid,
    RequestingInvoice,
    SaleFailed,
    SaleReceived,
    Screen,
)
from kiosk.sale.service import put_out_of_service
from kiosk.sale.till import Till, WatchedInvoice
from kiosk.sale.trouble import Trouble, TroubleKind

BLOCKED_S: Final = 300.0  # Blink blocks invoice creation this long after 60 in a minute
CODE_SLACK_S: Final = 60

# "I paid" is no question that one answer settles: a payment may be under way.
CHECK_EVERY_S: Final = 2.0


def back_to_entry(till: Till) -> Step:
    """Back to rest, in the unit that was in use; a paid sale's socket is let go."""
    unit = till.unit_before or _unit_in_use(till)
    ready = replace(till, screen=screen_at_rest(till, Entry(unit)), unit_before=None)
    if isinstance(till.screen, Paid):
        return Step(ready, (), (CloseSale(till.screen.sale.id, Ending.PAID),))
    return Step(ready)


def end_without_code(till: Till, sale: Sale, ending: Ending, screen: Screen) -> Step:
    """A sale that never had a code on the screen ends; nobody can pay what nobody saw."""
    watched = {
        payment_hash: invoice
        for payment_hash, invoice in till.watched_invoices.items()
        if invoice.sale.id != sale.id
    }
    ended = replace(till, screen=screen, watched_invoices=MappingProxyType(watched))
    left = SaleLeftScreen(sale.id, ending, sale.direct)
    return Step(ended, (left,), (CloseSale(sale.id, ending),))


def without_check(screen: AwaitingPayment) -> AwaitingPayment:
    """The code with no CHECK being answered."""
    return replace(screen, check_until_s=None, check_due_s=None)


def ask_before_leaving(till: Till, awaiting: AwaitingPayment) -> Step:
    """The code's time is over: ask once before it goes, in case somebody has just paid it."""
    assert till.account is not None
    payment_hash = awaiting.invoice.payment_hash
    questions = invoice_questions.questions(till, (payment_hash,))
    watched = till.watched_invoices.get(payment_hash)
    # An invoice that Blink lets live longer than its code was shown is cancelled as well.
    # A direct sale's invoice cannot be cancelled: that takes a key of the merchant's.
    outlives = (
        not awaiting.sale.direct
        and watched is not None
        and watched.final_s - watched_invoices.WATCHED_S > till.now_s + 1
    )
    if outlives:
        questions = (*questions, CancelInvoice(payment_hash, till.account))
    leaving = LeavingCode(
        without_check(awaiting), Ending.EXPIRED, till.now_s, cancel_answered=not outlives
    )
    return Step(replace(till, screen=leaving), (), questions)


def leave_code(till: Till, awaiting: AwaitingPayment, ending: Ending) -> Step:
    """Take the code off the screen. Its invoice stays watched, so a late payment is found."""
    left = watched_invoices.leave_behind(till, awaiting.invoice.payment_hash, ending)
    screen: Screen = EnteringAmount(Entry(_unit_in_use(till)))
    if ending is Ending.EXPIRED:
        screen = CodeExpired(
            awaiting.sale, awaiting.entry, till.now_s, awaiting.invoice.payment_hash
        )
    return Step(
        replace(left, screen=screen),
        (SaleLeftScreen(awaiting.sale.id, ending, awaiting.sale.direct),),
        (CloseSale(awaiting.sale.id, ending),),
    )


def handle_invoice_created(till: Till, event: InvoiceCreated) -> Step:
    """The sale's invoice exists: journal it, watch it, and show its code."""
    screen = till.screen
    if not isinstance(screen, RequestingInvoice) or screen.sale.id != event.sale:
        return Step(till)
    invoice = event.invoice
    # Blink may let it live longer than was asked for: the code is shown no longer than that.
    ends_s = till.now_s + min(invoice.lifetime_s, till.rules.invoice_min * 60 + CODE_SLACK_S)
    watched = WatchedInvoice(
        screen.sale,
        invoice,
        final_s=direct.watched_until_s(invoice, till.now_s),
        earlier=till.earlier_codes,
    )
    shown = AwaitingPayment(screen.sale, screen.entry, invoice, till.now_s, ends_s)
    watching = replace(
        till,
        screen=shown,
        watched_invoices=MappingProxyType({**till.watched_invoices, invoice.payment_hash: watched}),
    )
    fact = DirectInvoiceIssued if screen.sale.direct else InvoiceIssued
    issued = fact(screen.sale.id, invoice)
    if not till.earlier_codes:
        return Step(watching, (issued,))
    return Step(watching, (issued, CodeReplaced(screen.sale.id, till.earlier_codes[0])))


def handle_invoice_refused(till: Till, event: InvoiceRefused) -> Step:
    """There is no invoice: end the sale, keep the amount, and say why."""
    screen, trouble = till.screen, event.trouble
    if not isinstance(screen, RequestingInvoice) or screen.sale.id != event.sale:
        return Step(till)
    step = end_without_code(
        till, screen.sale, Ending.REFUSED, EnteringAmount(screen.entry, trouble)
    )
    ended = step.till
    if trouble.kind is TroubleKind.TOO_MANY_INVOICES:
        ended = replace(ended, blocked_until_s=till.now_s + BLOCKED_S)
    sounded = replace(step, till=ended, effects=(*step.effects, PlaySound(Sound.REFUSED)))
    return sounded.then(lambda t: Step(put_out_of_service(t, trouble)))


def handle_connection_change(till: Till, event: ConnectionChanged) -> Step:
    """The connection of the sale on the screen came up, or went down."""
    screen = till.screen
    if not isinstance(screen, AwaitingPayment) or screen.sale.id != event.sale:
        return Step(till)
    return Step(replace(till, screen=replace(screen, connection=event.connection)))


def handle_cancel_result(till: Till, event: CancelInvoiceResult) -> Step:
    """Blink has answered the cancelling: leave the code, or show it again."""
    till = watched_invoices.note_cancel_result(till, event)
    screen = till.screen
    if (
        not isinstance(screen, LeavingCode)
        or screen.awaiting.invoice.payment_hash != event.payment_hash
    ):
        return Step(till)
    if event.answer is CancelOutcome.PROCESSED and till.now_s < screen.awaiting.ends_s:
        notice = Trouble(TroubleKind.PAYMENT_UNDER_WAY)
        return Step(replace(till, screen=replace(screen.awaiting, notice=notice)))
    return leave_if_answered(till, replace(screen, cancel_answered=True))


def leave_if_answered(till: Till, screen: LeavingCode) -> Step:
    """Leave the code once both the question and the cancelling are answered."""
    if screen.status_answered and screen.cancel_answered:
        return leave_code(till, screen.awaiting, screen.ending)
    return Step(replace(till, screen=screen))


def withdraw_code(till: Till, sale: str, trouble: Trouble) -> Step:
    """The merchant cannot be paid for good: no code, no sale, and it says why (M2)."""
    till = put_out_of_service(till, trouble)
    screen = till.screen.awaiting if isinstance(till.screen, LeavingCode) else till.screen
    if not isinstance(screen, AwaitingPayment) or screen.sale.id != sale or till.account is None:
        return Step(till)
    payment_hash = screen.invoice.payment_hash
    withdrawn = watched_invoices.leave_behind(till, payment_hash, Ending.REFUSED)
    watched = {
        **withdrawn.watched_invoices,
        payment_hash: replace(withdrawn.watched_invoices[payment_hash], cancel_wanted=True),
    }
    withdrawn = replace(
        withdrawn,
        screen=SaleFailed(trouble, screen.entry),
        watched_invoices=MappingProxyType(watched),
    )
    return Step(
        withdrawn,
        (SaleLeftScreen(screen.sale.id, Ending.REFUSED),),
        (
            FetchInvoiceStatus((payment_hash,), till.account, till.now_s),
            CancelInvoice(payment_hash, till.account),
            CloseSale(screen.sale.id, Ending.REFUSED),
        ),
    )


def celebrate_if_settled(till: Till, payment_hash: PaymentHash, step: Step) -> Step:
    """When a forward settles: the animation, if its sale is still on the screen (M7)."""
    forward = till.forwards.get(payment_hash)
    if forward is None or payment_hash in step.till.forwards:
        return step
    settled = watched_invoices.remember_paid(step.till, forward)
    assert till.account is not None
    asked = FetchInvoiceStatus((payment_hash,), till.account, till.now_s)
    questions = (FetchDailyLimit(), asked)
    screen = till.screen
    if not isinstance(screen, Paid) or screen.payment_hash != payment_hash:
        return Step(settled, step.facts, (*step.effects, *questions))
    shown = replace(settled, screen=Forwarded(screen.sale, till.now_s, screen.since_s))
    close = CloseSale(screen.sale.id, Ending.PAID)
    return Step(shown, step.facts, (*step.effects, PlaySound(Sound.FORWARDED), close, *questions))


def with_check_answered(
    screen: AwaitingPayment, now_s: float, status: InvoiceStatus
) -> AwaitingPayment:
    """The answer to CHECK: no payment seen yet, or nobody knows; asked again for a while.

    A payment that Blink holds under way looks like none, so this is never taken for unpaid.
    """
    if screen.check_until_s is None:
        return screen
    nobody_knows = status in (InvoiceStatus.UNKNOWN, InvoiceStatus.UNPROVEN)
    seen_none_s = screen.checked_s if nobody_knows else now_s
    answered = replace(screen, checked_s=seen_none_s)
    if now_s >= screen.check_until_s:
        return without_check(answered)
    return replace(answered, check_due_s=now_s + CHECK_EVERY_S)


def _unit_in_use(till: Till) -> Currency:
    """The unit the merchant was using: the next sale is typed in the same one."""
    match till.screen:
        case LeavingCode(awaiting):
            return awaiting.entry.unit
        case Paid(sale) | Forwarded(sale) | SaleReceived(sale):
            return sale.price.currency
        case EnteringAmount(entry) | ChoosingCashier(entry) | ChoosingItem(entry):
            return entry.unit
        case AwaitingPayment(entry=entry) | CodeExpired(entry=entry):
            return entry.unit
        case _:
            return unit_by_code(till, till.rules.units[0])

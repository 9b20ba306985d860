"""One sale, opened from a list behind the PIN: all that is known of it, and asking Blink again."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale import invoice_questions, printing, refunding
from kiosk.sale.effects import FetchDirectStatus, FetchInvoiceStatus, ReadSale, Step
from kiosk.sale.events import InvoiceStatusResult, SaleDetailsResult
from kiosk.sale.facts import Ending, ForwardStatus
from kiosk.sale.forward_steps import with_forward
from kiosk.sale.invoice import Invoice, PaymentHash, SaleId
from kiosk.sale.keys import Key
from kiosk.sale.manager_screens import ManagerPage, ManagerScreen, SaleScreen
from kiosk.sale.sale_record import SaleDetails, SaleRecord, SaleState
from kiosk.sale.till import RecentlyPaid, Till, WatchedInvoice
from kiosk.sale.trouble import TroubleKind

_ENDINGS: Final[Mapping[SaleState, Ending]] = MappingProxyType(
    {
        SaleState.CANCELLED: Ending.CANCELLED,
        SaleState.EXPIRED: Ending.EXPIRED,
        SaleState.REFUSED: Ending.REFUSED,
    }
)


def open_sale(till: Till, manager: ManagerScreen, record: SaleRecord) -> Step:
    """Show a sale of the list, with what the journal knows of it besides."""
    opened = SaleScreen(SaleDetails(record), manager, since_s=till.now_s)
    return Step(replace(till, screen=opened), (), (ReadSale(record.sale.id),))


def open_by_id(till: Till, sale: SaleId) -> Step:
    """Show a sale that is not in the list of the page: it is opened once the journal answers."""
    return Step(till, (), (ReadSale(sale),))


def handle_key(till: Till, screen: SaleScreen, key: Key) -> Step:
    """A key on the page of a sale: back, its neighbours, its receipt, ask Blink, or give back."""
    awake = replace(screen, since_s=till.now_s)
    match key:
        case Key.CLEAR:
            return Step(replace(till, screen=replace(screen.manager, since_s=till.now_s)))
        case Key.PLUS | Key.DELETE:
            neighbour = _neighbour(screen, 1 if key is Key.PLUS else -1)
            if neighbour is not None:
                return open_sale(till, screen.manager, neighbour)
        case Key.CHECK if refunding.left_minor(screen.details) > 0:
            return refunding.open_refund(till, awake)
        case Key.CURRENCY if printing.has_receipt(screen):
            return printing.open_receipt(till, awake)
        case Key.CHARGE if can_ask(till, screen):
            return _ask(replace(till, screen=awake), awake)
    return Step(replace(till, screen=awake))


def can_ask(till: Till, screen: SaleScreen) -> bool:
    """Whether Blink can be asked about it: it has a code, and the account is known."""
    if screen.details.invoice is None or till.account is None or screen.asking:
        return False
    return screen.details.record.sale.direct or till.can_forward


def handle_details(till: Till, event: SaleDetailsResult) -> Step:
    """What the journal knows of a sale: shown if its page is open, or its list."""
    screen, record = till.screen, event.details.record
    match screen:
        case SaleScreen() if screen.details.record.sale.id == record.sale.id:
            return Step(replace(till, screen=replace(screen, details=event.details)))
        case ManagerScreen():
            opened = SaleScreen(event.details, screen, since_s=till.now_s)
            return Step(replace(till, screen=opened))
    return Step(till)


def note_status(till: Till, event: InvoiceStatusResult) -> Step:
    """Blink's answer about the sale whose page is open; what has become of it is read again."""
    screen = till.screen
    if not isinstance(screen, SaleScreen) or not screen.asking:
        return Step(till)
    if _payment_hash(screen) != event.payment_hash:
        return Step(till)
    noted = replace(screen, asking=False, answer=event.status, since_s=till.now_s)
    return Step(replace(till, screen=noted), (), (ReadSale(screen.details.record.sale.id),))


def _payment_hash(screen: SaleScreen) -> PaymentHash | None:
    invoice = screen.details.invoice
    return invoice.payment_hash if invoice is not None else None


def _neighbour(screen: SaleScreen, step: int) -> SaleRecord | None:
    sales = screen.manager.sales.sales if screen.manager.page is ManagerPage.HISTORY else ()
    here = [record.sale.id for record in sales]
    if screen.details.record.sale.id not in here:
        return None
    place = here.index(screen.details.record.sale.id) + step
    return sales[place] if 0 <= place < len(sales) else None


def _ask(till: Till, screen: SaleScreen) -> Step:
    """Ask about the invoice, whatever became of it; what Blink says then has its usual way.

    An invoice that was given up as never paid is watched once more, until this answer: if it was
    paid after all, its money is recorded and forwarded like any late money.
    """
    invoice = screen.details.invoice
    assert invoice is not None  # `can_ask`
    payment_hash = invoice.payment_hash
    asking = replace(till, screen=replace(screen, asking=True, answer=None))
    forward = till.forwards.get(payment_hash)
    if forward is not None:
        if not forward.busy and forward.status is not ForwardStatus.STOPPED:
            asking = with_forward(asking, payment_hash, replace(forward, due_s=till.now_s))
        return _question(asking, screen, invoice)
    if payment_hash in till.watched_invoices:
        return invoice_questions.ask_about(asking, [payment_hash])
    if screen.details.record.paid_at is None:
        watched = {**asking.watched_invoices, payment_hash: _watched_again(till, screen, invoice)}
        asking = replace(asking, watched_invoices=MappingProxyType(watched))
        return invoice_questions.ask_about(asking, [payment_hash])
    return _question(_counting_payments(asking, screen, invoice), screen, invoice)


def _question(till: Till, screen: SaleScreen, invoice: Invoice) -> Step:
    assert till.account is not None  # `can_ask`
    if screen.details.record.sale.direct:
        return Step(till, (), (FetchDirectStatus((invoice,), till.now_s),))
    question = FetchInvoiceStatus((invoice.payment_hash,), till.account, till.now_s)
    return Step(till, (), (question,))


def _counting_payments(till: Till, screen: SaleScreen, invoice: Invoice) -> Till:
    """A second payment of a sale that was forwarded long ago is recorded and raised too (M12)."""
    details = screen.details
    if details.record.sale.direct or invoice.payment_hash in till.recently_paid:
        return till
    paid = RecentlyPaid(details.record.sale, invoice, till.now_s, max(1, details.payments))
    recently_paid = {**till.recently_paid, invoice.payment_hash: paid}
    return replace(till, recently_paid=MappingProxyType(recently_paid))


def _watched_again(till: Till, screen: SaleScreen, invoice: Invoice) -> WatchedInvoice:
    details = screen.details
    record = details.record
    unproven = record.trouble is not None and record.trouble.kind is TroubleKind.PAYMENT_UNPROVEN
    return WatchedInvoice(
        record.sale,
        invoice,
        details.payout,
        next_check_s=till.now_s,
        final_s=till.now_s,
        ending=_ENDINGS.get(record.state, Ending.INTERRUPTED),
        earlier=(details.first_code,) if details.first_code is not None else (),
        other_paid=details.other_paid,
        unproven=unproven,
        held=details.held,
    )

"""(till, event) -> (till, facts, effects): the sale on the screen and everything around it.

Pure: no clock, no I/O. Read `transition` first, then follow the event you came for. Keys are in
`handle_key`, the way to an invoice in `checkout`, the way off the screen in `leave_code`, the money
on its way in `forwards`, invoices left behind in `watched_invoices`.
"""

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale import checkout, forwards, manager, new_code, recovery, timers
from kiosk.sale.backoff import delay_s
from kiosk.sale.code_on_screen import (
    celebrate_if_settled,
    handle_cancel_result,
    handle_invoice_created,
    handle_invoice_refused,
    withdraw_code,
)
from kiosk.sale.device import DeviceActionResult
from kiosk.sale.effects import (
    GoIdle,
    Step,
)
from kiosk.sale.events import (
    AccountFetched,
    AccountFetchFailed,
    CancelInvoiceResult,
    ConnectionChanged,
    DailyLimitResult,
    DeviceFailed,
    Event,
    InvoiceCreated,
    InvoiceRefused,
    InvoiceStatusResult,
    JournalFailed,
    JournalWritable,
    KeyPressed,
    KeyReleased,
    KeyStuck,
    LedgerHistoryResult,
    LetterTyped,
    LookUpPayoutResult,
    MerchantReceived,
    MerchantUpdatesChanged,
    NodesResult,
    PayoutCreated,
    PayoutRefused,
    RatesFetched,
    RatesFetchFailed,
    RetryRequested,
    SalesHistoryResult,
    SendForwardResult,
    SettingsRefused,
    Tick,
)
from kiosk.sale.forwards import handle_direct_payment
from kiosk.sale.invoice import SaleId
from kiosk.sale.invoice_status import handle_invoice_status
from kiosk.sale.key_press import handle_key
from kiosk.sale.key_timing import note_screen_change
from kiosk.sale.limits import count_paid
from kiosk.sale.screens import AwaitingPayment, ManagerScreen, RequestingInvoice
from kiosk.sale.service import (
    FETCH_FIRST_DELAY_S,
    FETCH_LONGEST_DELAY_S,
    handle_journal_failure,
    put_in_service,
    put_out_of_service,
)
from kiosk.sale.status_light import with_trouble_sound
from kiosk.sale.till import Alarm, FetchingAccount, Ready, Till
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.watched_invoices import handle_payout_created
from kiosk.sale.wifi import WifiJoinResult, WifiScanResult

# A payout invoice that has been refused for so long is refused, and not a passing whim.
PAYOUT_PATIENCE_S: Final = 120.0
_PASSING: Final = frozenset(
    {
        TroubleKind.NO_CONNECTION,
        TroubleKind.CLOCK_WRONG,
        TroubleKind.LOGIN_PAGE,
        TroubleKind.TOO_MANY_INVOICES,
    }
)


def transition(till: Till, event: Event) -> Step:
    """Say where the till goes next, what must be durable first, and what to do after that."""
    step = _handle(till, event)
    if not isinstance(event, JournalFailed):  # it has no facts: they could not be written either
        step = step.then(timers.run_due).then(forwards.start_due)
    after = count_paid(note_screen_change(till, step.till), step.facts)
    step = replace(step, till=new_code.forget_earlier_codes(after))
    step = with_trouble_sound(till, step)
    if timers.needs_connection(till) and not timers.needs_connection(step.till):
        return replace(step, effects=(*step.effects, GoIdle()))
    return step


def _handle(till: Till, event: Event) -> Step:
    match event:
        case Tick(now_s, unix_s):
            return Step(replace(till, now_s=now_s, unix_s=unix_s))
        case KeyPressed(key):
            return handle_key(replace(till, touched_s=till.now_s), key)
        case InvoiceStatusResult():
            return handle_invoice_status(till, event)
        case InvoiceCreated() | InvoiceRefused() | ConnectionChanged() | CancelInvoiceResult():
            return _handle_sale_event(till, event)
        case PayoutCreated() | PayoutRefused() | SendForwardResult() | LookUpPayoutResult():
            return _handle_forward_event(till, event)
        case _:
            return _handle_other_event(till, event)


# --- Events of the sale on the screen ---------------------------------------------------------


def _handle_sale_event(
    till: Till, event: InvoiceCreated | InvoiceRefused | ConnectionChanged | CancelInvoiceResult
) -> Step:
    screen = till.screen
    match event:
        case InvoiceCreated(sale) if isinstance(screen, RequestingInvoice):
            return (
                handle_invoice_created(till, screen, event)
                if screen.sale.id == sale
                else Step(till)
            )
        case InvoiceRefused(sale, trouble) if isinstance(screen, RequestingInvoice):
            return (
                handle_invoice_refused(till, screen, trouble)
                if screen.sale.id == sale
                else Step(till)
            )
        case ConnectionChanged(sale, connection) if isinstance(screen, AwaitingPayment):
            if screen.sale.id != sale:
                return Step(till)
            return Step(replace(till, screen=replace(screen, connection=connection)))
        case CancelInvoiceResult():
            return handle_cancel_result(till, event)
    return Step(till)


# --- Events about money --------------------------------------------------------------------------


def _handle_forward_event(
    till: Till, event: PayoutCreated | PayoutRefused | SendForwardResult | LookUpPayoutResult
) -> Step:
    match event:
        case PayoutCreated(sale):
            return handle_payout_created(till, event) or forwards.take_payout(till, event)
        case PayoutRefused(sale, trouble, final):
            step = forwards.handle_payout_refused(till, event)
            if final:
                return step.then(lambda t: withdraw_code(t, sale, trouble))
            return step.then(lambda t: _payout_refused(t, sale, trouble))
        case SendForwardResult(invoice):
            return celebrate_if_settled(till, invoice, forwards.handle_send_result(till, event))
        case LookUpPayoutResult(invoice):
            return celebrate_if_settled(till, invoice, forwards.handle_look_up_result(till, event))


def _payout_refused(till: Till, sale: SaleId, trouble: Trouble) -> Step:
    """No payout invoice now. Refused for minutes it is an alarm, and no money is taken (M2).

    A way to Blink that is gone, or a pause that Blink imposes, is no refusal: it passes.
    """
    if trouble.kind in _PASSING:
        return Step(till)
    if trouble.kind is TroubleKind.PAYOUT_REFUSED:
        till = till.with_alarm(trouble, sale)
    watches, forwards = dict(till.watched_invoices), dict(till.forwards)
    since_s = till.now_s
    for name, watched in till.watched_invoices.items():
        if watched.sale.id == sale and watched.payout is None:
            since_s = till.now_s if watched.refused_s is None else watched.refused_s
            watches[name] = replace(watched, refused_s=since_s)
    for name, waiting in till.forwards.items():
        if waiting.sale.id == sale and waiting.payout is None:
            since_s = till.now_s if waiting.refused_s is None else waiting.refused_s
            forwards[name] = replace(waiting, refused_s=since_s)
    noted = replace(
        till, watched_invoices=MappingProxyType(watches), forwards=MappingProxyType(forwards)
    )
    if till.now_s - since_s < PAYOUT_PATIENCE_S:
        return Step(noted)
    refused = Trouble(TroubleKind.NO_PAYOUT, sale, trouble.reason or trouble.kind)
    return withdraw_code(noted.with_alarm(refused, sale), sale, refused)


# --- Events of the connection, the journal and the device
# ------------------------------------------


def _handle_other_event(till: Till, event: Event) -> Step:
    match event:
        case AccountFetched(account):
            return Step(put_in_service(till, account))
        case AccountFetchFailed(trouble) if isinstance(till.service, Ready):
            # It was made again beside a sale, which goes on; the next sale asks once more.
            return Step(put_out_of_service(replace(till, fetching_account=False), trouble))
        case AccountFetchFailed(trouble):
            tries = till.service.tries if isinstance(till.service, FetchingAccount) else 0
            pause = delay_s(FETCH_FIRST_DELAY_S, FETCH_LONGEST_DELAY_S, tries, till.rules.boot)
            waiting = FetchingAccount(tries + 1, till.now_s + pause, trouble)
            return Step(replace(till, service=waiting, fetching_account=False))
        case NodesResult(nodes) if till.account is not None:
            return Step(replace(till, account=till.account.with_nodes(nodes)))
        case RatesFetched(rates):
            return checkout.price_came(till, rates)
        case RatesFetchFailed(trouble):
            step = checkout.price_failed(till, trouble)
            return step.then(lambda t: Step(put_out_of_service(t, trouble)))
        case LedgerHistoryResult(history):
            return recovery.handle_ledger_history(till, history)
        case DailyLimitResult(left):
            return checkout.limit_told(replace(till, limit_left=left, limit_told_s=till.now_s))
        case KeyStuck(legend):
            others = tuple(key for key in till.stuck_keys if key != legend)
            return Step(replace(till, stuck_keys=(*others, legend)))
        case KeyReleased(legend):
            others = tuple(key for key in till.stuck_keys if key != legend)
            return Step(replace(till, stuck_keys=others))
        case JournalFailed(trouble):
            return handle_journal_failure(till, trouble)
        case JournalWritable():
            works = checkout.without_notice(till, till.journal_trouble)
            return Step(replace(works, journal_trouble=None, journal_due_s=None))
        case RetryRequested():
            return forwards.retry_all(replace(till, alarms=()))
        case SalesHistoryResult(today, since_close, rows) if isinstance(till.screen, ManagerScreen):
            read = replace(till.screen, totals=today, since_close=since_close, rows=rows)
            return Step(replace(till, screen=read))
        case LetterTyped(typed):
            return manager.handle_letter(till, typed)
        case DeviceActionResult():
            return manager.handle_device_result(till, event)
        case WifiScanResult() | WifiJoinResult():
            return manager.handle_wifi_result(till, event)
        case MerchantUpdatesChanged(updates):
            return Step(replace(till, updates=updates))
        case MerchantReceived(payment_hash, amount):
            return handle_direct_payment(till, payment_hash, amount)
        case SettingsRefused(trouble) | DeviceFailed(trouble):
            return Step(replace(till, alarms=(*till.alarms, Alarm(trouble))))
    return Step(till)

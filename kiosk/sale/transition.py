"""(till, event) -> (till, facts, effects): the sale on the screen and everything around it.

Pure: no clock, no I/O. Read `transition` first, then follow the event you came for: `_handle` names
the function that takes it. Pressing CHARGE is in `entry_keys` and `checkout`; the code on the
screen in `code_on_screen`; invoices that may still be paid, and the forward of one that is, in
`watched_invoices`; money on its way in `forwards`, whose `start_due` runs after each event.
"""

from dataclasses import replace

from kiosk.sale import (
    amount_notice,
    checkout,
    choosing_cashier,
    choosing_item,
    code_on_screen,
    copies,
    forwards,
    invoice_status,
    key_press,
    last_sales,
    manager,
    new_code,
    payouts,
    pin_entry,
    printing,
    recovery,
    sale_page,
    service,
    settings_steps,
    timers,
    waiting_for_price,
)
from kiosk.sale.customer_language import forget_customer_language
from kiosk.sale.device import CopyResult, DeviceActionResult, DeviceFactsResult
from kiosk.sale.effects import (
    CloseConnections,
    Step,
)
from kiosk.sale.events import (
    AccountFetched,
    AccountFetchFailed,
    BootFilesReported,
    CancelInvoiceResult,
    CashierSumsResult,
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
    MerchantWalletResult,
    NodesResult,
    PayoutCreated,
    PayoutNotMade,
    RatesFetched,
    RatesFetchFailed,
    RetryRequested,
    RowTouched,
    SaleDetailsResult,
    SalesHistoryResult,
    SendForwardResult,
    SettingsApplied,
    Tick,
)
from kiosk.sale.key_timing import note_screen_change
from kiosk.sale.limits import count_paid
from kiosk.sale.payee_lookup import PayeeFound, PayeeNotFound
from kiosk.sale.phone_setup import PhoneProgress
from kiosk.sale.receipt_request import PrinterChanged, ReceiptDetailsResult, ReceiptGivenUp
from kiosk.sale.sales_list import SalesPageResult
from kiosk.sale.settings_change import SettingsChangeResult
from kiosk.sale.status_light import with_trouble_sound
from kiosk.sale.till import Alarm, Till
from kiosk.sale.wifi import WifiJoinResult, WifiScanResult


def transition(till: Till, event: Event) -> Step:
    """Say where the till goes next, what must be durable first, and what to do after that."""
    step = _handle(till, event)
    if not isinstance(event, JournalFailed):  # it has no facts: they could not be written either
        step = step.then(timers.run_due).then(forwards.start_due)
    step = step.then(lambda after: Step(settings_steps.take_over_rules(after)))
    step = step.then(
        lambda after: Step(pin_entry.with_time_left(amount_notice.with_time_left(after)))
    )
    step = copies.with_copy_if_due(step)
    next_till = choosing_item.with_unit_of_before(step.till)
    next_till = count_paid(note_screen_change(till, next_till), step.facts)
    next_till = forget_customer_language(new_code.forget_earlier_codes(next_till))
    step = replace(step, till=next_till)
    step = last_sales.with_question(till, with_trouble_sound(till, printing.print_by_itself(step)))
    if timers.needs_connection(till) and not timers.needs_connection(step.till):
        return replace(step, effects=(*step.effects, CloseConnections()))
    return step


def _handle(till: Till, event: Event) -> Step:
    match event:
        # Time and people
        case Tick(now_s, unix_s):
            return Step(replace(till, now_s=now_s, unix_s=unix_s))
        case KeyPressed(key):
            return key_press.handle_key(replace(till, touched_s=till.now_s), key)
        case LetterTyped(letter):
            return manager.handle_letter(till, letter)
        case RowTouched(row):
            return key_press.handle_row(replace(till, touched_s=till.now_s), row)
        case KeyStuck(legend):
            return key_press.handle_stuck_key(till, legend)
        case KeyReleased(legend):
            return key_press.handle_released_key(till, legend)
        # The connection to Blink
        case AccountFetched(account):
            return service.put_in_service(till, account)
        case AccountFetchFailed(trouble):
            return service.handle_account_failure(till, trouble)
        case MerchantWalletResult(wallet):
            return service.handle_merchant_wallet(till, wallet)
        case NodesResult(nodes):
            return service.handle_nodes(till, nodes)
        case RatesFetched(rates):
            return waiting_for_price.handle_price(till, rates)
        case RatesFetchFailed(trouble):
            step = waiting_for_price.handle_price_failure(till, trouble)
            return step.then(lambda t: Step(service.put_out_of_service(t, trouble)))
        case DailyLimitResult(left):
            return checkout.handle_daily_limit(till, left)
        # The sale on the screen
        case InvoiceCreated():
            return code_on_screen.handle_invoice_created(till, event)
        case InvoiceRefused(trouble=trouble):
            step = code_on_screen.handle_invoice_refused(till, event)
            return step.then(lambda t: waiting_for_price.ask_until_answered(t, trouble))
        case ConnectionChanged():
            return code_on_screen.handle_connection_change(till, event)
        case CancelInvoiceResult():
            return code_on_screen.handle_cancel_result(till, event)
        # Money
        case InvoiceStatusResult():
            step = invoice_status.handle_invoice_status(till, event)
            return step.then(lambda after: sale_page.note_status(after, event))
        case PayoutCreated():
            return payouts.handle_payout_created(till, event)
        case PayoutNotMade():
            return payouts.handle_payout_not_made(till, event)
        case SendForwardResult(invoice_hash):
            step = forwards.handle_send_result(till, event)
            return code_on_screen.celebrate_if_settled(till, invoice_hash, step)
        case LookUpPayoutResult(invoice_hash):
            step = forwards.handle_look_up_result(till, event)
            return code_on_screen.celebrate_if_settled(till, invoice_hash, step)
        case RetryRequested():
            return service.retry_all(till)
        case MerchantReceived(payment_hash, amount):
            return forwards.handle_direct_payment(till, payment_hash, amount)
        case MerchantUpdatesChanged(updates):
            return Step(replace(till, updates=updates))
        # The journal
        case JournalFailed(trouble):
            return service.handle_journal_failure(till, trouble)
        case JournalWritable():
            return service.handle_journal_writable(till)
        case LedgerHistoryResult():
            return recovery.handle_ledger_history(till, event)
        case SalesHistoryResult():
            return manager.handle_sales_history(till, event)
        case SalesPageResult():
            return manager.handle_sales_page(till, event).then(
                lambda after: last_sales.handle_sales(after, event)
            )
        case CashierSumsResult():
            return choosing_cashier.handle_sums(till, event)
        case SaleDetailsResult():
            return sale_page.handle_details(till, event)
        case ReceiptDetailsResult():
            return printing.handle_details(till, event)
        # The device
        case DeviceActionResult():
            return manager.handle_device_result(till, event)
        case PrinterChanged():
            return printing.handle_printer(till, event)
        case ReceiptGivenUp(receipt):
            return printing.handle_given_up(till, receipt)
        case DeviceFactsResult(facts):
            return Step(replace(till, device=facts))
        case CopyResult():
            return copies.handle_copy_result(till, event)
        case WifiScanResult() | WifiJoinResult():
            return manager.handle_wifi_result(till, event)
        case SettingsChangeResult():
            return settings_steps.handle_result(till, event)
        case PhoneProgress():
            return settings_steps.handle_phone_progress(till, event)
        case SettingsApplied(rules):
            return settings_steps.handle_applied(till, rules)
        case PayeeFound() | PayeeNotFound():
            return settings_steps.handle_payee(till, event)
        case BootFilesReported(trouble) | DeviceFailed(trouble):
            return Step(replace(till, alarms=(*till.alarms, Alarm(trouble))))

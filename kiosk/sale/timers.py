"""What happens when its time has come: fetching the account, checks, screens that end."""

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale import (
    amount_notice,
    checkout,
    direct,
    invoice_questions,
    new_code,
    pin_entry,
    recovery,
    settings_steps,
    waiting_for_price,
)
from kiosk.sale.code_on_screen import ask_before_leaving, back_to_entry, leave_code
from kiosk.sale.effects import ProbeJournal, Step
from kiosk.sale.entry import Entry
from kiosk.sale.facts import ForwardStatus
from kiosk.sale.manager_screens import (
    DeviceScreen,
    EnteringPin,
    ManagerScreen,
    ReceiptScreen,
    RefundScreen,
    SaleScreen,
)
from kiosk.sale.restored_copy import waits_for_ledger
from kiosk.sale.screens import (
    AcceptingDigits,
    AwaitingPayment,
    CheckingLimit,
    ChoosingCashier,
    ChoosingItem,
    ChoosingTip,
    CodeExpired,
    ConfirmingLimit,
    EnteringAmount,
    FetchingPrice,
    Forwarded,
    LeavingCode,
    Paid,
    ReceivedDirectly,
    SaleFailed,
    SaleReceived,
)
from kiosk.sale.service import JOURNAL_PAUSE_S
from kiosk.sale.settings_screen import SettingsScreen
from kiosk.sale.till import FetchingAccount, Forward, Till
from kiosk.sale.wifi import EnteringPassphrase, NetworkList, OpenNetwork, WifiScreen

CELEBRATION_S: Final = 2.4  # the animation of a settled forward, never cut short by time
PAID_PATIENCE_S: Final = 5.0  # a forward that takes longer frees the till (M7)
LEAVE_PATIENCE_S: Final = 4.0  # for Blink's last word before the QR goes away
PRICING_PATIENCE_S: Final = 12.0  # for a price, or for today's limit
EXPIRED_SHOWN_S: Final = 60.0
QUESTION_SHOWN_S: Final = 60.0  # untouched; the amount goes back to the keypad
ENTRY_KEPT_S: Final = 900.0  # untouched; a half-typed amount is nobody's any more
MANAGER_PATIENCE_S: Final = 120.0


def next_wake_s(till: Till) -> float | None:
    """The monotonic time of the next thing that happens by itself, None when nothing will."""
    times = [*_screen_times(till), till.journal_due_s, waiting_for_price.price_retry_s(till)]
    times += [amount_notice.next_second_s(till), pin_entry.next_second_s(till)]
    if isinstance(till.service, FetchingAccount):
        times.append(till.service.due_s)
    if till.account is not None:
        times.extend(invoice_questions.check_times(till).values())
    if till.can_forward and till.journal_trouble is None:
        if till.lost_journal is not None:
            times.append(till.lost_journal.due_s)
        times.extend(f.due_s for f in till.forwards.values() if _is_waiting(till, f))
    return min((time for time in times if time is not None), default=None)


def run_due(till: Till) -> Step:
    """Do everything whose time has come: fetch the account, ask about invoices, end screens."""
    step = Step(till)
    service = till.service
    if (
        isinstance(service, FetchingAccount)
        and service.due_s is not None
        and service.due_s <= till.now_s
    ):
        asking = replace(till, service=replace(service, due_s=None))
        step = Step(asking, (), (invoice_questions.account_question(till),))
    if till.journal_due_s is not None and till.journal_due_s <= till.now_s:
        again_s = till.now_s + JOURNAL_PAUSE_S
        probing = replace(step.till, journal_due_s=again_s)
        step = Step(probing, (), (*step.effects, ProbeJournal()))
    return (
        step.then(invoice_questions.ask_about_due)
        .then(recovery.ask_if_due)
        .then(waiting_for_price.retry_price_if_due)
        .then(_run_screen_timer)
    )


def _run_screen_timer(till: Till) -> Step:
    times = [time for time in _screen_times(till) if time is not None]
    if not times or min(times) > till.now_s:
        return Step(till)
    screen = till.screen
    match screen:
        case AwaitingPayment(ends_s=ends_s) if ends_s <= till.now_s:
            return ask_before_leaving(till, screen)
        case AwaitingPayment(invoice=invoice):
            asking = replace(till, screen=replace(screen, check_due_s=None))
            return Step(asking, (), invoice_questions.questions(till, (invoice.payment_hash,)))
        case LeavingCode(awaiting, ending):
            watched = dict(till.watched_invoices)
            payment_hash = awaiting.invoice.payment_hash
            if payment_hash in watched and not screen.cancel_answered:
                watched[payment_hash] = replace(watched[payment_hash], cancel_wanted=True)
            return leave_code(
                replace(till, watched_invoices=MappingProxyType(watched)), awaiting, ending
            )
        case CodeExpired(asking_s=asking_s) if asking_s is not None:
            return new_code.make_new_code(till, screen)
        case CheckingLimit(entry, _, tip, agreed):
            return checkout.open_sale(till, entry, tip, agreed, limit_asked=True)
        case ChoosingTip(entry) | ConfirmingLimit(entry) | AcceptingDigits(entry=Entry() as entry):
            return Step(replace(till, screen=EnteringAmount(entry)))
        case ChoosingItem(entry):
            return Step(replace(till, screen=EnteringAmount(entry)))
        case ChoosingCashier(entry) if till.cashier is not None:
            return Step(replace(till, screen=EnteringAmount(entry)))
        case EnteringPin():
            return pin_entry.leave(till, screen)
        case FetchingPrice():
            return waiting_for_price.refuse_without_rate(replace(till, rate_asked=False), screen)
        case SettingsScreen():
            return settings_steps.leave(till, screen)
        case _:
            return back_to_entry(till)


def _screen_times(till: Till) -> tuple[float | None, ...]:
    """When the screen changes by itself. Success screens wait for a key if the setting is 0 s."""
    stay_s = till.rules.success_s or None
    untouched_s = max(till.screen_since_s, till.touched_s)
    match till.screen:
        case SettingsScreen(is_busy=True):
            return ()  # a slow stick takes longer than a manager's patience
        case AwaitingPayment(ends_s=ends_s, check_due_s=check_due_s):
            return (ends_s, check_due_s)
        case LeavingCode() if till.journal_trouble is not None:
            return ()  # its end has to be durable: it waits for the journal
        case LeavingCode(since_s=since_s):
            return (since_s + LEAVE_PATIENCE_S,)
        case EnteringAmount(entry) if not entry.is_empty:
            return (untouched_s + ENTRY_KEPT_S,)
        case ChoosingCashier(entry) if till.cashier is None:
            return () if entry.is_empty else (untouched_s + ENTRY_KEPT_S,)
        case (
            ChoosingTip()
            | ChoosingCashier()
            | ChoosingItem()
            | ConfirmingLimit()
            | EnteringPin()
            | AcceptingDigits()
        ):
            return (untouched_s + QUESTION_SHOWN_S,)
        case FetchingPrice(since_s=since_s) | CheckingLimit(since_s=since_s):
            return (since_s + PRICING_PATIENCE_S,)
        case CodeExpired(asking_s=asking_s) if asking_s is not None:
            return (asking_s + new_code.PATIENCE_S,)
        case CodeExpired(since_s=since_s):
            return (since_s + EXPIRED_SHOWN_S,)
        case Paid(since_s=since_s):
            return (since_s + max(stay_s, PAID_PATIENCE_S) if stay_s else None,)
        case Forwarded(since_s=since_s) | SaleReceived(since_s=since_s):
            return (since_s + max(stay_s, CELEBRATION_S) if stay_s else None,)
        case ReceivedDirectly(since_s=since_s):
            return (since_s + stay_s if stay_s else None,)
        case (
            ManagerScreen(since_s=since_s)
            | SaleScreen(since_s=since_s)
            | RefundScreen(since_s=since_s)
            | ReceiptScreen(since_s=since_s)
            | DeviceScreen(since_s=since_s)
            | NetworkList(since_s=since_s)
            | EnteringPassphrase(since_s=since_s)
            | OpenNetwork(since_s=since_s)
            | SettingsScreen(since_s=since_s)
        ):
            return (since_s + MANAGER_PATIENCE_S,)
    return ()


def _is_waiting(till: Till, forward: Forward) -> bool:
    waiting = not forward.busy and forward.status is not ForwardStatus.STOPPED
    return waiting and direct.can_pay_out(till, forward) and not waits_for_ledger(till, forward)


def needs_connection(till: Till) -> bool:
    """Whether Blink may be needed within moments, so that connections are worth keeping."""
    screen = till.screen
    if isinstance(screen, EnteringAmount | ChoosingItem):
        screen_busy = not screen.entry.is_empty
    elif isinstance(screen, SaleScreen):
        screen_busy = screen.asking
    else:
        at_rest = (
            ManagerScreen
            | RefundScreen
            | ReceiptScreen
            | DeviceScreen
            | WifiScreen
            | SettingsScreen
            | ChoosingCashier
            | EnteringPin
            | SaleFailed
            | CodeExpired
            | ReceivedDirectly
        )
        screen_busy = not isinstance(screen, at_rest)
    fetching = isinstance(till.service, FetchingAccount) and till.service.due_s is None
    asking = till.lost_journal is not None and till.lost_journal.due_s is None
    return (
        screen_busy or fetching or asking or any(forward.busy for forward in till.forwards.values())
    )

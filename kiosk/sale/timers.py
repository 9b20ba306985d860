"""What happens by itself: visits, questions, screens that go when their time is over."""

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale import charge, rebuild, renew, watch
from kiosk.sale.effects import AskStatus, ProbeJournal, Step, Visit
from kiosk.sale.facts import ForwardStatus
from kiosk.sale.leave import idle, last_question, leave
from kiosk.sale.till import (
    AskingPin,
    AwaitingPayment,
    CheckingLimit,
    Confirming,
    Entering,
    Expired,
    Forward,
    Forwarded,
    Leaving,
    Managing,
    Paid,
    Pricing,
    Received,
    Stopped,
    Till,
    Tipping,
    Visiting,
)
from kiosk.sale.wifi import Networks, OpenNetwork, Passphrase, WifiScreen

PAID_PATIENCE_S: Final = 5.0  # a forward that takes longer frees the till (M7)
LEAVE_PATIENCE_S: Final = 4.0  # for Blink's last word before the QR goes away
PRICING_PATIENCE_S: Final = 12.0  # for a price, or for today's limit
EXPIRED_SHOWN_S: Final = 60.0
QUESTION_SHOWN_S: Final = 60.0  # untouched; the amount goes back to the keypad
ENTRY_KEPT_S: Final = 900.0  # untouched; a half-typed amount is nobody's any more
MANAGER_PATIENCE_S: Final = 120.0
JOURNAL_PAUSE_S: Final = 10.0


def wake_s(till: Till) -> float | None:
    """The monotonic time of the next thing that happens by itself, None when nothing will."""
    times = [*_screen_times(till), till.journal_due_s, charge.price_again_s(till)]
    if isinstance(till.service, Visiting):
        times.append(till.service.due_s)
    if till.account is not None:
        if till.lost is not None and till.journal_trouble is None:
            times.append(till.lost.due_s)
        times.extend(w.ask_s for w in till.watches.values())
        if till.journal_trouble is None:
            times.extend(f.due_s for f in till.forwards.values() if _waits(f))
    return min((time for time in times if time is not None), default=None)


def due(till: Till) -> Step:
    """Everything whose time has come: visits, questions, screens that go by themselves."""
    step = Step(till)
    service = till.service
    if isinstance(service, Visiting) and service.due_s is not None and service.due_s <= till.now_s:
        asking = replace(till, service=replace(service, due_s=None))
        step = Step(asking, (), (Visit(),))
    if till.journal_due_s is not None and till.journal_due_s <= till.now_s:
        again_s = till.now_s + JOURNAL_PAUSE_S
        probing = replace(step.till, journal_due_s=again_s)
        step = Step(probing, (), (*step.effects, ProbeJournal()))
    return step.then(watch.due).then(rebuild.due).then(charge.price_again).then(_screen_due)


def _screen_due(till: Till) -> Step:
    times = [time for time in _screen_times(till) if time is not None]
    if not times or min(times) > till.now_s:
        return Step(till)
    screen = till.screen
    match screen:
        case AwaitingPayment(ends_s=ends_s) if ends_s <= till.now_s:
            return last_question(till, screen)
        case AwaitingPayment(invoice=invoice):
            assert till.account is not None
            asking = replace(till, screen=replace(screen, check_due_s=None))
            return Step(asking, (), (AskStatus((invoice.payment_hash,), till.account),))
        case Leaving(was, ending):
            owed = dict(till.watches)
            name = was.invoice.payment_hash
            if name in owed and not screen.cancelled:
                owed[name] = replace(owed[name], cancel_wanted=True)
            return leave(replace(till, watches=MappingProxyType(owed)), was, ending)
        case Expired(asking_s=asking_s) if asking_s is not None:
            return renew.go_on(till, screen)
        case CheckingLimit(entry, _, tip, agreed):
            return charge.open_sale(till, entry, tip, agreed, limit_asked=True)
        case Tipping(entry) | Confirming(entry):
            return Step(replace(till, screen=Entering(entry)))
        case Pricing():
            return charge.no_rate(replace(till, rate_asked=False), screen)
        case _:
            return idle(till)


def _screen_times(till: Till) -> tuple[float | None, ...]:
    """When the screen changes by itself. Success screens wait for a key if told to (0 s)."""
    stay_s = till.rules.success_s or None
    untouched_s = max(till.screen_since_s, till.touched_s)
    match till.screen:
        case AwaitingPayment(ends_s=ends_s, check_due_s=check_due_s):
            return (ends_s, check_due_s)
        case Leaving() if till.journal_trouble is not None:
            return ()  # its end has to be durable: it waits for the journal
        case Leaving(since_s=since_s):
            return (since_s + LEAVE_PATIENCE_S,)
        case Entering(entry) if not entry.is_empty:
            return (untouched_s + ENTRY_KEPT_S,)
        case Tipping() | Confirming() | AskingPin():
            return (untouched_s + QUESTION_SHOWN_S,)
        case Pricing(since_s=since_s) | CheckingLimit(since_s=since_s):
            return (since_s + PRICING_PATIENCE_S,)
        case Expired(asking_s=asking_s) if asking_s is not None:
            return (asking_s + renew.PATIENCE_S,)
        case Expired(since_s=since_s):
            return (since_s + EXPIRED_SHOWN_S,)
        case Paid(since_s=since_s):
            return (since_s + max(stay_s, PAID_PATIENCE_S) if stay_s else None,)
        case Forwarded(since_s=since_s) | Received(since_s=since_s):
            return (since_s + stay_s if stay_s else None,)
        case (
            Managing(since_s=since_s)
            | Networks(since_s=since_s)
            | Passphrase(since_s=since_s)
            | OpenNetwork(since_s=since_s)
        ):
            return (since_s + MANAGER_PATIENCE_S,)
    return ()


def _waits(one: Forward) -> bool:
    return not one.busy and one.status is not ForwardStatus.STOPPED


def under_way(till: Till) -> bool:
    """Whether Blink may be needed within moments, so that connections are worth keeping."""
    screen = till.screen
    if isinstance(screen, Entering):
        screen_busy = not screen.entry.is_empty
    else:
        at_rest = Managing | WifiScreen | AskingPin | Stopped | Expired | Received
        screen_busy = not isinstance(screen, at_rest)
    visiting = isinstance(till.service, Visiting) and till.service.due_s is None
    asking = till.lost is not None and till.lost.due_s is None
    return screen_busy or visiting or asking or any(one.busy for one in till.forwards.values())

"""When a picture changes by itself: as often as it must, and never while nothing goes on. Pure."""

import math
from dataclasses import dataclass
from typing import Final

from kiosk.sale.money import RATE_LIFE_S
from kiosk.sale.screens import (
    AwaitingPayment,
    CheckingLimit,
    EnteringAmount,
    FetchingPrice,
    Forwarded,
    LeavingCode,
    Paid,
    RequestingInvoice,
    SaleReceived,
)
from kiosk.sale.till import FetchingAccount, Till
from kiosk.sale.timers import CELEBRATION_S, PAID_PATIENCE_S
from kiosk.screen.drawing.animation import TICK_S

FRAME_S: Final = 1 / 60

# How long the code has been up when the screen asks "Paid?", and when a merchant's side that is
# still not ready is shown in words.
CHECK_OFFERED_S: Final = 15.0
NOT_READY_TOLD_S: Final = 5.0
NOT_YET_SHOWN_S: Final = 4.0  # the answer to "Paid?"

BAR_STEP_S: Final = 5.0  # of the bar that runs down
COUNTDOWN_S: Final = 120.0  # when the seconds are shown as well
WAITING_S: Final = 1 / 20  # a waiting ring turns calmly, and a Pi has better things to do

# The age of a price is shown in steps of this.
AGE_STEP_S: Final = 10

# A time this close to the next frame counts as that frame: sums of floats differ by less.
_NEARLY: Final = 1e-6


@dataclass(frozen=True, slots=True)
class RedrawSchedule:
    """The picture changes every `step_s` seconds, counted from `origin_s`, up to `until_s`."""

    origin_s: float
    step_s: float
    until_s: float = math.inf

    def frame_index(self, now_s: float) -> int:
        """How many steps have gone by; the picture is the same until this number changes."""
        steps = (min(now_s, self.until_s) - self.origin_s) / self.step_s
        return math.floor(steps + _NEARLY)

    def next_s(self, now_s: float) -> float | None:
        """When the number changes, None for never again."""
        due_s = self.origin_s + (self.frame_index(now_s) + 1) * self.step_s
        return due_s if due_s <= self.until_s + _NEARLY else None


def redraw_schedules(till: Till) -> tuple[RedrawSchedule, ...]:
    """When the picture changes by itself; it never does on an idle till."""
    return (*page_schedules(till), *motion_schedules(till))


def motion_schedules(till: Till) -> tuple[RedrawSchedule, ...]:
    """What moves over a picture that stays: of it alone a new frame is drawn."""
    match till.screen:
        case Forwarded(since_s=since_s, paid_s=paid_s):
            moving = RedrawSchedule(since_s, FRAME_S, since_s + CELEBRATION_S)
            if math.isfinite(paid_s):
                return (moving, RedrawSchedule(paid_s, FRAME_S, paid_s + TICK_S))
            return (moving,)
        case SaleReceived(since_s=since_s):
            return (RedrawSchedule(since_s, FRAME_S, since_s + CELEBRATION_S),)
        case Paid(since_s=since_s):
            return (
                RedrawSchedule(since_s, FRAME_S, since_s + TICK_S),
                RedrawSchedule(since_s, WAITING_S, since_s + PAID_PATIENCE_S),
            )
    return ()


def page_schedules(till: Till) -> tuple[RedrawSchedule, ...]:
    """When the whole picture is another one."""
    schedules = list(_schedules_of_screen(till))
    if isinstance(till.screen, EnteringAmount) and till.screen.entry.is_empty:
        due_s = (
            till.service.due_s if isinstance(till.service, FetchingAccount) else till.journal_due_s
        )
        if due_s is not None:
            schedules.append(RedrawSchedule(due_s, 1.0, due_s))
    return tuple(schedules)


def _schedules_of_screen(till: Till) -> tuple[RedrawSchedule, ...]:
    match till.screen:
        case Forwarded(paid_s=paid_s) | SaleReceived(since_s=paid_s) if math.isfinite(paid_s):
            return (RedrawSchedule(paid_s, TICK_S, paid_s + TICK_S),)
        case Paid(since_s=since_s):
            return (
                RedrawSchedule(since_s, TICK_S, since_s + TICK_S),
                RedrawSchedule(since_s, PAID_PATIENCE_S, since_s + PAID_PATIENCE_S),
            )
        case FetchingPrice(since_s=since_s) | CheckingLimit(since_s=since_s):
            return (RedrawSchedule(since_s, WAITING_S),)
        case RequestingInvoice(since_s=since_s) | LeavingCode(since_s=since_s):
            return (RedrawSchedule(since_s, WAITING_S),)
        case AwaitingPayment() as screen:
            return _schedules_of_code(screen, till.now_s)
        case EnteringAmount(entry) if not entry.is_empty and till.rates is not None:
            made_s = till.rates.shown.fetched_s - till.rates.shown.age_s
            return (RedrawSchedule(made_s, AGE_STEP_S, made_s + RATE_LIFE_S + AGE_STEP_S),)
    return ()


def _schedules_of_code(screen: AwaitingPayment, now_s: float) -> tuple[RedrawSchedule, ...]:
    """The bar runs down calmly, its last two minutes by the second."""
    step_s = 1.0 if screen.ends_s - now_s <= COUNTDOWN_S + _NEARLY else BAR_STEP_S
    once = [
        (screen.shown_s, CHECK_OFFERED_S),
        (screen.shown_s, NOT_READY_TOLD_S),
        (screen.checked_s, NOT_YET_SHOWN_S),
    ]
    return (
        RedrawSchedule(screen.ends_s, step_s, screen.ends_s),
        *(
            RedrawSchedule(since_s, after_s, since_s + after_s)
            for since_s, after_s in once
            if since_s is not None
        ),
    )

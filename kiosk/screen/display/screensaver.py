"""When the display dims, drifts and goes black, so that no picture burns in. Pure.

Nothing that somebody must see is ever covered: a code, a payment, a trouble, money on its way.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kiosk.sale.manager_screens import EnteringPin
from kiosk.sale.screens import ChoosingCashier, ChoosingTip, ConfirmingLimit, EnteringAmount
from kiosk.sale.till import Ready, Till

# After the dimming has said that the screen is about to rest.
ATTRACT_AFTER_S: Final = 30.0

# Screens on which nothing happens until a person does something.
_NEVER: Final = (EnteringAmount, ChoosingCashier, ChoosingTip, ConfirmingLimit, EnteringPin)


class ScreenStage(StrEnum):
    """The stages of the screensaver, from in use to long untouched."""

    AWAKE = "awake"
    DIM = "dim"  # the same picture, darker
    ATTRACT = "attract"  # the merchant's name on black, drifting
    BLANK = "blank"  # black; nothing is drawn any more


@dataclass(frozen=True, slots=True)
class ScreensaverDelays:
    """KIOSK_DIM_SECONDS and KIOSK_BLANK_SECONDS; 0 is never."""

    dim_s: int = 0
    blank_s: int = 0


def may_dim(till: Till) -> bool:
    """Whether this screen may be dimmed: nobody waits for what it shows."""
    must_see = (
        till.out_of_service is not None
        or not isinstance(till.service, Ready)
        or till.alarms
        or till.late_money
        or till.unsettled
        or till.interrupted_sales
        or till.stuck_keys
    )
    return isinstance(till.screen, _NEVER) and not must_see


def screen_stage(till: Till, quiet_since_s: float, delays: ScreensaverDelays) -> ScreenStage:
    """The stage to show now; `quiet_since_s` is monotonic, the last key, touch or change."""
    if not may_dim(till):
        return ScreenStage.AWAKE
    quiet_s = till.now_s - quiet_since_s
    reached = [stage for stage, after_s in _stages(delays) if quiet_s >= after_s]
    return reached[-1] if reached else ScreenStage.AWAKE


def next_change_s(till: Till, quiet_since_s: float, delays: ScreensaverDelays) -> float | None:
    """The monotonic time of the next stage if nothing happens, None when there is none."""
    if not may_dim(till):
        return None
    times = (quiet_since_s + after_s for _, after_s in _stages(delays))
    return min((time_s for time_s in times if time_s > till.now_s), default=None)


class ScreensaverTimer:
    """Since when nobody has touched anything and nothing has happened."""

    def __init__(self, delays: ScreensaverDelays) -> None:
        self._delays = delays
        self._since_s: float | None = None
        self._rested = False

    def use_delays(self, delays: ScreensaverDelays) -> None:
        """Other times from now on."""
        self._delays = delays

    def touched(self, till: Till) -> None:
        """A key, a touch: awake from here on."""
        self._since_s = till.now_s

    def look(self, till: Till) -> ScreenStage:
        """The stage to show; a change that somebody has to see counts like a touch."""
        rests = may_dim(till)
        if self._since_s is None or not (rests and self._rested):
            self._since_s = till.now_s
        self._rested = rests
        return screen_stage(till, self._since_s, self._delays)

    def next_change_s(self, till: Till) -> float | None:
        """When `look` will say something else by itself."""
        since_s = till.now_s if self._since_s is None else self._since_s
        return next_change_s(till, since_s, self._delays)


def _stages(delays: ScreensaverDelays) -> list[tuple[ScreenStage, float]]:
    """What follows after how many seconds of quiet; what blanking overtakes does not happen."""
    blank_s = float(delays.blank_s)
    stages = []
    if delays.dim_s:
        stages = [(ScreenStage.DIM, float(delays.dim_s))]
        stages.append((ScreenStage.ATTRACT, delays.dim_s + ATTRACT_AFTER_S))
    if not blank_s:
        return stages
    return [*(stage for stage in stages if stage[1] < blank_s), (ScreenStage.BLANK, blank_s)]

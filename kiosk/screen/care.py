"""Screen care: when the glass may dim, drift and go black, so that no picture burns in. Pure.

Nothing that somebody must see is ever covered: a code, a payment, a trouble, money on its way.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kiosk.sale.till import AskingPin, Confirming, Entering, Ready, Till, Tipping

# After the dimming has said that the screen is about to rest.
ATTRACT_AFTER_S: Final = 30.0

# Screens on which nothing happens until a person does something.
_PATIENT: Final = (Entering, Tipping, Confirming, AskingPin)


class Care(StrEnum):
    """How the glass is treated, from used to long untouched."""

    AWAKE = "awake"
    DIM = "dim"  # the same picture, darker
    ATTRACT = "attract"  # the merchant's name on black, drifting
    BLANK = "blank"  # black; nothing is drawn any more


@dataclass(frozen=True, slots=True)
class Patience:
    """KIOSK_DIM_SECONDS and KIOSK_BLANK_SECONDS; 0 is never."""

    dim_s: int = 0
    blank_s: int = 0


def may_rest(till: Till) -> bool:
    """Whether nobody misses anything if this screen is not seen."""
    must_see = (
        till.out_of_service is not None
        or not isinstance(till.service, Ready)
        or till.alarms
        or till.late_money
        or till.unsettled
        or till.recovered
        or till.stuck_keys
    )
    return isinstance(till.screen, _PATIENT) and not must_see


def care(till: Till, quiet_since_s: float, patience: Patience) -> Care:
    """How to treat the glass now; `quiet_since_s` is monotonic, the last key, touch or news."""
    if not may_rest(till):
        return Care.AWAKE
    quiet_s = till.now_s - quiet_since_s
    reached = [one for one, after_s in _stages(patience) if quiet_s >= after_s]
    return reached[-1] if reached else Care.AWAKE


def next_change_s(till: Till, quiet_since_s: float, patience: Patience) -> float | None:
    """The monotonic time of the next stage if nothing happens, None when there is none."""
    if not may_rest(till):
        return None
    times = (quiet_since_s + after_s for _, after_s in _stages(patience))
    return min((time_s for time_s in times if time_s > till.now_s), default=None)


class Quiet:
    """Since when nobody has touched anything and nothing has happened."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._since_s: float | None = None
        self._rested = False

    def touched(self, till: Till) -> None:
        """A key, a touch: awake from here on."""
        self._since_s = till.now_s

    def look(self, till: Till) -> Care:
        """How to treat the glass; news that somebody had to see counts like a touch."""
        rests = may_rest(till)
        if self._since_s is None or not (rests and self._rested):
            self._since_s = till.now_s
        self._rested = rests
        return care(till, self._since_s, self._patience)

    def next_change_s(self, till: Till) -> float | None:
        """When `look` will say something else by itself."""
        since_s = till.now_s if self._since_s is None else self._since_s
        return next_change_s(till, since_s, self._patience)


def _stages(patience: Patience) -> list[tuple[Care, float]]:
    """What follows after how many seconds of quiet; what blanking overtakes does not happen."""
    blank_s = float(patience.blank_s)
    stages = []
    if patience.dim_s:
        stages = [(Care.DIM, float(patience.dim_s))]
        stages.append((Care.ATTRACT, patience.dim_s + ATTRACT_AFTER_S))
    if not blank_s:
        return stages
    return [*(stage for stage in stages if stage[1] < blank_s), (Care.BLANK, blank_s)]

"""The notice on the amount screen: why CHARGE was refused, for as long as that is so.

Whoever finds a cause over, or another one in its place, says so here.
"""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from kiosk.sale.limits import too_many
from kiosk.sale.reach import ON_THE_WAY
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind

JOURNAL: Final = frozenset({TroubleKind.JOURNAL_FULL, TroubleKind.JOURNAL_BROKEN})
# None of these is so once Blink has answered.
NO_ANSWER: Final = ON_THE_WAY | {TroubleKind.CERTIFICATE_ENDED}
_WITH_TIME_LEFT: Final = frozenset(
    {TroubleKind.TOO_MANY_INVOICES, TroubleKind.TOO_MANY_SALES, TroubleKind.TOO_MANY_UNPAID}
)


def without_notice(till: Till, over: AbstractSet[TroubleKind]) -> Till:
    """Take away a notice whose cause is `over`."""
    return _with_notice(till, over, None)


def with_other_cause(till: Till, causes: AbstractSet[TroubleKind], trouble: Trouble) -> Till:
    """A notice of one of these `causes` tells of this trouble from now on."""
    return _with_notice(till, causes, trouble)


def with_time_left(till: Till) -> Till:
    """A notice that says how long to wait says how much of it is left, and goes with the last.

    Out of service the same kind may be what Blink has said of the account, with no time.
    """
    return till if till.out_of_service else _with_notice(till, _WITH_TIME_LEFT, too_many(till))


def next_second_s(till: Till) -> float | None:
    """When a notice has another time left to tell."""
    screen = till.screen
    if not isinstance(screen, EnteringAmount) or screen.notice is None or till.out_of_service:
        return None
    return till.now_s + 1.0 if screen.notice.kind in _WITH_TIME_LEFT else None


def _with_notice(till: Till, causes: AbstractSet[TroubleKind], notice: Trouble | None) -> Till:
    screen = till.screen
    if not isinstance(screen, EnteringAmount) or screen.notice is None:
        return till
    if screen.notice.kind not in causes or screen.notice == notice:
        return till
    return replace(till, screen=replace(screen, notice=notice))

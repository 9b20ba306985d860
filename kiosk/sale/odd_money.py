"""Money that came in an odd way: told on the screen until it is put away by its own key.

The list of sales keeps it then: `ReadSalesPage(odd=True)`.
"""

from dataclasses import replace
from typing import Final

from kiosk.sale.effects import Step
from kiosk.sale.facts import LateMoneyPutAway
from kiosk.sale.till import Alarm, Till
from kiosk.sale.trouble import TroubleKind

# Alarms that only tell: nothing waits for an answer to them.
ONLY_TOLD: Final = frozenset(
    {TroubleKind.PAID_TWICE, TroubleKind.PAID_BOTH_CODES, TroubleKind.RECEIVED_BOTH_CODES}
)


def told_alarm(till: Till) -> Alarm | None:
    """The alarm that is on the screen, if reading it is all that it wants."""
    if till.late_money or not till.alarms or till.alarms[-1].trouble.kind not in ONLY_TOLD:
        return None
    return till.alarms[-1]


def can_put_away(till: Till) -> bool:
    """Whether something is told that may be put away."""
    return bool(till.late_money) or told_alarm(till) is not None


def put_away(till: Till) -> Step:
    """What is told now has been read: the first late payment, or the newest alarm."""
    if till.late_money:
        read, *others = till.late_money
        return Step(replace(till, late_money=tuple(others)), (LateMoneyPutAway(read.id),))
    alarm = told_alarm(till)
    if alarm is None:
        return Step(till)
    return Step(replace(till, alarms=till.alarms[:-1]))

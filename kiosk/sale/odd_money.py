"""Money that came in an odd way: told on the screen until it is put away by its own key.

What nobody has read when the till goes off is told again at its next start.
The list of sales keeps it then: `ReadSalesPage(odd=True)`.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from kiosk.sale.effects import Step
from kiosk.sale.facts import AlarmRead, AlarmTold, LateMoneyPutAway
from kiosk.sale.invoice import SaleId
from kiosk.sale.till import Alarm, Till
from kiosk.sale.trouble import Trouble, TroubleKind

# Alarms that only tell: nothing waits for an answer to them.
ONLY_TOLD: Final = frozenset(
    {
        TroubleKind.PAID_TWICE,
        TroubleKind.PAID_BOTH_CODES,
        TroubleKind.RECEIVED_BOTH_CODES,
        TroubleKind.COPY_NO_STICK,
        TroubleKind.COPY_STICK_FULL,
        TroubleKind.COPY_STICK_LOCKED,
        TroubleKind.COPY_FAILED,
    }
)


def tell(till: Till, trouble: Trouble, sale: SaleId) -> Step:
    """Raise an alarm of `ONLY_TOLD`; what is told already stays as it is."""
    telling = till.with_alarm(trouble, sale)
    if telling is till:
        return Step(till)
    return Step(telling, (AlarmTold(sale, trouble.kind, trouble.subject),))


def read_facts(alarms: Iterable[Alarm]) -> tuple[AlarmRead, ...]:
    """What is kept when these alarms have been read."""
    return tuple(
        AlarmRead(alarm.sale, alarm.trouble.kind)
        for alarm in alarms
        if alarm.trouble.kind in ONLY_TOLD and alarm.sale is not None
    )


def alarm_to_read(till: Till) -> Alarm | None:
    """The alarm that is on the screen, if reading it is all that it wants."""
    if till.late_money or not till.alarms or till.alarms[-1].trouble.kind not in ONLY_TOLD:
        return None
    return till.alarms[-1]


def can_put_away(till: Till) -> bool:
    """Whether something is told that may be put away."""
    return bool(till.late_money) or alarm_to_read(till) is not None


def put_away(till: Till) -> Step:
    """What is told now has been read: the first late payment, or the newest alarm."""
    if till.late_money:
        read, *others = till.late_money
        return Step(replace(till, late_money=tuple(others)), (LateMoneyPutAway(read.id),))
    alarm = alarm_to_read(till)
    if alarm is None:
        return Step(till)
    return Step(replace(till, alarms=till.alarms[:-1]), read_facts([alarm]))

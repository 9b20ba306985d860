"""When a second copy of the books is made, and what is told of it.

At each close, and with the first sale of a day: a till at rest is not woken for it.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale.days import day_of
from kiosk.sale.device import CopyOutcome, CopyReason, CopyResult, MakeCopy
from kiosk.sale.effects import Step
from kiosk.sale.facts import DayClosed, DirectInvoicePaid, InvoicePaid
from kiosk.sale.till import Alarm, Till
from kiosk.sale.trouble import Trouble, TroubleKind

_TROUBLES: Final[Mapping[CopyOutcome, TroubleKind]] = MappingProxyType(
    {
        CopyOutcome.NO_STICK: TroubleKind.COPY_NO_STICK,
        CopyOutcome.FULL: TroubleKind.COPY_STICK_FULL,
        CopyOutcome.READ_ONLY: TroubleKind.COPY_STICK_LOCKED,
        CopyOutcome.FAILED: TroubleKind.COPY_FAILED,
    }
)


def with_copy_if_due(step: Step) -> Step:
    """Ask for a copy once the step's facts are durable, if they close a day or begin one."""
    till = step.till
    if not till.rules.copies:
        return step
    begins, ends = till.copied_day
    if any(isinstance(fact, DayClosed) for fact in step.facts):
        reason = CopyReason.CLOSE
    elif begins <= till.unix_s < ends:
        return step
    elif any(isinstance(fact, InvoicePaid | DirectInvoicePaid) for fact in step.facts):
        reason = CopyReason.DAY
    else:
        return step
    copied = replace(till, copied_day=day_of(till.unix_s, till.rules.zone))
    return replace(step, till=copied, effects=(*step.effects, MakeCopy(reason)))


def handle_copy_result(till: Till, result: CopyResult) -> Step:
    """Tell of a copy that was not made, behind what is told of money; one that was made ends it."""
    others = tuple(alarm for alarm in till.alarms if alarm.trouble.kind not in _TROUBLES.values())
    if result.outcome is CopyOutcome.COPIED:
        return Step(replace(till, alarms=others))
    not_copied = Alarm(Trouble(_TROUBLES[result.outcome]))
    return Step(replace(till, alarms=(not_copied, *others)))

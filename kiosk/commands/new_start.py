"""When a running till has been unable to work for so long that a new start is the better try."""

from typing import Final

from kiosk.sale.screens import AwaitingPayment, LeavingCode, Paid
from kiosk.sale.till import Till
from kiosk.sale.trouble import TroubleKind

# What it waits for may be something that the program holds itself.
NEW_START_AFTER_S: Final = 600.0

# Screens with a customer in front of them.
_A_SALE: Final = (AwaitingPayment, LeavingCode, Paid)


class NewStartTimer:
    """Measures for how long the journal has failed. Times are monotonic seconds.

    A new start empties no card, so a full one does not count. Wrong settings have no running till.
    """

    def __init__(self, now_s: float, after_s: float) -> None:
        self._worked_s = now_s
        self._after_s = after_s

    def is_due(self, till: Till, untouched_for_s: float, now_s: float) -> bool:
        """Whether to start anew now: not while the display is touched, nor during a sale."""
        trouble = till.journal_trouble
        if trouble is None or trouble.kind is TroubleKind.JOURNAL_FULL:
            self._worked_s = now_s
        is_patient = min(now_s - self._worked_s, untouched_for_s) < self._after_s
        return not is_patient and not isinstance(till.screen, _A_SALE)

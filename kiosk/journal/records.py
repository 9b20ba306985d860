"""Sales as the history, the exports and the manager read them."""

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from kiosk.journal.rows import sale_of
from kiosk.sale.facts import Ending, ForwardStatus, Sale
from kiosk.sale.invoice import PaymentHash
from kiosk.sale.trouble import Trouble, TroubleKind, trouble_noted


class SaleState(StrEnum):
    """Where a sale stands, in one word."""

    REQUESTED = "requested"  # there was no code yet
    OPEN = "open"  # the code is on the screen
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUSED = "refused"  # no invoice could be had, or the merchant cannot be paid
    INTERRUPTED = "interrupted"  # the program ended with the code on the screen
    PAID = "paid"  # and on its way to the merchant
    STOPPED = "stopped"  # paid, and a person has to look
    FORWARDED = "forwarded"  # the merchant has it
    RECEIVED = "received"  # a direct sale: the merchant has it


@dataclass(frozen=True, slots=True)
class SaleRecord:
    """A sale with all that became of it. Times are Unix seconds.

    `late`: paid after it had left the screen. `trouble` is what its forward has met.
    """

    sale: Sale
    state: SaleState
    late: bool
    trouble: Trouble | None
    paid_at: int | None
    forwarded_at: int | None
    payment_hash: PaymentHash | None
    payout_hash: PaymentHash | None

    @property
    def at(self) -> int:
        """The time it belongs to in every list and sum: when it was paid, else when it began."""
        return self.sale.started_at if self.paid_at is None else self.paid_at


def record_of(row: sqlite3.Row, *, direct: bool = False) -> SaleRecord:
    """A sale from a row of the view `records`, or of `direct_records`."""
    state = SaleState.RECEIVED if direct and row["paid_at"] is not None else _state(row)
    forwarded = state is SaleState.FORWARDED
    return SaleRecord(
        sale=sale_of(row, direct=direct),
        state=state,
        late=bool(row["late"]),
        trouble=None if forwarded else trouble_of(row),
        paid_at=row["paid_at"],
        forwarded_at=row["step_at"] if forwarded else None,
        payment_hash=row["payment_hash"],
        payout_hash=row["payout_hash"],
    )


def trouble_of(row: sqlite3.Row) -> Trouble | None:
    """The trouble that a forward met last; an older program kept the reason alone."""
    reason = row["reason"]
    if not reason:
        return None
    noted = trouble_noted(reason, row["sale_id"])
    if noted is not None:
        return noted
    stopped = row["status"] == ForwardStatus.STOPPED
    kind = TroubleKind.PAYOUT_GUARDED if stopped else TroubleKind.OUTCOME_UNKNOWN
    return Trouble(kind, row["sale_id"], reason)


def _state(row: sqlite3.Row) -> SaleState:
    if row["paid_at"] is not None:
        match row["status"]:
            case ForwardStatus.SETTLED:
                return SaleState.FORWARDED
            case ForwardStatus.STOPPED:
                return SaleState.STOPPED
        return SaleState.PAID
    if row["ending"] is not None:
        return SaleState(Ending(row["ending"]).value)
    return SaleState.OPEN if row["payment_hash"] is not None else SaleState.REQUESTED

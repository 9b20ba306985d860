"""Sales as the lists, the exports and the manager read them, from rows."""

from kiosk.journal.rows import Columns, sale_of
from kiosk.sale.facts import Ending, ForwardStatus
from kiosk.sale.sale_record import SaleRecord, SaleState
from kiosk.sale.trouble import Trouble, TroubleKind, trouble_noted


def record_of(row: Columns, *, direct: bool = False) -> SaleRecord:
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


def trouble_of(row: Columns) -> Trouble | None:
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


def _state(row: Columns) -> SaleState:
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

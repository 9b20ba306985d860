"""Closes that were made in a journal that this one has replaced: what of them is here."""

import sqlite3
from typing import Final

from kiosk.journal.closes import place_of, report_of
from kiosk.journal.errors import reading
from kiosk.sale.books import ReceiptNumber

# Chosen by :series and :number of the close.
EARLIER_SALES: Final = (
    "SELECT sale_id FROM earlier_closes_of_sales WHERE series = :series AND number = :number"
)
EARLIER_REFUNDS: Final = (
    "SELECT refund FROM refunds JOIN earlier_closes_of_refunds USING (sale_id, part)"
    " WHERE series = :series AND number = :number"
)
_CAME_OVER: Final = " UNION ALL ".join(
    (
        f"SELECT sale_id FROM payments WHERE sale_id IN ({EARLIER_SALES})",  # noqa: S608 - our own names
        f"SELECT sale_id FROM direct_payments WHERE sale_id IN ({EARLIER_SALES})",  # noqa: S608 - our own names
        EARLIER_REFUNDS,
    )
)


def chosen_by(number: ReceiptNumber) -> dict[str, int]:
    """What the choices above are filled with."""
    return {"series": number.series, "number": number.number}


def came_over(db: sqlite3.Connection, number: ReceiptNumber) -> int:
    """How many paid sales and refunds of a close came from the journal that it was made in."""
    count = f"SELECT count(*) FROM ({_CAME_OVER})"  # noqa: S608 - our own names
    with reading():
        came: int = db.execute(count, chosen_by(number)).fetchone()[0]
    return came


def missing_of_close(db: sqlite3.Connection, number: ReceiptNumber) -> int | None:
    """How many of the sales and refunds that a close has summed up are not in this journal.

    None: its report is not here either. All of a close of this journal are here; of one of a
    journal that this one has replaced, those that could not be read are not, nor those that wait
    for Blink's word.
    """
    if place_of(db, number) is not None:
        return 0
    report = report_of(db, number)
    if report is None:
        return None
    refunds = sum(line.receipts for line in report.refunded)
    return report.receipts + refunds - came_over(db, number)

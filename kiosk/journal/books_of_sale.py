"""What the books have of one sale: its number, its items, its tax, who sold it, its refunds."""

import sqlite3

from kiosk.journal.rows import Value
from kiosk.sale.books import ReceiptNumber
from kiosk.sale.money import Sats
from kiosk.sale.sale_record import RefundRecord
from kiosk.sale.tax import SaleLine, TaxRate, TaxShare


def receipt_of(db: sqlite3.Connection, sale_id: str) -> ReceiptNumber | None:
    """The number of a sale, None for one that has none."""
    row = db.execute("SELECT series, number FROM receipts WHERE sale_id = ?", (sale_id,)).fetchone()
    return ReceiptNumber(row["series"], row["number"]) if row is not None else None


def cashier_of(db: sqlite3.Connection, sale_id: str) -> str:
    """Who sold it, empty where nobody says so."""
    row = db.execute("SELECT cashier FROM sale_cashiers WHERE sale_id = ?", (sale_id,)).fetchone()
    return row["cashier"] if row is not None else ""


def lines_of(db: sqlite3.Connection, sale_id: str) -> tuple[SaleLine, ...]:
    """The items of a sale with their tax, none where the merchant has set no tax."""
    return tuple(
        SaleLine(
            row["minor"],
            TaxRate(row["tax_name"], row["tax_rate"]) if row["tax_name"] is not None else None,
            row["name"],
            row["quantity"],
        )
        for row in db.execute(
            "SELECT * FROM sale_lines WHERE sale_id = ? ORDER BY place", (sale_id,)
        )
    )


def taxes_of(db: sqlite3.Connection, sale_id: str) -> tuple[TaxShare, ...]:
    """The shares of tax of a sale, the highest rate first."""
    return _taxes(db, "sale_taxes WHERE sale_id = ?", sale_id)


def refund_records(db: sqlite3.Connection, sale_id: str) -> tuple[RefundRecord, ...]:
    """The refunds of a sale, the oldest first."""
    rows = db.execute(
        "SELECT refunds.*, series, number FROM refunds JOIN refund_receipts USING (sale_id, part)"
        " WHERE sale_id = ? ORDER BY part",
        (sale_id,),
    )
    return tuple(
        RefundRecord(
            number=ReceiptNumber(row["series"], row["number"]),
            minor=row["minor"],
            tip_minor=row["tip_minor"],
            amount=Sats(row["amount_sat"]),
            reason=row["reason"],
            by=row["refunded_by"],
            at=row["at"],
            taxes=refund_taxes_of(db, sale_id, row["part"]),
        )
        for row in rows
    )


def refund_taxes_of(db: sqlite3.Connection, sale_id: str, part: int) -> tuple[TaxShare, ...]:
    """The shares of tax of a sale's `part`-th refund, the highest rate first."""
    return _taxes(db, "refund_taxes WHERE sale_id = ? AND part = ?", sale_id, part)


def _taxes(db: sqlite3.Connection, chosen: str, *values: Value) -> tuple[TaxShare, ...]:
    return tuple(
        TaxShare(TaxRate(row["tax_name"], row["tax_rate"]), row["gross_minor"], row["tax_minor"])
        for row in db.execute(
            f"SELECT * FROM {chosen} ORDER BY tax_rate DESC, tax_name",  # noqa: S608 - our own names
            values,
        )
    )

"""What the books have of one sale: its number, its items, its tax, who sold it, its refunds."""

import json
import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from kiosk.sale.books import ReceiptNumber
from kiosk.sale.money import Sats
from kiosk.sale.sale_record import RefundRecord
from kiosk.sale.tax import SaleLine, TaxRate, TaxShare

_LISTED: Final = "SELECT value FROM json_each(?)"
_SHARE: Final = "tax_name, tax_rate, gross_minor, tax_minor"
_HIGHEST_RATE_FIRST: Final = "tax_rate DESC, tax_name"


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
    return lines_by_sale(db, [sale_id]).get(sale_id, ())


def lines_by_sale(
    db: sqlite3.Connection, sale_ids: Sequence[str]
) -> dict[str, tuple[SaleLine, ...]]:
    """The items of many sales with one question; a sale without any is left out."""
    rows = db.execute(
        "SELECT sale_id, minor, tax_name, tax_rate, name, quantity FROM sale_lines"  # noqa: S608 - our own names
        f" WHERE sale_id IN ({_LISTED}) ORDER BY sale_id, place",
        (json.dumps(sale_ids),),
    )
    by_sale: dict[str, list[SaleLine]] = {}
    for sale_id, *line in rows:
        by_sale.setdefault(sale_id, []).append(_line(*line))
    return {sale_id: tuple(lines) for sale_id, lines in by_sale.items()}


def taxes_of(db: sqlite3.Connection, sale_id: str) -> tuple[TaxShare, ...]:
    """The shares of tax of a sale, the highest rate first."""
    return taxes_by_sale(db, [sale_id]).get(sale_id, ())


def taxes_by_sale(
    db: sqlite3.Connection, sale_ids: Sequence[str]
) -> dict[str, tuple[TaxShare, ...]]:
    """The shares of tax of many sales with one question; a sale without any is left out."""
    rows = db.execute(
        f"SELECT sale_id, {_SHARE} FROM sale_taxes WHERE sale_id IN ({_LISTED})"  # noqa: S608 - our own names
        f" ORDER BY sale_id, {_HIGHEST_RATE_FIRST}",
        (json.dumps(sale_ids),),
    )
    by_sale: dict[str, list[TaxShare]] = {}
    for sale_id, *share in rows:
        by_sale.setdefault(sale_id, []).append(_share(*share))
    return {sale_id: tuple(shares) for sale_id, shares in by_sale.items()}


def refund_records(db: sqlite3.Connection, sale_id: str) -> tuple[RefundRecord, ...]:
    """The refunds of a sale, the oldest first."""
    rows = db.execute(
        "SELECT refunds.*, series, number FROM refunds JOIN refund_receipts USING (sale_id, part)"
        " WHERE sale_id = ? ORDER BY part",
        (sale_id,),
    )
    return tuple(
        RefundRecord(
            part=row["part"],
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


def next_refund_part(db: sqlite3.Connection, sale_id: str) -> int:
    """The part of the next refund of a sale.

    A damaged journal may have lost a refund and kept its number and its taxes: they stay its own.
    """
    part: int = db.execute(
        "SELECT 1 + coalesce(max(part), 0) FROM ("
        " SELECT part FROM refunds WHERE sale_id = :sale"
        " UNION ALL SELECT part FROM refund_receipts WHERE sale_id = :sale"
        " UNION ALL SELECT part FROM refund_taxes WHERE sale_id = :sale)",
        {"sale": sale_id},
    ).fetchone()[0]
    return part


def refund_taxes_of(db: sqlite3.Connection, sale_id: str, part: int) -> tuple[TaxShare, ...]:
    """The shares of tax of a sale's `part`-th refund, the highest rate first."""
    rows = db.execute(
        f"SELECT {_SHARE} FROM refund_taxes WHERE sale_id = ? AND part = ?"  # noqa: S608 - our own names
        f" ORDER BY {_HIGHEST_RATE_FIRST}",
        (sale_id, part),
    )
    return tuple(_share(*row) for row in rows)


@lru_cache(maxsize=512)  # the same items are sold again and again
def _line(
    minor: int, tax_name: str | None, tax_rate: int | None, name: str, quantity: int
) -> SaleLine:
    if tax_name is None or tax_rate is None:
        return SaleLine(minor, None, name, quantity)
    return SaleLine(minor, TaxRate(tax_name, tax_rate), name, quantity)


@lru_cache(maxsize=512)
def _share(tax_name: str, tax_rate: int, gross_minor: int, tax_minor: int) -> TaxShare:
    return TaxShare(TaxRate(tax_name, tax_rate), gross_minor, tax_minor)

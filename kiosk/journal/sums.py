"""Sums of chosen sales and refunds, by the currency they were typed in.

A choice is a SELECT with the column `sale_id`, of one row for each sale.
"""

import sqlite3
from collections.abc import Iterable, Mapping

from kiosk.journal.rows import Value, checked_currency
from kiosk.sale.books import CurrencySums, Sums, added, added_taxes
from kiosk.sale.money import SAT, Currency, Fiat, Sats
from kiosk.sale.tax import TaxRate, TaxShare

Values = Mapping[str, Value]

_Key = tuple[str, int]  # a currency's code and fraction digits


def sale_sums(db: sqlite3.Connection, table: str, choice: str, values: Values) -> Sums:
    """Sums of the chosen sales of `sales` or `direct_sales`."""
    chosen = f"({choice}) AS chosen CROSS JOIN {table} AS sale USING (sale_id)"
    sums = db.execute(
        "SELECT currency, fraction_digits, max(symbol) AS symbol, count(*) AS receipts,"  # noqa: S608 - our own names
        " sum(price_minor) AS gross, sum(tip_minor) AS tips, sum(amount_sat) AS amount,"
        f" sum(tip_sat) AS tip_sat FROM {chosen} GROUP BY currency, fraction_digits",
        values,
    ).fetchall()
    if not sums:
        return ()
    taxes = db.execute(
        "SELECT currency, fraction_digits, tax_name, tax_rate, sum(gross_minor) AS gross,"  # noqa: S608 - our own names
        f" sum(tax_minor) AS tax FROM {chosen} CROSS JOIN sale_taxes USING (sale_id)"
        " GROUP BY currency, fraction_digits, tax_name, tax_rate",
        values,
    )
    about = db.execute(
        "SELECT rate_currency AS code, rate_digits AS digits, max(rate_symbol) AS symbol,"  # noqa: S608 - our own names
        f" sum(value_minor) AS value FROM {chosen} WHERE currency = :sat"
        " AND rate_currency IS NOT NULL GROUP BY rate_currency, rate_digits",
        {**values, "sat": SAT.code},
    )
    worths = tuple(
        Fiat(row["value"], checked_currency(row["code"], row["symbol"], row["digits"]))
        for row in about
    )
    return _lines(sums, taxes, worths)


def refund_sums(db: sqlite3.Connection, choice: str, values: Values) -> Sums:
    """Sums of the chosen refunds; a choice has the columns `sale_id` and `part`."""
    parts = []
    for table in ("sales", "direct_sales"):
        chosen = (
            f"({choice}) AS chosen CROSS JOIN refunds USING (sale_id, part)"
            f" CROSS JOIN {table} AS sale USING (sale_id)"
        )
        sums = db.execute(
            "SELECT currency, fraction_digits, max(symbol) AS symbol, count(*) AS receipts,"  # noqa: S608 - our own names
            " sum(minor - refunds.tip_minor) AS gross, sum(refunds.tip_minor) AS tips,"
            " sum(refunds.amount_sat) AS amount, sum(refunds.tip_sat) AS tip_sat"
            f" FROM {chosen} GROUP BY currency, fraction_digits",
            values,
        ).fetchall()
        taxes = db.execute(
            "SELECT currency, fraction_digits, tax_name, tax_rate, sum(gross_minor) AS gross,"  # noqa: S608 - our own names
            f" sum(tax_minor) AS tax FROM {chosen} CROSS JOIN refund_taxes USING (sale_id, part)"
            " GROUP BY currency, fraction_digits, tax_name, tax_rate",
            values,
        )
        parts.append(_lines(sums, taxes, ()))
    return added(*parts)


def _lines(
    sums: Iterable[sqlite3.Row], taxes: Iterable[sqlite3.Row], about: tuple[Fiat, ...]
) -> Sums:
    shares: dict[_Key, list[TaxShare]] = {}
    for row in taxes:
        share = TaxShare(TaxRate(row["tax_name"], row["tax_rate"]), row["gross"], row["tax"])
        shares.setdefault((row["currency"], row["fraction_digits"]), []).append(share)
    return added(
        tuple(
            CurrencySums(
                _currency(row),
                row["receipts"],
                row["gross"],
                row["tips"],
                Sats(row["amount"]),
                Sats(row["tip_sat"]),
                added_taxes(shares.get((row["currency"], row["fraction_digits"]), ())),
                about if row["currency"] == SAT.code else (),
            )
            for row in sums
        )
    )


def _currency(row: sqlite3.Row) -> Currency:
    return checked_currency(row["currency"], row["symbol"], row["fraction_digits"])

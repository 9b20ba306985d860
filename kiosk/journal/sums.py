"""Sums of chosen sales and refunds, by the currency they were typed in.

A choice is a SELECT with the column `sale_id`, of one row for each sale.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from kiosk.journal.rows import Value, checked_currency
from kiosk.sale.books import CashierSums, CurrencySums, Sums, added, added_taxes
from kiosk.sale.money import SAT, Fiat, Sats
from kiosk.sale.tax import TaxRate, TaxShare

Values = Mapping[str, Value]

_Key = tuple[str, int]  # a currency's code and fraction digits


_SUMS: Final = (
    "max(symbol) AS symbol, count(*) AS receipts, sum({gross}) AS gross,"
    " sum({of}tip_minor) AS tips, sum({of}amount_sat) AS amount, sum({of}tip_sat) AS tip_sat"
)
_TAX_SUMS: Final = "tax_name, tax_rate, sum(gross_minor) AS gross, sum(tax_minor) AS tax"
_CURRENCIES: Final = "currency, fraction_digits"


def sale_sums(db: sqlite3.Connection, table: str, choice: str, values: Values) -> Sums:
    """Sums of the chosen sales of `sales` or `direct_sales`."""
    return _sale_sums(db, table, choice, values, "", "''").get("", ())


def refund_sums(db: sqlite3.Connection, choice: str, values: Values) -> Sums:
    """Sums of the chosen refunds; a choice has the columns `sale_id` and `part`."""
    return _refund_sums(db, choice, values, "''").get("", ())


def sale_sums_by_cashier(
    db: sqlite3.Connection, table: str, choice: str, values: Values
) -> dict[str, Sums]:
    """The same by who sold; what nobody says of is under an empty text."""
    join = " LEFT JOIN sale_cashiers USING (sale_id)"
    return _sale_sums(db, table, choice, values, join, "coalesce(cashier, '')")


def refund_sums_by_cashier(db: sqlite3.Connection, choice: str, values: Values) -> dict[str, Sums]:
    """The same by who gave it back."""
    return _refund_sums(db, choice, values, "refunded_by")


def _sale_sums(
    db: sqlite3.Connection, table: str, choice: str, values: Values, join: str, who: str
) -> dict[str, Sums]:
    """Sums by `who`, an expression over the sale and what is joined to it."""
    chosen = f"({choice}) AS chosen CROSS JOIN {table} AS sale USING (sale_id){join}"
    sums = db.execute(
        f"SELECT {who} AS who, {_CURRENCIES}, {_SUMS.format(gross='price_minor', of='')}"  # noqa: S608 - our own names
        f" FROM {chosen} GROUP BY who, {_CURRENCIES}",
        values,
    ).fetchall()
    if not sums:
        return {}
    taxes = db.execute(
        f"SELECT {who} AS who, {_CURRENCIES}, {_TAX_SUMS}"  # noqa: S608 - our own names
        f" FROM {chosen} CROSS JOIN sale_taxes USING (sale_id)"
        f" GROUP BY who, {_CURRENCIES}, tax_name, tax_rate",
        values,
    )
    about = db.execute(
        f"SELECT {who} AS who, rate_currency AS code, rate_digits AS digits,"  # noqa: S608 - our own names
        f" max(rate_symbol) AS symbol, sum(value_minor) AS value FROM {chosen}"
        " WHERE currency = :sat AND rate_currency IS NOT NULL"
        " GROUP BY who, rate_currency, rate_digits",
        {**values, "sat": SAT.code},
    )
    return _by_who(sums, taxes, about)


def _refund_sums(db: sqlite3.Connection, choice: str, values: Values, who: str) -> dict[str, Sums]:
    parts = []
    for table in ("sales", "direct_sales"):
        chosen = (
            f"({choice}) AS chosen CROSS JOIN refunds USING (sale_id, part)"
            f" CROSS JOIN {table} AS sale USING (sale_id)"
        )
        gross = "minor - refunds.tip_minor"
        sums = db.execute(
            f"SELECT {who} AS who, {_CURRENCIES}, {_SUMS.format(gross=gross, of='refunds.')}"  # noqa: S608 - our own names
            f" FROM {chosen} GROUP BY who, {_CURRENCIES}",
            values,
        ).fetchall()
        taxes = db.execute(
            f"SELECT {who} AS who, {_CURRENCIES}, {_TAX_SUMS}"  # noqa: S608 - our own names
            f" FROM {chosen} CROSS JOIN refund_taxes USING (sale_id, part)"
            f" GROUP BY who, {_CURRENCIES}, tax_name, tax_rate",
            values,
        )
        parts.append(_by_who(sums, taxes, ()))
    return _added(parts)


def cashier_sums(
    sums: Sequence[Mapping[str, Sums]], refunded: Mapping[str, Sums]
) -> tuple[CashierSums, ...]:
    """What is whose, in the order of the labels; nothing where nobody says who sold anything."""
    sold = _added(sums)
    names = sorted({*sold, *refunded})
    if names in ([], [""]):
        return ()
    return tuple(CashierSums(name, sold.get(name, ()), refunded.get(name, ())) for name in names)


def _added(parts: Sequence[Mapping[str, Sums]]) -> dict[str, Sums]:
    names = {name for part in parts for name in part}
    return {name: added(*(part.get(name, ()) for part in parts)) for name in names}


def _by_who(
    sums: Iterable[sqlite3.Row], taxes: Iterable[sqlite3.Row], about: Iterable[sqlite3.Row]
) -> dict[str, Sums]:
    shares: dict[tuple[str, _Key], list[TaxShare]] = {}
    for row in taxes:
        share = TaxShare(TaxRate(row["tax_name"], row["tax_rate"]), row["gross"], row["tax"])
        shares.setdefault((row["who"], _key(row)), []).append(share)
    worths: dict[str, list[Fiat]] = {}
    for row in about:
        unit = checked_currency(row["code"], row["symbol"], row["digits"])
        worths.setdefault(row["who"], []).append(Fiat(row["value"], unit))
    lines: dict[str, list[CurrencySums]] = {}
    for row in sums:
        who = row["who"]
        lines.setdefault(who, []).append(
            CurrencySums(
                checked_currency(row["currency"], row["symbol"], row["fraction_digits"]),
                row["receipts"],
                row["gross"],
                row["tips"],
                Sats(row["amount"]),
                Sats(row["tip_sat"]),
                added_taxes(shares.get((who, _key(row)), ())),
                tuple(worths.get(who, ())) if row["currency"] == SAT.code else (),
            )
        )
    return {who: added(tuple(own)) for who, own in lines.items()}


def _key(row: sqlite3.Row) -> _Key:
    return row["currency"], row["fraction_digits"]

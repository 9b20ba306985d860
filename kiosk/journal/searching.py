"""Sales by what somebody knows of one: its id, its number, a payment hash, an amount, its memo.

Ids, numbers and hashes are looked up by index in the whole journal. Amounts and memos have none,
and are looked for among the newest sales.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kiosk.journal.errors import reading
from kiosk.journal.records import record_of
from kiosk.journal.rows import MOST_DIGITS
from kiosk.sale.money import SAT
from kiosk.sale.sale_record import SaleRecord

# How many sales a search gives at most, and among how many of the newest it looks without an index.
MOST_SALES: Final = 50
NEWEST: Final = 100_000
MOST_LETTERS: Final = 200

_NUMBER: Final = re.compile(r"(?:(?P<series>\d{1,9})-)(?P<number>\d{1,9})")
_HASH: Final = re.compile("[0-9a-f]{8,64}")
_AMOUNT: Final = re.compile(
    r"(?P<whole>\d{1,15})(?:[.,](?P<rest>\d{1,8}))?\s*(?P<currency>[A-Za-z]{3,4})?"
)
_AFTER_HEX: Final = "g"  # in the order of text it comes after every hash that begins the same
_SATS: Final = frozenset({"SAT", "SATS"})


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The newest sales that match, oldest first.

    `is_cut`: there are more. `newest_only`: older sales than the newest NEWEST were not looked at.
    """

    records: tuple[SaleRecord, ...]
    is_cut: bool
    newest_only: bool


def matching_sales(db: sqlite3.Connection, text: str) -> SearchResult:
    """The sale that a person's text names exactly; without one, sales by amount or memo."""
    wanted = text.strip()[:MOST_LETTERS]
    with reading():
        named = dict.fromkeys(_named(db, wanted)) if wanted else {}
        chosen = named or dict.fromkeys(_alike(db, wanted) if wanted else ())
        ids = json.dumps(list(chosen))
        records = [
            record_of(row, direct=view == "direct_records")
            for view in ("records", "direct_records")
            for row in db.execute(
                f"SELECT * FROM {view} WHERE sale_id IN (SELECT value FROM json_each(?))",  # noqa: S608 - our own names
                (ids,),
            )
        ]
        newest_only = not named and _is_longer_than_looked(db)
    records.sort(key=lambda record: record.sale.started_at)
    return SearchResult(tuple(records[-MOST_SALES:]), len(records) > MOST_SALES, newest_only)


def _is_longer_than_looked(db: sqlite3.Connection) -> bool:
    newest = db.execute(
        "SELECT (SELECT max(rowid) FROM sales) AS forwarded,"
        " (SELECT max(rowid) FROM direct_sales) AS direct"
    ).fetchone()
    return any((last or 0) > NEWEST for last in newest)


def _named(db: sqlite3.Connection, wanted: str) -> Iterator[str]:
    """By an index: the id, the receipt's number, the beginning of a payment or payout hash."""
    for way in ("", "direct_"):
        yield from _ids(db, f"SELECT sale_id FROM {way}sales WHERE sale_id = :id", id=wanted)  # noqa: S608 - our own names
    number = _NUMBER.fullmatch(wanted)
    if number is not None:
        yield from _ids(
            db,
            "SELECT sale_id FROM receipts WHERE series = :series AND number = :number",
            series=int(number["series"]),
            number=int(number["number"]),
        )
    begin = wanted.lower()
    if _HASH.fullmatch(begin):
        for table in ("invoices", "payouts", "direct_invoices"):
            yield from _ids(
                db,
                f"SELECT sale_id FROM {table} WHERE payment_hash >= :begin"  # noqa: S608 - our own names
                " AND payment_hash < :end LIMIT :most",
                begin=begin,
                end=begin + _AFTER_HEX,
                most=MOST_SALES + 1,
            )


def _alike(db: sqlite3.Connection, wanted: str) -> Iterator[str]:
    """Among the newest sales: by their amount if it is one, else by a part of their memo or id."""
    amount = _AMOUNT.fullmatch(wanted)
    if amount is not None:
        where, values = _amount_is(amount)
    else:
        escaped = re.sub(r"([\\%_])", r"\\\1", wanted)
        where = r"(memo LIKE :part ESCAPE '\' OR sale_id LIKE :part ESCAPE '\')"
        values = {"part": f"%{escaped}%"}
    for way in ("", "direct_"):
        yield from _ids(
            db,
            f"SELECT sale_id FROM {way}sales"  # noqa: S608 - our own names
            f" WHERE rowid > (SELECT max(rowid) FROM {way}sales) - :newest AND {where}"
            " ORDER BY rowid DESC LIMIT :most",
            **values,
            newest=NEWEST,
            most=MOST_SALES + 1,
        )


def _amount_is(amount: re.Match[str]) -> tuple[str, dict[str, str | int]]:
    """The condition that what was typed or what was paid with it is an amount, or its sats are."""
    currency = (amount["currency"] or "").upper()
    number = Decimal(f"{amount['whole']}.{amount['rest'] or 0}")
    minors = {digits: number.scaleb(digits) for digits in range(MOST_DIGITS + 1)}
    prices = ", ".join(
        f"({digits}, {int(minor)})" for digits, minor in minors.items() if minor == int(minor)
    )
    sats = int(number) if number == int(number) else 0  # no sale has 0
    if currency in _SATS:
        return "amount_sat = :sats", {"sats": sats}
    price = (
        f"((fraction_digits, price_minor) IN (VALUES {prices})"
        f" OR (fraction_digits, price_minor + tip_minor) IN (VALUES {prices}))"
    )
    if currency:
        return f"currency = :currency AND {price}", {"currency": currency}
    return f"(amount_sat = :sats OR {price} AND currency <> :sat)", {"sats": sats, "sat": SAT.code}


def _ids(db: sqlite3.Connection, statement: str, **values: str | int) -> Iterator[str]:
    return (row["sale_id"] for row in db.execute(statement, values))

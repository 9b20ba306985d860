"""What was learned beside the sales: PINs typed, currencies, wallets, and what is undecided."""

import sqlite3
from typing import Final

from kiosk.journal.errors import reading
from kiosk.sale.days import DAY_S
from kiosk.sale.invoice import SaleId, WalletId
from kiosk.sale.pin_tries import MANAGER

UNDECIDED_S: Final = 7 * DAY_S


def undecided(db: sqlite3.Connection, now: int) -> tuple[tuple[SaleId, str], ...]:
    """Sales of a lost journal, of the last week, that a person has to look at.

    `now` is Unix seconds.
    """
    with reading():
        rows = db.execute(
            "SELECT sale_id, reason FROM undecided WHERE at >= ? ORDER BY at",
            (now - UNDECIDED_S,),
        ).fetchall()
    return tuple((SaleId(row["sale_id"]), row["reason"]) for row in rows)


def wrong_pins(db: sqlite3.Connection) -> dict[str, int]:
    """How many times in a row each PIN was wrong by now, by whose it is (`sale.pin_tries`)."""
    with reading():
        rows = db.execute(
            "SELECT ? AS owner, wrong FROM pin_tries"
            " WHERE step = (SELECT max(step) FROM pin_tries)"
            " UNION ALL SELECT code, wrong FROM cashier_pin_tries"
            " WHERE step IN (SELECT max(step) FROM cashier_pin_tries GROUP BY code)",
            (MANAGER,),
        )
        return {row["owner"]: row["wrong"] for row in rows}


def digits(db: sqlite3.Connection) -> dict[str, int]:
    """The fraction digits that were accepted last, by currency."""
    with reading():
        rows = db.execute("SELECT currency, digits FROM currency_digits ORDER BY step")
        return {row["currency"]: row["digits"] for row in rows}


def merchant_wallets(db: sqlite3.Connection) -> dict[str, WalletId]:
    """The wallet that was accepted last, by the merchant's name; the newest name is last."""
    wallets: dict[str, WalletId] = {}
    with reading():
        for row in db.execute("SELECT * FROM merchant_wallets ORDER BY step"):
            wallets.pop(row["username"], None)
            wallets[row["username"]] = WalletId(row["wallet_id"])
    return wallets

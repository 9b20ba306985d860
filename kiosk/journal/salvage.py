"""What can still be read of a damaged journal, row by row until the error, from either end.

The finished sales become part of the new journal as they were. Of the others nothing may be
concluded from the file alone, since the row that says "settled" may be the one that was lost.
"""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kiosk.journal.database import columns, transaction
from kiosk.journal.records import record_of
from kiosk.journal.rows import invoice_of, sale_of
from kiosk.sale.facts import Ending, ForwardStatus
from kiosk.sale.invoice import SaleId, parse_payment_hash
from kiosk.sale.ledger_history import SalvagedSale

log: Final = logging.getLogger("kiosk.journal")

# The newest sales; older ones stay in the file. A Pi takes some seconds for so many.
NEWEST: Final = 5_000

# In the order in which one refers to the other.
_TABLES: Final = ("sales", "invoices", "payouts", "endings", "payments", "finals", "forward_steps")

_DIRECT_TABLES: Final = (
    "direct_sales",
    "direct_invoices",
    "replaced_codes",
    "direct_endings",
    "direct_payments",
    "direct_finals",
    "direct_undecided",
    "direct_reviews",
)

# What was learned beside the sales; the newest row counts.
_LEARNED: Final = ("currency_digits", "pin_tries", "cashier_pin_tries", "merchant_wallets")

# Several of these belong to one sale.
_ROWS_PER_SALE: Final = 5

_Row = dict[str, Any]


# What sqlite3 raises over a damaged file, and over text that is no UTF-8.
UNREADABLE: Final = (sqlite3.Error, ValueError, TypeError, OverflowError)


@dataclass
class _Sale:
    """Every row of one sale that could be read, by table, oldest first."""

    name: str
    rows: dict[str, list[_Row]] = field(default_factory=dict)

    def of(self, table: str) -> list[_Row]:
        return self.rows.get(table, [])

    @property
    def settled(self) -> bool:
        """Whether the merchant has it, by the journal's own word."""
        return any(row["status"] == ForwardStatus.SETTLED for row in self.of("forward_steps"))


def copy_what_was_learned(connection: sqlite3.Connection, damaged: Path) -> None:
    """Copy accepted digits, wrong PINs and merchants' wallets into a sound journal without any.

    Raises:
        sqlite3.Error: the sound journal cannot be written.
    """
    rows = readable_rows(damaged, _LEARNED)
    with transaction(connection):
        for table in _LEARNED:
            if connection.execute(f"SELECT 1 FROM {table}").fetchone() is None:  # noqa: S608 - our own names
                for row in rows[table]:
                    # Under a step of its own.
                    insert(connection, table, {name: row[name] for name in row if name != "step"})


def readable_rows(damaged: Path, tables: Sequence[str]) -> dict[str, list[_Row]]:
    """What can be read of these tables; nothing of a file that cannot be read at all."""
    ours = columns()
    try:
        with closing(opened(damaged)) as source:
            return {table: rows_of(source, table, ours[table]) for table in tables}
    except UNREADABLE as error:
        log.warning("no %s can be read of %s reason=%s", "/".join(tables), damaged.name, error)
        return {table: [] for table in tables}


def insert(connection: sqlite3.Connection, table: str, row: _Row) -> None:
    """Add a row of a damaged journal; one that is there, or is not allowed, is not added."""
    names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
    try:
        connection.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608 - our own names
            row,
        )
    except (sqlite3.IntegrityError, sqlite3.InterfaceError) as error:
        log.info("a damaged row table=%s reason=%s", table, error)


def damaged_journals(path: Path) -> list[Path]:
    """The damaged journals that are kept beside this one, oldest first."""
    paths = path.parent.glob(f"{path.name}.corrupt-*")
    return sorted(path for path in paths if not path.name.endswith(("-wal", "-shm")))


def is_database(damaged: Path) -> bool:
    """Whether SQLite takes it for a database at all. If not, no row of it can be read."""
    try:
        with closing(opened(damaged)) as source:
            source.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_NOTADB:
            return True  # table by table, something may be left
        log.warning("nothing can be read of %s reason=%s", damaged.name, error)
        return False
    return True


def copy_finished_sales(
    connection: sqlite3.Connection, damaged: Path, chosen: Callable[[str], bool] = lambda _: True
) -> dict[SaleId, SalvagedSale]:
    """Copy the finished sales of a damaged journal into a sound one; return the others.

    `chosen` says by a sale's id whether it is looked at.

    Raises:
        sqlite3.Error: the sound journal cannot be written.
    """
    sales = _read(damaged, _TABLES)
    copied = 0
    saved: dict[SaleId, SalvagedSale] = {}
    with transaction(connection):
        for sale_id, sale in sales.items():
            if not chosen(sale_id):
                continue
            if sale.settled and _copied(connection, sale, _TABLES, "records"):
                copied += 1
            elif (unfinished := _salvaged_sale(sale)) is not None:
                saved[SaleId(sale_id)] = unfinished
    log.warning("saved from %s finished=%d others=%d", damaged.name, copied, len(saved))
    return saved


def copy_direct_sales(
    connection: sqlite3.Connection, damaged: Path, chosen: Callable[[str], bool] = lambda _: True
) -> None:
    """Copy the direct sales of a damaged journal into a sound one, finished or not.

    `chosen` says by a sale's id whether it is looked at.

    Nothing of them is forwarded, so a row that was lost costs no money: an invoice whose payment or
    end is missing is asked about again. What does not fit together is not copied.

    Raises:
        sqlite3.Error: the sound journal cannot be written.
    """
    read = _read(damaged, _DIRECT_TABLES).values()
    sales = [sale for sale in read if sale.of("direct_sales") and chosen(sale.name)]
    with transaction(connection):
        copied = sum(_copied(connection, sale, _DIRECT_TABLES, "direct_records") for sale in sales)
    log.warning("saved from %s direct=%d lost=%d", damaged.name, copied, len(sales) - copied)


def _read(damaged: Path, tables: Sequence[str]) -> dict[str, _Sale]:
    sales: dict[str, _Sale] = {}
    ours = columns()
    try:
        with closing(opened(damaged)) as connection:
            for table in tables:
                for row in rows_of(connection, table, ours[table]):
                    if isinstance(row["sale_id"], str):
                        sale = sales.setdefault(row["sale_id"], _Sale(row["sale_id"]))
                        sale.rows.setdefault(table, []).append(row)
    except UNREADABLE as error:
        log.warning("nothing more can be read of %s reason=%s", damaged.name, error)
    return sales


def opened(damaged: Path) -> sqlite3.Connection:
    """Open it as it is, with what its write-ahead log holds if that can be read."""
    uri = damaged.absolute().as_uri()
    connection = _connected(f"{uri}?mode=ro")
    try:
        connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except UNREADABLE:
        connection.close()
        connection = _connected(f"{uri}?immutable=1")
    return connection


def _connected(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")  # a table that makes no sense hides no other
    connection.text_factory = lambda text: text.decode(errors="replace")
    return connection


def rows_of(connection: sqlite3.Connection, table: str, names: Sequence[str]) -> list[_Row]:
    """The newest rows that can be read: backward until the error, and then forward until it.

    The columns are named by us, in the order in which we made them: what the damaged file calls
    them may be damaged as well. What a newer release has added comes after ours.
    """
    limit = NEWEST * (1 if table in ("sales", "direct_sales") else _ROWS_PER_SALE)
    rows: dict[int, _Row] = {}
    for order in ("DESC", "ASC"):
        try:
            for place, *values in connection.execute(
                f"SELECT rowid, * FROM {table} NOT INDEXED"  # noqa: S608 - our own names
                f" ORDER BY rowid {order} LIMIT {limit}"
            ):
                rows[place] = dict(zip(names, values, strict=False))
        except UNREADABLE as error:
            log.info("damaged table=%s reason=%s", table, error)
        else:
            break
    whole = set(names)
    return [rows[place] for place in sorted(rows) if rows[place].keys() == whole]


def _copied(connection: sqlite3.Connection, sale: _Sale, tables: Sequence[str], view: str) -> bool:
    """Copy a whole sale with its own times; one that does not fit together is not copied."""
    connection.execute("SAVEPOINT sale")
    try:
        for table in tables:
            for row in sale.of(table):
                values = {name: value for name, value in row.items() if name != "step"}
                names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
                connection.execute(
                    f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608 - our own names
                    values,
                )
        for row in connection.execute(f"SELECT * FROM {view} WHERE sale_id = ?", (sale.name,)):  # noqa: S608 - our own names
            record_of(
                row, direct=view == "direct_records"
            )  # whoever reads the history has to be able to read it
    except (sqlite3.IntegrityError, sqlite3.InterfaceError, ValueError, TypeError, LookupError):
        connection.execute("ROLLBACK TO sale")
        return False
    finally:
        connection.execute("RELEASE sale")
    return True


def _salvaged_sale(sale: _Sale) -> SalvagedSale | None:
    """What the core wants to know of an unfinished sale; None if not even its beginning is left."""
    try:
        begun = [sale_of(row) for row in sale.of("sales")]
        invoices = [invoice_of(row) for row in sale.of("invoices")]
        payouts = [
            invoice_of(row)
            for row in sorted(sale.of("payouts"), key=lambda row: int(row["generation"]))
        ]
        ending = next((Ending(row["ending"]) for row in sale.of("endings")), None)
        if not begun or begun[0].amount <= 0 or not 0 <= begun[0].tip <= begun[0].amount:
            return None
        return SalvagedSale(
            begun[0],
            invoices[0] if invoices else None,
            tuple(
                payout
                for payout in payouts
                if parse_payment_hash(payout.payment_hash) is not None
                and payout.amount == begun[0].amount
            ),
            ending,
            paid=bool(sale.of("payments")),
            final=bool(sale.of("finals")),
        )
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        log.info("a damaged sale reason=%s", type(error).__name__)
        return None

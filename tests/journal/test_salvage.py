"""A card that fails: what can be read is kept, and what cannot is asked of Blink."""

import random
import shutil
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kiosk.journal import Journal, JournalCorrupt, SaleRecord, resume, salvage
from kiosk.sale.entry import Entry
from kiosk.sale.events import LedgerHistoryResult, Tick
from kiosk.sale.facts import (
    DigitsAccepted,
    Ending,
    Fact,
    ForwardStatus,
    InvoiceNeverPaid,
    MerchantWalletAccepted,
    PinTried,
    SaleLeftScreen,
)
from kiosk.sale.ids import Direction
from kiosk.sale.invoice import Invoice, InvoiceStatus, SaleId, WalletId
from kiosk.sale.ledger_history import (
    EntryState,
    HistoryEntry,
    HistoryInvoice,
    LedgerHistory,
    LostJournal,
)
from kiosk.sale.money import SAT
from kiosk.sale.pin_tries import MANAGER
from kiosk.sale.recovery import SETTLE_S
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.till import Ready, Till
from kiosk.sale.transition import transition
from tests.journal.connection import connection
from tests.journal.test_journal import NOW, moved, opened, paid, sale
from tests.sale.tills import ACCOUNT, RULES, invoice

SALES = 60


@dataclass(frozen=True)
class Truth:
    """What really became of the sales, and what Blink shows of it."""

    facts: tuple[Fact, ...]
    past: LedgerHistory
    settled: frozenset[SaleId]
    owed: frozenset[SaleId]


def truth() -> Truth:
    facts: list[Fact] = []
    invoices: list[HistoryInvoice] = []
    entries: list[HistoryEntry] = []
    settled, owed = set(), set()
    for number in range(1, SALES + 1):
        name, mine = sale(number).id, invoice(number, 2300)
        mine = replace(mine, expires_at=NOW + 600)
        status = InvoiceStatus.PENDING
        kind = number % 5
        if kind in (0, 1, 2):  # forwarded
            facts += [*paid(number), SaleLeftScreen(name, Ending.PAID)]
            facts += [moved(ForwardStatus.SENT, number), moved(ForwardStatus.SETTLED, number)]
            settled.add(name)
        elif kind == 3:  # paid, and the payout under way when the power went
            facts += [*paid(number), moved(ForwardStatus.SENT, number)]
            owed.add(name)
        else:
            facts += [*opened(number), SaleLeftScreen(name, Ending.CANCELLED)]
            if number % 2:
                facts.append(InvoiceNeverPaid(name, mine.payment_hash))
        if kind != 4:
            status = InvoiceStatus.PAID
            entries.append(entry(name, Direction.IN, mine))
        if kind in (0, 1, 2):
            entries.append(entry(name, Direction.OUT, invoice(number, 2300, "out", 86_400)))
        invoices.append(HistoryInvoice(name, mine, status, NOW))
    return Truth(
        tuple(facts),
        LedgerHistory(tuple(reversed(invoices)), tuple(reversed(entries)), 0),
        frozenset(settled),
        frozenset(owed),
    )


def entry(name: SaleId, direction: Direction, of: Invoice) -> HistoryEntry:
    return HistoryEntry(name, direction, EntryState.SUCCESS, of.amount, NOW, of.payment_hash, of)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound journal of mixed sales, all of it in the one file."""
    path = tmp_path_factory.mktemp("whole") / "journal.sqlite3"
    journal = Journal.open(path, lambda: NOW)
    journal.record(truth().facts)
    connection(journal).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    journal.close()
    return path


def lost(folder: Path) -> tuple[Journal, LostJournal | None]:
    """Open a journal as the start does."""
    path = folder / "journal.sqlite3"
    try:
        journal = Journal.open(path, lambda: NOW)
    except JournalCorrupt:
        Journal.set_aside(path, "1")
        journal = Journal.open(path, lambda: NOW)
    return journal, journal.lost_journal()


def records(path: Path) -> dict[SaleId, SaleRecord]:
    reader = Journal.read_only(path)
    by_id = {salvaged_sale.sale.id: salvaged_sale for salvaged_sale in reader.sales(0, 2**40)}
    reader.close()
    return by_id


def taken_up(journal: Journal, left: LostJournal | None) -> Till:
    """A till that is told by Blink what was, with every fact recorded."""
    watches, forwards, _ = resume(journal.recover(), 1.0, NOW)
    till = Till(
        RULES,
        EnteringAmount(Entry(SAT)),
        service=Ready(),
        account=ACCOUNT,
        watched_invoices=watches,
        forwards=forwards,
        lost_journal=left,
    )
    judged_s = 1.0 + SETTLE_S  # what the program before had sent has reached Blink by then
    for event in (
        Tick(1.0, NOW + 1000),
        Tick(judged_s, NOW + 1000 + SETTLE_S),
        LedgerHistoryResult(truth().past, judged_s),
    ):
        step = transition(till, event)
        journal.record(step.facts)
        till = step.till
    return till


def check(folder: Path) -> None:
    journal, left = lost(folder)
    till = taken_up(journal, left)
    journal.close()
    assert till.lost_journal is None
    owed = {forward.sale.id for forward in till.forwards.values()}
    assert owed == truth().owed
    assert not {watched.sale.id for watched in till.watched_invoices.values()} & truth().settled
    recorded = records(folder / "journal.sqlite3")
    forwarded = {name for name, record in recorded.items() if record.forwarded_at is not None}
    assert forwarded == truth().settled


@pytest.mark.parametrize("seed", range(12))
def test_whatever_pages_are_lost_every_sale_is_where_blink_says_it_is(
    whole: Path, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    data = bytearray(whole.read_bytes())
    pages = len(data) // 4096
    for _ in range(chance.choice((1, 1, 2, 5))):
        page = chance.randrange(pages) * 4096
        data[page : page + 4096] = chance.choice((b"\0", b"\xff", b"\xa5")) * 4096
    (tmp_path / "journal.sqlite3").write_bytes(data)
    check(tmp_path)


@pytest.mark.parametrize("seed", range(12))
def test_a_torn_file_loses_no_sale(whole: Path, tmp_path: Path, seed: int) -> None:
    data = whole.read_bytes()
    cut = random.Random(seed).randrange(1, len(data))
    (tmp_path / "journal.sqlite3").write_bytes(data[:cut])
    check(tmp_path)


def test_finished_sales_are_kept_with_their_times_and_rates(whole: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "journal.sqlite3"
    shutil.copy(whole, damaged)
    before = records(whole)
    data = bytearray(damaged.read_bytes())
    data[-4096:] = b"\xa5" * 4096  # the last page: the end of one table or index
    damaged.write_bytes(data)
    journal, left = lost(tmp_path)
    journal.close()
    assert left is not None
    after = records(damaged)
    assert after
    for name, record in after.items():
        assert record == before[name]


def test_a_damaged_journal_is_still_there_byte_by_byte(whole: Path, tmp_path: Path) -> None:
    data = whole.read_bytes()[:-5000]
    (tmp_path / "journal.sqlite3").write_bytes(data)
    journal, _ = lost(tmp_path)
    journal.close()
    assert (tmp_path / "journal.sqlite3.corrupt-1").read_bytes() == data


def test_nothing_at_all_to_be_read_is_asked_of_blink_too(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite3").write_bytes(b"not a journal" * 1000)
    check(tmp_path)


def test_a_sound_journal_has_lost_nothing(whole: Path, tmp_path: Path) -> None:
    shutil.copy(whole, tmp_path / "journal.sqlite3")
    journal, left = lost(tmp_path)
    journal.close()
    assert left is None


def test_a_damaged_journal_forgets_no_digits_no_wrong_pins_and_no_merchants_wallet(
    tmp_path: Path,
) -> None:
    """Box fault 34: after a lost card the wallet of a moved user name was the first one again."""
    path = tmp_path / "journal.sqlite3"
    journal = Journal.open(path, lambda: NOW)
    journal.record(
        [DigitsAccepted("USD", 2), DigitsAccepted("USD", 0), PinTried(7), PinTried(3, "02")]
    )
    journal.record([MerchantWalletAccepted("shop", WalletId("first"))])
    journal.close()
    Journal.set_aside(path, "20261126T000000")
    for _ in range(2):  # and what is learned since stands at the next start
        journal = Journal.open(path, lambda: NOW)
        taken_up = journal.take_up()
        journal.record([PinTried(0)])
        journal.close()
        assert taken_up.digits == {"USD": 0}
        assert taken_up.merchant_wallets == {"shop": "first"}
    assert taken_up.wrong_pins == {MANAGER: 0, "02": 3}


@pytest.mark.parametrize(
    ("amount", "tip", "is_saved"),
    [
        (1, 0, True),
        (0, 0, False),
        (-1, 0, False),
        (2300, 2300, True),
        (2300, 2301, False),
        (2300, -1, False),
    ],
)
def test_a_saved_sale_of_an_amount_or_a_tip_that_cannot_be_is_no_sale(
    tmp_path: Path, amount: int, tip: int, *, is_saved: bool
) -> None:
    """A flipped bit passes by the checks of the table."""
    path = tmp_path / "journal.sqlite3"
    journal = Journal.open(path, lambda: NOW)
    journal.record(opened())
    database = connection(journal)
    database.execute("PRAGMA ignore_check_constraints = ON")
    database.execute("DROP TRIGGER sales_stay")
    database.execute("UPDATE sales SET amount_sat = ?, tip_sat = ?", (amount, tip))
    journal.close()
    Journal.set_aside(path, "then")
    journal = Journal.open(path, lambda: NOW)
    left = journal.lost_journal()
    journal.close()
    assert left is not None
    assert bool(left.salvaged) is is_saved


def test_a_file_that_is_no_database_is_looked_at_once_and_not_table_by_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start after a dead card opened it 22 times; Blink is asked of its sales all the same."""
    path = tmp_path / "journal.sqlite3"
    path.write_bytes(bytes(8192))
    Journal.set_aside(path, "then")
    journal = Journal.open(path, lambda: NOW)
    modes: list[str] = []
    connect = salvage._connected

    def connected(uri: str) -> sqlite3.Connection:
        modes.append(uri.rpartition("?")[2])
        return connect(uri)

    monkeypatch.setattr(salvage, "_connected", connected)
    left = journal.lost_journal()
    series = connection(journal).execute("SELECT max(series) FROM receipt_series").fetchone()
    journal.close()
    assert left is not None
    assert left.names == ("journal.sqlite3.corrupt-then",)
    assert series[0] == 2, "what the lost one may have numbered is not numbered again"
    assert modes == ["mode=ro", "immutable=1"]

"""A journal with one flipped bit: whatever it hits, the next start ends in a working journal."""

import random
from pathlib import Path

import pytest

from kiosk.commands.app import initial_till
from kiosk.journal import Journal, open_sound
from kiosk.sale.facts import Ending, ForwardStatus, SaleLeftScreen
from kiosk.sale.trouble import KioskError
from tests.journal.connection import connection
from tests.journal.test_journal import NOW, moved, opened, paid, sale
from tests.sale.tills import RULES

SAMPLE = 36


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small journal with a sale in every state, all of it in the one file."""
    path = tmp_path_factory.mktemp("whole") / "journal.sqlite3"
    journal = Journal.open(path, lambda: NOW)
    for number in range(1, 9):
        settled = [moved(ForwardStatus.SENT, number), moved(ForwardStatus.SETTLED, number)]
        journal.record([*paid(number), SaleLeftScreen(sale(number).id, Ending.PAID), *settled])
    journal.record([*paid(9), moved(ForwardStatus.SENT, 9)])
    journal.record([*paid(10), moved(ForwardStatus.SENT, 10), moved(ForwardStatus.STOPPED, 10)])
    journal.record([*opened(11), SaleLeftScreen(sale(11).id, Ending.CANCELLED)])
    journal.record(opened(12))
    connection(journal).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    journal.close()
    return path.read_bytes()


def start(path: Path, number: int) -> None:
    """Everything that a start does with the journal, and then a sale and the manager's pages."""
    journal, taken_up = open_sound(path, lambda: NOW)
    _, facts = initial_till(RULES, taken_up, 1.0, NOW)
    journal.record(facts)
    journal.probe()
    steps = [moved(status, number) for status in (ForwardStatus.SENT, ForwardStatus.SETTLED)]
    journal.record([*paid(number), *steps])
    try:
        journal.overview(NOW)
        journal.sales_page(None, 20)
        journal.unsettled()
    except KioskError:
        pass  # told on the page; the till goes on
    journal.close()


def flip(whole: bytes, bit: int, folder: Path) -> None:
    data = bytearray(whole)
    data[bit // 8] ^= 1 << bit % 8
    path = folder / "journal.sqlite3"
    path.write_bytes(data)
    try:
        start(path, 100)
        start(path, 101)
    except Exception as error:
        raise AssertionError(f"bit {bit} of byte {bit // 8}") from error
    for left in folder.iterdir():
        left.unlink()


def test_a_start_on_a_journal_with_a_flipped_bit_ends_in_a_working_one(
    whole: bytes, tmp_path: Path
) -> None:
    """Box fault 24: 94 of 1,399 ended in a traceback, 19 in "out of service" at every start."""
    chance = random.Random(24)
    schema = whole.index(b"CREATE TRIGGER") // 4096 * 4096 * 8
    bits = [chance.randrange(len(whole) * 8) for _ in range(SAMPLE // 3)]
    bits += [chance.randrange(100 * 8) for _ in range(SAMPLE // 3)]
    bits += [schema + chance.randrange(4096 * 8) for _ in range(SAMPLE // 3)]
    for bit in bits:
        flip(whole, bit, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(6 * 3600)
def test_every_bit_of_the_first_pages_may_flip(whole: bytes, tmp_path: Path) -> None:
    """Box fault 24, bit by bit: the header, the tables' texts, and the first rows."""
    for bit in range(3 * 4096 * 8):
        flip(whole, bit, tmp_path)

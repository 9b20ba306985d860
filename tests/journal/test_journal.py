"""What is recorded is durable, known facts change nothing, and nothing moves backward."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.journal import Journal, JournalConflict, JournalCorrupt, JournalUnusable, resume
from kiosk.sale.facts import (
    DayClosed,
    Ending,
    Fact,
    ForwardMoved,
    ForwardStatus,
    InvoiceFinal,
    InvoiceIssued,
    InvoicePaid,
    PayoutIssued,
    Sale,
    SaleLeft,
    SaleStarted,
)
from kiosk.sale.invoice import SaleId
from kiosk.sale.money import Fiat, Sats
from kiosk.sale.trouble import TroubleKind
from tests.sale.tills import USD, invoice, usd_rate

NOW = 1_700_000_000


def sale(number: int = 1) -> Sale:
    return Sale(SaleId(f"till-1-x-{number}"), Sats(2300), Fiat(100, USD), usd_rate(), NOW, "memo")


def opened(number: int = 1) -> list[Fact]:
    """The facts up to a code on the screen with its payout invoice."""
    one = sale(number)
    return [
        SaleStarted(one),
        InvoiceIssued(one.id, invoice(number, 2300)),
        PayoutIssued(one.id, invoice(number, 2300, "out", 86_400)),
    ]


def paid(number: int = 1) -> list[Fact]:
    return [*opened(number), InvoicePaid(sale(number).id, invoice(number, 1).payment_hash, False)]


def moved(status: ForwardStatus, number: int = 1) -> ForwardMoved:
    return ForwardMoved(sale(number).id, status, invoice(number, 1, "out").payment_hash)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "journal.sqlite3"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    made = Journal.open(path, lambda: NOW)
    yield made
    made.close()


def test_the_file_is_for_the_kiosk_alone_and_fully_synchronous(
    journal: Journal, path: Path
) -> None:
    assert path.stat().st_mode & 0o077 == 0
    assert journal._db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert journal._db.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_an_open_invoice_comes_back_as_a_watch_asked_at_once_m8_m11(journal: Journal) -> None:
    journal.record(opened())
    recovery = journal.recover()
    assert recovery.interrupted == (sale(),) or recovery.interrupted[0].id == sale().id
    watches, forwards, _ = resume(recovery, 5.0, NOW)
    watch = watches[invoice(1, 1).payment_hash]
    assert (watch.ask_s, watch.cancel_wanted, forwards) == (5.0, True, {})
    assert watch.payout == invoice(1, 2300, "out", 86_400)


@pytest.mark.parametrize("unix_s", [0, NOW, NOW + 10**9])
def test_a_wrong_clock_never_gives_an_invoice_up_unasked_m11(journal: Journal, unix_s: int) -> None:
    journal.record([*opened(), SaleLeft(sale().id, Ending.EXPIRED)])
    watches, _, _ = resume(journal.recover(), 5.0, unix_s)
    watch = watches[invoice(1, 1).payment_hash]
    assert watch.ask_s == 5.0
    assert 86_000 < watch.final_s < 90_000


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ([], ForwardStatus.PLANNED),
        ([ForwardStatus.SENT], ForwardStatus.UNKNOWN),
        ([ForwardStatus.SENT, ForwardStatus.FAILED], ForwardStatus.UNKNOWN),
        ([ForwardStatus.SENT, ForwardStatus.STOPPED], ForwardStatus.STOPPED),
    ],
)
def test_a_forward_that_may_have_been_sent_is_looked_up_first_m6_m11(
    journal: Journal, steps: list[ForwardStatus], status: ForwardStatus
) -> None:
    journal.record([*paid(), *map(moved, steps)])
    _, forwards, _ = resume(journal.recover(), 5.0, NOW)
    assert [forward.status for forward in forwards.values()] == [status]


def test_a_settled_forward_is_finished_and_remembered_for_a_day_m12(journal: Journal) -> None:
    journal.record([*paid(), moved(ForwardStatus.SENT), moved(ForwardStatus.SETTLED)])
    watches, forwards, aftermath = resume(journal.recover(), 5.0, NOW)
    assert (watches, forwards, len(aftermath)) == ({}, {}, 1)


def test_nothing_follows_settled_m5(journal: Journal) -> None:
    journal.record([*paid(), moved(ForwardStatus.SETTLED)])
    with pytest.raises(JournalConflict, match="settled is final"):
        journal.record([moved(ForwardStatus.SENT)])


def test_a_known_fact_changes_nothing_m5(journal: Journal) -> None:
    for _ in range(3):
        journal.record(paid())
    assert journal.totals(0).sales == 1


def test_one_sale_has_one_invoice_m1(journal: Journal) -> None:
    journal.record(opened())
    journal.record([InvoiceIssued(sale().id, invoice(77, 2300))])
    assert [one.invoice for one in journal.recover().invoices] == [invoice(1, 2300)]


def test_half_a_step_is_never_recorded_m5(journal: Journal) -> None:
    journal.record([*paid(), moved(ForwardStatus.SETTLED)])
    with pytest.raises(JournalConflict):
        journal.record([SaleStarted(sale(2)), moved(ForwardStatus.SENT)])
    assert [record.sale.id for record in journal.sales(0, 2**40)] == [sale(1).id]


def test_a_final_invoice_is_not_asked_about_again_m8(journal: Journal) -> None:
    journal.record([*opened(), InvoiceFinal(sale().id, invoice(1, 1).payment_hash)])
    assert journal.recover().invoices == ()


def test_a_full_journal_says_so_and_works_again_when_there_is_room_m11(journal: Journal) -> None:
    pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
    journal._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalUnusable) as caught:
        for number in range(1, 500):
            journal.record(opened(number))
    assert caught.value.trouble.kind is TroubleKind.JOURNAL_FULL
    journal._db.execute("PRAGMA max_page_count = 100000")
    journal.record(opened(1000))
    journal.probe()


@pytest.mark.parametrize("where", [0, 100, 5000])
def test_a_damaged_journal_is_noticed_and_set_aside_not_deleted_m11(path: Path, where: int) -> None:
    journal = Journal.open(path, lambda: NOW)
    for number in range(40):
        journal.record(opened(number))
    journal.close()
    damaged = bytearray(path.read_bytes())
    damaged[where : where + 2000] = b"\xa5" * 2000
    path.write_bytes(damaged)
    with pytest.raises(JournalCorrupt):
        Journal.open(path)
    aside = Journal.set_aside(path, "now")
    assert aside.read_bytes() == damaged
    Journal.open(path).close()


def test_it_can_be_read_while_the_kiosk_runs_and_when_it_does_not(
    journal: Journal, path: Path
) -> None:
    journal.record(paid())
    reader = Journal.read_only(path)
    assert [record.state for record in reader.unsettled()] == ["paid"]
    reader.close()
    journal.close()
    reader = Journal.read_only(path)
    assert [record.state for record in reader.unsettled()] == ["paid"]
    reader.close()


def test_a_journal_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(JournalUnusable):
        Journal.read_only(tmp_path / "none.sqlite3")


def test_totals_count_what_was_paid_at_the_rate_of_the_moment(journal: Journal) -> None:
    journal.record([*paid(1), *paid(2), *opened(3), moved(ForwardStatus.SETTLED, 1)])
    totals = journal.totals(0)
    assert (totals.sales, totals.amount, totals.forwarded) == (2, 4600, 2300)
    assert dict(totals.fiat_minor) == {"USD": 200}
    journal.record([DayClosed(NOW + 5)])
    assert journal.last_close() == NOW + 5
    assert journal.totals(NOW + 5).sales == 0


def test_a_request_of_another_process_is_taken_once(journal: Journal) -> None:
    journal.ask_retry()
    assert journal.take_requests()
    assert not journal.take_requests()


def test_a_probe_leaves_no_growth(journal: Journal) -> None:
    journal.probe()
    pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
    for _ in range(50):
        journal.probe()
    assert journal._db.execute("PRAGMA page_count").fetchone()[0] == pages


WRITER = """
import sys
from pathlib import Path
from kiosk.journal import Journal
from tests.journal.test_journal import paid
journal = Journal.open(Path(sys.argv[1]))
for number in range(10**6):
    journal.record(paid(number))
    print(number, flush=True)
"""


def test_a_kill_loses_nothing_that_was_recorded_m11(path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    told = [writer.stdout.readline() for _ in range(25)]
    os.kill(writer.pid, signal.SIGKILL)
    rest, _ = writer.communicate()
    recorded = len(told) + len([line for line in rest.splitlines() if line])
    journal = Journal.open(path)
    found = len(journal.recover().forwards)
    journal.close()
    assert recorded <= found <= recorded + 1
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM sales").fetchone()[0] == found
    db.close()

"""What is recorded is durable, known facts change nothing, and nothing moves backward."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.durable_files import PARTITION_MISSING
from kiosk.journal import Journal, JournalConflict, JournalUnusable, SaleState, resume
from kiosk.journal.books import SaleEntry
from kiosk.sale.facts import (
    DayClosed,
    DigitsAccepted,
    Ending,
    Fact,
    ForeignCodesAwaited,
    ForwardStatus,
    ForwardStatusChanged,
    InvoiceIssued,
    InvoiceNeverPaid,
    InvoicePaid,
    MerchantWalletAccepted,
    PaidTwice,
    PayoutIssued,
    Sale,
    SaleLeftScreen,
    SaleStarted,
)
from kiosk.sale.invoice import SaleId, WalletId
from kiosk.sale.ledger_history import LostJournal
from kiosk.sale.money import SAT, Fiat, Rate, Sats
from kiosk.sale.sales_list import SalesPlace
from kiosk.sale.trouble import TroubleKind
from tests.journal.connection import connection
from tests.sale.tills import JPY, USD, invoice, usd_rate

NOW = 1_700_000_000
DOLLAR = replace(USD, name="")  # a currency's name is for choosing it, and not kept


def sale(number: int = 1) -> Sale:
    rate = replace(usd_rate(), currency=DOLLAR)
    return Sale(
        SaleId(f"till-1_3f9a0b1c_0a1b2c3d_{number}"),
        Sats(2300),
        Fiat(100, DOLLAR),
        rate,
        NOW,
        "memo",
    )


def opened(number: int = 1) -> list[Fact]:
    """The facts up to a code on the screen with its payout invoice."""
    started = sale(number)
    return [
        SaleStarted(started),
        InvoiceIssued(started.id, invoice(number, 2300)),
        PayoutIssued(started.id, invoice(number, 2300, "out", 86_400)),
    ]


def paid(number: int = 1) -> list[Fact]:
    return [*opened(number), InvoicePaid(sale(number).id, invoice(number, 1).payment_hash, False)]


def sales_since_close(journal: Journal) -> list[SaleEntry]:
    return [entry for entry in journal.entries_since_close() if isinstance(entry, SaleEntry)]


def moved(status: ForwardStatus, number: int = 1) -> ForwardStatusChanged:
    return ForwardStatusChanged(sale(number).id, status, invoice(number, 1, "out").payment_hash)


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
    assert connection(journal).execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert connection(journal).execute("PRAGMA synchronous").fetchone()[0] == 2


def test_the_folders_of_a_new_journal_are_made_with_it(tmp_path: Path) -> None:
    path = tmp_path / "var" / "kiosk" / "journal.sqlite3"
    Journal.open(path, lambda: NOW).close()
    assert path.exists()


def test_an_open_invoice_comes_back_as_a_watch_asked_at_once_m8_m11(journal: Journal) -> None:
    journal.record(opened())
    recovery = journal.recover()
    assert recovery.interrupted == (sale(),)
    watches, forwards, _ = resume(recovery, 5.0, NOW)
    watch = watches[invoice(1, 1).payment_hash]
    assert (watch.next_check_s, watch.cancel_wanted, forwards) == (5.0, True, {})
    assert watch.payout == invoice(1, 2300, "out", 86_400)


@pytest.mark.parametrize("unix_s", [0, NOW, NOW + 10**9])
def test_a_wrong_clock_never_gives_an_invoice_up_unasked_m11(journal: Journal, unix_s: int) -> None:
    journal.record([*opened(), SaleLeftScreen(sale().id, Ending.EXPIRED)])
    watches, _, _ = resume(journal.recover(), 5.0, unix_s)
    watch = watches[invoice(1, 1).payment_hash]
    assert watch.next_check_s == 5.0
    assert 86_000 < watch.final_s < 90_000


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ([], ForwardStatus.UNKNOWN),  # it may be an older copy of the journal
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
    watches, forwards, recently_paid = resume(journal.recover(), 5.0, NOW)
    assert (watches, forwards, len(recently_paid)) == ({}, {}, 1)


def test_nothing_follows_settled_m5(journal: Journal) -> None:
    journal.record([*paid(), moved(ForwardStatus.SETTLED)])
    with pytest.raises(JournalConflict, match="settled is final"):
        journal.record([moved(ForwardStatus.SENT)])


def test_a_known_fact_changes_nothing_m5(journal: Journal) -> None:
    life = [*paid(), moved(ForwardStatus.SENT), moved(ForwardStatus.SETTLED), DayClosed(NOW)]
    life.append(PaidTwice(sale().id, invoice(1, 1).payment_hash, 2))
    journal.record(life)
    before = list(connection(journal).iterdump())
    journal.record([fact for fact in life if fact != moved(ForwardStatus.SENT)])
    assert list(connection(journal).iterdump()) == before


def test_a_step_said_twice_in_a_row_is_one_step_m5(journal: Journal) -> None:
    journal.record([*paid(), moved(ForwardStatus.SENT)])
    journal.record([moved(ForwardStatus.SENT)])
    assert connection(journal).execute("SELECT count(*) FROM forward_steps").fetchone()[0] == 1


def test_an_ending_that_is_told_again_is_the_first_one(journal: Journal) -> None:
    journal.record([*opened(), SaleLeftScreen(sale().id, Ending.CANCELLED)])
    journal.record([SaleLeftScreen(sale().id, Ending.INTERRUPTED)])
    assert journal.sales_page(None, 1).sales[0].state is SaleState.CANCELLED


HASH = invoice(1, 1).payment_hash


@pytest.mark.parametrize(
    "wrong",
    [
        SaleStarted(replace(sale(), amount=Sats(1))),
        InvoiceIssued(sale().id, invoice(77, 2300)),
        InvoiceIssued(sale(2).id, invoice(1, 2300)),
        PayoutIssued(sale().id, invoice(77, 2300, "out")),
        PayoutIssued(sale().id, invoice(77, 2300, "out"), generation=3),
        InvoicePaid(SaleId("nobody"), HASH, late=False),
        InvoicePaid(sale().id, invoice(2, 1).payment_hash, late=False),
        InvoiceNeverPaid(sale(2).id, HASH),
        PaidTwice(sale(2).id, HASH, 2),
        ForwardStatusChanged(sale(2).id, ForwardStatus.SENT, invoice(2, 1, "out").payment_hash),
        ForwardStatusChanged(sale().id, ForwardStatus.SENT, invoice(2, 1, "out").payment_hash),
        ForwardStatusChanged(sale().id, ForwardStatus.SENT),
        ForwardStatusChanged(sale().id, ForwardStatus.PLANNED),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_a_fact_that_contradicts_the_journal_is_refused_aloud_m1_m5(
    journal: Journal, wrong: Fact
) -> None:
    journal.record([*paid(1), moved(ForwardStatus.FAILED), *opened(2)])
    before = list(connection(journal).iterdump())
    with pytest.raises(JournalConflict):
        journal.record([SaleStarted(sale(3)), wrong])
    assert list(connection(journal).iterdump()) == before, "half a step was recorded"


def test_a_payout_that_has_a_successor_is_never_paid_m6(journal: Journal) -> None:
    second = invoice(9, 2300, "out")
    journal.record([*paid(), moved(ForwardStatus.SENT), moved(ForwardStatus.FAILED)])
    journal.record([PayoutIssued(sale().id, second, 2)])
    with pytest.raises(JournalConflict, match="replaced"):
        journal.record([moved(ForwardStatus.SENT)])
    journal.record([ForwardStatusChanged(sale().id, ForwardStatus.SENT, second.payment_hash)])
    forward = journal.recover().forwards[0]
    assert (forward.payout, forward.generation, forward.was_sent) == (second, 2, True)


STEPS = ("payments", "finals", "forward_steps", "paid_twice")
TABLES = ("sales", "invoices", "payouts", "endings", *STEPS, "day_closes", "closes")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET rowid = rowid + 1000"])
def test_what_is_written_stays_written_m5(journal: Journal, table: str, act: str) -> None:
    name = invoice(2, 1).payment_hash
    journal.record(
        [*paid(1), *opened(2), SaleLeftScreen(sale(2).id, Ending.EXPIRED), DayClosed(NOW)]
    )
    journal.record([moved(ForwardStatus.SENT), InvoiceNeverPaid(sale(2).id, name)])
    journal.record([PaidTwice(sale().id, HASH, 2)])
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection(journal).execute(act.format(table))


def test_a_final_invoice_is_not_asked_about_again_m8(journal: Journal) -> None:
    journal.record([*opened(), InvoiceNeverPaid(sale().id, HASH)])
    assert journal.recover().invoices == ()


def test_money_for_a_final_invoice_is_still_money_m8(journal: Journal) -> None:
    journal.record([*opened(), InvoiceNeverPaid(sale().id, HASH)])
    journal.record([InvoicePaid(sale().id, HASH, late=True)])
    assert [forward.sale.id for forward in journal.recover().forwards] == [sale().id]


def test_a_sale_comes_back_as_it_was(journal: Journal) -> None:
    plain = replace(sale(1), rate=None, price=Fiat(2300, replace(SAT, name="")))
    tipped = replace(sale(2), tip=Sats(300), tip_minor=13, items=(50, 50), memo="zwei Kaffee, 1 €")
    yen = Rate(replace(JPY, name=""), 67_000_000, 6, 0.0)
    abroad = replace(sale(3), price=Fiat(150, yen.currency), rate=yen)
    journal.record([SaleStarted(made) for made in (plain, tipped, abroad)])
    assert [record.sale for record in journal.sales(0, 2**40)] == [plain, tipped, abroad]


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (opened()[:1], SaleState.REQUESTED),
        (opened(), SaleState.OPEN),
        ([*opened(), SaleLeftScreen(sale().id, Ending.EXPIRED)], SaleState.EXPIRED),
        ([*opened(), SaleLeftScreen(sale().id, Ending.INTERRUPTED)], SaleState.INTERRUPTED),
        (paid(), SaleState.PAID),
        ([*paid(), SaleLeftScreen(sale().id, Ending.CANCELLED)], SaleState.PAID),
        ([*paid(), moved(ForwardStatus.FAILED)], SaleState.PAID),
        ([*paid(), moved(ForwardStatus.STOPPED)], SaleState.STOPPED),
        ([*paid(), moved(ForwardStatus.SETTLED)], SaleState.FORWARDED),
    ],
)
def test_every_sale_has_a_state_of_one_word(
    journal: Journal, facts: list[Fact], state: SaleState
) -> None:
    journal.record(facts)
    assert [record.state for record in journal.sales_page(None, 9).sales] == [state]


def test_it_can_be_read_while_the_kiosk_runs_and_when_it_does_not(
    journal: Journal, path: Path
) -> None:
    journal.record(paid())
    for end in (journal.close, lambda: None):
        reader = Journal.read_only(path)
        assert [record.state for record in reader.unsettled()] == ["paid"]
        with pytest.raises(JournalUnusable, match="READONLY"):
            reader.record([DayClosed(NOW)])
        reader.close()
        end()


def test_an_export_under_way_holds_up_no_sale(journal: Journal, path: Path) -> None:
    journal.record([*paid(1), *paid(2)])
    reader = Journal.read_only(path)
    export = reader.sales(0, 2**40)
    assert next(export).sale.id == sale(1).id
    journal.record(paid(3))
    assert [record.sale.id for record in export] == [sale(2).id]
    reader.close()


@pytest.mark.parametrize("name", ["none.sqlite3", "odd?name#%20.sqlite3"])
def test_a_journal_that_is_not_there_is_told_and_not_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(JournalUnusable):
        Journal.read_only(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    Journal.open(tmp_path / name).close()
    Journal.read_only(tmp_path / name).close()


def test_a_journal_of_before_an_update_is_not_taken_for_a_damaged_one(path: Path) -> None:
    """What an older release wrote has not the newest tables until the kiosk has started once."""
    Journal.open(path).close()
    with contextlib.closing(sqlite3.connect(path)) as older:
        older.execute("DROP VIEW direct_records")
    with pytest.raises(JournalUnusable, match="has to start once"):
        Journal.read_only(path)
    Journal.open(path).close()
    Journal.read_only(path).close()


def test_totals_count_what_was_paid_at_the_rate_of_the_moment(journal: Journal) -> None:
    tipped = replace(sale(4), amount=Sats(2530), tip=Sats(230), tip_minor=10)
    with_tip: list[Fact] = [SaleStarted(tipped), InvoiceIssued(tipped.id, invoice(4, 2530))]
    with_tip.append(InvoicePaid(tipped.id, invoice(4, 1).payment_hash, late=True))
    in_sats = replace(sale(5), rate=None, price=Fiat(2300, SAT))
    without_rate: list[Fact] = [SaleStarted(in_sats), *paid(5)[1:]]
    journal.record([*paid(1), *paid(2), *opened(3), *with_tip, *without_rate])
    journal.record([moved(ForwardStatus.SETTLED, 1)])
    totals = journal.totals(0)
    assert (totals.sales, totals.amount, totals.tips) == (4, 3 * 2300 + 2530, 230)
    assert totals.forwarded == 2300
    dollars, sats = totals.sums
    assert (dollars.currency, dollars.receipts, dollars.paid.minor) == (DOLLAR, 3, 310)
    assert (dollars.gross_minor, dollars.tip_minor, dollars.amount) == (300, 10, 2 * 2300 + 2530)
    assert (sats.currency.code, sats.receipts, sats.paid.minor, sats.about) == ("SAT", 1, 2300, ())


def test_totals_begin_and_end_on_the_second(journal: Journal) -> None:
    journal.record(paid())
    spans = [(NOW, NOW + 1), (NOW + 1, NOW + 9), (NOW - 9, NOW), (NOW, None)]
    assert [journal.totals(*span).sales for span in spans] == [1, 0, 0, 1]


def test_a_closed_day_begins_the_next_totals(journal: Journal) -> None:
    journal.record([*paid(), DayClosed(NOW + 5)])
    since_close = journal.overview(NOW).since_close
    assert (since_close.since, since_close.sales) == (NOW + 5, 0)


YEAR_S = 365 * 86_400


@pytest.mark.parametrize("off_s", [YEAR_S, -YEAR_S])
def test_a_close_by_a_wrong_clock_hides_no_sale_and_counts_none_twice(
    path: Path, off_s: int
) -> None:
    """Fault 21: order is a sequence; a close in the future hid every sale after it."""
    clock = [NOW + off_s]
    journal = Journal.open(path, lambda: clock[0])
    journal.record([*paid(1), DayClosed(clock[0])])
    clock[0] = NOW
    journal.record(paid(2))
    assert journal.totals_since_close().sales == 1
    assert [entry.record.sale.id for entry in sales_since_close(journal)] == [sale(2).id]
    journal.record([DayClosed(NOW)])
    assert journal.totals_since_close().sales == 0
    journal.record(paid(3))
    assert [entry.record.sale.id for entry in sales_since_close(journal)] == [sale(3).id]
    journal.close()


@pytest.mark.parametrize(("off_s", "hidden"), [(-60, 1), (5 * YEAR_S, 0)])
def test_an_older_programs_close_counts_unless_it_is_in_the_future(
    path: Path, off_s: int, hidden: int
) -> None:
    """Fault 21: a close in the future can be undone: by an update alone."""
    Journal.open(path, time.time).close()
    old = sqlite3.connect(path)
    old.executescript("DROP TABLE closes; DROP TRIGGER place_of_close;")
    old.close()
    now = int(time.time())
    journal = Journal(sqlite3.connect(path, isolation_level=None), path, lambda: now - 120)
    journal.record(paid(1))
    connection(journal).execute("INSERT INTO day_closes VALUES (?)", (now + off_s,))
    journal.close()
    journal = Journal.open(path, lambda: now)
    journal.record(paid(2))
    assert journal.totals_since_close().sales == 2 - hidden
    journal.close()


def test_a_sale_dated_in_the_future_does_not_stay_on_top(path: Path) -> None:
    """Fault 21: the newest sale is the one begun last."""
    journal = Journal.open(path, lambda: NOW)
    ahead = replace(sale(1), started_at=NOW + 50 * YEAR_S)
    journal.record([SaleStarted(ahead)])
    journal.record([SaleStarted(sale(2))])
    assert [record.sale.id for record in journal.sales_page(None, 9).sales] == [
        sale(2).id,
        sale(1).id,
    ]
    journal.close()


def test_a_late_payment_is_in_the_sum_and_in_the_list_of_the_time_it_was_paid(path: Path) -> None:
    """Fault 23: cancelled before the close and paid after it, it was in the sum and in no file."""
    clock = [NOW]
    journal = Journal.open(path, lambda: clock[0])
    journal.record([*opened(1), SaleLeftScreen(sale(1).id, Ending.CANCELLED)])
    journal.record([DayClosed(NOW)])
    clock[0] = NOW + 3600
    journal.record([InvoicePaid(sale(1).id, HASH, late=True)])
    later = (NOW + 1800, NOW + 7200)
    for totals, listed in (
        (journal.totals(*later), list(journal.sales(*later))),
        (journal.totals_since_close(), [entry.record for entry in sales_since_close(journal)]),
    ):
        assert (totals.sales, [line.sale.id for line in listed]) == (1, [sale(1).id])
    assert list(journal.sales(NOW - 60, NOW + 60)) == [], "and nowhere else"
    assert [record.at for record in journal.sales_page(None, 9).sales] == [NOW + 3600]
    journal.close()


@pytest.mark.parametrize(
    "read",
    [
        lambda journal: journal.totals(NOW, NOW + 86_400),
        lambda journal: journal.recover(),
        lambda journal: journal.unsettled(),
        lambda journal: journal.overview(NOW),
        lambda journal: journal.sales_page(None, 20),
        lambda journal: journal.sales_page(SalesPlace(5, 5), 20),
    ],
    ids=["totals", "recover", "unsettled", "overview", "newest page", "a page"],
)
def test_no_screen_and_no_start_reads_the_whole_journal(journal: Journal, read: object) -> None:
    asked: list[str] = []
    connection(journal).set_trace_callback(asked.append)
    assert callable(read)
    read(journal)
    connection(journal).set_trace_callback(None)
    plans = [
        row["detail"]
        for query in asked
        if query.startswith("SELECT")
        for row in connection(journal).execute(f"EXPLAIN QUERY PLAN {query}")
    ]
    assert plans
    newest = "sales"  # by rowid, newest first, and only so many: nothing is sorted
    small = {"unfinished", "requests", newest, "direct_sales"}
    small |= {"direct_unfinished", "direct_undecided", "close_places", "close_reports"}
    scanned = {plan.split()[1] for plan in plans if plan.startswith("SCAN ")}
    assert scanned <= small
    assert newest not in scanned or "USE TEMP B-TREE FOR ORDER BY" not in plans


def test_a_probe_leaves_no_growth(journal: Journal) -> None:
    journal.probe()
    pages = connection(journal).execute("PRAGMA page_count").fetchone()[0]
    for _ in range(50):
        journal.probe()
    assert connection(journal).execute("PRAGMA page_count").fetchone()[0] == pages


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("paid_by_others", TroubleKind.PAID_BY_OTHERS),
        ("payee is not Blink", TroubleKind.PAYOUT_GUARDED),
    ],
)
def test_a_stopped_forward_says_after_a_restart_what_it_said_before_m6(
    journal: Journal, reason: str, kind: TroubleKind
) -> None:
    stop = replace(moved(ForwardStatus.STOPPED), reason=reason)
    journal.record([*paid(), stop])
    _, forwards, _ = resume(journal.recover(), 5.0, NOW)
    assert [forward.trouble.kind for forward in forwards.values() if forward.trouble] == [kind]


def test_what_lies_beneath_a_missing_partition_is_not_touched(tmp_path: Path) -> None:
    """Box fault 3: an old journal there would forward what was forwarded since."""
    path = tmp_path / "journal.sqlite3"
    Journal.open(path).close()
    before = sorted(tmp_path.iterdir())
    (tmp_path / PARTITION_MISSING).touch()
    for open_it in (Journal.open, Journal.read_only):
        with pytest.raises(JournalUnusable) as caught:
            open_it(path)
        assert caught.value.trouble.kind is TroubleKind.JOURNAL_BROKEN
    assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / PARTITION_MISSING])


def test_the_newest_accepted_digits_of_a_currency_count(tmp_path: Path) -> None:
    """Fault 11: what was accepted outlives a restart, and an older program's file takes it."""
    path = tmp_path / "digits.sqlite3"
    journal = Journal.open(path)
    assert journal.digits() == {}
    journal.record([DigitsAccepted("USD", 2), DigitsAccepted("HUF", 0)])
    journal.record([DigitsAccepted("USD", 0)])
    journal.record([DigitsAccepted("USD", 2)])
    journal.close()
    again = Journal.open(path)
    assert again.digits() == {"USD": 2, "HUF": 0}
    again.close()


def test_the_newest_accepted_wallet_of_a_user_name_counts(tmp_path: Path) -> None:
    """Box fault 34: what a user name stood for outlives a restart."""
    path = tmp_path / "wallets.sqlite3"
    journal = Journal.open(path)
    assert journal.take_up().merchant_wallets == {}
    first, second, other = WalletId("first"), WalletId("second"), WalletId("other")
    journal.record([MerchantWalletAccepted("shop", first), MerchantWalletAccepted("bar", other)])
    journal.record([MerchantWalletAccepted("shop", second)])
    journal.close()
    again = Journal.open(path)
    assert again.take_up().merchant_wallets == {"shop": second, "bar": other}
    again.close()


def test_that_others_codes_may_yet_be_paid_outlives_a_restart_until_it_is_over_m8(
    path: Path,
) -> None:
    """The journal is rebuilt; what was salvaged is not taken up again at each start of that day."""
    journal = Journal.open(path, lambda: NOW)
    journal.record([ForeignCodesAwaited(NOW - 10, NOW + 86_400)])
    journal.close()
    journal = Journal.open(path, lambda: NOW + 90_000)
    assert journal.lost_journal() == LostJournal(
        (), asked_at=NOW - 10, own_done=True, awaited_until=NOW + 86_400
    )
    journal.record([ForeignCodesAwaited(NOW - 10, None)])
    assert journal.lost_journal() is None
    journal.close()

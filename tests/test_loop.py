"""The shell: events are put in, turns are taken; what was written, done and shown is looked at."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from kiosk.clock import SystemClock
from kiosk.doors import Printer
from kiosk.journal import Journal
from kiosk.loop import EVENTS_A_TURN, Inbox, Loop
from kiosk.sale.books import CashierSums
from kiosk.sale.days import DAY_S
from kiosk.sale.device import HostEffect
from kiosk.sale.effects import Sound, WalletEffect
from kiosk.sale.entry import Entry
from kiosk.sale.events import (
    AccountFetched,
    Event,
    InvoiceCreated,
    InvoiceStatusResult,
    KeyPressed,
    KeyStuck,
    PayoutCreated,
    RatesFetched,
    RetryRequested,
    SalesHistoryResult,
    SendOutcome,
)
from kiosk.sale.facts import Ending, Fact, SaleLeftScreen
from kiosk.sale.invoice import Invoice, InvoiceStatus, SaleId
from kiosk.sale.keys import Key, Light
from kiosk.sale.manager_screens import ManagerPage, ManagerScreen
from kiosk.sale.money import Sats
from kiosk.sale.receipt import Receipt
from kiosk.sale.sale_record import SaleDetails
from kiosk.sale.sales_list import SalesPageResult, SalesPlace
from kiosk.sale.screens import EnteringAmount, LeavingCode, RequestingInvoice
from kiosk.sale.service import JOURNAL_PAUSE_S
from kiosk.sale.till import Till
from kiosk.sale.totals import Totals
from kiosk.sale.trouble import KioskError, RestartNeeded, Trouble, TroubleKind
from tests.sale.tills import ACCOUNT, RULES, USD, Story, invoice, rates, usd_rate
from tests.screen.samples import NOW_S, till


class SleepingDisplay:
    """A display that sleeps until it is woken, and passes on what it is given."""

    def __init__(self, *touched: Event) -> None:
        self.asleep = True
        self.touched = touched
        self.sounds_played: list[Sound] = []

    def wake_display(self) -> bool:
        asleep, self.asleep = self.asleep, False
        return asleep

    def wait(self, timeout_s: float | None) -> tuple[Event, ...]:
        return self.touched

    def draw(self, till: Till) -> bool:
        return True

    def wake(self) -> None: ...

    def next_frame_s(self, till: Till) -> float | None:
        return None

    def play(self, sound: Sound) -> None:
        self.sounds_played.append(sound)

    def adjust_code_brightness(self, steps: int) -> None: ...


class IdleDoors:
    """A wallet, a journal, a panel, a host and a clock that do nothing."""

    def perform(self, effect: WalletEffect | HostEffect) -> None: ...
    def record(self, facts: Sequence[Fact]) -> None: ...
    def probe(self) -> None: ...
    def show(self, light: Light) -> None: ...

    def take_requests(self) -> bool:
        return False

    def cashier_sums(self, cashier: str, now: int) -> CashierSums:
        return CashierSums(cashier, ())

    def overview(self, now: int) -> SalesHistoryResult:
        none = Totals(0, 0, Sats(0), Sats(0), Sats(0))
        return SalesHistoryResult(none, none)

    def sales_page(
        self, before: SalesPlace | None, count: int, *, odd: bool = False
    ) -> SalesPageResult:
        return SalesPageResult(before)

    def sale_details(self, sale: SaleId) -> SaleDetails:
        raise NotImplementedError


class ManualClock(SystemClock):
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = NOW_S
        self.wall_s = 1_700_000_000.0

    def monotonic(self) -> float:
        return self.now_s

    def wall(self) -> float:
        return self.wall_s

    def pass_by(self, seconds: float) -> None:
        self.now_s += seconds
        self.wall_s += seconds


class FailingJournal(IdleDoors):
    """A journal that notes what is written, and may fail with whatever trouble it is given."""

    def __init__(self, done: list[str]) -> None:
        self.done = done
        self.trouble: Trouble | None = None
        self.damaged = False
        self.asked = False
        self.tries = 0

    def _fail(self) -> None:
        self.tries += 1
        if self.trouble is not None:
            raise (RestartNeeded if self.damaged else KioskError)(self.trouble)

    def record(self, facts: Sequence[Fact]) -> None:
        if facts:
            self._fail()
            self.done += [type(fact).__name__ for fact in facts]

    def probe(self) -> None:
        self._fail()

    def overview(self, now: int) -> SalesHistoryResult:
        self._fail()
        return super().overview(now)

    def take_requests(self) -> bool:
        self._fail()
        asked, self.asked = self.asked, False
        return asked


class NotingDoors(IdleDoors):
    """A wallet and a host that note what they are told to do, in one list with the journal."""

    def __init__(self, done: list[str]) -> None:
        self.done = done

    def perform(self, effect: WalletEffect | HostEffect) -> None:
        self.done.append(type(effect).__name__)


class NotingPanel(IdleDoors):
    """A panel that notes what it shows."""

    def __init__(self, shown: list[Light]) -> None:
        self.shown = shown

    def show(self, light: Light) -> None:
        self.shown.append(light)


class NotingPrinter:
    """A printer that keeps what it was given."""

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []

    def print(self, receipt: Receipt) -> None:
        self.receipts.append(receipt)


class Shell:
    """A loop with every door around it made by the test. Nothing here sleeps."""

    def __init__(
        self,
        start: Till | None = None,
        *touched: Event,
        journal: Journal | None = None,
        clock: ManualClock | None = None,
        printer: Printer | None = None,
    ) -> None:
        self.done: list[str] = []
        self.display = SleepingDisplay(*touched)
        self.card = FailingJournal(self.done)
        self.clock = clock or ManualClock()
        self.inbox = Inbox()
        self.shown: list[Light] = []
        self.printer = NotingPrinter()
        self.loop = Loop(
            start or till(EnteringAmount(Entry(USD))),
            self.inbox,
            wallet=NotingDoors(self.done),
            journal=journal or self.card,
            display=self.display,
            panel=NotingPanel(self.shown),
            clock=self.clock,
            host=NotingDoors(self.done),
            printer=printer or self.printer,
        )

    @property
    def till(self) -> Till:
        return self.loop.till

    @property
    def typed(self) -> int:
        screen = self.till.screen
        assert isinstance(screen, EnteringAmount)
        return screen.entry.typed

    def run_once(self, *news: Event) -> None:
        for event in news:
            self.inbox.put(event)
        self.loop.run_once()

    def wait(self, seconds: float) -> None:
        self.clock.pass_by(seconds)
        self.loop.run_once()


FULL = Trouble(TroubleKind.JOURNAL_FULL)
BROKEN = Trouble(TroubleKind.JOURNAL_BROKEN)


def awaiting() -> tuple[Shell, Invoice]:
    """A code is up, with its payout invoice ready."""
    story = Story().ready()
    made = story.awaiting()
    story.wait(0.5)  # long enough on the screen for its keys to be heard
    shell = Shell(story.till)
    shell.clock.now_s = story.till.now_s
    shell.display.asleep = False
    return shell, made


def paid(made: Invoice) -> InvoiceStatusResult:
    return InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID)


def test_digits_typed_while_the_screen_is_off_wake_it_and_count() -> None:
    shell = Shell()
    shell.run_once(*(KeyPressed(key) for key in (Key.D1, Key.D2, Key.D5)))
    assert not shell.display.asleep
    assert shell.typed == 125, "a lost digit is a tenth of the price"
    assert shell.display.sounds_played == [Sound.KEY] * 3


@pytest.mark.parametrize("asleep", [True, False])
def test_any_other_key_only_wakes_a_screen_that_is_off(*, asleep: bool) -> None:
    shell = Shell()
    shell.run_once(KeyPressed(Key.D7))
    shell.display.asleep = asleep
    shell.run_once(KeyPressed(Key.DELETE))
    assert not shell.display.asleep
    assert shell.typed == (7 if asleep else 0)


def test_a_turn_takes_some_of_the_news_and_is_woken_for_the_rest() -> None:
    """Box fault 22: the watchdog is fed and the screen drawn between a hundred thousand events."""
    woken: list[int] = []
    inbox = Inbox()
    for number in range(EVENTS_A_TURN + 10):
        inbox.put(KeyStuck(str(number)))
    inbox.wake = lambda: woken.append(1)
    first = inbox.take()
    assert len(first) == EVENTS_A_TURN
    assert woken == [1]
    rest = inbox.take()
    legends = [event.legend for event in (*first, *rest) if isinstance(event, KeyStuck)]
    assert legends == [str(number) for number in range(EVENTS_A_TURN + 10)]
    assert woken == [1]


def test_news_is_never_swallowed() -> None:
    shell = Shell(None, KeyStuck("5"))
    shell.run_once()
    assert shell.till.stuck_keys == ("5",)
    assert shell.display.asleep, (
        "an event is no touch; the display itself decides whether to show it"
    )


def test_a_history_that_cannot_be_read_stops_sales_and_not_the_program_m11() -> None:
    shell = Shell(till(ManagerScreen(ManagerPage.FORWARDS)))
    shell.display.asleep = False
    shell.card.trouble = BROKEN
    shell.run_once(KeyPressed(Key.CLEAR), RetryRequested())
    assert shell.till.journal_trouble == BROKEN


def test_what_must_be_durable_is_written_before_anything_is_done_about_it_m5() -> None:
    shell, made = awaiting()
    shell.run_once(paid(made))
    assert shell.done[:3] == ["InvoicePaid", "ForwardStatusChanged", "SendForward"]


def test_what_cannot_be_written_has_not_happened_and_is_not_forgotten_m5_m11() -> None:
    shell, made = awaiting()
    shell.card.trouble = FULL
    shell.run_once(paid(made), paid(made))
    assert "SendForward" not in shell.done
    assert not shell.till.forwards
    assert shell.till.out_of_service == FULL
    shell.card.trouble = None
    shell.wait(JOURNAL_PAUSE_S)
    assert shell.done[-3:] == ["InvoicePaid", "ForwardStatusChanged", "SendForward"]
    assert shell.done.count("InvoicePaid") == 1


def two_sales(tmp_path: Path, *, payout: bool) -> tuple[Shell, Story, Journal, Invoice]:
    """A sale that is forwarded, and the next one of the same amount; all of it journaled."""
    story = Story().ready()
    first = story.awaiting()
    story.pay(first)
    story.send(first, SendOutcome.SUCCESS)
    story.wait(60)
    if payout:
        story.awaiting(payout=False)
    else:
        story.charged()
    journal = Journal.open(tmp_path / "journal.sqlite3")
    journal.record(story.facts)
    shell = Shell(story.till, journal=journal)
    shell.clock.now_s = story.till.now_s
    return shell, story, journal, first


def test_a_payout_that_is_another_sales_is_refused_with_an_alarm(tmp_path: Path) -> None:
    """Box fault 23: one payout invoice for two sales ended the loop (JournalConflict)."""
    shell, story, journal, first = two_sales(tmp_path, payout=True)
    (watch,) = shell.till.watched_invoices.values()
    shell.run_once(PayoutCreated(watch.sale.id, story.payout(first), 1))
    assert [alarm.trouble.kind for alarm in shell.till.alarms] == [TroubleKind.PAYOUT_GUARDED]
    (after,) = shell.till.watched_invoices.values()
    assert after.payout is None
    shell.run_once(InvoiceStatusResult(watch.invoice.payment_hash, InvoiceStatus.PAID))
    assert "SendForward" not in shell.done
    journal.close()


def test_a_code_that_is_another_sales_is_never_shown(tmp_path: Path) -> None:
    """Box fault 23: nor is an invoice that was journaled for another sale."""
    shell, _, journal, first = two_sales(tmp_path, payout=False)
    screen = shell.till.screen
    assert isinstance(screen, RequestingInvoice)
    shell.run_once(InvoiceCreated(screen.sale.id, first))
    assert isinstance(shell.till.screen, EnteringAmount)
    assert shell.till.screen.notice is not None
    journal.close()


@pytest.mark.parametrize("trouble", [FULL, BROKEN])
def test_a_card_that_fails_while_a_code_runs_out_is_told_and_survived_m11(trouble: Trouble) -> None:
    """Fault 13: the loop fed the failure into itself until a RecursionError."""
    shell, _ = awaiting()
    shell.run_once(KeyPressed(Key.CLEAR))
    assert isinstance(shell.till.screen, LeavingCode)
    shell.card.trouble = trouble
    for _ in range(40):
        shell.wait(1.0)
    assert shell.till.out_of_service == trouble
    assert shell.card.tries < 10, "a failing card is tried at a slow pace"
    shell.card.trouble = None
    shell.wait(JOURNAL_PAUSE_S)
    shell.wait(1.0)
    assert shell.till.journal_trouble is None
    assert "SaleLeftScreen" in shell.done


def test_a_card_without_room_is_told_before_the_first_sale_m11() -> None:
    """Fault 13: three sales went through with 1,000 bytes free."""
    shell = Shell()
    shell.card.trouble = FULL
    shell.loop.begin([SaleLeftScreen(SaleId("till-1-x-1"), Ending.INTERRUPTED)])
    assert shell.till.out_of_service == FULL
    shell.card.trouble = None
    shell.wait(JOURNAL_PAUSE_S)
    assert shell.till.journal_trouble is None
    assert shell.done == ["SaleLeftScreen"], (
        "what the start found out is written as soon as it can be"
    )


def test_a_sale_that_finds_no_room_is_refused_and_nothing_is_asked_of_blink_m11() -> None:
    """Fault 13: the write that opens a sale is refused, the amount stays on the screen."""
    story = Story().ready()
    story.press("1250")
    story.play(RatesFetched(rates(story.till.now_s)))
    shell = Shell(story.till)
    shell.display.asleep = False
    shell.clock.now_s = story.till.now_s
    shell.card.trouble = FULL
    shell.run_once(KeyPressed(Key.CHARGE))
    assert shell.typed == 1250
    assert shell.till.out_of_service == FULL
    assert "OpenSale" not in shell.done


def test_a_damaged_journal_asks_for_one_new_start() -> None:
    shell, made = awaiting()
    shell.card.trouble, shell.card.damaged = BROKEN, True
    shell.run_once(paid(made))
    shell.wait(JOURNAL_PAUSE_S)
    assert shell.done.count("RunDeviceAction") == 1


def account_at(unix_s: int) -> AccountFetched:
    """The account, as Blink answers with its clock at this time."""
    return AccountFetched(replace(ACCOUNT, server_unix_s=unix_s))


def test_blinks_time_is_the_time_and_a_jump_of_the_wall_clock_changes_nothing() -> None:
    """Fault 21: the network set the wall clock, and the till ran days ahead."""
    shell = Shell()
    shell.clock.wall_s = 1_600_000_000.0
    shell.run_once(account_at(1_700_000_000))
    shell.clock.wall_s = 1_700_000_000.0 + 3 * DAY_S
    shell.wait(60)
    assert shell.till.unix_s == 1_700_000_060


def test_until_blink_is_heard_the_wall_clock_is_followed() -> None:
    shell = Shell()
    shell.clock.wall_s = 1_600_000_000.0
    shell.run_once()
    assert shell.till.unix_s == 1_600_000_000
    shell.clock.wall_s = 1_700_000_000.0
    shell.run_once()
    assert shell.till.unix_s == 1_700_000_000


@pytest.mark.parametrize("odd", [0, 253_402_300_799])
def test_a_time_beyond_reason_is_not_believed(odd: int) -> None:
    shell = Shell()
    shell.run_once(account_at(odd))
    assert shell.till.unix_s == 1_700_000_000


def test_everything_that_is_recorded_has_the_same_time(tmp_path: Path) -> None:
    """Fault 21: a sale, its payment and the close of the day used two clocks."""
    clock = ManualClock()
    book = Journal.open(tmp_path / "journal.sqlite3", clock.unix)
    start = replace(Story().ready().till, rules=replace(RULES, units=("SAT",)))
    shell = Shell(start, journal=book, clock=clock)
    shell.display.asleep = False
    shell.clock.wall_s = 1_600_000_000.0
    shell.run_once(account_at(1_700_000_000))
    shell.wait(10)
    shell.run_once(KeyPressed(Key.CURRENCY), KeyPressed(Key.D7), KeyPressed(Key.CHARGE))
    screen = shell.till.screen
    assert isinstance(screen, RequestingInvoice), screen
    made = invoice(1, screen.sale.amount)
    shell.run_once(InvoiceCreated(screen.sale.id, made))
    shell.wait(10)
    shell.run_once(paid(made))
    (record,) = book.sales(0, 2**40)
    assert (record.sale.started_at, record.paid_at) == (1_700_000_010, 1_700_000_020)
    book.close()


def test_after_a_sleep_of_hours_a_price_is_old() -> None:
    """Fault 21: a laptop that slept for 8 hours called its price 2 s old."""
    boot_time = time.clock_gettime(time.CLOCK_BOOTTIME)
    assert abs(SystemClock().monotonic() - boot_time) < 60
    with patch("time.clock_gettime", return_value=boot_time + 8 * 3600):
        rate = usd_rate(boot_time)
        assert not rate.is_fresh(SystemClock().monotonic())

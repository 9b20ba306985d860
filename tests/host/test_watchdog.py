"""The watchdog is fed while loop, wallet and panel live, and by no other thing."""

import logging
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from kiosk.host.notify import Notifier
from kiosk.host.watchdog import FEEDS_PER_TIMEOUT, make_watchdog
from kiosk.loop import Inbox, Loop
from kiosk.printer.printer import NoPrinter
from kiosk.sale.books import CashierSums
from kiosk.sale.device import HostEffect
from kiosk.sale.effects import Sound, WalletEffect
from kiosk.sale.entry import Entry
from kiosk.sale.events import Event, SalesHistoryResult
from kiosk.sale.facts import Fact
from kiosk.sale.invoice import SaleId
from kiosk.sale.keys import Light
from kiosk.sale.sale_record import SaleDetails
from kiosk.sale.sales_list import SalesPageResult, SalesPlace
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.till import Ready, Till
from tests.sale.tills import ACCOUNT, RULES, USD

PATIENCE_S = 20.0


class Doors:
    """Every door of an idle till, and the clock: time passes only where the loop sleeps."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.wakes = 0
        self.wallet_lives = True
        self.panel_lives = True

    def monotonic(self) -> float:
        return self.now_s

    def unix(self) -> float:
        return 1_700_000_000 + self.now_s

    def wait(self, timeout_s: float | None) -> tuple[Event, ...]:
        assert timeout_s is not None, "a loop with a heart never sleeps for ever"
        self.now_s += timeout_s
        self.wakes += 1
        return ()

    def draw(self, till: Till) -> bool:
        return False

    def wake(self) -> None: ...
    def wake_display(self) -> bool:
        return False

    def next_frame_s(self, till: Till) -> float | None:
        return None

    def play(self, sound: Sound) -> None: ...
    def adjust_code_brightness(self, steps: int) -> None: ...
    def show(self, light: Light) -> None: ...
    def perform(self, effect: WalletEffect | HostEffect) -> None: ...
    def record(self, facts: Sequence[Fact]) -> None: ...
    def probe(self) -> None: ...
    def set_unix(self, unix_s: float) -> None: ...
    def take_requests(self) -> bool:
        return False

    def cashier_sums(self, cashier: str, now: int) -> CashierSums:
        raise NotImplementedError

    def overview(self, now: int) -> SalesHistoryResult:
        raise NotImplementedError

    def sales_page(
        self, before: SalesPlace | None, count: int, *, odd: bool = False
    ) -> SalesPageResult:
        raise NotImplementedError

    def sale_details(self, sale: SaleId) -> SaleDetails:
        raise NotImplementedError


class Watched:
    """A loop whose heart tells a real socket."""

    def __init__(self, folder: Path) -> None:
        self.doors = Doors()
        self.ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ear.bind(str(folder / "notify"))
        self.ear.setblocking(False)
        self.notifier = Notifier(str(folder / "notify"))
        doors = self.doors
        till = Till(RULES, EnteringAmount(Entry(USD)), service=Ready(), account=ACCOUNT)
        self.loop = Loop(
            till,
            Inbox(),
            wallet=doors,
            journal=doors,
            display=doors,
            panel=doors,
            clock=doors,
            host=doors,
            printer=NoPrinter(),
        )
        health_checks = {"wallet": lambda: doors.wallet_lives, "panel": lambda: doors.panel_lives}
        self.loop.watchdog = make_watchdog(self.notifier, PATIENCE_S, health_checks)
        self.loop.run_once()

    def run(self, for_s: float) -> int:
        """Let the loop turn; how often the watchdog was fed."""
        self.beats()
        fed, until_s = 0, self.doors.now_s + for_s
        while self.doors.now_s < until_s - 0.001:
            self.loop.run_once()
            fed += self.beats()
        return fed

    def beats(self) -> int:
        beats = 0
        while True:
            try:
                assert self.ear.recv(4096) == b"WATCHDOG=1"
            except BlockingIOError:
                return beats
            beats += 1

    def close(self) -> None:
        self.notifier.close()
        self.ear.close()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    yield made
    made.close()


def test_an_idle_till_feeds_in_time_and_wakes_for_nothing_else(watched: Watched) -> None:
    before = watched.doors.wakes
    fed = watched.run(for_s=10 * PATIENCE_S)
    assert fed == watched.doors.wakes - before == 10 * FEEDS_PER_TIMEOUT


def test_a_wedged_wallet_is_not_fed_for(watched: Watched, caplog: pytest.LogCaptureFixture) -> None:
    watched.doors.wallet_lives = False
    with caplog.at_level(logging.ERROR):
        assert watched.run(for_s=3 * PATIENCE_S) == 0
    assert [line.getMessage().partition(":")[0] for line in caplog.records] == ["wallet"]


def test_a_dead_panel_is_not_fed_for(watched: Watched) -> None:
    watched.doors.panel_lives = False
    assert watched.run(for_s=3 * PATIENCE_S) == 0


def test_what_comes_back_to_life_is_fed_for_again(watched: Watched) -> None:
    watched.doors.wallet_lives = False
    watched.run(for_s=PATIENCE_S)
    watched.doors.wallet_lives = True
    assert watched.run(for_s=PATIENCE_S) == FEEDS_PER_TIMEOUT


def test_a_loop_that_does_not_turn_feeds_nothing(watched: Watched) -> None:
    watched.run(for_s=PATIENCE_S)
    watched.doors.now_s += 10 * PATIENCE_S  # the loop hangs in a door
    assert watched.beats() == 0


def test_a_busy_loop_does_not_feed_with_every_turn(watched: Watched) -> None:
    watched.run(for_s=PATIENCE_S)
    for _ in range(100):
        watched.loop.watchdog.feed_if_due(watched.doors.now_s)  # type: ignore[union-attr]
    assert watched.beats() <= 1


def test_where_no_watchdog_listens_there_is_no_heart() -> None:
    assert make_watchdog(Notifier(None), PATIENCE_S, {}) is None
    assert make_watchdog(Notifier("/run/systemd/notify"), None, {}) is None

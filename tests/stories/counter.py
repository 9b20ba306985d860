"""A kiosk as its merchant uses it, on whatever Blink the settings name. Imports no simulator."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import monotonic, time
from typing import Self
from unittest.mock import patch

from kiosk.clock import SystemClock
from kiosk.commands.app import App, build_app
from kiosk.journal import Hardware
from kiosk.sale.effects import Sound
from kiosk.sale.events import Event, KeyPressed
from kiosk.sale.key_timing import ignores_key
from kiosk.sale.keys import Key
from kiosk.sale.sales_list import USUAL_ROOM
from kiosk.sale.screens import AwaitingPayment, ConnectionState, EnteringAmount, Paid
from kiosk.sale.till import Ready, Till
from kiosk.settings import load
from kiosk.wallet.endpoints import Timings
from kiosk.wallet.worker import Wallet

PATIENCE_S = 15.0
_BUILDING = threading.Lock()

# A year of trouble in minutes: every pause of the wallet made small, the order of them kept.
QUICK = Timings(
    answer_s=1.0,
    send_s=1.0,
    connect_s=1.0,
    ping_every_s=0.3,
    pong_within_s=0.3,
    check_every_s=0.5,
    ask_first_s=0.1,
    ask_longest_s=0.4,
    reconnect_first_s=0.05,
    reconnect_longest_s=0.4,
    retry_s=0.05,
    close_s=0.3,
)


class FastClock(SystemClock):
    """A clock on which the till's own pauses pass sooner; `off_s` is how wrong its date is."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed
        self.off_s = 0.0
        self._began_s, self._began_at = monotonic(), time()

    def monotonic(self) -> float:
        return self._began_s + (monotonic() - self._began_s) * self._speed

    def wall(self) -> float:
        return self._began_at + self.off_s + (monotonic() - self._began_s) * self._speed

    def started(self) -> Self:
        """The clock of a new start, which has not heard Blink yet."""
        self._blink = None
        return self


class NoDisplay:
    """A display that shows nothing: for many kiosks in one process, where SDL has one window."""

    closed = False
    list_room = USUAL_ROOM
    item_room = 12
    has_room_for_sales = True

    def __init__(self, *_: object, **__: object) -> None:
        self._woken = threading.Event()

    def draw(self, till: Till) -> bool:
        return False

    def next_frame_s(self, till: Till) -> float | None:
        return None

    def wait(self, timeout_s: float | None) -> tuple[Event, ...]:
        self._woken.wait(timeout_s)
        self._woken.clear()
        return ()

    def wake(self) -> None:
        self._woken.set()

    def wake_display(self) -> bool:
        return False

    def play(self, sound: Sound) -> None:
        return

    def adjust_code_brightness(self, steps: int) -> None:
        return

    def close(self) -> None:
        return


class Counter:
    """A kiosk on a counter. `timings` None are the wallet's own; `speed` is the till's clock's.

    `display` is what stands in for the window, None for the real one; `hardware` is the machine it
    runs on. Built and used in one thread, which is the journal's.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str],
        timings: Timings | None = None,
        speed: float = 1.0,
        display: type[NoDisplay] | None = None,
        hardware: Hardware = Hardware("serial", "machine"),  # noqa: B008 - it is frozen
    ) -> None:
        self.settings = {
            "KIOSK_JOURNAL": str(folder / "journal.sqlite3"),
            "KIOSK_SCREEN": "480x320",
            "KIOSK_ID": "till-1",
            "KIOSK_GPIO": "off",
            "KIOSK_VOLUME": "0",  # with tones every till would start a process that plays them
            "KIOSK_SUCCESS_SECONDS": "1",
            "KIOSK_CURRENCY": "SAT",
            # A key on a display at rest only wakes it, and on a fast clock it soon rests.
            "KIOSK_DIM_SECONDS": "0",
            "KIOSK_BLANK_SECONDS": "0",
            **settings,
        }
        self._timings = timings
        self.clock = FastClock(speed)
        self._display = display
        self._hardware = hardware
        self._app: App | None = None

    @property
    def app(self) -> App:
        assert self._app is not None, "it is switched off"
        return self._app

    @property
    def till(self) -> Till:
        return self.app.loop.till

    def switch_on(self) -> Self:
        with _BUILDING, _changed(self._timings, self.clock, self._display):
            self._app = build_app(load(self.settings), hardware=lambda: self._hardware)
        self.app.loop.begin(self.app.facts)
        self.app.wallet.start()
        return self

    def switch_off(self) -> None:
        if self._app is not None:
            self._app.close()
            self._app = None

    def run_once(self, at_most_s: float) -> None:
        """One round of the loop, which would sleep for as long as nothing happens."""
        self.app.loop.handle(self.app.window.wait(at_most_s))
        self.app.loop.handle(self.app.inbox.take())
        self.app.window.draw(self.till)

    def until(self, reached: Callable[[Till], bool], timeout_s: float = PATIENCE_S) -> Till:
        """Let the loop turn until the till is as asked for."""
        end = monotonic() + timeout_s
        while not reached(self.till):
            if monotonic() > end:
                raise TimeoutError(f"still {self.till}")
            self.run_once(min(0.05, end - monotonic()))
        return self.till

    def press(self, *keys: Key | str) -> None:
        for key in keys:
            for single in [key] if isinstance(key, Key) else [Key(digit) for digit in key]:
                self._look_first(single)
                self.app.inbox.put(KeyPressed(single))

    def _look_first(self, key: Key) -> None:
        """Who presses has looked at the screen; a key pressed at once is not heard."""
        end = monotonic() + PATIENCE_S
        while ignores_key(self.till, key) and monotonic() < end:
            self.run_once(0.05)

    def ready(self) -> Self:
        self.until(lambda till: isinstance(till.service, Ready))
        return self

    def code(self, digits: str = "500") -> AwaitingPayment:
        """Type an amount, charge, and wait for a code that is watched and can be forwarded."""
        self.press(digits, Key.CHARGE)
        screen = self.until(watched).screen
        assert isinstance(screen, AwaitingPayment)
        return screen

    def idle(self) -> Self:
        self.until(is_idle)
        return self


def watched(till: Till) -> bool:
    screen = till.screen
    return (
        isinstance(screen, AwaitingPayment)
        and screen.connection is ConnectionState.LIVE
        and screen.payout_ready
    )


def is_idle(till: Till) -> bool:
    return isinstance(till.screen, EnteringAmount) and till.screen.entry.is_empty


def is_paid(till: Till) -> bool:
    return isinstance(till.screen, Paid)


@contextmanager
def _changed(
    timings: Timings | None, clock: FastClock, display: type[NoDisplay] | None
) -> Iterator[None]:
    """Build with a wallet and a clock of another pace, and perhaps without a window."""
    with (
        patch("kiosk.commands.app.Wallet", lambda ends, put: Wallet(ends, put, timings)),
        patch("kiosk.commands.app.SystemClock", clock.started),
        patch("kiosk.commands.app.Window", display) if display else nullcontext(),
    ):
        yield

"""A whole kiosk on a simulated Blink: real sockets, real SQLite, SDL's dummy display."""

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from kiosk.commands.box import Box, build
from kiosk.sale.events import KeyPressed
from kiosk.sale.keys import Key
from kiosk.sale.till import AwaitingPayment, Entering, Link, Ready, Till
from kiosk.settings import load
from kiosk.simulate import Simulator

PATIENCE_S = 15.0


class Kiosk:
    """A kiosk that can be switched on, used, and switched off without a word."""

    def __init__(self, simulator: Simulator, folder: Path, **settings: str) -> None:
        self.simulator = simulator
        self._settings = {
            "BLINK_API_URL": simulator.api_url,
            "BLINK_WS_URL": simulator.ws_url,
            "BLINKPOS_API_KEY": simulator.till.api_key,
            "MERCHANT_USERNAME": simulator.merchant.username,
            "KIOSK_JOURNAL": str(folder / "journal.sqlite3"),
            "KIOSK_SCREEN": "480x320",
            "KIOSK_ID": "till-1",
            "KIOSK_GPIO": "off",
            "KIOSK_SUCCESS_SECONDS": "1",
            **settings,
        }
        self.box: Box | None = None

    @property
    def till(self) -> Till:
        assert self.box is not None
        return self.box.loop.till

    def switch_on(self) -> "Kiosk":
        self.box = build(load(self._settings))
        self.box.begin()
        return self

    def switch_off(self) -> None:
        if self.box is not None:
            self.box.close()
            self.box = None

    def until(self, reached: Callable[[Till], bool], timeout_s: float = PATIENCE_S) -> Till:
        """Let the loop turn until the till is as asked for."""
        assert self.box is not None
        end = monotonic() + timeout_s
        while not reached(self.till):
            if monotonic() > end:
                raise TimeoutError(f"still {self.till}")
            # The loop sleeps for as long as it likes; the deadline wakes it, not a poll.
            self.box.loop._take(self.box.window.wait(min(0.05, end - monotonic())))
            self.box.loop._take(self.box.inbox.take())
            self.box.window.draw(self.till)
        return self.till

    def press(self, *keys: Key | str) -> None:
        assert self.box is not None
        for key in keys:
            for one in [key] if isinstance(key, Key) else [Key(digit) for digit in key]:
                self.box.inbox.put(KeyPressed(one))

    def ready(self) -> "Kiosk":
        self.until(lambda till: isinstance(till.service, Ready))
        return self

    def code(self, digits: str = "500") -> AwaitingPayment:
        """Type an amount, charge, and wait for a code that is watched and can be forwarded."""
        self.press(digits, Key.CHARGE)
        screen = self.until(watched).screen
        assert isinstance(screen, AwaitingPayment)
        return screen

    def idle(self) -> "Kiosk":
        self.until(is_idle)
        return self


def watched(till: Till) -> bool:
    screen = till.screen
    return isinstance(screen, AwaitingPayment) and screen.link is Link.LIVE and screen.payout_ready


def is_idle(till: Till) -> bool:
    return isinstance(till.screen, Entering) and till.screen.entry.is_empty


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as started:
        yield started


@pytest.fixture
def kiosk(simulator: Simulator, tmp_path: Path) -> Iterator[Kiosk]:
    made = Kiosk(simulator, tmp_path).switch_on()
    yield made
    made.switch_off()

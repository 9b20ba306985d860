"""A real kiosk with small timings and a clock that can leap; the law is checked at every change."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kiosk.sale.keys import Key
from kiosk.sale.money import SAT
from kiosk.sale.screens import (
    AwaitingPayment,
    EnteringAmount,
    FetchingPrice,
    Forwarded,
    LeavingCode,
    Paid,
    RequestingInvoice,
    SaleFailed,
)
from kiosk.sale.till import FetchingAccount, Ready, Till
from kiosk.sale.trouble import Trouble
from kiosk.simulate import Simulator
from kiosk.simulate.invoices import Invoice
from kiosk.wallet.endpoints import Timings
from tests.stories.conftest import Kiosk
from tests.stories.counter import FastClock, NoDisplay

QUICK = Timings(
    answer_s=3.0,
    send_s=3.0,
    connect_s=3.0,
    ping_every_s=1.0,
    pong_within_s=1.0,
    check_every_s=0.3,
    ask_first_s=0.05,
    ask_longest_s=0.1,
    reconnect_first_s=0.02,
    reconnect_longest_s=0.1,
    retry_s=0.01,
    close_s=0.1,
)
CALM_S = 0.04
LEAP_S = 4000.0


class LeapingClock(FastClock):
    """The real clock, and what was leapt."""

    def __init__(self) -> None:
        super().__init__(1.0)
        self.leapt_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.leapt_s

    def wall(self) -> float:
        return super().wall() + self.leapt_s


class QuickTill(Kiosk):
    """The kiosk, and what its merchant has read on it."""

    def __init__(
        self, simulator: Simulator, folder: Path, timings: Timings = QUICK, **settings: str
    ) -> None:
        super().__init__(simulator, folder, **settings)
        self._timings = timings
        self._display = NoDisplay  # what the screen says is read from the till
        self.clock = self._leaping = LeapingClock()
        self.read: list[str] = []  # everything the screen has told, in order
        self._seen: Till | None = None

    def rest(self, timeout_s: float = 15.0) -> Till:
        """Let it work until nothing is under way and nothing has changed for a moment."""
        calm_since_s, before = time.monotonic(), None

        def calm(till: Till) -> bool:
            nonlocal calm_since_s, before
            self._look(till)
            now = replace(till, now_s=0.0, unix_s=0)
            if now != before or is_busy(till):
                before, calm_since_s = now, time.monotonic()
            return time.monotonic() - calm_since_s > CALM_S

        return self.until(calm, timeout_s)

    def leap(self, seconds: float = LEAP_S) -> Till:
        """Let time pass."""
        self._leaping.leapt_s += seconds
        return self.rest()

    def shown(self) -> AwaitingPayment | None:
        screen = self.till.screen
        return screen if isinstance(screen, AwaitingPayment) else None

    def charge(self, digits: str) -> None:
        """Type an amount and charge it, as a cashier does: one key after the other."""
        self.press(digits)
        self.rest()
        self.press(Key.CHARGE)
        self.rest()

    def to_sats(self) -> None:
        """Clear the screen and choose sats, which need no price."""
        while (
            not isinstance(self.till.screen, EnteringAmount) or not self.till.screen.entry.is_empty
        ):
            self.leap(1.0)
            self.press(Key.CLEAR)
            self.rest()
        self.press(Key.CLEAR)
        while self.till.screen.entry.unit.code != SAT.code:
            self.press(Key.CURRENCY)
            self.rest()

    def finish(self) -> None:
        """Whatever waits for its time gets it, until nothing waits any more."""
        for _ in range(12):
            till = self.leap()
            if isinstance(till.service, Ready) and not waiting(till):
                return
        raise TimeoutError(f"never finished: {self.till}")

    def _look(self, till: Till) -> None:
        if till is self._seen:
            return
        self._seen = till
        word = screen_word(till)
        if word and (not self.read or self.read[-1] != word):
            self.read.append(word)
        screen = till.screen
        if isinstance(screen, Paid | Forwarded):
            assert receipts(self.simulator, screen.sale.id), "shown as paid, and nobody has paid"
        if isinstance(screen, Forwarded):
            assert payouts(self.simulator, screen.sale.id), "shown as forwarded, and it is not"


def is_busy(till: Till) -> bool:
    """Whether an answer is still to come."""
    visiting = isinstance(till.service, FetchingAccount) and till.service.due_s is None
    asking = (
        isinstance(till.screen, RequestingInvoice | FetchingPrice | LeavingCode) or till.rate_asked
    )
    # CHECK asks for 20 s, every 2 s: between two questions nothing is under way.
    checking = (
        isinstance(till.screen, AwaitingPayment)
        and till.screen.checking
        and till.screen.check_due_s is None
    )
    return visiting or asking or checking or any(forward.busy for forward in till.forwards.values())


def waiting(till: Till) -> bool:
    """Whether money is still on its way; what needs a person is not."""
    stopped = {alarm.sale for alarm in till.alarms}
    return any(forward.sale.id not in stopped for forward in till.forwards.values())


def trouble_of(till: Till) -> Trouble | None:
    """The one sentence that the merchant reads, if something is wrong."""
    if isinstance(till.screen, EnteringAmount | AwaitingPayment) and till.screen.notice is not None:
        return till.screen.notice
    if isinstance(till.screen, SaleFailed):
        return till.screen.trouble
    if till.out_of_service is not None:
        return till.out_of_service
    return till.alarms[-1].trouble if till.alarms else None


def screen_word(till: Till) -> str:
    """The screen in one word, or its trouble."""
    trouble = trouble_of(till)
    if trouble is not None:
        where = "out of service: " if till.out_of_service is not None else ""
        return f"{where}{trouble.kind}"
    match till.screen:
        case EnteringAmount():
            return f"{till.unsettled} on the way" if till.unsettled else ""
        case AwaitingPayment():
            return "code"
        case _:
            return type(till.screen).__name__.lower()


def receipts(simulator: Simulator, sale: str) -> list[int]:
    """What the BlinkPOS account got for a sale, payment by payment."""
    return _credits(simulator, simulator.invoices(simulator.till), f"{sale}-in")


def payouts(simulator: Simulator, sale: str) -> list[int]:
    """What the merchant got for a sale."""
    return _credits(simulator, simulator.invoices(simulator.merchant), f"{sale}-out")


def _credits(simulator: Simulator, invoices: tuple[Invoice, ...], prefix: str) -> list[int]:
    return [
        entry.amount
        for invoice in invoices
        if (invoice.external_id or "").startswith(prefix)
        for entry in simulator.ledger.of_hash(invoice.payment_hash)
        if entry.wallet_id == invoice.wallet.id and entry.amount > 0
    ]


@contextlib.contextmanager
def switched_on(till: QuickTill) -> Iterator[QuickTill]:
    """A till that is switched off whatever happens."""
    try:
        yield till
    finally:
        till.switch_off()

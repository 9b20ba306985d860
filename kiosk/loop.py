"""The shell: inbox -> transition -> facts -> effects -> one frame.

Only this loop changes the till. Doors put events into its inbox from their own threads and are
known here by Protocol (`doors`). What a step says must be durable is written before the till
moves; while it cannot be written, the event is kept and nothing is acted upon.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Final

from kiosk import sale_log
from kiosk.doors import Clock, Display, Host, Journal, Panel, Printer, Wallet, Watchdog
from kiosk.sale.account import Account
from kiosk.sale.device import DeviceAction, HostEffect, RunDeviceAction
from kiosk.sale.effects import (
    AdjustCodeBrightness,
    Effect,
    PlaySound,
    ProbeJournal,
    ReadCashierSums,
    ReadSale,
    ReadSalesHistory,
    Step,
)
from kiosk.sale.events import (
    AccountFetched,
    CashierSumsResult,
    Event,
    JournalFailed,
    JournalWritable,
    KeyPressed,
    RetryRequested,
    SaleDetailsResult,
    Tick,
)
from kiosk.sale.facts import Fact
from kiosk.sale.key_timing import counts_while_dark
from kiosk.sale.keys import Key, Light
from kiosk.sale.payout_guard import refusal_in_place_of
from kiosk.sale.receipt_request import PrintReceipt, ReadReceipt, ReceiptDetailsResult
from kiosk.sale.sales_list import ReadSalesPage
from kiosk.sale.status_light import status_light
from kiosk.sale.till import Till
from kiosk.sale.timers import next_wake_s
from kiosk.sale.transition import transition
from kiosk.sale.trouble import Contradiction, KioskError, RestartNeeded

log: Final = logging.getLogger("kiosk.loop")

# Each may be written to a slow memory card, 100 ms each, and the watchdog waits for 20 s: between
# turns it is fed and the screen is drawn.
EVENTS_A_TURN: Final = 50

# While the journal cannot be written, what is due stays due: look again at this pace.
UNWRITTEN_RETRY_S: Final = 0.5


class Inbox:
    """Where threads meet: `put` is safe from any of them and wakes the loop."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Event] = SimpleQueue()
        self.wake: Callable[[], None] = lambda: None

    def put(self, event: Event) -> None:
        """Give an event to the loop."""
        self._queue.put(event)
        self.wake()

    def take(self) -> list[Event]:
        """The oldest events, as many as one turn handles; the loop is woken again for the rest."""
        events: list[Event] = []
        while len(events) < EVENTS_A_TURN:
            try:
                events.append(self._queue.get_nowait())
            except Empty:
                return events
        self.wake()
        return events


class Loop:
    """The kiosk at work. `till` is what it knows; `stopped` becomes true when it should end."""

    def __init__(
        self,
        till: Till,
        inbox: Inbox,
        *,
        wallet: Wallet,
        journal: Journal,
        display: Display,
        panel: Panel,
        clock: Clock,
        host: Host,
        printer: Printer,
    ) -> None:
        self.till = till
        self.stopped = False
        self.watchdog: Watchdog | None = None  # there is one where a watchdog listens
        self._inbox = inbox
        self._wallet = wallet
        self._journal = journal
        self._display = display
        self._panel = panel
        self._clock = clock
        self._host = host
        self._printer = printer
        self._restart_requested = False
        self._start_facts: tuple[Fact, ...] = ()
        self._unwritten: deque[Event] = deque()
        self._light: Light | None = None
        inbox.wake = display.wake

    def begin(self, facts: Sequence[Fact] = ()) -> None:
        """Draw the first picture, then record the facts of the start itself.

        A full or failing card is reported now, before anybody is charged (M11).
        """
        self._start_facts = tuple(facts)
        self._display.draw(self.till)
        self._probe()
        log.info("connection not requested")

    def run_once(self) -> None:
        """One round: sleep until something happens, take it all in, draw one frame."""
        from_display = self._display.wait(self._timeout_s())
        self.handle([*from_display, *self._inbox.take()])
        self._display.draw(self.till)
        self._show_light()
        if self.watchdog is not None:
            self.watchdog.feed_if_due(self._clock.monotonic())

    def handle(self, events: Sequence[Event]) -> None:
        """Take in the time, and then these events; nothing is drawn."""
        self._handle(self._tick())
        for event in events:
            if not (isinstance(event, KeyPressed) and self._only_wakes(event.key)):
                self._handle(event)

    def stop(self) -> None:
        """End after this round; safe from any thread."""
        self.stopped = True
        self._display.wake()

    def process_requests(self) -> None:
        """Look into the journal for what another process asks; safe in a signal handler."""
        self._inbox.put(RetryRequested())

    def _only_wakes(self, key: Key) -> bool:
        """Whether a key was pressed while the screen is off, and only lights it."""
        return self._display.wake_display() and not counts_while_dark(self.till, key)

    def _tick(self) -> Tick:
        return Tick(self._clock.monotonic(), int(self._clock.unix()))

    def _timeout_s(self) -> float | None:
        times = [next_wake_s(self.till), self._display.next_frame_s(self.till)]
        if self.watchdog is not None:
            times.append(self.watchdog.due_s)
        due = min((time for time in times if time is not None), default=None)
        if due is None:
            return None
        least_s = UNWRITTEN_RETRY_S if self.till.journal_trouble is not None else 0.0
        return max(least_s, due - self._clock.monotonic())

    def _handle(self, event: Event) -> None:
        if isinstance(event, AccountFetched):
            self._set_clock(event.account)
        if isinstance(event, RetryRequested) and not self._is_retry_requested():
            return
        step = transition(self.till, event)
        if not self._record(event, step):
            return
        sale_log.log_step(self.till, event, step)
        self.till = step.till
        for effect in step.effects:
            self._perform(effect)
        if isinstance(event, JournalWritable):
            waiting, self._unwritten = self._unwritten, deque()
            for unwritten in waiting:
                self._handle(unwritten)

    def _is_retry_requested(self) -> bool:
        try:
            return self._journal.take_requests()
        except KioskError as error:
            self._journal_failed(error)
            return False

    def _record(self, event: Event, step: Step) -> bool:
        """Make the step's facts durable. If that fails the step has not happened."""
        if not step.facts:
            return True
        try:
            self._journal.record(step.facts)
        except KioskError as error:
            if isinstance(event, Tick):
                self.till = replace(self.till, now_s=event.now_s, unix_s=event.unix_s)
            elif not isinstance(event, KeyPressed) and event not in self._unwritten:
                self._unwritten.append(event)  # a key can be pressed again, another event cannot
            self._journal_failed(error)
            return False
        except Contradiction as error:
            refusal = refusal_in_place_of(event)
            if refusal is None:
                raise  # a bug of ours
            log.error("%s contradicts the journal: %s", type(event).__name__, error)  # noqa: TRY400
            self._handle(refusal)
            return False
        return True

    def _journal_failed(self, error: KioskError) -> None:
        """Put the till out of service. A damaged journal needs a new start, which is asked once."""
        self._handle(JournalFailed(error.trouble))
        if isinstance(error, RestartNeeded) and not self._restart_requested:
            self._restart_requested = True
            log.error("a new start is needed: %s", error)
            self._host.perform(RunDeviceAction(DeviceAction.RESTART))

    def _perform(self, effect: Effect) -> None:
        match effect:
            case PlaySound(sound):
                self._display.play(sound)
            case AdjustCodeBrightness(steps):
                self._display.adjust_code_brightness(steps)
            case ReadSalesHistory():
                self._answer(lambda: self._journal.overview(self.till.unix_s))
            case ReadSalesPage(before, count, odd):
                self._answer(lambda: self._journal.sales_page(before, count, odd=odd))
            case ReadCashierSums(cashier):
                now = self.till.unix_s
                self._answer(lambda: CashierSumsResult(self._journal.cashier_sums(cashier, now)))
            case ReadSale(sale):
                self._answer(lambda: SaleDetailsResult(self._journal.sale_details(sale)))
            case ReadReceipt(sale):
                self._answer(lambda: ReceiptDetailsResult(self._journal.sale_details(sale), effect))
            case PrintReceipt(receipt):
                self._printer.print(receipt)
            case ProbeJournal():
                self._probe()
            case _ if isinstance(effect, HostEffect):
                self._host.perform(effect)
            case _:
                self._wallet.perform(effect)

    def _answer(self, read: Callable[[], Event]) -> None:
        """Hand over what the journal answers."""
        try:
            event = read()
        except KioskError as error:
            self._journal_failed(error)
        else:
            self._handle(event)

    def _probe(self) -> None:
        try:
            self._journal.probe()
            self._journal.record(self._start_facts)
        except KioskError as error:
            self._journal_failed(error)
        else:
            self._start_facts = ()
            self._handle(JournalWritable())

    def _set_clock(self, account: Account) -> None:
        """Trust Blink's clock over a Pi's, which has no battery and may be years off at boot."""
        if account.server_unix_s is not None:
            self._clock.set_unix(account.server_unix_s)
            self.till = replace(self.till, unix_s=int(self._clock.unix()))

    def _show_light(self) -> None:
        light = status_light(self.till)
        if light is not self._light:
            self._light = light
            self._panel.show(light)

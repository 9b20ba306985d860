"""One thread that prints receipts, one after the other; no sale waits for what the printer does."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from queue import Empty, Full, Queue
from typing import Final

from kiosk.printer import escpos
from kiosk.printer.escpos import Fault
from kiosk.printer.links import Link, LinkBroken, Patience, opened
from kiosk.sale.receipt import Receipt
from kiosk.sale.receipt_request import PrinterChanged, PrinterEvent, ReceiptGivenUp
from kiosk.sale.trouble import Trouble, TroubleKind

log: Final = logging.getLogger("kiosk.printer")

# So many receipts wait for a printer; the oldest makes room for one more.
MOST_WAITING: Final = 20
CLOSING_S: Final = 1.0

_KINDS: Final = (
    (Fault.NO_PAPER, TroubleKind.PRINTER_NO_PAPER),
    (Fault.COVER_OPEN, TroubleKind.PRINTER_OPEN),
    (Fault.OFFLINE, TroubleKind.PRINTER_STOPPED),
)


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds: between tries of a receipt, until it is given up, and between looks at a printer
    in trouble.
    """

    retry_s: float = 5.0
    give_up_s: float = 300.0
    look_s: float = 15.0


USUAL_PATIENCE: Final = Patience()
USUAL_PAUSES: Final = Pauses()


class Printer:
    """Prints on the printer at `address`: a device's path, or `tcp://host:port`.

    `draw` makes the dots of a receipt, `width` of them in a row, as `escpos.document` takes them.
    `put` hears of troubles, of their end, and of receipts that are given up. `drawer`: receipts
    open the cash drawer.
    """

    def __init__(
        self,
        address: str,
        width: int,
        draw: Callable[[Receipt], bytes],
        put: Callable[[PrinterEvent], None],
        *,
        drawer: bool = False,
        patience: Patience = USUAL_PATIENCE,
        pauses: Pauses = USUAL_PAUSES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address
        self._width = width
        self._draw = draw
        self._put = put
        self._drawer = drawer
        self._patience = patience
        self._pauses = pauses
        self._clock = clock
        self._waiting: Queue[Receipt | None] = Queue(MOST_WAITING)  # None: only wakes the thread
        self._closing = threading.Event()
        self._trouble: TroubleKind | None = None
        self._is_cut_off = False  # what was sent last ended within a command
        self._thread = threading.Thread(target=self._work, name="printer", daemon=True)

    def start(self) -> None:
        """Begin with a look at the printer: one that is off is told before it is needed."""
        self._thread.start()

    def print(self, receipt: Receipt) -> None:
        """Print it when the printer can; never waits."""
        self._enqueue(receipt)

    def close(self) -> None:
        """End the thread; one that waits for the printer is left to the end of the program."""
        self._closing.set()
        self._enqueue(None)
        if self._thread.is_alive():
            self._thread.join(CLOSING_S)

    def _enqueue(self, receipt: Receipt | None) -> None:
        while True:
            try:
                self._waiting.put_nowait(receipt)
            except Full:
                self._drop_oldest()
            else:
                return

    def _drop_oldest(self) -> None:
        try:
            receipt = self._waiting.get_nowait()
        except Empty:
            return
        if receipt is not None:
            self._give_up(receipt, f"more than {MOST_WAITING} wait for the printer")

    def _work(self) -> None:
        self._attempt(self._look)
        while not self._closing.is_set():
            look_s = self._pauses.look_s if self._trouble is not None else None
            try:
                receipt = self._waiting.get(timeout=look_s)
            except Empty:
                self._attempt(self._look)
            else:
                if receipt is not None and not self._attempt(partial(self._print, receipt)):
                    self._give_up(receipt, "it failed")

    def _attempt(self, action: Callable[[], None]) -> bool:
        """Whether it went well. A fault of ours is logged, and the thread goes on with the next."""
        try:
            action()
        except Exception:
            log.exception("the printer's thread goes on after")
            return False
        return True

    def _give_up(self, receipt: Receipt, why: str) -> None:
        log.warning("receipt given up number=%s: %s", receipt.number, why)
        self._put(ReceiptGivenUp(receipt))

    def _look(self) -> None:
        """Find out how the printer is, without printing."""
        self._tell(look_at(self._address, self._patience))

    def _print(self, receipt: Receipt) -> None:
        dots = self._draw(receipt)
        opens_drawer = self._drawer and receipt.opens_drawer
        commands = escpos.document(dots, self._width, opens_drawer=opens_drawer)
        until_s = self._clock() + self._pauses.give_up_s
        while not self._is_printed(commands, until_s):
            if self._closing.wait(self._pauses.retry_s):
                return
            if self._clock() >= until_s:
                self._give_up(receipt, f"not printed within {self._pauses.give_up_s:.0f} s")
                return

    def _is_printed(self, commands: Sequence[bytes], until_s: float) -> bool:
        """One try: whether the printer has taken all of it."""
        try:
            with opened(self._address, self._patience) as link:
                trouble = _trouble_of(link.fault())
                if trouble is not None and not link.is_status_apart:
                    self._tell(trouble)  # kept here, and not in a printer that may be switched off
                    return False
                if not self._send(link, commands, until_s):
                    return False
                self._tell(_trouble_of(link.fault()))
                log.info("receipt printed bytes=%d", sum(map(len, commands)))
                return True
        except LinkBroken as broken:
            self._tell(broken.trouble)
            return False

    def _send(self, link: Link, commands: Sequence[bytes], until_s: float) -> bool:
        """Send everything; a printer that takes nothing for a while is told, and goes on later."""
        beginning = (escpos.unfinished(self._width),) if self._is_cut_off else ()
        self._is_cut_off = True
        for command in (*beginning, *commands):
            left = memoryview(command)
            while left:
                taken = link.send(left)
                left = left[taken:]
                if not taken and not self._goes_on_waiting(link, until_s):
                    return False
        while not link.flush():
            if not self._goes_on_waiting(link, until_s):
                return False
        self._is_cut_off = False
        return True

    def _goes_on_waiting(self, link: Link, until_s: float) -> bool:
        """The printer takes nothing: tell why, as far as the way there says so."""
        stopped = Trouble(TroubleKind.PRINTER_STOPPED, reason="it takes no more bytes")
        fault = link.fault() if link.is_status_apart else None
        self._tell(_trouble_of(fault) or stopped)
        return not self._closing.is_set() and self._clock() < until_s

    def _tell(self, trouble: Trouble | None) -> None:
        """Tell a change, once; not while the program ends."""
        kind = trouble.kind if trouble is not None else None
        if kind is self._trouble or self._closing.is_set():
            return
        self._trouble = kind
        if trouble is None:
            log.info("the printer works again")
        else:
            log.warning("printer trouble: %s: %s", kind, trouble.reason)
        self._put(PrinterChanged(trouble))


class NoPrinter:
    """In the place of a printer where none is set: nothing is ever given to it."""

    def start(self) -> None:
        """There is nothing to begin."""

    def print(self, receipt: Receipt) -> None:
        """The core prints only where there is a printer."""
        raise AssertionError(f"no printer for {receipt}")

    def close(self) -> None:
        """There is nothing to end."""


def look_at(address: str, patience: Patience = USUAL_PATIENCE) -> Trouble | None:
    """How a printer is, without printing; None if nothing is wrong, as far as it says."""
    try:
        with opened(address, patience) as link:
            return _trouble_of(link.fault())
    except LinkBroken as broken:
        return broken.trouble


def _trouble_of(fault: Fault | None) -> Trouble | None:
    """The gravest fault as a trouble; a printer that says nothing has none."""
    for named, kind in _KINDS:
        if fault is not None and named in fault:
            return Trouble(kind, reason="the printer says so")
    return None

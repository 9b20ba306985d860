"""The asyncio thread: effects in, events out. Nothing here blocks the loop that draws."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from kiosk.sale.effects import WalletEffect
from kiosk.sale.events import Event
from kiosk.wallet.endpoints import Endpoints, Timings

if TYPE_CHECKING:
    from kiosk.wallet.dispatcher import Dispatcher

log: Final = logging.getLogger("kiosk.wallet")

# These libraries log whole messages, keys and invoices included.
_TALKATIVE: Final = ("gql", "aiohttp", "websockets")


class Wallet:
    """The Blink door as the loop knows it. `put` is called from the worker's thread."""

    def __init__(
        self, endpoints: Endpoints, put: Callable[[Event], None], timings: Timings | None = None
    ) -> None:
        self._endpoints = endpoints
        self._put = put
        self._timings = timings or Timings()
        self._loop = asyncio.new_event_loop()
        self._dispatcher: Dispatcher | None = None
        self._asked_s: float | None = None
        self._thread = threading.Thread(target=self._run, name="wallet", daemon=True)

    def start(self) -> None:
        """Start the thread; nothing is connected."""
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)
        self._thread.start()

    def perform(self, effect: WalletEffect) -> None:
        """Carry out an effect, soon, in the worker's thread. Safe from any thread."""
        self._loop.call_soon_threadsafe(self._begin, effect)

    def stop(self, timeout_s: float = 6.0) -> None:
        """Cancel everything, close everything, end the thread."""
        if not self._thread.is_alive():
            self._loop.close()  # it was never started, or is closed already
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            log.warning("the wallet did not end within %.0f s", timeout_s)

    def alive(self, within_s: float = 10.0) -> bool:
        """Whether the thread takes work. Never blocks, and wakes the thread only when asked.

        Each call leaves a question in the thread; one that waits for longer than `within_s` is a
        no.
        """
        if not self._thread.is_alive():
            return False
        asked_s = self._asked_s
        if asked_s is None:
            self._asked_s = time.monotonic()
            self._loop.call_soon_threadsafe(self._answer)
            return True
        return time.monotonic() - asked_s <= within_s

    def _answer(self) -> None:
        self._asked_s = None

    def _begin(self, effect: WalletEffect) -> None:
        assert self._dispatcher is not None
        self._dispatcher.begin(effect)

    def _run(self) -> None:
        # Here, since gql and aiohttp take most of a second which the first picture must not wait
        # for.
        from kiosk.wallet.dispatcher import Dispatcher

        asyncio.set_event_loop(self._loop)
        self._dispatcher = Dispatcher(self._endpoints, self._put, self._timings, self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._dispatcher.close())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

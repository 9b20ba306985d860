"""The asyncio thread: effects in, events out. Nothing here blocks the loop that draws."""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final

from kiosk.sale.effects import WalletEffect
from kiosk.sale.events import Event
from kiosk.wallet.endpoints import Endpoints, Timings

if TYPE_CHECKING:
    from kiosk.wallet.desk import Desk

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
        self._desk: Desk | None = None
        self._waiting: list[WalletEffect] = []
        self._thread = threading.Thread(target=self._run, name="wallet", daemon=True)

    def start(self) -> None:
        """Start the thread; nothing is connected."""
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)
        self._thread.start()

    def perform(self, effect: WalletEffect) -> None:
        """Carry out an effect, soon, in the worker's thread. Safe from any thread."""
        self._loop.call_soon_threadsafe(self._begin, effect)

    def stop(self, timeout_s: float = 5.0) -> None:
        """Cancel everything, close everything, end the thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout_s)

    def alive(self, timeout_s: float = 5.0) -> bool:
        """Whether the thread still takes work: asked only when somebody wants to know."""
        turned = threading.Event()
        if not self._thread.is_alive():
            return False
        self._loop.call_soon_threadsafe(turned.set)
        return turned.wait(timeout_s)

    def open_connections(self) -> int:
        """How many TCP connections are held for requests."""
        return self._desk.http.open_connections() if self._desk is not None else 0

    def _begin(self, effect: WalletEffect) -> None:
        assert self._desk is not None
        self._desk.begin(effect)

    def _run(self) -> None:
        from kiosk.wallet.desk import Desk

        asyncio.set_event_loop(self._loop)
        self._desk = Desk(self._endpoints, self._put, self._timings, self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._finish(self._desk.close())
            self._finish(self._loop.shutdown_asyncgens())
            self._loop.close()

    def _finish(self, ending: Coroutine[Any, Any, None]) -> None:
        self._loop.run_until_complete(ending)

"""The simulator as one object: a Blink on two real ports, in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit

from kiosk.simulate.accounts import Level
from kiosk.simulate.clock import Clock
from kiosk.simulate.connection import Line, SocketSide, SocketTimes
from kiosk.simulate.control import carry_out
from kiosk.simulate.customer import PaymentReport, SimulatedAccount, Via, outside_invoice, pay
from kiosk.simulate.faults import Faults
from kiosk.simulate.http import HttpSide
from kiosk.simulate.invoices import Invoice
from kiosk.simulate.ledger import Ledger
from kiosk.simulate.network import Link, Ports, Request, Traffic
from kiosk.simulate.payments import hold, settle_held
from kiosk.simulate.subscriptions import start_price_ticks
from kiosk.simulate.world import World

Result = TypeVar("Result")

CUSTOMER_SAT: Final = 10_000_000_000
STRANGER_SAT: Final = 100_000_000
PATIENCE_S: Final = 10.0


class Simulator:
    """A stand-in for Blink on two ports, HTTP and WebSocket, for laptops and tests.

    `clock` is what expiry, limits and price ticks follow; None is the real one. `rtt_s` is added
    as half before every request, message and upgrade is looked at and half before every answer
    or event leaves. `handshake_rtts` more pass on every new connection, in place of the TCP and
    TLS handshakes that cost nothing on a loopback. Bandwidth, loss and jitter are not modelled.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        seed: int = 1,
        http_port: int = 0,
        ws_port: int = 0,
        rtt_s: float = 0.0,
        *,
        host: str = "127.0.0.1",
        handshake_rtts: int = 0,
        socket_times: SocketTimes | None = None,
    ) -> None:
        self.faults: Final = Faults()
        self.clock: Final = clock or Clock()
        self.world: Final = World(self.clock, self.faults, seed)
        link = Link(rtt_s, handshake_rtts)
        self._traffic = Traffic()
        line = Line(self.world, self._traffic, link, socket_times or SocketTimes())
        self._sockets = SocketSide(line)
        http = HttpSide(self.world, self._traffic, link, partial(carry_out, self))
        self._ports = Ports(http.handle, self._sockets.handle, host, http_port, ws_port)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self.till: Final = self._open_account("till")
        self.merchant: Final = self._open_account("merchant")
        self.customer: Final = self._open_account("customer", Level.THREE, CUSTOMER_SAT)
        self._open_account("stranger", Level.THREE, STRANGER_SAT)
        self.clock.listen(lambda: self.call(self.world.timers.run_due))
        self.faults.listen(lambda: self.call(self._sockets.faults_changed))
        start_price_ticks(self.world)

    @property
    def api_url(self) -> str:
        """Return where queries and mutations go."""
        return self._ports.api_url

    @property
    def ws_url(self) -> str:
        """Return where subscriptions go."""
        return self._ports.ws_url

    @property
    def ledger(self) -> Ledger:
        """Return the ledger, to read."""
        return self.world.ledger

    @property
    def requests(self) -> list[Request]:
        """Return the last ten thousand requests, oldest first."""
        return self._traffic.all()

    def start(self) -> None:
        """Answer from now on, in a thread of our own.

        Raises:
            OSError: a port is taken.
        """
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=_live, args=(self._loop,), name="simulator", daemon=True
        )
        self._thread.start()
        try:
            self._await(self._ports.open())
        except OSError:
            self.stop()
            raise
        self.world.hosts[:] = [urlsplit(self.api_url).netloc]
        self.call(lambda: self.world.timers.attach(asyncio.get_running_loop()))

    def stop(self) -> None:
        """Cut every connection and end the thread; what happened can still be read."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        self._await(self._leave())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        self._loop = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def go_dark(self) -> None:
        """Stop listening and cut every connection: there is no server any more."""
        self._await(self._ports.close())

    def come_back(self) -> None:
        """Listen on the same ports again."""
        self._await(self._ports.open())

    def pay(self, payment_request: str, via: Via = "lightning", times: int = 1) -> PaymentReport:
        """Let a customer pay, from outside or from a Blink wallet, `times` times over.

        Raises:
            ApplicationError: it is no invoice at all.
        """
        wallet = self.customer.account.btc
        return self.call(lambda: pay(self.world, payment_request, via, wallet, times))

    def pay_by_itself(self, after_s: float) -> None:
        """Let a customer pay every invoice of the till `after_s` seconds after it was made."""

        def watch(invoice: Invoice) -> None:
            if invoice.wallet.account_id == self.till.account.id:
                due_s = self.clock.now() + after_s
                # Cancelled or paid meanwhile: the report says so and nobody minds.
                self.world.timers.call_at(due_s, lambda: self.pay(invoice.payment_request))

        self.world.invoices.listen(watch)

    def hold(self, payment_request: str) -> str:
        """Let a payment from outside arrive and not settle; returns its hash."""
        return self.call(lambda: hold(self.world, payment_request).payment_hash)

    def settle_held(self, payment_hash: str) -> None:
        """Settle a held payment, even if the invoice was paid from inside meanwhile."""
        self.call(lambda: settle_held(self.world, payment_hash))

    def outside_invoice(self, amount_sat: int, memo: str = "") -> str:
        """Return an invoice of a node that is not Blink's, which Blink can pay."""
        return self.call(lambda: outside_invoice(self.world, amount_sat, memo))

    def invoices(self, account: SimulatedAccount) -> tuple[Invoice, ...]:
        """Return the account's invoices, oldest first."""
        return tuple(self.world.invoices.of_account(account.account))

    def open_sockets(self) -> int:
        """Return the number of WebSockets open now."""
        return self.call(lambda: len(self._sockets.open_connections))

    def http_connections(self) -> int:
        """Return the number of TCP connections open now on the HTTP port."""
        return self.call(self._ports.http_connections)

    def cut_sockets(self) -> None:
        """Drop every open WebSocket: clients see 1006."""

        def cut() -> None:
            for connection in self._sockets.open_connections:
                connection.wire.cut()

        self.call(cut)

    def wait_for(self, operation: str, count: int = 1, timeout_s: float = 5.0) -> Request:
        """Return the `count`-th request of `operation`, waiting for it if need be.

        Raises:
            TimeoutError: it did not come.
        """
        return self._traffic.wait_for(operation, count, timeout_s)

    def call(self, work: Callable[[], Result]) -> Result:
        """Do `work` where the world may be changed, and return what it returns."""
        if self._loop is None or threading.current_thread() is self._thread:
            return work()

        async def run() -> Result:
            return work()

        return self._await(run())

    def _open_account(
        self, username: str, level: Level = Level.ONE, balance_sat: int = 0
    ) -> SimulatedAccount:
        return SimulatedAccount(self, self.world.open_account(username, level, balance_sat))

    def _await(self, work: Coroutine[Any, Any, Result]) -> Result:
        assert self._loop is not None, "the simulator is not running"
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    async def _leave(self) -> None:
        self.world.timers.detach()
        await self._ports.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _live(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()

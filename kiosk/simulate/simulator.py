"""The simulator as one object: a Blink on two real ports, in a thread of its own."""

import asyncio
import hashlib
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Literal, Self, TypeVar

from aiohttp import web

from kiosk.simulate.accounts import Account, Level, Scope
from kiosk.simulate.clock import Clock, SystemClock
from kiosk.simulate.errors import ApplicationError
from kiosk.simulate.faults import Faults
from kiosk.simulate.http import API_PATH, HttpSide, Link
from kiosk.simulate.invoices import Invoice
from kiosk.simulate.ledger import Ledger
from kiosk.simulate.node import InvoiceTerms
from kiosk.simulate.payments import Send, hold, pay_invoice, receive, settle_held
from kiosk.simulate.prices import SAT_OFFSET
from kiosk.simulate.sockets import SocketSide, SocketTimes
from kiosk.simulate.subscriptions import start_price_ticks
from kiosk.simulate.traffic import Request, Traffic
from kiosk.simulate.world import Network, OutsideInvoice, make_world

Result = TypeVar("Result")
Via = Literal["lightning", "blink"]

ALL_SCOPES: Final = frozenset(Scope)
CUSTOMER_SAT: Final = 10_000_000_000
STRANGER_SAT: Final = 100_000_000
INVOICES_PER_MINUTE: Final = 60
THREAD_PATIENCE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class PaymentReport:
    """What became of a customer's payment: one result per attempt, PAID or the refusal.

    `credited_at` is time.monotonic() when the first attempt that worked was credited.
    """

    payment_hash: str
    amount_sat: int
    results: tuple[str, ...]
    credited_at: float | None

    @property
    def paid(self) -> bool:
        """Return whether any attempt worked."""
        return "PAID" in self.results


class SimulatedAccount:
    """Somebody at the simulated Blink; `api_key` may do everything."""

    def __init__(self, simulator: "Simulator", account: Account) -> None:
        """Open the door to `account`."""
        self._simulator = simulator
        self.account: Final = account
        self.username: Final = account.username
        self.wallet_id: Final = account.btc.id
        self.usd_wallet_id: Final = account.usd.id
        self.api_key: Final = self.new_key(ALL_SCOPES)

    @property
    def balance_sat(self) -> int:
        """Return what the BTC wallet holds."""
        return self._simulator.ledger.balance(self.wallet_id)

    def new_key(self, scopes: Collection[str], spend_cap_sat: int | None = None) -> str:
        """Return another key, with these scopes and a cap on a day's spending."""
        return self._simulator.call(
            lambda: self._simulator.world.accounts.add_key(self.account, scopes, spend_cap_sat).text
        )

    def revoke_key(self, key: str) -> None:
        """Let `key` work no longer; sockets that are open keep it.

        Raises:
            ValueError: it does not work already.
        """
        found = self._simulator.world.accounts.key(key)
        if found is None:
            raise ValueError("this key does not work anyway")
        found.revoked = True

    def set_level(self, level: str) -> None:
        """Change the level and so the daily limits."""
        self.account.level = Level(level)

    def set_active(self, active: bool) -> None:
        """Lock or unlock the account."""
        self.account.active = active


class Simulator:
    """A stand-in for Blink on two ports, HTTP and WebSocket, for laptops and tests.

    `clock` is what expiry, limits and price ticks follow; None is the real one. `rtt_s` is added
    as half before every request, message and upgrade is looked at and half before every answer
    or event leaves. `handshake_rtts` more pass on every new connection, in place of the TCP and
    TLS handshakes that cost nothing on a loopback. Bandwidth, loss and jitter are not modelled.
    `invoices_per_minute` None lifts Blink's limit, for soaks.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        seed: int = 1,
        http_port: int = 0,
        ws_port: int = 0,
        rtt_s: float = 0.0,
        network: Network = "regtest",
        *,
        host: str = "127.0.0.1",
        handshake_rtts: int = 0,
        invoices_per_minute: int | None = INVOICES_PER_MINUTE,
        socket_times: SocketTimes | None = None,
    ) -> None:
        """Build it; `start` or a with statement makes it answer."""
        self.faults: Final = Faults()
        self.clock: Final[Clock] = SystemClock() if clock is None else clock
        self.world: Final = make_world(
            clock=self.clock,
            faults=self.faults,
            seed=seed,
            network=network,
            invoices_per_minute=invoices_per_minute,
        )
        self._host = host
        self._ports = [http_port, ws_port]
        self._traffic = Traffic()
        link = Link(rtt_s, handshake_rtts)
        times = socket_times or SocketTimes()
        self._http = HttpSide(self.world, self._traffic, link, self._control)
        self._sockets = SocketSide(self.world, self._traffic, link, times)
        self._servers: list[web.Server[web.BaseRequest]] = []
        self._listeners: list[asyncio.Server] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self.till: Final = self.add_account("till")
        self.merchant: Final = self.add_account("merchant")
        self.customer: Final = self.add_account("customer", "THREE", CUSTOMER_SAT)
        self.add_account("stranger", "THREE", STRANGER_SAT)
        self.clock.listen(self._clock_moved)
        self.faults.listen(self._faults_changed)
        start_price_ticks(self.world)

    @property
    def api_url(self) -> str:
        """Return where queries and mutations go."""
        return f"http://{self._host}:{self._ports[0]}{API_PATH}"

    @property
    def ws_url(self) -> str:
        """Return where subscriptions go."""
        return f"ws://{self._host}:{self._ports[1]}{API_PATH}"

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
        ready: threading.Event = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._live, args=(self._loop, ready), name="simulator", daemon=True
        )
        self._thread.start()
        ready.wait()
        try:
            self._await(self._listen())
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """Cut every connection and end the thread; what happened can still be read."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        self._await(self._leave())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(THREAD_PATIENCE_S)
        self._loop = self._thread = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def go_dark(self) -> None:
        """Stop listening and cut every connection: there is no server any more."""
        self._await(self._close_ports())

    def come_back(self) -> None:
        """Listen on the same ports again."""
        self._await(self._listen())

    def add_account(
        self,
        username: str,
        level: str = "ONE",
        balance_sat: int = 0,
        display_currency: str = "USD",
    ) -> SimulatedAccount:
        """Open another account, with a key that may do everything."""
        account = self.call(
            lambda: self.world.open_account(username, Level(level), balance_sat, display_currency)
        )
        return SimulatedAccount(self, account)

    def pay(
        self,
        payment_request: str,
        via: Via = "lightning",
        payer: SimulatedAccount | None = None,
        times: int = 1,
        amount_sat: int | None = None,
    ) -> PaymentReport:
        """Let a customer pay, from outside or from a Blink wallet, `times` times over.

        `amount_sat` is for invoices that leave the amount to the payer.
        """
        return self.call(lambda: self._pay(payment_request, via, payer, times, amount_sat))

    def hold(self, payment_request: str) -> str:
        """Let a payment from outside arrive and not settle; returns its hash."""
        return self.call(lambda: hold(self.world, payment_request).payment_hash)

    def settle_held(self, payment_hash: str) -> None:
        """Settle a held payment, even if the invoice was paid from inside meanwhile."""
        self.call(lambda: settle_held(self.world, payment_hash))

    def outside_invoice(self, amount_sat: int, memo: str = "") -> str:
        """Return an invoice of a node that is not Blink's, which Blink can pay."""
        return self.call(lambda: self._outside_invoice(amount_sat, memo))

    def invoices(self, account: SimulatedAccount) -> tuple[Invoice, ...]:
        """Return the account's invoices, oldest first."""
        return tuple(self.world.invoices.of_account(account.account))

    def set_price(self, currency: str, base: int, offset: int = SAT_OFFSET) -> None:
        """Let one satoshi cost base / 10^offset minor units of `currency`."""
        self.call(lambda: self.world.prices.set(currency, base, offset))

    def open_sockets(self) -> int:
        """Return the number of WebSockets open now."""
        return self.call(lambda: len(self._sockets.open_connections))

    def http_connections(self) -> int:
        """Return the number of TCP connections open now on the HTTP port."""
        return self.call(lambda: len(self._servers[0].connections) if self._servers else 0)

    def close_sockets(self, code: int = 1001) -> None:
        """Close every open WebSocket with `code`."""

        async def close() -> None:
            for connection in self._sockets.open_connections:
                await connection.close(code)

        self._await(close())

    def cut_sockets(self) -> None:
        """Drop every open WebSocket: clients see 1006."""
        self.call(lambda: [each.cut() for each in self._sockets.open_connections])

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

    def _pay(
        self,
        payment_request: str,
        via: Via,
        payer: SimulatedAccount | None,
        times: int,
        amount_sat: int | None,
    ) -> PaymentReport:
        text = payment_request.strip().lower().removeprefix("lightning:").lstrip("/")
        decoded = self.world.invoices.read(text)
        results: list[str] = []
        credited_at: float | None = None
        for _ in range(times):
            try:
                if via == "lightning":
                    receive(self.world, text, amount_sat)
                    result = "PAID"
                else:
                    wallet = (payer or self.customer).account.btc
                    sent = pay_invoice(self.world, Send(wallet, None, "customer"), text, amount_sat)
                    result = "PAID" if sent.status == "SUCCESS" else sent.status
            except ApplicationError as error:
                result = error.message
            if result == "PAID" and credited_at is None:
                credited_at = time.monotonic()
            results.append(result)
        sat = decoded.amount_sat or amount_sat or 0
        return PaymentReport(decoded.payment_hash, sat, tuple(results), credited_at)

    def _outside_invoice(self, amount_sat: int, memo: str) -> str:
        preimage = hashlib.sha256(f"outside {len(self.world.outside)}".encode()).digest()
        payment_hash = hashlib.sha256(preimage).hexdigest()
        now_s = int(self.clock.now())
        terms = InvoiceTerms(
            self.world.network, amount_sat, payment_hash, payment_hash, memo, None, now_s, 3600
        )
        text = self.world.invoices.stranger.sign(terms)
        self.world.outside[payment_hash] = OutsideInvoice(text, preimage.hex())
        return text

    def _live(self, loop: asyncio.AbstractEventLoop, ready: threading.Event) -> None:
        asyncio.set_event_loop(loop)
        loop.call_soon(self.world.timers.attach, loop)
        loop.call_soon(ready.set)
        try:
            loop.run_forever()
        finally:
            loop.close()

    def _await(self, work: Any) -> Any:
        assert self._loop is not None, "the simulator is not running"
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(THREAD_PATIENCE_S)

    async def _listen(self) -> None:
        handlers = (self._http.handle, self._sockets.handle)
        for place, handler in enumerate(handlers):
            server = web.Server(handler, access_log=None)
            listener = await asyncio.get_running_loop().create_server(
                server, self._host, self._ports[place]
            )
            self._ports[place] = listener.sockets[0].getsockname()[1]
            self._servers.append(server)
            self._listeners.append(listener)

    async def _close_ports(self) -> None:
        for listener in self._listeners:
            listener.close()
        for server in self._servers:
            for connection in tuple(server.connections):
                if connection.transport is not None:
                    connection.transport.abort()
            await server.shutdown(timeout=1.0)
        self._listeners, self._servers = [], []

    async def _leave(self) -> None:
        self.world.timers.detach()
        await self._close_ports()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _clock_moved(self) -> None:
        self.call(self.world.timers.run_due)

    def _faults_changed(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._sockets.faults_changed)

    async def _control(self, order: dict[str, Any]) -> dict[str, Any]:
        return {"error": f"unknown order {order.get('do')!r}"}

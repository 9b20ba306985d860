"""A sale is watched at Blink: socket and invoice at the same time, then updates and questions.

`run` is started for one invoice and cancelled when that ends; a cancelled task leaves nothing
behind.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, ClassVar, Final

from gql import GraphQLRequest

from kiosk.sale.account import Account
from kiosk.sale.events import (
    ConnectionChanged,
    Event,
    InvoiceCreated,
    InvoiceRefused,
    InvoiceStatusResult,
)
from kiosk.sale.invoice import (
    Invoice,
    InvoiceStatus,
    SaleId,
    parse_payment_hash,
    short_hash,
)
from kiosk.sale.screens import ConnectionState
from kiosk.sale.trouble import KioskError
from kiosk.wallet.direct_status import STATUS_FIELD
from kiosk.wallet.errors import AccountSide, describe_bug, safe_reason
from kiosk.wallet.http import Http
from kiosk.wallet.nodes import fetch_nodes
from kiosk.wallet.subscription import ConnectionStep, keep_subscribed
from kiosk.wallet.wanted_invoice import UnknownPayee

log: Final = logging.getLogger("kiosk.wallet")

_FAILURES_BEFORE_ASKING: Final = 3
_SLOWER: Final = 1.5
_SAYS_SOMETHING: Final = (InvoiceStatus.PAID, InvoiceStatus.EXPIRED, InvoiceStatus.UNPROVEN)


class WatchedSale(ABC):
    """Looks after one sale at Blink. `run` in a task; cancel that task to end it.

    What differs between a forwarded and a direct sale is abstract.
    """

    side: ClassVar[AccountSide]
    updates: ClassVar[GraphQLRequest]

    def __init__(self, sale: SaleId, http: Http, put: Callable[[Event], None]) -> None:
        self._sale = sale
        self._http = http
        self._put = put
        self._connection = ConnectionState.CONNECTING
        self._reported: set[InvoiceStatusResult] = set()
        self._connection_changed = asyncio.Event()
        # The invoice, as soon as there is one.
        self.made: Final[asyncio.Future[Invoice]] = asyncio.get_running_loop().create_future()

    @property
    def name(self) -> str:
        """The sale and its invoice as the log shows them."""
        known = self.made.done() and not self.made.cancelled()
        tail = f" hash={short_hash(self.made.result().payment_hash)}" if known else ""
        return f"sale={self._sale}{tail}"

    async def run(self) -> None:
        """Connect and create at the same time, then watch for ever."""
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(keep_subscribed(self._http, self.side, self, self._sale))
            try:
                invoice = await self._make_invoice()
            except KioskError as error:
                listening.cancel()
                self._put(InvoiceRefused(self._sale, error.trouble))
                return
            self.made.set_result(invoice)
            self._put(InvoiceCreated(self._sale, invoice))
            if (
                self._connection is not ConnectionState.CONNECTING
            ):  # sent before there was a code to show it on
                self._put(ConnectionChanged(self._sale, self._connection))
            for strand in (*self._beside(), self._ask_now_and_then(invoice)):
                tasks.create_task(self._guarded(strand))

    @abstractmethod
    async def _make_invoice(self) -> Invoice:
        """Make the invoice.

        Raises:
            KioskError: none could be had.
        """

    @abstractmethod
    async def _fetch_status(self, invoice: Invoice) -> Sequence[InvoiceStatusResult]:
        """Ask once what became of the invoice."""

    @abstractmethod
    def _read_update(self, status: Mapping[str, Any]) -> InvoiceStatus:
        """What an update about this invoice says."""

    async def _make_with_known_nodes(
        self, account: Account, make: Callable[[Account], Awaitable[Invoice]]
    ) -> Invoice:
        """Make the invoice; one of an unknown node is judged by the nodes Blink has now."""
        try:
            return await make(account)
        except UnknownPayee:
            result = await fetch_nodes(self._http)
            self._put(result)
            return await make(account.with_nodes(result.nodes))

    def _beside(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """What goes on beside the watching."""
        return ()

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Let a bug end this strand alone: each of the others still gets the sale paid."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 - logged; the other strands go on
            log.error("a strand failed %s %s", self.name, describe_bug(error))  # noqa: TRY400

    # --- What the socket sends ----------------------------------------------------------------

    async def request(self) -> GraphQLRequest:
        """The subscription to this invoice, once it is made."""
        invoice = await asyncio.shield(self.made)
        variables = {"input": {"paymentHash": invoice.payment_hash}}
        return GraphQLRequest(self.updates, variable_values=variables)

    def on_step(self, step: ConnectionStep) -> None:
        """The socket has come this far."""
        log.info("%s %s", step, self.name)
        if step is ConnectionStep.SUBSCRIBED:
            self._change(ConnectionState.LIVE)

    def on_message(self, data: Any) -> None:
        """Believe a message only if it names our hash; everything else is noted and ignored."""
        status = data.get(STATUS_FIELD) if isinstance(data, Mapping) else None
        payment_hash = self.made.result().payment_hash
        if (
            not isinstance(status, Mapping)
            or parse_payment_hash(status.get("paymentHash")) != payment_hash
        ):
            log.debug("ignored message %s reason=it does not name this invoice", self.name)
            return
        match self._read_update(status):
            case InvoiceStatus.PAID | InvoiceStatus.EXPIRED as said:
                self._report_once(InvoiceStatusResult(payment_hash, said))
            case InvoiceStatus.UNPROVEN:
                self._connection_changed.set()  # ask: the preimage may only be late
            case _:  # PENDING is what it was when we subscribed, and says nothing of now
                raw = safe_reason(str(status.get("status")))
                log.debug("ignored message %s status=%s", self.name, raw)

    def _report_once(self, result: InvoiceStatusResult) -> None:
        """A socket may say the same a million times: the till hears it once."""
        if result not in self._reported:
            self._reported.add(result)
            self._put(result)

    def on_lost(self, failures: int, reason: str, *, limited: bool) -> None:
        """The socket is gone; it comes again, and meanwhile we ask."""
        log.info("connection lost %s failures=%d reason=%s", self.name, failures, reason)
        asking = limited or failures >= _FAILURES_BEFORE_ASKING
        self._change(ConnectionState.ASKING if asking else ConnectionState.RECONNECTING)

    def _change(self, link: ConnectionState) -> None:
        earlier, self._connection = self._connection, link
        if link is earlier:
            return
        self._put(ConnectionChanged(self._sale, link))
        if ConnectionState.LIVE in (earlier, link):
            self._connection_changed.set()

    # --- What we ask --------------------------------------------------------------------------

    async def _ask_now_and_then(self, invoice: Invoice) -> None:
        """Once after each subscribing, slowly while it lives, often while it does not."""
        timings = self._http.timings
        pause = timings.ask_first_s
        while True:
            live = self._connection is ConnectionState.LIVE
            try:
                async with asyncio.timeout(timings.check_every_s if live else pause):
                    await self._connection_changed.wait()
            except TimeoutError:
                pause = timings.ask_first_s if live else min(pause * _SLOWER, timings.ask_longest_s)
            else:
                self._connection_changed.clear()
                if self._connection is not ConnectionState.LIVE:
                    continue
            for result in await self._fetch_status(invoice):
                if result.status in _SAYS_SOMETHING:
                    self._put(result)

"""The one task of a sale: socket and invoice at the same time, then watch until it is closed.

It is started for one invoice and cancelled when that ends; a cancelled task leaves nothing behind.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from typing import Any, Final

from gql import GraphQLRequest

from kiosk.sale.effects import OpenSale
from kiosk.sale.events import (
    Event,
    InvoiceMade,
    InvoiceRefused,
    LinkChanged,
    PayoutMade,
    PayoutRefused,
    StatusTold,
)
from kiosk.sale.facts import Ending
from kiosk.sale.invoice import PAYOUT_EXPIRY_MIN, Invoice, InvoiceStatus, payment_hash, short
from kiosk.sale.till import Link
from kiosk.sale.trouble import KioskError, Trouble, TroubleKind
from kiosk.wallet import documents
from kiosk.wallet.bolt11 import decode
from kiosk.wallet.errors import FINAL, BlinkError, Refused, safe
from kiosk.wallet.http import Http
from kiosk.wallet.invoices import ask_status, make_invoice, make_payout
from kiosk.wallet.socket import SOCKET_ERRORS, Socket, is_limited

log: Final = logging.getLogger("kiosk.wallet")

_FAILURES_BEFORE_ASKING: Final = 3
_FIELD: Final = "lnInvoicePaymentStatusByHash"


class SaleTask:
    """Looks after one sale at Blink. `run` in a task; cancel that task to end it."""

    def __init__(self, order: OpenSale, http: Http, put: Callable[[Event], None]) -> None:
        self.ending = Ending.CANCELLED  # told by the log when the socket is closed
        self._order = order
        self._sale = order.sale.id
        self._http = http
        self._put = put
        self._made: asyncio.Future[Invoice] = asyncio.get_running_loop().create_future()
        self._live = asyncio.Event()
        self._link_changed = asyncio.Event()

    async def run(self) -> None:
        """Connect and create at the same time, then watch for ever."""
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(self._listen())
            try:
                invoice = await self._create()
            except KioskError as error:
                self._put(InvoiceRefused(self._sale, error.trouble))
                listening.cancel()
                return
            self._made.set_result(invoice)
            self._put(InvoiceMade(self._sale, invoice))
            tasks.create_task(self._make_payout())
            tasks.create_task(self._ask_now_and_then(invoice))

    async def _create(self) -> Invoice:
        order = self._order
        invoice = await make_invoice(
            self._http,
            order.account.till_wallet,
            order.sale.amount,
            order.sale.memo,
            order.expires_in_min,
            order.external_id,
        )
        network = decode(invoice.payment_request).network
        if network != order.account.network:
            reason = f"the invoice is for {network}, not {order.account.network}"
            raise Refused(Trouble(TroubleKind.BLINK_ODD, reason=reason), BlinkError(reason))
        return invoice

    # --- The socket -----------------------------------------------------------------------

    async def _listen(self) -> None:
        """Hold a socket as long as the sale lasts; connect again for ever."""
        failures = 0
        while True:
            try:
                await self._one_connection()
                failures = 0
            except SOCKET_ERRORS as error:
                if self._live.is_set():
                    failures = 0  # it worked until now
                log.info(
                    "connection lost sale=%s reason=%s",
                    self._sale,
                    safe(f"{type(error).__name__}: {error}"),
                )
                asking = is_limited(error) or failures + 1 >= _FAILURES_BEFORE_ASKING
            else:
                asking = False
            self._set_live(live=False)
            self._put(LinkChanged(self._sale, Link.ASKING if asking else Link.RECONNECTING))
            await asyncio.sleep(self._pause_s(failures, at_once=not asking))
            failures += 1

    async def _one_connection(self) -> None:
        """Connect, subscribe, listen until the socket dies or the stream ends."""
        endpoints = self._http.endpoints
        log.info("connecting sale=%s", self._sale)
        socket = Socket(endpoints.ws_url, endpoints.till_key, self._http.timings)
        try:
            await socket.connect()
            log.info("connected sale=%s", self._sale)
            log.info("authenticated sale=%s", self._sale)
            invoice = await self._wait_for_invoice(socket)
            await self._subscribe(socket, invoice)
        finally:
            await self._close(socket)

    async def _wait_for_invoice(self, socket: Socket) -> Invoice:
        """The invoice, unless the socket dies first."""
        closed = asyncio.ensure_future(socket.wait_closed())
        try:
            either: set[asyncio.Future[Any]] = {self._made, closed}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            closed.cancel()
        if not self._made.done():
            raise ConnectionResetError("closed while the invoice was made")
        return self._made.result()

    async def _subscribe(self, socket: Socket, invoice: Invoice) -> None:
        request = GraphQLRequest(
            documents.INVOICE_UPDATES,
            variable_values={"input": {"paymentHash": invoice.payment_hash}},
        )
        told = asyncio.ensure_future(self._tell_live(socket, invoice))
        try:
            async with socket.updates(request) as stream:
                async for result in stream:
                    self._heard(result.data, result.errors, invoice)
        finally:
            told.cancel()

    async def _tell_live(self, socket: Socket, invoice: Invoice) -> None:
        await socket.subscribed.wait()
        log.info("subscribed sale=%s hash=%s", self._sale, short(invoice.payment_hash))
        self._put(LinkChanged(self._sale, Link.LIVE))
        self._set_live(live=True)

    def _heard(self, data: Any, errors: Any, invoice: Invoice) -> None:
        """Believe a message only if it names our hash; everything else is noted and ignored."""
        told = data.get(_FIELD) if isinstance(data, Mapping) else None
        if not isinstance(told, Mapping):
            log.info("refused subscription sale=%s reason=%s", self._sale, safe(str(errors)))
            return
        if payment_hash(told.get("paymentHash")) != invoice.payment_hash:
            log.debug("ignored message sale=%s reason=another hash or none", self._sale)
            return
        match told.get("status"):
            case "PAID":
                self._put(StatusTold(invoice.payment_hash, InvoiceStatus.PAID))
            case "EXPIRED":
                self._put(StatusTold(invoice.payment_hash, InvoiceStatus.EXPIRED))
            case "PENDING":
                pass  # what it was when we subscribed; says nothing of now
            case other:
                log.debug("ignored message sale=%s status=%s", self._sale, safe(str(other)))

    async def _close(self, socket: Socket) -> None:
        """Close with 1000; a server that does not answer holds nothing up."""
        try:
            async with asyncio.timeout(self._http.timings.close_s):
                await socket.close()
        except SOCKET_ERRORS as error:
            log.debug("close failed sale=%s reason=%s", self._sale, type(error).__name__)

    def _set_live(self, *, live: bool) -> None:
        if live:
            self._live.set()
        else:
            self._live.clear()
        self._link_changed.set()

    def _pause_s(self, failures: int, *, at_once: bool) -> float:
        timings = self._http.timings
        if failures == 0 and at_once:
            return 0.0
        growing = timings.reconnect_first_s * 2.0 ** min(failures, 10)
        return min(growing, timings.reconnect_longest_s) * random.uniform(0.75, 1.0)  # noqa: S311

    # --- Asking -----------------------------------------------------------------------------

    async def _ask_now_and_then(self, invoice: Invoice) -> None:
        """Once after each subscribing, slowly while it lives, often while it does not."""
        timings = self._http.timings
        pause_s = timings.ask_first_s
        while True:
            self._link_changed.clear()
            wait_s = timings.check_every_s if self._live.is_set() else pause_s
            try:
                async with asyncio.timeout(wait_s):
                    await self._link_changed.wait()
                pause_s = timings.ask_first_s
                if not self._live.is_set():
                    continue
            except TimeoutError:
                if not self._live.is_set():
                    pause_s = min(pause_s * 1.5, timings.ask_longest_s)
            wallet = self._order.account.till_wallet
            for told in await ask_status(self._http, wallet, (invoice.payment_hash,)):
                if told.status in (InvoiceStatus.PAID, InvoiceStatus.EXPIRED):
                    self._put(told)

    # --- The payout invoice -------------------------------------------------------------------

    async def _make_payout(self) -> None:
        """Make the payout invoice while the customer looks at the code (M2)."""
        order = self._order
        failures = 0
        while True:
            try:
                payout = await make_payout(
                    self._http,
                    order.account,
                    order.sale.amount,
                    order.payout_memo,
                    PAYOUT_EXPIRY_MIN,
                    order.payout_external_id,
                )
            except KioskError as error:
                final = error.trouble.kind in FINAL
                if final or failures == 0:
                    self._put(PayoutRefused(self._sale, error.trouble, final))
                if final:
                    return
                await asyncio.sleep(self._pause_s(failures, at_once=False))
                failures += 1
            else:
                self._put(PayoutMade(self._sale, payout, 1))
                return

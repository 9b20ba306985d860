"""The one task of a sale: socket and invoice at the same time, then watch until it is closed.

It is started for one invoice and cancelled when that ends; a cancelled task leaves nothing behind.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Final

from gql import GraphQLRequest

from kiosk.sale.backoff import delay_s
from kiosk.sale.effects import OpenSale
from kiosk.sale.events import (
    ConnectionChanged,
    Event,
    InvoiceCreated,
    InvoiceRefused,
    InvoiceStatusResult,
    PayoutCreated,
    PayoutRefused,
)
from kiosk.sale.invoice import Invoice, InvoiceStatus, parse_payment_hash, short_hash
from kiosk.sale.screens import ConnectionState
from kiosk.sale.trouble import KioskError
from kiosk.wallet import documents
from kiosk.wallet.errors import FINAL, AccountSide, describe_bug, safe_reason
from kiosk.wallet.http import Http
from kiosk.wallet.invoice_status import fetch_status
from kiosk.wallet.invoices import UnknownPayee, make_invoice, make_payout
from kiosk.wallet.nodes import fetch_nodes
from kiosk.wallet.subscription import ConnectionStep, keep_subscribed

log: Final = logging.getLogger("kiosk.wallet")

_FAILURES_BEFORE_ASKING: Final = 3
_SLOWER: Final = 1.5
_FIELD: Final = "lnInvoicePaymentStatusByHash"


class SaleTask:
    """Looks after one sale at Blink. `run` in a task; cancel that task to end it."""

    def __init__(self, order: OpenSale, http: Http, put: Callable[[Event], None]) -> None:
        self._order = order
        self._sale = order.sale.id
        self._http = http
        self._put = put
        self._connection = ConnectionState.CONNECTING
        self._reported: set[InvoiceStatusResult] = set()
        self._connection_changed = asyncio.Event()
        self._made: asyncio.Future[Invoice] = asyncio.get_running_loop().create_future()

    @property
    def name(self) -> str:
        """The sale and its invoice as the log shows them."""
        known = self._made.done() and not self._made.cancelled()
        tail = f" hash={short_hash(self._made.result().payment_hash)}" if known else ""
        return f"sale={self._sale}{tail}"

    async def run(self) -> None:
        """Connect and create at the same time, then watch for ever."""
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(
                keep_subscribed(self._http, AccountSide.TILL, self, self._sale)
            )
            try:
                invoice = await self._make_invoice()
            except KioskError as error:
                listening.cancel()
                self._put(InvoiceRefused(self._sale, error.trouble))
                return
            self._made.set_result(invoice)
            self._put(InvoiceCreated(self._sale, invoice))
            if (
                self._connection is not ConnectionState.CONNECTING
            ):  # sent before there was a code to show it on
                self._put(ConnectionChanged(self._sale, self._connection))
            tasks.create_task(self._guarded(self._make_payout()))
            tasks.create_task(self._guarded(self._ask_now_and_then(invoice)))

    async def _make_invoice(self) -> Invoice:
        """Make the invoice; one of an unknown node is judged by the nodes Blink has now."""
        order = self._order
        make = partial(
            make_invoice,
            self._http,
            amount=order.sale.amount,
            memo=order.sale.memo,
            minutes=order.expires_in_min,
            external_id=order.external_id,
        )
        try:
            return await make(account=order.account)
        except UnknownPayee:
            result = await fetch_nodes(self._http)
            self._put(result)
            return await make(account=order.account.with_nodes(result.nodes))

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Let a bug end this strand alone: each of the others still gets the sale paid."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 - logged; the other strands go on
            log.error("a strand failed %s %s", self.name, describe_bug(error))  # noqa: TRY400

    # --- What the socket sends ----------------------------------------------------------------

    async def request(self) -> GraphQLRequest:
        """The subscription to this invoice, once it is made."""
        invoice = await asyncio.shield(self._made)
        variables = {"input": {"paymentHash": invoice.payment_hash}}
        return GraphQLRequest(documents.INVOICE_UPDATES, variable_values=variables)

    def on_step(self, step: ConnectionStep) -> None:
        """The socket has come this far."""
        log.info("%s %s", step, self.name)
        if step is ConnectionStep.SUBSCRIBED:
            self._change(ConnectionState.LIVE)

    def on_message(self, data: Any) -> None:
        """Believe a message only if it names our hash; everything else is noted and ignored."""
        status = data.get(_FIELD) if isinstance(data, Mapping) else None
        payment_hash = self._made.result().payment_hash
        if (
            not isinstance(status, Mapping)
            or parse_payment_hash(status.get("paymentHash")) != payment_hash
        ):
            log.debug("ignored message %s reason=it does not name this invoice", self.name)
            return
        match status.get("status"):
            case "PAID":
                self._report_once(InvoiceStatusResult(payment_hash, InvoiceStatus.PAID))
            case "EXPIRED":
                self._report_once(InvoiceStatusResult(payment_hash, InvoiceStatus.EXPIRED))
            case other:  # PENDING is what it was when we subscribed, and says nothing of now
                log.debug("ignored message %s status=%s", self.name, safe_reason(str(other)))

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
            for result in await fetch_status(
                self._http, self._order.account, (invoice.payment_hash,)
            ):
                if result.status in (InvoiceStatus.PAID, InvoiceStatus.EXPIRED):
                    self._put(result)

    async def _make_payout(self) -> None:
        """Make the payout invoice while the customer looks at the code (M2)."""
        order, timings = self._order, self._http.timings
        failures = 0
        while True:
            try:
                payout = await make_payout(
                    self._http,
                    order.account,
                    order.sale.amount,
                    order.payout_memo,
                    order.payout_external_id,
                    begun_at=order.sale.started_at,
                )
            except KioskError as error:
                log.info("no payout invoice %s reason=%s", self.name, error)
                final = error.trouble.kind in FINAL
                self._put(PayoutRefused(self._sale, error.trouble, final))
                if final:
                    return
                first_s, longest_s = timings.reconnect_first_s, timings.reconnect_longest_s
                await asyncio.sleep(delay_s(first_s, longest_s, failures, self._sale))
                failures += 1
            else:
                self._put(PayoutCreated(self._sale, payout, 1))
                return

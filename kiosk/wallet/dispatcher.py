"""Every wallet effect and who carries it out. Lives in the worker's loop."""

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from typing import Any, Final, assert_never

from kiosk.sale.account import Account
from kiosk.sale.effects import (
    CancelInvoice,
    CloseConnections,
    CloseSale,
    CreatePayout,
    FetchAccount,
    FetchDailyLimit,
    FetchDirectStatus,
    FetchInvoiceStatus,
    FetchLedgerHistory,
    FetchNodes,
    FetchRates,
    LookUpPayout,
    OpenDirectSale,
    OpenSale,
    SendForward,
    WalletEffect,
)
from kiosk.sale.events import (
    AccountFetchFailed,
    CancelInvoiceResult,
    CancelOutcome,
    Event,
    InvoiceRefused,
    InvoiceStatusResult,
    LedgerHistoryResult,
    LookUpOutcome,
    LookUpPayoutResult,
    PayoutNotMade,
    RatesFetchFailed,
    SendForwardResult,
    SendOutcome,
)
from kiosk.sale.invoice import InvoiceStatus, SaleId
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.wallet.address_sale import AddressSale
from kiosk.wallet.endpoints import Endpoints, Timings
from kiosk.wallet.errors import describe_bug
from kiosk.wallet.http import Http
from kiosk.wallet.lightning_address.servers import AddressServers
from kiosk.wallet.merchant_updates import MerchantUpdatesListener
from kiosk.wallet.requests import Requests
from kiosk.wallet.sale_task import DirectSaleTask, SaleTask

log: Final = logging.getLogger("kiosk.wallet")

_CANCEL_AGAIN_S: Final = 1.0
_CLOSING_S: Final = 4.0
_TLS_CLOSING_S: Final = 0.25

# The trouble sent when our own code fails: it claims nothing about the payment.
_BUG: Final = Trouble(TroubleKind.BLINK_ODD, reason="a fault of our own")


class Dispatcher:
    """Turns effects into tasks. Payments wait for each other: a wallet sends one at a time.

    Whatever happens, every effect that has an answer gets one: the till counts on it.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        put: Callable[[Event], None],
        timings: Timings,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._http = Http(endpoints, timings)
        self._servers = AddressServers(self._http.tls)
        self._timings = timings
        self._endpoints = endpoints
        self._requests = Requests(
            self._http, self._servers, endpoints, put, on_account=self._listen_to_merchant
        )
        self._loop = loop
        self._tasks: set[asyncio.Task[None]] = set()
        self._sales: dict[SaleId, asyncio.Task[None]] = {}
        self._idle_wanted = True
        self._watch: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def begin(self, effect: WalletEffect) -> None:
        """Start carrying out an effect; beside it stands the answer if our own code fails."""
        match effect:
            case CloseConnections():
                self._idle_wanted = True
                self._go_idle_when_done()
            case OpenSale() | OpenDirectSale():
                self._idle_wanted = False
                self._open_sale(effect)
            case CloseSale():
                self._close_sale(effect)
            case FetchAccount():
                self._answer(effect, self._requests.fetch_account(effect), AccountFetchFailed(_BUG))
            case FetchRates(currency):
                if self._endpoints.direct is not None:
                    self._start(self._servers.warm_up())
                self._answer(effect, self._requests.fetch_rates(currency), RatesFetchFailed(_BUG))
            case CreatePayout(sale=sale):
                refused = PayoutNotMade(sale, _BUG, final=False)
                self._answer(effect, self._requests.make_payout(effect), refused)
            case SendForward(invoice_hash, payout):
                lost = SendForwardResult(
                    invoice_hash, payout.payment_hash, SendOutcome.LOST, _BUG.reason
                )
                self._answer(effect, self._requests.send(effect), lost)
            case LookUpPayout(invoice_hash, payout_hash):
                unknown = LookUpPayoutResult(invoice_hash, payout_hash, LookUpOutcome.UNKNOWN)
                self._answer(effect, self._requests.look_up(effect), unknown)
            case FetchLedgerHistory():
                unknown_history = LedgerHistoryResult(None, effect.asked_s)
                self._answer(effect, self._requests.fetch_history(effect), unknown_history)
            case FetchInvoiceStatus(payment_hashes):
                unknowns = (
                    InvoiceStatusResult(payment_hash, InvoiceStatus.UNKNOWN, asked_s=effect.asked_s)
                    for payment_hash in payment_hashes
                )
                self._answer_at_rest(effect, self._requests.fetch_status(effect), *unknowns)
            case FetchDirectStatus(direct_invoices):
                unknowns = (
                    InvoiceStatusResult(
                        invoice.payment_hash, InvoiceStatus.UNKNOWN, asked_s=effect.asked_s
                    )
                    for invoice in direct_invoices
                )
                self._answer_at_rest(effect, self._requests.fetch_direct_status(effect), *unknowns)
            case CancelInvoice(payment_hash):
                not_known = CancelInvoiceResult(payment_hash, CancelOutcome.UNKNOWN)
                self._answer_at_rest(effect, self._requests.cancel_invoice(effect), not_known)
            case FetchNodes():
                self._answer_at_rest(effect, self._requests.fetch_nodes())
            case FetchDailyLimit():
                self._answer_at_rest(effect, self._requests.fetch_daily_limit())
            case _:
                assert_never(effect)

    async def close(self) -> None:
        """Cancel all there is and wait for it; close what is open."""
        self._idle_wanted = False  # this closes everything itself
        ours = {*self._tasks, *self._sales.values()}
        await _cancel_and_wait(ours if self._watch is None else {*ours, self._watch})
        await self._close_connections()
        if self._endpoints.api_url.startswith("https"):
            await asyncio.sleep(_TLS_CLOSING_S)  # a TLS connection is closed in two steps
        # Farewells, ours and gql's: one that is cancelled leaves its connection open.
        closing = asyncio.all_tasks() - {asyncio.current_task()}
        if closing:
            await asyncio.wait(closing, timeout=_CLOSING_S)

    # --- Tasks ----------------------------------------------------------------------------------

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task failed %s", describe_bug(error))
        self._go_idle_when_done()

    def _go_idle_when_done(self) -> None:
        """At rest nothing is open: close the connection once the last answer is in."""
        if self._idle_wanted and not self._tasks:
            closing = self._loop.create_task(self._close_connections())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def _close_connections(self) -> None:
        """Close all that is open now: what a sale opens meanwhile is its own, and stays."""
        sessions = self._servers.release()  # before anything is waited for
        await self._http.close()
        for session in sessions:
            await session.close()

    def _open_sale(self, order: OpenSale | OpenDirectSale) -> None:
        if order.sale.id not in self._sales:
            self._sales[order.sale.id] = self._start(self._run_sale(order))

    async def _run_sale(self, order: OpenSale | OpenDirectSale) -> None:
        try:
            await self._sale_task(order).run()
        except Exception as error:  # noqa: BLE001 - reported; the till goes on
            log.error("a sale failed sale=%s %s", order.sale.id, describe_bug(error))  # noqa: TRY400
            self._requests.emit(InvoiceRefused(order.sale.id, _BUG))

    def _sale_task(
        self, order: OpenSale | OpenDirectSale
    ) -> SaleTask | DirectSaleTask | AddressSale:
        if isinstance(order, OpenSale):
            return SaleTask(order, self._http, self._requests.emit)
        if order.account.payee is not None and order.account.payee.address is not None:
            return AddressSale(order, self._servers, self._timings, self._requests.emit)
        return DirectSaleTask(order, self._http, self._servers, self._requests.emit)

    def _close_sale(self, effect: CloseSale) -> None:
        task = self._sales.pop(effect.sale, None)
        if task is not None:
            self._start(self._end_sale(effect, task))

    async def _end_sale(self, effect: CloseSale, task: asyncio.Task[None]) -> None:
        await _cancel_and_wait({task})
        log.info("disconnected reason=%s sale=%s", effect.ending, effect.sale)

    # --- Effects --------------------------------------------------------------------------------

    def _listen_to_merchant(self, account: Account) -> None:
        """Subscribe to what else the merchant receives, from the first account on."""
        if self._endpoints.merchant_updates and self._watch is None:
            watch = MerchantUpdatesListener(
                self._http, account, self._requests.emit, self._requests.payouts
            )
            self._watch = self._loop.create_task(watch.run())

    def _answer(
        self, effect: WalletEffect, work: Coroutine[Any, Any, None], *after_bug: Event
    ) -> None:
        """Start work after which more is likely to follow: connections are kept."""
        self._idle_wanted = False
        self._start(self._carry_out(effect, work, after_bug))

    def _answer_at_rest(
        self, effect: WalletEffect, work: Coroutine[Any, Any, None], *after_bug: Event
    ) -> None:
        """Start work that changes nothing about whether connections are kept."""
        self._start(self._carry_out(effect, work, after_bug))

    async def _carry_out(
        self,
        effect: WalletEffect,
        work: Coroutine[Any, Any, None],
        after_bug: tuple[Event, ...],
    ) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - reported, never taken for an answer
            log.error("a fault of ours in %s %s", type(effect).__name__, describe_bug(error))  # noqa: TRY400
            for event in after_bug:
                self._requests.emit(event)


async def _cancel_and_wait(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait for them; a task whose library hides the cancelling is cancelled
    again.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_CANCEL_AGAIN_S)

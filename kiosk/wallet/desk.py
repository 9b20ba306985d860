"""Every wallet effect and who carries it out. Lives in the worker's loop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from kiosk.sale.effects import (
    AskLimit,
    AskStatus,
    CancelInvoice,
    CloseSale,
    FetchRates,
    LookUp,
    MakePayout,
    OpenSale,
    Rest,
    SendForward,
    Visit,
    WalletEffect,
)
from kiosk.sale.events import (
    CancelTold,
    Event,
    Found,
    LookUpTold,
    PayoutMade,
    PayoutRefused,
    RatesArrived,
    RatesFailed,
    SendAnswer,
    SendTold,
    Visited,
    VisitFailed,
)
from kiosk.sale.invoice import PAYOUT_EXPIRY_MIN, SaleId
from kiosk.sale.trouble import KioskError
from kiosk.wallet import forwarding, invoices, prices
from kiosk.wallet.endpoints import Endpoints, Timings
from kiosk.wallet.errors import FINAL
from kiosk.wallet.http import Http
from kiosk.wallet.sale_task import SaleTask
from kiosk.wallet.updates import MerchantWatch
from kiosk.wallet.visit import visit

log: Final = logging.getLogger("kiosk.wallet")


class Desk:
    """Turns effects into tasks. Payments wait for each other: one wallet, one sending."""

    def __init__(
        self,
        endpoints: Endpoints,
        put: Callable[[Event], None],
        timings: Timings,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.http = Http(endpoints, timings)
        self._endpoints = endpoints
        self._put = put
        self._loop = loop
        self._tasks: set[asyncio.Task[None]] = set()
        self._sales: dict[SaleId, tuple[SaleTask, asyncio.Task[None]]] = {}
        self._sending = asyncio.Lock()
        self._watch: MerchantWatch | None = None

    def begin(self, effect: WalletEffect) -> None:
        """Start carrying out an effect."""
        if isinstance(effect, OpenSale):
            self._open(effect)
        elif isinstance(effect, CloseSale):
            self._close_sale(effect)
        else:
            self._start(self._carry_out(effect))

    async def close(self) -> None:
        """Cancel all tasks and wait for them; close what is open."""
        tasks = [*self._tasks, *(task for _, task in self._sales.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.http.close()

    def _open(self, order: OpenSale) -> None:
        if order.sale.id in self._sales:
            return
        sale = SaleTask(order, self.http, self._put)
        self._sales[order.sale.id] = (sale, self._start(sale.run()))

    def _close_sale(self, effect: CloseSale) -> None:
        found = self._sales.pop(effect.sale, None)
        if found is not None:
            self._start(self._end_sale(effect, found[1]))

    async def _end_sale(self, effect: CloseSale, task: asyncio.Task[None]) -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        log.info("disconnected reason=%s sale=%s", effect.ending, effect.sale)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            # A bug of ours: never silent. What it was about is found again by its own timer.
            log.error("a task failed", exc_info=task.exception())

    async def _carry_out(self, effect: WalletEffect) -> None:
        match effect:
            case Visit():
                await self._visit()
            case FetchRates(currency):
                await self._fetch_rates(currency)
            case MakePayout():
                await self._make_payout(effect)
            case AskStatus(names, account):
                for told in await invoices.ask_status(self.http, account.till_wallet, names):
                    self._put(told)
            case CancelInvoice(name, account):
                answer = await invoices.cancel(self.http, account.till_wallet, name)
                self._put(CancelTold(name, answer))
            case SendForward(invoice, payout):
                lost = SendTold(invoice, payout.payment_hash, SendAnswer.LOST, "a fault of ours")
                async with self._sending:
                    await self._tell(forwarding.send(self.http, effect), lost)
            case LookUp(invoice, payout_hash):
                unknown = LookUpTold(invoice, payout_hash, Found.UNKNOWN)
                await self._tell(forwarding.look_up(self.http, effect), unknown)
            case AskLimit():
                told_limit = await forwarding.ask_limit(self.http)
                if told_limit is not None:
                    self._put(told_limit)
            case Rest():
                await self.http.rest()

    async def _tell(self, asking: Awaitable[Event], otherwise: Event) -> None:
        """Money on its way always gets an answer, even when our own code fails."""
        told = otherwise
        try:
            told = await asking
        finally:
            self._put(told)

    async def _visit(self) -> None:
        try:
            account = await visit(self.http)
        except KioskError as error:
            self._put(VisitFailed(error.trouble))
            return
        self._put(Visited(account))
        if self._endpoints.merchant_updates and self._watch is None:
            self._watch = MerchantWatch(self.http, account, self._put)
            self._start(self._watch.run())

    async def _fetch_rates(self, currency: str) -> None:
        try:
            self._put(RatesArrived(await prices.rates(self.http, currency)))
        except KioskError as error:
            self._put(RatesFailed(error.trouble))

    async def _make_payout(self, order: MakePayout) -> None:
        try:
            payout = await invoices.make_payout(
                self.http,
                order.account,
                order.amount,
                order.memo,
                PAYOUT_EXPIRY_MIN,
                order.external_id,
            )
        except KioskError as error:
            final = error.trouble.kind in FINAL
            self._put(PayoutRefused(order.sale, error.trouble, final))
        else:
            self._put(PayoutMade(order.sale, payout, order.generation))

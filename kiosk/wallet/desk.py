"""Every wallet effect and who carries it out. Lives in the worker's loop."""

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from typing import Any, Final

from kiosk.sale.effects import (
    AskLimit,
    AskNodes,
    AskPast,
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
    CancelAnswer,
    CancelTold,
    Event,
    Found,
    InvoiceRefused,
    LookUpTold,
    PastTold,
    PayoutMade,
    PayoutRefused,
    RatesArrived,
    RatesFailed,
    SendAnswer,
    SendTold,
    StatusTold,
    Visited,
    VisitFailed,
)
from kiosk.sale.invoice import InvoiceStatus, SaleId
from kiosk.sale.trouble import KioskError, Trouble, TroubleKind
from kiosk.wallet import forwarding, invoices, prices
from kiosk.wallet.endpoints import Endpoints, Timings
from kiosk.wallet.errors import FINAL, bug_of
from kiosk.wallet.http import Http
from kiosk.wallet.nodes import ask_nodes
from kiosk.wallet.past import ask_past
from kiosk.wallet.sale_task import SaleTask
from kiosk.wallet.status import ask_status
from kiosk.wallet.updates import MerchantWatch, Recent
from kiosk.wallet.visit import visit

log: Final = logging.getLogger("kiosk.wallet")

_CANCEL_AGAIN_S: Final = 1.0
_FAREWELL_S: Final = 4.0
_TLS_FAREWELL_S: Final = 0.25

# What the till is told when our own code fails: never more than that nobody knows.
_BUG: Final = Trouble(TroubleKind.BLINK_ODD, reason="a fault of our own")


class Desk:
    """Turns effects into tasks. Payments wait for each other: one wallet, one sending.

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
        self._endpoints = endpoints
        self._put = put
        self._loop = loop
        self._tasks: set[asyncio.Task[None]] = set()
        self._sales: dict[SaleId, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()
        self._resting = True
        self._payouts = Recent()
        self._watch: asyncio.Task[None] | None = None
        self._farewells: set[asyncio.Task[None]] = set()

    def begin(self, effect: WalletEffect) -> None:
        """Start carrying out an effect."""
        match effect:
            case Rest():
                self._resting = True
                self._rest_if_idle()
            case OpenSale():
                self._resting = False
                self._open_sale(effect)
            case CloseSale():
                self._close_sale(effect)
            case AskStatus() | AskLimit() | AskNodes() | CancelInvoice():  # at rest: and back to it
                self._start(self._carry_out(effect))
            case _:
                self._resting = False
                self._start(self._carry_out(effect))

    async def close(self) -> None:
        """Cancel all there is and wait for it; close what is open."""
        self._resting = False  # this closes everything itself
        ours = {*self._tasks, *self._sales.values()}
        await _ended(ours if self._watch is None else {*ours, self._watch})
        await self._http.close()
        if self._endpoints.api_url.startswith("https"):
            await asyncio.sleep(_TLS_FAREWELL_S)  # a TLS connection is closed in two steps
        # Farewells, ours and gql's: one that is cancelled leaves its connection open.
        farewells = asyncio.all_tasks() - {asyncio.current_task()}
        if farewells:
            await asyncio.wait(farewells, timeout=_FAREWELL_S)

    # --- Tasks ----------------------------------------------------------------------------------

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task failed %s", bug_of(error))
        self._rest_if_idle()

    def _rest_if_idle(self) -> None:
        """At rest nothing is open: close the connection once the last answer is in."""
        if self._resting and not self._tasks:
            farewell = self._loop.create_task(self._http.close())
            self._farewells.add(farewell)
            farewell.add_done_callback(self._farewells.discard)

    def _open_sale(self, order: OpenSale) -> None:
        if order.sale.id not in self._sales:
            self._sales[order.sale.id] = self._start(self._look_after(order))

    async def _look_after(self, order: OpenSale) -> None:
        try:
            await SaleTask(order, self._http, self._tell).run()
        except Exception as error:  # noqa: BLE001 - told; the till goes on
            log.error("a sale failed sale=%s %s", order.sale.id, bug_of(error))  # noqa: TRY400
            self._tell(InvoiceRefused(order.sale.id, _BUG))

    def _close_sale(self, effect: CloseSale) -> None:
        task = self._sales.pop(effect.sale, None)
        if task is not None:
            self._start(self._end_sale(effect, task))

    async def _end_sale(self, effect: CloseSale, task: asyncio.Task[None]) -> None:
        await _ended({task})
        log.info("disconnected reason=%s sale=%s", effect.ending, effect.sale)

    # --- Effects --------------------------------------------------------------------------------

    def _tell(self, event: Event) -> None:
        if isinstance(event, PayoutMade):
            self._payouts.add(event.payout.payment_hash)
        self._put(event)

    async def _carry_out(self, effect: WalletEffect) -> None:
        try:
            await self._answer(effect)
        except Exception as error:  # noqa: BLE001 - told, and never taken for an answer
            log.error("a fault of ours in %s %s", type(effect).__name__, bug_of(error))  # noqa: TRY400
            for event in _otherwise(effect):
                self._tell(event)

    async def _answer(self, effect: WalletEffect) -> None:
        match effect:
            case Visit():
                await self._visit()
            case FetchRates(currency):
                try:
                    self._tell(RatesArrived(await prices.rates(self._http, currency)))
                except KioskError as error:
                    self._tell(RatesFailed(error.trouble))
            case MakePayout():
                await self._make_payout(effect)
            case AskStatus(names, account):
                for told in await ask_status(self._http, account, names):
                    self._tell(told)
            case CancelInvoice(name, account):
                self._tell(CancelTold(name, await invoices.cancel(self._http, account, name)))
            case SendForward(payout=payout):
                self._payouts.add(payout.payment_hash)
                async with self._sending:
                    self._tell(await forwarding.send(self._http, effect, self._tell))
            case LookUp():
                self._tell(await forwarding.look_up(self._http, effect))
            case AskPast():
                self._tell(await ask_past(self._http, effect))
            case AskNodes():
                try:
                    self._tell(await ask_nodes(self._http))
                except KioskError as error:
                    log.info("nodes not told reason=%s", error)
            case AskLimit():
                limit = await forwarding.ask_limit(self._http)
                if limit is not None:
                    self._tell(limit)

    async def _visit(self) -> None:
        try:
            account = await visit(self._http)
        except KioskError as error:
            self._tell(VisitFailed(error.trouble))
            return
        self._tell(Visited(account))
        if self._endpoints.merchant_updates and self._watch is None:
            watch = MerchantWatch(self._http, account, self._tell, self._payouts)
            self._watch = self._loop.create_task(watch.run())

    async def _make_payout(self, order: MakePayout) -> None:
        try:
            payout = await invoices.make_payout(
                self._http,
                order.account,
                order.amount,
                order.memo,
                order.external_id,
                begun_at=order.begun_at,
            )
        except KioskError as error:
            self._tell(PayoutRefused(order.sale, error.trouble, error.trouble.kind in FINAL))
        else:
            self._tell(PayoutMade(order.sale, payout, order.generation))


async def _ended(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait for them; a library that hides a cancelling is told again."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_CANCEL_AGAIN_S)


def _otherwise(effect: WalletEffect) -> tuple[Event, ...]:
    """What the till is told when our own code fails over an effect: nobody knows."""
    match effect:
        case Visit():
            return (VisitFailed(_BUG),)
        case FetchRates():
            return (RatesFailed(_BUG),)
        case MakePayout(sale=sale):
            return (PayoutRefused(sale, _BUG, final=False),)
        case AskStatus(names):
            return tuple(StatusTold(name, InvoiceStatus.UNKNOWN) for name in names)
        case CancelInvoice(name):
            return (CancelTold(name, CancelAnswer.UNKNOWN),)
        case SendForward(invoice, payout):
            return (SendTold(invoice, payout.payment_hash, SendAnswer.LOST, _BUG.reason),)
        case LookUp(invoice, payout_hash):
            return (LookUpTold(invoice, payout_hash, Found.UNKNOWN),)
        case AskPast():
            return (PastTold(None),)
    return ()

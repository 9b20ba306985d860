"""What an effect asks of Blink or of an address's server, and the event that answers it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from kiosk.sale.account import Account
from kiosk.sale.effects import (
    CancelInvoice,
    CreatePayout,
    FetchAccount,
    FetchDirectStatus,
    FetchInvoiceStatus,
    FetchLedgerHistory,
    LookUpPayout,
    SendForward,
)
from kiosk.sale.events import (
    AccountFetched,
    AccountFetchFailed,
    CancelInvoiceResult,
    Event,
    PayoutCreated,
    PayoutNotMade,
    RatesFetched,
    RatesFetchFailed,
)
from kiosk.sale.trouble import KioskError
from kiosk.wallet import forwarding, invoices, prices
from kiosk.wallet.direct_status import fetch_direct_status
from kiosk.wallet.endpoints import Endpoints
from kiosk.wallet.errors import FINAL
from kiosk.wallet.fetch_account import fetch_account
from kiosk.wallet.fetch_direct_account import fetch_direct_account
from kiosk.wallet.fetch_history import fetch_history
from kiosk.wallet.http import Http
from kiosk.wallet.invoice_status import fetch_status
from kiosk.wallet.lightning_address.servers import AddressServers
from kiosk.wallet.merchant_updates import RecentIds
from kiosk.wallet.nodes import fetch_nodes

log: Final = logging.getLogger("kiosk.wallet")


class Requests:
    """A method for each effect that is a question; it emits the answer's event.

    `on_account` is called with every account that Blink has described. `payouts` are the payment
    hashes of our own payout invoices, which the merchant's wallet receives.
    """

    def __init__(
        self,
        http: Http,
        servers: AddressServers,
        endpoints: Endpoints,
        put: Callable[[Event], None],
        on_account: Callable[[Account], None],
    ) -> None:
        self.payouts = RecentIds()
        self._http = http
        self._servers = servers
        self._endpoints = endpoints
        self._put = put
        self._on_account = on_account
        self._sending = asyncio.Lock()

    def emit(self, event: Event) -> None:
        """Send an event to the till."""
        if isinstance(event, PayoutCreated):
            self.payouts.add(event.payout.payment_hash)
        self._put(event)

    async def fetch_direct_status(self, effect: FetchDirectStatus) -> None:
        """Emit how each direct invoice stands."""
        for result in await fetch_direct_status(self._http, self._servers, effect.invoices):
            self.emit(replace(result, asked_s=effect.asked_s))

    async def fetch_account(self, effect: FetchAccount) -> None:
        """Emit who the till and the merchant are, or why it is not known."""
        merchant = self._endpoints.direct
        try:
            if merchant is None:
                account = await fetch_account(self._http, effect.merchant_wallet, self.emit)
            else:
                account = await fetch_direct_account(
                    self._http, self._servers, merchant, effect, self.emit
                )
        except KioskError as error:
            self.emit(AccountFetchFailed(error.trouble))
            return
        self.emit(AccountFetched(account))
        self._on_account(account)

    async def make_payout(self, order: CreatePayout) -> None:
        """Emit the payout invoice, or why there is none and whether that is final."""
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
            self.emit(PayoutNotMade(order.sale, error.trouble, error.trouble.kind in FINAL))
        else:
            self.emit(PayoutCreated(order.sale, payout, order.generation))

    async def fetch_rates(self, currency: str) -> None:
        """Emit the price of a currency, or why there is none."""
        try:
            self.emit(RatesFetched(await prices.rates(self._http, currency)))
        except KioskError as error:
            self.emit(RatesFetchFailed(error.trouble))

    async def fetch_status(self, effect: FetchInvoiceStatus) -> None:
        """Emit how each invoice stands."""
        for result in await fetch_status(self._http, effect.account, effect.payment_hashes):
            self.emit(replace(result, asked_s=effect.asked_s))

    async def cancel_invoice(self, effect: CancelInvoice) -> None:
        """Emit whether the invoice is cancelled."""
        outcome = await invoices.cancel(self._http, effect.account, effect.payment_hash)
        self.emit(CancelInvoiceResult(effect.payment_hash, outcome))

    async def send(self, effect: SendForward) -> None:
        """Pay a payout invoice, after every payment that was begun before; emit what is known."""
        self.payouts.add(effect.payout.payment_hash)
        async with self._sending:
            self.emit(await forwarding.send(self._http, effect, self.emit))

    async def look_up(self, effect: LookUpPayout) -> None:
        """Emit what our own ledger says about a payout."""
        self.emit(await forwarding.look_up(self._http, effect))

    async def fetch_history(self, effect: FetchLedgerHistory) -> None:
        """Emit what the ledger shows of this kiosk."""
        self.emit(await fetch_history(self._http, effect))

    async def fetch_nodes(self) -> None:
        """Emit Blink's own nodes; without an answer the known ones stay."""
        try:
            self.emit(await fetch_nodes(self._http))
        except KioskError as error:
            log.info("node ids not fetched reason=%s", error)

    async def fetch_daily_limit(self) -> None:
        """Emit what can be forwarded today, if Blink says it."""
        limit = await forwarding.fetch_daily_limit(self._http)
        if limit is not None:
            self.emit(limit)

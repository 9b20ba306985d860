"""The task of a sale in the till account, and that of a sale in the merchant's own wallet."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final

from kiosk.sale.account import Account
from kiosk.sale.backoff import delay_s
from kiosk.sale.effects import OpenDirectSale, OpenSale
from kiosk.sale.events import Event, InvoiceStatusResult, PayoutCreated, PayoutNotMade
from kiosk.sale.invoice import Invoice, InvoiceStatus
from kiosk.sale.trouble import KioskError
from kiosk.wallet import documents
from kiosk.wallet.direct_status import fetch_direct_status, status_of
from kiosk.wallet.errors import FINAL, AccountSide
from kiosk.wallet.http import Http
from kiosk.wallet.invoice_status import fetch_status
from kiosk.wallet.invoices import make_direct_invoice, make_invoice, make_payout
from kiosk.wallet.lightning_address.servers import AddressServers
from kiosk.wallet.watched_sale import WatchedSale

log: Final = logging.getLogger("kiosk.wallet")

_PUSHED: Final = {"PAID": InvoiceStatus.PAID, "EXPIRED": InvoiceStatus.EXPIRED}


class SaleTask(WatchedSale):
    """A sale in the BlinkPOS account, with its payout invoice."""

    side = AccountSide.TILL
    updates = documents.INVOICE_UPDATES

    def __init__(self, order: OpenSale, http: Http, put: Callable[[Event], None]) -> None:
        super().__init__(order.sale.id, http, put)
        self._order = order

    async def _make_invoice(self) -> Invoice:
        order, sale = self._order, self._order.sale

        def make(account: Account) -> Coroutine[Any, Any, Invoice]:
            minutes, external_id = order.expires_in_min, order.external_id
            return make_invoice(self._http, account, sale.amount, sale.memo, minutes, external_id)

        return await self._make_with_known_nodes(order.account, make)

    async def _fetch_status(self, invoice: Invoice) -> Sequence[InvoiceStatusResult]:
        return await fetch_status(self._http, self._order.account, (invoice.payment_hash,))

    def _read_update(self, status: Mapping[str, Any]) -> InvoiceStatus:
        return _PUSHED.get(str(status.get("status")), InvoiceStatus.UNKNOWN)

    def _beside(self) -> tuple[Coroutine[Any, Any, None], ...]:
        return (self._make_payout(),)

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
                self._put(PayoutNotMade(self._sale, error.trouble, final))
                if final:
                    return
                first_s, longest_s = timings.reconnect_first_s, timings.reconnect_longest_s
                await asyncio.sleep(delay_s(first_s, longest_s, failures, self._sale))
                failures += 1
            else:
                self._put(PayoutCreated(self._sale, payout, 1))
                return


class DirectSaleTask(WatchedSale):
    """A sale in the merchant's own wallet at Blink: no key, and nothing to forward."""

    side = AccountSide.NOBODY
    updates = documents.PROOF_UPDATES

    def __init__(
        self,
        order: OpenDirectSale,
        http: Http,
        servers: AddressServers,
        put: Callable[[Event], None],
    ) -> None:
        super().__init__(order.sale.id, http, put)
        self._order = order
        self._servers = servers

    async def _make_invoice(self) -> Invoice:
        order, sale = self._order, self._order.sale
        assert order.account.payee is not None
        wallet = order.account.payee.wallet
        assert wallet is not None

        def make(account: Account) -> Coroutine[Any, Any, Invoice]:
            minutes = order.expires_in_min
            return make_direct_invoice(self._http, account, wallet, sale.amount, sale.memo, minutes)

        return await self._make_with_known_nodes(order.account, make)

    async def _fetch_status(self, invoice: Invoice) -> Sequence[InvoiceStatusResult]:
        return await fetch_direct_status(self._http, self._servers, (invoice,))

    def _read_update(self, status: Mapping[str, Any]) -> InvoiceStatus:
        return status_of(status, self.made.result().payment_hash)

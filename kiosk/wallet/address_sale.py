"""A direct sale at a Lightning address: its server makes the invoice and proves it paid (LUD-21).

There is no push, so the server is asked while the code is on the screen, and only then: often at
first, and ever less often, and as rarely as the server itself wishes.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from kiosk.sale.effects import OpenDirectSale
from kiosk.sale.events import (
    ConnectionChanged,
    Event,
    InvoiceCreated,
    InvoiceRefused,
    InvoiceStatusResult,
)
from kiosk.sale.invoice import Invoice, short_hash
from kiosk.sale.screens import ConnectionState
from kiosk.sale.trouble import KioskError
from kiosk.wallet.endpoints import Timings
from kiosk.wallet.lightning_address.client import Proof
from kiosk.wallet.lightning_address.servers import STATUS_OF, AddressServers

log: Final = logging.getLogger("kiosk.wallet")

# After so many seconds the pace is so many times the first one: 2 s, then 5 s, then 15 s.
_SLOWER_AFTER_S: Final = ((120.0, 2.5), (600.0, 7.5))
_LONGEST_PAUSE_S: Final = 60.0
_UNPROVEN_BEFORE_TOLD: Final = 2  # the preimage may come a moment after the word "settled"


def pause_s(first_s: float, age_s: float, failures: int, wished_s: float | None) -> float:
    """How long to leave the server alone: by the code's age, by errors, by its own wish."""
    slower = max((times for after_s, times in _SLOWER_AFTER_S if age_s >= after_s), default=1.0)
    grown = first_s * slower * 2.0 ** min(failures, 10)
    return max(min(grown, _LONGEST_PAUSE_S), wished_s or 0.0)


class AddressSale:
    """Looks after one sale at a Lightning address; cancel its task to end it."""

    def __init__(
        self,
        order: OpenDirectSale,
        servers: AddressServers,
        timings: Timings,
        put: Callable[[Event], None],
    ) -> None:
        self._order = order
        self._servers = servers
        self._timings = timings
        self._put = put
        self._connection = ConnectionState.CONNECTING

    async def run(self) -> None:
        """Have the invoice made, then ask about it until cancelled or paid."""
        sale, account = self._order.sale, self._order.account
        assert account.payee is not None
        assert account.payee.address is not None
        try:
            invoice = await self._servers.make_invoice(
                account.payee.address,
                account.network,
                sale.amount,
                self._order.expires_in_min,
                sale.memo,
            )
        except KioskError as error:
            self._put(InvoiceRefused(sale.id, error.trouble))
            return
        self._put(InvoiceCreated(sale.id, invoice))
        await self._ask_until_paid(invoice)

    async def _ask_until_paid(self, invoice: Invoice) -> None:
        began_s = time.monotonic()
        failures = unproven = 0
        wished_s: float | None = None
        while True:
            age_s = time.monotonic() - began_s
            await asyncio.sleep(pause_s(self._timings.verify_every_s, age_s, failures, wished_s))
            result = await self._servers.verify(invoice)
            wished_s = result.delay_s
            failed = result.proof is Proof.UNKNOWN
            failures = failures + 1 if failed else 0
            unproven = unproven + 1 if result.proof is Proof.UNPROVEN else 0
            if failed:
                name = short_hash(invoice.payment_hash)
                log.info("verify not answered hash=%s reason=%s", name, result.reason)
            self._change(ConnectionState.RECONNECTING if failed else ConnectionState.LIVE)
            if result.proof is Proof.PAID or unproven == _UNPROVEN_BEFORE_TOLD:
                self._put(InvoiceStatusResult(invoice.payment_hash, STATUS_OF[result.proof]))
            if result.proof is Proof.PAID:
                return

    def _change(self, connection: ConnectionState) -> None:
        if connection is not self._connection:
            self._connection = connection
            self._put(ConnectionChanged(self._order.sale.id, connection))

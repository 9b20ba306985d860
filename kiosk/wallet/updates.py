"""The optional second socket: money that arrives in the merchant account directly."""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from typing import Any, Final

from kiosk.sale.account import Account, Updates
from kiosk.sale.events import Event, MerchantReceived, UpdatesChanged
from kiosk.sale.money import Sats
from kiosk.wallet import documents
from kiosk.wallet.errors import safe
from kiosk.wallet.http import Http
from kiosk.wallet.invoices import entry_hash
from kiosk.wallet.socket import SOCKET_ERRORS, Socket

log: Final = logging.getLogger("kiosk.wallet")

_REMEMBERED: Final = 1000


class MerchantWatch:
    """Holds `myUpdates` of the merchant account, for ever, and connects again for ever."""

    def __init__(self, http: Http, account: Account, put: Callable[[Event], None]) -> None:
        self._http = http
        self._account = account
        self._put = put
        self._seen: dict[str, None] = {}

    async def run(self) -> None:
        """Listen until cancelled."""
        timings = self._http.timings
        failures = 0
        while True:
            self._put(UpdatesChanged(Updates.CONNECTING))
            try:
                await self._one_connection()
                failures = 0
            except SOCKET_ERRORS as error:
                log.info("merchant updates lost reason=%s", safe(type(error).__name__))
            pause_s = min(timings.reconnect_first_s * 2.0 ** min(failures, 10), 30.0)
            failures += 1
            await asyncio.sleep(pause_s * random.uniform(0.75, 1.0))  # noqa: S311 - jitter

    async def _one_connection(self) -> None:
        endpoints = self._http.endpoints
        assert endpoints.merchant_key is not None  # the settings refuse updates without a key
        socket = Socket(endpoints.ws_url, endpoints.merchant_key, self._http.timings)
        try:
            await socket.connect()
            async with socket.updates(documents.MERCHANT_UPDATES) as stream:
                self._put(UpdatesChanged(Updates.ON))
                async for result in stream:
                    self._heard(result.data)
        finally:
            await socket.close()

    def _heard(self, data: Any) -> None:
        """A settled receipt in the merchant's own wallet, once; everything else is ignored."""
        try:
            update = data["myUpdates"]["update"]
            entry = update["transaction"]
            if update["walletId"] != self._account.merchant_wallet:
                return
            if (entry["direction"], entry["status"]) != ("RECEIVE", "SUCCESS"):
                return
            name, amount = str(entry["id"]), int(entry["settlementAmount"])
        except (KeyError, TypeError, ValueError):
            return  # prices and other news, which this stream is full of
        if name in self._seen or amount <= 0 or not isinstance(entry, Mapping):
            return
        self._seen[name] = None
        if len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]
        self._put(MerchantReceived(entry_hash(entry), Sats(amount)))

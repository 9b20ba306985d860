"""The optional second socket: money that arrives in the merchant account directly."""

import logging
from collections.abc import Callable
from typing import Any, Final

from gql import GraphQLRequest

from kiosk.sale.account import Account, MerchantUpdates
from kiosk.sale.events import Event, MerchantReceived, MerchantUpdatesChanged
from kiosk.sale.money import Sats
from kiosk.wallet import documents
from kiosk.wallet.answer_bounds import MOST_SAT, number
from kiosk.wallet.errors import UNREADABLE, AccountSide
from kiosk.wallet.http import Http
from kiosk.wallet.invoice_status import entry_hash
from kiosk.wallet.subscription import ConnectionStep, keep_subscribed

log: Final = logging.getLogger("kiosk.wallet")

_REMEMBERED: Final = 1000
_LONGEST_ID: Final = 100


class RecentIds:
    """The names of the last thousand things, so that none is reported twice."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}

    def __contains__(self, payment_hash: str | None) -> bool:
        return payment_hash in self._names

    def add(self, payment_hash: str) -> None:
        """Remember a name, and forget the oldest."""
        self._names[payment_hash] = None
        if len(self._names) > _REMEMBERED:
            del self._names[next(iter(self._names))]


class MerchantUpdatesListener:
    """Holds `myUpdates` of the merchant account until `run` is cancelled.

    `ours` names the payout invoices of this kiosk: their money arrives there too and is not
    reported.
    """

    def __init__(
        self, http: Http, account: Account, put: Callable[[Event], None], ours: RecentIds
    ) -> None:
        self._http = http
        self._account = account
        self._put = put
        self._ours = ours
        self._seen = RecentIds()
        self._updates = MerchantUpdates.OFF

    async def run(self) -> None:
        """Listen for ever, and connect again for ever."""
        self._change(MerchantUpdates.CONNECTING)
        silence_s = self._http.timings.silence_s
        await keep_subscribed(
            self._http, AccountSide.MERCHANT, self, self._account.merchant_wallet, silence_s
        )

    async def request(self) -> GraphQLRequest:
        """All that happens in the merchant account."""
        return documents.MERCHANT_UPDATES

    def on_step(self, step: ConnectionStep) -> None:
        """The socket has come this far."""
        log.info("%s merchant updates", step)
        if step is ConnectionStep.SUBSCRIBED:
            self._change(MerchantUpdates.ON)

    def on_lost(self, failures: int, reason: str, *, limited: bool) -> None:
        """The socket is gone; it comes again."""
        log.info(
            "merchant updates lost failures=%d limited=%s reason=%s", failures, limited, reason
        )
        self._change(MerchantUpdates.CONNECTING)

    def on_message(self, data: Any) -> None:
        """A settled receipt in the merchant's own wallet, once; everything else is ignored."""
        try:
            update = data["myUpdates"]["update"]
            entry = update["transaction"]
            settled = entry["direction"] == "RECEIVE" and entry["status"] == "SUCCESS"
            here = update["walletId"] == self._account.merchant_wallet
            amount, payment_hash = number(entry["settlementAmount"], 1, MOST_SAT), entry_hash(entry)
            entry_id = (
                payment_hash or str(entry["id"])[:_LONGEST_ID]
            )  # without an invoice there is no hash
        except UNREADABLE:
            return  # prices and other updates, which this stream is full of
        if not (settled and here) or entry_id in self._seen or entry_id in self._ours:
            return
        self._seen.add(entry_id)
        self._put(MerchantReceived(payment_hash, Sats(amount)))

    def _change(self, updates: MerchantUpdates) -> None:
        if updates is not self._updates:
            self._updates = updates
            self._put(MerchantUpdatesChanged(updates))

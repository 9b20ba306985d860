"""The optional second socket: money that arrives in the merchant account directly."""

import logging
from collections.abc import Callable
from typing import Any, Final

from gql import GraphQLRequest

from kiosk.sale.account import Account, Updates
from kiosk.sale.events import Event, MerchantReceived, UpdatesChanged
from kiosk.sale.money import Sats
from kiosk.wallet import documents
from kiosk.wallet.answers import MOST_SAT, number
from kiosk.wallet.errors import UNREADABLE, Side
from kiosk.wallet.http import Http
from kiosk.wallet.socket import Step, hold
from kiosk.wallet.status import entry_hash

log: Final = logging.getLogger("kiosk.wallet")

_REMEMBERED: Final = 1000
_LONGEST_ID: Final = 100


class Recent:
    """The names of the last thousand things, so that none is news twice."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}

    def __contains__(self, name: str | None) -> bool:
        return name in self._names

    def add(self, name: str) -> None:
        """Remember a name, and forget the oldest."""
        self._names[name] = None
        if len(self._names) > _REMEMBERED:
            del self._names[next(iter(self._names))]


class MerchantWatch:
    """Holds `myUpdates` of the merchant account until `run` is cancelled.

    `ours` names the payout invoices of this kiosk: their money arrives there too, and is no news.
    """

    def __init__(
        self, http: Http, account: Account, put: Callable[[Event], None], ours: Recent
    ) -> None:
        self._http = http
        self._account = account
        self._put = put
        self._ours = ours
        self._seen = Recent()
        self._updates = Updates.OFF

    async def run(self) -> None:
        """Listen for ever, and connect again for ever."""
        self._change(Updates.CONNECTING)
        silence_s = self._http.timings.silence_s
        await hold(self._http, Side.MERCHANT, self, self._account.merchant_wallet, silence_s)

    async def request(self) -> GraphQLRequest:
        """All that happens in the merchant account."""
        return documents.MERCHANT_UPDATES

    def stepped(self, step: Step) -> None:
        """The socket has come this far."""
        log.info("%s merchant updates", step)
        if step is Step.SUBSCRIBED:
            self._change(Updates.ON)

    def lost(self, failures: int, reason: str, *, limited: bool) -> None:
        """The socket is gone; it comes again."""
        log.info(
            "merchant updates lost failures=%d limited=%s reason=%s", failures, limited, reason
        )
        self._change(Updates.CONNECTING)

    def heard(self, data: Any) -> None:
        """A settled receipt in the merchant's own wallet, once; everything else is ignored."""
        try:
            update = data["myUpdates"]["update"]
            entry = update["transaction"]
            settled = entry["direction"] == "RECEIVE" and entry["status"] == "SUCCESS"
            here = update["walletId"] == self._account.merchant_wallet
            amount, name = number(entry["settlementAmount"], 1, MOST_SAT), entry_hash(entry)
            news = name or str(entry["id"])[:_LONGEST_ID]  # without an invoice there is no hash
        except UNREADABLE:
            return  # prices and other news, which this stream is full of
        if not (settled and here) or news in self._seen or news in self._ours:
            return
        self._seen.add(news)
        self._put(MerchantReceived(name, Sats(amount)))

    def _change(self, updates: Updates) -> None:
        if updates is not self._updates:
            self._updates = updates
            self._put(UpdatesChanged(updates))

"""Asks whom a name pays, with a wallet of its own: the till's own goes on with its sales."""

import logging
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final

from kiosk.sale.effects import FetchAccount
from kiosk.sale.events import AccountFetched, AccountFetchFailed, Event
from kiosk.sale.payee_lookup import LookUpPayee, PayeeFound, PayeeNotFound
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.settings import Settings
from kiosk.wallet.endpoints import DirectMerchant, Endpoints
from kiosk.wallet.worker import Wallet

log: Final = logging.getLogger("kiosk")

PATIENCE_S: Final = 60.0  # the wallet's own time limits end before


def look_up_in_thread(
    settings: Settings, put: Callable[[Event], None]
) -> Callable[[LookUpPayee], None]:
    """A function that begins to look somebody up; `put` gets what came of it, in a thread."""

    def begin(asked: LookUpPayee) -> None:
        threading.Thread(
            target=lambda: put(_looked_up(settings, asked)), name="payee", daemon=True
        ).start()

    return begin


def _looked_up(settings: Settings, asked: LookUpPayee) -> Event:
    answers: SimpleQueue[Event] = SimpleQueue()
    merchant = DirectMerchant(asked.name, asked.address)
    endpoints = Endpoints(settings.api_url, settings.ws_url, till_key=None, direct=merchant)
    wallet = Wallet(endpoints, answers.put)
    wallet.start()
    try:
        wallet.perform(FetchAccount())
        while True:
            match answers.get(timeout=PATIENCE_S):
                case AccountFetched(account):
                    return PayeeFound(asked, account)
                case AccountFetchFailed(trouble):
                    return PayeeNotFound(asked, trouble)
    except Empty:
        log.error("no answer about a payee in %.0f s", PATIENCE_S)  # noqa: TRY400
        return PayeeNotFound(asked, Trouble(TroubleKind.NO_CONNECTION))
    finally:
        wallet.stop()

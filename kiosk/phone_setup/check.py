"""Would a sale work with these settings? `python -m kiosk.phone_setup.check`, without rights.

Settings come in as JSON on standard input, what Blink says goes out on standard output: a trouble's
kind and subject, or null, who would be paid, whose key the till has and when that ends. Nothing is
logged of a setting.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from typing import Any, Final

from kiosk.commands.from_settings import endpoints_of
from kiosk.host.process_hardening import harden_process
from kiosk.sale.effects import FetchAccount
from kiosk.sale.events import AccountFetched, AccountFetchFailed, Event
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.settings import load
from kiosk.wallet.worker import Wallet

PATIENCE_S: Final = 45.0  # a network that was joined a moment ago
AGAIN_S: Final = 3.0
_PASSES: Final = (
    TroubleKind.NO_CONNECTION,
    TroubleKind.NAME_NOT_FOUND,
    TroubleKind.CLOCK_WRONG,  # until the network has told it
)


def check(
    values: Mapping[str, str],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> dict[str, Any]:
    """What Blink says; as long as there is no way to it, it is asked again."""
    until_s = clock() + PATIENCE_S
    events: SimpleQueue[Event] = SimpleQueue()
    wallet = Wallet(endpoints_of(load(values)), events.put)
    wallet.start()
    try:
        while True:
            wallet.perform(FetchAccount())
            result = _answer(events)
            if isinstance(result, AccountFetched):
                account = result.account
                return {
                    "trouble": None,
                    "payee": account.merchant_name,
                    "account": account.till_name,
                    "key_ends_at": account.key_ends_at,
                }
            if result.trouble.kind not in _PASSES or clock() >= until_s:
                return {"trouble": [result.trouble.kind, result.trouble.subject], "payee": ""}
            sleep(AGAIN_S)
    finally:
        wallet.stop()


def _answer(events: SimpleQueue[Event]) -> AccountFetched | AccountFetchFailed:
    while True:
        try:
            event = events.get(timeout=PATIENCE_S)
        except Empty:
            return AccountFetchFailed(Trouble(TroubleKind.NO_CONNECTION))
        if isinstance(event, AccountFetched | AccountFetchFailed):
            return event


if __name__ == "__main__":
    harden_process()
    json.dump(check(json.load(sys.stdin)), sys.stdout)

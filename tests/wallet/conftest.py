"""A wallet on a real simulator, over real sockets, with an inbox that can be waited on."""

from collections.abc import Iterator
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TypeVar

import pytest

from kiosk.sale.account import Account
from kiosk.sale.effects import FetchAccount, OpenSale, WalletEffect
from kiosk.sale.events import AccountFetched, Event
from kiosk.sale.facts import Sale
from kiosk.sale.ids import invoice_external_id, payout_external_id
from kiosk.sale.invoice import SaleId
from kiosk.sale.money import SAT, Fiat, Sats
from kiosk.settings import Secret
from kiosk.simulate import Simulator
from kiosk.wallet.endpoints import Endpoints, Timings
from kiosk.wallet.worker import Wallet

PATIENCE_S = 10.0
QUICK = Timings(
    answer_s=2.0,
    send_s=2.0,
    connect_s=2.0,
    ping_every_s=2.0,  # a busy machine is no dead server
    pong_within_s=2.0,
    check_every_s=0.5,
    ask_first_s=0.05,
    ask_longest_s=0.1,
    reconnect_first_s=0.02,
    reconnect_longest_s=0.1,
    retry_s=0.02,
    close_s=0.5,
)
E = TypeVar("E")


class Door:
    """A started wallet and what it has said."""

    def __init__(self, endpoints: Endpoints) -> None:
        self.inbox: SimpleQueue[Event] = SimpleQueue()
        self.seen: list[Event] = []
        self.wallet = Wallet(endpoints, self.inbox.put, QUICK)
        self.wallet.start()

    def perform(self, effect: WalletEffect) -> None:
        self.wallet.perform(effect)

    def wait_for(self, kind: type[E], timeout_s: float = PATIENCE_S) -> E:
        """The next event of a kind; everything that came before it is in `seen`."""
        event = self.wait_for_any(kind, timeout_s=timeout_s)
        assert isinstance(event, kind)
        return event

    def wait_for_any(self, *kinds: type[object], timeout_s: float = PATIENCE_S) -> Event:
        """The next event of any of these kinds."""
        until = monotonic() + timeout_s
        while True:
            try:
                event = self.inbox.get(timeout=max(0.0, until - monotonic()))
            except Empty:
                raise TimeoutError(f"no {kinds}; seen {self.seen}") from None
            self.seen.append(event)
            if isinstance(event, kinds):
                return event

    def fetched_account(self) -> Account:
        self.perform(FetchAccount())
        return self.wait_for(AccountFetched).account


def endpoints_of(simulator: Simulator, **changed: object) -> Endpoints:
    known: dict[str, object] = {
        "api_url": simulator.api_url,
        "ws_url": simulator.ws_url,
        "till_key": Secret(simulator.till.api_key),
        "merchant_username": simulator.merchant.username,
    }
    return Endpoints(**{**known, **changed})  # type: ignore[arg-type]


def order(account: Account, number: int = 1, amount: int = 1234) -> OpenSale:
    sale_id = SaleId(f"test-{number}")
    sale = Sale(sale_id, Sats(amount), Fiat(amount, SAT), None, 0, "a memo")
    return OpenSale(
        sale, invoice_external_id(sale_id), 10, payout_external_id(sale_id), "BlinkPOS: a", account
    )


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as started:
        yield started


@pytest.fixture
def door(simulator: Simulator) -> Iterator[Door]:
    made = Door(endpoints_of(simulator))
    yield made
    made.wallet.stop()

"""A running simulator for each test, and the plainest clients that can talk to it."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import websockets

from kiosk.simulate import ManualClock, SimulatedAccount, Simulator, SocketTimes

PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as it came."""

    status: int
    content_type: str
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True, slots=True)
class Client:
    """A client that knows one key, or none, and speaks plain HTTP."""

    simulator: Simulator
    key: str | None = None

    def post(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        timeout_s: float = PATIENCE_S,
    ) -> Answer:
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        if self.key is not None:
            sent["X-API-KEY"] = self.key
        request = urllib.request.Request(self.simulator.api_url, body, sent)
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as answer:
                return Answer(
                    answer.status, answer.headers.get_content_type(), answer.read().decode()
                )
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers.get_content_type(), error.read().decode())

    def ask(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        """Return `data`, having checked that there is nothing beside it."""
        answer = self.post(query, variables).json
        assert "errors" not in answer, answer
        return answer["data"]

    def mutate(self, name: str, fields: str, **values: Any) -> Any:
        """Return the payload of the mutation `name`."""
        kind = INPUTS.get(name, name[0].upper() + name[1:] + "Input")
        document = f"mutation M($input: {kind}!) {{ {name}(input: $input) {{ {fields} }} }}"
        return self.ask(document, {"input": values})[name]

    def invoice(self, account: SimulatedAccount, amount_sat: Any = 1000, **more: Any) -> Any:
        """Return a new invoice of `account`."""
        payload = self.mutate(
            "lnInvoiceCreate", INVOICE, walletId=account.wallet_id, amount=amount_sat, **more
        )
        assert payload["errors"] == [], payload
        return payload["invoice"]

    def send(self, account: SimulatedAccount, payment_request: str, **more: Any) -> Any:
        """Return the payload of paying from `account`."""
        return self.mutate(
            "lnInvoicePaymentSend",
            SENT,
            walletId=account.wallet_id,
            paymentRequest=payment_request,
            **more,
        )


INPUTS = {"lnInvoicePaymentSend": "LnInvoicePaymentInput"}
INVOICE = (
    "errors { message code path } invoice { paymentRequest paymentHash paymentSecret "
    "paymentStatus satoshis externalId createdAt }"
)
SENT = (
    "status errors { message code path } transaction { id direction status memo externalId "
    "settlementAmount settlementFee settlementCurrency "
    "initiationVia { __typename ... on InitiationViaLn { paymentHash } } "
    "settlementVia { __typename ... on SettlementViaIntraLedger { preImage counterPartyUsername } "
    "... on SettlementViaLn { preImage } } }"
)
ON_THE_WALLET = (
    "query W($id: WalletId!) {{ me {{ defaultAccount {{ walletById(walletId: $id) {{ {} }} }} }} }}"
)


def in_wallet(client: Client, account: SimulatedAccount, fields: str) -> Any:
    """Return `fields` of the account's BTC wallet."""
    data = client.ask(ON_THE_WALLET.format(fields), {"id": account.wallet_id})
    return data["me"]["defaultAccount"]["walletById"]


class Socket:
    """A plain graphql-transport-ws client."""

    def __init__(self, connection: websockets.ClientConnection) -> None:
        self.connection = connection

    async def say(self, message: Any) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        await self.connection.send(text)

    async def hear(self) -> Any:
        return json.loads(await self.connection.recv())

    async def init(self, key: str | None = None) -> None:
        payload = {} if key is None else {"X-API-KEY": key}
        await self.say({"type": "connection_init", "payload": payload})
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(
        self, query: str, variables: dict[str, Any] | None = None, name: str = "1"
    ) -> None:
        payload = {"query": query, "variables": variables or {}}
        await self.say({"id": name, "type": "subscribe", "payload": payload})

    async def watch(self, payment_hash: str, name: str = "1") -> None:
        await self.subscribe(STATUS, {"input": {"paymentHash": payment_hash}}, name)

    async def status(self) -> str | None:
        """Return the status in the next event of `watch`."""
        payload = (await self.hear())["payload"]["data"]["lnInvoicePaymentStatusByHash"]
        status: str | None = payload["status"]
        return status

    async def closing(self) -> tuple[int, str]:
        """Return the code and reason with which the server closes."""
        await self.connection.wait_closed()
        return self.connection.close_code or 0, self.connection.close_reason or ""


STATUS = (
    "subscription S($input: LnInvoicePaymentStatusByHashInput!) { "
    "lnInvoicePaymentStatusByHash(input: $input) { errors { message code } status paymentHash "
    "paymentRequest paymentPreimage } }"
)


@asynccontextmanager
async def connected(simulator: Simulator, **options: Any) -> AsyncIterator[Socket]:
    """Open a socket to the simulator."""
    options.setdefault("subprotocols", ["graphql-transport-ws"])
    async with websockets.connect(simulator.ws_url, **options) as connection:
        yield Socket(connection)


def eventually(condition: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
    """Wait until `condition` holds, which at real sockets takes a moment."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def simulator(clock: ManualClock) -> Iterator[Simulator]:
    with Simulator(clock) as running:
        yield running
    running.ledger.assert_balanced()


@pytest.fixture
def hasty_simulator() -> Iterator[Simulator]:
    """A simulator whose socket timers are short enough to be waited for."""
    with Simulator(socket_times=SocketTimes(init_s=0.2, ping_s=0.2)) as running:
        yield running


@pytest.fixture
def till(simulator: Simulator) -> Client:
    return Client(simulator, simulator.till.api_key)


@pytest.fixture
def merchant(simulator: Simulator) -> Client:
    return Client(simulator, simulator.merchant.api_key)


@pytest.fixture
def customer(simulator: Simulator) -> Client:
    return Client(simulator, simulator.customer.api_key)


@pytest.fixture
def anonymous(simulator: Simulator) -> Client:
    return Client(simulator)


@pytest.fixture
def rich_till(simulator: Simulator, till: Client) -> Client:
    """The till with 100,000 sat in it."""
    simulator.pay(till.invoice(simulator.till, 100_000)["paymentRequest"])
    return till

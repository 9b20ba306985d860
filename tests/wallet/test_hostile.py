"""Whatever comes from the network: no crash, never a false *paid*, never a false *settled* (M4)."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from queue import SimpleQueue
from time import monotonic
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as serve_sockets
from websockets.typing import Subprotocol

from kiosk.sale.account import Account
from kiosk.sale.effects import (
    CloseSale,
    FetchInvoiceStatus,
    FetchLedgerHistory,
    FetchRates,
    LookUpPayout,
    SendForward,
)
from kiosk.sale.events import (
    ConnectionChanged,
    Event,
    InvoiceStatusResult,
    LedgerHistoryResult,
    LookUpOutcome,
    LookUpPayoutResult,
    MerchantReceived,
    SendForwardResult,
    SendOutcome,
)
from kiosk.sale.facts import Ending
from kiosk.sale.invoice import ExternalId, InvoiceStatus, PaymentHash
from kiosk.sale.money import Sats
from kiosk.sale.screens import ConnectionState
from kiosk.sale.trouble import KioskError
from kiosk.simulate import Simulator
from kiosk.wallet import forwarding, invoice_status, invoices, prices
from kiosk.wallet.endpoints import Endpoints
from kiosk.wallet.errors import AccountSide, errors_of, refusal, unexpected_answer
from kiosk.wallet.fetch_account import fetch_account
from kiosk.wallet.fetch_history import fetch_history
from kiosk.wallet.http import Http
from kiosk.wallet.merchant_updates import MerchantUpdatesListener, RecentIds
from kiosk.wallet.sale_task import SaleTask
from tests.wallet.conftest import PATIENCE_S, QUICK, Door, endpoints_of, order
from tests.wallet.hostile import Mutilator, Recorded, name_of, record, says_paid, says_sent
from tests.wallet.lying_server import LyingServer

GRAPHQL_WS = Subprotocol("graphql-transport-ws")
WS_INIT = "connection_init"
FEW = 2_500
MANY = 100_000
SALES = 8


class MutilatedHttp(Http):
    """Requests that never leave: each is answered with a mutilated answer of Blink's."""

    def __init__(self, endpoints: Endpoints, recorded: Recorded, mutilate: Mutilator) -> None:
        super().__init__(endpoints, QUICK)
        self._recorded = recorded
        self._mutilate = mutilate
        self.answered: Any = None
        self.unsent = False  # whether the ledger shows nothing of the payout yet

    async def ask(self, request: Any, variables: Any = None, **_: Any) -> Mapping[str, Any]:
        honest = self._recorded.answers[name_of(request)]
        if self.unsent and name_of(request) == "Ledger":
            honest = {"data": NOTHING_SENT}
        self.answered = answer = self._mutilate(honest)
        if not isinstance(answer, dict):
            raise unexpected_answer("not an object")
        data, errors = answer.get("data"), errors_of(answer.get("errors"))
        if errors and not isinstance(data, dict):
            raise refusal(errors[0], _.get("side", AccountSide.TILL))
        if not isinstance(data, dict):
            raise unexpected_answer("no data")
        return data


@pytest.fixture
def recorded(simulator: Simulator, door: Door) -> tuple[Recorded, Account, Endpoints]:
    account = door.fetched_account()
    return record(simulator, door), account, endpoints_of(simulator)


async def play(
    recorded: Recorded, account: Account, ends: Endpoints, times: int, seed: int
) -> Counter[str]:
    """Read `times` mutilated messages with every reader in turn; what was believed is counted."""
    mutilate = Mutilator(seed, recorded.waiting, recorded.paid, recorded.payout.payment_hash)
    http = MutilatedHttp(ends, recorded, mutilate)
    seen: Counter[str] = Counter()
    events: list[Event] = []
    task = SaleTask(order(account, 2), http, events.append)
    task.made.set_result(recorded.invoice)
    merchant = MerchantUpdatesListener(http, account, events.append, RecentIds())
    send = SendForward(recorded.waiting, recorded.payout, recorded.payout.amount, "memo", account)
    look = LookUpPayout(recorded.waiting, recorded.payout.payment_hash, account)
    for number in range(times):
        match number % 9:
            case 0:
                for status in await invoice_status.fetch_status(
                    http, account, (recorded.waiting, recorded.paid)
                ):
                    judge(status, http.answered, seen)
            case 1 | 2:
                hash_ = mutilate.chance.choice((recorded.waiting, recorded.paid))
                word = mutilate.chance.choice(("PENDING", "EXPIRED", "PAID"))
                message = mutilate(recorded.messages(hash_, word))
                events.clear()
                task.on_message(message)
                for event in events:
                    judge(event, message, seen)
            case 3:
                result = await forwarding.send(http, send, lambda _: None)
                judge_sent(result, http.answered, seen)
            case 4:
                http.unsent = mutilate.chance.random() < 0.5
                look_up = await forwarding.look_up(http, look)
                judge_found(look_up, http.answered, recorded, seen)
            case 5:
                await tolerate(fetch_account(http), seen)
                await tolerate(prices.rates(http, "USD"), seen)
            case 6:
                made = await tolerate(
                    invoices.make_invoice(
                        http, account, Sats(1234), "m", 10, ExternalId(f"x-{number}")
                    ),
                    seen,
                )
                if made is not None:
                    assert made.amount == 1234
            case 7:
                await invoices.cancel(http, account, recorded.waiting)
                await forwarding.fetch_daily_limit(http)
                await fetch_history(http, FetchLedgerHistory("test", "3f9a0b1c", account, 0.0))
            case 8:
                events.clear()
                merchant.on_message(mutilate(UPDATE))
                assert all(isinstance(event, MerchantReceived) for event in events)
    return seen


NOTHING_SENT: dict[str, Any] = {
    "me": {"defaultAccount": {"walletById": {"transactionsByPaymentHash": []}}}
}
UPDATE = {
    "myUpdates": {
        "update": {
            "walletId": "w",
            "transaction": {
                "id": "t",
                "direction": "RECEIVE",
                "status": "SUCCESS",
                "settlementAmount": 5,
                "initiationVia": {"paymentHash": "a" * 64},
            },
        }
    }
}


async def tolerate(work: Any, seen: Counter[str]) -> Any:
    """A trouble is an answer; every other exception is a crash."""
    try:
        result = await work
    except KioskError as error:
        seen[f"refused {error.trouble.kind}"] += 1
        return None
    seen["believed"] += 1
    return result


def judge(event: Event, message: Any, seen: Counter[str]) -> None:
    assert isinstance(event, InvoiceStatusResult)
    seen[f"status {event.status}"] += 1
    if event.status is InvoiceStatus.PAID:
        assert says_paid(message, event.payment_hash), json.dumps(message)[:2000]


def judge_sent(result: SendForwardResult, message: Any, seen: Counter[str]) -> None:
    seen[f"send {result.answer}"] += 1
    if result.answer is SendOutcome.SUCCESS:
        payload = message["data"]["lnInvoicePaymentSend"]
        assert payload["status"] == "SUCCESS"
        assert not payload.get("errors")


def judge_found(
    result: LookUpPayoutResult, message: Any, recorded: Recorded, seen: Counter[str]
) -> None:
    seen[f"look-up {result.outcome}"] += 1
    if result.outcome is LookUpOutcome.SETTLED:
        assert says_sent(message, recorded.payout.payment_hash), json.dumps(message)[:2000]


def check(seen: Counter[str]) -> None:
    """Both sides of every question have been seen, or nothing has been tested."""
    for what in ("status paid", "status unknown", "status pending", "send success", "send lost"):
        assert seen[what] > 10, seen
    for what in ("look-up settled", "look-up unknown", "look-up nothing", "believed"):
        assert seen[what] > 10, seen


def test_thousands_of_mutilated_answers_crash_nothing_and_are_never_taken_for_money(
    recorded: tuple[Recorded, Account, Endpoints],
) -> None:
    check(asyncio.run(play(*recorded, times=FEW, seed=1)))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_hundred_thousand_mutilated_answers_are_never_taken_for_money(
    recorded: tuple[Recorded, Account, Endpoints],
) -> None:
    seen = asyncio.run(play(*recorded, times=MANY, seed=2))
    check(seen)
    assert seen.total() > MANY * 0.6


def converse(recorded: Recorded, account: Account, ends: Endpoints, messages: int) -> None:
    """Let a real wallet talk to a lying server until it has been told so many messages."""
    made = recorded.answers["CreateInvoice"]["data"]["lnInvoiceCreate"]["invoice"]
    waiting = PaymentHash(made["paymentHash"])
    recorded_with_hash = replace(recorded, waiting=waiting)
    mutilate = Mutilator(7, waiting, recorded.paid)
    send = SendForward(waiting, recorded.payout, recorded.payout.amount, "memo", account)
    with LyingServer(recorded_with_hash, mutilate, per_socket=20) as server:
        door = Door(replace(ends, api_url=f"http://{server.url}", ws_url=f"ws://{server.url}"))
        try:
            number = 0
            end = monotonic() + PATIENCE_S + messages / 100
            while server.messages < messages or not all_seen(door.seen):
                assert monotonic() < end, door.seen
                number += 1
                door.perform(order(account, number))
                door.perform(FetchInvoiceStatus((waiting, recorded.paid), account))
                door.perform(send)
                door.perform(LookUpPayout(waiting, recorded.payout.payment_hash, account))
                door.perform(FetchRates("USD"))
                door.perform(FetchLedgerHistory("test", "3f9a0b1c", account, 0.0))
                door.wait_for_any(LedgerHistoryResult, timeout_s=30.0)
                door.seen += drained(door)
                if (
                    number > SALES
                ):  # a few at a time, so that sockets live long enough to be lied to
                    done = order(account, number - SALES).sale.id
                    door.perform(CloseSale(done, Ending.CANCELLED))
            assert door.wallet.alive()
            result = list(server.answered)
        finally:
            door.wallet.stop()
        seen = [*door.seen, *drained(door)]
    for event in seen:
        match event:
            case InvoiceStatusResult(name, InvoiceStatus.PAID):
                assert any(says_paid(answer, name) for answer in result)
            case LookUpPayoutResult(_, payout, LookUpOutcome.SETTLED):
                assert any(says_sent(answer, payout) for answer in result)
            case SendForwardResult(answer=SendOutcome.SUCCESS):
                assert any("SUCCESS" in json.dumps(answer) for answer in result)


def all_seen(seen: list[Event]) -> bool:
    """Whether there was something to be believed, and something not to be."""
    states = {entry.status for entry in seen if isinstance(entry, InvoiceStatusResult)}
    live = any(
        isinstance(entry, ConnectionChanged) and entry.connection is ConnectionState.LIVE
        for entry in seen
    )
    return live and {InvoiceStatus.UNKNOWN, InvoiceStatus.PAID} <= states


def drained(door: Door) -> list[Event]:
    events = []
    while not door.inbox.empty():
        events.append(door.inbox.get())
    return events


def no_fault_of_ours(log: pytest.LogCaptureFixture) -> bool:
    return not [line for line in log.messages if "fault of ours" in line or "failed" in line]


def test_a_wallet_survives_a_lying_server_and_believes_nothing_of_it(
    recorded: tuple[Recorded, Account, Endpoints], caplog: pytest.LogCaptureFixture
) -> None:
    converse(*recorded, messages=300)
    assert no_fault_of_ours(caplog)


@pytest.mark.parametrize("odd_message", ["[1, 2]", '"next"', "7", "[" * 100_000, "{}"])
def test_a_message_that_the_library_stumbles_over_never_leaves_a_deaf_connection(
    recorded: tuple[Recorded, Account, Endpoints], odd_message: str
) -> None:
    _, account, ends = recorded
    connections: SimpleQueue[int] = SimpleQueue()

    async def talk(socket: ServerConnection) -> None:
        connections.put(1)
        async for text in socket:
            kind = json.loads(text)["type"]
            await socket.send('{"type": "connection_ack"}' if kind == WS_INIT else odd_message)

    async def serve() -> None:
        async with serve_sockets(talk, "127.0.0.1", 0, subprotocols=[GRAPHQL_WS]) as server:
            port = server.sockets[0].getsockname()[1]
            door = Door(replace(ends, ws_url=f"ws://127.0.0.1:{port}/graphql"))
            try:
                door.perform(order(account, 99))
                for _ in range(2):  # the one that hears it, and the one that replaces that
                    await asyncio.to_thread(connections.get, timeout=PATIENCE_S)
            finally:
                await asyncio.to_thread(door.wallet.stop)

    asyncio.run(serve())


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_wallet_survives_ten_thousand_lies_over_real_sockets(
    recorded: tuple[Recorded, Account, Endpoints], caplog: pytest.LogCaptureFixture
) -> None:
    converse(*recorded, messages=10_000)
    assert no_fault_of_ours(caplog)

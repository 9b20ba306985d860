import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from kiosk.simulate import Fault, ManualClock, Simulator
from tests.simulate.conftest import Client, Socket, connected, eventually

LN_UPDATES = (
    "subscription { myUpdates { me { id } update { __typename "
    "... on LnUpdate { status paymentHash walletId transaction { createdAt direction memo "
    "settlementAmount initiationVia { ... on InitiationViaLn { paymentHash } } "
    "settlementVia { __typename } } } "
    "} } }"
)


@asynccontextmanager
async def watching(simulator: Simulator, payment_hash: str) -> AsyncIterator[Socket]:
    """Open a socket that has already heard PENDING."""
    async with connected(simulator) as socket:
        await socket.init()
        await socket.watch(payment_hash)
        assert await socket.status() == "PENDING"
        yield socket


async def nothing_more(socket: Socket) -> None:
    """Check that nothing waits to be heard: the next answer is that to a ping."""
    await socket.say({"type": "ping"})
    assert await socket.hear() == {"type": "pong"}


async def in_thread(work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    return await asyncio.to_thread(work, *arguments, **named)


def play(story: Callable[[], Awaitable[None]]) -> None:
    async def played() -> None:
        async with asyncio.timeout(10):
            await story()

    asyncio.run(played())


@pytest.mark.parametrize("via", ["lightning", "blink"])
def test_a_payment_is_announced_with_its_preimage_and_never_completes(
    simulator: Simulator, till: Client, via: str
) -> None:
    invoice = till.invoice(simulator.till)

    async def story() -> None:
        async with watching(simulator, invoice["paymentHash"]) as socket:
            await in_thread(simulator.pay, invoice["paymentRequest"], via=via)
            paid = (await socket.hear())["payload"]["data"]["lnInvoicePaymentStatusByHash"]
            assert (paid["status"], paid["errors"]) == ("PAID", [])
            assert paid["paymentHash"] == invoice["paymentHash"]
            assert len(paid["paymentPreimage"]) == 64
            await nothing_more(socket)

    play(story)


def test_every_new_subscriber_makes_the_others_hear_the_status_again(
    simulator: Simulator, till: Client
) -> None:
    payment_hash = till.invoice(simulator.till)["paymentHash"]

    async def story() -> None:
        async with watching(simulator, payment_hash) as first, watching(simulator, payment_hash):
            assert await first.status() == "PENDING"

    play(story)


def test_expiry_is_announced_a_second_late_once_per_subscriber(
    simulator: Simulator, till: Client, clock: ManualClock
) -> None:
    invoice = till.invoice(simulator.till, expiresIn=1)

    async def story() -> None:
        async with watching(simulator, invoice["paymentHash"]) as socket:
            async with watching(simulator, invoice["paymentHash"]):
                assert await socket.status() == "PENDING"
            await in_thread(clock.advance, 60)
            await nothing_more(socket)
            await in_thread(clock.advance, 1)
            assert [await socket.status() for _ in range(2)] == ["EXPIRED", "EXPIRED"]
            await in_thread(simulator.pay, invoice["paymentRequest"], via="blink")
            assert await socket.status() == "PAID"

    play(story)


def test_an_unknown_hash_is_an_error_on_a_stream_that_stays(simulator: Simulator) -> None:
    async def story() -> None:
        async with connected(simulator) as socket:
            await socket.init()
            await socket.watch("ab" * 32)
            answer = (await socket.hear())["payload"]["data"]["lnInvoicePaymentStatusByHash"]
            assert "InvoiceNotFoundError" in answer["errors"][0]["message"]
            await nothing_more(socket)

    play(story)


async def next_update(socket: Socket, kind: str) -> Any:
    while True:
        updates = (await socket.hear())["payload"]["data"]["myUpdates"]
        if updates["update"]["__typename"] == kind:
            return updates


@pytest.mark.parametrize(
    ("via", "settled"),
    [("lightning", "SettlementViaLn"), ("blink", "SettlementViaIntraLedger")],
)
def test_a_paid_invoice_is_an_ln_update_however_it_was_paid(
    simulator: Simulator, till: Client, via: str, settled: str
) -> None:
    invoice = till.invoice(simulator.till)

    async def story() -> None:
        async with connected(simulator) as socket:
            await socket.init(simulator.till.api_key)
            await socket.subscribe(LN_UPDATES)
            await next_update(socket, "RealtimePrice")
            await in_thread(simulator.pay, invoice["paymentRequest"], via=via)
            updates = await next_update(socket, "LnUpdate")
            update, transaction = updates["update"], updates["update"]["transaction"]
            assert updates["me"]["id"] == simulator.till.account.id, "the account's, not the user's"
            assert (update["status"], update["walletId"]) == ("PAID", simulator.till.wallet_id)
            assert transaction["initiationVia"]["paymentHash"] == invoice["paymentHash"]
            assert transaction["settlementVia"]["__typename"] == settled
            assert (transaction["direction"], transaction["settlementAmount"]) == ("RECEIVE", 1000)
            assert transaction["createdAt"]["message"] == "Invalid value for Date"

    play(story)


def test_prices_come_at_once_to_all_and_then_every_half_minute(
    simulator: Simulator, clock: ManualClock
) -> None:
    async def kind(socket: Socket) -> str:
        message = await socket.hear()
        return str(message["payload"]["data"]["myUpdates"]["update"]["__typename"])

    async def story() -> None:
        async with connected(simulator) as first, connected(simulator) as second:
            for socket in (first, second):
                await socket.init(simulator.till.api_key)
                await socket.subscribe(LN_UPDATES)
                assert await kind(socket) == "RealtimePrice"
            assert await kind(first) == "RealtimePrice", (
                "the second subscriber's, through the account"
            )
            await in_thread(clock.advance, 30)
            assert await kind(first) == "RealtimePrice"
            simulator.faults.add(Fault.PRICE_DEAD)
            await in_thread(clock.advance, 30)
            await nothing_more(first)

    play(story)


@pytest.mark.parametrize(
    ("fault", "statuses"),
    [
        (Fault.PAID_EVENT_LOST, []),
        (Fault.PAID_EVENT_DOUBLED, ["PAID", "PAID"]),
        (Fault.EXPIRED_BEFORE_PAID, ["EXPIRED", "PAID"]),
        (Fault.PENDING_AFTER_PAID, ["PAID", "PENDING"]),
        (Fault.ERROR_EVENT, [None]),
        (Fault.PAID_EVENT_OTHER_HASH, ["PAID", "PAID"]),
        (Fault.UNKNOWN_STATUS, None),
    ],
)
def test_the_event_of_a_payment_can_go_astray(
    simulator: Simulator, till: Client, fault: Fault, statuses: list[str | None] | None
) -> None:
    invoice = till.invoice(simulator.till)

    async def story() -> None:
        async with watching(simulator, invoice["paymentHash"]) as socket:
            simulator.faults.add(fault, "lnInvoicePaymentStatusByHash", times=1)
            await in_thread(simulator.pay, invoice["paymentRequest"])
            if statuses is None:
                # FROZEN is no InvoicePaymentStatus; it is written into the finished event.
                assert await socket.status() == "FROZEN"
            else:
                assert [await socket.status() for _ in statuses] == statuses
            await nothing_more(socket)

    play(story)
    assert simulator.faults.struck(fault) == 1


def test_somebody_elses_payment_names_another_hash(simulator: Simulator, till: Client) -> None:
    invoice = till.invoice(simulator.till)
    simulator.faults.add(Fault.PAID_EVENT_OTHER_HASH, "myUpdates")

    async def story() -> None:
        async with connected(simulator) as socket:
            await socket.init(simulator.till.api_key)
            await socket.subscribe(LN_UPDATES)
            await next_update(socket, "RealtimePrice")
            await in_thread(simulator.pay, invoice["paymentRequest"])
            updates = [await next_update(socket, "LnUpdate") for _ in range(2)]
            hashes = [
                update["update"]["transaction"]["initiationVia"]["paymentHash"]
                for update in updates
            ]
            assert hashes[0] != invoice["paymentHash"]
            assert hashes[1] == invoice["paymentHash"]

    play(story)


def test_the_first_event_can_be_lost_and_the_paid_one_late(
    simulator: Simulator, till: Client
) -> None:
    invoice = till.invoice(simulator.till)
    simulator.faults.add(Fault.FIRST_EVENT_LOST, times=1)
    simulator.faults.add(Fault.PAID_EVENT_LATE, seconds=0.05)

    async def story() -> None:
        async with connected(simulator) as socket:
            await socket.init()
            await socket.watch(invoice["paymentHash"])
            await in_thread(simulator.wait_for, "lnInvoicePaymentStatusByHash")
            await in_thread(
                eventually, lambda: simulator.faults.struck(Fault.FIRST_EVENT_LOST) == 1
            )
            await in_thread(simulator.pay, invoice["paymentRequest"])
            await nothing_more(socket)
            assert await socket.status() == "PAID"

    play(story)


@pytest.mark.parametrize(("fault", "code"), [(Fault.SOCKET_CLOSED, 4321), (Fault.SOCKET_CUT, 1006)])
@pytest.mark.parametrize("when", ["before", "while"])
def test_a_socket_can_end_at_subscribing_or_at_once(
    simulator: Simulator, till: Client, fault: Fault, code: int, when: str
) -> None:
    payment_hash = till.invoice(simulator.till)["paymentHash"]
    if when == "before":
        simulator.faults.add(fault, "lnInvoicePaymentStatusByHash", times=1, value=4321)

    async def story() -> None:
        async with connected(simulator) as socket:
            await socket.init()
            await socket.watch(payment_hash)
            if when == "while":
                assert await socket.status() == "PENDING"
                simulator.faults.add(fault, times=1, value=4321)
            assert (await socket.closing())[0] == code

    play(story)


def test_a_silent_socket_answers_pings_and_says_nothing_else(
    simulator: Simulator, till: Client
) -> None:
    invoice = till.invoice(simulator.till)

    async def story() -> None:
        async with watching(simulator, invoice["paymentHash"]) as socket:
            simulator.faults.add(Fault.SOCKET_SILENT)
            await in_thread(simulator.pay, invoice["paymentRequest"])
            await nothing_more(socket)

    play(story)


def test_a_half_open_socket_answers_nothing_and_stays(simulator: Simulator, till: Client) -> None:
    payment_hash = till.invoice(simulator.till)["paymentHash"]

    async def story() -> None:
        async with watching(simulator, payment_hash) as socket:
            simulator.faults.add(Fault.SOCKET_HALF_OPEN)
            pong = await socket.connection.ping()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(pong, 0.1)
            assert simulator.open_sockets() == 1
            socket.connection.transport.abort()

    play(story)
    eventually(lambda: simulator.open_sockets() == 0)


def test_an_ack_can_never_come(simulator: Simulator) -> None:
    simulator.faults.add(Fault.ACK_NEVER, times=1)

    async def story() -> None:
        async with connected(simulator) as socket:
            await socket.say({"type": "connection_init"})
            await nothing_more(socket)

    play(story)

import asyncio
import json
import urllib.error
import urllib.request
from typing import Any

import pytest
import websockets

from kiosk.simulate import Fault, ManualClock, Simulator, SocketTimes
from tests.simulate.conftest import Client, Socket, connected, eventually

UPDATES = "subscription { myUpdates { errors { message } update { __typename } } }"
NOT_AUTHENTICATED = "Not Authenticated for subscription"


def on_a_socket(simulator: Simulator, *messages: Any, **options: Any) -> tuple[int, str]:
    """Say `messages` and return how the server closes."""

    async def talk() -> tuple[int, str]:
        async with connected(simulator, **options) as socket:
            for message in messages:
                await socket.say(message)
            return await socket.closing()

    return asyncio.run(talk())


def subscribe_message(query: str, name: str = "1") -> dict[str, Any]:
    return {"id": name, "type": "subscribe", "payload": {"query": query}}


INIT = {"type": "connection_init"}


@pytest.mark.parametrize(
    ("messages", "code", "reason"),
    [
        ([INIT, subscribe_message(UPDATES)], 4401, "Unauthorized"),
        ([INIT, INIT], 4429, "Too many initialisation requests"),
        (["not json"], 4400, "Invalid message received"),
        ([{"type": "connection_init", "payload": 1}], 4400, "Invalid message received"),
        (
            [{"type": "subscribe", "payload": {"query": "", "variables": [1]}}],
            4400,
            "Invalid message received",
        ),
        ([{"type": "hello"}], 4400, "Invalid message received"),
        ([["a", "list"]], 4400, "Invalid message received"),
        ([INIT, {"type": "next"}], 4500, "Unexpected message of type next received"),
    ],
)
def test_the_server_closes_with_a_code_of_its_own(
    simulator: Simulator, messages: list[Any], code: int, reason: str
) -> None:
    # Slow to acknowledge, so that a subscribe right behind connection_init comes before the ack.
    simulator.faults.add(Fault.ACK_DELAYED, seconds=0.5)
    assert on_a_socket(simulator, *messages) == (code, reason)


def test_who_does_not_introduce_himself_is_shown_out(hasty_simulator: Simulator) -> None:
    closed = on_a_socket(hasty_simulator)
    assert closed == (4408, "Connection initialisation timeout")


def test_a_subscribe_right_behind_the_init_is_too_early_even_on_a_good_day() -> None:
    messages = (INIT, subscribe_message(UPDATES))
    with Simulator(socket_times=SocketTimes(auth_s=0.5)) as simulator:  # for a busy machine
        assert on_a_socket(simulator, *messages) == (4401, "Unauthorized")


def test_without_the_subprotocol_there_is_no_talk(simulator: Simulator) -> None:
    closed = on_a_socket(simulator, subprotocols=None)
    assert closed == (4406, "Subprotocol not acceptable")


def test_only_the_old_subprotocol_gets_none_back(simulator: Simulator) -> None:
    async def talk() -> None:
        async with connected(simulator, subprotocols=["graphql-ws"]) as socket:
            assert socket.connection.subprotocol is None

    asyncio.run(talk())


def test_another_path_is_a_bad_request(simulator: Simulator) -> None:
    url = simulator.ws_url.replace("ws://", "http://")
    for wrong in (url, url.replace("/graphql", "/")):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(wrong, timeout=5)
        with refused.value:
            assert refused.value.code == 400


def test_the_same_id_twice_closes_and_so_does_a_syntax_error(simulator: Simulator) -> None:
    async def talk(second: dict[str, Any]) -> tuple[int, str]:
        async with connected(simulator) as socket:
            await socket.init(simulator.till.api_key)
            await socket.subscribe(UPDATES)
            await socket.say(second)
            return await socket.closing()

    again = asyncio.run(talk(subscribe_message(UPDATES)))
    assert again == (4409, "Subscriber for 1 already exists")
    code, reason = asyncio.run(talk(subscribe_message("subscription {", "2")))
    assert code == 4500
    assert reason.startswith("Syntax Error")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("subscription { myUpdates { colour } }", "Cannot query field 'colour'"),
        ("{ globals { network } }", "Only subscription operations are supported"),
    ],
)
def test_a_refused_document_leaves_the_socket_open(
    simulator: Simulator, query: str, message: str
) -> None:
    async def talk() -> None:
        async with connected(simulator) as socket:
            await socket.init()
            await socket.subscribe(query)
            refused = await socket.hear()
            assert (refused["id"], refused["type"]) == ("1", "error")
            assert refused["payload"][0]["message"].startswith(message)
            await socket.say({"type": "ping"})
            assert await socket.hear() == {"type": "pong"}

    asyncio.run(talk())


async def refused_updates(socket: Socket) -> None:
    await socket.subscribe(UPDATES)
    refused = await socket.hear()
    assert refused["type"] == "next"
    assert "data" not in refused["payload"]
    (error,) = refused["payload"]["errors"]
    assert (error["message"], error["path"]) == (NOT_AUTHENTICATED, ["myUpdates"])
    assert error["extensions"] == {"code": "NOT_AUTHENTICATED"}
    assert await socket.hear() == {"id": "1", "type": "complete"}
    await socket.say({"type": "ping"})
    assert await socket.hear() == {"type": "pong"}


@pytest.mark.parametrize("key", ["blink_nobody", "", None])
def test_a_bad_key_is_acknowledged_and_shows_at_subscribing_only(
    simulator: Simulator, key: str | None
) -> None:
    async def talk() -> None:
        async with connected(simulator) as socket:
            await socket.init(key)
            await refused_updates(socket)

    asyncio.run(talk())


def test_a_good_key_can_be_refused_once_by_a_slow_auth_service(simulator: Simulator) -> None:
    simulator.faults.add(Fault.NOT_AUTHENTICATED, times=1)

    async def talk() -> None:
        async with connected(simulator) as socket:
            await socket.init(simulator.till.api_key)
            await refused_updates(socket)
            await socket.subscribe(UPDATES, name="2")
            assert (await socket.hear())["payload"]["data"]["myUpdates"]["errors"] == []

    asyncio.run(talk())


def test_a_key_that_may_only_receive_watches_the_whole_account(simulator: Simulator) -> None:
    async def talk() -> None:
        async with connected(simulator) as socket:
            await socket.init(simulator.till.new_key({"RECEIVE"}))
            await socket.subscribe(UPDATES)
            assert (await socket.hear())["type"] == "next"

    asyncio.run(talk())


def test_who_answers_pings_stays_and_who_does_not_is_dropped(hasty_simulator: Simulator) -> None:
    async def stays() -> None:
        async with connected(hasty_simulator, ping_interval=None) as socket:
            await socket.init()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.hear(), 0.7)  # three PINGs long

    asyncio.run(stays())

    async def is_dropped() -> None:
        reader, writer = await asyncio.open_connection(*_address(hasty_simulator))
        writer.write(_upgrade(hasty_simulator))
        assert await reader.readuntil(b"\r\n\r\n")
        init = json.dumps(INIT).encode()
        writer.write(bytes([0x81, 0x80 | len(init), 0, 0, 0, 0]) + init)
        with pytest.raises(ConnectionResetError):
            while await asyncio.wait_for(reader.read(4096), 2):
                pass  # the ack and the PING, which nobody answers
            raise ConnectionResetError
        writer.close()

    asyncio.run(is_dropped())
    eventually(lambda: hasty_simulator.open_sockets() == 0)


def _address(simulator: Simulator) -> tuple[str, int]:
    host, port = simulator.ws_url.removeprefix("ws://").removesuffix("/graphql").split(":")
    return host, int(port)


def _upgrade(simulator: Simulator) -> bytes:
    return (
        (
            "GET /graphql HTTP/1.1\r\nHost: {}:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
        )
        .format(*_address(simulator))
        .encode()
    )


def test_sockets_are_counted_and_forgotten(simulator: Simulator, till: Client) -> None:
    payment_hash = till.invoice(simulator.till)["paymentHash"]

    async def talk() -> None:
        async with connected(simulator) as socket:
            await socket.init()
            await socket.watch(payment_hash)
            assert await socket.status() == "PENDING"
            assert simulator.open_sockets() == 1
            assert simulator.wait_for("lnInvoicePaymentStatusByHash").kind == "ws"
            assert simulator.world.channels.names() != ()
            await socket.say({"id": "1", "type": "complete"})
            await socket.say({"type": "ping"})
            await socket.hear()

    asyncio.run(talk())
    eventually(lambda: simulator.open_sockets() == 0)
    assert simulator.world.channels.names() == ()


def test_sockets_can_be_refused_limited_and_cut(simulator: Simulator) -> None:
    async def opens() -> bool:
        try:
            async with connected(simulator) as socket:
                await socket.init()
                return True
        except websockets.InvalidStatus as refused:
            return refused.response.status_code != 503

    simulator.faults.add(Fault.SOCKET_REFUSED, times=1)
    assert [asyncio.run(opens()) for _ in range(2)] == [False, True]
    eventually(lambda: simulator.open_sockets() == 0)

    async def with_one_open(allowed: int) -> bool:
        simulator.faults.add(Fault.SOCKET_LIMIT, value=allowed)
        async with connected(simulator) as socket:
            await socket.init()
            second = await opens()
        simulator.faults.clear(Fault.SOCKET_LIMIT)
        return second

    assert asyncio.run(with_one_open(1)) is False
    eventually(lambda: simulator.open_sockets() == 0)
    assert asyncio.run(with_one_open(2)) is True

    async def cut() -> int:
        async with connected(simulator) as socket:
            await socket.init()
            await asyncio.to_thread(simulator.cut_sockets)
            return (await socket.closing())[0]

    assert asyncio.run(cut()) == 1006


def test_ten_connects_a_minute_with_a_burst_of_twenty(
    simulator: Simulator, clock: ManualClock
) -> None:
    simulator.faults.add(Fault.SOCKET_RATE_LIMIT)

    async def connect() -> bool:
        try:
            async with connected(simulator):
                return True
        except websockets.InvalidStatus:
            return False

    async def burst() -> list[bool]:
        return [await connect() for _ in range(22)]

    assert asyncio.run(burst()) == [True] * 21 + [False]
    clock.advance(6)
    assert asyncio.run(connect()) is True


def test_messages_sent_together_travel_together() -> None:
    """Five at once are answered sooner than one after the other, on however busy a machine."""
    with Simulator(rtt_s=0.1) as simulator:

        async def talk() -> tuple[float, float]:
            now = asyncio.get_running_loop().time
            ping = {"type": "ping", "payload": {"number": 1}}
            async with connected(simulator) as socket:
                await socket.init()
                start = now()
                for _ in range(5):
                    await socket.say(ping)
                for _ in range(5):
                    await socket.hear()
                together_s, start = now() - start, now()
                for _ in range(5):
                    await socket.say(ping)
                    await socket.hear()
                return together_s, now() - start

        together_s, one_by_one_s = asyncio.run(talk())
        assert together_s < one_by_one_s


def test_a_round_trip_can_be_added() -> None:
    rtt_s = 0.1
    with Simulator(rtt_s=rtt_s, handshake_rtts=2, socket_times=SocketTimes()) as simulator:

        async def talk() -> tuple[float, float]:
            now = asyncio.get_running_loop().time
            start = now()
            async with connected(simulator) as socket:
                opened = now()
                await socket.init()
                return opened - start, now() - opened

        connect_s, init_s = asyncio.run(talk())
    assert connect_s >= 3 * rtt_s, "TCP, TLS and the upgrade"
    assert init_s >= rtt_s, "init there, ack back"

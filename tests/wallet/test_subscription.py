"""How the socket gets to Blink, and to nobody else."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest

from kiosk.sale.events import ConnectionChanged, Event, InvoiceCreated, InvoiceStatusResult
from kiosk.sale.screens import ConnectionState
from kiosk.simulate import Simulator
from kiosk.wallet.http import Http
from kiosk.wallet.sale_task import SaleTask
from tests.wallet.conftest import QUICK, Door, endpoints_of, order
from tests.wallet.fronts import serving


@contextmanager
def wallet(simulator: Simulator, **changed: object) -> Iterator[Door]:
    made = Door(endpoints_of(simulator, **changed))
    try:
        yield made
    finally:
        made.wallet.stop()


def port_of(url: str) -> int:
    return int(url.rsplit(":", 1)[1].split("/")[0])


def becomes(door: Door, *links: ConnectionState) -> ConnectionState:
    while (result := door.wait_for(ConnectionChanged).connection) not in links:
        pass
    return result


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_a_redirection_of_the_socket_is_never_followed(simulator: Simulator, status: int) -> None:
    """Box fault 21: behind it somebody waits for the key."""
    met: list[bytes] = []
    turned_away = 0

    async def thief(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        met.append(await reader.readuntil(b"\r\n\r\n"))

    async def run() -> None:
        async with serving(thief) as elsewhere:

            async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                nonlocal turned_away
                await reader.readuntil(b"\r\n\r\n")
                turned_away += 1
                place = f"ws://127.0.0.1:{elsewhere}/graphql"
                writer.write(
                    f"HTTP/1.1 {status} Moved\r\nLocation: {place}\r\n"
                    "Content-Length: 0\r\n\r\n".encode()
                )
                await writer.drain()
                await reader.read()

            async with serving(redirect) as port:
                await asyncio.to_thread(sell, f"ws://127.0.0.1:{port}/graphql")

    def sell(ws_url: str) -> None:
        with wallet(simulator, ws_url=ws_url) as door:
            door.perform(order(door.fetched_account()))
            becomes(door, ConnectionState.ASKING)

    asyncio.run(run())
    assert turned_away >= 3
    assert met == []


class Hole:
    """An address that swallows what is sent to it: its backlog is full, and nobody accepts."""

    def __init__(self, host: str, port: int) -> None:
        self._sockets = [socket.socket()]
        self._sockets[0].bind((host, port))
        self._sockets[0].listen(0)
        for _ in range(4):
            caller = socket.socket()
            caller.setblocking(False)
            caller.connect_ex((host, port))
            self._sockets.append(caller)

    def close(self) -> None:
        for listener in self._sockets:
            listener.close()


@pytest.fixture
def holes(simulator: Simulator) -> Iterator[None]:
    """`blink.test` is first an address in a hole, then the simulator."""
    made = [Hole("127.0.0.2", port_of(url)) for url in (simulator.api_url, simulator.ws_url)]
    honest = socket.getaddrinfo

    def two(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if host != "blink.test":
            return honest(host, port, *more, **named)
        kind = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        return [(*kind, (address, port)) for address in ("127.0.0.2", "127.0.0.1")]

    with patch("socket.getaddrinfo", two):
        yield
    for hole in made:
        hole.close()


@pytest.mark.usefixtures("holes")
def test_an_address_in_a_hole_stops_neither_the_api_nor_the_socket(simulator: Simulator) -> None:
    """Fault 19: an IPv6 address that leads nowhere comes first in many networks."""
    by_name = {
        "api_url": simulator.api_url.replace("127.0.0.1", "blink.test"),
        "ws_url": simulator.ws_url.replace("127.0.0.1", "blink.test"),
    }
    with wallet(simulator, **by_name) as door:
        door.perform(order(door.fetched_account()))
        assert becomes(door, ConnectionState.LIVE, ConnectionState.ASKING) is ConnectionState.LIVE


def test_the_socket_obeys_no_proxy_of_the_environment(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 19: the API ignores it, so a sale would go two ways."""
    for name in ("http_proxy", "https_proxy", "ws_proxy", "wss_proxy", "socks_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with wallet(simulator) as door:
        door.perform(order(door.fetched_account()))
        assert becomes(door, ConnectionState.LIVE, ConnectionState.ASKING) is ConnectionState.LIVE


def test_an_event_that_is_repeated_a_thousand_times_is_told_once(
    simulator: Simulator, door: Door
) -> None:
    """Box fault 22: repeats are dropped at the door, so that the loop has turns of its own."""
    account = door.fetched_account()
    door.perform(order(account))
    invoice = door.wait_for(InvoiceCreated).invoice
    result: list[Event] = []

    async def run() -> None:
        task = SaleTask(order(account), Http(endpoints_of(simulator), QUICK), result.append)
        task.made.set_result(invoice)
        for number in range(3000):
            status = ("EXPIRED", "PAID", "PENDING")[number % 3]
            answer = {"errors": [], "paymentHash": invoice.payment_hash, "status": status}
            task.on_message({"lnInvoicePaymentStatusByHash": answer})

    asyncio.run(run())
    assert len(result) == 2
    assert all(isinstance(event, InvoiceStatusResult) for event in result)

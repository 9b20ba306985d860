"""How far one gets to Blink, part by part."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from kiosk.settings import Secret
from kiosk.simulate import Simulator
from kiosk.wallet.connectivity import NetworkPart, check_api, check_socket
from kiosk.wallet.endpoints import Endpoints, Timings

TIMINGS = Timings(connect_s=5.0)


@pytest.fixture
def endpoints() -> Iterator[Endpoints]:
    with Simulator() as simulator:
        key = Secret(simulator.till.api_key)
        yield Endpoints(simulator.api_url, simulator.ws_url, key)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_all_parts_of_the_way_are_gone(endpoints: Endpoints) -> None:
    assert asyncio.run(check_api(endpoints, TIMINGS)).failed is None
    assert asyncio.run(check_socket(endpoints, TIMINGS)).failed is None


def test_a_name_that_nobody_knows_is_the_names_fault(endpoints: Endpoints) -> None:
    lost = replace(endpoints, api_url="http://kiosk.invalid/graphql")
    assert asyncio.run(check_api(lost, TIMINGS)).failed is NetworkPart.NAME


def test_a_closed_port_is_the_connections_fault(endpoints: Endpoints) -> None:
    closed = replace(endpoints, api_url=f"http://127.0.0.1:{free_port()}/graphql")
    reached = asyncio.run(check_api(closed, TIMINGS))
    assert reached.failed is NetworkPart.CONNECTION
    assert reached.host == "127.0.0.1"


def test_a_server_without_tls_is_the_connections_fault(endpoints: Endpoints) -> None:
    plain = endpoints.api_url.replace("http://", "https://")
    reached = asyncio.run(check_api(replace(endpoints, api_url=plain), TIMINGS))
    assert reached.failed is NetworkPart.CONNECTION


def test_a_server_that_speaks_no_websocket_is_the_sockets_fault(endpoints: Endpoints) -> None:
    http = endpoints.api_url.replace("http://", "ws://")
    reached = asyncio.run(check_socket(replace(endpoints, ws_url=http), TIMINGS))
    assert reached.failed is NetworkPart.SOCKET

"""The simulator's ports: whatever a port has accepted ends with it."""

import asyncio
import socket
from typing import Any

import pytest

from kiosk.simulate.network import stop_listening


@pytest.mark.parametrize("turns", range(6))
def test_a_connection_accepted_while_its_port_is_closed_is_known_and_can_be_closed(
    turns: int,
) -> None:
    """After three turns of the loop it was left open; the next test that collected it failed."""
    known: list[asyncio.BaseTransport] = []
    errors: list[dict[str, Any]] = []

    class Accepted(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            known.append(transport)

    async def close_while_accepting() -> None:
        loop = asyncio.get_running_loop()
        loop.set_debug(True)  # otherwise asyncio says nothing of it
        loop.set_exception_handler(lambda _, context: errors.append(context))
        listener = await loop.create_server(Accepted, "127.0.0.1", 0)
        with socket.create_connection(listener.sockets[0].getsockname()):
            for _ in range(turns):
                await asyncio.sleep(0)
            await stop_listening(listener)
        for transport in known:
            transport.close()

    asyncio.run(close_while_accepting())
    assert errors == []

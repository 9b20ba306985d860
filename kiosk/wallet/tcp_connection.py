"""One way to a TCP connection: both families of addresses are tried, no proxy is asked."""

import asyncio
import socket
from typing import Final

import aiohappyeyeballs

# The next address is tried this much later, while the one before is still tried (RFC 8305): a
# hole in IPv6 costs this, not the whole patience.
HAPPY_EYEBALLS_S: Final = 0.25


async def connect(host: str, port: int) -> socket.socket:
    """A connected socket to the first of the host's addresses that answers.

    Raises:
        OSError: the name is not known (`socket.gaierror`), or no address answers.
    """
    loop = asyncio.get_running_loop()
    addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return await aiohappyeyeballs.start_connection(
        addresses, happy_eyeballs_delay=HAPPY_EYEBALLS_S, interleave=1
    )

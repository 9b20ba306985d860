"""Whether there is a way to the Internet, as far as this machine knows."""

import socket
from typing import Final

# RFC 5737, RFC 3849: addresses for documents. Connecting UDP sends nothing, it looks for a route.
_ELSEWHERE: Final = (
    (socket.AF_INET, "192.0.2.1"),
    (socket.AF_INET6, "2001:db8::1"),
)


def has_route() -> bool:
    """Whether a packet to another network would know where to go: a cable or a Wi-Fi is up."""
    return any(_leads(family, address) for family, address in _ELSEWHERE)


def _leads(family: socket.AddressFamily, address: str) -> bool:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as looking:
            looking.connect((address, 9))
    except OSError:
        return False
    return True

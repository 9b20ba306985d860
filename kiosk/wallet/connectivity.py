"""How far one gets on the way to Blink: the name, the connection, the certificate, the socket."""

import asyncio
import socket
import ssl
import time
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from kiosk.sale.days import DAY_S
from kiosk.wallet.endpoints import Endpoints, Timings
from kiosk.wallet.subscription import SOCKET_ERRORS, Transport, is_limited
from kiosk.wallet.tcp_connection import connect
from kiosk.wallet.tls import tls_context


class NetworkPart(StrEnum):
    """A part of the way, in order."""

    NAME = "name"
    CONNECTION = "connection"
    CERTIFICATE = "certificate"
    SOCKET = "socket"
    LIMITED = "limited"  # the socket was refused: too many from this address


@dataclass(frozen=True, slots=True)
class Connectivity:
    """How it went to one host. `failed` is the part that did not work, `reason` for a helper.

    `days_left` is how long the certificate is still good for, None without TLS.
    """

    host: str
    took_ms: int
    failed: NetworkPart | None = None
    reason: str = ""
    days_left: int | None = None


async def check_api(endpoints: Endpoints, timings: Timings) -> Connectivity:
    """As far as a secure connection to the API."""
    return await _connect(endpoints.api_url, timings.connect_s)


async def check_socket(endpoints: Endpoints, timings: Timings) -> Connectivity:
    """As far as an authenticated WebSocket, which is closed again."""
    reached = await _connect(endpoints.ws_url, timings.connect_s)
    if reached.failed is not None:
        return reached
    began_s = time.monotonic()
    tls = tls_context()
    key = endpoints.till_key if endpoints.direct is None else None
    transport = Transport(endpoints.ws_url, tls, key, timings)
    try:
        await transport.connect()
        await transport.close()
    except SOCKET_ERRORS as error:
        part = NetworkPart.LIMITED if is_limited(error) else NetworkPart.SOCKET
        return Connectivity(reached.host, _ms(began_s), part, type(error).__name__)
    return Connectivity(reached.host, _ms(began_s), days_left=reached.days_left)


async def _connect(url: str, patience_s: float) -> Connectivity:
    parts = urlsplit(url)
    host = parts.hostname or ""
    secure = parts.scheme in ("https", "wss")
    port = parts.port or (443 if secure else 80)
    began_s = time.monotonic()
    part = NetworkPart.NAME
    try:
        async with asyncio.timeout(patience_s):
            await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
            part = NetworkPart.CONNECTION
            context = tls_context() if secure else None
            sock = await connect(host, port)
            _, writer = await asyncio.open_connection(
                sock=sock, ssl=context, server_hostname=host if secure else None
            )
            certificate = writer.get_extra_info("peercert")
            writer.close()
            await writer.wait_closed()
    except ssl.SSLCertVerificationError as error:
        return Connectivity(host, _ms(began_s), NetworkPart.CERTIFICATE, error.verify_message)
    except (OSError, TimeoutError) as error:
        return Connectivity(host, _ms(began_s), part, _reason(error))
    return Connectivity(host, _ms(began_s), days_left=_days_left(certificate))


def _days_left(certificate: dict[str, str] | None) -> int | None:
    if not certificate or "notAfter" not in certificate:
        return None
    return int((ssl.cert_time_to_seconds(certificate["notAfter"]) - time.time()) // DAY_S)


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or type(error).__name__)


def _ms(began_s: float) -> int:
    return round((time.monotonic() - began_s) * 1000)

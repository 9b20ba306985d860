"""GET a small JSON document from a server that nobody here trusts.

The address names the first server, and that server names the next ones (`callback`, `verify`,
redirects): each is checked before it is connected to. https only, no IP address in any spelling,
and a name may not lead to this network: the addresses that were checked are those connected to,
so that a second answer of the DNS changes nothing. Answers are bounded in bytes, hops and time.
Plain http to this machine itself is for an address that is on loopback: a test server.
"""

import asyncio
import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from kiosk.sale.lightning_address import is_domain_name
from kiosk.wallet.headers import retry_after_s
from kiosk.wallet.response_body import UnfitBody, read_body

MOST_BYTES: Final = 512 * 1024  # metadata with a picture is some 140 kB (LUD-06 sets no bound)
MOST_REDIRECTS: Final = 3
_LONGEST_URL: Final = 2048
_MOST_DELAY_S: Final = 3600.0
_MOST_FRESH_S: Final = 15.0  # the slowest pace of questions about a code on the screen

_LOOPBACK_HOSTS: Final = ("localhost", "127.0.0.1", "::1")
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_TOO_MANY: Final = (429, 503)
_SIGNS: Final = re.compile(r"[!-\[\]-~]+")  # printable ASCII without blanks and backslashes
_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address behind a translator


class Unreachable(Exception):
    """No usable answer: nothing is known. Safe to ask again."""


class RefusedUrl(Exception):
    """A place that is never asked; the reason is fit for the log."""


class Busy(Unreachable):
    """The server wants to be asked less often; `delay_s` is its own word, if it gave one."""

    def __init__(self, reason: str, delay_s: float | None) -> None:
        super().__init__(reason)
        self.delay_s = delay_s


@dataclass(frozen=True, slots=True)
class Document:
    """What was answered. `fresh_s` is `Cache-Control: max-age`: not to be asked again before.

    It is bounded: a cache on the way may not hide a payment until the code has run out.
    """

    body: Mapping[str, Any]
    fresh_s: float | None = None


def checked_url(text: str, *, on_loopback: bool) -> str:
    """Return a URL that may be asked.

    Raises:
        RefusedUrl: it may not.
    """
    if len(text) > _LONGEST_URL or not _SIGNS.fullmatch(text):
        raise RefusedUrl("a URL that is too long or has odd signs")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise RefusedUrl("a URL that cannot be read") from None
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise RefusedUrl("a URL with a user name")
    if on_loopback:
        if parts.scheme not in ("http", "https") or host not in _LOOPBACK_HOSTS:
            raise RefusedUrl("a test server may only name this machine")
    elif parts.scheme != "https":
        raise RefusedUrl(f"not https: {parts.scheme[:10]}")
    elif not is_domain_name(host):
        raise RefusedUrl("not a public domain name")
    return _without_fragment(parts)


def is_public(address: str) -> bool:
    """Whether an IP address is on the Internet; one that wraps an IPv4 address counts as that."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if inner := _wrapped(parsed):
        return all(is_public(str(address)) for address in inner)
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


class PublicResolver(AbstractResolver):
    """Resolves names as the system does, and refuses a name that leads anywhere not public.

    One address of several is enough to refuse: a name that is both is an attack or a mistake.
    """

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - aiohttp's signature
    ) -> list[ResolveResult]:
        """The addresses of a host; what is returned is what is connected to.

        Raises:
            OSError: it cannot be resolved, or leads into a private network.
        """
        addresses = await self.addresses(host, port)
        if not addresses or not all(is_public(address) for _, address in addresses):
            raise OSError("the name leads to an address that is not public")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=kind,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, address in addresses
        ]

    async def addresses(self, host: str, port: int) -> list[tuple[int, str]]:
        """What the system's resolver says: address family and address."""
        loop = asyncio.get_running_loop()
        answers = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [(family, str(where[0])) for family, _, _, _, where in answers]

    async def close(self) -> None:
        """Nothing is kept."""


class Fetcher:
    """Asks with one session; `close` ends its connections. Lives in the worker's loop."""

    def __init__(
        self,
        tls: ssl.SSLContext,
        *,
        on_loopback: bool,
        timeout_s: float = 10.0,
        resolver: AbstractResolver | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tls = tls
        self._on_loopback = on_loopback
        self._timeout_s = timeout_s
        self._resolver = resolver
        self._monotonic = monotonic
        self._silent_until_s: dict[str, float] = {}  # by host and port, at their own wish
        self._session: aiohttp.ClientSession | None = None

    async def get(self, url: str) -> Document:
        """Ask once, following up to three redirects.

        Status codes and content types mean nothing here (LUD-01): the body is read for itself.

        Raises:
            Unreachable: no usable answer.
            Busy: 429 or 503, or the silence that came with one of these still lasts: not asked.
            RefusedUrl: the URL, or where it leads to, may not be asked.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._follow(url)
        except TimeoutError:
            raise Unreachable("no answer in time") from None
        except (aiohttp.ClientError, OSError) as error:
            raise Unreachable(type(error).__name__) from None

    @property
    def is_open(self) -> bool:
        """Whether connections are kept: something has been asked since the last `close`."""
        return self._session is not None

    async def connect(self, url: str) -> None:
        """Have a connection to the server of a URL; what it answers means nothing.

        Raises:
            Unreachable, RefusedUrl: as `get`.
        """
        root = urljoin(checked_url(url, on_loopback=self._on_loopback), "/")
        self._require_no_silence(root)
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._opened().head(root, ssl=self._tls, allow_redirects=False),
            ):
                pass
        except TimeoutError:
            raise Unreachable("no answer in time") from None
        except (aiohttp.ClientError, OSError) as error:
            raise Unreachable(type(error).__name__) from None

    async def close(self) -> None:
        """Close what is open; the next question opens it again."""
        for session in self.release():
            await session.close()

    def release(self) -> list[aiohttp.ClientSession]:
        """Hand over what is open, for the caller to close: the next question opens its own."""
        session, self._session = self._session, None
        return [] if session is None else [session]

    async def _follow(self, url: str) -> Document:
        for _ in range(MOST_REDIRECTS + 1):
            url = checked_url(url, on_loopback=self._on_loopback)
            self._require_no_silence(url)
            async with self._opened().get(url, ssl=self._tls, allow_redirects=False) as answer:
                if answer.status in _REDIRECTS:
                    url = urljoin(url, answer.headers.get("Location", ""))
                    continue
                if answer.status in _TOO_MANY:
                    delay_s = _retry_after(answer)
                    self._keep_silence(url, delay_s)
                    raise Busy(f"HTTP {answer.status}", delay_s)
                return Document(await _json(answer), _max_age(answer))
        raise RefusedUrl("too many redirects")

    def _keep_silence(self, url: str, delay_s: float | None) -> None:
        now_s = self._monotonic()
        lasting = {host: s for host, s in self._silent_until_s.items() if s > now_s}
        self._silent_until_s = lasting | {urlsplit(url).netloc: now_s + (delay_s or 0.0)}

    def _require_no_silence(self, url: str) -> None:
        now_s = self._monotonic()
        left_s = self._silent_until_s.get(urlsplit(url).netloc, now_s) - now_s
        if left_s > 0:
            raise Busy(f"asked for silence, {left_s:.0f} s of it are left", left_s)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            resolver = self._resolver or PublicResolver()
            connector = (
                aiohttp.TCPConnector()
                if self._on_loopback
                else aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False)
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                # No Accept-Encoding of a compression: what is small here stays small.
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                max_line_size=8190,
                max_field_size=8190,
            )
        return self._session


async def _json(answer: aiohttp.ClientResponse) -> Mapping[str, Any]:
    try:
        value = json.loads(await read_body(answer, MOST_BYTES, ("identity",)))
    except UnfitBody as error:
        raise Unreachable(str(error)) from None
    except (ValueError, RecursionError) as error:
        raise Unreachable(f"not JSON, HTTP {answer.status}: {type(error).__name__}") from None
    if not isinstance(value, dict):
        raise Unreachable(f"not a JSON object, HTTP {answer.status}")
    return value


def _retry_after(answer: aiohttp.ClientResponse) -> float | None:
    wanted_s = retry_after_s(answer.headers)
    return None if wanted_s is None else min(wanted_s, _MOST_DELAY_S)


def _max_age(answer: aiohttp.ClientResponse) -> float | None:
    match = re.search(r"\bmax-age=([0-9]{1,9})\b", answer.headers.get("Cache-Control", ""))
    return min(float(match[1]), _MOST_FRESH_S) if match is not None else None


def _without_fragment(parts: SplitResult) -> str:
    return parts._replace(fragment="").geturl()


def _wrapped(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """IPv4 addresses inside an IPv6 one: mapped, 6to4, Teredo, NAT64."""
    if isinstance(address, IPv4Address):
        return []
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inner.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return [address for address in inner if address is not None]

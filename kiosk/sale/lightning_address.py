"""A Lightning address: whose money a direct sale is (LUD-16), read strictly.

What follows the @ becomes a host that is asked, so nothing is let through that is not a plain
domain name: no path, no user name, no number in disguise.
"""

import re
from dataclasses import dataclass
from typing import Final

# LUD-16 has a-z0-9-_. and, in its newer text, + for tags.
_NAME: Final = re.compile(r"[a-z0-9._+-]{1,64}")
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_PHONE: Final = re.compile(r"\+?[0-9]{6,15}")
_LOOPBACK_HOSTS: Final = ("localhost", "127.0.0.1")
_LONGEST_DOMAIN: Final = 253  # RFC 1035
_MOST_PORT: Final = 65_535


@dataclass(frozen=True, slots=True)
class LightningAddress:
    """`name@domain`, in lower case. `port` is None except on loopback, for a test server."""

    name: str
    domain: str
    port: int | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether the server is this machine itself: plain http is allowed only then."""
        return is_loopback(self.domain)

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"{self.name}@{self.domain}{port}"


def parse_lightning_address(text: str) -> LightningAddress:
    """Read an address as a person types it.

    Raises:
        ValueError: it is none; the sentence goes behind the setting's name.
    """
    name, at, host = text.strip().lower().partition("@")
    if not at or not name or not host:
        raise ValueError("is not a Lightning address: it looks like name@domain")
    if name.startswith("₿"):
        raise ValueError("is a BIP-353 name (₿), which is no Lightning address")
    if _PHONE.fullmatch(name):
        raise ValueError("is a phone number; give the name of the Lightning address")
    if not _NAME.fullmatch(name):
        raise ValueError("has a name with other signs than a-z, 0-9, and . _ + -")
    domain, colon, port = host.partition(":")
    if colon and domain not in _LOOPBACK_HOSTS:
        raise ValueError("must not have a port")
    if domain not in _LOOPBACK_HOSTS and not is_domain_name(domain):
        raise ValueError("has a domain that is none: letters, digits, hyphens and dots")
    return LightningAddress(name, domain, _port(port) if colon else None)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    return host in _LOOPBACK_HOSTS


def is_domain_name(host: str) -> bool:
    """Whether a host is a public-looking DNS name, and not an IP address in any spelling.

    As in the URL standard's "ends in a number" check: a last label of digits, or of 0x and hex
    digits, is an IPv4 address to a resolver.
    """
    labels = host.split(".")
    if len(host) > _LONGEST_DOMAIN or len(labels) < 2:
        return False
    if not all(_LABEL.fullmatch(label) for label in labels):
        return False
    last = labels[-1]
    return not last.isdigit() and not re.fullmatch(r"0x[0-9a-f]*", last)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:6]) <= _MOST_PORT:
        raise ValueError("has a port that is none")
    return int(text)

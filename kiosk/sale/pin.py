"""The manager's PIN: kept as a scrypt hash, compared in constant time."""

import hashlib
import hmac
from typing import Final

PIN_TRIES: Final = 5  # wrong PINs before a pause
PIN_LOCK_S: Final = 60.0

# Small enough for a Pi to answer at once; the pause after PIN_TRIES is what stops guessing.
_N: Final = 2**12


def pin_hash(pin: str, salt: bytes) -> str:
    """Hash a PIN for keeping: `scrypt$salt$hash`, both in hex."""
    digest = hashlib.scrypt(pin.encode(), salt=salt, n=_N, r=8, p=1)
    return f"scrypt${salt.hex()}${digest.hex()}"


def is_pin(typed: str, kept: str) -> bool:
    """Whether what was typed is the PIN behind a kept hash."""
    scheme, _, rest = kept.partition("$")
    salt, _, _ = rest.partition("$")
    return scheme == "scrypt" and hmac.compare_digest(pin_hash(typed, bytes.fromhex(salt)), kept)

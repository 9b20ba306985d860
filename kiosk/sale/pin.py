"""PINs, the manager's and the cashiers': kept as scrypt hashes, compared in constant time."""

import hashlib
import hmac
import re
import secrets
from typing import Final

PIN_TRIES: Final = 5  # wrong PINs before a pause
PIN_LOCK_S: Final = 60.0
PIN_LONGEST_LOCK_S: Final = 900.0

# Small enough for a Pi to answer at once; the pause after PIN_TRIES is what stops guessing.
_N: Final = 2**12


def pin_hash(pin: str, salt: bytes) -> str:
    """Hash a PIN for keeping: `scrypt$salt$hash`, both in hex."""
    digest = hashlib.scrypt(pin.encode(), salt=salt, n=_N, r=8, p=1)
    return f"scrypt${salt.hex()}${digest.hex()}"


def lock_s(wrong: int) -> float:
    """How long nothing may be tried after so many wrong PINs in a row: doubled with each more."""
    if wrong < PIN_TRIES:
        return 0.0
    return min(PIN_LOCK_S * 2.0 ** min(wrong - PIN_TRIES, 10), PIN_LONGEST_LOCK_S)


def is_good(pin: str) -> bool:
    """Whether this may be a PIN: 4 to 12 digits."""
    return re.fullmatch(r"[0-9]{4,12}", pin) is not None


def is_hash(text: str) -> bool:
    """Whether this is what `pin_hash` makes."""
    return re.fullmatch(r"scrypt\$[0-9a-f]{32}\$[0-9a-f]{128}", text) is not None


def kept(text: str) -> str:
    """What may be kept of a PIN: its hash. What is no PIN stays, to be reported."""
    return pin_hash(text, secrets.token_bytes(16)) if is_good(text) else text


def is_correct_pin(typed: str, hashed: str) -> bool:
    """Whether what was typed is the PIN behind a kept hash."""
    scheme, _, rest = hashed.partition("$")
    salt, _, _ = rest.partition("$")
    return scheme == "scrypt" and hmac.compare_digest(pin_hash(typed, bytes.fromhex(salt)), hashed)

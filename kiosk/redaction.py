"""Takes out of a text what nobody may read in a log, on a screen or in an error.

That is keys, whole invoices, and whole hashes and preimages. Of a hash the first 8 digits stay: a
helper looks for them.
"""

import re
from collections.abc import Iterable
from typing import Final

HIDDEN: Final = "***"

_HASH: Final = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24,}\b", re.IGNORECASE)
# An invoice begins with ln, its network and an amount, or with a 1 that ends the beginning.
_INVOICE: Final = re.compile(r"\bln[a-z]{2,4}[0-9][0-9a-z]{18,}", re.IGNORECASE)
_KEY: Final = re.compile(r"\b[A-Za-z]+(?:_[A-Za-z]+)*_[A-Za-z0-9]{20,}\b")


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without `secrets`, and without what looks like one."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return _HASH.sub(r"\1", _KEY.sub(HIDDEN, _INVOICE.sub(HIDDEN, text)))

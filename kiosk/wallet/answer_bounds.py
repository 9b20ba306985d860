"""What a value in an answer may be: bounds for every text, number, list and time from outside.

Each function takes what was served and returns it, or raises `OddValue`, which whoever reads the
answer turns into "Blink gave an answer that makes no sense". Nothing unbounded gets further: not
into reckoning, not into the journal, not on the screen.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from kiosk.wallet.headers import EARLIEST_UNIX_S, LATEST_UNIX_S

# 21 million coins in sats; Blink's own bound for any amount is lower.
MOST_SAT: Final = 2_100_000_000_000_000
# A BOLT11 text of Blink's is some 300 characters and at most 1,500 with the longest memo; a QR code
# takes 4,296.
LONGEST_PAYMENT_REQUEST: Final = 2_000
_MARKS: Final = "\u200e\u200f"
LONGEST_NAME: Final = 100
LONGEST_SYMBOL: Final = 12
LONGEST_LIST: Final = 1_000


class OddValue(ValueError):
    """A value that no answer of Blink's has."""


def text(served: Any, longest: int = LONGEST_NAME) -> str:
    """A text that can be shown and written, not longer than `longest`."""
    if not isinstance(served, str) or len(served) > longest or not all(map(_is_fit, served)):
        raise OddValue("an odd text")
    return served


def _is_fit(character: str) -> bool:
    """No control character and no half of one; marks of direction are part of some symbols."""
    return character in _MARKS or unicodedata.category(character)[0] != "C"


def number(served: Any, least: int, most: int) -> int:
    """An integer within bounds."""
    if not isinstance(served, int) or isinstance(served, bool) or not least <= served <= most:
        raise OddValue("an odd number")
    return served


def unix_s(served: Any) -> int:
    """A time from 2024 to 2099, in Unix seconds."""
    return number(served, EARLIEST_UNIX_S, LATEST_UNIX_S - 1)


def entries(served: Any, most: int = LONGEST_LIST) -> list[Any]:
    """A list of at most `most` entries."""
    if not isinstance(served, list) or len(served) > most:
        raise OddValue("an odd list")
    return served


def fields(served: Any) -> Mapping[str, Any]:
    """An object."""
    if not isinstance(served, Mapping):
        raise OddValue("no object")
    return served

"""How long to wait before trying again: growing, jittered, capped, and never giving up."""

import zlib
from typing import Final

_JITTER: Final = 0.25


def delay_s(first_s: float, longest_s: float, tries: int, who: str) -> float:
    """The pause before try number `tries` + 1: doubled each time, a quarter of it spread.

    The spread comes from `who` and `tries`, so that this stays pure and two kiosks that lost
    Blink at the same moment do not come back at the same moment.
    """
    doubled = first_s * 2 ** min(tries, 30)
    spread = zlib.crc32(f"{who}/{tries}".encode()) / 2**32
    return float(min(doubled, longest_s)) * (1 - _JITTER / 2 + _JITTER * spread)

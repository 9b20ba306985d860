"""What two headers of an answer say: Blink's clock, and how long to keep away."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final

# 2024-01-01 and 2100-01-01: a Date outside of these is no time that anything could be dated by.
EARLIEST_UNIX_S: Final = 1_704_067_200
LATEST_UNIX_S: Final = 4_102_444_800

_ASKING_FOR_SILENCE: Final = (429, 503)
_LONGEST_PAUSE_S: Final = 120.0  # nobody on the way may close the till for a day


def unix_of_date(date: str | None) -> int | None:
    """The Unix time of an HTTP date, None if there is none that makes sense."""
    try:
        unix_s = parsedate_to_datetime(date or "").timestamp()
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
    return int(unix_s) if EARLIEST_UNIX_S <= unix_s < LATEST_UNIX_S else None


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The seconds that `Retry-After` asks for, as a number or an HTTP date; None if it does not.

    A date is reckoned against the server's own clock. The caller bounds it.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    until, now = unix_of_date(text), unix_of_date(headers.get("Date"))
    return None if until is None or now is None else max(0.0, float(until - now))


def pause_of(status: int, headers: Mapping[str, str]) -> float:
    """For how many seconds Blink, or somebody on the way, asks for silence."""
    if status not in _ASKING_FOR_SILENCE:
        return 0.0
    return min(retry_after_s(headers) or 0.0, _LONGEST_PAUSE_S)

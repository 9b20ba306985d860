"""Days, as the clocks on the wall have them: each begins where the one before it ends."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

DAY_S: Final = 86_400  # of a usual day; one that clocks are put forward in has fewer

_DAY = timedelta(days=1)


def day_start(day: date, zone: tzinfo) -> int:
    """The first second of a local day, Unix seconds.

    Where clocks go forward at midnight there is no 0:00, and the day begins at 1:00 or so.
    """
    midnight = datetime.combine(day, time(), zone)
    first = int(midnight.timestamp())
    if _offset(first, zone) == midnight.utcoffset():
        return first
    # 0:00 does not exist: the day begins where the clocks were put forward, found by halving.
    before, after = int(midnight.replace(fold=1).timestamp()), first
    while before < after:
        middle = (before + after) // 2
        if _offset(middle, zone) == _offset(first, zone):
            after = middle
        else:
            before = middle + 1
    return after


def day_of(unix_s: int, zone: tzinfo) -> tuple[int, int]:
    """The local day around a moment: its first second, and that of the day after it."""
    day = datetime.fromtimestamp(unix_s, UTC).astimezone(zone).date()
    while unix_s < day_start(day, zone):
        day -= _DAY
    while unix_s >= day_start(day + _DAY, zone):
        day += _DAY
    return day_start(day, zone), day_start(day + _DAY, zone)


def _offset(unix_s: int, zone: tzinfo) -> timedelta | None:
    return datetime.fromtimestamp(unix_s, UTC).astimezone(zone).utcoffset()

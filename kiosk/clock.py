"""The one clock of a till: steady seconds for pauses, and one time for everything that is recorded.

A Pi has no battery: its wall clock may be years off at boot, and jumps when the network sets it.
So the time of facts is Blink's, fetched once and counted on with monotonic seconds; what the wall
clock does after that changes nothing. Until Blink has answered, the wall clock has to do.
"""

import os
import time
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Blink's word outside of these years (2020 to 2100) is not believed.
_EARLIEST: Final = 1_577_836_800
_LATEST: Final = 4_102_444_800


def steady_s() -> float:
    """Seconds that only go forward, those included in which a laptop slept.

    Python's own monotonic clock stands still in a sleep, and a price would be young after it.
    """
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)  # Linux
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


def system_zone(
    name: str = os.environ.get("TZ", ""), file: Path = Path("/etc/localtime")
) -> tzinfo:
    """The machine's time zone with all its rules; UTC where it has none."""
    try:
        if name.strip(":"):
            return ZoneInfo(name.strip(":"))
        named = str(file.resolve()).partition("/zoneinfo/")[2]
        if named:
            return ZoneInfo(named)
        with file.open("rb") as rules:
            return ZoneInfo.from_file(rules, key="localtime")
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return UTC


class SystemClock:
    """The real time."""

    def __init__(self) -> None:
        self._blink: tuple[float, float] | None = None  # Blink's time, and when it came

    def monotonic(self) -> float:
        """Seconds that only go forward."""
        return steady_s()

    def wall(self) -> float:
        """The wall clock, Unix seconds."""
        return time.time()

    def unix(self) -> float:
        """The time of facts, Unix seconds."""
        if self._blink is None:
            return self.wall()
        blink_s, came_s = self._blink
        return blink_s + self.monotonic() - came_s

    def set_unix(self, unix_s: float) -> None:
        """Take Blink's word for what time it is now."""
        if _EARLIEST <= unix_s < _LATEST:
            self._blink = (unix_s, self.monotonic())

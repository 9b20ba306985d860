"""The journal at a start: opened and taken up, or set aside and begun anew."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Final

from kiosk.journal.database import set_aside
from kiosk.journal.errors import JournalCorrupt
from kiosk.journal.installation import ReadHardware, read_hardware
from kiosk.journal.journal import Journal
from kiosk.journal.recovery import TakenUp

log: Final = logging.getLogger("kiosk.journal")


def open_sound(
    path: Path,
    now: Callable[[], float] = time.time,
    hardware: ReadHardware = read_hardware,
    zone: tzinfo = UTC,
) -> tuple[Journal, TakenUp]:
    """Open the journal and take up what is in it; a damaged one is kept, and a new one begun.

    Raises:
        JournalUnusable: it cannot be written.
    """
    try:
        return _opened(path, now, hardware, zone)
    except JournalCorrupt as error:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        aside = set_aside(path, stamp)
        log.error("journal is damaged (%s); kept as %s", error.trouble.reason, aside.name)  # noqa: TRY400
        return _opened(path, now, hardware, zone)


def _opened(
    path: Path, now: Callable[[], float], hardware: ReadHardware, zone: tzinfo
) -> tuple[Journal, TakenUp]:
    journal = Journal.open(path, now, zone=zone, hardware=hardware)
    try:
        return journal, journal.take_up()
    except BaseException:
        journal.close()
        raise

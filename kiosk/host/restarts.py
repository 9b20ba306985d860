"""How often the program has failed in a row, so that it does not fail ever faster.

systemd 252 (Debian 12) restarts at one pace for ever: `RestartSteps=` came with 254. So the starts
are counted here, in a file in the service's runtime directory, which systemd keeps over restarts
(`RuntimeDirectoryPreserve=restart`) and the next boot empties. It lies in memory: nothing is
written to the card.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

log: Final = logging.getLogger("kiosk")

# The first failure is forgiven at once: a customer may be waiting.
PAUSES_S: Final = (0.0, 0.0, 5.0, 15.0, 30.0, 60.0, 120.0)
# A run that lasted this long was a good one, whatever ended it.
GOOD_RUN_S: Final = 600.0

_FILE: Final = "starts"  # how many failed in a row, and when the last one began


@dataclass(frozen=True, slots=True)
class Starts:
    """What is known of the starts before this one: how many failed in a row, when the last one was.

    `began_s` is monotonic seconds, which count from the boot and are one clock for all processes.
    """

    failures: int = 0
    began_s: float = 0.0

    @property
    def pause_s(self) -> float:
        """How long to wait before trying again."""
        return PAUSES_S[min(self.failures, len(PAUSES_S) - 1)]


def note_start(folder: Path, now_s: float) -> Starts:
    """Note that a run begins; what is known of the ones before it.

    A file that cannot be read or written is no reason not to start.
    """
    before = _read(folder / _FILE)
    if before is None:
        starts = Starts(0, now_s)
    elif now_s - before.began_s >= GOOD_RUN_S + before.pause_s:
        starts = Starts(1, now_s)
    else:
        starts = Starts(before.failures + 1, now_s)
    _write(folder / _FILE, starts)
    return starts


def note_orderly_end(folder: Path) -> None:
    """Note that this run ends in an orderly way."""
    try:
        (folder / _FILE).unlink(missing_ok=True)
    except OSError as error:
        log.warning("the orderly end was not noted: %s", error.strerror)


def runtime_folder(environ: Mapping[str, str]) -> Path | None:
    """Where systemd lets this service keep what lives until the next boot, None off systemd."""
    folder = environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return Path(folder) if folder else None


def _read(file: Path) -> Starts | None:
    try:
        failures, began_s = file.read_text().split()
        return Starts(int(failures), float(began_s))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.warning("earlier starts are not known: %s", type(error).__name__)
        return None


def _write(file: Path, starts: Starts) -> None:
    try:
        file.write_text(f"{starts.failures} {starts.began_s}\n")
    except OSError as error:
        log.warning("this start was not noted: %s", error.strerror)

"""From the start of the process to its first picture, beside the least that pygame takes."""

import os
import subprocess
import sys
import tempfile
import time
from typing import Final

from tests.bench.row import Row

STARTS: Final = 10
TIMES_BARE: Final = 1.5  # design: importing pygame and one flip, times this

_BARE: Final = """
import os, pygame
pygame.display.init(); pygame.font.init()
pygame.display.set_mode((800, 480)); pygame.display.flip(); os._exit(0)
"""
_KIOSK: Final = """
import os, pygame
pygame.display.flip = lambda: os._exit(0)
from kiosk.__main__ import main
main(["run"])
"""


def rows() -> list[Row]:
    """The least of several starts, turn about, since a busy machine only adds."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {
            **os.environ,
            "BLINKPOS_API_KEY": "blink_bench",
            "MERCHANT_USERNAME": "merchant",
            "KIOSK_GPIO": "off",
            "KIOSK_SCREEN": "800x480",
            "KIOSK_JOURNAL": f"{folder}/journal.sqlite3",
            # Compiled once, as an installed kiosk is; the first start fills it.
            "PYTHONPYCACHEPREFIX": f"{folder}/compiled",
        }
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        took: dict[str, list[float]] = {_BARE: [], _KIOSK: []}
        for _ in range(STARTS):
            for script, seen in took.items():
                began_s = time.perf_counter()
                subprocess.run([sys.executable, "-c", script], env=environ, check=True)
                seen.append((time.perf_counter() - began_s) * 1000)
    bare_ms, kiosk_ms = min(took[_BARE]), min(took[_KIOSK])
    what = f"process start to first picture (pygame alone {bare_ms:.0f} ms)"
    return [Row(what, kiosk_ms, TIMES_BARE * bare_ms, "ms")]

"""The panel's backlight through sysfs, where there is one; else the window darkens the picture."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.screen.display.screensaver import ScreenStage

log: Final = logging.getLogger("kiosk.screen")

SYSFS: Final = Path("/sys/class/backlight")

# In hundredths of the brightest. At rest all panels get one level, so that what a killed program
# left behind is known at the next start, and is not taken for what the merchant wants.
RESTING: Final = 40
LEVELS: Final = {ScreenStage.DIM: RESTING, ScreenStage.ATTRACT: RESTING, ScreenStage.BLANK: 0}


@dataclass(frozen=True, slots=True)
class _Panel:
    file: Path
    most: int
    awake: int


class Backlight:
    """Every backlight of the device; `folder` is sysfs's.

    `brightness` is what the merchant wants, in percent; None leaves what was found.
    """

    def __init__(self, folder: Path = SYSFS, brightness: int | None = None) -> None:
        self._panels = _panels(folder)
        self.brightness = brightness
        self._level_seen = False

    def follow(self, care: ScreenStage) -> bool:
        """Set the backlight for this stage; False where there is none that can be set."""
        done = [self._write(panel, care) for panel in self._panels]
        return any(done)

    def _write(self, panel: _Panel, care: ScreenStage) -> bool:
        level, most = panel.awake, panel.most
        if self.brightness is not None:
            level = most = max(1, panel.most * self.brightness // 100)
        if care in LEVELS:
            level = min(level, most * LEVELS[care] // 100)
        try:
            panel.file.write_text(str(level))
        except OSError as error:
            if not self._level_seen:
                self._level_seen = True
                log.warning("backlight cannot be set, the picture is darkened: %s", error)
            return False
        return True


def _panels(folder: Path) -> tuple[_Panel, ...]:
    panels = []
    for place in sorted(folder.glob("*")):
        file = place / "brightness"
        try:
            most = int((place / "max_brightness").read_text())
            now = int(file.read_text())
        except (OSError, ValueError):
            log.warning("backlight %s cannot be read", place.name)
            continue
        left_behind = now <= most * RESTING // 100
        panels.append(_Panel(file, most, most if left_behind else now))
    return tuple(panels)

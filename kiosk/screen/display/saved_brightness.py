"""What the display remembers over a restart: the white level of the code. Never money.

A tiny file beside the journal, written when the value changed and the till is at rest.
"""

import json
import logging
from pathlib import Path
from typing import Final

from kiosk.durable_files import write_private
from kiosk.screen.drawing.qr import WHITE_LEVELS

log: Final = logging.getLogger("kiosk.screen")

FILE_NAME: Final = "remembered.json"
_WHITE: Final = "white"


class SavedBrightness:
    """The file and what it holds; `path` None forgets everything."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._white = _read(path) if path is not None else WHITE_LEVELS[-1]

    @property
    def white(self) -> int:
        """The white level chosen last, one of WHITE_LEVELS."""
        return self._white

    def keep(self, white: int) -> None:
        """Remember a white level; nothing is written when it is the same."""
        if white == self._white:
            return
        self._white = white
        if self._path is None:
            return
        try:
            write_private(self._path, json.dumps({_WHITE: white}))
        except OSError as error:
            log.warning("the white level is not remembered: %s", error)


def _read(path: Path) -> int:
    try:
        white = int(json.loads(path.read_text())[_WHITE])
    except FileNotFoundError:
        return WHITE_LEVELS[-1]
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        log.warning("what was remembered cannot be read, the default is used: %r", error)
        return WHITE_LEVELS[-1]
    return min(WHITE_LEVELS, key=lambda level: abs(level - white))

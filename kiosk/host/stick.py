"""The sales on a USB stick, once, when the manager asks; nothing else ever mounts one.

The till writes its files into its runtime directory and leaves a wish there; `kiosk-export.path`
watches for it, and root's helper mounts the first stick, copies the files as the till's own user,
and unmounts. It answers with one word in a file.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kiosk.sale.box import BoxNews

log: Final = logging.getLogger("kiosk")

FOLDER: Final = "export"
WISH: Final = "wanted"
ANSWER: Final = "answer"
PATIENCE_S: Final = 90.0  # a slow stick, and a minute's worth of sales is not what it gets
LOOK_S: Final = 0.5

_NEWS: Final = {
    "exported": BoxNews.EXPORTED,
    "no-stick": BoxNews.NO_STICK,
    "full": BoxNews.STICK_FULL,
    "unreadable": BoxNews.STICK_UNREADABLE,
}


def export(
    folder: Path, write: Callable[[Path], None], sleep: Callable[[float], object]
) -> BoxNews:
    """Have `write` make the files in a folder, and have them copied onto a stick.

    `folder` is the service's runtime directory. It lies in memory, so the files are taken away
    again.
    """
    place = folder / FOLDER
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        _empty(place)
        write(place)
        (place / WISH).touch(mode=0o600)
        news = _answer(place, sleep)
        _empty(place)
    except OSError as error:
        log.warning("the export failed: %s", error.strerror)
        return BoxNews.EXPORT_FAILED
    return news


def _answer(place: Path, sleep: Callable[[float], object]) -> BoxNews:
    waited_s = 0.0
    while waited_s < PATIENCE_S:
        if (place / ANSWER).exists():
            word = (place / ANSWER).read_text().strip()
            log.info("export: %s", word[:40])
            return _NEWS.get(word, BoxNews.EXPORT_FAILED)
        sleep(LOOK_S)
        waited_s += LOOK_S
    return BoxNews.NOT_HEARD


def _empty(place: Path) -> None:
    for file in place.iterdir():
        file.unlink()

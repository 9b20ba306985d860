"""Who changed which settings and when: in the log, and in a file that lasts. Never a secret."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from kiosk.durable_files import write_private
from kiosk.settings import SECRETS, TABLE

log: Final = logging.getLogger("kiosk")

HISTORY: Final = "changes.log"
MOST_HISTORY_LINES: Final = 500


def described(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """What a change does, one line each; a secret's value is never in it."""
    lines = []
    for name in TABLE:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name in SECRETS:
            lines.append(f"{name} {'removed' if new is None else 'set'}")
        else:
            lines.append(f"{name} {_shown(old)} -> {_shown(new)}")
    return tuple(lines)


def note(etc: Path, who: str, lines: tuple[str, ...], unix_s: float) -> None:
    """Keep who changed what and when: in the log, and in a file that lasts.

    It is in force already, so a card that takes no more makes no failure of it.
    """
    file = etc / HISTORY
    before = file.read_text(errors="replace").splitlines() if file.is_file() else []
    moment = datetime.fromtimestamp(int(unix_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    new = [f"{moment} {who}: {line}" for line in lines]
    for line in new:
        log.warning("settings changed by %s", line.partition(" ")[2])
    kept = [*before, *new][-MOST_HISTORY_LINES:]
    try:
        write_private(file, "".join(f"{line}\n" for line in kept))
    except OSError as error:
        log.error("%s cannot be written: %s", file.name, error.strerror)  # noqa: TRY400


def _shown(text: str | None) -> str:
    return "(default)" if text is None else repr(text)

"""Second copies of the books in a folder, which is usually a stick: made, and the oldest removed.

A copy is a folder `KIOSK-INSTALLATION/2026-11-26T203500-close` with the journal as one file, notes
on it (`copy.json`), and the files for a bookkeeper. It gets its name when all of it is on the disk.
"""

import hashlib
import json
import re
import shutil
import time
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final

from kiosk.commands.export import write_sales
from kiosk.durable_files import sync_file, sync_folder
from kiosk.journal import CopyRefused, copy_journal, describe_journal, free_bytes
from kiosk.sale.device import CopyReason

JOURNAL_FILE: Final = "journal.sqlite3"
NOTES_FILE: Final = "copy.json"

# The newest copy of each of so many days is kept; those of closes as long as there is room.
DAYS_KEPT: Final = 30
# The files and the growth since the copy before take less than the journal itself.
_ROOM_FACTOR: Final = 2
_LEAST_ROOM: Final = 20_000_000

_UNFINISHED: Final = ".unfinished"
_COPY: Final = re.compile(r"\d{4}-\d\d-\d\dT\d{6}-(day|close)")
_DATE_LETTERS: Final = len("2026-11-26")
_MOST_NOTES_BYTES: Final = 65_536
_CHUNK_BYTES: Final = 1 << 20


def make_copy(
    journal: Path,
    folder: Path,
    reason: CopyReason,
    zone: tzinfo,
    kiosk_id: str,
    now: Callable[[], float] = time.time,
    free_bytes: Callable[[Path], int] = free_bytes,
) -> Path:
    """Copy the journal and its files into a new folder below `folder`; its path.

    `now` is Unix seconds, `zone` that of the days. Copies that are not kept any more are removed,
    and the oldest where there is no room for a new one.

    Raises:
        KioskError: the journal cannot be read.
        OSError: the copy cannot be written; older copies are left.
    """
    about = describe_journal(journal)
    kept = folder / f"{kiosk_id}-{about.installation}"
    kept.mkdir(mode=0o700, exist_ok=True)
    unfinished = kept / _UNFINISHED
    if unfinished.exists():
        shutil.rmtree(unfinished)
    _make_room(kept, _ROOM_FACTOR * journal.stat().st_size + _LEAST_ROOM, free_bytes)
    unfinished.mkdir(mode=0o700)
    try:
        made_at = datetime.fromtimestamp(now(), zone)
        copy_journal(journal, unfinished / JOURNAL_FILE)
        write_sales(unfinished / JOURNAL_FILE, zone, unfinished)
        notes = {
            "made_at": made_at.isoformat(timespec="seconds"),
            "kiosk_id": kiosk_id,
            "installation": about.installation,
            "sha256": _sha256(unfinished / JOURNAL_FILE),
        }
        (unfinished / NOTES_FILE).write_text(f"{json.dumps(notes, indent=2)}\n")
        for file in unfinished.iterdir():
            sync_file(file)
        sync_folder(unfinished)
        made = kept / f"{made_at:%Y-%m-%dT%H%M%S}-{reason}"
        unfinished.rename(made)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    for old in _outdated(kept):
        if old != made:  # it is dated long ago where the clock is wrong
            shutil.rmtree(old)
    sync_folder(kept)
    sync_folder(folder)
    return made


def file_to_restore(path: Path) -> tuple[Path, Callable[[], None]]:
    """The journal of a copy, given by its folder or its file, and what checks that it is whole.

    Raises:
        CopyRefused: there is no copy, or there are several.
    """
    file = path / JOURNAL_FILE if path.is_dir() else path
    if not file.exists():
        copies = sorted(copy.parent for copy in path.glob(f"**/{JOURNAL_FILE}"))
        if not copies:
            raise CopyRefused(f"{path} is no copy of a journal")
        newest = "\n  ".join(map(str, copies[-10:]))
        raise CopyRefused(f"{path} holds several copies; give one of them:\n  {newest}")
    return file, lambda: _check(file)


def _check(file: Path) -> None:
    """Compare a copy with what was noted of it when it was made; without a note, do nothing.

    Raises:
        CopyRefused: it is not what was written.
    """
    notes = file.with_name(NOTES_FILE)
    try:
        with notes.open("rb") as noted:
            expected = json.loads(noted.read(_MOST_NOTES_BYTES))["sha256"]
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CopyRefused(f"{notes} cannot be read; take another copy") from error
    try:
        written = _sha256(file)
    except OSError as error:
        raise CopyRefused(f"{file} cannot be read: {error.strerror}; take another copy") from error
    if written != expected:
        raise CopyRefused(f"{file} has changed since it was written; take another copy")


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _make_room(kept: Path, needed: int, free_bytes: Callable[[Path], int]) -> None:
    """Remove the oldest copies until there is room, those of days first; the newest one stays."""
    older = sorted(_copies(kept))[:-1]
    for copy in sorted(older, key=lambda old: (not _is_of_day(old), old)):
        if free_bytes(kept) >= needed:
            return
        shutil.rmtree(copy)


def _outdated(kept: Path) -> list[Path]:
    """The copies of days that are not kept any more: of each day the newest is, for some days."""
    of_days = [copy for copy in sorted(_copies(kept)) if _is_of_day(copy)]
    newest = {copy.name[:_DATE_LETTERS]: copy for copy in of_days}
    stay = [newest[day] for day in sorted(newest)[-DAYS_KEPT:]]
    return [copy for copy in of_days if copy not in stay]


def _copies(kept: Path) -> list[Path]:
    """The finished copies of a till; whatever else somebody keeps there is left alone."""
    return [copy for copy in kept.iterdir() if _COPY.fullmatch(copy.name) and copy.is_dir()]


def _is_of_day(copy: Path) -> bool:
    return copy.name.endswith(f"-{CopyReason.DAY}")

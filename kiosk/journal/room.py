"""Room on the disk for a sale, and for all that may become of it (M11)."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kiosk.journal.errors import full, translated

# A disk with less than this is called full before the next invoice, not after (M11).
RESERVE_BYTES: Final = 5_000_000


def free_bytes(folder: Path) -> int:
    """The room left for this user on the disk under a folder."""
    return shutil.disk_usage(folder).free


def require_room(folder: Path, free_bytes: Callable[[Path], int]) -> None:
    """Do nothing while there is room enough in a folder, by `free_bytes`.

    Raises:
        JournalUnusable: there is too little.
    """
    with translated():
        if free_bytes(folder) < RESERVE_BYTES:
            raise full(f"less than {RESERVE_BYTES // 1_000_000} MB left on the disk")

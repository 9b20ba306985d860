"""Files that must be on the disk before anything goes on: whole or not at all, or gone for good.

What is in a file and that it is there are two things: its folder has to be synced as well.
"""

import os
from pathlib import Path
from typing import Final

# Left in a folder beneath the mount of its own partition (`setup.sh readonly`).
PARTITION_MISSING: Final = "partition-is-missing"


def lacks_partition(folder: Path) -> bool:
    """Whether the partition of this folder is not there: what lies here is old, and is not used."""
    return (folder / PARTITION_MISSING).exists()


def write_private(file: Path, content: str | bytes) -> None:
    """Replace a file, readable by its owner alone, and wait until it is on the disk.

    All of the new content or all of the old is there, whenever the power goes.
    """
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content.encode() if isinstance(content, str) else content)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)
    sync_folder(file.parent)


def wipe(file: Path) -> None:
    """Overwrite a file in its place, then remove it.

    A memory card may keep an old copy of a block that only its own controller can reach.
    """
    with file.open("r+b") as stream:
        stream.write(bytes(file.stat().st_size))
        stream.flush()
        os.fsync(stream.fileno())
    file.unlink()
    sync_folder(file.parent)


def sync_file(file: Path) -> None:
    """Wait until what is in a file is on the disk."""
    fd = os.open(file, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)

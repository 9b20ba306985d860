"""One kiosk for each journal: a lock, which also holds the process id that others signal."""

import contextlib
import errno
import fcntl
import os
import signal
from pathlib import Path
from typing import Final

_PID_BYTES: Final = 20


class AlreadyOwned(OSError):
    """Another process has the journal: two kiosks on it would forward the same money."""


def acquire(journal: Path) -> int:
    """Take the lock beside the journal for as long as this process lives.

    Returns the file descriptor that holds it; closing that lets go.

    Raises:
        AlreadyOwned: another process holds it.
    """
    held = os.open(_lock_file(journal), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.truncate(held, 0)
        os.write(held, f"{os.getpid()}\n".encode())
    except BlockingIOError:
        os.close(held)
        message = f"the kiosk with process id {owner_pid(journal)} uses this journal"
        raise AlreadyOwned(errno.EBUSY, message) from None
    except BaseException:
        os.close(held)
        raise
    return held


def owner_pid(journal: Path) -> int | None:
    """The process id of the kiosk that has the journal open, None if there is none."""
    try:
        seen = os.open(_lock_file(journal), os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        # Only the lock says that it lives: a power cut leaves the file, and ids come again.
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(seen, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
        written = os.read(seen, _PID_BYTES)
    finally:
        os.close(seen)
    return int(written) if written.strip().isdigit() else None


def signal_owner(journal: Path) -> bool:
    """Send SIGHUP to the kiosk that has the journal open; whether one was there and listens.

    To a program that does not listen the signal would be the end: a kiosk that is just starting.
    """
    process = owner_pid(journal)
    if process is None or not _listens(process):
        return False
    try:
        os.kill(process, signal.SIGHUP)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _listens(process: int) -> bool:
    """Whether a process catches SIGHUP, by the kernel's own list of what it catches."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return False
    caught = next((line.split()[1] for line in lines if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) >> (signal.SIGHUP - 1) & 1)


def _lock_file(journal: Path) -> Path:
    return journal.with_name(f"{journal.name}.pid")

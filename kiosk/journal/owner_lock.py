"""One kiosk for each journal: a lock, which also holds the process id that others signal."""

import contextlib
import errno
import fcntl
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

_PID_BYTES: Final = 20

# Somebody who looks for the owner has the lock for some microseconds.
_TRIES: Final = 50
_PAUSE_S: Final = 0.01


class AlreadyOwned(OSError):
    """Another process has the journal: two kiosks on it would forward the same money."""


def acquire(journal: Path, wait: Callable[[float], None] = time.sleep) -> int:
    """Take the lock beside the journal for as long as this process lives.

    Returns the file descriptor that holds it, for `release`. `wait` takes seconds.

    Raises:
        AlreadyOwned: another process holds it.
    """
    held = os.open(_lock_file(journal), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _lock(held, journal, wait)
        os.truncate(held, 0)
        os.write(held, f"{os.getpid()}\n".encode())
    except BaseException:
        release(held)
        raise
    return held


def release(held: int) -> None:
    """Let go of the lock, and close its file descriptor.

    Closing alone would not do: a child process that another thread is just starting has a copy
    of the descriptor until its program runs, and the lock lives as long as a copy of it (flock(2)).
    """
    fcntl.flock(held, fcntl.LOCK_UN)
    os.close(held)


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
        release(seen)
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


def _lock(held: int, journal: Path, wait: Callable[[float], None]) -> None:
    owner = None
    for _ in range(_TRIES):
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = owner_pid(journal)
            if owner is not None:
                break
            wait(_PAUSE_S)
        else:
            return
    raise AlreadyOwned(errno.EBUSY, f"the kiosk with process id {owner} uses this journal")


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

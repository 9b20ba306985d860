"""What can go wrong with the journal's file, in our words."""

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from typing import Final

from kiosk.sale.trouble import Contradiction, KioskError, RestartNeeded, Trouble, TroubleKind

# Errors that say nothing of what is in the file: a full or read-only card, a lock, no memory.
_NOT_OF_THE_FILE: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_IOERR,
    }
)
_CANNOT_BE_READ: Final = frozenset(
    {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS}
)


class JournalUnusable(KioskError):
    """It cannot be written now: full, read-only, failing. Nothing of the step was recorded."""


class JournalCorrupt(RestartNeeded):
    """It cannot be read. The next start sets it aside, and never deletes it."""


class JournalConflict(Contradiction):
    """A fact contradicts what is recorded: a bug of ours, never the merchant's fault."""


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """The errors of sqlite3 and of the system as ours."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise JournalConflict(str(error)) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:  # the module is used wrongly: this says nothing about the disk
            raise
        reason = f"{error.sqlite_errorname}: {error}"
        if code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise corrupt(reason) from error
        raise unusable(reason, full=code & 0xFF == sqlite3.SQLITE_FULL) from error
    except OSError as error:
        raise unusable(str(error), full=error.errno == errno.ENOSPC) from error


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """While a journal is opened and read, anything odd in it means that it is damaged.

    Its next opening would meet the same again: set aside, it is asked of Blink instead.
    """
    try:
        yield
    except KioskError:
        raise
    except OSError as error:
        raise unusable(str(error), full=error.errno == errno.ENOSPC) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        reason = f"{type(error).__name__}: {error}"
        if code & 0xFF in _NOT_OF_THE_FILE and code not in _CANNOT_BE_READ:
            raise unusable(reason, full=code & 0xFF == sqlite3.SQLITE_FULL) from error
        raise corrupt(reason) from error
    except (ValueError, TypeError, LookupError, ArithmeticError, JournalConflict) as error:
        raise corrupt(f"{type(error).__name__}: {error}") from error


def full(reason: str) -> JournalUnusable:
    """The error for a disk without room for the next sale."""
    return unusable(reason, full=True)


def unusable(reason: str, *, full: bool = False) -> JournalUnusable:
    """The error for a journal that cannot be written now; `full`: for want of room."""
    kind = TroubleKind.JOURNAL_FULL if full else TroubleKind.JOURNAL_BROKEN
    return JournalUnusable(Trouble(kind, reason=reason))


def corrupt(reason: str) -> JournalCorrupt:
    """The error for a file that is not a sound journal."""
    return JournalCorrupt(Trouble(TroubleKind.JOURNAL_BROKEN, reason=reason))

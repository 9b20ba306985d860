"""`kiosk copy` and `kiosk restore`: a second copy of the books, made and taken in again."""

import argparse
import errno
import sys
import time
from datetime import tzinfo
from pathlib import Path
from typing import Final

from kiosk.commands import copies
from kiosk.commands.table import minute, unreadable, unwritable
from kiosk.journal import CopyRefused, JournalCorrupt, restore
from kiosk.sale.device import CopyOutcome, CopyReason
from kiosk.sale.trouble import KioskError

_OUTCOMES: Final = {
    errno.ENOSPC: CopyOutcome.FULL,
    errno.EDQUOT: CopyOutcome.FULL,
    errno.EROFS: CopyOutcome.READ_ONLY,
    errno.EACCES: CopyOutcome.READ_ONLY,
}


def add_copy_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to, and how it is answered."""
    parser.add_argument("folder", type=Path, help="where copies are kept: a stick, a network drive")
    parser.add_argument(
        "--reason",
        type=CopyReason,
        choices=list(CopyReason),
        default=CopyReason.DAY,
        help=f"the newest copy of each of {copies.DAYS_KEPT} days is kept, and all of closes",
    )
    parser.add_argument("--word", action="store_true", help="answer with one word, for a program")


def run_copy(args: argparse.Namespace, journal: Path, zone: tzinfo, kiosk_id: str) -> int:
    """Make a copy, beside a running kiosk or without one."""
    try:
        made = copies.make_copy(journal, args.folder, args.reason, zone, kiosk_id)
    except KioskError as error:
        code, outcome = unreadable(journal, error), CopyOutcome.FAILED
    except OSError as error:
        sys.stderr.write(f"kiosk: no copy in {args.folder}: {error.strerror}\n")
        code, outcome = 1, _OUTCOMES.get(error.errno or 0, CopyOutcome.FAILED)
    else:
        code, outcome = 0, CopyOutcome.COPIED
        if not args.word:
            print(f"The copy is {made}.")
    if args.word:
        print(outcome)
    return code


def add_restore_arguments(parser: argparse.ArgumentParser) -> None:
    """Which copy."""
    parser.add_argument("copy", type=Path, help="the folder that `kiosk copy` has made")


def run_restore(args: argparse.Namespace, journal: Path, zone: tzinfo, kiosk_id: str) -> int:
    """Take a copy in, and say what happens next."""
    try:
        file, check = copies.file_to_restore(args.copy)
        restored = restore(file, journal, kiosk_id, time.time, check)
    except CopyRefused as error:
        sys.stderr.write(f"kiosk: nothing was restored: {error}\n")
        return 1
    except JournalCorrupt as error:
        sys.stderr.write(
            f"kiosk: nothing was restored: the copy is damaged: {error.trouble.reason}\n"
        )
        return 1
    except KioskError as error:
        unwritable(journal, error)
        sys.stderr.write("kiosk: nothing was restored. The till must not run meanwhile.\n")
        return 1
    newest = restored.copied.newest_at
    until = f", the newest of {minute(newest, zone)}" if newest is not None else ""
    print(f"Restored: {restored.copied.sales} sales{until}.")
    if restored.aside is not None:
        print(f"The journal that was here is kept as {restored.aside.name}.")
    print(
        f"Receipts go on in series {restored.series}. Start the till: it asks Blink about every"
        " payment that is open\nin the copy, and about the sales of the last three days, before it"
        " forwards anything of them.\nIn another machine than the copy's own nothing of them is"
        " forwarded until the manager says so."
    )
    return 0

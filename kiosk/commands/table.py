"""Tables of words, and what the commands that read the journal have in common."""

import sys
from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path

from kiosk.journal import SaleRecord
from kiosk.sale.trouble import KioskError
from kiosk.screen.text.forward_reasons import forward_reason
from kiosk.screen.text.words import Words


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: frozenset[str]) -> str:
    """Columns as wide as their widest word; those named in `right` end at one line."""
    columns = list(zip(head, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]

    def line(words: Sequence[str]) -> str:
        cells = (
            word.rjust(width) if name in right else word.ljust(width)
            for name, word, width in zip(head, words, widths, strict=True)
        )
        return "  ".join(cells).rstrip()

    return "\n".join(line(words) for words in [head, *rows])


def minute(unix_s: int, zone: tzinfo) -> str:
    """A moment as people write it."""
    return f"{datetime.fromtimestamp(unix_s, zone):%Y-%m-%d %H:%M}"


def moment(unix_s: int | None, zone: tzinfo) -> str | None:
    """A moment as programs write it, with the time zone."""
    if unix_s is None:
        return None
    return datetime.fromtimestamp(unix_s, zone).isoformat(timespec="seconds")


def why(record: SaleRecord) -> str:
    """Why a paid sale has not reached the merchant, in the screen's own words."""
    trouble = record.trouble
    what = forward_reason(Words(), trouble)
    return f"{what} ({trouble.reason})" if trouble is not None and trouble.reason else what


def unwritable(journal: Path, error: KioskError) -> None:
    """Say why the journal cannot be written, and what to do."""
    sys.stderr.write(
        f"kiosk: the journal {journal} cannot be written: {error.trouble.reason}.\n"
        "kiosk: KIOSK_JOURNAL says where it is; give a file in a folder that is yours.\n"
    )


def unreadable(journal: Path, error: KioskError) -> int:
    """Say why the journal cannot be read; the exit code."""
    sys.stderr.write(
        f"kiosk: the journal {journal} cannot be read: {error.trouble.reason}.\n"
        "kiosk: KIOSK_JOURNAL says where it is; on an appliance it takes sudo to read it.\n"
    )
    return 1

"""The sales as files for a bookkeeper: all of them, and those since the last close of the day."""

import contextlib
from datetime import datetime, tzinfo
from pathlib import Path

from kiosk.commands.sales import EVER, write_csv
from kiosk.journal import Journal


def write_sales(journal: Path, zone: tzinfo, folder: Path) -> None:
    """Write two CSV files into a folder, named for today. Reads beside a running kiosk.

    Raises:
        KioskError: the journal cannot be read.
        OSError: the folder cannot be written.
    """
    day = f"{datetime.now(zone):%Y-%m-%d}"
    with contextlib.closing(Journal.read_only(journal)) as book:
        for name, sales in (
            ("all", book.sales(0, EVER)),
            ("since-close", book.sales_since_close()),
        ):
            with (folder / f"kiosk-sales-{name}-{day}.csv").open("w", newline="") as file:
                write_csv(sales, file, zone)

"""`kiosk sales` and `kiosk forwards`: what the journal knows, while the kiosk runs or not."""

import argparse
import csv
import json
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from kiosk.journal import Journal
from kiosk.journal.recovery import SaleRecord
from kiosk.sale.memo import decimal
from kiosk.sale.trouble import KioskError

_FAR: int = 2**62


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which sales, and how they are written."""
    parser.add_argument(
        "--since", type=_moment, help="a day or time like 2026-11-24 or 2026-11-24T18:00"
    )
    parser.add_argument("--until", type=_moment, default=_FAR, help="before this day or time")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--csv", action="store_true", help="for a spreadsheet")
    shape.add_argument("--json", action="store_true", help="for a program")


def add_forwards_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do about them."""
    parser.add_argument("--retry", action="store_true", help="ask the kiosk to try them now")


def run(args: argparse.Namespace, journal: Path) -> int:
    """Print the sales of a span, today's by default."""
    since = args.since if args.since is not None else _midnight()
    try:
        book = Journal.read_only(journal)
    except KioskError as error:
        return _unreadable(journal, error)
    found = list(book.sales(since, args.until))
    totals = book.totals(since, args.until)
    book.close()
    rows = [_row(record) for record in found]
    if args.json:
        json.dump(rows, sys.stdout, indent=2)
        sys.stdout.write("\n")
    elif args.csv:
        writer = csv.DictWriter(sys.stdout, list(_row_names()))
        writer.writeheader()
        writer.writerows(rows)
    else:
        _table(rows, ("time", "price", "currency", "amount_sat", "tip_sat", "state", "sale"))
        fiat = "".join(
            f", {minor} {code} in minor units" for code, minor in totals.fiat_minor.items()
        )
        print(f"\n{totals.sales} paid, {totals.amount} sat{fiat}; forwarded {totals.forwarded} sat")
    return 0


def run_forwards(args: argparse.Namespace, journal: Path) -> int:
    """Print what has not reached the merchant yet, and why; 1 if there is any."""
    try:
        if args.retry:
            writer = Journal.open(journal)
            writer.ask_retry()
            writer.close()
            print("The kiosk tries them again when it next starts.")
        book = Journal.read_only(journal)
    except KioskError as error:
        return _unreadable(journal, error)
    waiting = book.unsettled()
    book.close()
    if not waiting:
        print("Everything that was paid has reached the merchant.")
        return 0
    rows = [_row(record) for record in waiting]
    _table(rows, ("paid_at", "amount_sat", "sale", "reason"))
    return 1


def _row_names() -> tuple[str, ...]:
    return (
        "time",
        "sale",
        "price",
        "currency",
        "rate_base",
        "rate_offset",
        "rate_currency",
        "amount_sat",
        "tip_sat",
        "state",
        "late",
        "paid_at",
        "forwarded_at",
        "payment_hash",
        "payout_hash",
        "memo",
        "reason",
    )


def _row(record: SaleRecord) -> dict[str, str | int]:
    sale = record.sale
    rate = sale.rate
    return {
        "time": _time(sale.started_at),
        "sale": sale.id,
        "price": decimal(sale.price.minor, sale.price.currency),
        "currency": sale.price.currency.code,
        "rate_base": rate.base if rate else "",
        "rate_offset": rate.offset if rate else "",
        "rate_currency": rate.currency.code if rate else "",
        "amount_sat": sale.amount,
        "tip_sat": sale.tip,
        "state": record.state,
        "late": "late" if record.late else "",
        "paid_at": _time(record.paid_at),
        "forwarded_at": _time(record.forwarded_at),
        "payment_hash": record.payment_hash or "",
        "payout_hash": record.payout_hash or "",
        "memo": sale.memo,
        "reason": record.reason,
    }


def _table(rows: Sequence[dict[str, str | int]], names: Sequence[str]) -> None:
    widths = [max(len(name), *(len(str(row[name])) for row in rows), 0) for name in names]
    head: dict[str, str | int] = {name: name for name in names}
    for line in [head, *rows]:
        cells = (str(line[name]).ljust(width) for name, width in zip(names, widths, strict=True))
        print("  ".join(cells).rstrip())


def _unreadable(journal: Path, error: KioskError) -> int:
    sys.stderr.write(f"kiosk: the journal {journal} cannot be read: {error.trouble.reason}\n")
    return 1


def _moment(text: str) -> int:
    try:
        return int(datetime.fromisoformat(text).astimezone().timestamp())
    except ValueError:
        raise argparse.ArgumentTypeError("give a day or time like 2026-11-24") from None


def _midnight() -> int:
    return int(time.mktime((*time.localtime()[:3], 0, 0, 0, 0, 0, -1)))


def _time(unix_s: int | None) -> str:
    if unix_s is None:
        return ""
    return datetime.fromtimestamp(unix_s).astimezone().isoformat(timespec="seconds")

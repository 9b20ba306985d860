"""`kiosk closes`: the reports of the closes of the day, which are kept for ever."""

import argparse
import sys
from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path

from kiosk.commands import book_files
from kiosk.commands.close_tables import (
    CLOSE_CASHIERS,
    CLOSE_TAXES,
    CLOSES,
    close_cashier_rows,
    close_rows,
    close_tax_rows,
)
from kiosk.commands.sales import sum_lines
from kiosk.commands.table import minute, unreadable
from kiosk.journal import Journal
from kiosk.sale.books import CloseReport, less
from kiosk.sale.trouble import KioskError

_SHOWN = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How they are written, and how many."""
    parser.add_argument(
        "--all", action="store_true", help=f"not only the last {_SHOWN}; the files have all"
    )
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--csv", action="store_true", help="for a program or a spreadsheet")
    shape.add_argument("--taxes", action="store_true", help="like --csv, a row for each tax rate")
    shape.add_argument("--cashiers", action="store_true", help="like --csv, a row for each cashier")
    shape.add_argument("--json", action="store_true", help="for a program")


def run(args: argparse.Namespace, journal: Path, zone: tzinfo) -> int:
    """Print the reports, newest first; files have the oldest first."""
    try:
        book = Journal.read_only(journal)
        try:
            in_file = args.csv or args.json or args.taxes or args.cashiers
            reports = book.close_reports() if in_file or args.all else book.close_reports(_SHOWN)
        finally:
            book.close()
    except KioskError as error:
        return unreadable(journal, error)
    if args.taxes:
        taxes = (row for report in reports[::-1] for row in close_tax_rows(report))
        book_files.write_csv(CLOSE_TAXES, taxes, sys.stdout)
    elif args.cashiers:
        whose = (row for report in reports[::-1] for row in close_cashier_rows(report))
        book_files.write_csv(CLOSE_CASHIERS, whose, sys.stdout)
    elif in_file:
        write = book_files.write_json if args.json else book_files.write_csv
        rows = (row for report in reports[::-1] for row in close_rows(report, zone))
        write(CLOSES, rows, sys.stdout)
    else:
        print("\n\n".join(_words(report, zone) for report in reports) or "No close yet.")
    return 0


def _words(report: CloseReport, zone: tzinfo) -> str:
    begin = minute(report.from_s, zone) if report.from_s else "the beginning"
    by = f", by {report.by}" if report.by else ""
    lines = [
        f"Close {report.number}: {begin} to {minute(report.to_s, zone)}{by},"
        f" {report.receipts} sales"
    ]
    parts: Sequence[tuple[str, list[str]]] = (
        ("forwarded:", sum_lines(report.forwarded)),
        ("received directly:", sum_lines(report.received)),
        ("given back:", sum_lines(report.refunded)),
        ("of the sales, paid late:", sum_lines(report.late)),
    )
    for title, sums in parts:
        lines += [title, *sums] if sums else []
    for cashier in report.cashiers:
        taken = sum_lines(less(cashier.sums, cashier.refunded))
        lines += [f"{cashier.cashier or 'no cashier'}:", *taken]
    if report.twice:
        lines.append(f"paid twice, not counted: {report.twice}, {report.twice_amount} sat")
    return "\n".join(lines)

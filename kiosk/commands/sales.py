"""`kiosk sales`: sales and totals from the journal, while the kiosk runs or not."""

import argparse
import re
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Final

from kiosk.commands import book_files
from kiosk.commands.sale_tables import ITEMS, SALES, TAXES
from kiosk.commands.table import minute, table, unreadable
from kiosk.journal import Journal
from kiosk.journal.books import Entry
from kiosk.journal.searching import MOST_SALES, NEWEST
from kiosk.sale.books import ReceiptNumber, Sums
from kiosk.sale.days import day_of, day_start
from kiosk.sale.memo import decimal, plain_amount
from kiosk.sale.money import SAT, Fiat
from kiosk.sale.sale_record import SaleRecord
from kiosk.sale.totals import Totals
from kiosk.sale.trouble import KioskError

EVER: Final = 2**62
_DAY_LETTERS: Final = len("2026-11-24")

_TABLES: Final = {
    "sales": (SALES, book_files.sale_table),
    "items": (ITEMS, book_files.item_table),
    "taxes": (TAXES, book_files.tax_table),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which sales, and how they are written."""
    parser.add_argument(
        "--since",
        type=_day_or_time,
        metavar="DAY",
        help="from this day or time, like 2026-11-24 or 2026-11-24T18:00; today if not given",
    )
    parser.add_argument("--until", type=_day_or_time, metavar="DAY", help="before this day or time")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--find",
        metavar="TEXT",
        help="sales of any time by id, receipt number (1-57), payment hash, amount, or part of"
        f" the memo; the newest {MOST_SALES}",
    )
    which.add_argument(
        "--close",
        type=_close_number,
        metavar="N",
        help="what a close has summed up, like 57, or 2-57 in series 2",
    )
    parser.add_argument(
        "--table",
        choices=tuple(_TABLES),
        default="sales",
        help="a row for each sale (as without this), for each item, or for each tax rate of a sale",
    )
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--csv", action="store_true", help="for a program or a spreadsheet")
    shape.add_argument("--json", action="store_true", help="for a program")
    shape.add_argument("--xlsx", type=Path, metavar="FILE", help="a workbook with every table")


def run(args: argparse.Namespace, journal: Path, zone: tzinfo) -> int:
    """Print the sales paid in a span, and those begun in it that nobody paid, and the sums."""
    today, _ = day_of(int(time.time()), zone)
    since = today if args.since is None else unix_s(args.since, zone)
    until = EVER if args.until is None else unix_s(args.until, zone)
    try:
        book = Journal.read_only(journal)
        try:
            if args.find is not None:
                return _find(args, book, zone)
            if not (args.csv or args.json or args.xlsx or args.close):
                _print_table(book.sales(since, until), zone)
                print(f"\n{_sums(book.totals(since, until))}")
                return 0
            entries = _chosen(book, args.close, since, until)
            lacks = _lacks(book, args.close, entries) if args.close is not None else None
            if lacks is not None:
                sys.stderr.write(f"kiosk: {lacks}\n")
            written = _write(args, book, entries, zone) if entries is not None else 1
            return written if lacks is None else 1
        finally:
            book.close()
    except KioskError as error:
        return unreadable(journal, error)


def _find(args: argparse.Namespace, book: Journal, zone: tzinfo) -> int:
    result = book.matching_sales(args.find)
    if result.is_cut:
        sys.stderr.write(f"kiosk: there are more; these are the newest {MOST_SALES}\n")
    if result.newest_only:
        sys.stderr.write(
            f"kiosk: amounts and memos were looked for among the newest {NEWEST:,} sales;"
            " for an older one give its id, number or hash, or --since and --until\n"
        )
    if args.csv or args.json or args.xlsx:
        sales = [record.sale.id for record in result.records]
        return _write(args, book, book.entries_of_sales(sales), zone)
    _print_table(result.records, zone)
    return 0


def _lacks(book: Journal, close: ReceiptNumber, entries: Iterable[Entry] | None) -> str | None:
    """What the list of a close lacks; None if it is exactly what the close has summed up."""
    missing = book.missing_of_close(close)
    if missing is None:
        if entries is None:
            return f"there is no close {close}: see kiosk closes"
        return f"the report of close {close} is lost: nobody can say whether this is all of it"
    if not missing:
        return None
    return (
        f"close {close} was made in a journal that this one has replaced: {missing} of the sales"
        " and refunds that its report sums up (kiosk closes) are not in this one"
    )


def _chosen(
    book: Journal, close: ReceiptNumber | None, since: int, until: int
) -> Iterator[Entry] | None:
    return book.entries(since, until) if close is None else book.entries_of_close(close)


def _write(args: argparse.Namespace, book: Journal, entries: Iterable[Entry], zone: tzinfo) -> int:
    if args.xlsx is not None:
        try:
            book_files.write_workbook(args.xlsx, entries, book.close_reports(), zone)
        except OSError as error:
            sys.stderr.write(f"kiosk: {args.xlsx} cannot be written: {error}\n")
            return 1
        return 0
    columns, rows_of = _TABLES[args.table]
    write = book_files.write_json if args.json else book_files.write_csv
    write(columns, rows_of(entries, zone), sys.stdout)
    return 0


def _print_table(records: Iterable[SaleRecord], zone: tzinfo) -> None:
    head = ("time", "price", "", "sat", "tip sat", "state", "sale")
    rows = [
        (
            minute(record.at, zone),
            decimal(record.sale.price.minor, record.sale.price.currency),
            record.sale.price.currency.code,
            str(record.sale.amount),
            str(record.sale.tip or ""),
            f"{record.state}, late" if record.late else record.state,
            record.sale.id,
        )
        for record in records
    ]
    print(table(head, rows, right=frozenset({"price", "sat", "tip sat"})))


def _sums(totals: Totals) -> str:
    way = totals.amount - totals.forwarded - totals.received
    received = f", {totals.received} sat received directly" if totals.received else ""
    waiting = f", {way} sat on the way (kiosk forwards)" if way else ""
    lines = [f"{totals.sales} paid: {totals.amount} sat", *sum_lines(totals.sums)]
    if totals.refunded:
        lines += ["given back:", *sum_lines(totals.refunded)]
    return "\n".join([*lines, f"{totals.forwarded} sat forwarded{received}{waiting}"])


def sum_lines(sums: Sums) -> list[str]:
    """Sums by currency, a line each: exact, and "about" where sats are valued."""
    lines = []
    for line in sums:
        currency = line.currency
        words = [f"  {currency.code}: {line.receipts} for {plain_amount(line.paid)}"]
        if line.tip_minor:
            words.append(f"of which tips {plain_amount(Fiat(line.tip_minor, currency))}")
        if currency.code != SAT.code:
            words.append(f"{line.amount} sat")
        words += [f"about {plain_amount(worth)}" for worth in line.about]
        words += [
            f"{share.rate.name} {share.rate.percent} %:"
            f" net {decimal(share.net_minor, currency)} tax {decimal(share.tax_minor, currency)}"
            for share in line.taxes
        ]
        lines.append(", ".join(words))
    return lines


def unix_s(when: date, zone: tzinfo) -> int:
    """The beginning of a day, or a moment; in this zone unless it names another."""
    if not isinstance(when, datetime):
        return day_start(when, zone)
    return int((when if when.tzinfo else when.replace(tzinfo=zone)).timestamp())


def _day_or_time(text: str) -> date:
    try:
        when = (
            date.fromisoformat(text) if len(text) <= _DAY_LETTERS else datetime.fromisoformat(text)
        )
        unix_s(when, UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError("give a day or time like 2026-11-24") from None
    return when


def _close_number(text: str) -> ReceiptNumber:
    match = re.fullmatch(r"(?:(\d{1,9})-)?(\d{1,9})", text)
    if match is None:
        raise argparse.ArgumentTypeError("give a close's number like 57 or 2-57")
    return ReceiptNumber(int(match[1] or 1), int(match[2]))

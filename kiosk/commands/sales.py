"""`kiosk sales`: sales and totals from the journal, while the kiosk runs or not."""

import argparse
import csv
import json
import sys
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Final, TextIO

from kiosk.commands.table import minute, moment, table, unreadable
from kiosk.journal import Journal, SaleRecord
from kiosk.journal.rows import value_of
from kiosk.sale.days import day_of, day_start
from kiosk.sale.memo import decimal
from kiosk.sale.money import Rate
from kiosk.sale.totals import Totals
from kiosk.sale.trouble import KioskError

EVER: Final = 2**62
_DAY_LETTERS: Final = len("2026-11-24")
_SAT_PER_BTC_POWER: Final = 8

Cell = str | int | bool | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which sales, and how they are written."""
    parser.add_argument(
        "--since",
        type=_day_or_time,
        metavar="DAY",
        help="from this day or time, like 2026-11-24 or 2026-11-24T18:00; today if not given",
    )
    parser.add_argument("--until", type=_day_or_time, metavar="DAY", help="before this day or time")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--csv", action="store_true", help="for a spreadsheet")
    shape.add_argument("--json", action="store_true", help="for a program")


def run(args: argparse.Namespace, journal: Path, zone: tzinfo) -> int:
    """Print the sales paid in a span, and those begun in it that nobody paid, and the sums."""
    today, _ = day_of(int(time.time()), zone)
    since = today if args.since is None else unix_s(args.since, zone)
    until = EVER if args.until is None else unix_s(args.until, zone)
    try:
        book = Journal.read_only(journal)
        try:
            records = book.sales(since, until)
            if args.json:
                json.dump(
                    [_cells(record, zone) for record in records],
                    sys.stdout,
                    indent=2,
                    ensure_ascii=False,
                )
                print()
            elif args.csv:
                write_csv(records, sys.stdout, zone)
            else:
                _print_table(records, zone)
                print(f"\n{_sums(book.totals(since, until))}")
        finally:
            book.close()
    except KioskError as error:
        return unreadable(journal, error)
    return 0


def write_csv(records: Iterable[SaleRecord], file: TextIO, zone: tzinfo) -> None:
    """Write sales for a spreadsheet, with a head as soon as there is one."""
    writer: csv.DictWriter[str] | None = None
    for cells in (_cells(record, zone) for record in records):
        if writer is None:
            writer = csv.DictWriter(file, list(cells), lineterminator="\n")
            writer.writeheader()
        writer.writerow(cells)


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
    worth = "".join(
        f", worth {decimal(worth.minor, worth.currency)} {worth.currency.code}"
        for worth in totals.fiat
    )
    tips = f", tips {totals.tips} sat" if totals.tips else ""
    way = totals.amount - totals.forwarded - totals.received
    received = f", {totals.received} sat received directly" if totals.received else ""
    waiting = f", {way} sat on the way (kiosk forwards)" if way else ""
    return (
        f"{totals.sales} paid: {totals.amount} sat{worth}{tips}\n"
        f"{totals.forwarded} sat forwarded{received}{waiting}"
    )


def _cells(record: SaleRecord, zone: tzinfo) -> dict[str, Cell]:
    """A sale as a bookkeeper wants it. Amounts of fiat are exact decimal text, never floats."""
    sale, value = record.sale, value_of(record.sale)
    return {
        "time": moment(sale.started_at, zone),
        "sale": sale.id,
        "price": decimal(sale.price.minor, sale.price.currency),
        "tip": decimal(sale.tip_minor, sale.price.currency),
        "currency": sale.price.currency.code,
        "amount_sat": sale.amount,
        "tip_sat": sale.tip,
        "value": decimal(value.minor, value.currency) if value else None,
        "value_currency": value.currency.code if value else None,
        "btc_price": _btc_price(sale.rate) if sale.rate else None,
        "state": record.state,
        "late": record.late,
        "paid_at": moment(record.paid_at, zone),
        "forwarded_at": moment(record.forwarded_at, zone),
        "payment_hash": record.payment_hash,
        "payout_hash": record.payout_hash,
        "memo": sale.memo,
        "trouble": (record.trouble.reason or record.trouble.kind) if record.trouble else None,
        "way": "direct" if sale.direct else "forward",
    }


def _btc_price(rate: Rate) -> str:
    """The price of a whole bitcoin at a rate, exactly as it was served."""
    digits = rate.currency.fraction_digits
    return f"{Decimal(rate.base).scaleb(_SAT_PER_BTC_POWER - rate.offset - digits):f}"


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

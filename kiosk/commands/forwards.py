"""`kiosk forwards`: what has not reached the merchant yet, and why."""

import argparse
from datetime import tzinfo
from pathlib import Path
from typing import Final

from kiosk.commands.table import minute, table, unreadable, why
from kiosk.journal import Journal, RetryRequest, SaleRecord, request_retry
from kiosk.sale.memo import plain_amount
from kiosk.sale.trouble import KioskError

_ASKED: Final = {
    RetryRequest.DELIVERED: "The kiosk tries them now.",
    RetryRequest.STORED: "No kiosk listens now: they are tried when it starts.",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do about them."""
    parser.add_argument("--retry", action="store_true", help="ask the kiosk to try them now")


def run(args: argparse.Namespace, journal: Path, zone: tzinfo) -> int:
    """Print what waits, and ask for another try if `--retry` is given; 1 if anything waits."""
    try:
        book = Journal.read_only(journal)
        try:
            waiting = book.unsettled()
        finally:
            book.close()
        if waiting and args.retry:
            print(f"{_ASKED[request_retry(journal)]}\n")
    except KioskError as error:
        return unreadable(journal, error)
    if not waiting:
        print("Everything that was paid has reached the merchant.")
        return 0
    rows = [_row(record, zone) for record in waiting]
    print(table(("paid", "sat", "price", "sale", "why"), rows, right=frozenset({"sat", "price"})))
    owed = sum(record.sale.amount for record in waiting)
    print(f"\n{len(waiting)} not forwarded, {owed} sat, safe in the BlinkPOS account.")
    return 1


def _row(record: SaleRecord, zone: tzinfo) -> tuple[str, ...]:
    assert record.paid_at is not None  # the journal was asked for paid sales
    paid = minute(record.paid_at, zone) + (" late" if record.late else "")
    return (
        paid,
        str(record.sale.amount),
        plain_amount(record.sale.price),
        record.sale.id,
        why(record),
    )

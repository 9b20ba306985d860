"""What was sold in each hour of a span of time."""

import sqlite3
from datetime import tzinfo
from typing import Final

from kiosk.journal.errors import reading
from kiosk.journal.rows import checked_currency
from kiosk.sale.hours import Hours, HourSums
from kiosk.sale.money import Fiat, Sats

_SOLD: Final = (
    "SELECT takings.at, price_minor, tip_minor, sale.amount_sat, sale.currency, symbol,"
    " fraction_digits FROM {way}takings AS takings CROSS JOIN {way}sales AS sale USING (sale_id)"
    " WHERE takings.at >= :since AND takings.at < :until"
)
_GIVEN_BACK: Final = (
    "SELECT refunds.at, minor, refunds.tip_minor, refunds.amount_sat, currency, symbol,"
    " fraction_digits FROM refunds CROSS JOIN {way}sales USING (sale_id)"
    " WHERE refunds.at >= :since AND refunds.at < :until"
)


def hours_between(
    db: sqlite3.Connection, since: int, until: int, zone: tzinfo
) -> tuple[HourSums, ...]:
    """The hours of `[since, until)`, Unix seconds."""
    hours, span = Hours(zone), {"since": since, "until": until}
    with reading():
        for way in ("", "direct_"):
            for at, minor, tip, sats, *currency in db.execute(_SOLD.format(way=way), span):
                hours.add_sale(at, Fiat(minor, checked_currency(*currency)), tip, Sats(sats))
            for at, minor, tip, sats, *currency in db.execute(_GIVEN_BACK.format(way=way), span):
                hours.add_refund(at, Fiat(minor, checked_currency(*currency)), tip, Sats(sats))
    return hours.sums()

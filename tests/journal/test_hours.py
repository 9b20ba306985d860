"""What was sold in each hour is one number, on the screen and in the workbook."""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.commands.hour_table import add_entry, hour_rows
from kiosk.journal import Journal
from kiosk.journal.hours import hours_between
from kiosk.sale.days import day_of
from kiosk.sale.hours import Hours
from tests.journal.connection import connection
from tests.journal.test_books import refund, sold, taxed
from tests.journal.test_journal import NOW, sale

HOUR_S = 3600


class Clock:
    """The time at which the journal records."""

    now = float(NOW)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    clock = Clock()
    made = Journal.open(tmp_path / "journal.sqlite3", lambda: clock.now)
    for number, hours in enumerate((0, 0, 3, 3, 30)):
        clock.now = NOW + hours * HOUR_S
        made.record(sold(taxed(number, direct=number % 2 == 1), number + 1))
    made.record(sold(sale(9), 9))
    made.record([refund(taxed(2), 1, 105), refund(taxed(3, direct=True), 1, 20)])
    yield made
    made.close()


@pytest.mark.parametrize("zone", [UTC, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/El_Salvador")])
def test_the_screens_hours_are_those_of_the_workbook(journal: Journal, zone: tzinfo) -> None:
    counted = Hours(zone)
    for entry in journal.entries(0, 2**40):
        add_entry(counted, entry)
    shown = hours_between(connection(journal), 0, 2**40, zone)
    assert shown == counted.sums()
    assert len(list(hour_rows(counted))) == len(shown) == 3
    assert sum(sums.receipts for sums in shown) == 6
    last = datetime.fromtimestamp(NOW + 30 * HOUR_S, zone)
    assert (shown[-1].day, shown[-1].hour) == (last.date(), last.hour)


def test_what_is_given_back_is_taken_off_the_hour_in_which_it_is_given_back(
    journal: Journal,
) -> None:
    *_, last = hours_between(connection(journal), NOW + 29 * HOUR_S, 2**40, UTC)
    assert last.receipts == 2
    assert (last.gross_minor, last.tip_minor) == (100 + 100 - 100 - 20, 10 - 5)


def test_only_the_span_is_counted(journal: Journal) -> None:
    (first,) = hours_between(connection(journal), NOW, NOW + HOUR_S, UTC)
    assert (first.receipts, first.gross_minor) == (2, 200)


def test_the_managers_page_hears_of_todays_hours(journal: Journal) -> None:
    assert journal.overview(NOW).hours == hours_between(
        connection(journal), NOW - NOW % 86_400, NOW - NOW % 86_400 + 86_400, UTC
    )


def test_after_a_change_of_the_time_zone_the_day_is_that_of_the_new_one(journal: Journal) -> None:
    zone = ZoneInfo("Asia/Kolkata")
    journal.use_zone(zone)
    today = day_of(NOW, zone)
    shown = journal.overview(NOW)
    assert today != day_of(NOW, UTC)
    assert shown.today == journal.totals(*today)
    assert shown.hours == hours_between(connection(journal), *today, zone)
    page = journal.sales_page(None, 5)
    midnights = {day_of(NOW + hour * HOUR_S, zone)[0] for hour in range(48)}
    assert {day.start for day in page.days} <= midnights

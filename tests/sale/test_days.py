"""A local day begins once, where it begins, whatever is done to the clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kiosk.sale.days import day_of, day_start


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        ("Asia/Beirut", "2024-03-31", "2024-03-30T22:00", 23),  # 0:00 does not exist
        ("Africa/Cairo", "2024-04-26", "2024-04-25T22:00", 23),
        ("America/Santiago", "2024-09-08", "2024-09-08T04:00", 23),
        ("America/Santiago", "2024-04-06", "2024-04-06T03:00", 25),  # 23:00 comes twice
        ("Europe/Berlin", "2024-03-31", "2024-03-30T23:00", 23),
        ("Europe/Berlin", "2024-10-27", "2024-10-26T22:00", 25),
        ("America/El_Salvador", "2024-10-27", "2024-10-27T06:00", 24),
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30", 23.5),  # 23:30 became 0:30
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00", 24),  # the 30th was left out
    ],
)
def test_a_day_begins_where_it_begins_and_has_its_hours(
    zone: str, day: str, begins: str, hours: float
) -> None:
    """Fault 22: --since began at 23:00 the day before, "today" an hour late."""
    where, when = ZoneInfo(zone), date.fromisoformat(day)
    start = day_start(when, where)
    assert start == datetime.fromisoformat(begins).replace(tzinfo=UTC).timestamp()
    end = day_start(when + timedelta(days=1), where)
    assert end - start == hours * 3600
    for moment in (start, start + 1, start + 5 * 3600, end - 1):
        assert day_of(moment, where) == (start, end)
    assert day_of(end, where)[0] == end
    assert day_of(start - 1, where)[1] == start

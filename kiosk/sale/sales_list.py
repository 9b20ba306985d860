"""The list of sales behind the PIN, one screen at a time, the newest first. Pure.

Sales stand in the order in which they were begun, whatever a clock said, under the day on which
they were. A page begins after a place and is read by index, so that the last page of a million
sales costs what the first does.
"""

from dataclasses import dataclass, replace
from typing import Final

from kiosk.sale.sale_record import SaleRecord
from kiosk.sale.totals import Totals

# What a line takes of the room that the screen has for lines: a head is half as high as a sale.
HEAD_ROOM: Final = 1
SALE_ROOM: Final = 2
USUAL_ROOM: Final = 13  # of a screen of 800x480


@dataclass(frozen=True, slots=True)
class SalesPlace:
    """A place in the list: older sales have smaller numbers, in the journal's own order."""

    forwarded: int
    direct: int


@dataclass(frozen=True, slots=True)
class ReadSalesPage:
    """Read so many sales older than a place, None from the newest. -> SalesPageResult.

    `odd`: only those that were paid late or twice, or that nobody can decide.
    """

    before: SalesPlace | None
    count: int
    odd: bool = False


@dataclass(frozen=True, slots=True)
class SalesDay:
    """A local day, `start` to before `end` in Unix seconds, and the sums of what was paid in it."""

    start: int
    end: int
    totals: Totals


@dataclass(frozen=True, slots=True)
class SalesPageResult:
    """The sales of a page, newest first, the place behind each, and every day they began on."""

    before: SalesPlace | None
    sales: tuple[SaleRecord, ...] = ()
    places: tuple[SalesPlace, ...] = ()
    days: tuple[SalesDay, ...] = ()
    odd: bool = False


SalesLine = SalesDay | SaleRecord


@dataclass(frozen=True, slots=True)
class SalesList:
    """The page that is shown. `lines` is None until the journal has answered.

    `begins` are the places after which this page and each newer one begin, the newest first;
    `end` is the place that the next page begins after, None on the last page.
    """

    lines: tuple[SalesLine, ...] | None = None
    begins: tuple[SalesPlace | None, ...] = (None,)
    end: SalesPlace | None = None
    odd: bool = False  # only the sales whose money was odd

    @property
    def sales(self) -> tuple[SaleRecord, ...]:
        """The sales of the page, without the heads of the days."""
        return tuple(line for line in self.lines or () if isinstance(line, SaleRecord))


def question(shown: SalesList, room: int) -> ReadSalesPage:
    """What is read for a page: one sale more than fits, which says whether there are older ones."""
    return ReadSalesPage(shown.begins[-1], room // SALE_ROOM + 1, shown.odd)


def answered(shown: SalesList, result: SalesPageResult, room: int) -> SalesList:
    """The page with what the journal has answered; an answer to an older question is left."""
    if (result.before, result.odd) != (shown.begins[-1], shown.odd):
        return shown
    lines, count = _lines(result, room)
    end = result.places[count - 1] if 0 < count < len(result.sales) else None
    return replace(shown, lines=lines, end=end)


def older(shown: SalesList) -> SalesList:
    """The next page; the last page stays."""
    if shown.end is None:
        return shown
    return SalesList(begins=(*shown.begins, shown.end), odd=shown.odd)


def newer(shown: SalesList) -> SalesList:
    """The page before; the first is read again, for there may be new sales."""
    return SalesList(begins=shown.begins[:-1] or (None,), odd=shown.odd)


def _lines(result: SalesPageResult, room: int) -> tuple[tuple[SalesLine, ...], int]:
    """As many sales as fit, each day under its head, and how many sales they are."""
    lines: list[SalesLine] = []
    count = 0
    day: SalesDay | None = None
    for record in result.sales:
        begun = record.sale.started_at
        head = None
        if day is None or not day.start <= begun < day.end:
            head = next(day for day in result.days if day.start <= begun < day.end)
        needed = SALE_ROOM if head is None else HEAD_ROOM + SALE_ROOM
        if needed > room:
            break
        room -= needed
        if head is not None:
            lines.append(head)
            day = head
        lines.append(record)
        count += 1
    return tuple(lines), count

"""Today's last sales are read when they may have changed, and never by a till at rest."""

from dataclasses import replace

import pytest

from kiosk.sale.effects import Step
from kiosk.sale.entry import Entry
from kiosk.sale.events import Event, KeyPressed, Tick
from kiosk.sale.keys import Key
from kiosk.sale.last_sales import COUNT
from kiosk.sale.sales_list import ReadSalesPage, SalesPageResult, SalesPlace
from kiosk.sale.screens import EnteringAmount, Forwarded
from kiosk.sale.till import Till
from kiosk.sale.transition import transition
from tests.sale.tills import RULES, USD
from tests.screen.samples import DAY, NOW_S, SALE, SALES, till

SHOWN = replace(RULES, last_sales=True)
IDLE = till(EnteringAmount(Entry(USD)), rules=SHOWN, last_sales=())
QUESTION = ReadSalesPage(None, COUNT)


def asks(shown: Till, event: Event) -> bool:
    step: Step = transition(shown, event)
    return QUESTION in step.effects


def test_they_are_read_once_at_the_start_and_not_at_rest() -> None:
    started = replace(IDLE, last_sales=None)
    first = transition(started, Tick(NOW_S, 1_700_000_000))
    assert QUESTION in first.effects
    assert not asks(first.till, Tick(NOW_S + 60, 1_700_000_060))
    assert not asks(IDLE, KeyPressed(Key.D1))


def test_they_are_read_again_when_a_sale_has_left_the_screen() -> None:
    forwarded = till(Forwarded(SALE, NOW_S - 1), rules=SHOWN, last_sales=())
    assert asks(forwarded, KeyPressed(Key.CHARGE))


@pytest.mark.parametrize("began", [None, ()])
def test_where_they_are_not_shown_nothing_is_read(began: tuple[()] | None) -> None:
    forwarded = till(Forwarded(SALE, NOW_S - 1), rules=RULES, last_sales=began)
    assert not asks(forwarded, KeyPressed(Key.CHARGE))


def test_those_of_today_are_shown_and_no_older_page_is() -> None:
    days = (DAY, replace(DAY, start=DAY.start - 86_400, end=DAY.start))
    newest = SalesPageResult(None, SALES.sales, (), days)
    shown = transition(IDLE, newest).till.last_sales
    assert shown == tuple(record for record in SALES.sales if record.sale.started_at >= DAY.start)
    assert 0 < len(shown) < len(SALES.sales)
    older = replace(newest, before=SalesPlace(4, 0))
    assert transition(IDLE, older).till.last_sales == ()

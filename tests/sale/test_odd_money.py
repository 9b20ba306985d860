"""Odd money is told until it is put away by its own key, and nothing else is put away by it."""

from dataclasses import replace

import pytest

from kiosk.sale.direct import put_alarms_away
from kiosk.sale.facts import AlarmRead, LateMoneyPutAway
from kiosk.sale.invoice import SaleId
from kiosk.sale.keys import Key, Light
from kiosk.sale.manager_screens import ManagerPage, ManagerScreen
from kiosk.sale.odd_money import ONLY_TOLD, can_put_away
from kiosk.sale.sales_list import ReadSalesPage
from kiosk.sale.status_light import status_light
from kiosk.sale.till import Alarm, FetchingAccount
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import Story
from tests.screen.samples import SALE


def selling(*alarms: TroubleKind, late: int = 0) -> Story:
    story = Story().ready()
    story.wait(1)
    sales = tuple(replace(SALE, id=SaleId(f"late-{number}")) for number in range(late))
    told = tuple(Alarm(Trouble(kind), SaleId(f"sale-{kind}")) for kind in alarms)
    story.till = replace(story.till, alarms=told, late_money=sales)
    return story


def test_late_money_is_put_away_one_by_one_and_that_is_kept() -> None:
    story = selling(late=2)
    assert story.press(Key.PUT_AWAY).facts == (LateMoneyPutAway(SaleId("late-0")),)
    assert [sale.id for sale in story.till.late_money] == ["late-1"]
    assert status_light(story.till) is Light.TROUBLE
    story.press(Key.PUT_AWAY)
    assert status_light(story.till) is Light.DARK


@pytest.mark.parametrize("hidden", ["out of service", "starting", "stuck key"])
def test_no_key_puts_away_what_is_not_on_the_screen_m8(hidden: str) -> None:
    """# put away late money that nobody had seen, while the till said why nothing can be sold."""
    story = selling(late=1)
    seen = replace(story.till, interrupted_sales=(SALE,))
    offline = Trouble(TroubleKind.NO_CONNECTION)
    story.till = {
        "out of service": replace(seen, service=FetchingAccount(trouble=offline)),
        "starting": replace(seen, service=FetchingAccount(), account=None),
        "stuck key": replace(seen, stuck_keys=("5",)),
    }[hidden]
    story.press(Key.CHARGE)
    story.wait(1)
    story.press(Key.CHARGE)
    assert (story.till.late_money, story.till.interrupted_sales) == (
        seen.late_money,
        seen.interrupted_sales,
    )


@pytest.mark.parametrize("kind", sorted(ONLY_TOLD))
def test_what_a_customer_paid_twice_is_put_away_once_it_has_been_read(kind: TroubleKind) -> None:
    story = selling(kind)
    assert can_put_away(story.till)
    assert story.press(Key.PUT_AWAY).facts == (AlarmRead(SaleId(f"sale-{kind}"), kind),)
    assert story.till.alarms == ()


@pytest.mark.parametrize("kind", sorted(ONLY_TOLD))
def test_a_manager_who_reads_all_alarms_has_read_what_was_paid_twice(kind: TroubleKind) -> None:
    read = put_alarms_away(selling(kind, TroubleKind.UNDECIDED).till)
    assert read.facts == (AlarmRead(SaleId(f"sale-{kind}"), kind),)


@pytest.mark.parametrize(
    "kind",
    [TroubleKind.PAYOUT_GUARDED, TroubleKind.UNDECIDED, TroubleKind.PAYMENT_UNPROVEN],
)
def test_an_alarm_that_a_manager_has_to_decide_is_not_put_away_at_the_counter(
    kind: TroubleKind,
) -> None:
    story = selling(kind)
    before = story.till.alarms
    story.press(Key.PUT_AWAY)
    assert story.till.alarms == before
    assert not can_put_away(story.till)


def test_nothing_is_put_away_behind_an_amount_that_is_typed() -> None:
    story = selling(late=1)
    story.press("5", Key.PUT_AWAY)
    assert len(story.till.late_money) == 1


def test_the_list_shows_the_odd_ones_and_all_of_them_again() -> None:
    story = Story().ready()
    story.wait(1)
    screen = ManagerScreen(ManagerPage.HISTORY, since_s=story.till.now_s)
    story.till = replace(story.till, screen=screen)
    story.wait(1)
    asked = [ReadSalesPage(None, story.till.list_room // 2 + 1, odd) for odd in (True, False)]
    assert asked[0] in story.press(Key.CURRENCY).effects
    assert asked[1] in story.press(Key.CURRENCY).effects

"""The end of an account or of its key is told before it comes, with the way out."""

from dataclasses import replace

import pytest

from kiosk.sale.account import Account, WindDown
from kiosk.sale.account_ends import notices
from kiosk.sale.days import DAY_S
from kiosk.sale.events import AccountFetched, RetryRequested, Tick
from kiosk.sale.till import Ready
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.test_changing_ways import BY_WALLET, changed, direct_account
from tests.sale.tills import ACCOUNT, RULES, Story

NOW = 1_700_000_000


def closing_on(day: int | None, deadline: int | None = None) -> Account:
    return replace(ACCOUNT, wind_down=WindDown("PRE_CUTOFF", day, deadline))


def key_ends_on(day: int) -> Account:
    return replace(ACCOUNT, key_ends_at=day)


def started(account: Account) -> Story:
    story = Story()
    story.play(Tick(1.0, NOW), AccountFetched(account))
    return story


def alarms(story: Story) -> list[Trouble]:
    return [alarm.trouble for alarm in story.till.alarms]


@pytest.mark.parametrize(
    ("account", "kind", "day"),
    [
        (closing_on(NOW + 20 * DAY_S), TroubleKind.ACCOUNT_CLOSES, NOW + 20 * DAY_S),
        (closing_on(None, NOW + 9 * DAY_S), TroubleKind.ACCOUNT_CLOSES, NOW + 9 * DAY_S),
        (closing_on(NOW - DAY_S), TroubleKind.ACCOUNT_CLOSES, NOW - DAY_S),
        (closing_on(None), TroubleKind.ACCOUNT_CLOSING, ""),
        (key_ends_on(NOW + 30 * DAY_S), TroubleKind.KEY_ENDS, NOW + 30 * DAY_S),
    ],
)
def test_an_end_within_thirty_days_is_on_the_screen_at_start_and_sales_go_on(
    account: Account, kind: TroubleKind, day: int
) -> None:
    story = started(account)
    assert [(trouble.kind, trouble.subject) for trouble in alarms(story)] == [(kind, str(day))]
    assert isinstance(story.till.service, Ready)
    assert notices(story.till) == tuple(alarms(story))


@pytest.mark.parametrize("far", [closing_on(NOW + 31 * DAY_S), key_ends_on(NOW + 31 * DAY_S)])
def test_an_end_that_is_further_away_is_on_the_managers_page_alone(far: Account) -> None:
    story = started(far)
    assert not alarms(story)
    assert len(notices(story.till)) == 1


def test_an_end_that_comes_near_while_the_till_runs_is_told_once() -> None:
    account = key_ends_on(NOW + 31 * DAY_S)
    story = started(account)
    alarms_by_day = []
    for _ in range(4):
        story.wait(float(DAY_S))
        story.play(AccountFetched(account))
        alarms_by_day.append(len(alarms(story)))
        story.play(RetryRequested())
    assert alarms_by_day == [1, 0, 0, 0], "put away by the manager, it stays on the page"
    assert [trouble.kind for trouble in notices(story.till)] == [TroubleKind.KEY_ENDS]


def test_nothing_ends_and_nothing_is_told() -> None:
    story = started(ACCOUNT)
    assert not alarms(story)
    assert not notices(story.till)
    assert not notices(Story().till)


def test_a_key_that_direct_sales_do_not_need_is_on_the_managers_page() -> None:
    story = Story(replace(RULES, direct=True, keys_left=("BLINKPOS_API_KEY",)))
    story.play(Tick(1.0, NOW), AccountFetched(direct_account(BY_WALLET, key=False)))
    assert notices(story.till) == (Trouble(TroubleKind.KEY_LEFT, "BLINKPOS_API_KEY"),)
    assert not alarms(story)


def test_a_key_that_still_finishes_forwards_is_not_left_over() -> None:
    story = changed(payout=True)
    story.till = replace(story.till, rules=replace(story.till.rules, keys_left=("X",)))
    story.play(AccountFetched(direct_account(BY_WALLET, key=True)))
    assert not notices(story.till)

"""A second copy of the books: when it is asked for, and what is told when there is none."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from kiosk.sale.copies import with_copy_if_due
from kiosk.sale.days import DAY_S
from kiosk.sale.device import CopyOutcome, CopyReason, CopyResult, MakeCopy
from kiosk.sale.effects import Step
from kiosk.sale.events import Tick
from kiosk.sale.facts import DayClosed
from kiosk.sale.keys import Key
from kiosk.sale.odd_money import can_put_away
from kiosk.sale.till import Alarm
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import RULES, Story

KEPT = replace(RULES, copies=True, zone=ZoneInfo("America/El_Salvador"))
MIDNIGHT = 1_700_028_000  # 2023-11-15 in San Salvador


def copies_asked(story: Story) -> list[CopyReason]:
    return [effect.reason for effect in story.effects if isinstance(effect, MakeCopy)]


def sell(story: Story, at: int) -> None:
    """A sale from the keypad to the payment."""
    story.play(Tick(story.till.now_s + 60.0, at))
    story.press(Key.CLEAR)
    story.pay(story.awaiting())
    story.wait(30.0)
    story.press(Key.CLEAR)


def test_the_first_sale_of_each_day_asks_for_a_copy_and_no_other() -> None:
    story = Story(KEPT).ready()
    for at in (MIDNIGHT - 7200, MIDNIGHT - 3600, MIDNIGHT + 3600, MIDNIGHT + 7200):
        sell(story, at)
    assert copies_asked(story) == [CopyReason.DAY, CopyReason.DAY]


def test_a_till_at_rest_asks_for_nothing_when_a_day_begins() -> None:
    """Books 11: no timer wakes the box for it."""
    story = Story(KEPT).ready()
    sell(story, MIDNIGHT - 3600)
    story.effects.clear()
    for _ in range(4):
        story.wait(DAY_S / 4)
    assert copies_asked(story) == []


def test_a_clock_that_jumps_back_by_years_holds_up_no_copy() -> None:
    story = Story(KEPT).ready()
    sell(story, MIDNIGHT + 3650 * DAY_S)
    sell(story, MIDNIGHT)
    assert copies_asked(story) == [CopyReason.DAY, CopyReason.DAY]


def test_a_close_asks_for_a_copy_of_its_own_after_the_close_is_durable() -> None:
    till = Story(KEPT).ready().till
    step = with_copy_if_due(Step(till, (DayClosed(MIDNIGHT),)))
    assert step.effects == (MakeCopy(CopyReason.CLOSE),)
    again = with_copy_if_due(Step(step.till, (DayClosed(MIDNIGHT + 1),)))
    assert again.effects == (MakeCopy(CopyReason.CLOSE),)


def test_without_the_setting_nothing_is_copied() -> None:
    story = Story(RULES).ready()
    sell(story, MIDNIGHT)
    assert copies_asked(story) == []


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (CopyOutcome.NO_STICK, TroubleKind.COPY_NO_STICK),
        (CopyOutcome.FULL, TroubleKind.COPY_STICK_FULL),
        (CopyOutcome.READ_ONLY, TroubleKind.COPY_STICK_LOCKED),
        (CopyOutcome.FAILED, TroubleKind.COPY_FAILED),
    ],
)
def test_a_copy_that_was_not_made_is_told_until_it_is_put_away_or_made(
    outcome: CopyOutcome, kind: TroubleKind
) -> None:
    story = Story(KEPT).ready()
    story.play(CopyResult(outcome), CopyResult(outcome))
    assert [alarm.trouble.kind for alarm in story.till.alarms] == [kind], "told once"
    assert can_put_away(story.till)
    story.press(Key.PUT_AWAY)
    assert story.till.alarms == ()
    story.play(CopyResult(outcome), CopyResult(CopyOutcome.COPIED))
    assert story.till.alarms == ()


def test_what_is_told_of_money_stays_before_it() -> None:
    story = Story(KEPT).ready()
    money = Alarm(Trouble(TroubleKind.PAYOUT_GUARDED))
    story.till = replace(story.till, alarms=(money,))
    story.play(CopyResult(CopyOutcome.FULL))
    assert story.till.alarms[-1] == money

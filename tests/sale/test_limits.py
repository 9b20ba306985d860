"""What can be taken is known while the amount is typed, by the same rules as CHARGE (M10)."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kiosk.sale.effects import FetchDailyLimit
from kiosk.sale.entry import Entry
from kiosk.sale.events import DailyLimitResult, KeyPressed, SendOutcome
from kiosk.sale.keys import Key
from kiosk.sale.limits import NEAR_PERCENT, is_near, left_today, trouble_ahead
from kiosk.sale.money import SAT, Cents, Sats
from kiosk.sale.rules import Rules
from kiosk.sale.screens import ConfirmingLimit, EnteringAmount, RequestingInvoice
from kiosk.sale.till import Till
from kiosk.sale.transition import transition
from kiosk.sale.trouble import TroubleKind
from tests.sale.tills import ACCOUNT, RULES, USD, Story, rates


def typed(entry: Entry, rules: Rules = RULES, limit: int | None = 1500) -> Till:
    till = Story(rules).ready().till
    left = None if limit is None else Cents(limit)
    return replace(till, screen=EnteringAmount(entry), rates=rates(till.now_s), limit_left=left)


@given(
    minor=st.integers(1, 200_000),
    limit=st.one_of(st.none(), st.integers(0, 200_000)),
    largest=st.integers(1, 400_000),
    unit=st.sampled_from([USD, SAT]),
)
def test_what_is_told_while_typing_is_what_charge_meets(
    minor: int, limit: int | None, largest: int, unit: object
) -> None:
    entry = Entry(USD if unit is USD else SAT, typed=minor)
    till = typed(entry, replace(RULES, max_sale=Sats(largest)), limit)
    trouble = trouble_ahead(till, entry)
    screen = transition(till, KeyPressed(Key.CHARGE)).till.screen
    match screen:
        case RequestingInvoice():
            assert trouble is None
        case ConfirmingLimit(notice=notice) | EnteringAmount(notice=notice):
            assert trouble == notice


def test_without_a_price_nothing_is_told() -> None:
    entry = Entry(USD, typed=100_000_000)
    till = replace(typed(entry), rates=None)
    assert trouble_ahead(till, entry) is None
    assert left_today(till) is None
    assert not is_near(till, entry)


def test_sats_need_no_price_for_the_largest_sale() -> None:
    entry = Entry(SAT, typed=10_000_001)
    trouble = trouble_ahead(replace(typed(entry), rates=None), entry)
    assert trouble is not None
    assert trouble.kind is TroubleKind.AMOUNT_TOO_LARGE


def test_what_waits_to_be_forwarded_is_not_left() -> None:
    story = Story().ready()
    made = story.awaiting("500")
    before = left_today(replace(story.till, limit_left=Cents(1500)))
    story.pay(made)
    after = left_today(replace(story.till, limit_left=Cents(1500)))
    assert before is not None
    assert after == before - made.amount


def test_near_begins_at_its_share_of_what_is_left() -> None:
    left = left_today(typed(Entry(SAT, typed=1)))
    assert left is not None
    edge = -(-left * NEAR_PERCENT // 100)
    assert is_near(typed(Entry(SAT, typed=edge)), Entry(SAT, typed=edge))
    assert not is_near(typed(Entry(SAT, typed=edge - 1)), Entry(SAT, typed=edge - 1))


def test_an_empty_entry_is_near_no_limit() -> None:
    empty = Entry(USD)
    assert trouble_ahead(typed(empty, limit=0), empty) is None
    assert not is_near(typed(empty, limit=0), empty)


def test_what_is_left_is_asked_at_start_and_after_every_forward_m10() -> None:
    story = Story().ready()
    assert story.till.limit_left == ACCOUNT.limit_left
    made = story.awaiting()
    story.pay(made)
    assert story.count(FetchDailyLimit) == 0
    story.send(made, SendOutcome.SUCCESS)
    assert story.count(FetchDailyLimit) == 1
    story.play(DailyLimitResult(Cents(700)))
    assert story.till.limit_left == 700

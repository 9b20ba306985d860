"""No price: what is wrong is said, as long as it is so, and the price is asked for again."""

import pytest

from kiosk.sale.effects import FetchRates
from kiosk.sale.events import (
    AccountFetched,
    JournalFailed,
    JournalWritable,
    RatesFetched,
    RatesFetchFailed,
)
from kiosk.sale.keys import Key
from kiosk.sale.screens import EnteringAmount, RequestingInvoice
from kiosk.sale.till import FetchingAccount
from kiosk.sale.timers import next_wake_s
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import ACCOUNT, Story, rates


def typed() -> Story:
    story = Story().ready()
    story.press("1250")
    return story


def notice(story: Story) -> Trouble | None:
    assert isinstance(story.till.screen, EnteringAmount), story.till.screen
    return story.till.screen.notice


@pytest.mark.parametrize(
    "kind", [TroubleKind.NO_CONNECTION, TroubleKind.LOGIN_PAGE, TroubleKind.CLOCK_WRONG]
)
def test_the_cause_is_told_and_goes_with_the_first_price(kind: TroubleKind) -> None:
    """Fault 24: a dead network was told as "charge in sats", and the notice stayed."""
    story = typed()
    story.press(Key.CHARGE)
    story.play(RatesFetchFailed(Trouble(kind)))
    assert notice(story) == Trouble(kind)
    story.play(RatesFetched(rates(story.till.now_s)))
    assert notice(story) is None
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, RequestingInvoice)


def test_another_cause_takes_the_place_of_the_first() -> None:
    story = typed()
    story.press(Key.CHARGE)
    story.play(RatesFetchFailed(Trouble(TroubleKind.NO_CONNECTION)))
    story.play(RatesFetchFailed(Trouble(TroubleKind.LOGIN_PAGE)))
    assert notice(story) == Trouble(TroubleKind.LOGIN_PAGE)


def test_a_revoked_key_is_out_of_service_whoever_waits_for_the_price() -> None:
    """Fault 24: a revoked key was told as "no fresh price", for ever."""
    story = typed()
    story.press(Key.CHARGE)
    revoked = Trouble(TroubleKind.KEY_REFUSED)
    story.play(RatesFetchFailed(revoked))
    assert isinstance(story.till.service, FetchingAccount)
    assert story.till.out_of_service == revoked
    assert notice(story) == revoked
    story.play(AccountFetched(ACCOUNT))
    assert notice(story) is None


def test_an_odd_price_alone_offers_sats() -> None:
    """Fault 24: sats help only where Blink answers."""
    story = typed()
    story.press(Key.CHARGE)
    story.play(RatesFetchFailed(Trouble(TroubleKind.BLINK_ODD, reason="an odd price")))
    assert notice(story) == Trouble(TroubleKind.NO_RATE, "USD", "an odd price")


def asked(story: Story) -> int:
    return story.count(FetchRates)


def test_the_price_is_asked_for_again_with_a_growing_pause_while_an_amount_is_typed() -> None:
    """Fault 24: only the next key asked again."""
    story = typed()
    pauses: list[float] = []
    for _ in range(6):
        story.play(RatesFetchFailed(Trouble(TroubleKind.NO_CONNECTION)))
        due_s = next_wake_s(story.till)
        assert due_s is not None
        pauses.append(due_s - story.till.now_s)
        before = asked(story)
        story.wait(pauses[-1] - 0.01)
        assert asked(story) == before
        story.wait(0.02)
        assert asked(story) == before + 1
    assert pauses[-1] > 3 * pauses[0]
    story.play(RatesFetched(rates(story.till.now_s)))
    story.wait(100)
    assert asked(story) == 7, "once it is there, it is not asked for again"


def test_nothing_is_asked_again_once_nothing_is_typed() -> None:
    """Fault 24: at rest nothing is asked."""
    story = typed()
    story.play(RatesFetchFailed(Trouble(TroubleKind.NO_CONNECTION)))
    story.press(Key.CLEAR)
    assert next_wake_s(story.till) is None
    story.wait(1000)
    assert asked(story) == 1


def test_the_word_about_the_card_goes_when_it_can_be_written_again() -> None:
    """Fault 24: its brother: a notice that stays after all is well."""
    story = typed()
    full = Trouble(TroubleKind.JOURNAL_FULL)
    story.play(JournalFailed(full))
    story.press(Key.CHARGE)
    assert notice(story) == full
    story.play(JournalWritable())
    assert notice(story) is None

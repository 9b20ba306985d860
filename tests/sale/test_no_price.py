"""No price: what is wrong is said, as long as it is so, and the price is asked for again."""

from dataclasses import replace

import pytest

from kiosk.sale.account import DirectPayee
from kiosk.sale.effects import FetchRates
from kiosk.sale.events import (
    AccountFetched,
    AccountFetchFailed,
    InvoiceRefused,
    JournalFailed,
    JournalWritable,
    RatesFetched,
    RatesFetchFailed,
)
from kiosk.sale.invoice import SaleId
from kiosk.sale.keys import Key
from kiosk.sale.lightning_address import LightningAddress
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


def requested(story: Story) -> SaleId:
    assert isinstance(story.till.screen, RequestingInvoice), story.till.screen
    return story.till.screen.sale.id


def charged_out_of_service(*troubles: Trouble | None) -> Story:
    """CHARGE was refused by a till that fetches its account; then that failed again."""
    story = Story()
    story.press("1250")
    first, *others = troubles
    if first is not None:
        story.play(AccountFetchFailed(first))
    story.press(Key.CHARGE)
    for trouble in others:
        assert trouble is not None
        story.play(AccountFetchFailed(trouble))
    return story


@pytest.mark.parametrize(
    "troubles",
    [
        (None,),
        (Trouble(TroubleKind.NO_CONNECTION, reason="refused"),),
        (
            Trouble(TroubleKind.NO_CONNECTION, reason="refused"),
            Trouble(TroubleKind.NO_CONNECTION, reason="timed out"),
        ),
        (Trouble(TroubleKind.NO_CONNECTION), Trouble(TroubleKind.KEY_REFUSED)),
        (Trouble(TroubleKind.CERTIFICATE_ENDED), Trouble(TroubleKind.CLOCK_WRONG)),
        (Trouble(TroubleKind.ADDRESS_UNUSABLE, "pay.example"),),
        (Trouble(TroubleKind.PAYOUT_GUARDED), Trouble(TroubleKind.NO_CONNECTION)),
        (Trouble(TroubleKind.NO_CONNECTION), Trouble(TroubleKind.TOO_MANY_INVOICES)),
        (Trouble(TroubleKind.TOO_MANY_INVOICES),),
    ],
)
def test_a_refusal_goes_when_the_till_is_in_service_however_its_cause_has_changed(
    troubles: tuple[Trouble | None, ...],
) -> None:
    """Fault 24: it stayed for minutes, as the last failure was not the one that it told."""
    story = charged_out_of_service(*troubles)
    told = notice(story)
    assert told is not None
    assert told.kind is (troubles[-1] or Trouble(TroubleKind.NO_CONNECTION)).kind
    story.play(AccountFetched(ACCOUNT))
    assert notice(story) is None


def test_what_the_cashier_typed_wrong_is_told_on_when_the_till_is_in_service() -> None:
    story = Story()
    story.press(Key.MENU)
    story.play(AccountFetched(ACCOUNT))
    assert notice(story) == Trouble(TroubleKind.MENU_OFF)


def test_no_answer_to_an_invoice_is_told_until_blink_answers() -> None:
    """Fault 24: nothing was asked any more, so the notice stayed with the amount."""
    story = typed()
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)
    refused = Trouble(TroubleKind.NO_CONNECTION, reason="timed out")
    story.play(InvoiceRefused(requested(story), refused))
    assert notice(story) == refused
    before = asked(story)
    story.wait(5)
    assert asked(story) == before + 1
    story.play(RatesFetchFailed(Trouble(TroubleKind.NAME_NOT_FOUND)))
    assert notice(story) == Trouble(TroubleKind.NAME_NOT_FOUND)
    story.play(RatesFetched(rates(story.till.now_s)))
    assert notice(story) is None


def test_an_invoice_that_blink_refuses_oddly_is_told_though_it_has_a_price() -> None:
    """The price's answer took it away within seconds, before anybody had read it."""
    story = typed()
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)
    odd = Trouble(TroubleKind.BLINK_ODD, reason="INVALID_INPUT")
    story.play(InvoiceRefused(requested(story), odd))
    before = asked(story)
    story.wait(100)
    assert asked(story) == before
    story.play(RatesFetched(rates(story.till.now_s)))
    assert notice(story) == odd


def test_how_long_to_wait_counts_down_and_goes_with_the_last_second() -> None:
    """Fault 24: its brother: "Try again in 301 s" stood there after as many seconds."""
    story = typed()
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)
    blocked = Trouble(TroubleKind.TOO_MANY_INVOICES)
    story.play(InvoiceRefused(requested(story), blocked))
    assert notice(story) == replace(blocked, subject="301")
    due_s = next_wake_s(story.till)
    assert due_s == story.till.now_s + 1.0
    story.wait(100.0)
    assert notice(story) == replace(blocked, subject="201")
    story.wait(200.0)
    assert notice(story) is None
    assert next_wake_s(story.till) != story.till.now_s + 1.0


def test_blinks_price_says_nothing_of_another_server_that_makes_the_invoices() -> None:
    story = typed()
    address = DirectPayee(address=LightningAddress("shop", "pay.example"))
    story.play(AccountFetched(replace(ACCOUNT, payee=address)))
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)
    story.play(InvoiceRefused(requested(story), Trouble(TroubleKind.NO_CONNECTION)))
    before = asked(story)
    story.wait(100)
    assert asked(story) == before
    assert notice(story) == Trouble(TroubleKind.NO_CONNECTION)


def test_sats_are_still_offered_when_the_price_is_odd_once_more() -> None:
    story = typed()
    story.press(Key.CHARGE)
    odd = Trouble(TroubleKind.BLINK_ODD, reason="an odd price")
    story.play(RatesFetchFailed(odd))
    story.play(RatesFetchFailed(odd))
    told = notice(story)
    assert told is not None
    assert told.kind is TroubleKind.NO_RATE


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
    broken = Trouble(TroubleKind.JOURNAL_BROKEN)
    story.play(JournalFailed(broken))
    assert notice(story) == broken
    story.play(JournalWritable())
    assert notice(story) is None

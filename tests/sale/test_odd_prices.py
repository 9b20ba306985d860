"""Prices that are asked about before anything is charged by them (M9)."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from kiosk.sale.account import Rates
from kiosk.sale.effects import OpenSale
from kiosk.sale.entry import Entry
from kiosk.sale.events import AccountFetched, RatesFetched
from kiosk.sale.facts import DigitsAccepted, SaleStarted
from kiosk.sale.keys import Key
from kiosk.sale.limits import left_today
from kiosk.sale.manager_screens import ManagerScreen
from kiosk.sale.money import (
    JUMP_WITHIN_S,
    MOST_MINOR_PER_SAT,
    Currency,
    Rate,
    Sats,
    fiat_from_sats,
    is_sane_price,
    jumped,
)
from kiosk.sale.pin import pin_hash
from kiosk.sale.screens import (
    AcceptingDigits,
    ConfirmingLimit,
    EnteringAmount,
    FetchingPrice,
    RequestingInvoice,
)
from kiosk.sale.timers import QUESTION_SHOWN_S
from kiosk.sale.trouble import TroubleKind
from kiosk.settings.table import MOST_SAT
from tests.sale.tills import ACCOUNT, RULES, USD, USD_BASE, Story, usd_rate


def price_fetched(story: Story, percent: int = 100, unit: Currency = USD) -> None:
    """Blink's price, in per cent of the usual one."""
    rate = Rate(unit, USD_BASE * percent // 100, 12, story.till.now_s)
    story.play(RatesFetched(Rates(rate, rate)))


def charged(story: Story, percent: int) -> None:
    story.press("1250")
    price_fetched(story, percent)
    story.press(Key.CHARGE)


def typed_before(seconds: float = 60.0) -> Story:
    """A price was known, some time ago."""
    story = Story().ready()
    story.press("5")
    price_fetched(story)
    story.press(Key.CLEAR)
    story.wait(seconds)
    return story


@pytest.mark.parametrize(("percent", "asks"), [(81, False), (119, False), (80, True), (121, True)])
def test_a_price_that_has_jumped_asks_the_cashier_first(percent: int, *, asks: bool) -> None:
    """Fault 11: a price of a hundredth of the last was charged by without a word."""
    story = typed_before()
    charged(story, percent)
    assert isinstance(story.till.screen, ConfirmingLimit) == asks
    assert story.count(OpenSale) == (0 if asks else 1)
    if asks:
        assert isinstance(story.till.screen, ConfirmingLimit)
        assert story.till.screen.notice.kind is TroubleKind.PRICE_JUMPED
        assert story.till.screen.prices is not None
        story.press(Key.CHARGE)
        assert story.count(OpenSale) == 1


def test_a_jump_is_agreed_to_once_and_another_is_asked_about_again() -> None:
    """Fault 11: what was agreed to is one price, not every price."""
    story = typed_before()
    charged(story, 150)
    assert isinstance(story.till.screen, ConfirmingLimit)
    price_fetched(story, 1)
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, ConfirmingLimit), "not the price that was agreed to"
    story.press(Key.CLEAR)
    assert isinstance(story.till.screen, EnteringAmount)
    assert story.till.screen.entry.total == 1250
    price_fetched(story, 149)
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, RequestingInvoice)


def test_a_morning_price_is_not_compared_with_last_nights() -> None:
    story = typed_before(JUMP_WITHIN_S + 1)
    charged(story, 150)
    assert isinstance(story.till.screen, RequestingInvoice)


CENTLESS = replace(USD, fraction_digits=0)


def accepting(story: Story) -> AcceptingDigits:
    assert isinstance(story.till.screen, AcceptingDigits), story.till.screen
    return story.till.screen


def served(story: Story, unit: Currency) -> None:
    """Blink serves a currency so in its list and with its price."""
    currencies = MappingProxyType({**ACCOUNT.currencies, unit.code: unit})
    story.play(AccountFetched(replace(ACCOUNT, currencies=currencies)))


def test_dollars_without_cents_are_not_charged_in_until_somebody_has_said_so() -> None:
    """Fault 11: digits served as 0 charged $12345 for $123.45's sats."""
    story = Story().ready()
    served(story, CENTLESS)
    story.press("12345")
    price_fetched(story, unit=CENTLESS)
    story.press(Key.CHARGE)
    assert story.till.screen == AcceptingDigits(CENTLESS, 2, Entry(CENTLESS, typed=12_345))
    assert story.count(OpenSale) == 0
    assert left_today(story.till) is None, "the account's limits are in cents"
    story.wait(QUESTION_SHOWN_S)
    assert isinstance(story.till.screen, EnteringAmount)
    story.press(Key.CHARGE)
    while isinstance(story.till.screen, FetchingPrice):
        price_fetched(story, unit=CENTLESS)
    story.press(Key.CHARGE)
    assert DigitsAccepted("USD", 0) in story.facts
    assert story.count(OpenSale) == 1


def test_digits_are_accepted_with_the_first_sale_and_kept_before_it() -> None:
    story = Story().ready()
    sale = story.charged().sale
    assert story.facts == [DigitsAccepted("USD", 2), SaleStarted(sale)]
    story.press(Key.CLEAR, Key.CLEAR)
    story.charged()
    assert story.count(DigitsAccepted) == 1


def test_with_a_pin_only_the_manager_confirms_other_digits() -> None:
    """Fault 11: no sale in that currency until the manager has confirmed."""
    story = Story(replace(RULES, pin=pin_hash("2468", b"salt"))).ready()
    served(story, CENTLESS)
    story.press("12")
    price_fetched(story, unit=CENTLESS)
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, EnteringAmount)
    assert story.till.screen.notice is not None
    assert story.till.screen.notice.kind is TroubleKind.PRICE_DIGITS
    story.press(Key.MENU, "2468", Key.CHARGE)
    assert accepting(story) == AcceptingDigits(CENTLESS, 2)
    story.press(Key.CLEAR)
    assert isinstance(story.till.screen, ManagerScreen)
    assert story.count(DigitsAccepted) == 0
    story.press(Key.CLEAR, Key.MENU, "2468", Key.CHARGE, Key.CHARGE)
    assert isinstance(story.till.screen, ManagerScreen)
    assert story.facts == [DigitsAccepted("USD", 0)]


def test_a_currency_that_blink_has_always_served_without_digits_is_nobodys_business() -> None:
    """Fault 11: Blink serves HUF, IDR and COP with none, whatever lists of currencies say."""
    forint = Currency("HUF", "Ft", 0)
    story = Story(replace(RULES, units=("HUF", "SAT"))).ready()
    served(story, forint)
    story.till = replace(story.till, screen=EnteringAmount(Entry(forint)))
    story.press("1250")
    rate = Rate(forint, 16 * 10**12, 12, story.till.now_s)
    story.play(RatesFetched(Rates(rate, usd_rate(story.till.now_s))))
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, RequestingInvoice)


@pytest.mark.parametrize(
    ("base", "offset", "sane"),
    [
        (USD_BASE, 12, True),
        (MOST_MINOR_PER_SAT, 0, True),
        (MOST_MINOR_PER_SAT + 1, 0, False),
        (1, 6, True),
        (1, 7, False),
        (0, 0, False),
        (2**63, 18, False),
        (10**18, 19, False),
    ],
)
def test_a_rate_beyond_reason_is_never_fresh(base: int, offset: int, *, sane: bool) -> None:
    """Fault 11: an OverflowError of SQLite ended the loop."""
    assert is_sane_price(base, offset) == sane
    assert Rate(USD, base, offset, 0.0).is_fresh(0.0) == sane


def test_the_largest_sale_at_the_highest_rate_can_be_kept() -> None:
    """Fault 11: SQLite keeps whole numbers of 64 bits."""
    highest = Rate(USD, MOST_MINOR_PER_SAT, 0, 0.0)
    assert fiat_from_sats(Sats(MOST_SAT), highest).minor < 2**63
    assert jumped(highest, usd_rate())

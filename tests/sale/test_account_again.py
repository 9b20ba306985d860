"""What is known of the accounts ages, and is asked again with a sale, never at idle (M3, M10)."""

from dataclasses import replace

from kiosk.sale.days import DAY_S
from kiosk.sale.effects import FetchAccount, FetchDailyLimit, FetchNodes, OpenSale
from kiosk.sale.events import (
    AccountFetched,
    AccountFetchFailed,
    InvoiceRefused,
    LookUpOutcome,
    NodesResult,
    SendOutcome,
    Tick,
)
from kiosk.sale.keys import Key
from kiosk.sale.money import Cents
from kiosk.sale.screens import AwaitingPayment, EnteringAmount
from kiosk.sale.till import Ready
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import ACCOUNT, Story

NEW_NODES = frozenset({"03" + "ef" * 32})


def visits(story: Story) -> int:
    return story.count(FetchAccount)


def test_the_accounts_are_asked_about_again_daily_with_a_sale_and_never_at_idle() -> None:
    """Fault 3: nodes, wallets, limits and the clock's offset were asked at start only."""
    story = Story().ready()
    before = visits(story)
    story.wait(3 * DAY_S)
    assert visits(story) == before
    story.charged("1")
    assert visits(story) == before + 1
    story.press(Key.CLEAR)
    story.charged("2")
    assert visits(story) == before + 1, "one is under way"
    changed = replace(ACCOUNT, nodes=NEW_NODES, limit_left=Cents(150_000))
    story.play(AccountFetched(changed))
    assert story.till.account == changed
    assert story.till.limit_left == 150_000
    story.press(Key.CLEAR)
    story.charged("3")
    assert visits(story) == before + 1, "it is known for a day again"


def test_a_daily_visit_that_fails_does_not_end_the_sale_or_the_service() -> None:
    """Fault 3: a lost answer is asked for again with the next sale."""
    story = Story().ready()
    story.wait(DAY_S)
    story.awaiting("1")
    before = visits(story)
    story.play(AccountFetchFailed(Trouble(TroubleKind.NO_CONNECTION)))
    assert isinstance(story.till.screen, AwaitingPayment)
    assert isinstance(story.till.service, Ready)
    assert story.till.account == ACCOUNT
    story.press(Key.CLEAR)
    story.wait(10)
    story.charged("2")
    assert visits(story) == before + 1


def test_a_daily_visit_that_finds_the_key_revoked_stops_selling() -> None:
    """Fault 3: what would stop a sale at start stops the next one."""
    story = Story().ready()
    story.wait(DAY_S)
    story.awaiting("1")
    story.play(AccountFetchFailed(Trouble(TroubleKind.KEY_REFUSED)))
    assert story.till.out_of_service == Trouble(TroubleKind.KEY_REFUSED)
    assert isinstance(story.till.screen, AwaitingPayment)


def test_an_empty_list_of_nodes_is_asked_for_with_every_sale_until_there_are_some_m3() -> None:
    """Fault 3: empty at start is not believed for months."""
    story = Story()
    story.play(Tick(1.0, 1_700_000_000), AccountFetched(replace(ACCOUNT, nodes=frozenset())))
    story.charged("1")
    assert story.count(FetchNodes) == 1
    story.play(NodesResult(frozenset()))
    story.press(Key.CLEAR)
    story.charged("2")
    assert story.count(FetchNodes) == 2
    story.play(NodesResult(NEW_NODES))
    assert story.till.account is not None
    assert story.till.account.nodes == NEW_NODES
    story.press(Key.CLEAR)
    story.charged("3")
    assert story.count(FetchNodes) == 2
    opened = [effect for effect in story.effects if isinstance(effect, OpenSale)]
    assert opened[-1].account.nodes == NEW_NODES


def test_an_empty_list_of_nodes_later_takes_nothing_away_m3() -> None:
    """Fault 3: a visit that does not tell them leaves the guard on."""
    story = Story().ready()
    story.play(NodesResult(frozenset()), AccountFetched(replace(ACCOUNT, nodes=frozenset())))
    assert story.till.account is not None
    assert story.till.account.nodes == ACCOUNT.nodes


def test_a_wallet_that_has_gone_is_asked_for_again_before_the_next_sale() -> None:
    """Fault 3: a refusal that does not fit what is known leads to a visit, not to a dead till."""
    story = Story().ready()
    sale = story.charged("1").sale
    story.play(InvoiceRefused(sale.id, Trouble(TroubleKind.NO_BTC_WALLET)))
    assert isinstance(story.till.screen, EnteringAmount)
    before = visits(story)
    story.wait(10)
    assert visits(story) == before + 1


def test_a_limit_that_blink_says_is_used_up_is_asked_for_at_once_m10() -> None:
    """Fault 3: the next sale must not be taken by a limit that is known to be wrong."""
    story = Story().ready()
    made = story.awaiting()
    story.pay(made)
    story.send(made, SendOutcome.LIMITED)
    step = story.look(made, LookUpOutcome.NOTHING)
    assert any(isinstance(effect, FetchDailyLimit) for effect in step.effects)

"""The wallet behind the merchant's user name: remembered, and no other is paid by itself."""

from dataclasses import replace

from kiosk.sale.account import Account
from kiosk.sale.effects import FetchAccount, OpenSale
from kiosk.sale.events import (
    AccountFetched,
    AccountFetchFailed,
    Event,
    MerchantWalletResult,
    RetryRequested,
    Tick,
)
from kiosk.sale.facts import MerchantWalletAccepted
from kiosk.sale.invoice import WalletId
from kiosk.sale.keys import Key
from kiosk.sale.till import FetchingAccount
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import ACCOUNT, RULES, Story

OLD = ACCOUNT.merchant_wallet
NEW = WalletId("33333333-3333-4333-8333-333333333333")
DAY_S = 86_400


def named() -> Story:
    """A till that pays by user name, before it has asked Blink."""
    return Story(replace(RULES, merchant_username="merchant"))


def remembering(wallet: WalletId = OLD) -> Story:
    """The same after a restart: the journal knows the wallet."""
    story = named()
    story.till = replace(story.till, merchant_wallet=wallet)
    return story


def fetched(served: WalletId, paid: WalletId = OLD) -> tuple[Event, ...]:
    account: Account = replace(ACCOUNT, merchant_wallet=paid)
    return MerchantWalletResult(served), AccountFetched(account)


def changes(story: Story) -> list[Trouble]:
    kind = TroubleKind.MERCHANT_WALLET_CHANGED
    return [alarm.trouble for alarm in story.till.alarms if alarm.trouble.kind is kind]


def wallet_paid(story: Story) -> WalletId:
    story.charged("1")
    opened = [effect for effect in story.effects if isinstance(effect, OpenSale)]
    return opened[-1].account.merchant_wallet


def test_the_first_wallet_of_a_user_name_is_remembered_once() -> None:
    """Box fault 34: nothing was known to compare with."""
    story = named()
    story.play(Tick(1.0, 1_700_000_000), *fetched(OLD))
    assert story.facts == [MerchantWalletAccepted("merchant", OLD)]
    story.play(*fetched(OLD))
    assert story.count(MerchantWalletAccepted) == 1
    assert not changes(story)


def test_a_merchant_who_is_paid_by_key_has_no_name_to_remember() -> None:
    story = Story().ready()
    story.play(AccountFetched(replace(ACCOUNT, merchant_wallet=NEW)))
    assert story.count(MerchantWalletAccepted) == 0
    assert wallet_paid(story) == NEW


def test_a_changed_wallet_at_start_is_an_alarm_and_the_old_one_is_paid() -> None:
    """Box fault 34: after a restart the new wallet was paid without a word."""
    story = remembering()
    story.play(Tick(1.0, 1_700_000_000))
    assert FetchAccount(OLD) in story.effects
    story.play(*fetched(NEW))
    assert [trouble.subject for trouble in changes(story)] == ["merchant"]
    assert story.count(MerchantWalletAccepted) == 0
    assert wallet_paid(story) == OLD


def test_a_wallet_that_changes_while_the_till_runs_is_an_alarm_m3() -> None:
    """Box fault 34: the daily question took the new wallet for the next sale."""
    story = named()
    story.play(Tick(1.0, 1_700_000_000), *fetched(OLD))
    story.wait(DAY_S)
    story.charged("1")
    assert story.effects.count(FetchAccount(OLD)) == 1
    story.play(*fetched(NEW))
    assert changes(story)
    story.press(Key.CLEAR)
    assert wallet_paid(story) == OLD
    story.play(*fetched(NEW))
    assert len(changes(story)) == 1


def test_a_wallet_that_is_the_old_one_again_takes_the_alarm_away() -> None:
    story = remembering()
    story.play(Tick(1.0, 1_700_000_000), *fetched(NEW))
    story.play(*fetched(OLD))
    assert not changes(story)
    assert story.till.other_wallet is None
    story.play(RetryRequested())
    assert story.count(MerchantWalletAccepted) == 0


def test_the_manager_confirms_the_new_wallet_and_it_is_tried_before_a_sale() -> None:
    """Box fault 34: it is paid once a person has said so."""
    story = remembering()
    story.play(Tick(1.0, 1_700_000_000), *fetched(NEW))
    story.play(RetryRequested())
    assert story.facts == [MerchantWalletAccepted("merchant", NEW)]
    assert FetchAccount(NEW) in story.effects
    assert isinstance(story.till.service, FetchingAccount), "not tried yet"
    assert not changes(story)
    story.play(*fetched(NEW, paid=NEW))
    assert wallet_paid(story) == NEW


def test_an_answer_about_the_old_wallet_after_the_confirmation_is_asked_again() -> None:
    """Box fault 34: a question that was under way does not bring the old wallet back."""
    story = remembering()
    story.play(Tick(1.0, 1_700_000_000), MerchantWalletResult(NEW), RetryRequested())
    story.play(AccountFetched(ACCOUNT))
    assert story.till.account is None
    assert story.effects[-1] == FetchAccount(NEW)


def test_a_remembered_wallet_that_cannot_receive_stops_sales_until_one_is_confirmed() -> None:
    """Box fault 34: the new wallet is no way out by itself."""
    story = remembering()
    refused = AccountFetchFailed(Trouble(TroubleKind.MERCHANT_CANNOT_RECEIVE))
    story.play(Tick(1.0, 1_700_000_000), MerchantWalletResult(NEW), refused)
    assert story.till.out_of_service == Trouble(TroubleKind.MERCHANT_CANNOT_RECEIVE)
    assert changes(story)
    story.play(RetryRequested())
    assert story.effects[-1] == FetchAccount(NEW)
    story.play(*fetched(NEW, paid=NEW))
    assert story.till.out_of_service is None
    assert wallet_paid(story) == NEW

"""From forwarded sales to direct ones: what was under way is finished, or said to wait."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from kiosk.sale.account import NO_WALLET, Account, DirectPayee
from kiosk.sale.effects import (
    CreatePayout,
    FetchAccount,
    FetchInvoiceStatus,
    LookUpPayout,
    OpenDirectSale,
)
from kiosk.sale.events import (
    AccountFetched,
    LookUpOutcome,
    LookUpPayoutResult,
    MerchantWalletResult,
    PayoutCreated,
    PayoutNotMade,
    RetryRequested,
    Tick,
)
from kiosk.sale.facts import ForwardStatus, ForwardStatusChanged, MerchantWalletAccepted
from kiosk.sale.invoice import WalletId
from kiosk.sale.lightning_address import LightningAddress
from kiosk.sale.till import Forward, Ready, RecentlyPaid
from kiosk.sale.timers import next_wake_s
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import ACCOUNT, RULES, Story

NAME = "merchant@blink.sv"
OTHER = WalletId("33333333-3333-4333-8333-333333333333")
BY_WALLET = DirectPayee(wallet=ACCOUNT.merchant_wallet)
BY_ADDRESS = DirectPayee(address=LightningAddress("merchant", "blink.sv"))


def direct_account(payee: DirectPayee, *, key: bool, taker: WalletId = NO_WALLET) -> Account:
    """What is known in direct sales; with `key` the till account too, and who takes forwards."""
    till = ACCOUNT.till_wallet if key else NO_WALLET
    return replace(ACCOUNT, till_wallet=till, merchant_wallet=taker, payee=payee)


def changed(*, payout: bool) -> Story:
    """A till that was changed to direct sales while a forward waited, just started."""
    before = Story().ready()
    made = before.awaiting(payout=payout)
    before.pay(made)
    story = Story(replace(RULES, direct=True, merchant_username=NAME))
    waiting = {
        name: replace(
            forward, busy=False, status=ForwardStatus.UNKNOWN if payout else ForwardStatus.PLANNED
        )
        for name, forward in before.till.forwards.items()
    }
    story.till = replace(story.till, forwards=MappingProxyType(waiting))
    story.play(Tick(10.0, 1_700_000_010))
    return story


def waiting_forward(story: Story) -> Forward:
    (forward,) = story.till.forwards.values()
    return forward


def alarms(story: Story) -> list[Trouble]:
    return [alarm.trouble for alarm in story.till.alarms]


def test_the_till_account_is_asked_for_as_long_as_something_is_to_be_forwarded() -> None:
    assert FetchAccount(None, finish_forwards=True) in changed(payout=True).effects
    fresh = Story(replace(RULES, direct=True))
    fresh.play(Tick(1.0, 1_700_000_000))
    assert FetchAccount(None, finish_forwards=False) in fresh.effects


@pytest.mark.parametrize("payee", [BY_WALLET, BY_ADDRESS])
def test_a_forward_with_its_payout_invoice_is_finished_whoever_is_paid_now(
    payee: DirectPayee,
) -> None:
    story = changed(payout=True)
    step = story.play(AccountFetched(direct_account(payee, key=True)))
    forward = waiting_forward(story)
    assert forward.payout is not None
    assert any(isinstance(effect, LookUpPayout) for effect in step.effects)
    name, payout = forward.invoice.payment_hash, forward.payout.payment_hash
    story.play(LookUpPayoutResult(name, payout, LookUpOutcome.SETTLED))
    assert not story.till.forwards
    assert not alarms(story)


def test_a_forward_without_payout_invoice_goes_to_the_wallet_that_takes_it() -> None:
    story = changed(payout=False)
    step = story.play(AccountFetched(direct_account(BY_WALLET, key=True, taker=OTHER)))
    (order,) = [effect for effect in step.effects if isinstance(effect, CreatePayout)]
    assert order.account.merchant_wallet == OTHER
    made = waiting_forward(story)
    story.play(PayoutCreated(made.sale.id, story.payout(made.invoice), 1))
    assert waiting_forward(story).payout is not None
    assert not alarms(story)


def test_a_forward_that_nobody_at_blink_takes_waits_with_an_alarm() -> None:
    """M3: a payout to a Lightning address elsewhere could not be checked, so none is made."""
    story = changed(payout=False)
    step = story.play(AccountFetched(direct_account(BY_ADDRESS, key=True)))
    assert not [effect for effect in step.effects if isinstance(effect, CreatePayout)]
    assert alarms(story) == [Trouble(TroubleKind.FORWARDS_NEED_MERCHANT, "1")]
    assert next_wake_s(story.till) is None, "nothing is done again and again"
    story.play(RetryRequested())
    assert story.till.forwards, "it is never lost"
    again = story.play(AccountFetched(direct_account(BY_ADDRESS, key=True, taker=OTHER)))
    assert any(isinstance(effect, CreatePayout) for effect in again.effects)


def test_a_forward_whose_key_is_gone_waits_with_an_alarm() -> None:
    story = changed(payout=True)
    story.play(AccountFetched(direct_account(BY_WALLET, key=False)))
    assert alarms(story) == [Trouble(TroubleKind.FORWARDS_NEED_KEY, "1")]
    assert next_wake_s(story.till) is None


@pytest.mark.parametrize(
    ("kind", "alarm_expected"),
    [
        (TroubleKind.KEY_REFUSED, True),
        (TroubleKind.KEY_SCOPE, True),
        (TroubleKind.NO_CONNECTION, False),
        (TroubleKind.BLINK_ODD, False),
    ],
)
def test_a_till_account_that_does_not_answer_for_once_needs_no_new_key(
    kind: TroubleKind, alarm_expected: bool
) -> None:
    story = changed(payout=True)
    account = direct_account(BY_WALLET, key=False)
    story.play(AccountFetched(replace(account, till_trouble=Trouble(kind))))
    assert bool(alarms(story)) is alarm_expected
    story.charged("1")
    assert story.effects.count(FetchAccount(ACCOUNT.merchant_wallet, finish_forwards=True)) == 1


@pytest.mark.parametrize(
    "kind", [TroubleKind.MERCHANT_CANNOT_RECEIVE, TroubleKind.MERCHANT_UNKNOWN]
)
def test_a_refused_payout_of_before_does_not_stop_direct_sales(kind: TroubleKind) -> None:
    story = changed(payout=False)
    story.play(AccountFetched(direct_account(BY_ADDRESS, key=True, taker=OTHER)))
    sale = waiting_forward(story).sale.id
    story.play(PayoutNotMade(sale, Trouble(kind), final=True))
    assert isinstance(story.till.service, Ready)
    assert alarms(story) == [Trouble(TroubleKind.FORWARDS_NEED_MERCHANT, "1")]
    assert waiting_forward(story).due_s > story.till.now_s, "it is tried again later"
    assert not any(isinstance(fact, ForwardStatusChanged) for fact in story.facts)


def test_paid_sales_of_before_are_not_asked_about_without_a_till_account() -> None:
    story = changed(payout=True)
    forward = waiting_forward(story)
    recent = RecentlyPaid(forward.sale, forward.invoice, story.till.now_s + 600)
    story.till = replace(
        story.till,
        forwards=MappingProxyType({}),
        recently_paid=MappingProxyType({forward.invoice.payment_hash: recent}),
    )
    story.play(AccountFetched(direct_account(BY_WALLET, key=False)))
    story.charged("1")
    assert not [effect for effect in story.effects if isinstance(effect, FetchInvoiceStatus)]


# --- Whose money it is (D5) -------------------------------------------------------------------


def remembering() -> Story:
    """A till of direct sales that has been paid to a wallet at Blink before."""
    story = Story(replace(RULES, direct=True, merchant_username=NAME))
    story.till = replace(story.till, merchant_wallet=ACCOUNT.merchant_wallet)
    story.play(Tick(1.0, 1_700_000_000))
    return story


def test_another_wallet_behind_the_name_is_an_alarm_and_the_old_one_is_paid() -> None:
    """Box fault 34: whoever can move the name would move every direct sale with it."""
    story = remembering()
    account = direct_account(BY_WALLET, key=False)
    story.play(MerchantWalletResult(OTHER), AccountFetched(account))
    assert alarms(story)[0].kind is TroubleKind.MERCHANT_WALLET_CHANGED
    story.charged("1")
    (opened,) = [effect for effect in story.effects if isinstance(effect, OpenDirectSale)]
    assert opened.account.payee == BY_WALLET
    story.play(RetryRequested())
    assert MerchantWalletAccepted(NAME, OTHER) in story.facts
    assert FetchAccount(OTHER) in story.effects


def test_a_name_that_moves_to_its_lightning_address_is_followed_and_told_d5() -> None:
    """Box fault 34: the account was fetched again without end, since no wallet was named."""
    story = remembering()
    account = direct_account(BY_ADDRESS, key=False)
    step = story.play(MerchantWalletResult(NO_WALLET), AccountFetched(account))
    assert isinstance(story.till.service, Ready)
    assert not [effect for effect in step.effects if isinstance(effect, FetchAccount)]
    assert [trouble.kind for trouble in alarms(story)] == [TroubleKind.MERCHANT_MOVED]
    story.charged("1")
    (opened,) = [effect for effect in story.effects if isinstance(effect, OpenDirectSale)]
    assert opened.account.payee == BY_ADDRESS
    story.play(RetryRequested())
    assert MerchantWalletAccepted(NAME, NO_WALLET) in story.facts
    story.play(MerchantWalletResult(NO_WALLET), AccountFetched(account))
    assert not alarms(story)


def test_the_first_payee_of_an_address_is_remembered_without_a_word() -> None:
    story = Story(replace(RULES, direct=True, merchant_username=NAME))
    account = direct_account(BY_ADDRESS, key=False)
    story.play(Tick(1.0, 1_700_000_000), MerchantWalletResult(NO_WALLET), AccountFetched(account))
    assert story.facts == [MerchantWalletAccepted(NAME, NO_WALLET)]
    assert not alarms(story)

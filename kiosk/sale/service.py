"""Whether sales can be made: Blink has answered, the merchant can be paid, the journal works."""

from dataclasses import replace
from typing import Final

from kiosk.sale import checkout
from kiosk.sale.account import Account
from kiosk.sale.backoff import delay_s
from kiosk.sale.effects import CloseSale, Step
from kiosk.sale.facts import Ending
from kiosk.sale.screens import EnteringAmount, FetchingPrice, RequestingInvoice
from kiosk.sale.till import FetchingAccount, Ready, Till
from kiosk.sale.trouble import Trouble, TroubleKind

# Troubles of a sale that are troubles of the whole kiosk: no sale until the account has been
# fetched again.
_OUT_OF_SERVICE: Final = frozenset(
    {
        TroubleKind.KEY_REFUSED,
        TroubleKind.KEY_SCOPE,
        TroubleKind.MERCHANT_KEY_REFUSED,
        TroubleKind.MERCHANT_KEY_SCOPE,
        TroubleKind.MERCHANT_UNKNOWN,
        TroubleKind.MERCHANT_CANNOT_RECEIVE,
        TroubleKind.TILL_CANNOT_RECEIVE,
        TroubleKind.SAME_WALLET,
        TroubleKind.NO_BTC_WALLET,
        TroubleKind.NO_PAYOUT,
    }
)
FETCH_FIRST_DELAY_S: Final = 2.0
FETCH_LONGEST_DELAY_S: Final = 120.0

JOURNAL_PAUSE_S: Final = 10.0


def put_in_service(till: Till, account: Account) -> Till:
    """The account is known: sales can be made, in the currency as Blink serves it."""
    told = till.service.trouble if isinstance(till.service, FetchingAccount) else None
    till = checkout.without_notice(till, told)
    if not account.nodes and till.account is not None:
        account = account.with_nodes(till.account.nodes)
    till = replace(
        till,
        service=Ready(),
        account=account,
        account_s=till.now_s,
        fetching_account=False,
        limit_left=account.limit_left,
        limit_told_s=till.now_s,
    )
    screen = till.screen
    if isinstance(screen, EnteringAmount):  # digits typed before are digits of this unit
        unit = checkout.unit_by_code(till, screen.entry.unit.code)
        return replace(till, screen=replace(screen, entry=replace(screen.entry, unit=unit)))
    return till


def put_out_of_service(till: Till, trouble: Trouble) -> Till:
    """A trouble of the whole kiosk: fetch the account again until it is gone."""
    if trouble.kind not in _OUT_OF_SERVICE or isinstance(till.service, FetchingAccount):
        return till
    pause = delay_s(FETCH_FIRST_DELAY_S, FETCH_LONGEST_DELAY_S, 1, till.rules.boot)
    return replace(till, service=FetchingAccount(1, till.now_s + pause, trouble))


def handle_journal_failure(till: Till, trouble: Trouble) -> Step:
    """No sale until it can be written again; one that has no code yet ends here.

    A probe that is planned already stays planned: what fails meanwhile does not put it off.
    """
    due_s = till.journal_due_s
    if due_s is None:
        due_s = till.now_s + JOURNAL_PAUSE_S
    failed = replace(till, journal_trouble=trouble, journal_due_s=due_s)
    screen = till.screen
    if isinstance(screen, FetchingPrice):
        return Step(replace(failed, screen=EnteringAmount(screen.entry, trouble)))
    if not isinstance(screen, RequestingInvoice):
        return Step(failed)
    close = CloseSale(screen.sale.id, Ending.REFUSED)
    return Step(replace(failed, screen=EnteringAmount(screen.entry, trouble)), (), (close,))

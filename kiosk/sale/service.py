"""Whether sales can be made: Blink has answered, the merchant can be paid, the journal works."""

from dataclasses import replace
from typing import Final

from kiosk.sale import account_ends, amount_notice, direct, forwards, prices
from kiosk.sale.account import NO_WALLET, Account
from kiosk.sale.backoff import delay_s
from kiosk.sale.device import ReadDeviceFacts
from kiosk.sale.effects import CloseSale, Step
from kiosk.sale.facts import Ending, Fact, MerchantWalletAccepted
from kiosk.sale.invoice import WalletId
from kiosk.sale.reach import ON_THE_WAY
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
        TroubleKind.NO_PROOF,
    }
)
_OTHER_WALLET: Final = (TroubleKind.MERCHANT_WALLET_CHANGED, TroubleKind.MERCHANT_MOVED)
FETCH_FIRST_DELAY_S: Final = 2.0
FETCH_LONGEST_DELAY_S: Final = 120.0

JOURNAL_PAUSE_S: Final = 10.0


def tells_why_no_sale(till: Till, screen: EnteringAmount) -> bool:
    """Whether the display says why no sale can be made, in place of the amount and its notices.

    What is typed already is never taken away.
    """
    return till.out_of_service is not None and screen.entry.is_empty and screen.notice is None


def is_starting(till: Till) -> bool:
    """Whether Blink has not told yet who the till is."""
    return isinstance(till.service, FetchingAccount) and till.account is None


def shows_notices(till: Till, screen: EnteringAmount) -> bool:
    """Whether the display has the amount, and what somebody has to read is told there.

    Why a key was refused and which key is stuck are told first.
    """
    is_hidden = tells_why_no_sale(till, screen) or is_starting(till)
    return not is_hidden and screen.notice is None and not till.stuck_keys


def put_in_service(till: Till, account: Account) -> Step:
    """The account is known: sales can be made, in the currency as Blink serves it.

    The first wallet that a merchant's name stands for is remembered, and it alone is paid. Where
    the name moves to a Lightning address it is followed at once (D5), and told.
    """
    facts: tuple[Fact, ...] = ()
    wallet = account.wallet_of_sales
    if till.merchant_wallet and wallet not in (NO_WALLET, till.merchant_wallet):
        # Asked before the manager confirmed another wallet: that one has not been tried yet.
        again = FetchingAccount(due_s=till.now_s)
        return Step(replace(till, service=again, fetching_account=False))
    if till.merchant_wallet is None and till.rules.merchant_username:
        till = replace(till, merchant_wallet=wallet)
        facts = (MerchantWalletAccepted(till.rules.merchant_username, wallet),)
    answered = amount_notice.without_notice(till, _told_of_account(till))
    till = account_ends.warn_of_ends(answered, account)
    if not account.nodes and till.account is not None:
        account = account.with_nodes(till.account.nodes)
    till = replace(
        till,
        service=Ready(),
        account=account,
        account_s=till.now_s,
        fetching_account=False,
        limit_left=account.limit_left,
        limit_fetched_s=till.now_s,
    )
    till = direct.warn_of_unfinished_forwards(till)
    screen = till.screen
    if isinstance(screen, EnteringAmount):  # digits typed before are digits of this unit
        unit = prices.unit_by_code(till, screen.entry.unit.code)
        till = replace(till, screen=replace(screen, entry=replace(screen.entry, unit=unit)))
    return Step(till, facts)


def handle_merchant_wallet(till: Till, wallet: WalletId) -> Step:
    """Blink names the wallet behind the merchant's name; another than before is an alarm.

    Whoever can move a name would move every payout with it, and every direct sale.
    """
    if till.merchant_wallet in (None, wallet):
        alarms = tuple(alarm for alarm in till.alarms if alarm.trouble.kind not in _OTHER_WALLET)
        return Step(replace(till, other_wallet=None, alarms=alarms))
    reason = f"wallet {wallet}, paid is {till.merchant_wallet}"
    both = wallet and till.merchant_wallet
    kind = TroubleKind.MERCHANT_WALLET_CHANGED if both else TroubleKind.MERCHANT_MOVED
    changed = Trouble(kind, till.rules.merchant_username, reason)
    return Step(replace(till, other_wallet=wallet).with_alarm(changed))


def retry_all(till: Till) -> Step:
    """The manager has read the alarms: what they stopped goes on, and what waits is due now."""
    return _accept_merchant_wallet(till).then(forwards.retry_all)


def _accept_merchant_wallet(till: Till) -> Step:
    """The manager confirms the other wallet behind the user name: it is paid once it is tried."""
    wallet = till.other_wallet
    if wallet is None:
        return Step(till)
    accepted = replace(till, merchant_wallet=wallet, other_wallet=None)
    if till.account is not None and not till.rules.direct:
        accepted = replace(accepted, account=replace(till.account, merchant_wallet=wallet))
    fetching = isinstance(till.service, FetchingAccount) and till.service.due_s is None
    if not fetching:
        accepted = replace(accepted, service=FetchingAccount(due_s=till.now_s))
    return Step(accepted, (MerchantWalletAccepted(till.rules.merchant_username, wallet),))


def put_out_of_service(till: Till, trouble: Trouble) -> Till:
    """A trouble of the whole kiosk: fetch the account again until it is gone."""
    if trouble.kind not in _OUT_OF_SERVICE or isinstance(till.service, FetchingAccount):
        return till
    pause = delay_s(FETCH_FIRST_DELAY_S, FETCH_LONGEST_DELAY_S, 1, till.rules.run)
    return replace(till, service=FetchingAccount(1, till.now_s + pause, trouble))


def handle_account_failure(till: Till, trouble: Trouble) -> Step:
    """The account could not be fetched: it is fetched again after a growing pause.

    A till in service stays in service: the account was fetched anew beside a sale, which goes on,
    and the next sale asks once more.
    """
    if isinstance(till.service, Ready):
        return Step(put_out_of_service(replace(till, fetching_account=False), trouble))
    tries = till.service.tries
    pause = delay_s(FETCH_FIRST_DELAY_S, FETCH_LONGEST_DELAY_S, tries, till.rules.run)
    waiting = FetchingAccount(tries + 1, till.now_s + pause, trouble)
    effects = (ReadDeviceFacts(),) if trouble.kind in ON_THE_WAY else ()
    failed = replace(till, service=waiting, fetching_account=False)
    told = _told_of_account(till)
    return Step(amount_notice.with_other_cause(failed, told, trouble), (), effects)


def _told_of_account(till: Till) -> frozenset[TroubleKind]:
    """What CHARGE may have told of a till whose account is being fetched, or was not to be had."""
    known = till.service.trouble if isinstance(till.service, FetchingAccount) else None
    latest = {known.kind} if known is not None else set()
    return _OUT_OF_SERVICE | amount_notice.NO_ANSWER | latest


def fetch_account_now(till: Till) -> Till:
    """Another network has been joined: what waits for its pause to end is tried at once."""
    service = till.service
    if not isinstance(service, FetchingAccount) or service.due_s is None:
        return till
    return replace(till, service=replace(service, due_s=till.now_s))


def handle_nodes(till: Till, nodes: frozenset[str]) -> Step:
    """Blink's own nodes are known anew."""
    if till.account is None:
        return Step(till)
    return Step(replace(till, account=till.account.with_nodes(nodes)))


def handle_journal_failure(till: Till, trouble: Trouble) -> Step:
    """No sale until it can be written again; one that has no code yet ends here.

    A probe that is planned already stays planned: what fails meanwhile does not put it off.
    """
    due_s = till.journal_due_s
    if due_s is None:
        due_s = till.now_s + JOURNAL_PAUSE_S
    failed = replace(till, journal_trouble=trouble, journal_due_s=due_s)
    failed = amount_notice.with_other_cause(failed, amount_notice.JOURNAL, trouble)
    screen = till.screen
    if isinstance(screen, FetchingPrice):
        return Step(replace(failed, screen=EnteringAmount(screen.entry, trouble)))
    if not isinstance(screen, RequestingInvoice):
        return Step(failed)
    close = CloseSale(screen.sale.id, Ending.REFUSED)
    return Step(replace(failed, screen=EnteringAmount(screen.entry, trouble)), (), (close,))


def handle_journal_writable(till: Till) -> Step:
    """The journal can be written: sales can be made again."""
    in_service = amount_notice.without_notice(till, amount_notice.JOURNAL)
    return Step(replace(in_service, journal_trouble=None, journal_due_s=None))

"""What comes to an end, told before it does: the account at Blink, its API key, a key too many."""

from collections.abc import Iterator
from typing import Final

from kiosk.sale import direct
from kiosk.sale.account import Account
from kiosk.sale.days import DAY_S
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind

TOLD_BEFORE_S: Final = 30 * DAY_S  # so long before it is on the screen at start


def notices(till: Till) -> tuple[Trouble, ...]:
    """What the manager's page tells of the account, however far away it is."""
    troubles = list(_ends(till.account)) if till.account is not None else []
    if till.rules.keys_left and not direct.needs_till_account(till):
        troubles.append(Trouble(TroubleKind.KEY_LEFT, ", ".join(till.rules.keys_left)))
    return tuple(troubles)


def warn_of_ends(till: Till, fetched: Account) -> Till:
    """Raise what ends within thirty days: at start, and when it has come so near since.

    `fetched` is the account as it was fetched now; `till` has the one of before.
    """
    then_s = till.unix_s - int(till.now_s - till.account_s)
    before = _near(till.account, then_s) if till.account is not None else ()
    for trouble in _near(fetched, till.unix_s):
        if trouble not in before:
            till = till.with_alarm(trouble)
    return till


def _near(account: Account, unix_s: int) -> tuple[Trouble, ...]:
    return tuple(
        trouble
        for trouble in _ends(account)
        if not trouble.subject or int(trouble.subject) - unix_s <= TOLD_BEFORE_S
    )


def _ends(account: Account) -> Iterator[Trouble]:
    """The end of the account and of its key; the subject is the day, Unix seconds."""
    closing = account.wind_down
    if closing is not None:
        day = closing.receive_disabled_at or closing.final_deadline
        if day is None:
            yield Trouble(TroubleKind.ACCOUNT_CLOSING, reason=closing.status)
        else:
            yield Trouble(TroubleKind.ACCOUNT_CLOSES, str(day), closing.status)
    if account.key_ends_at is not None:
        yield Trouble(TroubleKind.KEY_ENDS, str(account.key_ends_at))

"""Typing a PIN, the manager's or a cashier's: right, wrong, and the pause after too many wrong."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale.choosing_cashier import take_over
from kiosk.sale.code_on_screen import back_to_entry
from kiosk.sale.effects import PlaySound, Sound, Step
from kiosk.sale.facts import PinTried
from kiosk.sale.keys import Key
from kiosk.sale.manager_screens import BehindPin, CashierLogin, EnteringPin
from kiosk.sale.pin import PIN_TRIES, is_correct_pin, lock_s
from kiosk.sale.pin_tries import MANAGER, PinTries
from kiosk.sale.screens import ChoosingCashier
from kiosk.sale.till import Alarm, Till
from kiosk.sale.trouble import Trouble, TroubleKind

_MAX_PIN: Final = 12


def handle_key(
    till: Till, screen: EnteringPin, key: Key, opened: Callable[[Till, BehindPin], Step]
) -> Step:
    """A key while a PIN is typed; `opened` is what the manager's right one opens."""
    if key is Key.CLEAR:
        return leave(till, screen)
    tries, lock = till.pin_tries_of(_owner(screen)), _lock(till, screen)
    if lock is not None:
        locked = replace(screen, typed="", notice=lock)
        return Step(replace(till, screen=locked), (), (PlaySound(Sound.REFUSED),))
    if key.digit is not None and len(screen.typed) < _MAX_PIN:
        return Step(
            replace(till, screen=replace(screen, typed=screen.typed + key.value, notice=None))
        )
    if key is Key.DELETE:
        return Step(replace(till, screen=replace(screen, typed=screen.typed[:-1], notice=None)))
    if key is not Key.CHARGE:
        return Step(till)
    if is_correct_pin(screen.typed, _hash(till, screen)):
        return _right(till, screen, tries.wrong, opened)
    return _wrong(till, screen, tries.wrong + 1)


def with_time_left(till: Till) -> Till:
    """A pause after wrong PINs that is told says how much of it is left, and goes with the last."""
    if not _tells_of_lock(till):
        return till
    assert isinstance(till.screen, EnteringPin)
    return replace(till, screen=replace(till.screen, notice=_lock(till, till.screen)))


def next_second_s(till: Till) -> float | None:
    """When there is another time left to tell."""
    return till.now_s + 1.0 if _tells_of_lock(till) else None


def leave(till: Till, screen: EnteringPin) -> Step:
    """Back to where the PIN was asked for; a cashier's amount is kept."""
    if isinstance(screen.opens, CashierLogin):
        return Step(replace(till, screen=ChoosingCashier(screen.opens.entry)))
    return back_to_entry(till)


def _tells_of_lock(till: Till) -> bool:
    notice = till.screen.notice if isinstance(till.screen, EnteringPin) else None
    return notice is not None and notice.kind is TroubleKind.PIN_LOCKED


def _lock(till: Till, screen: EnteringPin) -> Trouble | None:
    left_s = till.pin_tries_of(_owner(screen)).locked_until_s - till.now_s
    return Trouble(TroubleKind.PIN_LOCKED, str(int(left_s) + 1)) if left_s > 0 else None


def _right(
    till: Till, screen: EnteringPin, wrong: int, opened: Callable[[Till, BehindPin], Step]
) -> Step:
    known = _with_tries(till, screen, PinTries())
    facts = _pin_tried(till, screen, 0) if wrong else ()
    if isinstance(screen.opens, CashierLogin):
        login = screen.opens
        return Step(known, facts).then(lambda t: take_over(t, login.cashier, login.entry))
    behind = screen.opens
    if wrong >= PIN_TRIES:
        guessed = Alarm(Trouble(TroubleKind.PIN_GUESSED, str(wrong)))
        known = replace(known, alarms=(*known.alarms, guessed))
    return Step(known, facts).then(lambda t: opened(t, behind))


def _wrong(till: Till, screen: EnteringPin, wrong: int) -> Step:
    refused = replace(
        _with_tries(till, screen, PinTries(wrong, till.now_s + lock_s(wrong))),
        screen=replace(screen, typed="", notice=Trouble(TroubleKind.PIN_WRONG)),
    )
    return Step(refused, _pin_tried(till, screen, wrong), (PlaySound(Sound.REFUSED),))


def _owner(screen: EnteringPin) -> str:
    """Whose PIN is typed: wrong ones are counted apart for each, so nobody resets another's."""
    return screen.opens.cashier.code if isinstance(screen.opens, CashierLogin) else MANAGER


def _hash(till: Till, screen: EnteringPin) -> str:
    return screen.opens.cashier.pin if isinstance(screen.opens, CashierLogin) else till.rules.pin


def _with_tries(till: Till, screen: EnteringPin, tries: PinTries) -> Till:
    return replace(till, pin_tries=MappingProxyType({**till.pin_tries, _owner(screen): tries}))


def _pin_tried(till: Till, screen: EnteringPin, wrong: int) -> tuple[PinTried, ...]:
    """Kept beyond this run; while the card fails, counted all the same."""
    return () if till.journal_trouble is not None else (PinTried(wrong, _owner(screen)),)

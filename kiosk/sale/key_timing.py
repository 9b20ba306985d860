"""When a key counts: a screen takes no answer in its first moment, and a dark one only digits."""

from dataclasses import replace
from typing import Final

from kiosk.sale.first_run_screen import FirstRun, Question
from kiosk.sale.keys import Key
from kiosk.sale.manager_screens import EnteringPin, ManagerScreen, RefundScreen, SaleScreen
from kiosk.sale.screens import (
    AcceptingDigits,
    ChoosingCashier,
    ChoosingItem,
    ChoosingTip,
    ConfirmingLimit,
    EnteringAmount,
    Screen,
)
from kiosk.sale.settings_screen import SettingsScreen, SettingsStep
from kiosk.sale.till import Till
from kiosk.sale.wifi import EnteringPassphrase, WifiScreen

# A key pressed within this time after the screen changed was meant for the screen before it: a
# person needs longer to read a question, and a double press of one key is quicker.
ANSWERS_IGNORED_S: Final = 0.4


def ignores_key(till: Till, key: Key) -> bool:
    """Whether a key comes too soon after a change of the screen to be meant for what it shows."""
    if till.now_s - till.screen_since_s >= ANSWERS_IGNORED_S:
        return False
    return not (_is_typing(key) and _takes_typing(till.screen))


def counts_while_dark(till: Till, key: Key) -> bool:
    """Whether a key pressed on a dark screen does more than light it.

    A digit of an amount does: it is printed on its key, and without it the sale would be a tenth.
    Everywhere else a digit answers a question that nobody could see.
    """
    return key.digit is not None and isinstance(till.screen, EnteringAmount)


def question_on(screen: Screen) -> tuple[object, ...]:
    """What the keys of a screen answer; another question means that the screen has changed."""
    match screen:
        case ChoosingTip(own_tip=own):
            return (ChoosingTip, own is None)
        case ConfirmingLimit(notice=notice):
            return (ConfirmingLimit, notice.kind)
        case AcceptingDigits(unit=unit):
            return (AcceptingDigits, unit.code)
        case ManagerScreen(page=page, closing=closing):
            return (ManagerScreen, page, closing)
        case SaleScreen(details=details):
            return (SaleScreen, details.record.sale.id)
        case FirstRun(question=question):
            step = None if screen.phone is None else screen.phone.step
            return (FirstRun, question, _waits_for(screen.network), step, screen.shows_page_code)
        case RefundScreen(minor=minor, reason=reason):
            return (RefundScreen, minor is None, reason is None)
        case SettingsScreen(step=step, top=top, phone=phone):
            phone_step = None if phone is None else phone.step
            return (SettingsScreen, step, top, phone_step, screen.shows_page_code)
    return (type(screen),)


def _waits_for(network: WifiScreen | None) -> type | None:
    return None if network is None else type(network)


def takes_letters(screen: Screen) -> bool:
    """Whether a text is typed here, with the screen's letters or an attached keyboard."""
    match screen:
        case EnteringPassphrase():
            return True
        case FirstRun() | SettingsScreen():
            return screen.takes_letters
    return False


def _is_typing(key: Key) -> bool:
    return key.digit is not None or key is Key.DELETE


def _takes_typing(screen: Screen) -> bool:
    """Whether digits are typed here: they are seen, and can be taken back."""
    match screen:
        case EnteringAmount() | EnteringPin() | EnteringPassphrase():
            return True
        case ChoosingCashier() | ChoosingItem():
            return True
        case ChoosingTip(own_tip=own):
            return own is not None
        case FirstRun(question=question):
            return screen.takes_letters or question in (Question.PIN, Question.PIN_AGAIN)
        case RefundScreen(minor=minor):
            return minor is None
        case SettingsScreen(step=step):
            return step in (SettingsStep.TEXT, SettingsStep.PIN)
    return False


def note_screen_change(before: Till, after: Till) -> Till:
    """Remember when the screen changed: `ignores_key` looks at it."""
    if question_on(before.screen) == question_on(after.screen):
        return after
    return replace(after, screen_since_s=after.now_s)

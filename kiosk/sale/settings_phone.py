"""A new key of the till account by phone, from the pages of the settings.

The way to copy a key comes first, then the PIN; then root's unit is asked to begin, and the screen
shows its codes. The till's Wi-Fi is the phone's meanwhile, so no money may be under way.
"""

from dataclasses import replace

from kiosk.sale.keys import Key
from kiosk.sale.letters import TypedText
from kiosk.sale.phone_setup import (
    PhoneEffect,
    PhoneKey,
    PhoneProgress,
    PhoneStep,
    PhoneTask,
    StartPhoneSetup,
    StopPhoneSetup,
    meaning_of_key,
    shown_and_answered,
)
from kiosk.sale.settings_change import ChangeOutcome, SettingsChangeResult
from kiosk.sale.settings_screen import SettingsScreen, SettingsStep

PhonePageStep = tuple[SettingsScreen, tuple[PhoneEffect, ...]]


def begin(screen: SettingsScreen, *, money_waits: bool) -> SettingsScreen:
    """Say how to copy the key, or why it cannot be brought now."""
    if not screen.takes_key:
        return screen
    if money_waits:
        return _money_waits(screen)
    return replace(screen, step=SettingsStep.PHONE_KEY, wants_phone=True)


def handle_key(screen: SettingsScreen, key: Key, *, money_waits: bool) -> PhonePageStep:
    """A key on a page of the phone's. With `money_waits` the network must not go."""
    if screen.step is SettingsStep.PHONE_KEY:
        if key is Key.CLEAR:
            return _back(screen), ()
        typing = replace(screen, step=SettingsStep.PIN, typed=TypedText())
        return (typing if key is Key.CHARGE else screen), ()
    assert screen.phone is not None  # a phone is waited for
    shows_page_code = screen.shows_page_code
    meaning = meaning_of_key(key, screen.phone.step, shows_page_code=shows_page_code)
    match meaning:
        case PhoneKey.BEGIN_AGAIN if money_waits:
            return _money_waits(screen), (StopPhoneSetup(),)
        case PhoneKey.BEGIN_AGAIN:
            return _started(screen)
        case PhoneKey.LEAVE:
            return _back(screen), (StopPhoneSetup(),)
    shown, effects = shown_and_answered(meaning, shows_page_code=shows_page_code)
    return replace(screen, shows_page_code=shown), effects


def handle_allowed(screen: SettingsScreen, *, money_waits: bool) -> PhonePageStep:
    """The PIN was right: root's unit begins, unless money has come under way meanwhile."""
    return (_money_waits(screen), ()) if money_waits else _started(screen)


def handle_progress(
    screen: SettingsScreen, progress: PhoneProgress, now_s: float
) -> SettingsScreen:
    """How far root's unit is; the end is an answer like any other."""
    if screen.step is not SettingsStep.PHONE or progress == screen.phone:
        return screen
    screen = replace(screen, phone=progress, since_s=now_s)
    if progress.step is not PhoneStep.DONE:
        return screen
    result = SettingsChangeResult(ChangeOutcome.IN_FORCE)
    return replace(screen, step=SettingsStep.ANSWER, result=result)


def _started(screen: SettingsScreen) -> PhonePageStep:
    opening = PhoneProgress(PhoneStep.OPENING)
    asked = replace(screen, step=SettingsStep.PHONE, phone=opening, shows_page_code=False)
    return asked, (StartPhoneSetup(screen.language, PhoneTask.KEY),)


def _back(screen: SettingsScreen) -> SettingsScreen:
    return replace(screen, step=SettingsStep.GROUPS, phone=None, wants_phone=False)


def _money_waits(screen: SettingsScreen) -> SettingsScreen:
    result = SettingsChangeResult(ChangeOutcome.MONEY_WAITS)
    return replace(screen, step=SettingsStep.ANSWER, result=result, wants_phone=False, phone=None)

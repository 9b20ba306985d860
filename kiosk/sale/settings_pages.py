"""Settings on the screen, behind the PIN: a group, a setting, its new value; then all at once.

What was changed is collected, and saved together with the PIN again: root's unit checks the whole.
The running till takes over what it can; for the rest the program ends, to be started with it.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale import settings_phone
from kiosk.sale.keys import Key
from kiosk.sale.letters import TypedText
from kiosk.sale.payee_lookup import LookUpPayee, PayeeFound, PayeeNotFound
from kiosk.sale.phone_setup import PhoneEffect
from kiosk.sale.setting_parts import with_part
from kiosk.sale.settings_change import (
    LONGEST_VALUE,
    ChangeOutcome,
    ChangeSettings,
    ReadStick,
    SettingsChangeResult,
    allow_phone,
    take_stick,
)
from kiosk.sale.settings_screen import ROWS, EditableSetting, SettingsScreen, SettingsStep

_LONGEST_PIN: Final = 12
PINS_DIFFER: Final = "The two PINs were not the same. Begin again."

_BEFORE: Final[Mapping[SettingsStep, SettingsStep]] = MappingProxyType(
    {
        SettingsStep.LIST: SettingsStep.GROUPS,
        SettingsStep.CHOICE: SettingsStep.LIST,
        SettingsStep.PARTS: SettingsStep.LIST,
        SettingsStep.TEXT: SettingsStep.LIST,
        SettingsStep.LOOKING_UP: SettingsStep.GROUPS,
        SettingsStep.PAYEE_REFUSED: SettingsStep.GROUPS,
        SettingsStep.PIN: SettingsStep.GROUPS,
        SettingsStep.ANSWER: SettingsStep.GROUPS,
    }
)
_SAVED_FROM: Final = (SettingsStep.GROUPS, SettingsStep.LIST, SettingsStep.PAYEE_REFUSED)

# What to show next, and what to ask of root; None leaves for the manager's page.
SettingsPageStep = tuple[
    SettingsScreen | None, tuple[ChangeSettings | ReadStick | LookUpPayee | PhoneEffect, ...]
]


def open_settings(settings: tuple[EditableSetting, ...], now_s: float) -> SettingsScreen:
    """The groups."""
    return SettingsScreen(settings, since_s=now_s)


def handle_key(
    screen: SettingsScreen, key: Key, now_s: float, *, money_waits: bool = False
) -> SettingsPageStep:
    """A key on one of the pages. With `money_waits` the network must not go."""
    if screen.step in (SettingsStep.PHONE_KEY, SettingsStep.PHONE):
        touched = replace(screen, since_s=now_s)
        return settings_phone.handle_key(touched, key, money_waits=money_waits)
    if screen.is_busy:
        return screen, ()  # it ends by itself, well or not
    screen = replace(screen, since_s=now_s, problem="")
    if key is Key.CLEAR:
        is_part = screen.step is SettingsStep.TEXT and screen.part is not None
        before = SettingsStep.PARTS if is_part else _BEFORE.get(screen.step)
        back = None if before is None else replace(screen, step=before, typed=TypedText())
        return (None if back is None else replace(back, stick=None, wants_phone=False)), ()
    if key is Key.CHARGE and screen.changes and screen.step in _SAVED_FROM:
        return _before_pin(screen)
    if screen.step is SettingsStep.GROUPS and key.digit == len(screen.groups) + 1:
        return replace(screen, step=SettingsStep.READING_STICK), (ReadStick(),)
    if screen.step is SettingsStep.GROUPS and key.digit == len(screen.groups) + 2:
        return settings_phone.begin(screen, money_waits=money_waits), ()
    match screen.step:
        case SettingsStep.GROUPS:
            return _group_chosen(screen, key), ()
        case SettingsStep.LIST:
            return _handle_list_key(screen, key), ()
        case SettingsStep.CHOICE:
            return _choice_made(screen, key), ()
        case SettingsStep.PARTS:
            return _handle_parts_key(screen, key), ()
        case SettingsStep.TEXT:
            return _handle_text_key(screen, key), ()
        case SettingsStep.PIN:
            return _handle_pin_key(screen, key)
    return screen, ()


def handle_letter(screen: SettingsScreen, letter: str, now_s: float) -> SettingsScreen:
    """A letter, from the screen or an attached keyboard."""
    if not screen.takes_letters:
        return screen
    typed = screen.typed.with_letter(letter, LONGEST_VALUE)
    return replace(screen, typed=typed, problem="", since_s=now_s)


def handle_result(
    screen: SettingsScreen, result: SettingsChangeResult, now_s: float
) -> SettingsScreen:
    """What came of the request, or what is on the stick."""
    if not screen.is_busy or screen.asks_phone:
        return screen
    if result.outcome is ChangeOutcome.FITS:
        pin = replace(screen, step=SettingsStep.PIN, typed=TypedText(), stick=result)
        return replace(pin, since_s=now_s)
    return replace(screen, step=SettingsStep.ANSWER, result=result, since_s=now_s)


def handle_payee(
    screen: SettingsScreen, answer: PayeeFound | PayeeNotFound, now_s: float
) -> SettingsScreen:
    """What came of looking somebody up; it is nothing to another page, nor to another name."""
    if screen.step is not SettingsStep.LOOKING_UP or answer.asked != screen.new_payee:
        return screen
    if isinstance(answer, PayeeNotFound):
        refused = replace(screen, step=SettingsStep.PAYEE_REFUSED, trouble=answer.trouble)
        return replace(refused, since_s=now_s)
    payee = answer.account.merchant_name
    return replace(screen, step=SettingsStep.PIN, typed=TypedText(), payee=payee, since_s=now_s)


def handle_applied(screen: SettingsScreen, settings: tuple[EditableSetting, ...]) -> SettingsScreen:
    """The running till has taken over what was changed."""
    return replace(screen, settings=settings, changes=())


def _before_pin(screen: SettingsScreen) -> SettingsPageStep:
    """The PIN, or first the question whom the changes pay."""
    payee = screen.new_payee
    if payee is None:
        return replace(screen, step=SettingsStep.PIN, typed=TypedText(), payee=""), ()
    return replace(screen, step=SettingsStep.LOOKING_UP, trouble=None), (payee,)


def _group_chosen(screen: SettingsScreen, key: Key) -> SettingsScreen:
    number = key.digit
    if number is None or not 1 <= number <= len(screen.groups):
        return screen
    return replace(screen, step=SettingsStep.LIST, group=screen.groups[number - 1], top=0)


def _handle_list_key(screen: SettingsScreen, key: Key) -> SettingsScreen:
    match key:
        case Key.PLUS if screen.top + ROWS < len(screen.in_group):
            return replace(screen, top=screen.top + ROWS)
        case Key.DELETE:
            return replace(screen, top=max(0, screen.top - ROWS))
    number = key.digit
    if number is None or not 1 <= number <= len(screen.shown):
        return screen
    setting = screen.shown[number - 1]
    if not setting.can_change:
        return screen
    if setting.choices:
        return replace(screen, step=SettingsStep.CHOICE, setting=setting)
    if setting.separator:
        return replace(screen, step=SettingsStep.PARTS, setting=setting, part_top=0)
    typed = TypedText(setting.value)
    opened = replace(screen, step=SettingsStep.TEXT, setting=setting, typed=typed)
    return replace(opened, part=None, typed_first="")


def _handle_parts_key(screen: SettingsScreen, key: Key) -> SettingsScreen:
    """A part is opened; what stands behind the last is a new one."""
    count = len(screen.parts) + 1
    match key:
        case Key.PLUS if screen.part_top + ROWS < count:
            return replace(screen, part_top=screen.part_top + ROWS)
        case Key.DELETE:
            return replace(screen, part_top=max(0, screen.part_top - ROWS))
    if key.digit is None or not 1 <= key.digit <= min(ROWS, count - screen.part_top):
        return screen
    part = screen.part_top + key.digit - 1
    typed = TypedText(screen.parts[part] if part < len(screen.parts) else "")
    return replace(screen, step=SettingsStep.TEXT, part=part, typed=typed)


def _choice_made(screen: SettingsScreen, key: Key) -> SettingsScreen:
    choices = screen.setting.choices if screen.setting is not None else ()
    if key.digit is None or not 1 <= key.digit <= len(choices):
        return screen
    return _with_value(screen, choices[key.digit - 1])


def _handle_text_key(screen: SettingsScreen, key: Key) -> SettingsScreen:
    if key is not Key.CHARGE:
        return replace(screen, typed=screen.typed.with_key(key, LONGEST_VALUE))
    typed, setting = screen.typed.text.strip(), screen.setting
    if setting is not None and setting.is_typed_twice and typed:
        return _typed_twice(screen, setting, typed)
    if screen.part is None or setting is None:
        return _with_value(screen, typed)
    text = with_part(screen.text_of(setting), setting.separator, screen.part, typed)
    kept = _with_value(screen, text)
    return kept if kept.problem else replace(kept, step=SettingsStep.PARTS)


def _typed_twice(screen: SettingsScreen, setting: EditableSetting, typed: str) -> SettingsScreen:
    """Ask for the same text once more; with another one it begins again."""
    if screen.typed_first == typed or setting.problem(typed):
        return _with_value(screen, typed)
    if screen.typed_first:
        return replace(screen, typed_first="", typed=TypedText(), problem=PINS_DIFFER)
    return replace(screen, typed_first=typed, typed=TypedText())


def _with_value(screen: SettingsScreen, value: str) -> SettingsScreen:
    """Keep a new text if it is right by itself; the one of before is no change.

    Of a secret nobody sees the one of before: typing nothing leaves it as it is.
    """
    setting = screen.setting
    assert setting is not None  # one is being changed
    problem = setting.problem(value)
    if problem:
        return replace(screen, problem=problem)
    changes = {**dict(screen.changes), setting.name: value}
    if value == setting.value:  # of a secret it is empty
        del changes[setting.name]
    return replace(
        screen, step=SettingsStep.LIST, changes=tuple(changes.items()), typed=TypedText()
    )


def _handle_pin_key(screen: SettingsScreen, key: Key) -> SettingsPageStep:
    if key is not Key.CHARGE:
        is_typing = key.digit is not None or key is Key.DELETE
        typed = screen.typed.with_key(key, _LONGEST_PIN) if is_typing else screen.typed
        return replace(screen, typed=typed), ()
    pin = screen.typed.text
    change = ChangeSettings(screen.changes, pin)
    if screen.stick is not None:
        change = take_stick(pin)
    elif screen.wants_phone:
        change = allow_phone(pin)
    return replace(screen, step=SettingsStep.SAVING, typed=TypedText()), (change,)

"""The till at the pages of the settings: what was changed comes into force, and what that takes.

The pages themselves are `settings_pages`, those for a phone `settings_phone`.
"""

from dataclasses import replace

from kiosk.sale import settings_pages, settings_phone
from kiosk.sale.code_on_screen import back_to_entry
from kiosk.sale.device import DeviceAction, RunDeviceAction
from kiosk.sale.effects import ReadSalesHistory, Step
from kiosk.sale.entry import Entry
from kiosk.sale.facts import ForwardStatus
from kiosk.sale.keys import Key
from kiosk.sale.manager_screens import ManagerPage, ManagerScreen
from kiosk.sale.payee_lookup import PayeeFound, PayeeNotFound
from kiosk.sale.phone_setup import PhoneProgress, PhoneStep, StopPhoneSetup
from kiosk.sale.prices import unit_by_code
from kiosk.sale.rules import Rules
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.settings_change import (
    ApplySettings,
    ChangeOutcome,
    SettingsChangeResult,
    StickFile,
)
from kiosk.sale.settings_screen import SettingsScreen, SettingsStep
from kiosk.sale.till import Ready, Till


def handle_key(till: Till, screen: SettingsScreen, key: Key) -> Step:
    """A key on the pages of the settings."""
    if screen.ends_in_restart:
        return leave(till, screen)
    shown, effects = settings_pages.handle_key(
        screen, key, till.now_s, money_waits=money_waits(till)
    )
    if shown is not None:
        return Step(replace(till, screen=shown), (), effects)
    back = ManagerScreen(ManagerPage.DEVICE, since_s=till.now_s)
    return Step(replace(till, screen=back), (), (ReadSalesHistory(),))


def leave(till: Till, screen: SettingsScreen) -> Step:
    """Back to the amount; with other settings in force the program starts again."""
    left = back_to_entry(till)
    if screen.ends_in_restart:
        return replace(left, effects=(*left.effects, RunDeviceAction(DeviceAction.RESTART)))
    if screen.step is SettingsStep.PHONE:
        return replace(left, effects=(*left.effects, StopPhoneSetup()))
    return left


def money_waits(till: Till) -> bool:
    """Whether a code is open or a forward waits for the network.

    A till that is out of service forwards nothing, perhaps for want of the very key that is to
    come.
    """
    in_service = isinstance(till.service, Ready)
    is_waiting = any(
        forward.status is not ForwardStatus.STOPPED for forward in till.forwards.values()
    )
    return bool(till.watched_invoices) or (in_service and is_waiting)


def handle_result(till: Till, result: SettingsChangeResult) -> Step:
    """What came of a change of settings: what is in force is taken over, by a new start if need be.

    If the file is left on the stick, that is to be read first.
    """
    match till.screen, result.outcome:
        case SettingsScreen(wants_phone=True) as screen, ChangeOutcome.ALLOWED:
            return _phone_allowed(till, screen)
    is_in_force = result.outcome is ChangeOutcome.IN_FORCE
    restart = (RunDeviceAction(DeviceAction.RESTART),) if is_in_force else ()
    if not isinstance(till.screen, SettingsScreen):
        return Step(till, (), restart)
    answered = settings_pages.handle_result(till.screen, result, till.now_s)
    shown = replace(till, screen=answered)
    if is_in_force and not answered.needs_restart:
        return Step(shown, (), (ApplySettings(answered.changes),))
    return Step(shown, (), () if result.stick_file is StickFile.LEFT else restart)


def _phone_allowed(till: Till, screen: SettingsScreen) -> Step:
    shown, effects = settings_phone.handle_allowed(screen, money_waits=money_waits(till))
    return Step(replace(till, screen=replace(shown, since_s=till.now_s)), (), effects)


def handle_phone_progress(till: Till, progress: PhoneProgress) -> Step:
    """How far the set-up by phone is; with its key in force the program starts again."""
    is_done = progress.step is PhoneStep.DONE
    restart = (RunDeviceAction(DeviceAction.RESTART),) if is_done else ()
    if not isinstance(till.screen, SettingsScreen):
        return Step(till, (), restart)
    shown = settings_phone.handle_progress(till.screen, progress, till.now_s)
    return Step(replace(till, screen=shown), (), restart)


def handle_applied(till: Till, rules: Rules) -> Step:
    """Other rules are in force; `take_over_rules` has the till sell by them."""
    return Step(replace(till, rules_to_come=rules))


def take_over_rules(till: Till) -> Till:
    """Sell by the rules that were saved, as soon as nothing is typed and no sale is on the screen.

    What is typed names tax rates, items and a currency of the rules of before. This run of the
    program stays the same.
    """
    rules = till.rules_to_come
    if rules is None:
        return till
    before = till.unit_before
    applied = replace(
        till,
        rules=replace(rules, run=till.rules.run),
        rules_to_come=None,
        unit_before=before if before is not None and before.code in rules.units else None,
    )
    match till.screen:
        case SettingsScreen() as screen:
            shown = settings_pages.handle_applied(screen, rules.settings)
            return replace(applied, screen=shown)
        case ManagerScreen():
            return applied
        case EnteringAmount(entry) if entry.is_empty:
            if entry.unit.code in rules.units:
                return applied
            unit = unit_by_code(applied, rules.units[0])
            return replace(applied, screen=EnteringAmount(Entry(unit)), unit_before=None)
    return till


def handle_payee(till: Till, answer: PayeeFound | PayeeNotFound) -> Step:
    """Whom the changed settings pay: shown if their page is still open."""
    if not isinstance(till.screen, SettingsScreen):
        return Step(till)
    answered = settings_pages.handle_payee(till.screen, answer, till.now_s)
    return Step(replace(till, screen=answered))

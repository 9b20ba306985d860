"""A new key by phone, as the screen asks for it: after the PIN, and while no money is under way."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import pytest

from kiosk.sale.device import DeviceAction, RunDeviceAction
from kiosk.sale.effects import Effect
from kiosk.sale.events import Event, KeyPressed, Tick
from kiosk.sale.keys import Key
from kiosk.sale.manager import SETTINGS_KEY
from kiosk.sale.manager_screens import ManagerPage, ManagerScreen
from kiosk.sale.phone_setup import (
    AnswerPhoneSetup,
    PhoneFailure,
    PhoneProgress,
    PhoneStep,
    PhoneTask,
    StartPhoneSetup,
    StopPhoneSetup,
    failed,
)
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.settings_change import ChangeOutcome, SettingsChangeResult, allow_phone
from kiosk.sale.settings_screen import EditableSetting, SettingsScreen, SettingsStep
from kiosk.sale.till import FetchingAccount, Till
from kiosk.sale.timers import MANAGER_PATIENCE_S
from kiosk.sale.transition import transition
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import RULES, Story

SETTINGS = (
    EditableSetting("KIOSK_RECEIVE", "Money", "forward"),
    EditableSetting("KIOSK_LANGUAGE", "Screen", "de"),
)
BY_PHONE = Key.D4  # after two groups and the stick
START = StartPhoneSetup("de", PhoneTask.KEY)
CODES = PhoneProgress(PhoneStep.WAITING, "kiosk-7h2k", "abcd2345wxyz", "http://10.7.8.1/x/", "0246")
PIN = (Key.D2, Key.D5, Key.D8, Key.D0, Key.CHARGE)
ALLOWED = SettingsChangeResult(ChangeOutcome.ALLOWED)


class Manager:
    """Who stands in front of the screen, on the page of the settings."""

    def __init__(self, till: Till | None = None) -> None:
        begun = till or Story(replace(RULES, settings=SETTINGS)).ready().till
        self.till = replace(begun, screen=ManagerScreen(ManagerPage.DEVICE))
        self.asked: list[Effect] = []
        self.press(SETTINGS_KEY)

    def happens(self, event: Event) -> "Manager":
        step = transition(replace(self.till, now_s=self.till.now_s + 1), event)
        self.till = step.till
        self.asked += step.effects
        return self

    def press(self, *keys: Key) -> "Manager":
        for key in keys:
            self.happens(KeyPressed(key))
        return self

    @property
    def screen(self) -> SettingsScreen:
        assert isinstance(self.till.screen, SettingsScreen)
        return self.till.screen

    def with_codes(self) -> "Manager":
        return self.press(BY_PHONE, Key.CHARGE, *PIN).happens(ALLOWED).happens(CODES)


def with_open_code() -> Till:
    story = Story(replace(RULES, settings=SETTINGS)).ready()
    story.awaiting()
    return story.till


def with_waiting_forward() -> Till:
    story = Story(replace(RULES, settings=SETTINGS)).ready()
    story.pay(story.awaiting())
    assert story.till.forwards
    return replace(story.till, watched_invoices=MappingProxyType({}))


def test_the_key_is_copied_first_then_the_pin_is_typed_then_root_begins() -> None:
    manager = Manager().press(BY_PHONE)
    shown = [manager.screen.step, manager.press(Key.CHARGE).screen.step]
    assert shown == [SettingsStep.PHONE_KEY, SettingsStep.PIN]
    assert not [effect for effect in manager.asked if isinstance(effect, StartPhoneSetup)]
    manager.press(*PIN).happens(ALLOWED)
    assert manager.asked[-2:] == [allow_phone("2580"), START]
    assert manager.screen.phone == PhoneProgress(PhoneStep.OPENING)


def test_a_wrong_pin_opens_no_network() -> None:
    manager = Manager().press(BY_PHONE, Key.CHARGE, *PIN)
    manager.happens(SettingsChangeResult(ChangeOutcome.PIN_WRONG))
    assert manager.screen.step is SettingsStep.ANSWER
    assert START not in manager.asked


def test_the_codes_come_one_after_the_other_and_back_ends_it() -> None:
    manager = Manager().with_codes()
    assert not manager.screen.shows_page_code
    manager.press(Key.CHARGE)
    assert manager.screen.shows_page_code
    manager.press(Key.CLEAR, Key.CLEAR)
    assert manager.asked[-1] == StopPhoneSetup()
    assert (manager.screen.step, manager.screen.phone) == (SettingsStep.GROUPS, None)


@pytest.mark.parametrize(("key", "agrees"), [(Key.CHARGE, True), (Key.CLEAR, False)])
def test_the_manager_says_whether_it_is_the_right_account(key: Key, agrees: bool) -> None:
    asked = PhoneProgress(PhoneStep.CONFIRMING, payee="cafe", account="till")
    manager = Manager().with_codes().happens(asked).press(key)
    assert manager.asked[-1] == AnswerPhoneSetup(agrees)
    assert manager.screen.phone == asked


def test_with_the_new_key_in_force_the_till_starts_again() -> None:
    manager = Manager().with_codes().happens(PhoneProgress(PhoneStep.DONE, payee="cafe"))
    assert manager.asked[-1] == RunDeviceAction(DeviceAction.RESTART)
    assert manager.screen.ends_in_restart


def test_a_key_that_came_into_force_after_the_page_was_left_restarts_the_till_too() -> None:
    till = Story().ready().till
    step = transition(till, PhoneProgress(PhoneStep.DONE))
    assert step.effects == (RunDeviceAction(DeviceAction.RESTART),)


def test_what_failed_is_tried_again_without_another_pin() -> None:
    manager = Manager().with_codes().happens(failed(PhoneFailure.WRONG_DIGITS))
    manager.press(Key.CHARGE)
    assert manager.asked[-1] == START


def test_nobody_leaves_while_the_phone_is_asked_and_a_failure_is_left_after_a_while() -> None:
    manager = Manager().with_codes()
    manager.till = replace(manager.till, now_s=manager.till.now_s + 10 * MANAGER_PATIENCE_S)
    manager.happens(Tick(manager.till.now_s, manager.till.unix_s))
    assert manager.screen.step is SettingsStep.PHONE
    manager.happens(failed(PhoneFailure.TOO_LATE))
    late_s = manager.till.now_s + MANAGER_PATIENCE_S
    manager.happens(Tick(late_s, manager.till.unix_s))
    assert isinstance(manager.till.screen, EnteringAmount)
    assert StopPhoneSetup() in manager.asked


def test_without_a_till_account_there_is_no_such_page() -> None:
    direct = (replace(SETTINGS[0], value="direct"), SETTINGS[1])
    manager = Manager(Story(replace(RULES, settings=direct)).ready().till)
    assert manager.press(BY_PHONE).screen.step is SettingsStep.GROUPS


@pytest.mark.parametrize("under_way", [with_open_code, with_waiting_forward])
def test_the_network_is_not_taken_away_while_money_is_under_way(
    under_way: Callable[[], Till],
) -> None:
    manager = Manager(under_way()).press(BY_PHONE)
    assert manager.screen.result == SettingsChangeResult(ChangeOutcome.MONEY_WAITS)


def test_a_till_whose_key_is_refused_takes_a_new_one_though_a_forward_waits_for_it() -> None:
    refused = FetchingAccount(due_s=1e9, trouble=Trouble(TroubleKind.KEY_REFUSED))
    manager = Manager(replace(with_waiting_forward(), service=refused)).press(BY_PHONE)
    assert manager.screen.step is SettingsStep.PHONE_KEY


def test_nor_is_it_if_money_came_under_way_while_the_pin_was_typed() -> None:
    manager = Manager().press(BY_PHONE, Key.CHARGE, *PIN)
    manager.till = replace(manager.till, watched_invoices=with_open_code().watched_invoices)
    manager.happens(ALLOWED)
    assert manager.screen.result == SettingsChangeResult(ChangeOutcome.MONEY_WAITS)
    assert START not in manager.asked


def test_nor_is_it_by_another_try_if_money_came_under_way_after_the_first_failed() -> None:
    manager = Manager().with_codes().happens(failed(PhoneFailure.TOO_LATE))
    manager.till = replace(manager.till, watched_invoices=with_open_code().watched_invoices)
    manager.press(Key.CHARGE)
    assert manager.screen.result == SettingsChangeResult(ChangeOutcome.MONEY_WAITS)
    assert manager.asked[-1] == StopPhoneSetup()
    assert manager.asked.count(START) == 1
    assert manager.press(Key.CLEAR).screen.step is SettingsStep.GROUPS
    assert not manager.screen.needs_restart

"""Settings behind the PIN: changed on the screen, saved together, and with the PIN alone."""

from dataclasses import replace

import pytest

from kiosk.sale import settings_pages
from kiosk.sale.device import DeviceAction, RunDeviceAction
from kiosk.sale.effects import Step
from kiosk.sale.events import Event, InvoiceRefused, KeyPressed, LetterTyped, SettingsApplied, Tick
from kiosk.sale.keys import Key, Letter
from kiosk.sale.lightning_address import LightningAddress
from kiosk.sale.manager import SETTINGS_KEY
from kiosk.sale.manager_screens import ManagerPage, ManagerScreen
from kiosk.sale.money import Currency
from kiosk.sale.payee_lookup import LookUpPayee, PayeeFound, PayeeNotFound
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.settings_change import (
    ApplySettings,
    ChangeOutcome,
    ChangeSettings,
    ReadStick,
    SettingsChangeResult,
    StickFile,
    take_stick,
)
from kiosk.sale.settings_pages import PINS_DIFFER
from kiosk.sale.settings_screen import EditableSetting, SettingsScreen, SettingsStep
from kiosk.sale.tax import SaleLine, TaxRate
from kiosk.sale.timers import MANAGER_PATIENCE_S
from kiosk.sale.transition import transition
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import ACCOUNT, RULES, Story

THEME = EditableSetting("KIOSK_THEME", "Screen", "light", choices=("light", "dark"))
ADDRESS = EditableSetting("MERCHANT_ADDRESS", "Money", "a@blink.sv")
PIN = EditableSetting("KIOSK_PIN", "Money", is_set=True, is_secret=True)
KEY = EditableSetting("BLINKPOS_API_KEY", "Money", is_secret=True, can_change=False)
TIPS = EditableSetting(
    "KIOSK_TIPS", "Money", "5", problem=lambda text: "" if text.isdigit() else "is no number"
)
SETTINGS = (ADDRESS, KEY, PIN, TIPS, THEME)


class Manager:
    """Who stands in front of the screen, on the page of the device."""

    def __init__(self, settings: tuple[EditableSetting, ...] = SETTINGS) -> None:
        rules = replace(RULES, settings=settings)
        device = ManagerScreen(ManagerPage.DEVICE)
        self.till = replace(Story(rules).ready().till, screen=device)
        self.asked: list[object] = []

    def happens(self, event: Event) -> "Manager":
        later = replace(self.till, now_s=self.till.now_s + 1)
        step: Step = transition(later, event)
        self.till = step.till
        self.asked += [
            effect
            for effect in step.effects
            if isinstance(
                effect,
                ChangeSettings | ApplySettings | ReadStick | LookUpPayee | RunDeviceAction,
            )
        ]
        return self

    def press(self, *keys: str) -> "Manager":
        for key in keys:
            self.happens(KeyPressed(Key(key)))
        return self

    def type(self, text: str) -> "Manager":
        for letter in text:
            self.happens(LetterTyped(Letter(letter)))
        return self

    @property
    def screen(self) -> SettingsScreen:
        assert isinstance(self.till.screen, SettingsScreen)
        return self.till.screen

    def with_theme_changed(self) -> "Manager":
        return self.press(SETTINGS_KEY, "2", "1", "2")


def test_a_setting_with_few_values_is_chosen_and_saved_with_the_pin() -> None:
    manager = Manager().with_theme_changed()
    assert manager.asked == [], "nothing is saved before the PIN"
    manager.press(Key.CHARGE, "2", "5", "8", "0", Key.CHARGE)
    assert manager.asked == [ChangeSettings((("KIOSK_THEME", "dark"),), "2580")]
    assert manager.screen.step is SettingsStep.SAVING


def test_several_changes_are_saved_together() -> None:
    manager = Manager().with_theme_changed().press(Key.CLEAR, "1", "1")
    manager.press(*[Key.DELETE] * 10).type("b@pay.example").press(Key.CHARGE)
    manager.press(Key.CHARGE, "1", "2", "3", "4", Key.CHARGE)
    changes = (("KIOSK_THEME", "dark"), ("MERCHANT_ADDRESS", "b@pay.example"))
    assert manager.asked == [ChangeSettings(changes, "1234")]


def test_what_is_in_force_needs_a_new_start_and_says_so() -> None:
    manager = Manager().with_theme_changed().press(Key.CHARGE, "1", "2", "3", "4", Key.CHARGE)
    result = SettingsChangeResult(ChangeOutcome.IN_FORCE)
    manager.happens(result)
    assert manager.asked[-1] == RunDeviceAction(DeviceAction.RESTART)
    assert (manager.screen.step, manager.screen.result) == (SettingsStep.ANSWER, result)


@pytest.mark.parametrize("outcome", sorted(set(ChangeOutcome) - {ChangeOutcome.IN_FORCE}))
def test_what_was_not_saved_is_said_and_can_be_tried_again(outcome: ChangeOutcome) -> None:
    manager = Manager().with_theme_changed().press(Key.CHARGE, "1", "2", "3", "4", Key.CHARGE)
    manager.happens(SettingsChangeResult(outcome))
    assert not any(isinstance(effect, RunDeviceAction) for effect in manager.asked)
    manager.press(Key.CLEAR)
    assert manager.screen.step is SettingsStep.GROUPS
    manager.press(Key.CHARGE, "2", "5", "8", "0", Key.CHARGE)
    assert manager.asked[-1] == ChangeSettings((("KIOSK_THEME", "dark"),), "2580")


def test_a_wrong_text_is_said_at_once_and_stays_to_be_put_right() -> None:
    manager = Manager().press(SETTINGS_KEY, "1", "4").type("x").press(Key.CHARGE)
    assert (manager.screen.step, manager.screen.problem) == (SettingsStep.TEXT, "is no number")
    manager.press(Key.DELETE, Key.CHARGE)
    assert manager.screen.changes == (), "the text of before is no change"


ITEMS = EditableSetting(
    "KIOSK_ITEMS",
    "Money",
    "Coffee;2.50 | Tea;2",
    separator="|",
    problem=lambda text: "has no price" if "x" in text else "",
)


def items_open(text: str = "Coffee;2.50 | Tea;2") -> Manager:
    manager = Manager((replace(ITEMS, value=text),)).press(SETTINGS_KEY, "1", "1")
    assert manager.screen.step is SettingsStep.PARTS
    return manager


def test_an_item_of_a_list_is_changed_added_and_taken_away_by_itself() -> None:
    manager = items_open().press("2", Key.DELETE, "3", Key.CHARGE)
    assert manager.screen.step is SettingsStep.PARTS
    assert dict(manager.screen.changes) == {"KIOSK_ITEMS": "Coffee;2.50 | Tea;3"}
    manager.press("3").type("Cake;4").press(Key.CHARGE)
    assert manager.screen.parts == ("Coffee;2.50", "Tea;3", "Cake;4")
    manager.press("1", *[Key.DELETE] * len("Coffee;2.50"), Key.CHARGE)
    assert dict(manager.screen.changes) == {"KIOSK_ITEMS": "Tea;3 | Cake;4"}
    manager.press(Key.CLEAR)
    assert (manager.screen.step, manager.screen.typed.text) == (SettingsStep.LIST, "")


def test_a_wrong_item_is_said_at_once_and_leaving_it_changes_nothing() -> None:
    manager = items_open().press("3").type("x").press(Key.CHARGE)
    assert (manager.screen.step, manager.screen.problem) == (SettingsStep.TEXT, "has no price")
    manager.press(Key.CLEAR)
    assert manager.screen.step is SettingsStep.PARTS
    assert manager.screen.changes == ()
    manager.press("2", Key.CHARGE)
    assert manager.screen.changes == (), "the same again is no change"


def test_a_long_list_has_pages_and_behind_the_last_item_is_a_new_one() -> None:
    manager = items_open(" | ".join(f"No. {number};1" for number in range(1, 9)))
    manager.press("9")
    assert manager.screen.step is SettingsStep.PARTS, "eight are on the page"
    manager.press(Key.PLUS, Key.PLUS, "2")
    assert manager.screen.step is SettingsStep.PARTS, "behind the new one is nothing"
    manager.press("1").type("New;2").press(Key.CHARGE)
    assert manager.screen.parts[-1] == "New;2"
    manager.press(Key.DELETE, Key.DELETE, "1")
    assert manager.screen.typed.text == "No. 1;1"


def test_of_a_secret_only_whether_it_is_there_is_known() -> None:
    manager = Manager().press(SETTINGS_KEY, "1", "2")
    assert manager.screen.step is SettingsStep.LIST, "a key comes with a file alone"
    manager.press("3")
    assert manager.screen.typed.text == ""
    manager.type("9999").press(Key.CHARGE)
    assert "9999" not in repr(manager.till)


def test_whoever_looks_at_a_secret_and_types_nothing_takes_nothing_away() -> None:
    """It was "new: not set", shown as dots before the PIN: the manager was locked out by it."""
    manager = Manager().press(SETTINGS_KEY, "1", "3").press(Key.CHARGE)
    assert (manager.screen.step, manager.screen.changes) == (SettingsStep.LIST, ())
    manager.press("3").type("9999").press(Key.CHARGE).type("9999").press(Key.CHARGE)
    assert dict(manager.screen.changes) == {"KIOSK_PIN": "9999"}
    manager.press("3", Key.CHARGE)
    assert manager.screen.changes == ()


def test_a_new_pin_which_nobody_sees_is_typed_twice() -> None:
    """It was typed once, as dots: a slip locked the manager out of totals, refunds and settings."""
    manager = Manager().press(SETTINGS_KEY, "1", "3").type("9999").press(Key.CHARGE)
    assert (manager.screen.step, manager.screen.changes) == (SettingsStep.TEXT, ())
    assert (manager.screen.typed.text, manager.screen.typed_first) == ("", "9999")
    manager.type("9998").press(Key.CHARGE)
    assert (manager.screen.problem, manager.screen.typed_first) == (PINS_DIFFER, "")
    manager.type("4711").press(Key.CHARGE, Key.CLEAR, "3")
    assert manager.screen.typed_first == "", "who leaves begins again"
    manager.type("4711").press(Key.CHARGE).type("4711").press(Key.CHARGE)
    assert dict(manager.screen.changes) == {"KIOSK_PIN": "4711"}
    assert "4711" not in repr(manager.till)


def test_leaving_forgets_what_was_not_saved() -> None:
    manager = Manager().with_theme_changed().press(Key.CLEAR, Key.CLEAR)
    assert isinstance(manager.till.screen, ManagerScreen)
    assert manager.press(SETTINGS_KEY).screen.changes == ()


def test_nobody_in_front_of_the_settings_ends_them() -> None:
    manager = Manager().with_theme_changed()
    later = replace(manager.till, now_s=manager.till.now_s + MANAGER_PATIENCE_S + 1)
    manager.till = later
    manager.happens(SettingsChangeResult(ChangeOutcome.NO_ANSWER))
    assert not isinstance(manager.till.screen, SettingsScreen)


def test_while_it_is_saved_no_key_does_anything() -> None:
    saving = SettingsScreen(SETTINGS, SettingsStep.SAVING, changes=(("KIOSK_THEME", "dark"),))
    for key in Key:
        assert settings_pages.handle_key(saving, key, 1.0) == (saving, ())


def test_more_settings_than_a_page_holds_are_turned_over() -> None:
    many = tuple(EditableSetting(f"KIOSK_{number}", "Many") for number in range(10))
    pages = SettingsScreen(many, SettingsStep.LIST, "Many")
    second, _ = settings_pages.handle_key(pages, Key.PLUS, 0.0)
    assert second is not None
    assert [setting.name for setting in second.shown] == ["KIOSK_8", "KIOSK_9"]
    assert settings_pages.handle_key(second, Key.PLUS, 0.0) == (second, ())
    assert settings_pages.handle_key(second, Key.DELETE, 0.0) == (pages, ())


FITS = SettingsChangeResult(ChangeOutcome.FITS, changed=("KIOSK_THEME",), payee="b@blink.sv")
RESTART = RunDeviceAction(DeviceAction.RESTART)


def at_the_pin_for_a_stick() -> Manager:
    manager = Manager().press(SETTINGS_KEY, "3")
    assert manager.asked == [ReadStick()]
    assert manager.screen.step is SettingsStep.READING_STICK
    return manager.happens(FITS)


def test_the_file_of_a_stick_is_shown_and_comes_into_force_with_the_pin() -> None:
    manager = at_the_pin_for_a_stick()
    assert (manager.screen.step, manager.screen.stick) == (SettingsStep.PIN, FITS)
    manager.press("2", "5", "8", "0", Key.CHARGE)
    assert manager.asked[1:] == [take_stick("2580")]
    done = SettingsChangeResult(ChangeOutcome.IN_FORCE, stick_file=StickFile.WIPED)
    assert manager.happens(done).asked[2:] == [RESTART]


def test_who_leaves_the_pin_page_of_a_stick_has_changed_nothing() -> None:
    manager = at_the_pin_for_a_stick().press(Key.CLEAR)
    assert (manager.screen.step, manager.screen.stick) == (SettingsStep.GROUPS, None)
    manager.press("2", "1", "2", Key.CHARGE, "2", "5", "8", "0", Key.CHARGE)
    assert manager.asked[1:] == [ChangeSettings((("KIOSK_THEME", "dark"),), "2580")]


def test_no_stick_is_said_and_leads_back() -> None:
    manager = Manager().press(SETTINGS_KEY, "3")
    manager.happens(SettingsChangeResult(ChangeOutcome.NO_STICK))
    assert manager.screen.step is SettingsStep.ANSWER
    assert manager.press(Key.CLEAR).screen.step is SettingsStep.GROUPS


def test_that_the_file_is_left_on_the_stick_is_read_before_the_till_starts_again() -> None:
    left = SettingsChangeResult(ChangeOutcome.IN_FORCE, stick_file=StickFile.LEFT)
    manager = at_the_pin_for_a_stick().press("2", "5", "8", "0", Key.CHARGE)
    manager.happens(left)
    assert manager.screen.result == left
    assert RESTART not in manager.asked
    asked = list(manager.asked)
    assert manager.press(Key.CHARGE).asked == [*asked, RESTART]


def test_a_till_whose_manager_has_walked_away_starts_again_by_itself() -> None:
    left = SettingsChangeResult(ChangeOutcome.IN_FORCE, stick_file=StickFile.LEFT)
    manager = at_the_pin_for_a_stick().press("2", "5", "8", "0", Key.CHARGE)
    manager.happens(left)
    later_s = manager.till.now_s + MANAGER_PATIENCE_S
    manager.happens(Tick(later_s, manager.till.unix_s))
    assert RESTART in manager.asked


RECEIVE = EditableSetting("KIOSK_RECEIVE", "Money", "direct", choices=("forward", "direct"))
ASKED = LookUpPayee("b", LightningAddress("b", "pay.example"))


def looking_up() -> Manager:
    """The address is changed and to be saved."""
    manager = Manager((ADDRESS, RECEIVE, PIN)).press(SETTINGS_KEY, "1", "1")
    manager.press(*[Key.DELETE] * 10).type("b@pay.example").press(Key.CHARGE, Key.CHARGE)
    assert manager.asked == [ASKED]
    assert manager.screen.step is SettingsStep.LOOKING_UP
    return manager


def found(asked: LookUpPayee, name: str) -> PayeeFound:
    return PayeeFound(asked, replace(ACCOUNT, merchant_name=name))


def test_whoever_will_get_the_money_is_looked_up_and_shown_before_the_pin() -> None:
    manager = looking_up().happens(found(ASKED, "b@pay.example"))
    assert (manager.screen.step, manager.screen.payee) == (SettingsStep.PIN, "b@pay.example")
    manager.press("2", "5", "8", "0", Key.CHARGE)
    assert manager.asked[1:] == [ChangeSettings((("MERCHANT_ADDRESS", "b@pay.example"),), "2580")]


def test_nobody_is_saved_whom_nobody_can_pay() -> None:
    unknown = Trouble(TroubleKind.MERCHANT_UNKNOWN, "b@pay.example")
    manager = looking_up().happens(PayeeNotFound(ASKED, unknown))
    assert (manager.screen.step, manager.screen.trouble) == (SettingsStep.PAYEE_REFUSED, unknown)
    manager.press(Key.CHARGE)
    assert manager.asked == [ASKED, ASKED], "tried again"
    manager.press(Key.CLEAR)
    assert manager.screen.step is SettingsStep.GROUPS
    assert manager.screen.changes, "what was typed stays"


def test_the_answer_about_another_payee_is_not_this_ones() -> None:
    manager = looking_up().happens(found(LookUpPayee("thief"), "thief@blink.sv"))
    assert manager.screen.step is SettingsStep.LOOKING_UP


def test_an_answer_that_comes_after_the_page_was_left_changes_nothing() -> None:
    manager = looking_up().press(Key.CLEAR).happens(found(ASKED, "b@pay.example"))
    assert manager.screen.step is SettingsStep.GROUPS


def test_another_way_of_the_money_looks_up_whom_it_pays() -> None:
    user = EditableSetting("MERCHANT_USERNAME", "Money", "shop")
    receive = replace(RECEIVE, value="forward")
    manager = Manager((user, receive, PIN)).press(SETTINGS_KEY, "1", "2", "2", Key.CHARGE)
    assert manager.asked == [LookUpPayee("shop")]


def test_where_a_key_decides_who_gets_the_money_nobody_is_looked_up() -> None:
    manager = Manager((RECEIVE, PIN)).press(SETTINGS_KEY, "1", "1", "1", Key.CHARGE)
    assert (manager.asked, manager.screen.step) == ([], SettingsStep.PIN)


LIVE = replace(THEME, applies_at_once=True)
IN_FORCE = SettingsChangeResult(ChangeOutcome.IN_FORCE)


def saved(*keys: str) -> Manager:
    """A theme, which applies at once, and what else the keys change, saved with the PIN."""
    manager = Manager((LIVE, replace(TIPS, group="Screen"))).press(SETTINGS_KEY, "1", "1", "2")
    manager.press(*keys, Key.CHARGE, "2", "5", "8", "0", Key.CHARGE)
    return manager.happens(IN_FORCE)


def test_what_the_running_till_takes_over_needs_no_new_start() -> None:
    manager = saved()
    assert manager.asked[1:] == [ApplySettings((("KIOSK_THEME", "dark"),))]
    settings = (replace(LIVE, value="dark"),)
    run = manager.till.rules.run
    manager.happens(SettingsApplied(replace(RULES, run="another", tips=(7,), settings=settings)))
    assert (manager.till.rules.tips, manager.till.rules.run) == ((7,), run)
    assert (manager.screen.settings, manager.screen.changes) == (settings, ())
    assert manager.screen.result == IN_FORCE, "that it is saved stays on the screen"
    manager.press(Key.CLEAR)
    assert manager.screen.step is SettingsStep.GROUPS
    assert RESTART not in manager.asked


def test_with_one_change_that_needs_a_new_start_the_till_starts_again() -> None:
    manager = saved("2", Key.DELETE, "7", Key.CHARGE)
    assert manager.asked[1:] == [RESTART]


def test_after_a_change_that_was_taken_over_the_next_one_is_begun_and_not_lost() -> None:
    manager = saved()
    settings = (replace(LIVE, value="dark"), replace(TIPS, group="Screen"))
    manager.happens(SettingsApplied(replace(RULES, settings=settings))).press(Key.CLEAR)
    manager.press("1", "2", Key.DELETE, "7", Key.CHARGE)
    assert manager.screen.changes == (("KIOSK_TIPS", "7"),)
    assert RESTART not in manager.asked
    manager.press(Key.CLEAR)
    assert manager.screen.step is SettingsStep.GROUPS


def test_other_rules_change_nothing_on_another_screen() -> None:
    manager = Manager()
    before = manager.till.screen
    manager.happens(SettingsApplied(replace(RULES, tips=(7,))))
    assert (manager.till.screen, manager.till.rules.tips) == (before, (7,))


def test_rules_that_come_while_a_sum_is_typed_wait_until_nothing_is() -> None:
    """A line of the sum would have had a tax rate that is there no more."""
    taxes = (TaxRate("VAT", 1900), TaxRate("reduced", 700))
    story = Story(replace(RULES, taxes=taxes)).ready()
    story.press("500", Key.TAX, Key.PLUS)
    story.play(SettingsApplied(replace(RULES, taxes=taxes[:1])))
    sale = story.charged("1190").sale
    assert sale.lines == (SaleLine(500, taxes[1]), SaleLine(1190, taxes[0]))
    story.play(InvoiceRefused(sale.id, Trouble(TroubleKind.NO_CONNECTION)))
    story.press(Key.CLEAR, Key.CLEAR)
    assert isinstance(story.till.screen, EnteringAmount)
    assert (story.till.rules.taxes, story.till.rules_to_come) == (taxes[:1], None)


def test_a_till_at_rest_types_in_the_first_of_its_new_currencies() -> None:
    story = Story(RULES).ready()
    story.play(SettingsApplied(replace(RULES, units=("EUR", "SAT"))))
    screen = story.till.screen
    assert isinstance(screen, EnteringAmount)
    assert screen.entry.unit.code == "EUR"


def test_what_is_typed_stays_in_its_currency_when_that_is_none_of_the_tills_any_more() -> None:
    story = Story(RULES).ready()
    story.press("500")
    story.play(SettingsApplied(replace(RULES, units=("EUR", "SAT"))))
    screen = story.till.screen
    assert isinstance(screen, EnteringAmount)
    assert (screen.entry.unit.code, screen.entry.typed) == ("USD", 500)


def test_no_unit_of_before_comes_back_that_is_none_of_the_tills_any_more() -> None:
    """A quick item in dollars began a sum in a till of euros, and the menu was opened over it."""
    manager = Manager()
    manager.till = replace(manager.till, unit_before=Currency("EUR", "€", 2))
    manager.happens(SettingsApplied(replace(RULES, units=("USD", "SAT")))).press(Key.CLEAR)
    screen = manager.till.screen
    assert isinstance(screen, EnteringAmount)
    assert (screen.entry.unit.code, manager.till.unit_before) == ("USD", None)


def test_a_slow_stick_outlasts_the_managers_patience_and_no_sale_begins_meanwhile() -> None:
    manager = at_the_pin_for_a_stick().press("2", "5", "8", "0", Key.CHARGE)
    later_s = manager.till.now_s + 2 * MANAGER_PATIENCE_S
    manager.happens(Tick(later_s, manager.till.unix_s))
    assert manager.screen.step is SettingsStep.SAVING
    done = SettingsChangeResult(ChangeOutcome.IN_FORCE, stick_file=StickFile.WIPED)
    assert manager.happens(done).asked[-1] == RESTART

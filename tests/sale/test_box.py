"""What the box tells the till about itself."""

from dataclasses import replace

import pytest

from kiosk.sale.box import ActOnBox, BoxAct, BoxNews, BoxTold
from kiosk.sale.effects import Play, Sound
from kiosk.sale.events import DeviceFailed, SettingsRefused, Visited
from kiosk.sale.keys import Key, Light
from kiosk.sale.light import light
from kiosk.sale.manage import EXPORT_KEY, WIFI_KEY
from kiosk.sale.till import Managing, Page, Requesting
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.wifi import ScanWifi
from tests.sale.tills import ACCOUNT, Story, rates

REFUSED = Trouble(TroubleKind.WRONG_SETTINGS, "KIOSK_ROTATE, KIOSK_PIN")


@pytest.mark.parametrize("kind", [SettingsRefused, DeviceFailed])
def test_refused_settings_and_a_broken_part_are_told_while_the_till_goes_on_selling(
    kind: type[SettingsRefused | DeviceFailed],
) -> None:
    """Box fault 7: a keypad that cannot be used was only a line in the log."""
    story = Story()
    story.wait(1)
    story.play(Visited(ACCOUNT), kind(REFUSED))
    assert [alarm.trouble for alarm in story.till.alarms] == [REFUSED]
    assert light(story.till) is Light.TROUBLE
    assert story.till.out_of_service is None
    story.till = replace(story.till, rates=rates(story.till.now_s))
    story.press("500", Key.CHARGE)
    assert isinstance(story.till.screen, Requesting)


def test_a_till_without_settings_is_out_of_service() -> None:
    till = replace(Story().till, settings_trouble=REFUSED)
    assert till.out_of_service == REFUSED


def managing(page: Page = Page.BOX) -> Story:
    story = Story().ready()
    story.till = replace(story.till, screen=Managing(page, since_s=story.till.now_s))
    story.effects.clear()
    return story


@pytest.mark.parametrize(
    ("key", "act"),
    [(Key.CHARGE, BoxAct.RESTART), (Key.CHECK, BoxAct.SHUT_DOWN), (EXPORT_KEY, BoxAct.EXPORT)],
)
def test_the_manager_asks_and_the_answer_is_on_the_page(key: Key, act: BoxAct) -> None:
    story = managing()
    assert story.press(key).effects == (Play(Sound.KEY), ActOnBox(act))
    story.play(BoxTold(BoxNews.NO_APPLIANCE))
    assert isinstance(story.till.screen, Managing)
    assert story.till.screen.news is BoxNews.NO_APPLIANCE
    story.press(Key.D1)
    assert isinstance(story.till.screen, Managing)
    assert story.till.screen.news is None, "read, and gone with the next key"


def test_an_export_that_is_under_way_is_said() -> None:
    story = managing()
    story.press(EXPORT_KEY)
    assert isinstance(story.till.screen, Managing)
    assert story.till.screen.news is BoxNews.EXPORTING


def test_only_the_page_of_the_box_acts_on_it() -> None:
    for page in Page:
        if page is not Page.BOX:
            story = managing(page)
            story.press(EXPORT_KEY, WIFI_KEY, Key.CHECK)
            assert not any(isinstance(effect, ActOnBox | ScanWifi) for effect in story.effects)
            assert isinstance(story.till.screen, Managing)


def test_an_answer_that_comes_after_the_manager_has_left_changes_nothing() -> None:
    story = Story().ready()
    before = story.till
    story.play(BoxTold(BoxNews.EXPORTED))
    assert story.till == before

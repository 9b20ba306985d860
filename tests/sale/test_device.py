"""What the device tells the till about itself."""

from dataclasses import replace

import pytest

from kiosk.sale.device import DeviceAction, DeviceActionResult, DeviceNotice, RunDeviceAction
from kiosk.sale.effects import PlaySound, Sound
from kiosk.sale.events import AccountFetched, BootFilesReported, DeviceFailed
from kiosk.sale.keys import Key, Light
from kiosk.sale.manager import EXPORT_KEY, WIFI_KEY
from kiosk.sale.manager_screens import ManagerPage, ManagerScreen
from kiosk.sale.screens import RequestingInvoice
from kiosk.sale.status_light import status_light
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.wifi import ScanWifi
from tests.sale.tills import ACCOUNT, Story, rates

REFUSED = Trouble(TroubleKind.WRONG_SETTINGS, "KIOSK_ROTATE, KIOSK_PIN")


@pytest.mark.parametrize("kind", [BootFilesReported, DeviceFailed])
def test_refused_settings_and_a_broken_part_are_told_while_the_till_goes_on_selling(
    kind: type[BootFilesReported | DeviceFailed],
) -> None:
    """Box fault 7: a keypad that cannot be used was only a line in the log."""
    story = Story()
    story.wait(1)
    story.play(AccountFetched(ACCOUNT), kind(REFUSED))
    assert [alarm.trouble for alarm in story.till.alarms] == [REFUSED]
    assert status_light(story.till) is Light.TROUBLE
    assert story.till.out_of_service is None
    story.till = replace(story.till, rates=rates(story.till.now_s))
    story.press("500", Key.CHARGE)
    assert isinstance(story.till.screen, RequestingInvoice)


def test_a_till_without_settings_is_out_of_service() -> None:
    till = replace(Story().till, settings_trouble=REFUSED)
    assert till.out_of_service == REFUSED


def managing(page: ManagerPage = ManagerPage.DEVICE) -> Story:
    story = Story().ready()
    story.till = replace(story.till, screen=ManagerScreen(page, since_s=story.till.now_s))
    story.effects.clear()
    return story


@pytest.mark.parametrize(
    ("key", "act"),
    [
        (Key.CHARGE, DeviceAction.RESTART),
        (Key.CHECK, DeviceAction.SHUT_DOWN),
        (EXPORT_KEY, DeviceAction.EXPORT),
    ],
)
def test_the_manager_asks_and_the_answer_is_on_the_page(key: Key, act: DeviceAction) -> None:
    story = managing()
    assert story.press(key).effects == (PlaySound(Sound.KEY), RunDeviceAction(act))
    story.play(DeviceActionResult(DeviceNotice.NO_APPLIANCE))
    assert isinstance(story.till.screen, ManagerScreen)
    assert story.till.screen.notice is DeviceNotice.NO_APPLIANCE
    story.press(Key.D1)
    assert isinstance(story.till.screen, ManagerScreen)
    assert story.till.screen.notice is None, "read, and gone with the next key"


def test_an_export_that_is_under_way_is_said() -> None:
    story = managing()
    story.press(EXPORT_KEY)
    assert isinstance(story.till.screen, ManagerScreen)
    assert story.till.screen.notice is DeviceNotice.EXPORTING


def test_only_the_page_of_the_box_acts_on_it() -> None:
    for page in ManagerPage:
        if page is not ManagerPage.DEVICE:
            story = managing(page)
            story.press(EXPORT_KEY, WIFI_KEY, Key.CHECK)
            assert not any(
                isinstance(effect, RunDeviceAction | ScanWifi) for effect in story.effects
            )
            assert isinstance(story.till.screen, ManagerScreen)


def test_an_answer_that_comes_after_the_manager_has_left_changes_nothing() -> None:
    story = Story().ready()
    before = story.till
    story.play(DeviceActionResult(DeviceNotice.EXPORTED))
    assert story.till == before

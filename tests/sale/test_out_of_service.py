"""A till that does not reach Blink: what is missing, and the ways out on the screen."""

from dataclasses import replace

import pytest

from kiosk.sale.device import DeviceFacts, DeviceFactsResult, Internet, ReadDeviceFacts
from kiosk.sale.effects import FetchAccount
from kiosk.sale.events import AccountFetched, AccountFetchFailed, JournalFailed
from kiosk.sale.keys import Key
from kiosk.sale.manager import ABOUT_KEY
from kiosk.sale.manager_screens import DeviceScreen, EnteringPin, ManagerScreen
from kiosk.sale.pin import pin_hash
from kiosk.sale.reach import Reach, way_to_blink
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.wifi import NetworkList, ScanWifi, WifiJoinResult, WifiNotice
from tests.sale.tills import ACCOUNT, RULES, Story

PIN = "2468"
FACTS = DeviceFacts("1.0", "Shop", "192.168.1.5")
ONLINE, OFFLINE = (replace(FACTS, internet=way) for way in (Internet.FULL, Internet.NONE))
THERE, MISSING, UNKNOWN = Reach.THERE, Reach.MISSING, Reach.UNKNOWN


def unreachable(*, pin: str = "", kind: TroubleKind = TroubleKind.NO_CONNECTION) -> Story:
    story = Story(replace(RULES, pin=pin_hash(pin, b"salt") if pin else ""))
    story.wait(1)
    story.play(AccountFetchFailed(Trouble(kind)))
    story.wait(1)
    return story


@pytest.mark.parametrize(
    ("kind", "facts", "way"),
    [
        (TroubleKind.NO_CONNECTION, None, (UNKNOWN, UNKNOWN, UNKNOWN)),
        (TroubleKind.NO_CONNECTION, replace(FACTS, address=""), (MISSING, UNKNOWN, UNKNOWN)),
        (TroubleKind.NO_CONNECTION, FACTS, (THERE, UNKNOWN, UNKNOWN)),
        (TroubleKind.NO_CONNECTION, OFFLINE, (THERE, MISSING, UNKNOWN)),
        (TroubleKind.NO_CONNECTION, ONLINE, (THERE, THERE, MISSING)),
        (TroubleKind.NAME_NOT_FOUND, FACTS, (THERE, MISSING, UNKNOWN)),
        (TroubleKind.LOGIN_PAGE, FACTS, (THERE, MISSING, UNKNOWN)),
        (TroubleKind.BLINK_ODD, None, (THERE, THERE, MISSING)),
    ],
)
def test_the_first_part_of_the_way_that_is_missing_is_named(
    kind: TroubleKind, facts: DeviceFacts | None, way: tuple[Reach, Reach, Reach]
) -> None:
    story = unreachable(kind=kind)
    if facts is not None:
        story.play(DeviceFactsResult(facts))
    reached = way_to_blink(story.till)
    assert (reached.network, reached.internet, reached.blink) == way


def test_a_till_that_does_not_reach_blink_looks_which_network_it_is_in() -> None:
    assert unreachable().count(ReadDeviceFacts) == 1
    assert unreachable(kind=TroubleKind.KEY_REFUSED).count(ReadDeviceFacts) == 0


def test_without_a_pin_the_wifi_key_opens_the_networks_and_back_leads_to_the_till() -> None:
    """Box: a new password of the router made a till without a keyboard useless for good."""
    story = unreachable()
    assert ScanWifi() in story.press(Key.WIFI).effects
    assert isinstance(story.till.screen, NetworkList)
    story.press(Key.CLEAR)
    assert isinstance(story.till.screen, EnteringAmount), "the manager's pages need a PIN"


def test_the_wifi_key_asks_the_pin_where_there_is_one() -> None:
    story = unreachable(pin=PIN)
    story.press(Key.WIFI)
    assert isinstance(story.till.screen, EnteringPin)
    story.press("1111", Key.CHARGE)
    assert isinstance(story.till.screen, EnteringPin)
    story.wait(2)
    story.press(PIN, Key.CHARGE)
    assert isinstance(story.till.screen, NetworkList)
    story.press(Key.CLEAR)
    assert isinstance(story.till.screen, ManagerScreen)


def test_the_held_name_leads_to_the_managers_pages_all_the_same() -> None:
    story = unreachable(pin=PIN)
    story.press(Key.MENU, PIN, Key.CHARGE)
    assert isinstance(story.till.screen, ManagerScreen)


def test_a_till_that_sells_has_no_wifi_key() -> None:
    story = Story().ready()
    story.wait(1)
    before = story.till.screen
    story.press(Key.WIFI)
    assert story.till.screen == before


def test_a_card_that_cannot_be_written_is_nothing_for_another_network() -> None:
    story = Story().ready()
    story.play(JournalFailed(Trouble(TroubleKind.JOURNAL_FULL)))
    story.wait(1)
    story.press(Key.WIFI)
    assert isinstance(story.till.screen, EnteringAmount)


def test_a_network_that_was_joined_is_tried_at_once() -> None:
    story = unreachable()
    for _ in range(6):
        story.play(AccountFetchFailed(Trouble(TroubleKind.NO_CONNECTION)))
    story.press(Key.WIFI)
    story.effects.clear()
    story.play(WifiJoinResult(WifiNotice.REFUSED))
    assert story.count(FetchAccount) == 0
    story.play(WifiJoinResult(WifiNotice.JOINED))
    assert story.count(FetchAccount) == 1
    story.play(AccountFetched(ACCOUNT))
    assert story.till.out_of_service is None


def test_the_page_about_the_till_asks_the_device_and_leads_back() -> None:
    story = Story(replace(RULES, pin=pin_hash(PIN, b"salt"))).ready()
    story.wait(1)
    story.press(Key.MENU, PIN, Key.CHARGE, Key.D4)
    assert ReadDeviceFacts() in story.press(ABOUT_KEY).effects
    assert isinstance(story.till.screen, DeviceScreen)
    story.play(DeviceFactsResult(FACTS))
    assert story.till.device == FACTS
    story.press(Key.CLEAR)
    assert isinstance(story.till.screen, ManagerScreen)
    story.press(ABOUT_KEY)
    story.wait(121)
    assert isinstance(story.till.screen, EnteringAmount)

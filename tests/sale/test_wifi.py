"""The Wi-Fi screens behind the PIN."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from kiosk.sale.effects import Effect, Step
from kiosk.sale.events import LetterTyped
from kiosk.sale.keys import Key, Letter
from kiosk.sale.letters import KeyboardLayer
from kiosk.sale.manager_screens import ManagerPage, ManagerScreen
from kiosk.sale.pin import pin_hash
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.timers import MANAGER_PATIENCE_S, needs_connection
from kiosk.sale.wifi import (
    LIST_ROWS,
    LONGEST_PASSPHRASE,
    SHORTEST_PASSPHRASE,
    EnteringPassphrase,
    JoiningNetwork,
    JoinWifi,
    Network,
    NetworkList,
    OpenNetwork,
    ScanWifi,
    Security,
    WifiJoinResult,
    WifiNotice,
    WifiScanResult,
)
from tests.sale.tills import RULES, Story


def network(name: str, security: Security = Security.PERSONAL, signal: int = 50) -> Network:
    return Network(name, "00:11:22:33:44:55", signal, security)


SHOP = network("Shop")
SEEN = (SHOP, network("Open", Security.OPEN), network("Office", Security.OTHER))
WORD = "Tr0ub4dor &3"


def asked(effects: Sequence[Effect]) -> list[Effect]:
    """What was asked of the device, without the click of the key."""
    return [effect for effect in effects if isinstance(effect, ScanWifi | JoinWifi)]


class Wifi(Story):
    """A manager on the page of the device."""

    def __init__(self) -> None:
        super().__init__(replace(RULES, pin=pin_hash("2468", b"salt")))
        self.ready()
        self.till = replace(
            self.till, screen=ManagerScreen(ManagerPage.DEVICE, since_s=self.till.now_s)
        )
        self.effects.clear()

    def opened(self) -> "Wifi":
        self.press(Key.D5)
        self.play(WifiScanResult(SEEN))
        return self

    def typing(self) -> "Wifi":
        self.opened().press(Key.D1)
        return self

    def spell(self, word: str) -> Step:
        return self.play(*(LetterTyped(Letter(letter)) for letter in word))

    @property
    def networks(self) -> NetworkList:
        assert isinstance(self.till.screen, NetworkList), self.till.screen
        return self.till.screen

    @property
    def passphrase(self) -> EnteringPassphrase:
        assert isinstance(self.till.screen, EnteringPassphrase), self.till.screen
        return self.till.screen


def test_opening_looks_for_networks_and_says_so_until_they_are_seen() -> None:
    wifi = Wifi()
    wifi.press(Key.D5)
    assert wifi.networks.networks is None
    assert asked(wifi.effects) == [ScanWifi()]
    wifi.play(WifiScanResult(SEEN))
    assert wifi.networks.networks == SEEN


def test_a_passphrase_is_typed_and_given_to_the_box_and_to_nobody_else() -> None:
    wifi = Wifi().typing()
    wifi.spell(WORD)
    step = wifi.press(Key.CHARGE)
    assert asked(step.effects) == [JoinWifi(SHOP, WORD)]
    assert isinstance(wifi.till.screen, JoiningNetwork)
    assert WORD not in repr(wifi.till) + repr(step) + repr(wifi.effects)


def test_a_passphrase_being_typed_is_in_no_repr() -> None:
    wifi = Wifi().typing()
    wifi.spell("secret")
    assert "secret" not in repr(wifi.till)
    assert "s" not in repr(Letter("s")).removeprefix("Letter")


def test_a_passphrase_that_is_too_short_is_not_tried() -> None:
    wifi = Wifi().typing()
    wifi.spell("x" * (SHORTEST_PASSPHRASE - 1))
    assert asked(wifi.press(Key.CHARGE).effects) == []
    assert wifi.passphrase.notice is WifiNotice.TOO_SHORT
    wifi.spell("x")
    assert wifi.passphrase.notice is None
    assert len(asked(wifi.press(Key.CHARGE).effects)) == 1


def test_no_passphrase_is_longer_than_the_standard_allows_and_all_of_it_is_printable() -> None:
    wifi = Wifi().typing()
    wifi.spell("x" * (LONGEST_PASSPHRASE + 5))
    assert len(wifi.passphrase.typed) == LONGEST_PASSPHRASE
    wifi = Wifi().typing()
    wifi.spell("a\0\n\x1b\x7fé₿b")
    assert wifi.passphrase.typed == "ab"


def test_digits_of_the_keypad_count_and_delete_takes_the_last_one() -> None:
    wifi = Wifi().typing()
    wifi.press("12")
    wifi.spell("ab")
    wifi.press(Key.DELETE)
    assert wifi.passphrase.typed == "12a"


def test_a_capital_is_one_capital_and_signs_stay() -> None:
    wifi = Wifi().typing()
    layers = []
    for key, letter in ((Key.CURRENCY, "A"), (Key.PLUS, "#"), (Key.PLUS, "a")):
        wifi.press(key)
        layers.append(wifi.passphrase.layer)
        wifi.spell(letter)
        layers.append(wifi.passphrase.layer)
    assert layers == [
        *(KeyboardLayer.UPPER, KeyboardLayer.LOWER),
        *(KeyboardLayer.SIGNS, KeyboardLayer.SIGNS),
        *(KeyboardLayer.LOWER, KeyboardLayer.LOWER),
    ]


def test_a_companys_network_is_not_joined() -> None:
    wifi = Wifi().opened()
    wifi.press(Key.D3)
    assert wifi.networks.notice is WifiNotice.NOT_HERE


def test_an_open_network_is_joined_after_a_question_alone() -> None:
    """Box fault 30: one touch joined an open network that anybody had named like the shop's."""
    wifi = Wifi().opened()
    assert asked(wifi.press(Key.D2).effects) == []
    assert wifi.till.screen == OpenNetwork(SEEN[1], wifi.till.now_s)
    wifi.wait(1)
    assert asked(wifi.press(Key.CHARGE).effects) == [JoinWifi(SEEN[1], "")]
    assert isinstance(wifi.till.screen, JoiningNetwork)


def test_a_doubt_about_an_open_network_leads_back_to_the_list() -> None:
    wifi = Wifi().opened()
    wifi.press(Key.D2)
    wifi.wait(1)
    assert asked(wifi.press(Key.CLEAR).effects) == [ScanWifi()]
    assert isinstance(wifi.till.screen, NetworkList)


def test_a_wrong_passphrase_is_said_and_typed_again() -> None:
    wifi = Wifi().typing()
    wifi.spell(WORD)
    wifi.press(Key.CHARGE)
    wifi.play(WifiJoinResult(WifiNotice.REFUSED))
    assert (wifi.passphrase.network, wifi.passphrase.typed) == (SHOP, "")
    assert wifi.passphrase.notice is WifiNotice.REFUSED


@pytest.mark.parametrize("news", [news for news in WifiNotice if news is not WifiNotice.REFUSED])
def test_what_came_of_joining_is_told_above_a_fresh_list(news: WifiNotice) -> None:
    wifi = Wifi().typing()
    wifi.spell(WORD)
    wifi.press(Key.CHARGE)
    step = wifi.play(WifiJoinResult(news))
    assert asked(step.effects) == [ScanWifi()]
    wifi.play(WifiScanResult(SEEN))
    assert wifi.networks.notice is news


def test_no_network_manager_is_said_in_place_of_a_list() -> None:
    wifi = Wifi()
    wifi.press(Key.D5)
    wifi.play(WifiScanResult((), WifiNotice.NO_MANAGER))
    assert (wifi.networks.networks, wifi.networks.notice) == ((), WifiNotice.NO_MANAGER)


def test_a_long_list_is_paged_and_the_digits_choose_what_is_seen() -> None:
    many = tuple(network(f"net {number}") for number in range(12))
    wifi = Wifi()
    wifi.press(Key.D5)
    wifi.play(WifiScanResult(many))
    wifi.press(Key.PLUS, Key.PLUS, Key.PLUS)
    assert wifi.networks.top == len(many) - LIST_ROWS
    wifi.press(Key.D2)
    assert wifi.passphrase.network == many[len(many) - LIST_ROWS + 1]
    wifi = Wifi()
    wifi.press(Key.D5)
    wifi.play(WifiScanResult(many[:2]))
    wifi.press(Key.D3, Key.PLUS, Key.DELETE)
    assert wifi.networks.top == 0, "there is no third network"


def test_every_screen_can_be_left_for_the_page_it_came_from() -> None:
    wifi = Wifi().typing()
    wifi.press(Key.CLEAR)
    assert isinstance(wifi.till.screen, NetworkList)
    wifi.press(Key.CLEAR)
    assert isinstance(wifi.till.screen, ManagerScreen)
    assert wifi.till.screen.page is ManagerPage.DEVICE


def test_a_manager_who_walks_away_leaves_no_passphrase_on_the_screen() -> None:
    for wifi in (Wifi().opened(), Wifi().typing()):
        wifi.wait(MANAGER_PATIENCE_S + 1)
        assert isinstance(wifi.till.screen, EnteringAmount)


def test_letters_and_news_mean_nothing_anywhere_else() -> None:
    story = Story().ready()
    before = story.till
    story.play(LetterTyped(Letter("a")), WifiJoinResult(WifiNotice.JOINED), WifiScanResult(SEEN))
    assert story.till == before
    assert not needs_connection(Wifi().typing().till)


def test_a_hidden_network_is_joined_by_its_name_and_passphrase() -> None:
    wifi = Wifi().opened()
    wifi.press(Key.CHARGE)
    wifi.spell(" Back office ")
    wifi.press(Key.CHARGE)
    wifi.spell("correct horse")
    wifi.effects.clear()
    step = wifi.press(Key.CHARGE)
    (join,) = [effect for effect in step.effects if isinstance(effect, JoinWifi)]
    assert (join.network.name, join.network.hidden) == ("Back office", True)
    assert join.network.security is Security.PERSONAL
    assert join.passphrase == "correct horse"
    wifi.play(WifiJoinResult(WifiNotice.REFUSED))
    assert isinstance(wifi.till.screen, EnteringPassphrase), "the name stays"
    assert wifi.till.screen.network.name == "Back office"


def test_a_hidden_network_without_a_passphrase_is_open_and_that_is_asked() -> None:
    wifi = Wifi().opened()
    wifi.press(Key.CHARGE)
    wifi.spell("Back office")
    wifi.press(Key.CHARGE, Key.CHARGE)
    assert isinstance(wifi.till.screen, OpenNetwork)
    step = wifi.press(Key.CHARGE)
    (join,) = [effect for effect in step.effects if isinstance(effect, JoinWifi)]
    assert (join.network.security, join.passphrase) == (Security.OPEN, "")


@pytest.mark.parametrize(
    "name", ["", "   ", "--help", "\N{GREEK SMALL LETTER ALPHA}" * 17, "x" * 33]
)
def test_a_name_that_no_network_can_have_is_refused(name: str) -> None:
    wifi = Wifi().opened()
    wifi.press(Key.CHARGE)
    wifi.spell(name)
    wifi.press(Key.CHARGE)
    assert isinstance(wifi.till.screen, EnteringPassphrase)
    assert wifi.till.screen.asks_name
    assert wifi.till.screen.notice is WifiNotice.NO_SUCH_NAME

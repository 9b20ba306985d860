"""The manager's screens: totals, history, forwards, and the box with its Wi-Fi."""

from dataclasses import replace
from typing import Final

from kiosk.sale import forward, wifi
from kiosk.sale.box import ActOnBox, BoxAct, BoxNews, BoxTold
from kiosk.sale.effects import Play, ReadHistory, Sound, Step
from kiosk.sale.facts import DayClosed
from kiosk.sale.keys import Key, Letter
from kiosk.sale.leave import idle
from kiosk.sale.till import Managing, Page, Till
from kiosk.sale.wifi import WifiScreen, WifiSeen, WifiTold

_PAGES: Final = tuple(Page)
# On the page of the box, after the digits that choose a page.
WIFI_KEY: Final = Key.D5
EXPORT_KEY: Final = Key.D6


def page(till: Till, screen: Managing, key: Key) -> Step:
    """A key on one of the pages."""
    awake = replace(screen, since_s=till.now_s, news=None, closing=False)
    if key is Key.CLEAR:
        return Step(replace(till, screen=awake)) if screen.closing else idle(till)
    if key.digit is not None and 1 <= key.digit <= len(_PAGES):
        awake = replace(awake, page=_PAGES[key.digit - 1], top=0)
        return Step(replace(till, screen=awake))
    match key, screen.page:
        case Key.PLUS, _:
            last = max(0, len(screen.rows or ()) - 1)
            return Step(replace(till, screen=replace(awake, top=min(screen.top + 1, last))))
        case Key.DELETE, _:
            return Step(replace(till, screen=replace(awake, top=max(0, screen.top - 1))))
        case Key.CHARGE, Page.TOTALS if not screen.closing:
            return Step(replace(till, screen=replace(awake, closing=True)))
        case Key.CHARGE, Page.TOTALS:
            return Step(replace(till, screen=awake), (DayClosed(till.unix_s),), (ReadHistory(),))
        case Key.CHARGE, Page.FORWARDS:
            return forward.retried(replace(till, screen=awake, alarms=()))
        case _, Page.BOX:
            return _box(till, awake, key)
    return Step(replace(till, screen=awake))


def box_told(till: Till, event: BoxTold) -> Step:
    """What came of an act on the box: for a manager who still looks."""
    if not isinstance(till.screen, Managing):
        return Step(till)
    told = replace(till.screen, news=event.news, since_s=till.now_s)
    return Step(replace(till, screen=told))


def wifi_key(till: Till, screen: WifiScreen, key: Key) -> Step:
    """A key on the screens of the Wi-Fi."""
    return _turned(till, wifi.pressed(screen, key, till.now_s))


def letter(till: Till, typed: Letter) -> Step:
    """A character: only a passphrase has use for it."""
    if not isinstance(till.screen, wifi.Passphrase):
        return Step(till)
    spelled = replace(till, screen=wifi.typed(till.screen, typed.text, till.now_s))
    return Step(spelled, (), (Play(Sound.KEY),))


def wifi_told(till: Till, event: WifiSeen | WifiTold) -> Step:
    """News of the Wi-Fi: for a manager who still looks."""
    if not isinstance(till.screen, WifiScreen):
        return Step(till)
    return _turned(till, wifi.told(till.screen, event, till.now_s))


def _box(till: Till, screen: Managing, key: Key) -> Step:
    if key == WIFI_KEY:
        return _turned(till, wifi.opened(till.now_s))
    if key == EXPORT_KEY:
        busy = replace(screen, news=BoxNews.EXPORTING)
        return Step(replace(till, screen=busy), (), (ActOnBox(BoxAct.EXPORT),))
    match key:
        case Key.CHARGE:
            return Step(replace(till, screen=screen), (), (ActOnBox(BoxAct.RESTART),))
        case Key.CHECK:
            return Step(replace(till, screen=screen), (), (ActOnBox(BoxAct.SHUT_DOWN),))
    return Step(replace(till, screen=screen))


def _turned(till: Till, turn: wifi.Turn) -> Step:
    screen, effects = turn
    if screen is not None:
        return Step(replace(till, screen=screen), (), effects)
    back = Managing(Page.BOX, since_s=till.now_s)
    return Step(replace(till, screen=back), (), (*effects, ReadHistory()))

"""A screen that says why there is no till, for as long as there is none.

The program does not end over it: systemd would start it again and again, and the screen would stay
dark. The watchdog is fed meanwhile.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from kiosk.commands.from_settings import look_of
from kiosk.doors import Watchdog
from kiosk.host.refused_settings import ITEMS_FILE
from kiosk.sale.entry import Entry
from kiosk.sale.money import SAT
from kiosk.sale.rules import Rules
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.till import FetchingAccount, Till
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.screen.display.window import Window
from kiosk.screen.text.setting_problems import first_of
from kiosk.settings import Settings

COUNTDOWN_S: Final = 1.0


class ErrorScreen:
    """Shows a till that cannot be used.

    `stopped` says whether to give up waiting, `closes` whether closing the window ends it too.
    """

    def __init__(
        self,
        settings: Settings,
        stopped: Callable[[], bool],
        watchdog: Watchdog | None = None,
        *,
        closes: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.window = Window(look_of(settings), settings.screen, settings.rotate)
        self._rules = Rules(kiosk_id=settings.kiosk_id, run=secrets.token_hex(4))
        self._stopped = stopped
        self._watchdog = watchdog
        self._closes = closes
        self._clock = clock

    def show_for_good(self, trouble: Trouble) -> None:
        """Until a person has put it right."""
        self._show(self._till(FetchingAccount(), trouble), None)

    def show_until_retry(self, trouble: Trouble, pause_s: float) -> None:
        """Count down to the next try."""
        until_s = self._clock() + pause_s
        self._show(self._till(FetchingAccount(1, until_s, trouble)), until_s)

    def _till(self, service: FetchingAccount, settings_trouble: Trouble | None = None) -> Till:
        entering = EnteringAmount(Entry(SAT))
        return Till(self._rules, entering, service=service, settings_trouble=settings_trouble)

    def _show(self, till: Till, until_s: float | None) -> None:
        while not self._stopped() and not (self._closes and self.window.closed):
            now_s = self._clock()
            if until_s is not None and now_s >= until_s:
                return
            if self._watchdog is not None:
                self._watchdog.feed_if_due(now_s)
            self.window.draw(replace(till, now_s=now_s))
            self.window.wait(self._pause_s(now_s, until_s))

    def _pause_s(self, now_s: float, until_s: float | None) -> float | None:
        pauses = []
        if until_s is not None:
            pauses.append(min(COUNTDOWN_S, until_s - now_s))
        if self._watchdog is not None:
            pauses.append(max(0.0, self._watchdog.due_s - now_s))
        return min(pauses, default=None)


def wrong_settings(names: Sequence[str]) -> Trouble:
    """The trouble that names what is wrong, never a value; of much that is wrong the first."""
    only_items = bool(names) and all(name.startswith(ITEMS_FILE) for name in names)
    kind = TroubleKind.WRONG_ITEMS_FILE if only_items else TroubleKind.WRONG_SETTINGS
    return Trouble(kind, first_of(names, ", "))


def left_on_boot(files: Sequence[str]) -> Trouble:
    """The trouble that names files whose settings are in force and still lie on the card."""
    return Trouble(TroubleKind.BOOT_FILE_LEFT, first_of(files, ", "))

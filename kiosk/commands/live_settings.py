"""The settings of the running till, of which most are taken over without a new start."""

import logging
from collections.abc import Callable
from datetime import tzinfo
from typing import Final

from kiosk.sale.events import Event, SettingsApplied
from kiosk.sale.rules import Rules
from kiosk.sale.settings_change import ApplySettings
from kiosk.screen.display.screensaver import ScreensaverDelays
from kiosk.screen.display.window import Window
from kiosk.screen.drawing.look import Look
from kiosk.settings import Settings
from kiosk.settings.on_screen import with_changes

log: Final = logging.getLogger("kiosk")


class LiveSettings:
    """Takes changed settings over: the display and the speaker here, the rules by an event.

    `look_of` and `rules_of` say what settings mean for them, as at the start of the program;
    `use_zone` has days begin elsewhere. `settings` are the ones in force now.
    """

    def __init__(
        self,
        settings: Settings,
        window: Window,
        put: Callable[[Event], None],
        *,
        look_of: Callable[[Settings], Look],
        rules_of: Callable[[Settings], Rules],
        use_zone: Callable[[tzinfo], None],
    ) -> None:
        self.settings = settings
        self._window = window
        self._put = put
        self._look_of = look_of
        self._rules_of = rules_of
        self._use_zone = use_zone

    def apply(self, effect: ApplySettings) -> None:
        """Take them over; called by the loop, in whose thread the display is drawn."""
        changes = dict(effect.changes)
        settings = self.settings = with_changes(self.settings, changes)
        log.info("settings taken over without a new start: %s", ", ".join(changes))
        self._window.use_look(self._look_of(settings))
        self._window.use_volume(settings.volume)
        self._window.use_brightness(settings.brightness)
        self._use_zone(settings.timezone)
        self._window.use_delays(ScreensaverDelays(settings.dim_seconds, settings.blank_seconds))
        self._put(SettingsApplied(self._rules_of(settings)))

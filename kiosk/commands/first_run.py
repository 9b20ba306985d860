"""The first run: asks the merchant on the screen what a till must know, and has it put into force.

The questions are `kiosk.sale.first_run`. Here are the display, the Wi-Fi, the look-up of whoever is
to be paid, and the request to root's unit. There is no journal and no sale.
"""

import contextlib
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import available_timezones

from kiosk import doors
from kiosk.clock import system_zone
from kiosk.commands.app import panel_of
from kiosk.commands.from_settings import look_of
from kiosk.commands.payee_lookup import look_up_in_thread
from kiosk.doors import Watchdog
from kiosk.host import usb_stick
from kiosk.host.dispatcher import Host
from kiosk.host.network import has_route
from kiosk.host.phone_setup import PhoneSetupUnit
from kiosk.loop import Inbox
from kiosk.panel.deferred import DeferredPanel
from kiosk.sale import first_run, first_run_stick
from kiosk.sale.events import (
    Event,
    KeyPressed,
    LetterTyped,
)
from kiosk.sale.first_run_phone import (
    ALONE_S,
    go_on,
    goes_on_by_itself,
    handle_phone_progress,
)
from kiosk.sale.first_run_screen import (
    CheckNetwork,
    FirstRun,
    FirstRunEffect,
    FirstRunStep,
    Machine,
    Question,
)
from kiosk.sale.key_timing import ignores_key, note_screen_change
from kiosk.sale.payee_lookup import PayeeFound, PayeeNotFound
from kiosk.sale.phone_setup import AnswerPhoneSetup, StartPhoneSetup, StopPhoneSetup
from kiosk.sale.rules import Rules
from kiosk.sale.settings_change import SettingsChangeResult, StickFile
from kiosk.sale.till import Till
from kiosk.sale.wifi import WifiJoinResult, WifiScanResult
from kiosk.screen.display.surface import touch_devices
from kiosk.screen.display.window import Window
from kiosk.settings import LANGUAGES, Settings

DONE_SHOWN_S: Final = 1.5  # "All set", before the program ends to be started with the settings
LEFT_SHOWN_S: Final = 15.0  # that the file has to be deleted from the stick by hand
_PLUGS_LOOK_S: Final = 3.0  # how often to look whether a cable or a stick was plugged in
_PLUGS_ANSWER: Final = (
    Question.NETWORK,
    Question.MONEY,
    Question.TILL_ACCOUNT,
    Question.PHONE_KEY,
    Question.PHONE,
)
PAYEE_SHOWN_S: Final = 6.0  # who gets the money, where nobody saw that here before
PHONE_LOOK_S: Final = 0.5


class FirstRunScreen:
    """Asks the questions. `stopped` says whether to give up.

    `folder` is the service's runtime directory. `refused` are settings that were wrong in a file on
    the boot partition.
    """

    def __init__(
        self,
        settings: Settings,
        stopped: Callable[[], bool],
        watchdog: Watchdog | None,
        *,
        folder: Path | None,
        refused: tuple[str, ...] = (),
        machine: Machine | None = None,
        host: Callable[[Inbox], doors.Host] | None = None,
        is_online: Callable[[], bool] = has_route,
        has_stick: Callable[[], bool] = usb_stick.has_stick,
        phone: PhoneSetupUnit | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.window = Window(
            look_of(settings),
            settings.screen,
            settings.rotate,
            touch_rotate=settings.touch_rotate,
        )
        self._settings = settings
        self._stopped = stopped
        self._watchdog = watchdog
        self._is_online = is_online
        self._has_stick = has_stick
        self._stick_was_there = False
        self._clock = clock
        self._inbox = Inbox()
        self._inbox.wake = self.window.wake
        self._host = host(self._inbox) if host is not None else _host(settings, self._inbox, folder)
        self._plugs_due_s = 0.0
        make_panel = partial(panel_of, settings, self._inbox.put)
        self._panel = DeferredPanel(make_panel, self._inbox.put)
        here = machine or machine_here(has_touch=bool(touch_devices()))
        begun = first_run.begin(here, refused)
        self._phone = phone or PhoneSetupUnit(folder, clock)
        self._phone.end_leftover()
        self._phone_due_s = 0.0
        rules = Rules(kiosk_id=settings.kiosk_id, run=secrets.token_hex(4))
        self._till = Till(rules, begun, now_s=clock(), screen_since_s=clock())

    @property
    def till(self) -> Till:
        """What is drawn: a till that only asks."""
        return self._till

    @property
    def screen(self) -> FirstRun:
        """The question on the screen."""
        assert isinstance(self._till.screen, FirstRun)
        return self._till.screen

    def ask(self) -> bool:
        """Until the settings are in force, or somebody stops it: then it is False."""
        with contextlib.closing(self):
            self._panel.open()
            while not self._stopped():
                self.run_once()
                if self.screen.question is Question.DONE and self._is_read():
                    return True
        return False

    def run_once(self) -> None:
        """One round: draw, sleep until something happens, take it all in."""
        now_s = self._clock()
        self._till = replace(self._till, now_s=now_s)
        if self._watchdog is not None:
            self._watchdog.feed_if_due(now_s)
        self.window.draw(self._till)
        events = (*self.window.wait(self._pause_s(now_s)), *self._inbox.take())
        self._till = replace(self._till, now_s=self._clock())
        for event in events:
            self._handle(event)
        self._look_at_plugs()
        self._look_at_phone()

    def close(self) -> None:
        """Give the display and the keypad back; without a screen no phone is waited for."""
        if self.screen.question is Question.PHONE:
            self._phone.stop()
        self._panel.close()
        self.window.close()

    def _handle(self, event: Event) -> None:
        screen, now_s = self.screen, self._till.now_s
        match event:
            case KeyPressed(key):
                if not ignores_key(self._till, key):
                    self._apply(first_run.handle_key(screen, key, now_s))
            case LetterTyped(letter):
                self._apply((first_run.handle_letter(screen, letter.text, now_s), ()))
            case WifiScanResult() | WifiJoinResult():
                self._apply(first_run.handle_wifi_result(screen, event, now_s))
            case PayeeFound() | PayeeNotFound():
                self._apply((first_run.handle_payee(screen, event), ()))
            case SettingsChangeResult() if screen.question is Question.RADIO:
                self._apply(first_run.handle_radio(screen, now_s))
            case SettingsChangeResult():
                self._apply((first_run.handle_saved(screen, event), ()))

    def _apply(self, step: FirstRunStep) -> None:
        after, effects = step
        if after.answers.language != self.screen.answers.language:
            self.window.use_language(after.answers.language)
        self._till = note_screen_change(self._till, replace(self._till, screen=after))
        for effect in effects:
            self._perform(effect)

    def _perform(self, effect: FirstRunEffect) -> None:
        match effect:
            case CheckNetwork():
                is_there = self._is_online()
                now_s = self._till.now_s
                self._apply(first_run.handle_network(self.screen, is_there=is_there, now_s=now_s))
            case StartPhoneSetup() | StopPhoneSetup() | AnswerPhoneSetup():
                self._phone.perform(effect)
            case _:
                self._host.perform(effect)

    def _look_at_plugs(self) -> None:
        """Whoever plugs in a cable, or a stick, has answered a question."""
        now_s = self._till.now_s
        if self.screen.question not in _PLUGS_ANSWER or now_s < self._plugs_due_s:
            return
        self._plugs_due_s = now_s + _PLUGS_LOOK_S
        if self.screen.question is Question.NETWORK and self._is_online():
            self._perform(CheckNetwork())
        is_there = self._has_stick()
        if is_there and not self._stick_was_there:
            self._apply(first_run_stick.handle_stick(self.screen))
        self._stick_was_there = is_there

    def _look_at_phone(self) -> None:
        """How far root's unit is while a phone fills everything in; without touch the next code."""
        if goes_on_by_itself(self.screen) and self._till.now_s >= self._alone_s:
            self._apply(go_on(self.screen))
        if self.screen.question is Question.PHONE and self._till.now_s >= self._phone_due_s:
            self._phone_due_s = self._till.now_s + PHONE_LOOK_S
            self._apply((handle_phone_progress(self.screen, self._phone.progress()), ()))

    @property
    def _alone_s(self) -> float:
        return self._till.screen_since_s + ALONE_S

    def _is_read(self) -> bool:
        return self._clock() - self._till.screen_since_s >= self._done_shown_s

    @property
    def _done_shown_s(self) -> float:
        if self.screen.phone is not None:
            return PAYEE_SHOWN_S
        outcome = self.screen.outcome
        is_left = outcome is not None and outcome.stick_file is StickFile.LEFT
        return LEFT_SHOWN_S if is_left else DONE_SHOWN_S

    def _pause_s(self, now_s: float) -> float | None:
        pauses = []
        if self._watchdog is not None:
            pauses.append(self._watchdog.due_s - now_s)
        if self.screen.question in _PLUGS_ANSWER:
            pauses.append(self._plugs_due_s - now_s)
        if self.screen.question is Question.DONE:
            pauses.append(self._till.screen_since_s + self._done_shown_s - now_s)
        if goes_on_by_itself(self.screen):
            pauses.append(self._alone_s - now_s)
        if self.screen.question is Question.PHONE:
            pauses.append(self._phone_due_s - now_s)
        next_s = self.window.next_frame_s(self._till)
        if next_s is not None:
            pauses.append(next_s - now_s)
        return max(0.0, min(pauses)) if pauses else None


def machine_here(*, has_touch: bool) -> Machine:
    """What this machine knows: the zones of its database, and the one that it is set to."""
    zones = tuple(sorted(available_timezones()))
    return Machine(LANGUAGES, zones, str(system_zone()), has_touch)


def _host(settings: Settings, inbox: Inbox, folder: Path | None) -> Host:
    return Host(
        inbox.put,
        folder=folder,
        end=lambda _: None,
        write_sales=lambda _: None,
        look_up=look_up_in_thread(settings, inbox.put),
    )

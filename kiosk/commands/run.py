"""`kiosk run`: the appliance, until it is stopped.

In the order in which a person in front of it notices: a first picture, before anything slow is
loaded; the till; the keypad and Blink. Under systemd nothing ends the program but systemd, the
manager and a crash; what prevents sales is shown on the screen.
"""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from kiosk.host import restarts
from kiosk.host.notify import notifier, watchdog_s
from kiosk.host.process_hardening import harden_process, remove_from_environment
from kiosk.host.refused_settings import is_change_unfinished, left_files, names_of, refused_names
from kiosk.host.watchdog import make_watchdog
from kiosk.settings import SECRETS, Settings, WrongSettings

if TYPE_CHECKING:
    from kiosk.commands.app import App
    from kiosk.commands.error_screen import ErrorScreen
    from kiosk.sale.device import DeviceAction
    from kiosk.sale.trouble import Trouble

log: Final = logging.getLogger("kiosk")

# The journal or the panel cannot be opened: look again at this pace.
AGAIN_S: Final = 30.0

# No screen is no failure of the program: look again at this pace, and answer `stop` at once.
SCREEN_LOOK_S: Final = 2.0
_STEP_S: Final = 0.1
# `setup.sh update` tells a release without a screen from a broken one by this status.
NO_SCREEN: Final = "no screen: connect one"

# The exit status at which systemd turns the machine off: the till itself may not (kiosk.service).
POWER_OFF: Final = 100


def run(settings: Settings) -> int:
    """Run until SIGTERM or the manager says so; on a developer's machine also until Ctrl-C or the
    window is closed.
    """
    return _Service(settings).run()


def refuse(error: WrongSettings, *, is_set_up: bool) -> int:
    """Under systemd, stay and show the names of the wrong settings, or ask for the first ones where
    nobody has set the till up; elsewhere they were printed already.
    """
    if not notifier(os.environ).listens:
        return 2
    return _Service(error.rest).run(refused=names_of(error.problems), is_set_up=is_set_up)


class _Service:
    """One run of the program, as systemd sees it, if there is one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._notifier = notifier(os.environ)
        self._patience_s = watchdog_s(os.environ, os.getpid())
        self._folder = restarts.runtime_folder(os.environ)
        self._stopped = False
        self._ends_with = 0
        self._wake: Callable[[], None] = lambda: None
        self._process_requests: Callable[[], None] = lambda: None
        # A finger on Ctrl-C or Alt-F4 must not end an appliance; on a developer's machine it
        # should.
        self._on_developer_machine = not self._notifier.listens

    def run(self, refused: tuple[str, ...] = (), *, is_set_up: bool = True) -> int:
        """Run it; the exit code."""
        from kiosk.commands.log import set_up_log

        harden_process()
        set_up_log(self._settings.log_level, _secret_values(self._settings))
        remove_from_environment(SECRETS)
        self._listen()
        code = self._run_on_a_screen(self._starts(), refused, is_set_up=is_set_up)
        if self._folder is not None and code in (0, POWER_OFF):
            restarts.note_orderly_end(self._folder)
        self._notifier.stopping()
        self._notifier.close()
        return code

    def _run_on_a_screen(
        self, starts: restarts.Starts, refused: tuple[str, ...], *, is_set_up: bool
    ) -> int:
        """Wait for a screen, and run; a screen that is lost for good is waited for again."""
        from kiosk.screen.display.surface import DisplayMissing

        while self._first_picture():
            try:
                if starts.pause_s:
                    self._wait_before_start(starts)
                    starts = restarts.Starts()
                if is_change_unfinished():
                    return self._wait_for_change()
                if not refused:
                    return self._run_till()
                return self._refuse(refused) if is_set_up else self._set_up(refused)
            except DisplayMissing as missing:
                log.error("the screen is lost: %s", missing)  # noqa: TRY400 - a sentence
        return 0 if self._stopped else 1

    def _listen(self) -> None:
        """Before SDL looks: it leaves alone the signals that somebody handles."""
        signal.signal(signal.SIGTERM, lambda *_: self.stop())
        signal.signal(
            signal.SIGHUP, lambda *_: self._process_requests()
        )  # `kiosk forwards --retry`
        signal.signal(
            signal.SIGINT,
            (lambda *_: self.stop()) if self._on_developer_machine else signal.SIG_IGN,
        )

    def stop(self) -> None:
        """End after this round."""
        self._stopped = True
        self._wake()

    def _starts(self) -> restarts.Starts:
        if self._folder is None:
            return restarts.Starts()
        return restarts.note_start(self._folder, time.monotonic())

    def _first_picture(self) -> bool:
        """Draw it as soon as there is a screen; False when there is none and nobody waits."""
        from kiosk.screen.display.surface import DisplayMissing, first_picture

        settings, is_logged = self._settings, False
        while not self._stopped:
            try:
                first_picture(settings.screen, settings.rotate, settings.theme)
            except DisplayMissing as missing:
                if not is_logged:
                    log.error("%s", missing)  # noqa: TRY400 - a sentence, for whoever connects one
                is_logged = True
                if self._on_developer_machine:
                    return False
                self._wait_for_screen()
            else:
                return True
        return False

    def _wait_for_screen(self) -> None:
        self._notifier.still_starting(NO_SCREEN, AGAIN_S)
        self._notifier.feed()
        until_s = time.monotonic() + SCREEN_LOOK_S
        while not self._stopped and time.monotonic() < until_s:
            time.sleep(_STEP_S)  # a signal does not end a longer sleep

    def _error_screen(self) -> "ErrorScreen":
        from kiosk.commands.error_screen import ErrorScreen

        watchdog = make_watchdog(self._notifier, self._patience_s, {})
        hold = ErrorScreen(
            self._settings, self._is_over, watchdog, closes=self._on_developer_machine
        )
        self._wake = hold.window.wake
        return hold

    def _is_over(self) -> bool:
        return self._stopped

    def _wait_before_start(self, starts: restarts.Starts) -> None:
        from kiosk.sale.trouble import Trouble, TroubleKind

        log.error("failed %d times in a row; next start in %.0f s", starts.failures, starts.pause_s)
        self._wait(Trouble(TroubleKind.KEEPS_FAILING), starts.pause_s)

    def _wait_for_change(self) -> int:
        """End after a while: root's unit finishes the change before each start, if it can."""
        from kiosk.sale.trouble import Trouble, TroubleKind

        log.error("settings are in force in part; a new start in %.0f s tries again", AGAIN_S)
        self._wait(Trouble(TroubleKind.JOURNAL_BROKEN), AGAIN_S)
        return 0

    def _wait(self, trouble: "Trouble", pause_s: float) -> bool:
        """Show why there is no till, and when the next try is.

        Says whether the display was left alone meanwhile.
        """
        self._notifier.ready(f"out of service: {trouble.kind}; next try in {pause_s:.0f} s")
        hold = self._error_screen()
        hold.show_until_retry(trouble, pause_s)
        return hold.window.untouched_for_s >= pause_s

    def _refuse(self, names: tuple[str, ...]) -> int:
        from kiosk.commands.error_screen import wrong_settings

        self._wait_for_partition()
        if self._goes_back():
            return 0
        self._notifier.ready(f"out of service: wrong settings: {', '.join(names)}")
        self._error_screen().show_for_good(wrong_settings(names))
        return 0 if self._stopped else 2

    def _goes_back(self) -> bool:
        from kiosk.commands import settings_trial

        return not self._stopped and settings_trial.go_back(self._folder, self._fed_sleep)

    def _fed_sleep(self, seconds: float) -> None:
        self._notifier.feed()
        time.sleep(seconds)

    def _set_up(self, missing: tuple[str, ...]) -> int:
        """Ask for the first settings; systemd starts the program again with them."""
        from kiosk.commands.first_run import FirstRunScreen

        self._wait_for_partition()
        if self._stopped:
            return 0
        self._notifier.ready(f"waits to be set up on the screen: {', '.join(missing)}")
        screen = FirstRunScreen(
            self._settings,
            self._is_over,
            make_watchdog(self._notifier, self._patience_s, {}),
            folder=self._folder,
            refused=(*refused_names(), *left_files()),  # nothing of a copy is in force
        )
        self._wake = screen.window.wake
        screen.ask()
        return 0

    def _wait_for_partition(self) -> None:
        """Without their partition the settings are missing, and neither wrong nor never made."""
        from kiosk.journal import JournalUnusable, require_partition

        while not self._stopped:
            try:
                require_partition(self._settings.journal)
            except JournalUnusable as error:
                self._wait(error.trouble, AGAIN_S)
            else:
                return

    def _run_till(self) -> int:
        """Build the till and keep it going; what is missing is shown and waited for."""
        from kiosk.commands import new_start
        from kiosk.commands.app import build_app
        from kiosk.commands.from_settings import wiring_of
        from kiosk.commands.table import unwritable
        from kiosk.journal import JournalUnusable
        from kiosk.panel.gpio_chip import PanelMissing
        from kiosk.sale.trouble import KioskError, Trouble, TroubleKind

        try:
            wiring_of(self._settings)
        except ValueError as error:
            sys.stderr.write(f"kiosk: {error}\n")
            return 2 if self._on_developer_machine else self._refuse(names_of([str(error)]))
        folder = None if self._on_developer_machine else self._folder
        waits_since_s = time.monotonic()
        while not self._stopped:
            try:
                app = build_app(self._settings, folder=folder, end=self._run_device_action)
                try:
                    self._wake, self._process_requests = app.loop.stop, app.loop.process_requests
                    app.begin()
                    self._run_loop(app)
                finally:
                    app.close()
            except JournalUnusable as error:
                unwritable(self._settings.journal, error)
                trouble, words = error.trouble, str(error)
            except KioskError as error:
                trouble, words = error.trouble, str(error)
            except PanelMissing as missing:
                trouble, words = Trouble(TroubleKind.PANEL_MISSING, str(missing)), str(missing)
            else:
                return self._ends_with
            sys.stderr.write(f"kiosk: {words}\n")
            if self._on_developer_machine:
                return 1
            if trouble.kind is TroubleKind.PANEL_MISSING and self._goes_back():
                return 0
            is_untouched = self._wait(trouble, AGAIN_S)
            waits_s = time.monotonic() - waits_since_s
            if is_untouched and waits_s >= new_start.NEW_START_AFTER_S:
                log.error("no till for %.0f s; a new start may help", waits_s)
                return 1
        return 0

    def _run_loop(self, app: "App") -> None:
        from kiosk.commands import new_start

        timer = new_start.NewStartTimer(time.monotonic(), new_start.NEW_START_AFTER_S)
        from kiosk.commands import settings_trial

        health_checks = {"wallet": app.wallet.alive, "panel": app.panel.alive}
        app.loop.watchdog = make_watchdog(self._notifier, self._patience_s, health_checks)
        self._report_boot_files(app)
        self._notifier.ready("the till is on the screen")
        settings_trial.keep(self._folder)
        while not self._stopped and not app.loop.stopped:
            app.loop.run_once()
            if self._on_developer_machine:
                if app.window.closed:
                    return
            elif timer.is_due(app.loop.till, app.window.untouched_for_s, time.monotonic()):
                log.error("the journal has failed for long; a new start may help")
                self._ends_with = 1
                return

    def _report_boot_files(self, app: "App") -> None:
        """Settings from the boot partition were refused or left there; those in force go on."""
        from kiosk.commands.error_screen import left_on_boot, wrong_settings
        from kiosk.sale.events import BootFilesReported

        if self._on_developer_machine:
            return
        if names := refused_names():
            app.inbox.put(BootFilesReported(wrong_settings(names)))
        if left := left_files():
            app.inbox.put(BootFilesReported(left_on_boot(left)))

    def _run_device_action(self, act: "DeviceAction") -> None:
        """Leave in an orderly way; systemd starts the program again, or turns the machine off."""
        from kiosk.sale.device import DeviceAction

        if act is DeviceAction.SHUT_DOWN:
            self._ends_with = POWER_OFF
        self.stop()


def _secret_values(settings: Settings) -> list[str]:
    # Not the PIN: a few digits are a part of every other amount.
    secrets = (settings.blinkpos_api_key, settings.merchant_api_key)
    return [secret.reveal() for secret in secrets if secret is not None]

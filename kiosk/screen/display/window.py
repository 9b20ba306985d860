"""The display: one surface, one frame, touches and keys in."""

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import Final

import pygame

from kiosk.sale.effects import Sound
from kiosk.sale.events import DeviceFailed, Event
from kiosk.sale.key_timing import takes_letters
from kiosk.sale.screens import EnteringAmount, RequestingInvoice
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.screen.display.backlight import SYSFS, Backlight
from kiosk.screen.display.input_sleep import INPUT_DEVICES, InputSleep
from kiosk.screen.display.page import Page
from kiosk.screen.display.painter import Painter, Picture
from kiosk.screen.display.redraw_schedule import redraw_schedules
from kiosk.screen.display.saved_brightness import SavedBrightness
from kiosk.screen.display.screensaver import ScreensaverDelays, ScreensaverTimer, ScreenStage
from kiosk.screen.display.surface import connected_screens, open_display, touch_devices
from kiosk.screen.display.touch_input import TouchInput
from kiosk.screen.drawing.canvas import Canvas
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.qr import WHITE_LEVELS, prepare
from kiosk.screen.drawing.theme import PALETTES
from kiosk.screen.sound.speaker import Speaker
from kiosk.screen.text.words import Words
from kiosk.screen.views import attract
from kiosk.screen.views.choosing_item import item_room
from kiosk.screen.views.free_room import has_room_for_sales
from kiosk.screen.views.list_card import list_room
from kiosk.screen.views.paint import paint, paint_motion

log: Final = logging.getLogger("kiosk.screen")

CONNECTORS_S: Final = 5.0  # how often to look whether a screen was plugged in, when awake anyway

_NEVER_SLEEPS: Final = ScreensaverDelays()


class Window:
    """The display and the speaker. `size` None is full screen; `rotate` turns clockwise.

    `touch_rotate` is how far a touch has to be turned clockwise to meet the display.
    `memory` is the file that remembers the white level, None for none.
    """

    def __init__(
        self,
        look: Look,
        size: tuple[int, int] | None = None,
        rotate: int = 0,
        *,
        volume: int = 0,
        brightness: int | None = None,
        delays: ScreensaverDelays = _NEVER_SLEEPS,
        backlights: Path = SYSFS,
        memory: Path | None = None,
        touch_rotate: int = 0,
        audio_device: str = "",
        touch_devices: Callable[[], Collection[int]] = touch_devices,
        connectors: Callable[[], frozenset[str]] = connected_screens,
        input_devices: Path = INPUT_DEVICES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        pygame.font.init()
        self._size, self._rotate = size, rotate
        self._clock = clock
        self._connectors = connectors
        self._connected = connectors()
        self._connectors_due_s = clock() + CONNECTORS_S
        self._sleep = InputSleep(input_devices, clock)
        self._saved_brightness = SavedBrightness(memory)
        self._look = replace(look, white=self._saved_brightness.white) if memory else look
        self._news: SimpleQueue[Event] = SimpleQueue()  # from other threads
        self._speaker = Speaker(volume, device=audio_device, on_hang=self.on_speaker_hang)
        self._backlight = Backlight(backlights, brightness)
        self._backlight.follow(ScreenStage.AWAKE)  # a program that was killed may have left it dark
        self._screensaver_timer = ScreensaverTimer(delays)
        self._stage = ScreenStage.AWAKE
        self._is_lit_for = ScreenStage.AWAKE
        self._is_darkened = False
        self._woke_on_touch = False
        self._painter = Painter(Page(open_display(size), rotate))
        self._input = TouchInput(
            touch_rotate,
            touch_devices,
            clock,
            self.wake_display,
            lambda: self._stage is ScreenStage.AWAKE,
        )
        self._till: Till | None = None

    @property
    def closed(self) -> bool:
        """Whether somebody has closed the window."""
        return self._input.closed

    @property
    def untouched_for_s(self) -> float:
        """How long ago the last touch or key was, or the window was opened."""
        return self._input.untouched_for_s

    @property
    def list_room(self) -> int:
        """What this display has for the lines of a list."""
        return list_room(self._canvas())

    @property
    def item_room(self) -> int:
        """How many quick items this display has room for at once."""
        return item_room(self._canvas())

    @property
    def has_room_for_sales(self) -> bool:
        """Whether this display has room for today's last sales while nothing is typed."""
        return has_room_for_sales(self._canvas())

    def draw(self, till: Till) -> bool:
        """Draw the till unless the picture would be the same; says whether it drew.

        Raises:
            DisplayMissing: the screen is lost and cannot be opened again.
        """
        self._till = till
        self._look_for_screen()
        self._apply_stage(till)
        self._input.follow(till.now_s)
        look = self._look.in_language(till.customer_language)
        picture = Picture(till, look, self._stage, self._input.pressed, self._is_darkened)
        try:
            drew = self._painter.draw(picture)
        except pygame.error as error:
            log.warning("the screen is opened again: %s", error)
            self._reopen()
            drew = True
        self._input.zones = self._painter.zones
        if drew and isinstance(till.screen, RequestingInvoice):
            prepare()
        return drew

    def next_frame_s(self, till: Till) -> float | None:
        """The monotonic time at which the picture changes by itself, None for never."""
        finger_s = self._input.next_finger_s(till.now_s)
        if self._stage is ScreenStage.BLANK:
            return finger_s
        schedules = redraw_schedules(till)
        if self._stage is ScreenStage.ATTRACT:
            schedules = (attract.DRIFT,)
        times = (
            *(schedule.next_s(till.now_s) for schedule in schedules),
            self._screensaver_timer.next_change_s(till),
            self._painter.next_frame_s(till),
            self._input.next_change_s(),
            finger_s,
        )
        return min((time_s for time_s in times if time_s is not None), default=None)

    def wait(self, timeout_s: float | None) -> tuple[Event, ...]:
        """Sleep until something happens, at most `timeout_s`; what was typed and touched."""
        until_s = None if timeout_s is None else self._clock() + timeout_s
        while True:
            events = pygame.event.get()
            if events:
                self._sleep.expect_input()
                break
            left_s = None if until_s is None else until_s - self._clock()
            if (left_s is not None and left_s <= 0) or self._sleep.wait(left_s):
                break
        point_at, spells = self._painter.page.point_at, self._spells()
        return (*self._input.events_of(events, point_at, spells=spells), *self._take_news())

    def wake(self) -> None:
        """Make `wait` return; safe from any thread."""
        self._sleep.wake()

    def wake_display(self) -> bool:
        """Note that a key was pressed. True: the display was dim or dark, so the key only wakes
        it.
        """
        asleep, self._stage = self._stage is not ScreenStage.AWAKE, ScreenStage.AWAKE
        self._woke_on_touch = True
        return asleep

    def play(self, sound: Sound) -> None:
        """One short sound."""
        self._speaker.play(sound)

    def use_look(self, look: Look) -> None:
        """Draw everything in another look from the next picture on; the code's white stays."""
        self._look = replace(look, white=self._look.white)

    @property
    def words(self) -> Words:
        """The language and the ways of writing numbers that are in force, without a customer's."""
        return self._look.words

    def use_volume(self, volume: int) -> None:
        """Tones of another volume, 0 to 100, from the next one on."""
        self._speaker.use_volume(volume)

    def use_brightness(self, brightness: int | None) -> None:
        """Another brightness of the backlight in percent, None for what was found at start."""
        self._backlight.brightness = brightness
        self._backlight.follow(self._stage)

    def use_delays(self, delays: ScreensaverDelays) -> None:
        """Dim and go dark after other times."""
        self._screensaver_timer.use_delays(delays)

    def use_language(self, language: str) -> None:
        """Say everything in another language from the next picture on."""
        self._look = self._look.in_language(language)

    def adjust_code_brightness(self, steps: int) -> None:
        """The white of the code, one level brighter or dimmer."""
        place = WHITE_LEVELS.index(self._look.white) + steps
        level = WHITE_LEVELS[min(max(place, 0), len(WHITE_LEVELS) - 1)]
        self._look = replace(self._look, white=level)

    def save(self, path: Path) -> None:
        """Save what was drawn last as a PNG."""
        pygame.image.save(self._painter.page.surface, path)

    def close(self) -> None:
        """Give the display and the speaker back, and leave the light on."""
        self._saved_brightness.keep(self._look.white)
        self._speaker.close()
        self._backlight.follow(ScreenStage.AWAKE)
        self._sleep.close()
        pygame.display.quit()

    def _canvas(self) -> Canvas:
        page = self._painter.page.surface
        return Canvas(page, PALETTES[self._look.theme], self._look.words)

    def _apply_stage(self, till: Till) -> None:
        """Apply a stage of the screensaver; at rest there is time to write the saved brightness."""
        if self._woke_on_touch:
            self._screensaver_timer.touched(till)
        self._woke_on_touch = False
        self._stage = self._screensaver_timer.look(till)
        if self._stage is not self._is_lit_for:
            self._is_lit_for = self._stage
            self._is_darkened = (
                not self._backlight.follow(self._stage) and self._stage is ScreenStage.DIM
            )
        if isinstance(till.screen, EnteringAmount):
            self._saved_brightness.keep(self._look.white)

    def _look_for_screen(self) -> None:
        """A screen that is plugged in again shows nothing until it is set up anew."""
        if self._clock() < self._connectors_due_s:
            return
        self._connectors_due_s = self._clock() + CONNECTORS_S
        before, self._connected = self._connected, self._connectors()
        if self._connected - before:
            log.info("a screen was connected; it is opened")
            self._reopen()

    def _reopen(self) -> None:
        pygame.display.quit()
        self._painter.start_on(Page(open_display(self._size), self._rotate))

    def on_speaker_hang(self) -> None:
        """Tell the till that the speaker hangs; called from the speaker's thread."""
        self._news.put(DeviceFailed(Trouble(TroubleKind.SPEAKER_HANGS)))
        self.wake()

    def _take_news(self) -> tuple[Event, ...]:
        events = []
        while not self._news.empty():
            events.append(self._news.get())
        return tuple(events)

    def _spells(self) -> bool:
        """Whether an attached keyboard types letters now; everywhere else they mean nothing."""
        return self._till is not None and takes_letters(self._till.screen)


def picture(till: Till, look: Look, size: tuple[int, int]) -> tuple[pygame.Surface, Canvas]:
    """A view is a function of the till: its picture, and the canvas that says what is where."""
    surface = pygame.Surface(size)
    return surface, painted(surface, till, look)


def painted(surface: pygame.Surface, till: Till, look: Look) -> Canvas:
    """The view drawn on a surface; the canvas says what is where."""
    pygame.font.init()
    look = look.in_language(till.customer_language)
    canvas = Canvas(surface, PALETTES[look.theme], look.words)
    shown = replace(till, item_room=item_room(canvas))
    paint(canvas, shown, look)
    paint_motion(canvas, shown)
    return canvas

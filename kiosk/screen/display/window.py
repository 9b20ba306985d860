"""The display: one surface, one frame, touches and keys in."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import Final

import pygame

from kiosk.sale.effects import Sound
from kiosk.sale.events import DeviceFailed, Event, KeyPressed, LetterTyped
from kiosk.sale.keys import Key, Letter
from kiosk.sale.screens import EnteringAmount, RequestingInvoice
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.wifi import EnteringPassphrase
from kiosk.screen.display.backlight import SYSFS, Backlight
from kiosk.screen.display.fingers import Fingers
from kiosk.screen.display.keyboard import key_of, letter_of
from kiosk.screen.display.redraw_schedule import (
    FRAME_S,
    RedrawSchedule,
    motion_schedules,
    page_schedules,
    redraw_schedules,
)
from kiosk.screen.display.saved_brightness import SavedBrightness
from kiosk.screen.display.screensaver import IdleTimer, ScreensaverDelays, ScreenStage
from kiosk.screen.display.surface import connected_screens, open_display, touch_devices
from kiosk.screen.drawing.canvas import Canvas
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.qr import WHITE_LEVELS, prepare
from kiosk.screen.drawing.theme import PALETTES
from kiosk.screen.drawing.touch_zones import TouchZone, zone_at
from kiosk.screen.sound.speaker import Speaker
from kiosk.screen.views import attract
from kiosk.screen.views.fallback import paint_fallback
from kiosk.screen.views.paint import paint, paint_motion

log: Final = logging.getLogger("kiosk.screen")

PRESSED_S: Final = 0.12

# SDL has nothing to sleep on without a window system and looks for input every millisecond, which
# costs 2.5 % of a core here; looking this often costs a sixth of it and stays within one frame.
INPUT_S: Final = 0.02
SLEEPING_INPUT_S: Final = 0.08  # with nothing on the screen that can be touched

# Where no backlight can be set, the picture itself is darkened to this share of 255.
DIMMED: Final = 96

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
        patience: ScreensaverDelays = _NEVER_SLEEPS,
        backlights: Path = SYSFS,
        memory: Path | None = None,
        touch_rotate: int = 0,
        audio_device: str = "",
        touch_devices: Callable[[], Collection[int]] = touch_devices,
        connectors: Callable[[], frozenset[str]] = connected_screens,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        pygame.font.init()
        self._size = size
        self._surface = open_display(size)
        self._connectors = connectors
        self._connected = connectors()
        self._connectors_due_s = clock() + CONNECTORS_S
        self._touched_s = clock()
        self._woken = threading.Event()
        self._saved_brightness = SavedBrightness(memory)
        self._look = replace(look, white=self._saved_brightness.white) if memory else look
        self._news: SimpleQueue[Event] = SimpleQueue()  # from other threads
        self._speaker = Speaker(volume, device=audio_device, on_hang=self._on_speaker_hang)
        self._backlight = Backlight(backlights)
        self._backlight.follow(ScreenStage.AWAKE)  # a program that was killed may have left it dark
        self._idle_timer = IdleTimer(patience)
        self._stage = ScreenStage.AWAKE
        self._is_lit_for = ScreenStage.AWAKE
        self._darkened = False
        self._rotate = rotate
        self._touch_rotate = touch_rotate
        self._page = self._new_page()
        self._zones: tuple[TouchZone, ...] = ()
        # Since when, by the till's clock: known only when the till is drawn next, for while
        # nothing happens the till last seen may be hours old.
        self._pressed: Key | Letter | None = None
        self._pressed_s: float | None = None
        self._held: TouchZone | None = None
        self._held_s: float | None = None
        self._woke_on_touch = False
        self._fingers = Fingers(touch_devices)
        self._clock = clock
        self._till: Till | None = None
        self._drawn: tuple[object, ...] | None = None
        self._motion_drawn: tuple[int, ...] = ()
        self._still: pygame.Surface | None = None  # the page without what moves over it
        self._moved: list[pygame.Rect] = []  # where something moves over the page
        self._failed_pages: set[str] = set()
        self.closed = False

    @property
    def untouched_for_s(self) -> float:
        """How long ago the last touch or key was, or the window was opened."""
        return self._clock() - self._touched_s

    def draw(self, till: Till) -> bool:
        """Draw the till unless the picture would be the same; says whether it drew.

        Raises:
            DisplayMissing: the screen is lost and cannot be opened again.
        """
        self._till = till
        self._look_for_screen()
        self._apply_stage(till)
        self._pressed_s = till.now_s if self._pressed_s is None else self._pressed_s
        self._held_s = till.now_s if self._held_s is None else self._held_s
        if till.now_s - self._pressed_s > PRESSED_S:
            self._pressed = None
        now, motion = self._what_shows(till), _frames(motion_schedules(till), till)
        if now == self._drawn and motion == self._motion_drawn:
            return False
        is_new_page, self._drawn, self._motion_drawn = now != self._drawn, now, motion
        if is_new_page:
            self._draw_page(till, moves=bool(motion))
        else:
            self._draw_motion(till)
        if isinstance(till.screen, RequestingInvoice):
            prepare()
        return True

    def _draw_page(self, till: Till, *, moves: bool) -> None:
        """Draw the whole picture; what moves goes over a copy of what stays."""
        canvas = self._painted(self._canvas(), till)
        self._zones = tuple(canvas.zones)
        self._moved = []
        self._still = self._page.copy() if moves else None
        if moves:
            self._moved = self._painted_motion(till)
        turned = self._page
        if self._rotate:
            turned = pygame.transform.rotate(self._page, -self._rotate)
        self._surface.blit(turned, (0, 0))
        self._show(None)

    def _draw_motion(self, till: Till) -> None:
        """Draw one frame of what moves, and copy only what it has changed."""
        before = self._moved
        for area in before:
            assert self._still is not None  # something has moved over it
            self._page.blit(self._still, area, area)
        self._moved = self._painted_motion(till)
        changed = []
        for area in _united(before, self._moved):
            turned = self._page.subsurface(area)
            if self._rotate:
                turned = pygame.transform.rotate(turned, -self._rotate)
            changed.append(self._surface.blit(turned, self._rotated(area)))
        self._show(changed)

    def _painted_motion(self, till: Till) -> list[pygame.Rect]:
        """Draw what moves; where it cannot be drawn the picture stands still."""
        canvas = self._canvas()
        try:
            moved = paint_motion(canvas, till)
        except Exception as error:  # noqa: BLE001 - no motion is worth the program
            self._note_failed_page(till, error)
            return []
        return [area.clip(canvas.rect) for area in moved]

    def _show(self, changed: list[pygame.Rect] | None) -> None:
        """Bring the surface to the screen, None for all of it."""
        try:
            if changed is None:
                pygame.display.flip()
            else:
                pygame.display.update(changed)
        except pygame.error as error:
            log.warning("the screen is opened again: %s", error)
            self._reopen()

    def _canvas(self) -> Canvas:
        return Canvas(self._page, PALETTES[self._look.theme], self._look.words, self._pressed)

    def next_frame_s(self, till: Till) -> float | None:
        """The monotonic time at which the picture changes by itself, None for never."""
        if self._stage is ScreenStage.BLANK:
            return self._next_finger_s(till)
        moving = self._schedules(till)
        times = [due for schedule in moving if (due := schedule.next_s(till.now_s)) is not None]
        change_s = self._idle_timer.next_change_s(till)
        if change_s is not None:
            times.append(change_s)
        if self._pressed is not None and self._pressed_s is not None:
            times.append(self._pressed_s + PRESSED_S + FRAME_S)
        if self._held is not None and self._held_s is not None:
            times.append(self._held_s + self._held.hold_s)
        finger_s = self._next_finger_s(till)
        if finger_s is not None:
            times.append(finger_s)
        return min(times, default=None)

    def wait(self, timeout_s: float | None) -> tuple[Event, ...]:
        """Sleep until something happens, at most `timeout_s`; what was typed and touched."""
        until_s = None if timeout_s is None else self._clock() + timeout_s
        while True:
            events = pygame.event.get()
            look_s = (
                SLEEPING_INPUT_S
                if self._stage in (ScreenStage.ATTRACT, ScreenStage.BLANK)
                else INPUT_S
            )
            left_s = look_s if until_s is None else until_s - self._clock()
            if events or left_s <= 0 or self._woken.wait(min(look_s, left_s)):
                break
        self._woken.clear()
        keys_pressed = [self._key_of(event) for event in events]
        keys_pressed.append(self._held_key())
        keys = tuple(_event_of(key) for key in keys_pressed if key is not None)
        return (*keys, *self._fingers.check(self._clock()), *self._take_news())

    def wake(self) -> None:
        """Make `wait` return; safe from any thread."""
        self._woken.set()

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

    def adjust_code_brightness(self, steps: int) -> None:
        """The white of the code, one level brighter or dimmer."""
        place = WHITE_LEVELS.index(self._look.white) + steps
        level = WHITE_LEVELS[min(max(place, 0), len(WHITE_LEVELS) - 1)]
        self._look = replace(self._look, white=level)

    def save(self, path: Path) -> None:
        """Save what was drawn last as a PNG."""
        pygame.image.save(self._page, path)

    def close(self) -> None:
        """Give the display and the speaker back, and leave the light on."""
        self._saved_brightness.keep(self._look.white)
        self._speaker.close()
        self._backlight.follow(ScreenStage.AWAKE)
        pygame.display.quit()

    def _apply_stage(self, till: Till) -> None:
        """Apply a stage of the screensaver; at rest there is time to write the saved brightness."""
        if self._woke_on_touch:
            self._idle_timer.touched(till)
        self._woke_on_touch = False
        self._stage = self._idle_timer.look(till)
        if self._stage is not self._is_lit_for:
            self._is_lit_for = self._stage
            self._darkened = (
                not self._backlight.follow(self._stage) and self._stage is ScreenStage.DIM
            )
        if isinstance(till.screen, EnteringAmount):
            self._saved_brightness.keep(self._look.white)

    def _new_page(self) -> pygame.Surface:
        width, height = self._surface.get_size()
        return pygame.Surface((height, width) if self._rotate in (90, 270) else (width, height))

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
        self._surface = open_display(self._size)
        self._page = self._new_page()
        self._drawn = None

    def _on_speaker_hang(self) -> None:
        self._news.put(DeviceFailed(Trouble(TroubleKind.SPEAKER_HANGS)))
        self.wake()

    def _take_news(self) -> tuple[Event, ...]:
        events = []
        while not self._news.empty():
            events.append(self._news.get())
        return tuple(events)

    def _next_finger_s(self, till: Till) -> float | None:
        """When a finger has rested long enough to be reported, by the till's clock."""
        now_s = self._clock()
        check_s = self._fingers.next_check_s(now_s)
        return None if check_s is None else till.now_s + check_s - now_s

    def _painted(self, canvas: Canvas, till: Till) -> Canvas:
        """The picture; a page that cannot be drawn is a plain one that leads back.

        Money goes on behind a page whose drawing fails, and the next page may be a good one.
        """
        try:
            self._paint(canvas, till)
        except Exception as error:  # noqa: BLE001 - no picture is worth the program
            self._note_failed_page(till, error)
            plain = self._canvas()
            paint_fallback(plain)
            return plain
        return canvas

    def _note_failed_page(self, till: Till, error: Exception) -> None:
        page = type(till.screen).__name__
        if page not in self._failed_pages:
            self._failed_pages.add(page)
            log.error("a page cannot be drawn page=%s %s", page, type(error).__name__)

    def _paint(self, canvas: Canvas, till: Till) -> None:
        match self._stage:
            case ScreenStage.BLANK:
                canvas.surface.fill(attract.BLACK)
            case ScreenStage.ATTRACT:
                attract.paint(canvas, self._look, attract.DRIFT.frame_index(till.now_s))
            case _:
                paint(canvas, till, self._look)
        if self._darkened:
            canvas.surface.fill((DIMMED,) * 3, special_flags=pygame.BLEND_MULT)

    def _what_shows(self, till: Till) -> tuple[object, ...]:
        """Everything the picture depends on but its motion; time only in steps that show."""
        if self._stage is ScreenStage.BLANK:
            return (self._stage,)
        if self._stage is ScreenStage.ATTRACT:
            return (self._stage, _frames((attract.DRIFT,), till), self._look)
        frames = _frames(page_schedules(till), till)
        return (replace(till, now_s=0.0, unix_s=0), frames, self._pressed, self._look, self._stage)

    def _schedules(self, till: Till) -> tuple[RedrawSchedule, ...]:
        return (attract.DRIFT,) if self._stage is ScreenStage.ATTRACT else redraw_schedules(till)

    def _key_of(self, event: pygame.event.Event) -> Key | Letter | None:
        """A finger and a mouse are the same touch, and one finger never counts twice."""
        if event.type in (pygame.KEYDOWN, pygame.FINGERDOWN, pygame.MOUSEBUTTONDOWN):
            self._touched_s = self._clock()
        match event.type:
            case pygame.QUIT:
                self.closed = True
            case pygame.KEYDOWN:
                spelled = letter_of(event.unicode) if self._spells() else None
                if spelled is not None:
                    return spelled
                key = key_of(event.key, event.mod)
                if key is None:
                    self.wake_display()
                return key
            case pygame.FINGERDOWN:
                finger = (event.touch_id, event.finger_id)
                if self._fingers.down(finger, self._clock()):
                    self._held = None
                    return self._touched(self._place_of(event.x, event.y))
            case pygame.FINGERMOTION:
                self._fingers.moved((event.touch_id, event.finger_id), self._clock())
            case pygame.FINGERUP:
                if self._fingers.up((event.touch_id, event.finger_id)):
                    self._held = None
            case pygame.MOUSEBUTTONDOWN if event.button == 1 and not event.touch:
                return self._touched(event.pos)
            case pygame.MOUSEBUTTONUP if not event.touch:
                self._held = None
        return None

    def _spells(self) -> bool:
        """Whether an attached keyboard types letters now; everywhere else they mean nothing."""
        return self._till is not None and isinstance(self._till.screen, EnteringPassphrase)

    def _touched(self, at: tuple[int, int]) -> Key | Letter | None:
        zone = zone_at(self._zones, self._unrotated(at))
        if zone is None or self._stage is not ScreenStage.AWAKE:
            self.wake_display()
            return None
        if zone.hold_s:
            self.wake_display()
            self._held, self._held_s = zone, None
            return None
        self._pressed, self._pressed_s = zone.key, None
        return zone.key

    def _held_key(self) -> Key | Letter | None:
        zone, since_s, till = self._held, self._held_s, self._till
        if zone is None or since_s is None or till is None:
            return None
        if till.now_s - since_s < zone.hold_s - FRAME_S:
            return None
        self._held = None
        return zone.key

    def _place_of(self, x: float, y: float) -> tuple[int, int]:
        """A finger's place on the display; 0 to 1 in the touchscreen's own directions."""
        match self._touch_rotate:
            case 90:
                x, y = 1 - y, x
            case 180:
                x, y = 1 - x, 1 - y
            case 270:
                x, y = y, 1 - x
        width, height = self._surface.get_size()
        return min(int(x * width), width - 1), min(int(y * height), height - 1)

    def _rotated(self, area: pygame.Rect) -> tuple[int, int]:
        """Where a part of the page stands on the display: its corner at the top left."""
        width, height = self._page.get_size()
        match self._rotate:
            case 90:
                return height - area.bottom, area.left
            case 180:
                return width - area.right, height - area.bottom
            case 270:
                return area.top, width - area.right
        return area.topleft

    def _unrotated(self, at: tuple[int, int]) -> tuple[int, int]:
        x, y = at
        width, height = self._surface.get_size()
        match self._rotate:
            case 90:
                return y, width - 1 - x
            case 180:
                return width - 1 - x, height - 1 - y
            case 270:
                return height - 1 - y, x
        return x, y


def _united(before: list[pygame.Rect], after: list[pygame.Rect]) -> list[pygame.Rect]:
    """All that has changed; what only moved a little is one area, which is copied once."""
    united: list[pygame.Rect] = []
    for old, new in zip(before, after, strict=False):
        united.extend((old.union(new),) if old.colliderect(new) else (old, new))
    paired = min(len(before), len(after))
    return [*united, *before[paired:], *after[paired:]]


def _frames(schedules: Sequence[RedrawSchedule], till: Till) -> tuple[int, ...]:
    return tuple(schedule.frame_index(till.now_s) for schedule in schedules)


def _event_of(key: Key | Letter) -> Event:
    return LetterTyped(key) if isinstance(key, Letter) else KeyPressed(key)


def picture(till: Till, look: Look, size: tuple[int, int]) -> tuple[pygame.Surface, Canvas]:
    """A view is a function of the till: its picture, and the canvas that says what is where."""
    pygame.font.init()
    canvas = Canvas(pygame.Surface(size), PALETTES[look.theme], look.words)
    paint(canvas, till, look)
    paint_motion(canvas, till)
    return canvas.surface, canvas

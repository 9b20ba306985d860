"""What was touched and typed: SDL's events -> keys. One finger counts at a time."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

import pygame

from kiosk.sale.events import Event, KeyPressed, LetterTyped, RowTouched
from kiosk.sale.keys import Letter, Row, Touch
from kiosk.screen.display.fingers import Fingers
from kiosk.screen.display.keyboard import key_of, letter_of
from kiosk.screen.display.redraw_schedule import FRAME_S
from kiosk.screen.display.swipes import Swipes
from kiosk.screen.drawing.touch_zones import TouchZone, zone_at

PRESSED_S: Final = 0.12  # how long a touched key looks pressed

Point = tuple[int, int]


class TouchInput:
    """Keys from fingers, a mouse and an attached keyboard.

    `touch_rotate` is how far a touch has to be turned clockwise to meet the display. `clock` is
    monotonic seconds. A display that is not awake is only woken. Times of keys are the till's
    clock and known only when the till is drawn next: while nothing happens, the till that was
    seen last may be hours old.
    """

    def __init__(
        self,
        touch_rotate: int,
        touch_devices: Callable[[], Collection[int]],
        clock: Callable[[], float],
        wake_display: Callable[[], object],
        is_awake: Callable[[], bool],
    ) -> None:
        self.zones: tuple[TouchZone, ...] = ()
        self.pressed: Touch | None = None
        self.closed = False
        self._touch_rotate = touch_rotate
        self._clock = clock
        self._wake_display = wake_display
        self._is_awake = is_awake
        self._fingers = Fingers(touch_devices)
        self._swipes = Swipes()
        self._touched_s = clock()
        self._pressed_s: float | None = None
        self._held: TouchZone | None = None
        self._held_s: float | None = None
        self._till_now_s: float | None = None

    @property
    def untouched_for_s(self) -> float:
        """How long ago the last touch or key was."""
        return self._clock() - self._touched_s

    def follow(self, now_s: float) -> None:
        """Take the till's time, and let go of a key that was pressed long enough ago."""
        self._till_now_s = now_s
        self._pressed_s = now_s if self._pressed_s is None else self._pressed_s
        self._held_s = now_s if self._held_s is None else self._held_s
        if now_s - self._pressed_s > PRESSED_S:
            self.pressed = None

    def next_change_s(self) -> float | None:
        """When a key stops looking pressed or has been held long enough, by the till's clock."""
        times = []
        if self.pressed is not None and self._pressed_s is not None:
            times.append(self._pressed_s + PRESSED_S + FRAME_S)
        if self._held is not None and self._held_s is not None:
            times.append(self._held_s + self._held.hold_s)
        return min(times, default=None)

    def next_finger_s(self, now_s: float) -> float | None:
        """When a finger has rested long enough to be reported, by the till's clock."""
        clock_s = self._clock()
        check_s = self._fingers.next_check_s(clock_s)
        return None if check_s is None else now_s + check_s - clock_s

    def events_of(
        self,
        events: Sequence[pygame.event.Event],
        point_at: Callable[[Point], Point],
        *,
        spells: bool,
    ) -> tuple[Event, ...]:
        """What SDL's events mean. `point_at` turns a place of the display into one of the page.

        `spells` says whether a keyboard types letters.
        """
        keys: list[Touch | None] = []
        for event in events:
            keys.append(self._key_of(event, point_at, spells=spells))
            if keys[-1] is None and event.type == pygame.KEYDOWN:
                self._wake_display()
        keys.append(self._held_key())
        return (
            *(_event_of(key) for key in keys if key is not None),
            *self._fingers.check(self._clock()),
        )

    def _key_of(
        self,
        event: pygame.event.Event,
        point_at: Callable[[Point], Point],
        *,
        spells: bool,
    ) -> Touch | None:
        """A finger and a mouse are the same touch, and one finger never counts twice."""
        if event.type in (pygame.KEYDOWN, pygame.FINGERDOWN, pygame.MOUSEBUTTONDOWN):
            self._touched_s = self._clock()
        match event.type:
            case pygame.QUIT:
                self.closed = True
            case pygame.KEYDOWN:
                letter = letter_of(event.unicode) if spells else None
                return letter if letter is not None else key_of(event.key, event.mod)
            case pygame.FINGERDOWN:
                finger = (event.touch_id, event.finger_id)
                if self._fingers.down(finger, self._clock()):
                    self._held = None
                    return self._touched(point_at(self._place_of(event)))
            case pygame.FINGERMOTION:
                self._fingers.moved((event.touch_id, event.finger_id), self._clock())
            case pygame.FINGERUP:
                if self._fingers.up((event.touch_id, event.finger_id)):
                    return self._lifted(point_at(self._place_of(event)))
            case pygame.MOUSEBUTTONDOWN if event.button == 1 and not event.touch:
                return self._touched(point_at(event.pos))
            case pygame.MOUSEBUTTONUP if not event.touch:
                return self._lifted(point_at(event.pos))
        return None

    def _touched(self, point: Point) -> Touch | None:
        zone = zone_at(self.zones, point)
        self._swipes.forget()
        if zone is None or not self._is_awake():
            self._wake_display()
            return None
        if zone.hold_s:
            self._wake_display()
            self._held, self._held_s = zone, None
            return None
        self.pressed, self._pressed_s = zone.key, None
        if isinstance(zone.key, Row):
            self._swipes.down(zone.key, point, zone.rect.height)
            return None
        return zone.key

    def _lifted(self, point: Point) -> Touch | None:
        """A row is opened only when the finger is lifted, for it may turn the page."""
        self._held = None
        return self._swipes.up(point)

    def _held_key(self) -> Touch | None:
        zone, since_s, now_s = self._held, self._held_s, self._till_now_s
        if zone is None or since_s is None or now_s is None:
            return None
        if now_s - since_s < zone.hold_s - FRAME_S:
            return None
        self._held = None
        return zone.key

    def _place_of(self, event: pygame.event.Event) -> Point:
        """A finger's place on the display; 0 to 1 in the touchscreen's own directions."""
        x, y = event.x, event.y
        match self._touch_rotate:
            case 90:
                x, y = 1 - y, x
            case 180:
                x, y = 1 - x, 1 - y
            case 270:
                x, y = y, 1 - x
        width, height = pygame.display.get_window_size()
        return min(int(x * width), width - 1), min(int(y * height), height - 1)


def _event_of(touch: Touch) -> Event:
    match touch:
        case Letter():
            return LetterTyped(touch)
        case Row():
            return RowTouched(touch)
        case _:
            return KeyPressed(touch)

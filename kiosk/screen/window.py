"""The display: one surface, one frame, touches and keys in."""

import logging
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

import pygame

from kiosk.sale.effects import Sound
from kiosk.sale.events import Event, KeyPressed
from kiosk.sale.keys import Key
from kiosk.sale.till import Till
from kiosk.screen.canvas import Canvas, Zone, touched
from kiosk.screen.moving import FRAME_S, rhythms
from kiosk.screen.qr import WHITE_LEVELS
from kiosk.screen.theme import PALETTES
from kiosk.screen.views import Look, paint

log: Final = logging.getLogger("kiosk.screen")

PRESSED_S: Final = 0.12

# SDL has nothing to sleep on without a window system and looks for input every millisecond, which
# costs 2.5 % of a core here; looking this often costs a sixth of it and stays within one frame.
INPUT_S: Final = 0.02

_KEYS: Final = {
    pygame.K_BACKSPACE: Key.DELETE,
    pygame.K_ESCAPE: Key.CLEAR,
    pygame.K_PLUS: Key.PLUS,
    pygame.K_KP_PLUS: Key.PLUS,
    pygame.K_RETURN: Key.CHARGE,
    pygame.K_KP_ENTER: Key.CHARGE,
    pygame.K_TAB: Key.CURRENCY,
    pygame.K_F10: Key.MENU,
    pygame.K_F5: Key.CHECK,
    pygame.K_UP: Key.BRIGHTER,
    pygame.K_DOWN: Key.DIMMER,
    **{getattr(pygame, f"K_{digit}"): Key(str(digit)) for digit in range(10)},
    **{getattr(pygame, f"K_KP{digit}"): Key(str(digit)) for digit in range(10)},
}


class Window:
    """The glass. `size` None is full screen; `rotate` turns what is drawn, clockwise."""

    def __init__(self, look: Look, size: tuple[int, int] | None = None, rotate: int = 0) -> None:
        pygame.display.init()
        pygame.font.init()
        flags = pygame.FULLSCREEN if size is None else 0
        self._glass = pygame.display.set_mode(size or (0, 0), flags)
        pygame.display.set_caption("Kiosk")
        pygame.mouse.set_visible(size is not None)
        self._woken = threading.Event()
        self._look = look
        self._rotate = rotate
        turned = rotate in (90, 270)
        width, height = self._glass.get_size()
        self._page = pygame.Surface((height, width) if turned else (width, height))
        self._zones: tuple[Zone, ...] = ()
        self._pressed: Key | None = None
        self._pressed_s = 0.0
        self._finger: int | None = None
        self._held: tuple[Zone, float] | None = None
        self._till: Till | None = None
        self._drawn: tuple[object, ...] | None = None
        self.closed = False

    def draw(self, till: Till) -> bool:
        """Draw the till unless the picture would be the same; says whether it drew."""
        self._till = till
        if self._pressed is not None and till.now_s - self._pressed_s > PRESSED_S:
            self._pressed = None
        now = self._what_shows(till)
        if now == self._drawn:
            return False
        self._drawn = now
        canvas = Canvas(self._page, PALETTES[self._look.theme], self._look.words, self._pressed)
        paint(canvas, till, self._look)
        self._zones = tuple(canvas.zones)
        turned = self._page
        if self._rotate:
            turned = pygame.transform.rotate(self._page, -self._rotate)
        self._glass.blit(turned, (0, 0))
        pygame.display.flip()
        return True

    def next_frame_s(self, till: Till) -> float | None:
        """The monotonic time at which the picture changes by itself, None for never."""
        times = [due for one in rhythms(till) if (due := one.next_s(till.now_s)) is not None]
        if self._pressed is not None:
            times.append(self._pressed_s + PRESSED_S + FRAME_S)
        if self._held is not None:
            times.append(self._held[1] + self._held[0].hold_s)
        return min(times, default=None)

    def wait(self, timeout_s: float | None) -> tuple[Event, ...]:
        """Sleep until something happens, at most `timeout_s`; what was typed and touched."""
        until_s = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            events = pygame.event.get()
            left_s = INPUT_S if until_s is None else until_s - time.monotonic()
            if events or left_s <= 0 or self._woken.wait(min(INPUT_S, left_s)):
                break
        self._woken.clear()
        found: list[Event] = []
        for event in events:
            key = self._key_of(event)
            if key is not None:
                found.append(KeyPressed(key))
        held = self._held_key()
        return (*found, KeyPressed(held)) if held is not None else tuple(found)

    def wake(self) -> None:
        """Make `wait` return; safe from any thread."""
        self._woken.set()

    def play(self, sound: Sound) -> None:
        """One short sound."""
        log.debug("sound %s", sound)

    def brighten(self, steps: int) -> None:
        """The white of the code, one level brighter or dimmer."""
        place = WHITE_LEVELS.index(self._look.white) + steps
        level = WHITE_LEVELS[min(max(place, 0), len(WHITE_LEVELS) - 1)]
        self._look = replace(self._look, white=level)

    def save(self, path: Path) -> None:
        """Save what was drawn last as a PNG."""
        pygame.image.save(self._page, path)

    def close(self) -> None:
        """Give the display back."""
        pygame.display.quit()

    def _what_shows(self, till: Till) -> tuple[object, ...]:
        """Everything the picture depends on; time only in the steps in which it shows."""
        beats = tuple(one.beat(till.now_s) for one in rhythms(till))
        return (replace(till, now_s=0.0, unix_s=0), beats, self._pressed, self._look)

    def _key_of(self, event: pygame.event.Event) -> Key | None:
        """A finger and a mouse are the same touch, and one finger never counts twice."""
        match event.type:
            case pygame.QUIT:
                self.closed = True
            case pygame.KEYDOWN:
                if event.key == pygame.K_EQUALS and event.mod & pygame.KMOD_SHIFT:
                    return Key.PLUS
                return _KEYS.get(event.key)
            case pygame.FINGERDOWN if self._finger is None:
                self._finger = event.finger_id
                width, height = self._glass.get_size()
                return self._touched((int(event.x * width), int(event.y * height)))
            case pygame.FINGERUP if event.finger_id == self._finger:
                self._finger = None
                self._held = None
            case pygame.MOUSEBUTTONDOWN if event.button == 1 and not event.touch:
                return self._touched(event.pos)
            case pygame.MOUSEBUTTONUP if not event.touch:
                self._held = None
        return None

    def _touched(self, at: tuple[int, int]) -> Key | None:
        zone = touched(self._zones, self._unrotated(at))
        if zone is None or self._till is None:
            return None
        if zone.hold_s:
            self._held = (zone, self._till.now_s)
            return None
        self._pressed, self._pressed_s = zone.key, self._till.now_s
        return zone.key

    def _held_key(self) -> Key | None:
        if self._held is None or self._till is None:
            return None
        zone, since_s = self._held
        if self._till.now_s - since_s < zone.hold_s - FRAME_S:
            return None
        self._held = None
        return zone.key

    def _unrotated(self, at: tuple[int, int]) -> tuple[int, int]:
        x, y = at
        width, height = self._glass.get_size()
        match self._rotate:
            case 90:
                return y, width - 1 - x
            case 180:
                return width - 1 - x, height - 1 - y
            case 270:
                return height - 1 - y, x
        return x, y


def picture(till: Till, look: Look, size: tuple[int, int]) -> tuple[pygame.Surface, Canvas]:
    """A view is a function of the till: its picture, and the canvas that tells what is where."""
    pygame.font.init()
    canvas = Canvas(pygame.Surface(size), PALETTES[look.theme], look.words)
    paint(canvas, till, look)
    return canvas.surface, canvas

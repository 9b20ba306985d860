"""Which fingers are on the touchscreen. Pure: no SDL, no clock.

One finger counts at a time. Its lift may never arrive: the touchscreen is unplugged (SDL drops its
fingers without a word), the bezel presses, a drop of water stays. Such a finger keeps no other
one out, and one that rests is reported like a stuck key.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Final

from kiosk.sale.events import KeyReleased, KeyStuck
from kiosk.sale.keys import SCREEN_LEGEND

STILL_S: Final = 3.0  # without motion for this long, a finger keeps no other out
LONGEST_PRESS_S: Final = 10.0  # nor does one that moves: no key has to be held for so long
STUCK_AFTER_S: Final = 60.0
FORGOTTEN_AFTER_S: Final = 600.0  # without motion: its lift was lost

Finger = tuple[int, int]  # SDL's touch id and finger id


@dataclass(frozen=True, slots=True)
class _Contact:
    since_s: float
    moved_s: float


class Fingers:
    """`devices` says which touch ids there are now. Times are monotonic seconds."""

    def __init__(self, devices: Callable[[], Collection[int]]) -> None:
        self._devices = devices
        self._contacts: dict[Finger, _Contact] = {}
        self._pressing: Finger | None = None
        self._is_stuck = False

    def down(self, finger: Finger, now_s: float) -> bool:
        """A finger came down; whether it counts as a touch."""
        self._contacts = {
            other: contact for other, contact in self._contacts.items() if other[0] == finger[0]
        }
        counts = finger == self._pressing or not self._is_pressing(now_s)
        self._contacts[finger] = _Contact(now_s, now_s)
        if counts:
            self._pressing = finger
        return counts

    def moved(self, finger: Finger, now_s: float) -> None:
        """A finger moved."""
        if finger in self._contacts:
            self._contacts[finger] = replace(self._contacts[finger], moved_s=now_s)

    def up(self, finger: Finger) -> bool:
        """A finger was lifted; whether it was the one that counts."""
        self._contacts.pop(finger, None)
        if finger != self._pressing:
            return False
        self._pressing = None
        return True

    def check(self, now_s: float) -> tuple[KeyStuck | KeyReleased, ...]:
        """Report a finger that rests on the screen, and its end, once each."""
        devices = self._devices() if self._is_due(now_s) else ()
        is_stuck = any(
            contact.since_s + STUCK_AFTER_S <= now_s < contact.moved_s + FORGOTTEN_AFTER_S
            and touch_id in devices
            for (touch_id, _), contact in self._contacts.items()
        )
        if is_stuck == self._is_stuck:
            return ()
        self._is_stuck = is_stuck
        return (KeyStuck(SCREEN_LEGEND) if is_stuck else KeyReleased(SCREEN_LEGEND),)

    def next_check_s(self, now_s: float) -> float | None:
        """When `check` has something to look at again, None for never."""
        times = (
            time_s
            for contact in self._contacts.values()
            for time_s in (contact.since_s + STUCK_AFTER_S, contact.moved_s + FORGOTTEN_AFTER_S)
            if time_s > now_s
        )
        return min(times, default=None)

    def _is_pressing(self, now_s: float) -> bool:
        contact = self._contacts.get(self._pressing) if self._pressing is not None else None
        return (
            contact is not None
            and now_s - contact.moved_s < STILL_S
            and now_s - contact.since_s < LONGEST_PRESS_S
        )

    def _is_due(self, now_s: float) -> bool:
        return any(now_s >= contact.since_s + STUCK_AFTER_S for contact in self._contacts.values())

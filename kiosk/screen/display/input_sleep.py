"""Sleeping until something is typed or touched, and being woken from another thread.

Without a window system SDL reads the kernel's input devices itself, but has nothing to sleep on: it
looks every millisecond (SDL 2.32, `SDL_WaitEventTimeout_Internal`). The kernel gives each reader of
a device every event (Documentation/input/input.rst), and SDL does not grab a device. So the devices
are opened here too, only to learn that SDL has something to read.
"""

import contextlib
import os
import select
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pygame

INPUT_DEVICES: Final = Path("/dev/input")

INPUT_S: Final = 0.02  # how often SDL is asked while there is input: within one frame of 33 ms
REST_S: Final = 0.25  # how often it is asked while no device has anything to read
ATTENTION_S: Final = 1.0  # for how long after an event there is input
# For how long a device may be new and not given to the till's group yet; then it is another's.
REFUSED_S: Final = 60.0

_READ_BYTES: Final = 65536
_WINDOW_SYSTEMS: Final = frozenset({"x11", "wayland", "cocoa", "windows"})


class InputSleep:
    """Sleeps until a device has an event, somebody wakes it, or SDL has to be asked again.

    `devices` is the folder of the kernel's input devices. SDL is asked every `rest_s` while none of
    them has an event.
    """

    def __init__(
        self,
        devices: Path = INPUT_DEVICES,
        clock: Callable[[], float] = time.monotonic,
        rest_s: float = REST_S,
    ) -> None:
        self._folder, self._clock, self._rest_s = devices, clock, rest_s
        self._bell, self._rings = ends = os.pipe()
        for end in ends:
            os.set_blocking(end, False)
        self._close_bell = weakref.finalize(self, _close, *ends)
        self._bell_lock = threading.Lock()
        self._devices: dict[Path, int] = {}
        self._refused_since_s: dict[Path, float] = {}
        self._attentive_until_s = clock() + ATTENTION_S

    def wait(self, timeout_s: float | None) -> bool:
        """Sleep for at most `timeout_s` if it is given, and not longer than SDL may be left alone.

        True: it was woken by `wake`. A device's event only ends the sleep: SDL knows what it was.
        """
        is_resting = self._may_rest()
        poll = select.poll()
        poll.register(self._bell, select.POLLIN)
        if is_resting:
            for device in self._devices.values():
                poll.register(device, select.POLLIN)
        look_s = self._rest_s if is_resting else INPUT_S
        sleep_s = look_s if timeout_s is None else min(max(timeout_s, 0.0), look_s)
        ready = {descriptor for descriptor, _ in poll.poll(sleep_s * 1000)}
        if ready - {self._bell}:
            self.expect_input()
            self._empty(ready)
        if self._bell not in ready:
            return False
        with contextlib.suppress(BlockingIOError):
            while os.read(self._bell, _READ_BYTES):
                pass
        return True

    def wake(self) -> None:
        """End the sleep, or the next one; safe from any thread, and when it is closed."""
        with self._bell_lock, contextlib.suppress(BlockingIOError):  # it was rung often enough
            if self._close_bell.alive:
                os.write(self._rings, b"\0")

    def expect_input(self) -> None:
        """Have SDL asked often for a while: after an event there are more."""
        self._attentive_until_s = self._clock() + ATTENTION_S

    def close(self) -> None:
        """Give the devices back; nobody sleeps any more."""
        _close(*self._devices.values())
        self._devices.clear()
        with self._bell_lock:
            self._close_bell()

    def _may_rest(self) -> bool:
        """Whether every event of a device would end the sleep."""
        if self._clock() < self._attentive_until_s or _has_window_system():
            return False
        return self._open_new_devices()

    def _open_new_devices(self) -> bool:
        """Open what was plugged in; says whether no other may still be opened.

        A device that is gone is closed when it is read. One that is refused for long is refused to
        SDL as well, which has nothing to read from it.
        """
        refused_since_s = {}
        for path in self._folder.glob("event*"):
            if path in self._devices:
                continue
            try:
                flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
                self._devices[path] = os.open(path, flags)
            except OSError:
                refused_since_s[path] = self._refused_since_s.get(path, self._clock())
        self._refused_since_s = refused_since_s
        return all(self._clock() - since_s > REFUSED_S for since_s in refused_since_s.values())

    def _empty(self, ready: set[int]) -> None:
        for path, device in tuple(self._devices.items()):
            if device not in ready:
                continue
            try:
                while os.read(device, _READ_BYTES):
                    pass
            except BlockingIOError:
                continue
            except OSError:  # it was unplugged (ENODEV)
                pass
            os.close(self._devices.pop(path))


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _has_window_system() -> bool:
    return pygame.display.get_driver().lower() in _WINDOW_SYSTEMS

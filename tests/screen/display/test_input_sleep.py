"""Sleeping on the kernel's input devices. A named pipe stands in for a device.

A sleep that nothing ends would last an hour here: such a test ends by its time limit.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pygame
import pytest

from kiosk.screen.display import input_sleep
from kiosk.screen.display.input_sleep import ATTENTION_S, REFUSED_S, InputSleep

HOUR_S: Final = 3600.0


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Device:
    """An input device. It is closed with `unplug`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        os.mkfifo(path)
        self._writer = os.open(path, os.O_RDWR)

    def touched(self) -> None:
        """An event of 24 bytes, as the kernel writes them on 64 bits."""
        os.write(self._writer, bytes(24))

    def unplug(self) -> None:
        """Its readers see its end."""
        os.close(self._writer)
        self._path.unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pygame.display, "get_driver", lambda: "KMSDRM")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    device = Device(tmp_path / "event0")
    yield device
    if (tmp_path / "event0").exists():
        device.unplug()


@pytest.fixture
def sleep(tmp_path: Path, device: Device, clock: Clock) -> Iterator[InputSleep]:
    sleep = InputSleep(tmp_path, clock, rest_s=HOUR_S)
    yield sleep
    sleep.close()


def rested(sleep: InputSleep, clock: Clock) -> InputSleep:
    """The sleep once it has opened its devices, and nothing has happened for a while."""
    clock.now_s += ATTENTION_S
    sleep.wait(0.0)
    return sleep


def test_an_event_of_a_device_ends_the_sleep(
    sleep: InputSleep, device: Device, clock: Clock
) -> None:
    rested(sleep, clock)
    device.touched()
    assert not sleep.wait(HOUR_S), "ended, and not by `wake`"


def test_after_an_event_sdl_is_asked_often_for_a_while(
    sleep: InputSleep, device: Device, clock: Clock
) -> None:
    rested(sleep, clock)
    device.touched()
    sleep.wait(HOUR_S)
    assert not sleep.wait(HOUR_S), "nothing happens, and it ends all the same"


def test_what_was_written_while_sdl_is_asked_often_is_not_left_to_be_read_for_ever(
    sleep: InputSleep, device: Device, clock: Clock
) -> None:
    rested(sleep, clock)
    device.touched()
    sleep.wait(HOUR_S)
    device.touched()
    rested(sleep, clock)
    rested(sleep, clock)
    sleep.wake()
    assert sleep.wait(HOUR_S)


def test_an_input_that_sdl_had_without_a_device_is_followed_by_more(
    sleep: InputSleep, clock: Clock
) -> None:
    rested(sleep, clock)
    sleep.expect_input()
    assert not sleep.wait(HOUR_S)


def test_a_wake_ends_the_next_sleep_and_no_other(sleep: InputSleep, clock: Clock) -> None:
    rested(sleep, clock)
    for _ in range(3):
        sleep.wake()
    assert sleep.wait(HOUR_S)
    assert not sleep.wait(0.0)


def test_more_wakes_than_anybody_waits_for_harm_nothing(sleep: InputSleep) -> None:
    for _ in range(100_000):  # more than a pipe holds
        sleep.wake()
    assert sleep.wait(HOUR_S)


def test_a_sleep_that_is_closed_holds_nothing_open_and_may_be_woken(
    sleep: InputSleep, clock: Clock
) -> None:
    rested(sleep, clock)
    open_files = Path("/proc/self/fd")
    before = len(list(open_files.iterdir()))
    sleep.close()
    assert before - len(list(open_files.iterdir())) == 3, "the device and both ends of the pipe"
    sleep.wake()
    sleep.close()


def test_a_device_that_is_plugged_in_later_ends_the_sleep(
    sleep: InputSleep, tmp_path: Path, clock: Clock
) -> None:
    rested(sleep, clock)
    later = Device(tmp_path / "event1")
    rested(sleep, clock)
    later.touched()
    assert not sleep.wait(HOUR_S)
    later.unplug()


def test_a_device_that_is_unplugged_and_plugged_in_again_ends_the_sleep(
    sleep: InputSleep, device: Device, tmp_path: Path, clock: Clock
) -> None:
    rested(sleep, clock)
    device.unplug()
    assert not sleep.wait(HOUR_S), "its end is an event too"
    again = Device(tmp_path / "event0")
    rested(sleep, clock)
    again.touched()
    assert not sleep.wait(HOUR_S)
    again.unplug()


def test_a_device_that_cannot_be_opened_has_sdl_asked_often(
    sleep: InputSleep, tmp_path: Path, clock: Clock
) -> None:
    (tmp_path / "event1").symlink_to(tmp_path / "missing")
    rested(sleep, clock)
    assert not sleep.wait(HOUR_S)


def test_a_window_system_has_its_own_input_and_sdl_is_asked_often(
    sleep: InputSleep, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pygame.display, "get_driver", lambda: "x11")
    rested(sleep, clock)
    assert not sleep.wait(HOUR_S)


def test_a_device_that_may_still_be_opened_keeps_sdl_awake(
    sleep: InputSleep, tmp_path: Path, clock: Clock
) -> None:
    (tmp_path / "event1").symlink_to("nobody")
    rested(sleep, clock)
    clock.now_s += REFUSED_S
    assert not sleep.wait(HOUR_S), "SDL is asked all the same"


def test_a_device_that_is_refused_for_good_lets_sdl_rest(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An idle till asked SDL fifty times a second for as long as it ran."""
    monkeypatch.setattr(input_sleep, "INPUT_S", HOUR_S)
    (tmp_path / "event1").symlink_to("nobody")
    sleep = InputSleep(tmp_path, clock, rest_s=0.0)
    rested(sleep, clock)
    clock.now_s += REFUSED_S + 1
    assert not sleep.wait(HOUR_S)
    sleep.close()

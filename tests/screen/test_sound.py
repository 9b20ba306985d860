"""Tones are distinct and clean; the device is open only while something sounds."""

import threading
from array import array
from pathlib import Path
from queue import Queue

import pygame
import pytest

from kiosk.panel.led import beeps
from kiosk.sale.effects import Sound
from kiosk.sale.keys import Light
from kiosk.screen.sound import LATE_S, RATE_HZ, TONES, NoSound, Speaker, has_card, samples

DEADLINE_S = 5.0


def wave(sound: Sound) -> list[int]:
    return array("h", samples(sound)).tolist()


def bursts(sound: Sound) -> list[float]:
    """The lengths in seconds of what is heard apart: 10 ms of silence divide."""
    gap, found, quiet = RATE_HZ // 100, list[int](), RATE_HZ
    for value in wave(sound):
        if abs(value) > 300:
            if quiet > gap:
                found.append(0)
            else:
                found[-1] += quiet
            found[-1] += 1
            quiet = 0
        else:
            quiet += 1
    return [length / RATE_HZ for length in found]


@pytest.mark.parametrize("sound", list(Sound))
def test_a_tone_begins_and_ends_in_silence_and_is_never_clipped(sound: Sound) -> None:
    values = wave(sound)
    assert abs(values[0]) < 300
    assert abs(values[-1]) < 300
    assert 8_000 < max(abs(value) for value in values) < 32_000
    assert 0.02 < len(values) / RATE_HZ < 1.2


def test_every_tone_is_another() -> None:
    assert len({samples(sound) for sound in Sound}) == len(Sound)


def test_money_is_two_short_and_trouble_one_long_as_the_buzzer_has_it() -> None:
    paid, trouble = bursts(Sound.PAID), bursts(Sound.TROUBLE)
    assert (len(paid), len(trouble)) == (2, 1)
    assert trouble[0] > 3 * max(paid)
    money, alarm = beeps(Light.WAITING, Light.PAID), beeps(Light.DARK, Light.TROUBLE)
    assert money is not None
    assert alarm is not None
    assert len(money.steps_s[::2]) == len(paid)
    assert len(alarm.steps_s[::2]) == len(trouble)


def test_money_that_was_no_sale_is_one_low_note() -> None:
    """Box fault 33: it sounded like a sale."""
    assert len(bursts(Sound.RECEIVED)) == 1
    assert (
        min(note.hz for note in TONES[Sound.PAID].notes) > 1.9 * TONES[Sound.RECEIVED].notes[0].hz
    )


def test_a_click_is_the_shortest_and_the_softest() -> None:
    loud = {sound: max(abs(value) for value in wave(sound)) for sound in Sound}
    assert min(loud, key=lambda sound: loud[sound]) is Sound.KEY
    assert min(Sound, key=lambda sound: len(samples(sound))) is Sound.KEY


# --- The thread -----------------------------------------------------------------------------


class Device:
    """An audio device that tells what is done to it; it may be missing, or slow to open."""

    def __init__(self) -> None:
        self.told: Queue[str] = Queue()
        self.missing = False
        self.may_open = threading.Event()
        self.may_open.set()

    def open(self) -> None:
        self.may_open.wait(DEADLINE_S)
        if self.missing:
            self.told.put("missing")
            raise NoSound("there is none")
        self.told.put("open")

    def play(self, sound: Sound, volume: float) -> None:
        self.told.put(f"{sound} {volume:.2f}")

    def close(self) -> None:
        self.told.put("close")

    def next(self) -> str:
        return self.told.get(timeout=DEADLINE_S)


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_the_device_is_opened_with_the_first_tone_and_given_back_after_a_silence() -> None:
    device = Device()
    speaker = Speaker(50, device, silence_s=0.01)
    assert device.told.empty()
    speaker.play(Sound.PAID)
    assert [device.next() for _ in range(3)] == ["open", "paid 0.25", "close"]
    speaker.play(Sound.TROUBLE)
    assert [device.next() for _ in range(3)] == ["open", "trouble 0.25", "close"]
    speaker.close()
    assert device.told.empty()


def test_mute_opens_no_device_and_starts_no_thread() -> None:
    device, before = Device(), threading.active_count()
    speaker = Speaker(0, device)
    for sound in Sound:
        speaker.play(sound)
    assert (threading.active_count(), device.told.empty()) == (before, True)
    speaker.close()


def test_a_missing_device_is_told_once_is_silent_and_is_looked_for_again_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    device, clock = Device(), Clock()
    device.missing = True
    speaker = Speaker(60, device, clock=clock)
    speaker.play(Sound.PAID)
    assert device.next() == "missing"
    speaker.play(Sound.PAID)
    clock.now_s += 61
    speaker.play(Sound.PAID)
    assert device.next() == "missing"
    clock.now_s += 61
    device.missing = False
    speaker.play(Sound.PAID)
    assert [device.next() for _ in range(2)] == ["open", "paid 0.36"]
    speaker.close()
    assert [record.getMessage() for record in caplog.records] == ["no sound: there is none"]


def test_a_slow_device_holds_nobody_up_and_late_clicks_are_dropped_but_money_is_not() -> None:
    device, clock = Device(), Clock()
    device.may_open.clear()
    speaker = Speaker(60, device, clock=clock)
    speaker.play(Sound.KEY)
    speaker.play(Sound.KEY)
    speaker.play(Sound.PAID)
    clock.now_s += LATE_S + 0.01
    device.may_open.set()
    assert [device.next() for _ in range(2)] == ["open", "paid 0.36"]
    speaker.close()
    assert device.next() == "close"


def test_a_device_that_breaks_ends_the_sound_and_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(Device):
        def play(self, sound: Sound, volume: float) -> None:
            raise RuntimeError("smoke")

    speaker = Speaker(60, Broken())
    speaker.play(Sound.PAID)
    speaker.close()
    speaker.play(Sound.PAID)
    speaker.close()
    assert "no sound until" in caplog.text


@pytest.mark.parametrize(
    ("nodes", "environ", "found"),
    [
        ([], {}, False),
        (["controlC0", "timer", "pcmC0D0c"], {}, False),
        (["controlC0", "pcmC0D0p"], {}, True),
        ([], {"SDL_AUDIODRIVER": "dummy"}, True),
        ([], {"PULSE_SERVER": "tcp:desk"}, True),
    ],
)
def test_a_machine_without_a_card_to_play_on_is_told_from_its_devices(
    tmp_path: Path, nodes: list[str], environ: dict[str, str], *, found: bool
) -> None:
    for node in nodes:
        (tmp_path / node).touch()
    assert has_card(environ, tmp_path) is found


def test_the_real_mixer_plays_on_a_driver_without_ears() -> None:
    assert pygame.mixer.get_init() is None
    speaker = Speaker(60)
    for sound in Sound:
        speaker.play(sound)
    speaker.close()
    assert pygame.mixer.get_init() is None

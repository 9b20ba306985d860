"""Tones are distinct and clean; the device is open only while something sounds."""

import os
import threading
from array import array
from pathlib import Path
from queue import Queue

import pygame
import pytest

from kiosk.panel.led import beeps
from kiosk.sale.effects import Sound
from kiosk.sale.keys import Light
from kiosk.screen.sound.speaker import LATE_S, NoSound, Player, Speaker, SpeakerHangs, has_card
from kiosk.screen.sound.tones import RATE_HZ, TONES, samples

DEADLINE_S = 5.0


def wave(sound: Sound) -> list[int]:
    return array("h", samples(sound)).tolist()


def bursts(sound: Sound) -> list[float]:
    """The lengths in seconds of what is heard apart: 10 ms of silence divide."""
    gap, lengths, quiet = RATE_HZ // 100, list[int](), RATE_HZ
    for value in wave(sound):
        if abs(value) > 300:
            if quiet > gap:
                lengths.append(0)
            else:
                lengths[-1] += quiet
            lengths[-1] += 1
            quiet = 0
        else:
            quiet += 1
    return [length / RATE_HZ for length in lengths]


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
        self.trouble_text: Queue[str] = Queue()
        self.missing = False
        self.ends = 0
        self.may_open = threading.Event()
        self.may_open.set()

    def open(self) -> None:
        self.may_open.wait(DEADLINE_S)
        if self.missing:
            self.trouble_text.put("missing")
            raise NoSound("there is none")
        self.trouble_text.put("open")

    def play(self, sound: Sound, volume: float) -> None:
        self.trouble_text.put(f"{sound} {volume:.2f}")

    def close(self) -> None:
        self.trouble_text.put("close")

    def end(self) -> None:
        self.ends += 1

    def next(self) -> str:
        return self.trouble_text.get(timeout=DEADLINE_S)


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_the_device_is_opened_with_the_first_tone_and_given_back_after_a_silence() -> None:
    device = Device()
    speaker = Speaker(50, device, silence_s=0.01)
    assert device.trouble_text.empty()
    speaker.play(Sound.PAID)
    assert [device.next() for _ in range(3)] == ["open", "paid 0.25", "close"]
    speaker.play(Sound.TROUBLE)
    assert [device.next() for _ in range(3)] == ["open", "trouble 0.25", "close"]
    speaker.close()
    assert device.trouble_text.empty()


def test_mute_opens_no_device_and_starts_no_thread() -> None:
    device, before = Device(), threading.active_count()
    speaker = Speaker(0, device)
    for sound in Sound:
        speaker.play(sound)
    assert (threading.active_count(), device.trouble_text.empty()) == (before, True)
    speaker.close()


def test_another_volume_counts_from_the_next_tone_on() -> None:
    device = Device()
    speaker = Speaker(0, device, silence_s=0.01)
    speaker.play(Sound.PAID)
    speaker.use_volume(50)
    speaker.play(Sound.PAID)
    assert [device.next() for _ in range(3)] == ["open", "paid 0.25", "close"]
    speaker.use_volume(0)
    speaker.play(Sound.PAID)
    speaker.close()
    assert device.trouble_text.empty()


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
    ("nodes", "environ", "has_one"),
    [
        ([], {}, False),
        (["controlC0", "timer", "pcmC0D0c"], {}, False),
        (["controlC0", "pcmC0D0p"], {}, True),
        ([], {"SDL_AUDIODRIVER": "dummy"}, True),
        ([], {"PULSE_SERVER": "tcp:desk"}, True),
    ],
)
def test_a_machine_without_a_card_to_play_on_is_told_from_its_devices(
    tmp_path: Path, nodes: list[str], environ: dict[str, str], *, has_one: bool
) -> None:
    for node in nodes:
        (tmp_path / node).touch()
    assert has_card(environ, tmp_path) is has_one


def test_a_device_that_hangs_is_told_once_and_never_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Box fault 1: a device that was slow to open stopped the whole program."""

    class Hanging(Device):
        def open(self) -> None:
            self.trouble_text.put("open")
            raise SpeakerHangs("the audio device did not answer in 10 s")

    device, hangs, before = Hanging(), Queue[str](), threading.active_count()
    speaker = Speaker(60, device, on_hang=lambda: hangs.put("hangs"))
    speaker.play(Sound.PAID)
    assert hangs.get(timeout=DEADLINE_S) == "hangs"
    for _ in range(3):
        speaker.play(Sound.PAID)
    speaker.close()
    assert (device.next(), device.trouble_text.empty(), hangs.empty()) == ("open", True, True)
    assert device.ends
    assert threading.active_count() == before
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_device_that_is_unplugged_is_opened_again_with_the_next_tone() -> None:
    class Unplugged(Device):
        def play(self, sound: Sound, volume: float) -> None:
            super().play(sound, volume)
            if self.missing:
                self.missing = False
                raise NoSound("No such device")

    device = Unplugged()
    speaker = Speaker(100, device)
    speaker.play(Sound.KEY)
    assert [device.next() for _ in range(2)] == ["open", "key 1.00"]
    device.missing = True
    speaker.play(Sound.PAID)
    assert [device.next() for _ in range(2)] == ["paid 1.00", "close"]
    speaker.play(Sound.PAID)
    assert [device.next() for _ in range(2)] == ["open", "paid 1.00"]
    speaker.close()


# --- The player's process ---------------------------------------------------------------------

DRIVER = {**os.environ, "SDL_AUDIODRIVER": "dummy"}


def test_every_tone_is_played_by_a_process_of_its_own() -> None:
    player = Player(environ=DRIVER)
    for _ in range(2):
        player.open()
        for sound in Sound:
            player.play(sound, 0.5)
        player.close()
    player.end()
    player.end()
    assert pygame.mixer.get_init() is None


def test_a_device_that_cannot_be_opened_says_why() -> None:
    player = Player(environ={**DRIVER, "SDL_AUDIODRIVER": "no-such-driver"})
    with pytest.raises(NoSound, match="no-such-driver"):
        player.open()
    player.end()


@pytest.mark.parametrize("hangs_in", ["open", "close"])
def test_a_driver_that_never_comes_back_is_ended_with_its_process(hangs_in: str) -> None:
    """Box fault 1: the mixer keeps the interpreter's lock, so every thread stood still."""
    program = f"""
import sys, threading
for line in sys.stdin:
    if line.split()[0] == {hangs_in!r}:
        threading.Event().wait()
    print("ok", flush=True)
"""
    player = Player(environ=DRIVER, command=("-c", program), answer_s=0.5)
    if hangs_in == "close":
        player.open()
        player.play(Sound.PAID, 1.0)
    with pytest.raises(SpeakerHangs):
        getattr(player, hangs_in)()
    assert player._process is None


def test_a_speaker_that_waits_for_its_device_does_not_hold_up_the_end() -> None:
    player = Player(environ=DRIVER, command=("-c", "import sys; sys.stdin.read()"))
    speaker, before = Speaker(60, player), threading.active_count()
    speaker.play(Sound.PAID)
    speaker.close()
    assert threading.active_count() == before


def test_a_player_that_ends_is_started_again() -> None:
    player = Player(environ=DRIVER, command=("-c", "input(); print('ok')"))
    player.open()
    with pytest.raises(NoSound, match="has ended"):
        player.play(Sound.PAID, 1.0)
    player.open()
    player.end()


def test_the_merchants_device_is_named_to_the_driver() -> None:
    program = "import os; input(); print('no', os.environ['AUDIODEV'])"
    player = Player("plughw:CARD=Device", environ=DRIVER, command=("-c", program))
    with pytest.raises(NoSound, match="plughw:CARD=Device"):
        player.open()
    player.end()


def test_the_real_mixer_plays_on_a_driver_without_ears() -> None:
    assert pygame.mixer.get_init() is None
    speaker = Speaker(60)
    for sound in Sound:
        speaker.play(sound)
    speaker.close()
    assert pygame.mixer.get_init() is None

"""What is attached to the device: a pin that somebody has, a light, a speaker, a touchscreen."""

import shlex
from dataclasses import replace
from typing import Final

from PIL import Image as Picture

from kiosk.sale.keys import SCREEN_LEGEND, Key
from kiosk.screen.display.fingers import STUCK_AFTER_S
from tests.appliance.bench import APPLIANCE, PATIENCE_S, Bench, difference, digits, is_kiosk
from tests.screen.samples import every_view

pytestmark = APPLIANCE

PYTHON: Final = "/opt/kiosk/current/venv/bin/python"
# Takes the LED's pin while the till restarts, and keeps it for the rest of the case.
TAKE_THE_LED: Final = """
import gpiod, signal
taken = gpiod.Chip("/dev/gpiochip0").request_lines({17: None}, "lirc")
print("taken", flush=True)
signal.pause()
"""
LIGHT: Final = "/sys/class/backlight/bench/brightness"
# A sound card, and ALSA's default output a pipe that nobody reads: opening it never ends.
DEAF_SPEAKER: Final = """
modprobe snd-aloop
mkfifo --mode=666 /srv/speaker
cat >/etc/asound.conf <<'SETTINGS'
pcm.!default {
    type file
    slave.pcm "null"
    file "/srv/speaker"
    format raw
}
SETTINGS
"""
PID: Final = "systemctl show --property=MainPID --value kiosk"


def test_a_pin_that_another_program_has_is_named_and_the_keypad_works(bench: Bench) -> None:
    """Box fault 7: one busy pin took keypad, LED and buzzer along."""
    starts = bench.starts()
    bench.machine.run("systemctl stop kiosk")
    bench.machine.run(f"systemd-run --unit=led-thief {PYTHON} -Ic {shlex.quote(TAKE_THE_LED)}")
    bench.machine.until("journalctl --unit=led-thief --output=cat --grep=taken")
    bench.machine.run("systemctl start --no-block kiosk")
    bench.until_logged('LED: GPIO 17 cannot be used: "lirc" uses it')
    bench.until_ready(starts + 1)
    bench.press(*digits("300"), Key.CHARGE)
    bench.scan()
    assert "$3.00" in bench.simulator.invoices(bench.simulator.till)[-1].memo


def test_a_light_that_a_killed_till_left_dark_is_lit_at_the_next_start(bench: Bench) -> None:
    """Box fault 2: it stayed black, and a touch on the black screen counted as a key."""
    starts = bench.starts()
    bench.machine.run(
        "modprobe bench-backlight; udevadm settle; systemctl restart --no-block kiosk"
    )
    bench.until_ready(starts + 1)
    bench.machine.run(f"echo 0 >{LIGHT}; kill -KILL $({PID})")
    bench.until_ready(starts + 2)
    assert bench.machine.run(f"cat {LIGHT}").strip() == "255"
    assert "backlight cannot be set" not in "\n".join(bench.log())


def test_a_speaker_that_never_opens_stops_nothing_and_is_told_as_mute(bench: Bench) -> None:
    """Box fault 1: all threads stood still, deaf to SIGTERM, until the watchdog killed the till."""
    starts = bench.starts()
    bench.machine.run(f"{DEAF_SPEAKER}\nsystemctl restart --no-block kiosk")
    bench.until_ready(starts + 1)
    running = bench.machine.run(PID)
    bench.press(*digits("500"), Key.CHARGE)
    sats = bench.pay(bench.scan())
    bench.until_logged("forwarded sale=")
    assert bench.moved() == [("outside", "till", sats), ("till", "merchant", sats)]
    bench.until_logged("no sound until the program is started again")
    bench.shot("mute")
    assert bench.machine.run(PID) == running, "it is still the same program"
    bench.machine.run("systemctl stop kiosk")
    ended = bench.machine.run("systemctl show --property=Result,ExecMainStatus kiosk")
    assert set(ended.split()) == {"Result=success", "ExecMainStatus=0"}


def test_a_finger_that_is_never_lifted_keeps_no_other_out_and_is_told(bench: Bench) -> None:
    """Box fault 6: one lost lift made the screen deaf until a restart, and nobody was told."""
    idle, amount = every_view()["idle"], every_view()["amount"]
    idle_picture = bench.look()
    bench.touch(idle, Key.D5, hold_ms=-1)
    bench.machine.run("sleep 4")  # longer than a finger that does not move keeps others out
    bench.touch(amount, Key.D0, Key.D0, Key.CHARGE)
    sats = bench.pay(bench.scan())
    assert "$5.00" in bench.simulator.invoices(bench.simulator.till)[-1].memo
    bench.until_logged("forwarded sale=")
    assert bench.moved() == [("outside", "till", sats), ("till", "merchant", sats)]

    bench.until_logged(f"stuck key={SCREEN_LEGEND}", timeout_s=PATIENCE_S + 2 * STUCK_AFTER_S)
    told = replace(idle, stuck_keys=(SCREEN_LEGEND,))

    def tells_of_it(seen: Picture.Image) -> bool:
        return difference(seen, told) < difference(idle_picture, told)

    bench.until_picture(tells_of_it)
    bench.shot("finger-rests")


def test_a_touchscreen_that_is_plugged_in_again_is_touched_at_once(bench: Bench) -> None:
    """Box fault 6: SDL drops the fingers of a device that goes, and the till waited for one."""
    idle, amount = every_view()["idle"], every_view()["amount"]
    bench.touch(idle, Key.D5, hold_ms=-1)
    bench.machine.run("systemctl restart touchscreen")
    bench.machine.until("grep 'Bench touchscreen' /proc/bus/input/devices")
    bench.machine.run("udevadm settle; sleep 1")
    bench.touch(amount, Key.D0, Key.D0, Key.CHARGE)
    bench.scan()
    assert "$5.00" in bench.simulator.invoices(bench.simulator.till)[-1].memo


def test_a_second_display_may_come_and_the_first_may_go(bench: Bench) -> None:
    """Box fault 5: a display that was plugged in while the till ran stayed black."""
    first, second = (f"/sys/class/drm/card0-Virtual-{number}/status" for number in (1, 2))
    bench.machine.run(f"echo on >{second}; udevadm trigger --subsystem-match=drm")
    bench.until_picture(is_kiosk)
    assert "Virtual-2 of /dev/dri/card0" in bench.doctor()[1]
    bench.machine.run(f"echo off >{first}; echo off >{second}")
    code, said = bench.doctor()
    assert (code, "no screen is connected to Virtual-1, Virtual-2" in said) == (1, True), said
    bench.machine.run(f"echo detect >{first}")
    bench.until_logged("a screen was connected; it is opened", times=2)
    bench.press(*digits("500"), Key.CHARGE)
    sats = bench.pay(bench.scan())
    bench.until_logged("forwarded sale=")
    assert bench.moved() == [("outside", "till", sats), ("till", "merchant", sats)]

"""Somebody with a keyboard and a minute."""

import random
import time
from typing import Final

from kiosk.sale.keys import Key
from tests.appliance.bench import APPLIANCE, Bench, digits, is_kiosk

pytestmark = APPLIANCE

MINUTE_S: Final = 60.0
SCREENS: Final = tuple(f"{mod}-f{number}" for mod in ("ctrl-alt", "alt") for number in range(1, 13))
# b restarts, c crashes, e and i kill everything, o switches off, u makes the disk read-only.
SYSRQ: Final = tuple(f"alt-sysrq-{letter}" for letter in "bceiouskrf")
OTHERS: Final = (
    *("ctrl-alt-delete",) * 8,
    *("ctrl-c", "ctrl-d", "ctrl-z", "ctrl-backslash", "alt-f4", "alt-tab", "alt-left", "alt-right"),
    *("ctrl-alt-backspace", "meta_l", "ctrl-esc", "print", "pause", "power", "sleep", "menu"),
    *("ctrl-shift-t", "ctrl-alt-t", "ctrl-q", "ctrl-w", "f1", "f4", "f11", "insert", "scroll_lock"),
)
LETTERS: Final = (*"abcdefghijklmnopqrstuvwxyz1234567890", "ret", "esc", "tab", "spc", "slash")


def test_a_minute_of_vandalism_at_the_keyboard_leaves_a_till(bench: Bench) -> None:
    dice = random.Random(6)
    before = state(bench)
    for _ in range(8):  # seven in two seconds would be a burst, which systemd takes for an order
        bench.machine.type("ctrl-alt-delete", hold_s=0.02)
    end_s = time.monotonic() + MINUTE_S
    while time.monotonic() < end_s:
        chord = dice.choice(dice.choice((SCREENS, SYSRQ, OTHERS, LETTERS)))
        bench.machine.type(chord, hold_s=0.02)
    bench.shot("after-a-minute")
    assert state(bench) == before
    for _ in range(6):  # out of whatever it typed itself into
        bench.type(Key.CLEAR)
    bench.until_picture(is_kiosk)
    bench.press(*digits("500"), Key.CHARGE)
    sats = bench.pay(bench.scan())
    bench.until_logged("forwarded sale=")
    assert bench.moved() == [("outside", "till", sats), ("till", "merchant", sats)]


def state(bench: Bench) -> dict[str, str]:
    """What must be the same after it: this boot, this program, this screen, and no shell."""
    return {
        "boot": bench.machine.run("cat /proc/sys/kernel/random/boot_id"),
        "program": bench.machine.run(
            "systemctl show --property=MainPID,NRestarts,ActiveState kiosk"
        ),
        "console": bench.machine.run("cat /sys/class/tty/tty0/active"),
        # The agent's own bash has no terminal; whoever got a prompt has one.
        "terminals": bench.machine.run(
            "for input in /proc/[0-9]*/fd/0; do readlink $input; done | grep ^/dev/tty || true"
        ),
        "writable": bench.machine.run("touch /var/tmp/still; echo yes"),
    }

"""Be a multi-touch screen: `touchscreen.py FIFO`, then write `X Y MILLISECONDS` lines into FIFO.

A finger that is held for -1 milliseconds is never lifted, as on a bezel that presses.

Runs in the guest, in its system's Python. QEMU 7.2 has no touchscreen of its own, so the kernel's
uinput makes one; for everything above the kernel it is as real as glass. Coordinates are pixels.
"""

import fcntl
import os
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

WIDTH: Final = 800
HEIGHT: Final = 480

# linux/uinput.h
UI_SET_EVBIT: Final = 0x40045564
UI_SET_KEYBIT: Final = 0x40045565
UI_SET_ABSBIT: Final = 0x40045567
UI_SET_PROPBIT: Final = 0x4004556E
UI_DEV_SETUP: Final = 0x405C5503
UI_ABS_SETUP: Final = 0x401C5504
UI_DEV_CREATE: Final = 0x5501

# linux/input-event-codes.h
EV_SYN: Final = 0
EV_KEY: Final = 1
EV_ABS: Final = 3
BTN_TOUCH: Final = 0x14A
ABS_X: Final = 0x00
ABS_Y: Final = 0x01
ABS_MT_SLOT: Final = 0x2F
ABS_MT_POSITION_X: Final = 0x35
ABS_MT_POSITION_Y: Final = 0x36
ABS_MT_TRACKING_ID: Final = 0x39
INPUT_PROP_DIRECT: Final = 1

FINGERS: Final = 10
AXES: Final = {
    ABS_X: WIDTH - 1,
    ABS_Y: HEIGHT - 1,
    ABS_MT_SLOT: FINGERS - 1,
    ABS_MT_POSITION_X: WIDTH - 1,
    ABS_MT_POSITION_Y: HEIGHT - 1,
    ABS_MT_TRACKING_ID: 65535,
}
BUS_I2C: Final = 0x18  # where the official panel's controller sits

Event = tuple[int, int, int]  # type, code, value


class Touchscreen:
    """The device. It exists until the program ends."""

    def __init__(self) -> None:
        self._resting = 0  # fingers that are never lifted
        self._fd = os.open("/dev/uinput", os.O_WRONLY)
        for kind in (EV_KEY, EV_ABS):
            fcntl.ioctl(self._fd, UI_SET_EVBIT, kind)
        fcntl.ioctl(self._fd, UI_SET_KEYBIT, BTN_TOUCH)
        fcntl.ioctl(self._fd, UI_SET_PROPBIT, INPUT_PROP_DIRECT)
        for axis, most in AXES.items():
            fcntl.ioctl(self._fd, UI_SET_ABSBIT, axis)
            # uinput_abs_setup: code; value, minimum, maximum, fuzz, flat, resolution
            setup = struct.pack("<HHiiiiii", axis, 0, 0, 0, most, 0, 0, 0)
            fcntl.ioctl(self._fd, UI_ABS_SETUP, setup)
        # uinput_setup: bus, vendor, product, version; name; force feedback effects
        setup = struct.pack("<HHHH80sI", BUS_I2C, 0x1234, 1, 1, b"Bench touchscreen", 0)
        fcntl.ioctl(self._fd, UI_DEV_SETUP, setup)
        fcntl.ioctl(self._fd, UI_DEV_CREATE)

    def tap(self, number: int, x: int, y: int, hold_s: float) -> None:
        """Put one finger down, leave it there, lift it. `number` tells this touch from others.

        A negative `hold_s` leaves it there for good; the next finger is another.
        """
        slot = self._resting
        self._send(
            (EV_ABS, ABS_MT_SLOT, slot),
            (EV_ABS, ABS_MT_TRACKING_ID, number),
            (EV_ABS, ABS_MT_POSITION_X, x),
            (EV_ABS, ABS_MT_POSITION_Y, y),
            (EV_KEY, BTN_TOUCH, 1),
            (EV_ABS, ABS_X, x),
            (EV_ABS, ABS_Y, y),
        )
        if hold_s < 0:
            self._resting += 1
            return
        time.sleep(hold_s)
        lifted = () if self._resting else ((EV_KEY, BTN_TOUCH, 0),)
        self._send((EV_ABS, ABS_MT_SLOT, slot), (EV_ABS, ABS_MT_TRACKING_ID, -1), *lifted)

    def _send(self, *events: Event) -> None:
        for kind, code, value in (*events, (EV_SYN, 0, 0)):
            os.write(self._fd, struct.pack("<qqHHi", 0, 0, kind, code, value))


def lines(fifo: Path) -> Iterator[str]:
    """Every line that is ever written into `fifo`."""
    while True:
        with fifo.open(encoding="ascii") as taps:
            yield from taps


def main() -> None:
    """Tap where the lines say, for ever."""
    fifo = Path(sys.argv[1])
    if not fifo.exists():  # a line that is written while this starts again waits for it
        os.mkfifo(fifo, 0o600)
    screen = Touchscreen()
    for number, line in enumerate(lines(fifo)):
        x, y, hold_ms = map(int, line.split())
        screen.tap(number % 65536, x, y, hold_ms / 1000)


if __name__ == "__main__":
    main()

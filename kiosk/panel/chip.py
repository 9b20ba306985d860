"""The board's GPIO as Linux offers it: lines of a character device. Knows nothing of gpiozero.

This is version 2 of the kernel's GPIO interface (include/uapi/linux/gpio.h, Linux 5.10 and later).
Spoken directly because the usual library between gpiozero and the kernel, lgpio 0.2.2, watches
edges by waking up every half a millisecond for ever (src/lgPthAlerts.c); a kiosk that waits for
its next customer shall sleep. Four idle columns cost 21.6 % of a core with lgpio and 0.004 % with
this (20 s each, Debian 13 in an emulated machine with a simulated chip). lgpio also has no wheel
for Python 3.13 and needs a FIFO in the working directory.
"""

import errno
import fcntl
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path
from typing import Final

# Linux names the pin controller of the header so: BCM2835 to 2711 (Pi 0 to 4), RP1 (Pi 5).
PI_LABELS: Final = ("pinctrl-bcm2", "pinctrl-rp1")
CONSUMER: Final = b"kiosk"

_GET_CHIP_INFO: Final = 0x8044B401
_GET_LINE: Final = 0xC250B407
_SET_CONFIG: Final = 0xC110B40D
_GET_VALUES: Final = 0xC010B40E
_SET_VALUES: Final = 0xC010B40F

# gpiochip_info: name, label, lines
_CHIP_INFO: Final = struct.Struct("=32s32sI")
# gpio_v2_line_config: flags, number of attributes, padding, ten attributes (none used here)
_CONFIG: Final = struct.Struct("=QI20x240x")
# gpio_v2_line_request: 64 offsets, consumer, config, number of lines, event buffer, padding, fd
_REQUEST: Final = struct.Struct(f"=I252x32s{_CONFIG.size}sII20xi")
_REQUEST_FD: Final = _REQUEST.size - 4
# gpio_v2_line_values: bits, mask
_VALUES: Final = struct.Struct("=QQ")
_EVENT_SIZE: Final = 48  # gpio_v2_line_event
_EVENTS_AT_ONCE: Final = 16  # the kernel's own buffer for one line

Ioctl = Callable[[int, int, bytearray], object]


class PanelMissing(Exception):
    """There is no GPIO to use, or a pin of it is taken. The text says what to do about it."""


class Mode(IntFlag):
    """GPIO_V2_LINE_FLAG_*: what a line is at the moment."""

    INPUT = 1 << 2
    OUTPUT = 1 << 3
    RISING = 1 << 4
    FALLING = 1 << 5
    PULL_UP = 1 << 8
    PULL_DOWN = 1 << 9
    NO_PULL = 1 << 10


FLOATING: Final = Mode.INPUT | Mode.NO_PULL


@dataclass(frozen=True, slots=True)
class ChipInfo:
    """A GPIO chip: where it is, what the kernel calls it."""

    path: Path
    label: str


class Line:
    """One pin, ours until closed. Begins floating.

    Every method raises OSError when the kernel refuses.
    """

    def __init__(self, chip_fd: int, offset: int, ioctl: Ioctl = fcntl.ioctl) -> None:
        self._ioctl = ioctl
        self._mode = FLOATING
        request = bytearray(
            _REQUEST.pack(offset, CONSUMER, _CONFIG.pack(FLOATING, 0), 1, _EVENTS_AT_ONCE, 0)
        )
        ioctl(chip_fd, _GET_LINE, request)
        (self.fd,) = struct.unpack_from("=i", request, _REQUEST_FD)
        os.set_blocking(self.fd, False)

    @property
    def mode(self) -> Mode:
        """What the line was last made."""
        return self._mode

    def become(self, mode: Mode) -> None:
        """Change direction, pull and edges. An output begins low."""
        if mode != self._mode:
            self._ioctl(self.fd, _SET_CONFIG, bytearray(_CONFIG.pack(mode, 0)))
            self._mode = mode

    def read(self) -> bool:
        """Whether the line is high."""
        values = bytearray(_VALUES.pack(0, 1))
        self._ioctl(self.fd, _GET_VALUES, values)
        bits, _ = _VALUES.unpack(values)
        return bool(bits & 1)

    def write(self, high: bool) -> None:
        """Drive an output high or low."""
        self._ioctl(self.fd, _SET_VALUES, bytearray(_VALUES.pack(int(high), 1)))

    def drain(self) -> None:
        """Forget the edges seen so far, so that `fd` is readable only after the next one."""
        try:
            while os.read(self.fd, _EVENT_SIZE * _EVENTS_AT_ONCE):
                pass
        except BlockingIOError:
            return
        raise OSError(errno.ENODEV, "the GPIO chip is gone")

    def close(self) -> None:
        """Let the pin float and give it back."""
        try:
            self.become(FLOATING)
        finally:
            os.close(self.fd)


def find_header(devices: Path = Path("/dev"), ioctl: Ioctl = fcntl.ioctl) -> ChipInfo | None:
    """The chip behind the 40-pin header of a Raspberry Pi, or None on any other machine.

    Raises:
        PermissionError: there are chips, and this user may open none of them.
    """
    refused: PermissionError | None = None
    for path in sorted(devices.glob("gpiochip*")):
        try:
            info = _ask(path, ioctl)
        except PermissionError as error:
            refused = error
        else:
            if info.label.startswith(PI_LABELS):
                return info
    if refused is not None:
        raise refused
    return None


def _ask(path: Path, ioctl: Ioctl) -> ChipInfo:
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        answer = bytearray(_CHIP_INFO.size)
        ioctl(fd, _GET_CHIP_INFO, answer)
    finally:
        os.close(fd)
    _, label, _ = _CHIP_INFO.unpack(answer)
    return ChipInfo(path, label.rstrip(b"\0").decode("ascii", "replace"))

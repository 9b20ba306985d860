"""A stand-in for the kernel's GPIO character devices, written against the C structures.

The structures are ctypes translations of include/uapi/linux/gpio.h, on purpose not the packing
strings of the product.
"""

import ctypes
import errno
import os
import threading
from pathlib import Path
from typing import Any

U8, U32, U64, S32 = ctypes.c_char, ctypes.c_uint32, ctypes.c_uint64, ctypes.c_int32


class ChipInfoC(ctypes.Structure):
    _fields_ = (("name", U8 * 32), ("label", U8 * 32), ("lines", U32))


class AttributeC(ctypes.Structure):
    _fields_ = (("id", U32), ("padding", U32), ("value", U64), ("mask", U64))


class ConfigC(ctypes.Structure):
    _fields_ = (
        ("flags", U64),
        ("num_attrs", U32),
        ("padding", U32 * 5),
        ("attrs", AttributeC * 10),
    )


class RequestC(ctypes.Structure):
    _fields_ = (
        ("offsets", U32 * 64),
        ("consumer", U8 * 32),
        ("config", ConfigC),
        ("num_lines", U32),
        ("event_buffer_size", U32),
        ("padding", U32 * 5),
        ("fd", S32),
    )


class ValuesC(ctypes.Structure):
    _fields_ = (("bits", U64), ("mask", U64))


class EventC(ctypes.Structure):
    _fields_ = (
        ("timestamp_ns", U64),
        ("id", U32),
        ("offset", U32),
        ("seqno", U32),
        ("line_seqno", U32),
        ("padding", U32 * 6),
    )


INPUT, OUTPUT, FALLING, PULL_UP, NO_PULL = 1 << 2, 1 << 3, 1 << 5, 1 << 8, 1 << 10


def read_write(number: int, structure: type[ctypes.Structure]) -> int:
    """_IOWR(0xB4, number, structure)"""
    return 3 << 30 | ctypes.sizeof(structure) << 16 | 0xB4 << 8 | number


GET_CHIP_INFO = 2 << 30 | ctypes.sizeof(ChipInfoC) << 16 | 0xB4 << 8 | 0x01
GET_LINE = read_write(0x07, RequestC)
SET_CONFIG = read_write(0x0D, ConfigC)
GET_VALUES = read_write(0x0E, ValuesC)
SET_VALUES = read_write(0x0F, ValuesC)


class Kernel:
    """Chips as files in a folder, whose content is their label, and lines as pipes of events."""

    def __init__(self) -> None:
        self.flags: dict[int, int] = {}  # by offset
        self.levels: dict[int, bool] = {}
        self.taken: set[int] = set()
        self.gone = False
        self.switches: set[tuple[int, int]] = set()  # closed ones, (row, column)
        self._configured = threading.Condition()
        self._offsets: dict[int, int] = {}  # by line fd
        self._edges: dict[int, int] = {}  # offset -> the kernel's end of the pipe

    def ioctl(self, fd: int, request: int, buffer: bytearray) -> int:
        """What fcntl.ioctl would do."""
        if self.gone:
            raise OSError(errno.ENODEV, "No such device")
        match request:
            case _ if request == GET_CHIP_INFO:
                label = os.pread(fd, 31, 0)
                buffer[:] = bytes(ChipInfoC(b"gpiochip", label, 54))
            case _ if request == GET_LINE:
                self._get_line(buffer)
            case _ if request == SET_CONFIG:
                self._configure(self._offsets[fd], ConfigC.from_buffer(buffer))
            case _ if request == GET_VALUES:
                values = ValuesC.from_buffer(buffer)
                assert values.mask == 1
                values.bits = int(self._level(self._offsets[fd]))
            case _ if request == SET_VALUES:
                values = ValuesC.from_buffer(buffer)
                assert values.mask == 1
                assert self.flags[self._offsets[fd]] & OUTPUT
                self.levels[self._offsets[fd]] = bool(values.bits)
            case _:
                raise OSError(errno.ENOTTY, "Inappropriate ioctl for device")
        return 0

    def fall(self, offset: int) -> None:
        """The level of an input falls."""
        self.levels[offset] = False
        if self.flags[offset] & FALLING:
            os.write(self._edges[offset], bytes(EventC(id=2, offset=offset)))

    def wait_for_outputs(self, offsets: tuple[int, ...], deadline_s: float = 5.0) -> None:
        """Until all these lines are outputs at once."""
        with self._configured:
            assert self._configured.wait_for(
                lambda: all(self.flags.get(offset, 0) & OUTPUT for offset in offsets), deadline_s
            )

    def press(self, row: int, column: int) -> None:
        """Close the switch between a row, which is driven low at rest, and a column."""
        self.switches.add((row, column))
        assert not self._level(column)
        self.fall(column)
        self.levels[column] = True  # its own pull: low only while a row holds it so

    def unplug(self) -> None:
        """The chip disappears: every call on a line fails, and its file has nothing to read."""
        self.gone = True
        for write_fd in self._edges.values():
            os.close(write_fd)
        self._edges.clear()

    @property
    def line_fds(self) -> tuple[int, ...]:
        """The files of all lines that were ever taken."""
        return tuple(self._offsets)

    def close(self) -> None:
        """Close what is left of the kernel's ends."""
        self.unplug()

    def _level(self, offset: int) -> bool:
        held_low = any(
            column == offset and self.flags[row] & OUTPUT and not self.levels[row]
            for row, column in self.switches
        )
        return self.levels[offset] and not held_low

    def _get_line(self, buffer: bytearray) -> None:
        request: Any = RequestC.from_buffer(buffer)
        offset = request.offsets[0]
        assert request.num_lines == 1
        if offset in self.taken:
            raise OSError(errno.EBUSY, "Device or resource busy")
        read_fd, write_fd = os.pipe()
        self._offsets[read_fd], self._edges[offset] = offset, write_fd
        request.fd = read_fd
        self._configure(offset, request.config)

    def _configure(self, offset: int, config: Any) -> None:
        assert config.num_attrs == 0
        self.flags[offset] = config.flags
        if config.flags & OUTPUT:
            self.levels[offset] = False
        elif config.flags & (PULL_UP | NO_PULL):
            self.levels[offset] = True
        with self._configured:
            self._configured.notify_all()


def chip_file(folder: Path, number: int, label: str) -> Path:
    """A chip's device file."""
    path = folder / f"gpiochip{number}"
    path.write_bytes(label.encode())
    return path

"""A stand-in for `gpiod` on a kernel with GPIO: same calls and errors; pipes are lines' files."""

import errno
import os
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gpiod import LineSettings
from gpiod.line import Bias, Direction, Edge, Value

from kiosk.panel.gpio_chip import Chip, LineRequest

LINES = 54
FLOATING = LineSettings(direction=Direction.INPUT, bias=Bias.DISABLED)
OUTPUT = LineSettings(direction=Direction.OUTPUT)
PULLED_UP = LineSettings(direction=Direction.INPUT, bias=Bias.PULL_UP)
WATCHED = LineSettings(direction=Direction.INPUT, bias=Bias.PULL_UP, edge_detection=Edge.FALLING)


@dataclass(frozen=True)
class Label:
    label: str


@dataclass(frozen=True)
class Info:
    used: bool
    consumer: str


class Kernel:
    """Chips as files in a folder, whose content is their label, and the lines of one chip."""

    def __init__(self) -> None:
        self.settings: dict[int, LineSettings] = {}  # by offset, of the lines that are requested
        self.levels: dict[int, bool] = {}
        self.taken: dict[int, str] = {}  # by something else: offset and the name it goes by
        self.gone = False
        self.open_chips = 0
        self.switches: set[tuple[int, int]] = set()  # closed ones, (row, column)
        self.edges: dict[int, int] = {}  # offset -> the kernel's end of the pipe
        self._configured = threading.Condition()

    def open(self, path: Path) -> Chip:
        """What `gpiod.Chip(path)` would do."""
        self.check()
        return FakeChip(self, path.read_text())

    def chip(self, label: str = "pinctrl-bcm2711") -> Chip:
        """A chip that is there."""
        return FakeChip(self, label)

    def check(self) -> None:
        """Fail as everything does once the chip is gone."""
        if self.gone:
            raise OSError(errno.ENODEV, "No such device")

    def fall(self, offset: int) -> None:
        """The level of an input falls."""
        self.levels[offset] = False
        if self.settings[offset].edge_detection is Edge.FALLING:
            os.write(self.edges[offset], b"!")

    def wait_for_outputs(self, offsets: tuple[int, ...], deadline_s: float = 5.0) -> None:
        """Until all these lines are outputs at once."""
        with self._configured:
            assert self._configured.wait_for(
                lambda: all(self._is_output(offset) for offset in offsets), deadline_s
            )

    def press(self, row: int, column: int) -> None:
        """Close the switch between a row, which is driven low at rest, and a column."""
        self.switches.add((row, column))
        assert not self.level(column)
        self.fall(column)
        self.levels[column] = True  # its own pull: low only while a row holds it so

    def unplug(self) -> None:
        """The chip disappears: every call on a line fails, and its file has nothing to read."""
        self.gone = True
        for write_fd in self.edges.values():
            os.close(write_fd)
        self.edges.clear()

    def level(self, offset: int) -> bool:
        """What a line reads."""
        held_low = any(
            column == offset and self._is_output(row) and not self.levels[row]
            for row, column in self.switches
        )
        return self.levels[offset] and not held_low

    def configure(self, offset: int, settings: LineSettings) -> None:
        """Make a line what its owner wants it to be."""
        assert settings.direction is not Direction.AS_IS
        self.settings[offset] = settings
        if settings.direction is Direction.OUTPUT:
            self.levels[offset] = settings.output_value is Value.ACTIVE
        elif settings.bias in (Bias.PULL_UP, Bias.DISABLED):
            self.levels[offset] = True
        with self._configured:
            self._configured.notify_all()

    def _is_output(self, offset: int) -> bool:
        settings = self.settings.get(offset)
        return settings is not None and settings.direction is Direction.OUTPUT


class FakeChip:
    """`gpiod.Chip`."""

    def __init__(self, kernel: Kernel, label: str) -> None:
        self._kernel = kernel
        self._label = label
        self._is_open = True
        kernel.open_chips += 1

    def get_info(self) -> Label:
        self._kernel.check()
        return Label(self._label)

    def get_line_info(self, line: int) -> Info:
        consumer = self._kernel.taken.get(line)
        if consumer is None and line in self._kernel.edges:
            consumer = "kiosk"
        return Info(consumer is not None, consumer or "")

    def request_lines(
        self,
        config: dict[Iterable[int | str] | int | str, LineSettings | None],
        consumer: str,
    ) -> LineRequest:
        self._kernel.check()
        assert consumer == "kiosk"
        ((offset, settings),) = config.items()
        assert isinstance(offset, int)
        assert settings is not None
        if offset >= LINES:
            raise ValueError("line offset of out range")
        if offset in self._kernel.taken or offset in self._kernel.edges:
            raise OSError(errno.EBUSY, "Device or resource busy")
        return FakeRequest(self._kernel, offset, settings)

    def close(self) -> None:
        self._kernel.open_chips -= self._is_open
        self._is_open = False


class FakeRequest:
    """`gpiod.LineRequest` of one line."""

    def __init__(self, kernel: Kernel, offset: int, settings: LineSettings) -> None:
        self._kernel = kernel
        self._offset = offset
        self.fd, kernel.edges[offset] = os.pipe()
        kernel.configure(offset, settings)

    def get_value(self, line: int) -> Value:
        self._kernel.check()
        assert line == self._offset
        return Value.ACTIVE if self._kernel.level(line) else Value.INACTIVE

    def set_value(self, line: int, value: Value) -> None:
        self._kernel.check()
        assert self._kernel.settings[line].direction is Direction.OUTPUT
        self._kernel.levels[line] = value is Value.ACTIVE

    def reconfigure_lines(
        self, config: dict[Iterable[int | str] | int | str, LineSettings | None]
    ) -> None:
        self._kernel.check()
        ((offset, settings),) = config.items()
        assert offset == self._offset
        assert settings is not None
        self._kernel.configure(self._offset, settings)

    def read_edge_events(self) -> Sequence[object]:
        seen = os.read(self.fd, 64)  # BlockingIOError when there is none
        if not seen:
            raise OSError(errno.ENODEV, "No such device")
        return list(seen)

    def release(self) -> None:
        os.close(self.fd)
        write_fd = self._kernel.edges.pop(self._offset, None)
        if write_fd is not None:
            os.close(write_fd)


def chip_file(folder: Path, number: int, label: str) -> Path:
    """A chip's device file."""
    path = folder / f"gpiochip{number}"
    path.write_text(label)
    return path

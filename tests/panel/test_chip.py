"""The kernel's GPIO interface, spoken to a stand-in made from the C header."""

import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.panel import chip
from kiosk.panel.chip import FLOATING, Line, Mode, find_header
from tests.panel import kernel as header
from tests.panel.kernel import FALLING, INPUT, NO_PULL, OUTPUT, PULL_UP, Kernel, chip_file


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    kernel = Kernel()
    yield kernel
    kernel.close()


@pytest.fixture
def line(kernel: Kernel) -> Iterator[Line]:
    line = Line(-1, 22, kernel.ioctl)
    yield line
    os.close(line.fd)


def test_the_request_numbers_are_those_of_the_header() -> None:
    assert (
        chip._GET_CHIP_INFO,
        chip._GET_LINE,
        chip._SET_CONFIG,
        chip._GET_VALUES,
        chip._SET_VALUES,
    ) == (
        header.GET_CHIP_INFO,
        header.GET_LINE,
        header.SET_CONFIG,
        header.GET_VALUES,
        header.SET_VALUES,
    )


def test_the_structures_are_as_long_as_the_header_says() -> None:
    ours = (chip._CHIP_INFO.size, chip._CONFIG.size, chip._REQUEST.size, chip._EVENT_SIZE)
    theirs = (header.ChipInfoC, header.ConfigC, header.RequestC, header.EventC)
    assert ours == tuple(ctypes.sizeof(structure) for structure in theirs)
    assert header.RequestC.fd.offset == chip._REQUEST_FD


def test_a_line_begins_floating(kernel: Kernel, line: Line) -> None:
    assert kernel.flags[22] == INPUT | NO_PULL
    assert line.mode == FLOATING


def test_a_pulled_up_line_reads_high_until_it_is_pulled_down(kernel: Kernel, line: Line) -> None:
    line.become(Mode.INPUT | Mode.PULL_UP | Mode.FALLING)
    assert kernel.flags[22] == INPUT | PULL_UP | FALLING
    assert line.read()
    kernel.fall(22)
    assert not line.read()


def test_an_output_begins_low_and_does_as_told(kernel: Kernel, line: Line) -> None:
    line.become(Mode.OUTPUT)
    assert (kernel.flags[22], kernel.levels[22]) == (OUTPUT, False)
    line.write(True)
    assert kernel.levels[22]
    line.write(False)
    assert not kernel.levels[22]


def test_draining_forgets_every_edge_so_far(kernel: Kernel, line: Line) -> None:
    line.become(Mode.INPUT | Mode.PULL_UP | Mode.FALLING)
    for _ in range(40):
        kernel.fall(22)
    line.drain()
    with pytest.raises(BlockingIOError):
        os.read(line.fd, 1)


def test_a_closed_line_floats(kernel: Kernel) -> None:
    line = Line(-1, 5, kernel.ioctl)
    line.become(Mode.OUTPUT)
    line.close()
    assert kernel.flags[5] == INPUT | NO_PULL
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(line.fd)


@pytest.mark.parametrize("label", ["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"])
def test_the_header_is_found_by_its_label_among_other_chips(
    kernel: Kernel, tmp_path: Path, label: str
) -> None:
    chip_file(tmp_path, 0, "raspberrypi-exp-gpio")
    path = chip_file(tmp_path, 4, label)
    found = find_header(tmp_path, kernel.ioctl)
    assert found == chip.ChipInfo(path, label)


def test_a_laptop_has_gpio_and_no_header(kernel: Kernel, tmp_path: Path) -> None:
    chip_file(tmp_path, 0, "AMDI0030:00")
    assert find_header(tmp_path, kernel.ioctl) is None


def test_a_machine_without_gpio_has_no_header(kernel: Kernel, tmp_path: Path) -> None:
    assert find_header(tmp_path, kernel.ioctl) is None


def test_a_chip_that_may_not_be_opened_is_said(kernel: Kernel, tmp_path: Path) -> None:
    chip_file(tmp_path, 0, "pinctrl-bcm2711")

    def refuse(fd: int, request: int, buffer: bytearray) -> int:
        raise PermissionError("not in the group gpio")

    with pytest.raises(PermissionError):
        find_header(tmp_path, refuse)

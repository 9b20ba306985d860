"""Chips and lines as gpiod offers them, on a stand-in for it, and gpiod's own shape."""

import errno
import inspect
import os
from collections.abc import Iterator
from pathlib import Path

import gpiod
import pytest
from gpiod.line import Bias, Edge

from kiosk.panel.gpio_chip import Chip, ChipInfo, PanelMissing, find_header, open_chip
from kiosk.panel.line import FLOATING, OUTPUT, Line, pulled, take_line
from tests.panel.kernel import WATCHED, FakeChip, FakeRequest, Kernel, chip_file


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    kernel = Kernel()
    yield kernel
    kernel.unplug()


@pytest.fixture
def line(kernel: Kernel) -> Iterator[Line]:
    line = Line(kernel.chip(), 22)
    yield line
    os.close(line.fd)


@pytest.mark.parametrize(
    ("ours", "theirs"), [(FakeChip, gpiod.Chip), (FakeRequest, gpiod.LineRequest)]
)
def test_the_stand_in_is_called_as_gpiod_is(ours: type, theirs: type) -> None:
    for name, method in inspect.getmembers(ours, inspect.isfunction):
        if name.startswith("_"):
            continue
        called = list(inspect.signature(method).parameters)
        assert called == list(inspect.signature(getattr(theirs, name)).parameters)[: len(called)]


def test_gpiod_says_with_an_os_error_that_there_is_no_chip(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_chip(tmp_path / "gpiochip0")
    with pytest.raises(OSError):
        open_chip(chip_file(tmp_path, 1, "a file that is no chip"))


def test_a_line_begins_floating(kernel: Kernel, line: Line) -> None:
    assert kernel.settings[22] == FLOATING
    assert line.settings == FLOATING


def test_a_pulled_up_line_reads_high_until_it_is_pulled_down(kernel: Kernel, line: Line) -> None:
    line.become(pulled(Bias.PULL_UP, Edge.FALLING))
    assert kernel.settings[22] == WATCHED
    assert line.read()
    kernel.fall(22)
    assert not line.read()


def test_an_output_begins_low_and_does_as_told(kernel: Kernel, line: Line) -> None:
    line.become(OUTPUT)
    assert (kernel.settings[22], kernel.levels[22]) == (OUTPUT, False)
    line.write(True)
    assert kernel.levels[22]
    line.write(False)
    assert not kernel.levels[22]


def test_draining_forgets_every_edge_so_far(kernel: Kernel, line: Line) -> None:
    line.become(pulled(Bias.PULL_UP, Edge.FALLING))
    for _ in range(40):
        kernel.fall(22)
    line.drain()
    with pytest.raises(BlockingIOError):
        os.read(line.fd, 1)


def test_a_closed_line_floats_and_is_free_for_others(kernel: Kernel) -> None:
    chip = kernel.chip()
    line = Line(chip, 5)
    line.become(OUTPUT)
    line.close()
    assert kernel.settings[5] == FLOATING
    Line(chip, 5).close()


@pytest.mark.parametrize(
    ("consumer", "words"), [("lirc", '"lirc" uses it'), ("", "something else uses it")]
)
def test_who_holds_a_taken_pin_is_named(kernel: Kernel, consumer: str, words: str) -> None:
    """Box fault 7: only that something else uses it was told, never who."""
    kernel.taken[17] = consumer
    with pytest.raises(PanelMissing, match=f"^GPIO 17 cannot be used: {words}\\. Look for"):
        take_line(kernel.chip(), 17)


def test_what_the_kernel_refuses_is_an_os_error_whatever_gpiod_makes_of_it(
    kernel: Kernel,
) -> None:
    with pytest.raises(OSError, match="the kernel refuses the pin"):
        Line(kernel.chip(), 99)


@pytest.mark.parametrize("label", ["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"])
def test_the_header_is_found_by_its_label_among_other_chips(
    kernel: Kernel, tmp_path: Path, label: str
) -> None:
    chip_file(tmp_path, 0, "raspberrypi-exp-gpio")
    path = chip_file(tmp_path, 4, label)
    assert find_header(tmp_path, kernel.open) == ChipInfo(path, label)
    assert kernel.open_chips == 0


@pytest.mark.parametrize("error", [PermissionError(errno.EACCES, "no"), OSError(errno.EIO, "no")])
def test_a_chip_that_cannot_be_asked_does_not_hide_the_header(
    kernel: Kernel, tmp_path: Path, error: OSError
) -> None:
    """Box fault 7: an error of one chip ended the search for the header."""
    bad = chip_file(tmp_path, 0, "pinctrl-bcm2711")
    good = chip_file(tmp_path, 1, "pinctrl-bcm2711")

    def opened(path: Path) -> Chip:
        if path == bad:
            raise error
        return kernel.open(path)

    header = find_header(tmp_path, opened)
    assert header is not None
    assert header.path == good


def test_a_laptop_has_gpio_and_no_header(kernel: Kernel, tmp_path: Path) -> None:
    chip_file(tmp_path, 0, "AMDI0030:00")
    assert find_header(tmp_path, kernel.open) is None


def test_a_machine_without_gpio_has_no_header(kernel: Kernel, tmp_path: Path) -> None:
    assert find_header(tmp_path, kernel.open) is None


def test_a_chip_that_may_not_be_opened_is_said(tmp_path: Path) -> None:
    chip_file(tmp_path, 0, "pinctrl-bcm2711")

    def refuse(path: Path) -> Chip:
        raise PermissionError("not in the group gpio")

    with pytest.raises(PermissionError):
        find_header(tmp_path, refuse)

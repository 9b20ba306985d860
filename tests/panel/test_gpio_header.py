"""Finding out whether there is GPIO, and saying what to do when there is not."""

import errno
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.panel.gpio_chip import Chip, ChipInfo, NoHeader, PanelMissing
from kiosk.panel.gpio_header import GpioMode, open_pins
from tests.panel.kernel import Kernel, chip_file


def not_asked() -> ChipInfo | None:
    raise AssertionError("GPIO is off")


def no_header() -> ChipInfo | None:
    return None


def refused() -> ChipInfo | None:
    raise PermissionError(errno.EACCES, "Permission denied")


def broken() -> ChipInfo | None:
    raise OSError(errno.EIO, "Input/output error")


def test_off_asks_nobody() -> None:
    assert open_pins("off", not_asked) is None


@pytest.mark.parametrize("mode", ["auto", "on"])
def test_a_header_is_opened(mode: GpioMode, tmp_path: Path) -> None:
    path, kernel = chip_file(tmp_path, 0, "pinctrl-bcm2711"), Kernel()
    factory = open_pins(mode, lambda: ChipInfo(path, "pinctrl-bcm2711"), kernel.open)
    assert factory is not None
    factory.close()
    assert kernel.open_chips == 0


@pytest.mark.parametrize(
    ("find", "cure"),
    [
        (no_header, "Set KIOSK_GPIO to off or auto"),
        (refused, "Add it to the group gpio"),
        (broken, "Input/output error"),
    ],
)
def test_on_without_gpio_says_what_to_do_and_auto_logs_it_in_one_line(
    find: Callable[[], ChipInfo | None],
    cure: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(NoHeader, match=cure):
        open_pins("on", find, board=tmp_path / "no board")
    with caplog.at_level(logging.INFO):
        assert open_pins("auto", find, board=tmp_path / "no board") is None
    (record,) = caplog.records
    assert cure in record.getMessage()


@pytest.mark.parametrize("find", [refused, broken])
def test_on_a_raspberry_pi_a_refusal_is_never_taken_for_no_header(
    find: Callable[[], ChipInfo | None], tmp_path: Path
) -> None:
    """Box fault 7: a header that is there and cannot be used was a line in the log."""
    (tmp_path / "model").write_text("Raspberry Pi 5 Model B Rev 1.0\0")
    with pytest.raises(PanelMissing) as error:
        open_pins("auto", find, board=tmp_path / "model")
    assert not isinstance(error.value, NoHeader)


def test_a_header_that_was_found_and_cannot_be_opened_is_told(tmp_path: Path) -> None:
    def opened(path: Path) -> Chip:
        raise PermissionError(errno.EACCES, "Permission denied")

    with pytest.raises(PanelMissing, match="group gpio") as error:
        open_pins(
            "auto",
            lambda: ChipInfo(tmp_path, "pinctrl-rp1"),
            opened,
            board=tmp_path / "no board",
        )
    assert not isinstance(error.value, NoHeader)


def test_a_box_without_gpio_never_waits_for_gpiozero() -> None:
    program = """
import sys
from kiosk.panel import cli, panel, wiring
panel.open_panel("auto", wiring.read_wiring(), 17, None, print, lambda mode: None)
sys.exit("gpiozero" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

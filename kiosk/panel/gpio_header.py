"""Is there a GPIO header, and may we use it? gpiozero is imported only when there is one.

It takes as long to import as the first picture takes to draw, and most machines have no header.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from kiosk.panel.gpio_chip import ChipInfo, NoHeader, OpenChip, PanelMissing, find_header, open_chip

if TYPE_CHECKING:
    from kiosk.panel.pin_factory import KernelFactory

log = logging.getLogger(__name__)

GpioMode = Literal["auto", "on", "off"]

# Not /proc/device-tree, which a hardened service does not see.
_BOARD: Final = Path("/sys/firmware/devicetree/base/model")


def open_pins(
    mode: GpioMode,
    find: Callable[[], ChipInfo | None] = find_header,
    opened: OpenChip = open_chip,
    board: Path = _BOARD,
) -> "KernelFactory | None":
    """Open the header's GPIO: a pin factory, or None where there is none or it is not wanted.

    `auto` says in one line of the log why there is none.

    Raises:
        PanelMissing: there is a header that cannot be used, or `mode` is `on` and there is none.
    """
    if mode == "off":
        return None
    try:
        return _open(find, opened, board)
    except NoHeader as missing:
        if mode == "on":
            raise
        log.info("no keypad, LED or buzzer: %s", missing)
        return None


def _open(find: Callable[[], ChipInfo | None], opened: OpenChip, board: Path) -> "KernelFactory":
    # What cannot be asked may be a laptop's own chip, which concerns nobody here.
    missing = PanelMissing if _is_pi(board) else NoHeader
    try:
        header = find()
        if header is None:
            raise NoHeader(
                "This machine has no Raspberry Pi GPIO header. Set KIOSK_GPIO to off or auto."
            )
        missing = PanelMissing
        from kiosk.panel.pin_factory import KernelFactory

        return KernelFactory(opened(header.path))
    except PermissionError as error:
        raise missing(
            "This user may not use the GPIO pins. Add it to the group gpio and log in again."
        ) from error
    except OSError as error:
        raise missing(f"The GPIO pins cannot be opened: {error.strerror}.") from error


def _is_pi(board: Path) -> bool:
    try:
        return board.read_text().startswith("Raspberry Pi")
    except (OSError, UnicodeDecodeError):
        return False

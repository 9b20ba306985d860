"""Is there a GPIO header, and may we use it? gpiozero is imported only when there is one.

It takes as long to import as the first picture takes to draw, and most machines have no header.
"""

import logging
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from kiosk.panel.chip import ChipInfo, PanelMissing, find_header

if TYPE_CHECKING:
    from kiosk.panel.pins import KernelFactory

log = logging.getLogger(__name__)

GpioMode = Literal["auto", "on", "off"]


def open_pins(
    mode: GpioMode, find: Callable[[], ChipInfo | None] = find_header
) -> "KernelFactory | None":
    """Open the header's GPIO: a pin factory, or None where there is none or it is not wanted.

    `auto` says in one line of the log why there is none.

    Raises:
        PanelMissing: `mode` is `on` and there is no GPIO.
    """
    if mode == "off":
        return None
    try:
        return _open(find)
    except PanelMissing as missing:
        if mode == "on":
            raise
        log.info("no keypad, LED or buzzer: %s", missing)
        return None


def _open(find: Callable[[], ChipInfo | None]) -> "KernelFactory":
    try:
        header = find()
        if header is None:
            raise PanelMissing(
                "This machine has no Raspberry Pi GPIO header. Set KIOSK_GPIO to off or auto."
            )
        from kiosk.panel.pins import KernelFactory

        return KernelFactory(os.open(header.path, os.O_RDWR | os.O_CLOEXEC))
    except PermissionError as error:
        raise PanelMissing(
            "This user may not use the GPIO pins. Add it to the group gpio and log in again."
        ) from error
    except OSError as error:
        raise PanelMissing(f"The GPIO pins cannot be opened: {error.strerror}.") from error

"""One pin of the header, taken from the kernel through gpiod."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from gpiod import LineSettings
from gpiod.line import Bias, Direction, Edge, Value

from kiosk.panel.gpio_chip import CONSUMER, Chip, PanelMissing

FLOATING: Final = LineSettings(direction=Direction.INPUT, bias=Bias.DISABLED)
OUTPUT: Final = LineSettings(direction=Direction.OUTPUT)  # begins low


def pulled(bias: Bias, edge: Edge = Edge.NONE) -> LineSettings:
    """An input with this pull that reports these edges."""
    return LineSettings(direction=Direction.INPUT, bias=bias, edge_detection=edge)


class Line:
    """One pin, ours until closed. Begins floating.

    Every method raises OSError when the kernel refuses.
    """

    def __init__(self, chip: Chip, offset: int) -> None:
        self._offset = offset
        self._settings = FLOATING
        with _kernel_errors():
            self._request = chip.request_lines({offset: FLOATING}, CONSUMER)
        os.set_blocking(self.fd, False)

    @property
    def fd(self) -> int:
        """Can be read when an edge was seen."""
        return self._request.fd

    @property
    def settings(self) -> LineSettings:
        """What the line was last made."""
        return self._settings

    def become(self, settings: LineSettings) -> None:
        """Change direction, pull and edges. An output begins low."""
        if settings != self._settings:
            with _kernel_errors():
                self._request.reconfigure_lines({self._offset: settings})
            self._settings = settings

    def read(self) -> bool:
        """Whether the line is high."""
        return self._request.get_value(self._offset) is Value.ACTIVE

    def write(self, high: bool) -> None:
        """Drive an output high or low."""
        self._request.set_value(self._offset, Value.ACTIVE if high else Value.INACTIVE)

    def drain(self) -> None:
        """Forget the edges seen so far, so that `fd` can be read only after the next one."""
        try:
            while True:
                self._request.read_edge_events()
        except BlockingIOError:
            return

    def close(self) -> None:
        """Let the pin float and give it back."""
        try:
            self.become(FLOATING)
        finally:
            self._request.release()


def take_line(chip: Chip, offset: int) -> Line:
    """Take a pin from the kernel.

    Raises:
        PanelMissing: something else has it, and is named; or the kernel refuses it.
    """
    try:
        return Line(chip, offset)
    except OSError as error:
        raise PanelMissing(
            f"GPIO {offset} cannot be used: {holder_of(chip, offset) or error.strerror}."
            " Look for a second program and for overlays in config.txt, or choose another pin in"
            " the settings."
        ) from error


def holder_of(chip: Chip, offset: int) -> str:
    """Who has this pin, in words; empty when nobody does."""
    try:
        info = chip.get_line_info(offset)
    except (OSError, ValueError):
        return ""
    if not info.used:
        return ""
    return f'"{info.consumer}" uses it' if info.consumer else "something else uses it"


@contextmanager
def _kernel_errors() -> Iterator[None]:
    """The binding makes other exceptions of EINVAL and EOPNOTSUPP."""
    try:
        yield
    except (ValueError, NotImplementedError) as error:
        raise OSError(0, f"the kernel refuses the pin ({error})") from error

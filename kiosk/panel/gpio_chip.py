"""The board's GPIO as Linux offers it, through libgpiod's own Python binding. Not gpiozero.

The usual library between gpiozero and the kernel, lgpio 0.2.2, watches edges by waking up every
half a millisecond for ever (src/lgPthAlerts.c), has no wheel for Python 3.13, and needs a FIFO in
the working directory. With gpiod a line request is a file that `poll` sleeps on: four idle columns
cost 21.6 % of a core with lgpio and 0.004 % with the kernel's line interface (20 s each, Debian 13
in an emulated machine with a simulated chip).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from gpiod import LineSettings
    from gpiod.line import Value

# Linux names the pin controller of the header so: BCM2835 to 2711 (Pi 0 to 4), RP1 (Pi 5).
PI_LABELS: Final = ("pinctrl-bcm2", "pinctrl-rp1")
CONSUMER: Final = "kiosk"  # the name under which the kernel lists our lines
HELD_BY_TILL: Final = f'"{CONSUMER}" uses it'


class PanelMissing(Exception):
    """There is no GPIO to use, or a pin of it is taken. The text says what to do about it."""


class NoHeader(PanelMissing):
    """This machine has no GPIO header as far as can be seen: most machines have none."""


class ChipLabel(Protocol):
    """What a chip says of itself."""

    @property
    def label(self) -> str:
        """The driver's name for it, such as `pinctrl-bcm2711`."""
        ...


class LineInfo(Protocol):
    """What the kernel says of a line, whoever has it."""

    @property
    def used(self) -> bool:
        """Whether some program or driver has requested it."""
        ...

    @property
    def consumer(self) -> str:
        """The name that its user has given, empty for none."""
        ...


class LineRequest(Protocol):
    """Lines that are ours; `fd` can be read when an edge was seen."""

    @property
    def fd(self) -> int:
        """The file descriptor to poll for edges."""
        ...

    def get_value(self, line: int) -> "Value":
        """The level of a line now."""
        ...

    def set_value(self, line: int, value: "Value") -> None:
        """Drive an output line."""

    def reconfigure_lines(
        self, config: "dict[Iterable[int | str] | int | str, LineSettings | None]"
    ) -> None:
        """Change direction, bias and edges of requested lines, without giving them up."""

    def read_edge_events(self) -> Sequence[object]:
        """Take the edges that have been seen; waits if there is none."""
        ...

    def release(self) -> None:
        """Give the lines back to the kernel."""


class Chip(Protocol):
    """`gpiod.Chip`, as far as it is used here."""

    def get_info(self) -> ChipLabel:
        """Ask the chip for its label."""
        ...

    def get_line_info(self, line: int) -> LineInfo:
        """Ask who has a line; it need not be ours."""
        ...

    def request_lines(
        self,
        config: "dict[Iterable[int | str] | int | str, LineSettings | None]",
        consumer: str,
    ) -> LineRequest:
        """Take lines under a name; OSError if one is taken."""
        ...

    def close(self) -> None:
        """Close the device file; requested lines stay requested."""


OpenChip = Callable[[Path], Chip]


@dataclass(frozen=True, slots=True)
class ChipInfo:
    """A GPIO chip: where it is, what the kernel calls it."""

    path: Path
    label: str


def open_chip(path: Path) -> Chip:
    """Open a chip's device file.

    Raises:
        OSError: there is none, or this user may not.
    """
    import gpiod  # only where there is a chip: the first picture does not wait for it

    chip: Chip = gpiod.Chip(str(path))
    return chip


def find_header(devices: Path = Path("/dev"), opened: OpenChip = open_chip) -> ChipInfo | None:
    """The chip behind the 40-pin header of a Raspberry Pi, or None on any other machine.

    A chip that cannot be asked hides no other.

    Raises:
        OSError: none of those that could be asked is it, and this is why one could not.
    """
    refused: OSError | None = None
    for path in sorted(devices.glob("gpiochip*")):
        try:
            label = _label_of(path, opened)
        except OSError as error:
            refused = error
        else:
            if label.startswith(PI_LABELS):
                return ChipInfo(path, label)
    if refused is not None:
        raise refused
    return None


def _label_of(path: Path, opened: OpenChip) -> str:
    chip = opened(path)
    try:
        return chip.get_info().label
    finally:
        chip.close()

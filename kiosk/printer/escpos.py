"""The few ESC/POS commands that a receipt takes, and what a printer answers about itself.

Source: Epson's ESC/POS Command Reference (download4.epson.biz/sec_pubs/pos/reference_en/escpos),
which nearly every thermal printer with 58 or 80 mm paper follows. The names are the reference's.
"""

from collections.abc import Iterator
from enum import IntFlag
from typing import Final

INITIALIZE: Final = b"\x1b@"  # ESC @
# GS V 66 0: feed to the cutter, then a partial cut. A printer without a cutter feeds alone.
FEED_AND_CUT: Final = b"\x1dV\x42\x00"
# ESC p 0 25 250: pin 2 of the drawer's socket for 50 ms, then 500 ms of rest.
OPEN_DRAWER: Final = b"\x1bp\x00\x19\xfa"
FEED_DOTS: Final = 24  # below the last line, before the cut

# GS v 0 takes up to 2303 rows by Epson and fewer on many others; a low band also means that little
# is lost when a connection breaks within it.
BAND_ROWS: Final = 128


def document(dots: bytes, width: int, *, opens_drawer: bool = False) -> tuple[bytes, ...]:
    """A picture as the commands that print and cut it, none longer than `unfinished(width)`.

    `dots` are rows from the top, `width // 8` bytes each, the left dot in the highest bit, 1 for
    black. `width` is a multiple of 8.
    """
    drawer = (OPEN_DRAWER,) if opens_drawer else ()
    feed = bytes([0x1B, 0x4A, FEED_DOTS])  # ESC J n
    return (INITIALIZE, *drawer, *_bands(dots, width // 8), feed, FEED_AND_CUT)


def unfinished(width: int) -> bytes:
    """What ends any command that was cut off half way: zeros, which print nothing by themselves."""
    return bytes(width // 8 * BAND_ROWS)


def _bands(dots: bytes, row_bytes: int) -> Iterator[bytes]:
    """GS v 0 (raster bit image) for so many rows each."""
    for start in range(0, len(dots), row_bytes * BAND_ROWS):
        band = dots[start : start + row_bytes * BAND_ROWS]
        rows = len(band) // row_bytes
        size = row_bytes.to_bytes(2, "little") + rows.to_bytes(2, "little")
        yield b"\x1dv0\x00" + size + band


# --- What the printer says of itself ------------------------------------------------------------


class Fault(IntFlag):
    """What is wrong with a printer, as far as it says."""

    NONE = 0
    NO_PAPER = 1
    COVER_OPEN = 2
    OFFLINE = 4  # for a reason that it does not name


# DLE EOT n, which is answered at once whatever the printer does: n is 2 for why it is off line and
# 4 for its paper.
ASK_OFFLINE: Final = b"\x10\x04\x02"
ASK_PAPER: Final = b"\x10\x04\x04"


def fault_of(offline: int, paper: int) -> Fault | None:
    """The answers to ASK_OFFLINE and ASK_PAPER; None if they are no such answers.

    Bits 1 and 4 of such a byte are always set, bits 0 and 7 never.
    """
    if any(answer & 0b1001_0011 != 0b0001_0010 for answer in (offline, paper)):
        return None
    fault = Fault.NONE
    if offline & 0x20 or paper & 0x60:  # printing stops for want of paper; no paper at the end
        fault |= Fault.NO_PAPER
    if offline & 0x04:
        fault |= Fault.COVER_OPEN
    if offline & 0x40:
        fault |= Fault.OFFLINE
    return fault


def fault_of_port(status: int) -> Fault:
    """The status byte of the kernel's printer port (linux/lp.h; GET_PORT_STATUS of USB printers).

    Cheap printers leave the bits for "selected" and "no error" at zero, so that only the bit for
    the end of paper counts.
    """
    return Fault.NO_PAPER if status & 0x20 else Fault.NONE

"""Be the paper of a receipt printer: `paper.py DEVICE PAPER STATUS`, until it is ended.

Runs in the guest, in its system's Python. The kernel's printer gadget is the printer: what a
computer sends to it is read from DEVICE and put into the file PAPER. The file STATUS holds the
printer's status byte (GET_PORT_STATUS of USB printers); with the bit for the end of the paper in it
nothing is read, and the printer takes no more than its memory.
"""

import fcntl
import os
import select
import sys
from pathlib import Path
from typing import Final

SET_STATUS: Final = 0xC001_6722  # linux/usb/g_printer.h, GADGET_SET_PRINTER_STATUS
NO_PAPER: Final = 0x20
LOOK_MS: Final = 200
MOST_BYTES: Final = 8192


def serve(device: Path, paper: Path, status: Path) -> None:
    """Print for ever."""
    printer = os.open(device, os.O_RDWR)
    byte = int(status.read_text(), 16)
    with paper.open("ab", buffering=0) as printed:
        while True:
            written = status.read_text()
            byte = int(written, 16) if written else byte  # empty while it is being written
            fcntl.ioctl(printer, SET_STATUS, byte)
            poll = select.poll()
            if not byte & NO_PAPER:
                poll.register(printer, select.POLLIN)
            if poll.poll(LOOK_MS):
                printed.write(os.read(printer, MOST_BYTES))


if __name__ == "__main__":
    serve(*map(Path, sys.argv[1:4]))

"""A receipt printer at a USB port, by the kernel's own driver: `usblp`, and no printer of ours.

The printer is the kernel's printer gadget behind `dummy_hcd`, which is a USB port and the other end
of its cable in one.
"""

import base64
import contextlib
from typing import Final

import pygame

from kiosk.commands.sales import EVER
from kiosk.journal import Journal
from kiosk.sale.keys import Key
from kiosk.sale.receipt import Shop, sale_receipt
from kiosk.screen.drawing.receipt_picture import DOTS_OF_PAPER, receipt_dots
from kiosk.screen.text.words import Words
from tests.appliance.bench import APPLIANCE, NAME, Bench, digits
from tests.printer.fake_printer import Paper, printed

pytestmark = APPLIANCE

DEVICE: Final = "/dev/usb/lp0"
GADGET: Final = "/sys/kernel/config/usb_gadget/printer"
PAPER: Final = "/root/paper"
STATUS: Final = "/root/printer-status"
GOOD: Final = "18"  # "selected" and "no error"
# The ids are those of the kernel's printer gadget (Documentation/usb/gadget_printer.rst).
BUILD_A_PRINTER: Final = f"""
modprobe --all dummy_hcd libcomposite usb_f_printer
mountpoint --quiet /sys/kernel/config || mount -t configfs none /sys/kernel/config
mkdir -p {GADGET}/strings/0x409 {GADGET}/configs/one.1 {GADGET}/functions/printer.0
echo 0x0525 >{GADGET}/idVendor
echo 0xa4a8 >{GADGET}/idProduct
echo 'MFG:Bench;MDL:Thermal;CLS:PRINTER;' >{GADGET}/functions/printer.0/pnp_string
ln -s {GADGET}/functions/printer.0 {GADGET}/configs/one.1
echo {GOOD} >{STATUS}
"""
PLUG_IT_IN: Final = f"""
ls /sys/class/udc >{GADGET}/UDC
udevadm settle
systemd-run --quiet --collect --unit=paper \\
    python3 /opt/bench/paper.py /dev/g_printer0 {PAPER} {STATUS}
"""
WIDTH: Final = DOTS_OF_PAPER["80"]


def plug_in_a_printer(bench: Bench) -> None:
    """Plug it in, and have a till that prints every sale on it."""
    bench.machine.run(BUILD_A_PRINTER)
    bench.machine.run(PLUG_IT_IN)
    bench.machine.until(f"ls {DEVICE}")
    bench.restart_with(KIOSK_PRINTER=DEVICE, KIOSK_RECEIPT="always")


def sell(bench: Bench) -> None:
    """The first sale since the boot."""
    bench.press(*digits("500"), Key.CHARGE)
    bench.pay(bench.scan())
    bench.until_logged("forwarded sale=")


def paper_after(bench: Bench, receipts: int) -> Paper:
    """What is on the paper once so many receipts are printed."""
    bench.until_logged("receipt printed", times=receipts)
    sizes = [line.split("bytes=")[1] for line in bench.log() if "receipt printed" in line]
    size = sum(map(int, sizes))
    bench.machine.until(f"[ $(stat --format=%s {PAPER}) -ge {size} ] && echo all")
    return printed(base64.b64decode(bench.machine.run(f"base64 --wrap=0 {PAPER}")))


def drawn(bench: Bench) -> list[bytes]:
    """The rows of dots of every sale's receipt as this machine draws it, the oldest sale first."""
    bench.machine.run("rm -rf /srv/copies; install -d -o kiosk /srv/copies; kiosk copy /srv/copies")
    data = bench.machine.run("base64 --wrap=0 /srv/copies/*/*/journal.sqlite3")
    file = bench.folder / "journal-of-receipts.sqlite3"
    file.write_bytes(base64.b64decode(data))
    pygame.font.init()
    with contextlib.closing(Journal.read_only(file)) as journal:
        sales = [record.sale.id for record in journal.sales(0, EVER)]
        receipts = [sale_receipt(journal.sale_details(sale), Shop(NAME)) for sale in sales]
    dots = b"".join(receipt_dots(receipt, Words(), WIDTH) for receipt in receipts)
    return [dots[at : at + WIDTH // 8] for at in range(0, len(dots), WIDTH // 8)]


def test_a_receipt_comes_out_of_a_printer_at_the_usb_port_as_it_is_drawn(bench: Bench) -> None:
    plug_in_a_printer(bench)
    sell(bench)
    paper = paper_after(bench, 1)
    assert (paper.cuts, paper.pulses) == (1, 0)
    assert paper.rows == drawn(bench)
    assert "printer" in bench.doctor()[1]

"""A receipt printer at a USB port, by the kernel's own driver: `usblp`, and no printer of ours.

The printer is the kernel's printer gadget behind `dummy_hcd`, which is a USB port and the other end
of its cable in one.
"""

import base64
import contextlib
from dataclasses import replace
from typing import Final

import pygame
from PIL import Image as Picture

from kiosk.commands.sales import EVER
from kiosk.journal import Journal
from kiosk.sale.keys import Key
from kiosk.sale.receipt import Shop, sale_receipt
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.screen.drawing.receipt_picture import DOTS_OF_PAPER, receipt_dots
from kiosk.screen.text.words import Words
from tests.appliance.bench import APPLIANCE, NAME, Bench, difference, digits
from tests.printer.fake_printer import Paper, printed
from tests.screen.samples import every_view

pytestmark = APPLIANCE

DEVICE: Final = "/dev/usb/lp0"
GADGET: Final = "/sys/kernel/config/usb_gadget/printer"
PAPER: Final = "/root/paper"
STATUS: Final = "/root/printer-status"
# "Selected" and "no error"; the same, with the end of the paper.
GOOD, NO_PAPER = "18", "38"
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
PULL_IT_OUT: Final = f"systemctl stop paper; echo >{GADGET}/UDC"
WIDTH: Final = DOTS_OF_PAPER["80"]


def plug_in_a_printer(bench: Bench) -> None:
    """Plug it in, and have a till that prints every sale on it."""
    bench.machine.run(BUILD_A_PRINTER)
    bench.machine.run(PLUG_IT_IN)
    bench.machine.until(f"ls {DEVICE}")
    bench.restart_with(KIOSK_PRINTER=DEVICE, KIOSK_RECEIPT="always")


def sell(bench: Bench, times: int = 1) -> None:
    """One sale, the `times`-th since the boot."""
    bench.press(*digits("500"), Key.CHARGE)
    bench.pay(bench.scan())
    bench.until_logged("forwarded sale=", times=times)


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


def until_it_shows(bench: Bench, trouble: TroubleKind | None, name: str) -> None:
    """Wait until the screen tells this of the printer, or nothing any more."""
    good = every_view()["idle"]
    told = replace(good, printer_trouble=Trouble(TroubleKind.PRINTER_NO_PAPER))
    gone = replace(good, printer_trouble=Trouble(TroubleKind.PRINTER_GONE))
    pages = {None: good, TroubleKind.PRINTER_NO_PAPER: told, TroubleKind.PRINTER_GONE: gone}

    def is_nearest(seen: Picture.Image) -> bool:
        return min(pages, key=lambda kind: difference(seen, pages[kind])) is trouble

    bench.until_picture(is_nearest)
    bench.shot(name)


def test_a_receipt_comes_out_of_a_printer_at_the_usb_port_as_it_is_drawn(bench: Bench) -> None:
    plug_in_a_printer(bench)
    sell(bench)
    paper = paper_after(bench, 1)
    assert (paper.cuts, paper.pulses) == (1, 0)
    assert paper.rows == drawn(bench)
    assert "printer" in bench.doctor()[1]


def test_the_end_of_the_paper_is_told_and_no_sale_waits_for_it(bench: Bench) -> None:
    plug_in_a_printer(bench)
    bench.machine.run(f"echo {NO_PAPER} >{STATUS}; sleep 1")
    sell(bench)
    bench.until_logged("printer trouble: printer_no_paper")
    until_it_shows(bench, TroubleKind.PRINTER_NO_PAPER, "no-paper")
    sell(bench, 2)
    assert bench.machine.attempt(f"test -s {PAPER}")[0] == 1, "nothing is printed without paper"
    bench.machine.run(f"echo {GOOD} >{STATUS}")
    bench.until_logged("the printer works again")
    until_it_shows(bench, None, "paper-again")
    paper = paper_after(bench, 2)
    assert (paper.cuts, paper.rows) == (2, drawn(bench))
    assert len(bench.moved()) == 4


def test_a_printer_that_is_unplugged_is_told_and_prints_when_it_is_back(bench: Bench) -> None:
    plug_in_a_printer(bench)
    sell(bench)
    paper_after(bench, 1)
    bench.machine.run(PULL_IT_OUT)
    sell(bench, 2)
    bench.until_logged("printer trouble: printer_gone")
    until_it_shows(bench, TroubleKind.PRINTER_GONE, "unplugged")
    bench.machine.run(PLUG_IT_IN)
    bench.until_logged("the printer works again")
    paper = paper_after(bench, 2)
    assert (paper.cuts, paper.rows) == (2, drawn(bench))
    assert len(bench.moved()) == 4

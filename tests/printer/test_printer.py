"""A printer that is off, slow, gone or out of paper is told, and never waited for."""

import os
import random
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from unittest.mock import patch

import pytest

from kiosk.printer.links import Patience
from kiosk.printer.printer import MOST_WAITING, Pauses, Printer
from kiosk.sale.receipt import Receipt, ShopLine
from kiosk.sale.receipt_request import PrinterChanged, PrinterEvent, ReceiptGivenUp
from kiosk.sale.trouble import TroubleKind
from tests.printer.fake_printer import NetworkPrinter, printed

WIDTH = 576
QUICK = Patience(connect_s=2.0, answer_s=0.2, stall_s=0.1)
SOON = Pauses(retry_s=0.02, give_up_s=60.0, look_s=0.02)


def receipt(number: int = 1) -> Receipt:
    return Receipt((ShopLine(str(number)),), opens_drawer=True)


def dots(paper: Receipt) -> bytes:
    """A picture of its own for each number, larger than what a connection holds."""
    (line,) = paper.lines
    assert isinstance(line, ShopLine)
    return random.Random(line.text).randbytes(WIDTH // 8 * 300).replace(b"\x10\x04", b"\x10\x05")


class At:
    """A printer's thread with what it has told."""

    def __init__(
        self, address: str, pauses: Pauses = SOON, draw: Callable[[Receipt], bytes] = dots
    ) -> None:
        self.told: SimpleQueue[PrinterEvent] = SimpleQueue()
        self.printer = Printer(
            address, WIDTH, draw, self.told.put, drawer=True, patience=QUICK, pauses=pauses
        )
        self.printer.start()

    def next_kind(self) -> TroubleKind | None:
        event = self.told.get(timeout=20)
        assert isinstance(event, PrinterChanged)
        return event.trouble.kind if event.trouble is not None else None

    def next_given_up(self) -> Receipt:
        event = self.told.get(timeout=20)
        assert isinstance(event, ReceiptGivenUp)
        return event.receipt


@pytest.fixture
def at() -> Iterator[Callable[..., At]]:
    threads: list[At] = []

    def started(address: str, pauses: Pauses = SOON, draw: Callable[[Receipt], bytes] = dots) -> At:
        threads.append(At(address, pauses, draw))
        return threads[-1]

    yield started
    for thread in threads:
        thread.printer.close()


@pytest.fixture
def network() -> Iterator[Callable[..., NetworkPrinter]]:
    printers: list[NetworkPrinter] = []

    def made(**how: bool | int) -> NetworkPrinter:
        printers.append(NetworkPrinter(**how))  # type: ignore[arg-type]
        return printers[-1]

    yield made
    for printer in printers:
        printer.close()


@pytest.mark.parametrize("answers", [True, False])
def test_a_receipt_arrives_dot_for_dot(
    at: Callable[..., At], network: Callable[..., NetworkPrinter], *, answers: bool
) -> None:
    paper = network(answers=answers)
    thread = at(paper.address)
    thread.printer.print(receipt())
    shown = paper.wait_for_cuts(1)
    assert b"".join(shown.rows) == dots(receipt())
    assert shown.pulses == 1
    assert thread.told.empty(), "nothing is wrong, and nothing was"


def test_a_copy_does_not_open_the_drawer(
    at: Callable[..., At], network: Callable[..., NetworkPrinter]
) -> None:
    paper = network()
    at(paper.address).printer.print(Receipt((ShopLine("1"),)))
    assert paper.wait_for_cuts(1).pulses == 0


def test_a_printer_that_is_off_is_told_and_the_receipt_comes_when_it_is_on(
    at: Callable[..., At], tmp_path: Path
) -> None:
    device = tmp_path / "lp0"
    thread = at(str(device))
    assert thread.next_kind() is TroubleKind.PRINTER_GONE
    thread.printer.print(receipt())
    os.mkfifo(device)
    data = read_fifo(device, cuts=1)
    assert b"".join(printed(data).rows) == dots(receipt())
    assert thread.next_kind() is None


def test_without_paper_a_receipt_waits_in_the_till(
    at: Callable[..., At], network: Callable[..., NetworkPrinter]
) -> None:
    paper = network()
    paper.offline, paper.paper = 0x32, 0x7E
    thread = at(paper.address)
    thread.printer.print(receipt())
    assert thread.next_kind() is TroubleKind.PRINTER_NO_PAPER
    assert not printed(bytes(paper.data)).rows, (
        "a printer that is switched off for a new roll forgets what it holds"
    )
    paper.offline, paper.paper = 0x12, 0x12
    assert b"".join(paper.wait_for_cuts(1).rows) == dots(receipt())
    assert thread.next_kind() is None


def test_a_printer_that_takes_nothing_delays_nobody_and_goes_on_where_it_was(
    at: Callable[..., At], network: Callable[..., NetworkPrinter]
) -> None:
    paper = network(takes=False, answers=False)
    thread = at(paper.address)
    for number in range(3):
        thread.printer.print(receipt(number))  # returns at once
    assert thread.next_kind() is TroubleKind.PRINTER_STOPPED
    paper.takes.set()
    shown = paper.wait_for_cuts(3)
    assert b"".join(shown.rows) == b"".join(dots(receipt(number)) for number in range(3))
    assert thread.next_kind() is None


def test_a_receipt_that_broke_off_is_printed_again_from_its_beginning(
    at: Callable[..., At], network: Callable[..., NetworkPrinter]
) -> None:
    paper = network(breaks_after=9000)
    thread = at(paper.address)
    thread.printer.print(receipt())
    shown = paper.wait_for_cuts(1)
    assert b"".join(shown.rows[-300:]) == dots(receipt())
    assert thread.next_kind() is TroubleKind.PRINTER_GONE
    assert thread.next_kind() is None


def test_the_kernels_port_tells_that_the_paper_is_out_and_that_it_is_back(
    at: Callable[..., At], tmp_path: Path
) -> None:
    """A FIFO has no status of its own, so the port's is put in its place."""
    device, status = tmp_path / "lp0", [0x38]

    def port_status(_fd: int, request: int, answer: bytearray) -> int:
        assert request == 0x060B, "LPGETSTATUS"
        answer[:] = status[0].to_bytes(4, sys.byteorder)
        return 0

    os.mkfifo(device)
    with patch("kiosk.printer.links.fcntl.ioctl", port_status):
        reading = os.open(device, os.O_RDONLY | os.O_NONBLOCK)
        try:
            thread = at(str(device))
            assert thread.next_kind() is TroubleKind.PRINTER_NO_PAPER
            status[0] = 0x18
            assert thread.next_kind() is None
        finally:
            os.close(reading)


def test_a_receipt_is_given_up_after_a_while_and_told_and_the_next_one_is_printed(
    at: Callable[..., At], tmp_path: Path
) -> None:
    device = tmp_path / "lp0"
    drawn: SimpleQueue[str] = SimpleQueue()

    def noting(paper: Receipt) -> bytes:
        drawn.put(str(paper.lines))
        return dots(paper)

    thread = at(str(device), Pauses(retry_s=0.01, give_up_s=0.0, look_s=60.0), noting)
    assert thread.next_kind() is TroubleKind.PRINTER_GONE
    thread.printer.print(receipt(1))
    thread.printer.print(receipt(2))
    assert [drawn.get(timeout=20) for _ in range(2)] == [
        str(receipt(number).lines) for number in (1, 2)
    ]
    assert [thread.next_given_up() for _ in range(2)] == [receipt(1), receipt(2)]


def test_a_plain_file_is_no_printer(at: Callable[..., At], tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite3"
    file.write_bytes(b"money")
    thread = at(str(file))
    assert thread.next_kind() is TroubleKind.PRINTER_REFUSED
    thread.printer.print(receipt())
    thread.printer.close()
    assert file.read_bytes() == b"money"


def test_of_more_receipts_than_can_wait_the_oldest_are_given_up_and_told(tmp_path: Path) -> None:
    told: list[PrinterEvent] = []
    printer = Printer(str(tmp_path / "lp0"), WIDTH, dots, told.append)
    for number in range(MOST_WAITING + 5):
        printer.print(receipt(number))
    waiting = [printer._waiting.get_nowait() for _ in range(MOST_WAITING)]
    assert waiting == [receipt(number) for number in range(5, MOST_WAITING + 5)]
    assert told == [ReceiptGivenUp(receipt(number)) for number in range(5)]


def test_a_picture_that_cannot_be_drawn_does_not_end_the_thread(
    at: Callable[..., At],
    network: Callable[..., NetworkPrinter],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def failing(paper: Receipt) -> bytes:
        if paper == receipt(1):
            raise ValueError("a fault of ours")
        return dots(paper)

    shown = network()
    thread = at(shown.address, SOON, failing)
    thread.printer.print(receipt(1))
    thread.printer.print(receipt(2))
    assert b"".join(shown.wait_for_cuts(1).rows) == dots(receipt(2))
    assert "a fault of ours" in caplog.text
    assert thread.next_given_up() == receipt(1)


def read_fifo(device: Path, *, cuts: int) -> bytes:
    """What is written into the device until so many cuts have come."""
    assert stat.S_ISFIFO(device.stat().st_mode)
    data = bytearray()
    with device.open("rb", buffering=0) as reading:
        while data.count(b"\x1dV\x42\x00") < cuts:
            data += reading.read(65_536)
    return bytes(data)

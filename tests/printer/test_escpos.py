"""The bytes are read back as a printer reads them."""

import random

import pytest

from kiosk.printer.escpos import BAND_ROWS, Fault, document, fault_of, fault_of_port, unfinished
from tests.printer.fake_printer import printed


@pytest.mark.parametrize("width", [384, 576])
@pytest.mark.parametrize("height", [1, BAND_ROWS, BAND_ROWS + 1, 1000])
def test_a_picture_comes_out_row_by_row_as_it_went_in(width: int, height: int) -> None:
    dots = random.Random(height).randbytes(width // 8 * height)
    commands = document(dots, width)
    paper = printed(b"".join(commands))
    assert b"".join(paper.rows) == dots
    assert (len(paper.rows), paper.cuts, paper.pulses, paper.initialized) == (height, 1, 0, 1)
    assert max(map(len, commands)) <= len(unfinished(width)) + 8


def test_the_drawer_is_opened_only_where_it_is_asked_for() -> None:
    assert printed(b"".join(document(bytes(48), 384, opens_drawer=True))).pulses == 1


def test_a_receipt_that_was_cut_off_within_a_picture_does_not_spoil_the_next() -> None:
    """Whatever was left of a command swallows zeros, which print nothing, and then all is well."""
    dots = bytes([255] * 72 * 200)
    whole = b"".join(document(dots, 576))
    for end in range(2, len(whole), 997):
        paper = printed(whole[:end] + unfinished(576) + whole)
        assert paper.rows[-200:] == [dots[:72]] * 200
        assert paper.cuts >= 1


@pytest.mark.parametrize(
    ("offline", "paper", "fault"),
    [
        (0x12, 0x12, Fault.NONE),
        (0x12, 0x1E, Fault.NONE),  # the roll is nearly empty
        (0x32, 0x7E, Fault.NO_PAPER),
        (0x12, 0x72, Fault.NO_PAPER),
        (0x16, 0x12, Fault.COVER_OPEN),
        (0x36, 0x72, Fault.NO_PAPER | Fault.COVER_OPEN),
        (0x52, 0x12, Fault.OFFLINE),
        (0x00, 0x12, None),
        (0x12, 0xFF, None),
    ],
)
def test_what_a_printer_says_of_itself(offline: int, paper: int, fault: Fault | None) -> None:
    assert fault_of(offline, paper) == fault


def test_a_port_tells_of_the_paper_alone() -> None:
    assert fault_of_port(0x18) is Fault.NONE
    assert fault_of_port(0x00) is Fault.NONE, "cheap printers set no bit at all"
    assert fault_of_port(0x30) is Fault.NO_PAPER

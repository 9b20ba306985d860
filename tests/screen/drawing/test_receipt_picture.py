"""A receipt on paper looks as it is drawn, in every language and on every paper."""

from dataclasses import replace

import pygame
import pytest

from kiosk.printer.escpos import document
from kiosk.sale.books import CashierSums
from kiosk.sale.receipt import Receipt, close_receipt, refund_receipt, sale_receipt
from kiosk.screen.drawing.font_coverage import covers
from kiosk.screen.drawing.receipt_picture import (
    DOTS_OF_PAPER,
    packed_dots,
    plain_height,
    receipt_dots,
    receipt_picture,
)
from kiosk.screen.text.receipt_rows import ReceiptRow, RowStyle, receipt_rows, receipt_text
from kiosk.screen.text.words import Words
from kiosk.settings import LANGUAGES
from tests.printer.fake_printer import printed
from tests.screen.samples import CLOSE, RECEIPTED, REFUND, REFUNDED, SHOP

CASHIERS = (CashierSums("Ada", CLOSE.forwarded), CashierSums("", CLOSE.received, CLOSE.refunded))
PAPERS = {
    "sale": sale_receipt(RECEIPTED, SHOP),
    "refund": refund_receipt(REFUNDED, REFUND, SHOP),
    "close": close_receipt(replace(CLOSE, cashiers=CASHIERS), SHOP),
}


@pytest.fixture(autouse=True)
def _fonts() -> None:
    pygame.font.init()


def black_dots(picture: pygame.Surface) -> list[str]:
    """The rows of a picture, a digit for each dot: 1 is black."""
    width, height = picture.get_size()
    reds = pygame.image.tobytes(picture, "RGB")[::3]
    return [
        "".join("1" if red <= 170 else "0" for red in reds[y * width : (y + 1) * width])
        for y in range(height)
    ]


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
@pytest.mark.parametrize("width", DOTS_OF_PAPER.values(), ids=DOTS_OF_PAPER)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_printer_makes_of_the_bytes_is_the_picture(
    language: str, width: int, paper: Receipt
) -> None:
    words = Words(language)
    picture = receipt_picture(receipt_rows(paper, words), width, rtl=words.is_rtl)
    rows = printed(b"".join(document(packed_dots(picture), width))).rows
    bits = [f"{int.from_bytes(row, 'big'):0{width}b}" for row in rows]
    assert bits == black_dots(picture)


def test_the_till_prints_that_picture() -> None:
    rows = receipt_rows(PAPERS["sale"], Words("he"))
    drawn = packed_dots(receipt_picture(rows, 384, rtl=True))
    assert receipt_dots(PAPERS["sale"], Words("he"), 384) == drawn


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_of_a_receipt_is_in_a_font_of_the_till(language: str) -> None:
    for paper in PAPERS.values():
        for row in receipt_rows(paper, Words(language)):
            assert covers(row.begin + row.end)


def test_a_row_begins_at_the_right_where_it_is_read_from_there() -> None:
    row = ReceiptRow("טיפ", "5")
    picture = receipt_picture([row], 384, rtl=True)
    mirrored = receipt_picture([row], 384)
    assert ink(picture, 192, 384) > ink(picture, 0, 192), "the longer word stands at the right"
    assert ink(mirrored, 0, 192) > ink(mirrored, 192, 384)


def ink(picture: pygame.Surface, left: int, right: int) -> int:
    return sum(row[left:right].count("1") for row in black_dots(picture))


def test_a_row_that_is_too_long_for_one_line_takes_two() -> None:
    short = receipt_picture([ReceiptRow("Total", "$1.00")], 384)
    long = receipt_picture([ReceiptRow("A name of an item that goes on and on", "$1.00")], 384)
    assert long.get_height() > short.get_height()
    assert ink(long, 380, 384) == ink(short, 380, 384), "the amount stands at the end all the same"


def test_a_word_wider_than_the_paper_is_made_smaller() -> None:
    picture = receipt_picture([ReceiptRow("W" * 60, style=RowStyle.HEAD)], 384)
    assert 0 < picture.get_height() < 2 * plain_height(384) * 2
    assert ink(picture, 0, 384) > 0


def test_dots_are_packed_with_the_left_one_first() -> None:
    picture = pygame.Surface((16, 2))
    picture.fill((255, 255, 255))
    picture.set_at((0, 0), (0, 0, 0))
    picture.set_at((15, 1), (0, 0, 0))
    assert packed_dots(picture) == bytes([0x80, 0, 0, 1])


def test_the_text_for_a_phone_has_the_amounts_and_no_signs_that_steer_direction() -> None:
    text = receipt_text(PAPERS["sale"], Words("he"))
    assert "13.75" in text
    assert not set(text) & set("\u2066\u2067\u2068\u2069")
    assert len(text.encode()) < 1000, "a code with more is too dense for a small display"

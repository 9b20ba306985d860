"""The free room of the amount screen: the tape of a sum, and today's last sales."""

from dataclasses import replace

import pytest

from kiosk.sale.entry import Entry
from kiosk.screen.display.window import picture
from kiosk.screen.drawing.look import Look
from kiosk.screen.text.words import Words
from kiosk.screen.views.free_room import tape_lines
from tests.sale.tills import USD
from tests.screen.samples import every_view

VIEWS = every_view()
SUM = Entry(USD, typed=250, items=(1000, 450, 99, 1))


@pytest.mark.parametrize(
    ("most", "lines"),
    [
        (5, ["$10.00", "$4.50", "$0.99", "$0.01"]),
        (4, ["$10.00", "$4.50", "$0.99", "$0.01"]),
        (3, ["… $14.50", "$0.99", "$0.01"]),
        (1, ["… $15.50"]),
    ],
)
def test_what_has_no_line_of_its_own_is_summed_up(most: int, lines: list[str]) -> None:
    assert tape_lines(Words(), SUM, most) == lines


@pytest.mark.parametrize(
    ("size", "least"), [((480, 320), 5), ((800, 480), 5), ((720, 1280), 3), ((1280, 720), 5)]
)
def test_the_tape_is_as_long_as_the_display_allows(size: tuple[int, int], least: int) -> None:
    _, canvas = picture(VIEWS["long-sum"], Look(), size)
    tape = [said for said in canvas.said if said.startswith(("$2", "…"))]
    assert len(tape) >= least
    assert "+ $3.25" in canvas.said


@pytest.mark.parametrize("size", [(480, 320), (800, 480)])
def test_a_refusal_leaves_the_item_that_is_being_typed(size: tuple[int, int]) -> None:
    _, canvas = picture(VIEWS["sum-refused"], Look(), size)
    assert any("No fresh price" in said for said in canvas.said)
    assert "+ $3.25" in canvas.said
    assert canvas.overflows == []


@pytest.mark.parametrize(
    ("size", "shown"),
    [((480, 320), False), ((800, 480), False), ((1280, 720), True), ((720, 1280), True)],
)
def test_the_last_sales_stand_where_half_of_the_display_is_free(
    size: tuple[int, int], shown: bool
) -> None:
    _, canvas = picture(VIEWS["last-sales"], Look(), size)
    assert ("Today's last sales" in canvas.said) is shown
    assert ("$13.75" in canvas.said) is shown


def test_the_amounts_of_the_last_sales_can_be_hidden() -> None:
    _, canvas = picture(VIEWS["last-sales"], Look(amounts_hidden=True), (1280, 720))
    assert "forwarded" in canvas.said
    assert "$13.75" not in canvas.said


def test_typing_takes_the_last_sales_away() -> None:
    typing = replace(VIEWS["amount"], last_sales=VIEWS["last-sales"].last_sales)
    _, canvas = picture(typing, Look(), (1280, 720))
    assert "Today's last sales" not in canvas.said

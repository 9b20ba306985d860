"""A finger on a row of a list: lifted, dragged a little, and drawn over the display."""

import pytest

from kiosk.sale.keys import Key, Row
from kiosk.screen.display.swipes import Swipes

HEIGHT = 48


@pytest.mark.parametrize(
    ("to", "meant"),
    [
        ((400, 200), Row(2)),
        ((430, 240), Row(2)),
        ((400, 60), Key.PLUS),
        ((420, 400), Key.DELETE),
        ((600, 210), None),
    ],
    ids=["lifted", "a little", "upwards: older ones", "downwards: newer ones", "sideways"],
)
def test_what_a_finger_on_a_row_means_is_known_when_it_is_lifted(
    to: tuple[int, int], meant: Key | Row | None
) -> None:
    swipes = Swipes()
    swipes.down(Row(2), (400, 200), HEIGHT)
    assert swipes.up(to) == meant
    assert swipes.up(to) is None, "once"


def test_a_finger_that_came_down_elsewhere_means_no_row() -> None:
    swipes = Swipes()
    swipes.down(Row(2), (400, 200), HEIGHT)
    swipes.forget()
    assert swipes.up((400, 60)) is None

"""Areas are split without a gap too many, a pixel lost, or an overlap."""

from itertools import pairwise

import pygame
from hypothesis import given
from hypothesis import strategies as st

from kiosk.screen.drawing.layout import columns, middle, off_bottom, off_top, rows

BOX = st.builds(
    pygame.Rect,
    st.integers(-50, 50),
    st.integers(-50, 50),
    st.integers(200, 2000),
    st.integers(200, 2000),
)


@given(box=BOX, parts=st.lists(st.integers(1, 20), min_size=1, max_size=8), gap=st.integers(0, 12))
def test_columns_and_rows_fill_the_box_with_equal_gaps(
    box: pygame.Rect, parts: list[int], gap: int
) -> None:
    across, down = columns(box, parts, gap), rows(box, parts, gap)
    assert across[0].left == box.left
    assert across[-1].right == box.right
    assert down[0].top == box.top
    assert down[-1].bottom == box.bottom
    for column, following in pairwise(across):
        assert following.left - column.right == gap
    for row, following in pairwise(down):
        assert following.top - row.bottom == gap


@given(box=BOX, height=st.integers(1, 3000), gap=st.integers(0, 12))
def test_a_row_off_an_end_and_the_rest_do_not_overlap(
    box: pygame.Rect, height: int, gap: int
) -> None:
    for part, rest in (off_top(box, height, gap), off_bottom(box, height, gap)[::-1]):
        assert box.contains(part)
        assert part.height == min(height, box.height)
        assert rest.height == max(0, box.height - part.height - gap)
        assert not rest.height or not part.colliderect(rest)


@given(box=BOX, width=st.integers(1, 3000), height=st.integers(1, 3000))
def test_the_middle_is_within(box: pygame.Rect, width: int, height: int) -> None:
    inner = middle(box, width, height)
    assert box.contains(inner)
    assert inner.size == (min(width, box.width), min(height, box.height))

"""Buttons that belong together have labels of one size, and all have their signs or none."""

from typing import Any

import pytest

from kiosk.screen.display.window import picture
from kiosk.screen.drawing.canvas import Canvas
from kiosk.screen.drawing.look import Look
from kiosk.screen.text.words import Words
from kiosk.settings import LANGUAGES
from tests.screen.samples import every_view

VIEWS = every_view()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(480, 320), (800, 480), (720, 1280)], ids=str)
def test_the_tabs_and_the_keys_of_a_page_are_of_one_size(
    size: tuple[int, int], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In portrait "Forwards" was smaller than "Totals" beside it."""
    drawn: list[tuple[str, float, bool, int]] = []
    button = Canvas.button

    def record(canvas: Canvas, area: Any, key: Any, label: str = "", **how: Any) -> None:
        if label:
            drawn.append((label, how["size"], how["name"] is not None, area.top))
            assert canvas.width_of(label, how["size"]) <= area.width, label
        button(canvas, area, key, label, **how)

    monkeypatch.setattr(Canvas, "button", record)
    for name in ("totals", "forwards", "closing", "confirming"):
        drawn.clear()
        picture(VIEWS[name], Look(words=Words(language)), size)
        assert len(drawn) >= 2
        for top in {top for *_, top in drawn}:
            row = [(label_size, has_sign) for _, label_size, has_sign, at in drawn if at == top]
            assert len(set(row)) == 1, (name, drawn)

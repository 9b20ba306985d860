"""docs/wiring.md, table and picture, is the one that the panel uses if nothing is set."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

from kiosk.panel.wiring import DEFAULT_COLUMNS, DEFAULT_LED_PIN, DEFAULT_ROWS
from tests.panel.picture import HEADER, PICTURE, svg

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "wiring.md"


def test_the_picture_is_drawn_from_the_pins_in_use() -> None:
    assert PICTURE.read_text() == svg(), "draw it anew: python -m tests.panel.picture"


def test_the_picture_can_be_shown() -> None:
    assert ET.parse(PICTURE).getroot().tag.endswith("svg")


def test_the_page_shows_it_and_names_the_same_pins() -> None:
    page = PAGE.read_text()
    assert f"](../{PICTURE.relative_to(ROOT).as_posix()})" in page
    for start, pins in (
        ("| keypad rows", DEFAULT_ROWS),
        ("| keypad columns", DEFAULT_COLUMNS),
        ("| LED", (DEFAULT_LED_PIN,)),
    ):
        row = next(line for line in page.splitlines() if line.startswith(start))
        named = re.findall(r"(\d+) \((\d+)\)", row)
        assert named == [(str(pin), str(HEADER[pin])) for pin in pins]

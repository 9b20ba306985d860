"""The logo keeps its shape, is seen on every ground, and a broken one costs one line in the log."""

import os
import struct
import zlib
from pathlib import Path

import pygame
import pytest

from kiosk.screen.display.window import picture
from kiosk.screen.drawing import logo
from kiosk.screen.drawing.canvas import Canvas
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import PALETTES, contrast
from kiosk.screen.views import attract
from tests.screen.samples import every_view

WHITE, BLACK, RED, GREEN = (255, 255, 255), (0, 0, 0), (220, 30, 30), (0, 112, 60)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100">'
    '<rect width="200" height="100" fill="{}"/></svg>'
)


@pytest.fixture(autouse=True)
def _nothing_cached() -> None:
    logo.kept_logo.cache_clear()
    logo.scaled_logo.cache_clear()


def svg(folder: Path, fill: str = "#dc1e1e", text: str = SVG) -> Path:
    file = folder / "logo.svg"
    file.write_text(text.format(fill))
    return file


def png(folder: Path, colour: tuple[int, int, int], margin: int = 0) -> Path:
    """A plain oblong of 200x100 with see-through margins around it."""
    made = pygame.Surface((200 + 2 * margin, 100 + 2 * margin), pygame.SRCALPHA)
    made.fill((*colour, 255), (margin, margin, 200, 100))
    pygame.image.save(made, folder / "logo.png")
    return folder / "logo.png"


def drawn(
    file: Path, size: tuple[int, int], ground: tuple[int, int, int] = WHITE
) -> tuple[pygame.Surface, pygame.Rect | None]:
    surface = pygame.Surface((400, 300))
    surface.fill(ground)
    canvas = Canvas(surface, PALETTES["light"])
    return surface, logo.draw(canvas, file, pygame.Rect((20, 10), size), ground)


@pytest.mark.parametrize("kind", [svg, lambda folder: png(folder, RED)], ids=["svg", "png"])
@pytest.mark.parametrize(
    ("room", "expected"),
    [((100, 100), (100, 50)), ((300, 40), (80, 40)), ((300, 200), (300, 150))],
)
def test_a_logo_fills_its_box_and_keeps_its_shape(
    tmp_path: Path, kind: object, room: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert callable(kind)
    surface, place = drawn(kind(tmp_path), room)
    assert place is not None
    assert place.size == expected
    assert place.center == pygame.Rect((20, 10), room).center
    assert surface.get_at(place.center)[:3] == RED


def test_empty_margins_are_cut_off(tmp_path: Path) -> None:
    _, place = drawn(png(tmp_path, RED, margin=150), (100, 100))
    assert place is not None
    assert place.size == (100, 50)


def test_an_edge_between_colour_and_nothing_is_not_fringed(tmp_path: Path) -> None:
    """Scaled without its alpha multiplied in, a white logo on white gets a grey edge."""
    made = pygame.Surface((201, 101), pygame.SRCALPHA)
    pygame.draw.ellipse(made, (*WHITE, 255), (0, 0, 201, 101))
    pygame.image.save(made, tmp_path / "logo.png")
    grey = (110, 110, 110)
    surface, place = drawn(tmp_path / "logo.png", (50, 50), grey)
    assert place is not None
    pixels = [
        surface.get_at((x, y))[0]
        for x in range(place.left, place.right)
        for y in range(place.top, place.bottom)
    ]
    assert min(pixels) >= 109


@pytest.mark.parametrize("colour", [WHITE, BLACK, GREEN])
def test_a_logo_like_its_ground_stands_on_a_plate(
    tmp_path: Path, colour: tuple[int, int, int]
) -> None:
    surface, place = drawn(png(tmp_path, colour), (100, 100), colour)
    assert place is not None
    red, green, blue, _ = surface.get_at((place.left + 3, place.centery))
    assert contrast((red, green, blue), colour) > 4
    middle = surface.get_at(place.center)[:3]
    assert all(abs(shown - expected) <= 3 for shown, expected in zip(middle, colour, strict=True))
    assert pygame.Rect(20, 10, 100, 100).contains(place)


def chunk(kind: bytes, body: bytes) -> bytes:
    whole = kind + body
    return struct.pack(">I", len(body)) + whole + struct.pack(">I", zlib.crc32(whole))


BOMB = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(bytes(1000)))
    + chunk(b"IEND", b"")
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        (b"", "neither PNG nor SVG"),
        (b"GIF89a" + bytes(50), "neither PNG nor SVG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(30), "cannot be read"),
        (b"<svg this is not one", "cannot be read"),
        (SVG.replace("rect", "text").encode(), "draws nothing"),
        (BOMB, "million pixels"),
        (b"<svg>" + bytes(logo.MOST_BYTES), "larger than 8 MB"),
    ],
    ids=["missing", "empty", "gif", "png-cut", "svg-broken", "svg-of-text", "bomb", "huge"],
)
def test_a_broken_logo_is_told_once_and_nothing_is_drawn(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes | None, words: str
) -> None:
    file = tmp_path / "logo"
    if content is not None:
        file.write_bytes(content)
    for room in ((100, 100), (50, 50), (100, 100)):
        _, place = drawn(file, room)
        assert place is None
    assert len(caplog.records) == 1
    assert words in caplog.text
    problem = logo.problem(file)
    assert problem is not None
    assert words in problem


def test_a_logo_that_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    """Box fault 32: a pipe hung the start."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        problem = logo.problem(path)
        assert problem is not None
        assert "is no file" in problem or "Is a directory" in problem


# A hundred kB would do as well: a long line in dashes of next to nothing.
DASHES = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100">'
    + '<path d="M0 0 L200 100 L0 100 L200 0" stroke="#000" fill="none" stroke-width="9"'
    ' stroke-dasharray="0.0001 0.0001"/>' * 50 + "</svg>"
)


def test_a_logo_that_takes_too_long_is_not_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Box fault 32: a few kB of dashes stopped the program for 10 s."""
    monkeypatch.setattr(logo, "MOST_CPU_S", 1)
    (tmp_path / "logo.svg").write_text(DASHES)
    problem = logo.problem(tmp_path / "logo.svg")
    assert problem is not None
    assert "make it simpler" in problem


def test_a_logo_that_takes_too_much_memory_is_not_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Box fault 32: 8 MB of paths had the program killed."""
    monkeypatch.setattr(logo, "MOST_MEMORY_BYTES", 1_000_000)
    problem = logo.problem(svg(tmp_path))
    assert problem is not None
    # Which part of the drawing is short of memory first depends on what the process has at hand.
    said = ("Out of memory", "make it simpler", "Couldn't parse SVG image")
    assert any(words in problem for words in said), problem


def test_a_good_logo_has_no_problem(tmp_path: Path) -> None:
    assert logo.problem(svg(tmp_path)) is None
    assert logo.problem(png(tmp_path, RED)) is None


def test_it_is_scaled_once_for_each_place(tmp_path: Path) -> None:
    file = svg(tmp_path)
    for _ in range(5):
        drawn(file, (100, 100))
        drawn(file, (60, 30))
    assert (logo.kept_logo.cache_info().misses, logo.scaled_logo.cache_info().misses) == (1, 2)


# --- Where it is drawn ------------------------------------------------------------------------

MAGENTA = "#ff00ff"  # in no theme
VIEWS = every_view()


def shows(name: str, file: Path | None, size: tuple[int, int] = (800, 480)) -> bool:
    surface, canvas = picture(VIEWS[name], Look(name="Café Satoshi", logo=file), size)
    assert canvas.overflows == []
    spots = (surface.get_at((x, y)) for x in range(0, size[0], 3) for y in range(0, size[1], 3))
    return any(spot.r > 240 and spot.g < 15 and spot.b > 240 for spot in spots)


@pytest.mark.parametrize("size", [(480, 320), (800, 480), (720, 1280)], ids=str)
@pytest.mark.parametrize("name", ["idle", "amount", "paid", "forwarded", "received"])
def test_the_logo_is_on_the_head_and_on_success(
    tmp_path: Path, name: str, size: tuple[int, int]
) -> None:
    assert shows(name, svg(tmp_path, MAGENTA), size)


def test_the_logo_is_never_on_the_code(tmp_path: Path) -> None:
    file = svg(tmp_path, MAGENTA)
    for name in ("invoice", "reconnecting", "under-way", "not-yet", "leaving"):
        assert not shows(name, file)


def test_the_attract_screen_shows_the_logo_and_the_name_where_it_is_broken(tmp_path: Path) -> None:
    pictures = []
    for file in (None, tmp_path / "missing", svg(tmp_path, MAGENTA)):
        canvas = Canvas(pygame.Surface((800, 480)), PALETTES["light"])
        attract.paint(canvas, Look(name="Café Satoshi", logo=file), 5)
        pictures.append(pygame.image.tobytes(canvas.surface, "RGB"))
    assert pictures[0] == pictures[1] != pictures[2]


def test_a_broken_logo_leaves_the_name_on_the_head(tmp_path: Path) -> None:
    plain, _ = picture(VIEWS["idle"], Look(name="Café Satoshi"), (800, 480))
    broken, _ = picture(
        VIEWS["idle"], Look(name="Café Satoshi", logo=tmp_path / "missing"), (800, 480)
    )
    assert pygame.image.tobytes(plain, "RGB") == pygame.image.tobytes(broken, "RGB")

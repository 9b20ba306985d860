"""The first picture: before anything slow, and the till takes over the same display."""

from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest

from kiosk.screen.display.surface import (
    DisplayMissing,
    connected_screens,
    first_picture,
    open_display,
)
from kiosk.screen.drawing.theme import PALETTES


@pytest.fixture(autouse=True)
def _no_display_left() -> Iterator[None]:
    pygame.display.quit()
    yield
    pygame.display.quit()


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_first_picture_is_a_bolt_in_the_middle(rotate: int) -> None:
    first_picture((480, 320), rotate, "light")
    surface = pygame.display.get_surface()
    assert surface is not None
    assert surface.get_at((2, 2))[:3] == PALETTES["light"].ground
    assert surface.get_at((240, 160))[:3] == PALETTES["light"].accent


def test_the_till_draws_on_the_same_display() -> None:
    first_picture((480, 320), 0, "dark")
    opened = pygame.display.get_surface()
    assert open_display((480, 320)) is opened
    assert open_display(None) is opened


def test_another_size_is_another_display() -> None:
    open_display((480, 320))
    assert open_display((800, 480)).get_size() == (800, 480)


def test_no_display_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "no-such-driver")
    with pytest.raises(DisplayMissing, match="Connect a screen"):
        first_picture((480, 320), 0, "light")


def test_connectors_with_a_screen_are_known_without_a_desktop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, status in (("card1-HDMI-A-1", "connected\n"), ("card1-HDMI-A-2", "disconnected\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "status").write_text(status)
    open_display((480, 320))
    assert connected_screens(tmp_path) == frozenset()
    monkeypatch.setattr(pygame.display, "get_driver", lambda: "KMSDRM")
    assert connected_screens(tmp_path) == {"card1-HDMI-A-1"}

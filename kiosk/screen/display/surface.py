"""The display itself, and the very first picture on it: as early as a picture can be.

Imports as little as it can. What a till needs takes longer to load than pygame.
"""

from pathlib import Path
from typing import Final

import pygame
from pygame._sdl2 import touch

from kiosk.screen.drawing.icons import Icon, icon
from kiosk.screen.drawing.theme import PALETTES

_CONNECTORS: Final = Path("/sys/class/drm")


class DisplayMissing(Exception):
    """There is no display to draw on. The text says what SDL found."""


def open_display(size: tuple[int, int] | None) -> pygame.Surface:
    """The surface of the whole display, full screen when `size` is None; opened once.

    Raises:
        DisplayMissing: there is no display.
    """
    try:
        pygame.display.init()
        opened = pygame.display.get_surface()
        if opened is not None and size in (None, opened.get_size()):
            return opened
        flags = pygame.FULLSCREEN if size is None else 0
        display = pygame.display.set_mode(size or (0, 0), flags)
    except pygame.error as error:
        raise DisplayMissing(f"No display can be opened: {error}. Connect a screen.") from error
    pygame.display.set_caption("Kiosk")
    pygame.mouse.set_visible(size is not None)
    return display


def first_picture(size: tuple[int, int] | None, rotate: int, theme: str) -> None:
    """Show a first picture, without a word, while the till is loaded."""
    display = open_display(size)
    colours = PALETTES[theme]
    display.fill(colours.ground)
    side = min(display.get_size()) // 3
    bolt = pygame.transform.rotate(icon(Icon.BOLT, side, colours.accent), -rotate)
    display.blit(bolt, bolt.get_rect(center=display.get_rect().center))
    pygame.display.flip()


def connected_screens(connectors: Path = _CONNECTORS) -> frozenset[str]:
    """The connectors with a screen, by the kernel's names; none where a desktop looks after them.

    Reads what the kernel knows already: the cable is not probed.
    """
    if pygame.display.get_init() and pygame.display.get_driver().lower() != "kmsdrm":
        return frozenset()
    connected = set()
    for status in connectors.glob("card*-*/status"):
        try:
            if status.read_text().strip() == "connected":
                connected.add(status.parent.name)
        except OSError:
            continue
    return frozenset(connected)


def touch_devices() -> tuple[int, ...]:
    """The touch ids of the touchscreens that are plugged in."""
    return tuple(touch.get_device(number) for number in range(touch.get_num_devices()))


def can_draw_without_a_desktop() -> bool:
    """Whether SDL has its KMSDRM driver: the wheels of pygame-ce bring it, no other does."""
    return bool(getattr(pygame, "IS_CE", False))

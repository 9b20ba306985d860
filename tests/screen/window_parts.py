"""The tests' one look inside a window: what it has drawn, where it can be touched, how it looks."""

from collections.abc import Sequence

from kiosk.screen.display.painter import Painter
from kiosk.screen.display.window import Window
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.touch_zones import TouchZone


def painter_of(window: Window) -> Painter:
    """What draws the window's page; a screen's pixels are not to be had otherwise."""
    return window._painter


def zones_of(window: Window) -> Sequence[TouchZone]:
    """What can be touched on the page that was drawn last."""
    return window._input.zones


def look_of(window: Window) -> Look:
    """Theme, language and white level as they are now."""
    return window._look

"""Buttons that belong together: their labels are of one size, and all have their signs or none."""

from collections.abc import Sequence

import pygame

from kiosk.sale.keys import Key
from kiosk.screen.drawing.canvas import Canvas, Tone
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.theme import LABEL

Button = tuple[Key, str, Icon | None, Tone]

_LEAST = 0.75  # of the size; below that a label goes over several lines
_SIDES = 16  # points beside a label within its button
_SIGN_GAP = 9  # points between a sign and its label


def button_row(
    canvas: Canvas, places: Sequence[pygame.Rect], buttons: Sequence[Button], size: float = LABEL
) -> None:
    """Draw buttons in their places; `size` is in points, less if a label takes it."""
    fitting = _fitting(canvas, places, buttons, size, with_signs=True)
    with_signs = fitting >= size * _LEAST
    if not with_signs:
        fitting = _fitting(canvas, places, buttons, size, with_signs=False)
    shared = max(fitting, size * _LEAST)
    for place, (key, label, icon, tone) in zip(places, buttons, strict=True):
        name = icon if with_signs or not label else None
        canvas.button(place, key, label, name=name, tone=tone, size=shared)


def _fitting(
    canvas: Canvas,
    places: Sequence[pygame.Rect],
    buttons: Sequence[Button],
    size: float,
    *,
    with_signs: bool,
) -> float:
    """The largest size, at most `size`, at which every label has one line."""
    shares = [1.0]
    for place, (_, label, icon, _) in zip(places, buttons, strict=True):
        room = place.width - canvas.points(_SIDES)
        if icon is not None and with_signs:
            room -= canvas.points(size) + canvas.points(_SIGN_GAP)
        if label:
            shares.append(room / max(1, canvas.width_of(label, size)))
    return size * min(shares)

"""The page that takes the place of one that cannot be drawn."""

from kiosk.sale.keys import Key
from kiosk.screen.drawing.canvas import Canvas
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import rows


def paint_fallback(canvas: Canvas) -> None:
    """Two sentences and the way back."""
    tr = canvas.words.tr
    canvas.surface.fill(canvas.palette.ground)
    said, back = rows(canvas.inside(20), (3, 1), canvas.points(12))
    words = tr("This page cannot be shown. Money already paid is safe.")
    canvas.lines(words, said, canvas.palette.ink, 24)
    canvas.button(back, Key.CLEAR, tr("Back"), name=Icon.BACK)

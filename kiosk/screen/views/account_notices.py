"""What the manager's page tells of the account: a banner for each notice."""

import pygame

from kiosk.sale.account_ends import notices
from kiosk.sale.till import Till
from kiosk.screen.drawing.canvas import Canvas, Tone
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.theme import SMALL
from kiosk.screen.views.banner import banner


def account_notices(canvas: Canvas, area: pygame.Rect, till: Till) -> pygame.Rect:
    """Draw the notices there are; what is left of the area comes back."""
    words = canvas.words
    for trouble in notices(till):
        sentence = words.joined(*words.trouble_text(trouble))
        area = banner(canvas, area, Icon.WARNING, sentence, Tone.WARN, SMALL)
    return area

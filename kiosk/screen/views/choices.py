"""A question with several answers: a button for each, pages of them, and the way back."""

from collections.abc import Sequence

import pygame

from kiosk.sale.first_run_screen import PAGE_CHOICES
from kiosk.sale.keys import Key
from kiosk.screen.drawing.canvas import Align, Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import middle, off_bottom, off_top, rows
from kiosk.screen.drawing.theme import BODY, GAP, LABEL, LARGE, MARGIN, SMALL, TITLE

_FOOT = 54  # points


def page_with_foot(canvas: Canvas) -> tuple[pygame.Rect, pygame.Rect]:
    """The body of a page, and the row of keys below it."""
    tall = max(canvas.finger, canvas.points(_FOOT))
    return off_bottom(canvas.inside(MARGIN * 0.75), tall, canvas.points(GAP))


def foot_keys(
    canvas: Canvas, foot: pygame.Rect, keys: Sequence[tuple[Key, str, Icon | None, Tone]]
) -> None:
    """Keys side by side, in the order of reading."""
    places = canvas.columns(foot, [1] * len(keys), canvas.points(GAP))
    for place, (key, label, sign, tone) in zip(places, keys, strict=True):
        canvas.button(place, key, label, name=sign, tone=tone, size=LABEL * 0.9)


def back_key(canvas: Canvas) -> tuple[Key, str, Icon | None, Tone]:
    """CLEAR, as it is called everywhere."""
    return (Key.CLEAR, canvas.words.tr("Back"), Icon.BACK, Tone.PLAIN)


def sentence_page(canvas: Canvas, name: Icon, sentence: str, *, has_back: bool = False) -> None:
    """A sign and a sentence, while something is done that ends by itself."""
    body, foot = page_with_foot(canvas)
    sign, line = rows(middle(body, body.width, canvas.points(200)), [55, 45], canvas.points(GAP))
    canvas.sign(name, sign, canvas.palette.accent, TITLE * 1.6)
    canvas.lines(sentence, line, canvas.palette.ink, BODY)
    if has_back:
        foot_keys(canvas, foot, [back_key(canvas)])


def choices_page(
    canvas: Canvas,
    title: str,
    shown: Sequence[tuple[str, str]],
    *,
    has_back: bool = True,
    has_pages: bool = False,
    search: str = "",
    save: str = "",
) -> None:
    """Up to eight choices, each a text with a quiet one below it, empty for none.

    `search` and `save` are the labels of two more keys, empty for none.
    """
    body, foot = page_with_foot(canvas)
    keys = [back_key(canvas)] if has_back else []
    if has_pages:
        keys.append((Key.DELETE, "", Icon.UP, Tone.PLAIN))
        keys.append((Key.PLUS, "", Icon.DOWN, Tone.PLAIN))
    if search:
        keys.append((Key.CHECK, search, None, Tone.PLAIN))
    if save:
        keys.append((Key.CHARGE, save, None, Tone.MAIN))
    if keys:
        foot_keys(canvas, foot, keys)
    else:
        body.height = foot.bottom - body.top
    choice_buttons(canvas, _headed(canvas, body, title), shown)


def grid_places(
    canvas: Canvas, area: pygame.Rect, across: int, down: int, tallest: float | None = None
) -> list[pygame.Rect]:
    """Places of one size in reading order, from the top; none is taller than `tallest` points."""
    gap = canvas.points(GAP)
    if tallest is not None:
        height = min(canvas.points(tallest), (area.height - gap * (down - 1)) // down)
        area, _ = off_top(area, down * height + (down - 1) * gap, 0)
    return [
        place
        for row in rows(area, [1] * down, gap)
        for place in canvas.columns(row, [1] * across, gap)
    ]


def choice_buttons(
    canvas: Canvas, body: pygame.Rect, shown: Sequence[tuple[str, str]], chosen: str | None = None
) -> None:
    """A button for each choice, two columns of them where the display is wide."""
    few = len(shown) <= PAGE_CHOICES // 2
    across = 2 if canvas.is_wide and not few else 1
    down = PAGE_CHOICES // 2 if canvas.is_wide else PAGE_CHOICES
    places = grid_places(canvas, body, across, down, tallest=84)
    for number, (place, (text, quiet)) in enumerate(zip(places, shown, strict=False)):
        tone = Tone.CHOSEN if text == chosen else Tone.PLAIN
        _choice(canvas, place, Key(str(number + 1)), text, quiet, tone)


def _headed(canvas: Canvas, body: pygame.Rect, title: str) -> pygame.Rect:
    head, rest = off_top(body, canvas.points(LARGE), canvas.points(GAP))
    canvas.text(title, head, canvas.palette.ink, LARGE, weight=Weight.BOLD)
    return rest


def _choice(
    canvas: Canvas, place: pygame.Rect, key: Key, text: str, quiet: str, tone: Tone
) -> None:
    colours = canvas.palette
    canvas.button(place, key, tone=tone)
    strong = tone is Tone.CHOSEN or canvas.pressed is key
    ink, dim = (colours.on_accent,) * 2 if strong else (colours.ink, colours.quiet)
    inner = place.inflate(-2 * canvas.points(MARGIN), -2 * canvas.points(GAP / 2))
    legend, label = canvas.columns(inner, [7, 93], canvas.points(GAP / 2))
    canvas.text(canvas.words.whole(int(key)), legend, dim, SMALL, align=Align.START)
    if not quiet:
        canvas.lines(text, label, ink, BODY, align=Align.START, weight=Weight.BOLD)
        return
    line, below = rows(label, [1, 1], 0)
    canvas.text(text, line, ink, LABEL, align=Align.START, weight=Weight.BOLD)
    canvas.text(quiet, below, dim, SMALL, align=Align.START)

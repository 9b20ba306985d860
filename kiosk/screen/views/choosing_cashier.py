"""Who sells? A key for each cashier, and what whoever is chosen has taken today."""

import pygame

from kiosk.sale.choosing_cashier import PAGE_CASHIERS, shown_cashiers
from kiosk.sale.keys import Key, Row
from kiosk.sale.screens import ChoosingCashier
from kiosk.sale.till import Till
from kiosk.screen.drawing.canvas import Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import off_top
from kiosk.screen.drawing.theme import BODY, GAP, LABEL, LARGE
from kiosk.screen.text.amounts import sums_of_cashier
from kiosk.screen.views.button_row import Button, button_row
from kiosk.screen.views.choices import back_key, grid_places, page_with_foot


def choosing_cashier(canvas: Canvas, till: Till, screen: ChoosingCashier) -> None:
    """The question, the cashiers of the page, and the keys below."""
    words, gap = canvas.words, canvas.points(GAP)
    body, foot = page_with_foot(canvas)
    head, body = off_top(body, canvas.points(LARGE), gap)
    canvas.text(words.tr("Who is selling?"), head, canvas.palette.ink, LARGE, weight=Weight.BOLD)
    line, body = off_top(body, canvas.points(LABEL), gap)
    _line(canvas, line, till, screen)
    _cashier_keys(canvas, body, till, screen)
    keys = _foot_keys(canvas, till)
    shares = [3 if label else 2 for _, label, _, _ in keys]
    button_row(canvas, canvas.columns(foot, shares, gap), keys, LABEL * 0.9)


def _line(canvas: Canvas, area: pygame.Rect, till: Till, screen: ChoosingCashier) -> None:
    """What was wrong, else the digit that was typed, else the own total of whoever is chosen."""
    words, colours = canvas.words, canvas.palette
    if screen.notice is not None:
        wrong = words.joined(*words.trouble_text(screen.notice))
        canvas.signed(Icon.WARNING, wrong, area, colours.bad, LABEL, weight=Weight.BOLD)
    elif screen.typed:
        canvas.text(f"{screen.typed}…", area, colours.ink, LABEL, weight=Weight.BOLD)
    elif screen.today is not None:
        said = words.tr("Today: {sums}", sums=sums_of_cashier(words, screen.today))
        canvas.text(said, area, colours.ink, LABEL)
    elif till.cashier is None:
        sentence = words.tr("Touch a name, or type its two digits.")
        canvas.text(sentence, area, colours.quiet, LABEL)


def _cashier_keys(canvas: Canvas, area: pygame.Rect, till: Till, screen: ChoosingCashier) -> None:
    across = 2 if canvas.is_wide else 1
    places = grid_places(canvas, area, across, PAGE_CASHIERS // across, tallest=96)
    shown = shown_cashiers(till, screen)
    for number, (place, cashier) in enumerate(zip(places, shown, strict=False)):
        tone = Tone.CHOSEN if cashier == till.cashier else Tone.PLAIN
        canvas.button(
            place,
            Row(number),
            cashier.label,
            name=Icon.LOCK if cashier.pin else Icon.PERSON,
            tone=tone,
            size=BODY,
            weight=Weight.BOLD,
        )


def _foot_keys(canvas: Canvas, till: Till) -> list[Button]:
    keys: list[Button] = [back_key(canvas)]
    if len(till.rules.cashiers) > PAGE_CASHIERS:
        keys.append((Key.DELETE, "", Icon.UP, Tone.PLAIN))
        keys.append((Key.PLUS, "", Icon.DOWN, Tone.PLAIN))
    if till.rules.pin:
        keys.append((Key.MENU, canvas.words.tr("Manager"), Icon.LOCK, Tone.PLAIN))
    return keys

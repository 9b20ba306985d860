"""Whoever is to get the money: being looked up, found, or not to be paid."""

from typing import Final

from kiosk.sale.keys import Key
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.screen.drawing.canvas import Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import rows
from kiosk.screen.drawing.theme import BODY, GAP, LARGE, TITLE
from kiosk.screen.text.catalogs import mark
from kiosk.screen.views.choices import back_key, foot_keys, page_with_foot, sentence_page

NOBODY: Final = mark("Nobody has this name there. Check every letter.")


def looking_page(canvas: Canvas, name: str) -> None:
    """While somebody is looked up."""
    looking = canvas.words.tr("Looking for {name}", name=name)
    sentence_page(canvas, Icon.SHOP, looking, has_back=True)


def payee_refused_page(canvas: Canvas, name: str, trouble: Trouble | None) -> None:
    """Why money cannot be sent there, or nobody can say now; and another try."""
    words, colours = canvas.words, canvas.palette
    body, foot = page_with_foot(canvas)
    sign, who, line = rows(body, [26, 18, 56], canvas.points(GAP))
    canvas.sign(Icon.WARNING, sign, colours.bad, TITLE * 1.4)
    canvas.text(words.as_written(name), who, colours.ink, LARGE, weight=Weight.BOLD)
    if trouble is not None:
        why = words.joined(*words.trouble_text(trouble))
        if trouble.kind is TroubleKind.MERCHANT_UNKNOWN:
            why = words.tr(NOBODY)
        canvas.lines(why, line, colours.ink, BODY)
    again = (Key.CHARGE, words.tr("Try again"), Icon.AGAIN, Tone.MAIN)
    foot_keys(canvas, foot, [back_key(canvas), again])


def payee_right_page(canvas: Canvas, payee: str) -> None:
    """Whoever was found, shown back, and the question whether it is them."""
    words, colours = canvas.words, canvas.palette
    body, foot = page_with_foot(canvas)
    title, name, domain, warning = rows(body, [22, 22, 20, 36], canvas.points(GAP))
    canvas.text(words.tr("Money goes to"), title, colours.quiet, LARGE)
    before, at, after = payee.partition("@")
    for part, place in ((before, name), (at + after, domain)):
        canvas.text(words.as_written(part), place, colours.ink, TITLE, weight=Weight.BOLD)
    sure = words.tr("Every sale is paid there. Read it letter by letter: is it right?")
    canvas.lines(sure, warning, colours.ink, BODY)
    foot_keys(canvas, foot, [back_key(canvas), (Key.CHARGE, words.tr("Yes"), Icon.TICK, Tone.MAIN)])

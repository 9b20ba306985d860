"""A paper of a sale as a code that a customer's phone reads, and its keys."""

import pygame

from kiosk.sale.keys import Key
from kiosk.sale.manager_screens import ReceiptScreen
from kiosk.sale.money import Fiat
from kiosk.sale.printing import can_print_shown, shop_of, shown_paper, shown_refund
from kiosk.sale.sale_record import RefundRecord
from kiosk.sale.till import Till
from kiosk.screen.drawing.canvas import Align, Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import off_bottom, off_top, rows
from kiosk.screen.drawing.qr import draw, text_surface
from kiosk.screen.drawing.theme import BODY, GAP, LABEL, MARGIN, TITLE
from kiosk.screen.text.amounts import sale_amounts
from kiosk.screen.text.receipt_rows import phone_text
from kiosk.screen.views.button_row import Button, button_row

_FOOT = 54  # points
_CODE = 58  # per cent of a wide display


def receipt(canvas: Canvas, till: Till, screen: ReceiptScreen) -> None:
    """The code, what it is, and the keys below."""
    gap = canvas.points(GAP)
    tall = max(canvas.finger, canvas.points(_FOOT))
    body, foot = off_bottom(canvas.inside(MARGIN * 0.75), tall, gap)
    if canvas.is_wide:
        code, beside = canvas.columns(body, [_CODE, 100 - _CODE], gap)
    else:
        code, beside = off_top(body, min(body.width, body.height * 3 // 4), gap)
    _code(canvas, code, till, screen)
    _words(canvas, beside, till, screen)
    keys = _keys(canvas, till, screen)
    button_row(canvas, canvas.columns(foot, [1] * len(keys), gap), keys, LABEL)


def _code(canvas: Canvas, area: pygame.Rect, till: Till, screen: ReceiptScreen) -> None:
    text = phone_text(
        lambda shop, most_items: shown_paper(screen, shop, most_items=most_items),
        shop_of(till),
        canvas.words,
    )
    canvas.said.append(text)
    draw(canvas.surface, area, text_surface(text))


def _words(canvas: Canvas, area: pygame.Rect, till: Till, screen: ReceiptScreen) -> None:
    words, colours = canvas.words, canvas.palette
    title, amount, how = rows(area, [20, 30, 50], canvas.points(GAP))
    canvas.text(_heading(canvas, screen), title, colours.quiet, BODY)
    sale, refund = screen.details.record.sale, shown_refund(screen)
    if refund is None:
        worth, _ = sale_amounts(words, sale)
    else:
        worth = words.money(Fiat(refund.minor, sale.price.currency))
    canvas.text(worth, amount, colours.ink, TITLE * 1.2, weight=Weight.BOLD)
    canvas.lines(_what_to_do(canvas, till, screen), how, colours.ink, BODY, align=Align.CENTER)


def _heading(canvas: Canvas, screen: ReceiptScreen) -> str:
    words, refund = canvas.words, shown_refund(screen)
    if refund is not None:
        return _refund_name(canvas, refund)
    number = str(screen.details.receipt or "")
    return words.tr("Receipt {number}", number=number) if number else words.tr("Receipt")


def _what_to_do(canvas: Canvas, till: Till, screen: ReceiptScreen) -> str:
    words = canvas.words
    if screen.printed and till.printer_trouble is not None:
        return words.joined(*words.trouble_text(till.printer_trouble))
    if screen.printed:
        return words.tr("It is being printed.")
    return words.tr("Point your phone's camera at the code to keep the receipt.")


def _keys(canvas: Canvas, till: Till, screen: ReceiptScreen) -> list[Button]:
    words = canvas.words
    keys: list[Button] = [(Key.CLEAR, words.tr("Back"), Icon.BACK, Tone.PLAIN)]
    if screen.details.refund_records:
        keys.append((Key.PLUS, _next_paper(canvas, screen), Icon.LIST, Tone.PLAIN))
    if can_print_shown(till, screen):
        keys.append((Key.CHARGE, words.tr("Print"), Icon.RECEIPT, Tone.MAIN))
    return keys


def _next_paper(canvas: Canvas, screen: ReceiptScreen) -> str:
    """Where the key leads: to the next refund, and from the last one to the sale's receipt."""
    refunds = screen.details.refund_records
    if screen.refund == len(refunds):
        return canvas.words.tr("Receipt")
    return _refund_name(canvas, refunds[screen.refund])


def _refund_name(canvas: Canvas, refund: RefundRecord) -> str:
    return canvas.words.tr("Refund {number}", number=f"R{refund.number}")

"""One sale: its amounts and times, what became of it, and what can be done about it."""

import pygame

from kiosk.sale.keys import Key
from kiosk.sale.manager_screens import SaleScreen
from kiosk.sale.money import Fiat
from kiosk.sale.printing import has_receipt
from kiosk.sale.refunding import left_minor
from kiosk.sale.sale_page import can_ask
from kiosk.sale.till import Till
from kiosk.screen.drawing.canvas import Align, Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import off_bottom, off_top, rows
from kiosk.screen.drawing.theme import BODY, GAP, LABEL, LARGE, MARGIN, SMALL
from kiosk.screen.text.amounts import sale_amounts
from kiosk.screen.text.labels import SALE_SENTENCES, STATUS_ANSWERS
from kiosk.screen.text.words import Words
from kiosk.screen.views.button_row import Button, button_row
from kiosk.screen.views.list_card import page_areas
from kiosk.screen.views.sales_list import state_sign, tip_amount

_HASH_LETTERS = 16  # of 64: enough to find it in Blink's list
_LINE = 30  # points


def sale_page(canvas: Canvas, till: Till, screen: SaleScreen) -> None:
    """The page of a sale, with its keys below."""
    tabs, body, foot = page_areas(canvas)
    _card(canvas, tabs.union(body), screen)
    keys = _keys(canvas, till, screen)
    gap = canvas.points(GAP)
    shares = [3 if label else 2 for _, label, _, _ in keys]
    button_row(canvas, canvas.columns(foot, shares, gap), keys, LABEL * 0.9)


def _keys(canvas: Canvas, till: Till, screen: SaleScreen) -> list[Button]:
    """What can be done about the sale, from left to right."""
    words = canvas.words
    keys: list[Button] = [(Key.CLEAR, words.tr("Back"), Icon.BACK, Tone.PLAIN)]
    listed = {record.sale.id for record in screen.manager.sales.sales or ()}
    if screen.details.record.sale.id in listed:
        keys.append((Key.DELETE, "", Icon.UP, Tone.PLAIN))
        keys.append((Key.PLUS, "", Icon.DOWN, Tone.PLAIN))
    if has_receipt(screen):
        keys.append((Key.CURRENCY, "", Icon.RECEIPT, Tone.PLAIN))
    if left_minor(screen.details) > 0:
        keys.append((Key.CHECK, words.tr("Give back"), None, Tone.PLAIN))
    if can_ask(till, screen):
        keys.append((Key.CHARGE, _asked(words, screen), Icon.AGAIN, Tone.MAIN))
    return keys


def _asked(words: Words, screen: SaleScreen) -> str:
    """Who can say whether it was paid: the server of an address that is not Blink's, or Blink."""
    invoice = screen.details.invoice
    if invoice is not None and invoice.verify_url:
        return words.tr("Ask the wallet")
    return words.tr("Ask Blink")


def _card(canvas: Canvas, area: pygame.Rect, screen: SaleScreen) -> None:
    words, colours = canvas.words, canvas.palette
    record = screen.details.record
    canvas.panel(area, colours.key, colours.edge)
    inner = area.inflate(-canvas.points(2 * MARGIN), -canvas.points(2 * GAP))
    head, inner = off_top(inner, canvas.points(LARGE * 1.2), canvas.points(GAP / 2))
    first, second = sale_amounts(words, record.sale)
    amount, other = canvas.columns(head, [55, 45], canvas.points(GAP))
    canvas.text(first, amount, colours.ink, LARGE * 1.2, align=Align.START, weight=Weight.BOLD)
    canvas.text(second, other, colours.quiet, BODY, align=Align.END)
    state, inner = off_top(inner, canvas.points(BODY), canvas.points(GAP))
    sign, ink = state_sign(canvas, record.state)
    canvas.signed(
        sign, words.tr(SALE_SENTENCES[record.state]), state, colours.ink, LABEL, sign_colour=ink
    )
    answer = _answer(words, screen)
    if answer:
        inner, line = off_bottom(inner, canvas.points(BODY), canvas.points(GAP / 2))
        canvas.signed(Icon.AGAIN, answer, line, colours.accent, LABEL, weight=Weight.BOLD)
    _facts(canvas, inner, _lines(words, screen))


def _answer(words: Words, screen: SaleScreen) -> str:
    if screen.asking:
        return words.tr("Asking")
    return words.tr(STATUS_ANSWERS[screen.answer]) if screen.answer is not None else ""


def _lines(words: Words, screen: SaleScreen) -> list[tuple[str, str]]:
    """What is known of the sale, with the name of each; what is not known is left out."""
    record, sale = screen.details.record, screen.details.record.sale
    given = Fiat(screen.details.refunded_minor, sale.price.currency)
    payments = screen.details.payments
    late = words.tr("The code had left the screen already.") if record.late else ""
    lines = [
        (words.tr("Tip"), tip_amount(words, sale)),
        (words.tr("Cashier"), screen.details.cashier),
        (words.tr("Begun"), _moment(words, sale.started_at)),
        (words.tr("Paid"), _moment(words, record.paid_at)),
        (words.tr("Late"), late),
        (words.tr("Payments"), words.whole(payments) if payments > 1 else ""),
        (words.tr("Receipt"), str(screen.details.receipt or "")),
        (words.tr("Given back"), words.money(given) if given.minor else ""),
        (words.tr("Forwarded"), _moment(words, record.forwarded_at)),
        (words.tr("Stopped by"), words.trouble_text(record.trouble)[0] if record.trouble else ""),
        (words.tr("Memo"), sale.memo),
        (words.tr("Payment hash"), (record.payment_hash or "")[:_HASH_LETTERS]),
        (words.tr("Payout hash"), (record.payout_hash or "")[:_HASH_LETTERS]),
        (words.tr("Sale"), sale.id),
    ]
    return [(name, said) for name, said in lines if said]


def _moment(words: Words, unix_s: int | None) -> str:
    """A time with its day and year: the list goes back for years."""
    if unix_s is None:
        return ""
    return words.tr("{day}, {time}", day=words.day(unix_s), time=words.minute(unix_s))


def _facts(canvas: Canvas, area: pygame.Rect, lines: list[tuple[str, str]]) -> None:
    """Names and values side by side; in portrait each name above its value."""
    colours, gap = canvas.palette, canvas.points(GAP)
    line = canvas.points(_LINE if canvas.is_wide else 2 * _LINE)
    size = LABEL * 0.9 if area.height // max(1, len(lines)) >= line else SMALL
    places = rows(area, [1] * max(len(lines), area.height // line), 0)
    for place, (name, said) in zip(places, lines, strict=False):
        if canvas.is_wide:
            label, value = canvas.columns(place, [28, 72], gap)
        else:
            label, value = rows(place.inflate(0, -gap), [45, 55], 0)
        canvas.text(name, label, colours.quiet, size, align=Align.START)
        canvas.text(said, value, colours.ink, size, align=Align.START)

"""Set up by phone: what to do first, the two codes, how far it is, and what is to be confirmed."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pygame

from kiosk.sale.keys import Key
from kiosk.sale.phone_setup import (
    DASHBOARD,
    PhoneFailure,
    PhoneProgress,
    PhoneStep,
    wifi_code,
)
from kiosk.screen.drawing import qr
from kiosk.screen.drawing.canvas import Align, Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import off_top, rows
from kiosk.screen.drawing.theme import BODY, GAP, LABEL, LARGE, TITLE
from kiosk.screen.text.catalogs import mark
from kiosk.screen.text.phone_texts import PHONE_FAILURES
from kiosk.screen.views.choices import back_key, foot_keys, page_with_foot, sentence_page
from kiosk.screen.views.payee import payee_right_page

_DASHBOARD_NAME: Final = DASHBOARD.partition("//")[2]
COPY_FIRST_KEY: Final = mark(
    "Open {site}, make a key with READ, RECEIVE and WRITE, and copy it. Without a till"
    " account go on at once."
)
COPY_NEW_KEY: Final = mark(
    "Open {site}, make a key with READ, RECEIVE and WRITE, and copy it. Then the phone needs this"
    " till's Wi-Fi: for ten minutes at most nothing can be sold."
)
_SENTENCES: Final[Mapping[PhoneStep, tuple[Icon, str]]] = MappingProxyType(
    {
        PhoneStep.OPENING: (Icon.WIFI, mark("Opening a network for the phone")),
        PhoneStep.FILLING_IN: (Icon.DEVICE, mark("Fill in the page on the phone.")),
        PhoneStep.CONNECTING: (Icon.WIFI, mark("Joining the network of the shop")),
        PhoneStep.CHECKING: (Icon.BOLT, mark("Asking Blink whether all is right")),
    }
)


def copy_key(canvas: Canvas, sentence: str) -> None:
    """First the key, while the phone still has its own network."""
    words = canvas.words
    body, foot = page_with_foot(canvas)
    about = words.tr(sentence, site=_DASHBOARD_NAME)
    lines = (words.tr("First copy the key, on the phone"), about, "")
    _code_and_words(canvas, body, DASHBOARD, lines)
    go_on = (Key.CHARGE, words.tr("Next"), Icon.ARROW, Tone.MAIN)
    foot_keys(canvas, foot, [back_key(canvas), go_on])


def by_phone(canvas: Canvas, progress: PhoneProgress, *, shows_page_code: bool) -> None:
    """How far it is. `shows_page_code`: the second code is wanted, though no phone was noticed."""
    match progress.step:
        case PhoneStep.FAILED:
            _failed(canvas, progress)
        case PhoneStep.CONFIRMING:
            payee_right_page(canvas, progress.payee)
        case PhoneStep.WAITING if not shows_page_code:
            _network_code(canvas, progress)
        case PhoneStep.WAITING | PhoneStep.JOINED:
            _page_code(canvas, progress)
        case step:
            name, sentence = _SENTENCES[step]
            can_leave = step in (PhoneStep.OPENING, PhoneStep.FILLING_IN)
            sentence_page(canvas, name, canvas.words.tr(sentence), has_back=can_leave)


def _network_code(canvas: Canvas, progress: PhoneProgress) -> None:
    words = canvas.words
    body, foot = page_with_foot(canvas)
    lines = (
        words.tr("Join this network with the phone"),
        words.tr("Scan the code, and stay in this network though it has no internet."),
        f"{progress.network}\n{progress.passphrase}",
    )
    _code_and_words(canvas, body, wifi_code(progress.network, progress.passphrase), lines)
    go_on = (Key.CHARGE, words.tr("Next"), Icon.ARROW, Tone.MAIN)
    foot_keys(canvas, foot, [back_key(canvas), go_on])


def _page_code(canvas: Canvas, progress: PhoneProgress) -> None:
    words = canvas.words
    body, foot = page_with_foot(canvas)
    lines = (
        words.tr("Open the page on the phone"),
        words.tr("Scan this code too. The page asks for these digits:"),
        progress.digits,
    )
    _code_and_words(canvas, body, progress.page, lines)
    foot_keys(canvas, foot, [back_key(canvas)])


def _code_and_words(
    canvas: Canvas, body: pygame.Rect, text: str, lines: tuple[str, str, str]
) -> None:
    """A code, and beside it or below it a title, a sentence and what can be typed instead."""
    colours, gap = canvas.palette, canvas.points(GAP)
    if canvas.is_wide:
        side = min(body.height, body.width // 2)
        code, beside = canvas.columns(body, [side, body.width - side - gap], gap)
    else:
        code, beside = off_top(body, min(body.width, body.height * 55 // 100), gap)
    qr.draw(canvas.surface, code, qr.text_surface(text))
    title, sentence, typed = lines
    parts = [30, 38, 32] if typed else [30, 70, 0]
    head, middle_part, last = rows(beside, parts, gap)
    align = Align.START if canvas.is_wide else Align.CENTER
    canvas.lines(title, head, colours.ink, LARGE, align=align, weight=Weight.BOLD)
    canvas.lines(sentence, middle_part, colours.ink, BODY, align=align)
    texts = typed.split("\n")
    for line, place in zip(texts, rows(last, [1] * len(texts), 0), strict=True):
        canvas.text(line, place, colours.ink, TITLE, align=align, weight=Weight.BOLD)


def _failed(canvas: Canvas, progress: PhoneProgress) -> None:
    words, colours = canvas.words, canvas.palette
    body, foot = page_with_foot(canvas)
    sign, line, more = rows(body, [26, 34, 40], canvas.points(GAP))
    canvas.sign(Icon.WARNING, sign, colours.bad, TITLE * 1.4)
    failure = progress.failure or PhoneFailure.NO_ANSWER
    why = words.tr(PHONE_FAILURES[failure], name=progress.network)
    canvas.lines(why, line, colours.ink, BODY)
    if progress.trouble is not None:
        what, cure = words.trouble_text(progress.trouble)
        canvas.lines(words.joined(what, cure), more, colours.quiet, LABEL)
    again = (Key.CHARGE, words.tr("Try again"), Icon.AGAIN, Tone.MAIN)
    foot_keys(canvas, foot, [back_key(canvas), again])


def key_right(canvas: Canvas, progress: PhoneProgress) -> None:
    """Whose key it is, until when, and who gets the money with it; yes?"""
    words, colours = canvas.words, canvas.palette
    body, foot = page_with_foot(canvas)
    title, account, ends, payee, sure = rows(body, [16, 22, 14, 26, 22], canvas.points(GAP))
    canvas.text(words.tr("The key is of this account"), title, colours.quiet, LARGE)
    name = words.as_written(progress.account) or words.tr("Blink does not say which")
    canvas.text(name, account, colours.ink, TITLE, weight=Weight.BOLD)
    until = words.tr("It has no end that Blink tells.")
    if progress.key_ends_at is not None:
        until = words.tr("It ends: {day}.", day=words.date(progress.key_ends_at))
    canvas.text(until, ends, colours.quiet, LABEL)
    paid = words.tr("Money of every sale will go to: {value}", value=progress.payee)
    canvas.lines(paid, payee, colours.ink, BODY, weight=Weight.BOLD)
    canvas.lines(words.tr("Use this key?"), sure, colours.ink, BODY)
    foot_keys(canvas, foot, [back_key(canvas), (Key.CHARGE, words.tr("Yes"), Icon.TICK, Tone.MAIN)])

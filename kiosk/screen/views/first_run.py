"""The first run: one question after the other, from the language to the manager's PIN."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pygame

from kiosk.sale.first_run_screen import DIRECT, PAGE_CHOICES, FirstRun, Mistake, Question
from kiosk.sale.keys import Key, Letter
from kiosk.screen.drawing.canvas import Align, Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import columns, middle, off_top, rows
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import BODY, GAP, LABEL, LARGE, MARGIN, TITLE
from kiosk.screen.text.catalogs import mark
from kiosk.screen.text.labels import LANGUAGE_NAMES
from kiosk.screen.text.setting_problems import first_of
from kiosk.screen.views.banner import banner
from kiosk.screen.views.choices import (
    back_key,
    choices_page,
    foot_keys,
    page_with_foot,
    sentence_page,
)
from kiosk.screen.views.letters import letter_rows, letters_gap, letters_page, signs_key
from kiosk.screen.views.payee import NOBODY, looking_page, payee_refused_page, payee_right_page
from kiosk.screen.views.phone_setup import COPY_FIRST_KEY, by_phone, copy_key
from kiosk.screen.views.pin_and_tip import pin_page
from kiosk.screen.views.stick import refusal_page, stick_farewell, stick_page
from kiosk.screen.views.wifi import wifi

_TITLES: Final[Mapping[Question, str]] = MappingProxyType(
    {
        Question.LANGUAGE: mark("Language"),
        Question.COUNTRY: mark("No network is seen. Country of the shop, two letters like SV"),
        Question.MONEY: mark("How does the money reach you?"),
        Question.PAYEE: mark("Who gets the money? A Blink name, or name@domain"),
        Question.SHOP_NAME: mark("The shop's name on the screen, if you like"),
        Question.TIME_ZONE: mark("Where is the shop? This sets the clock."),
        Question.TIME_ZONE_SEARCH: mark("Type the name of a city"),
        Question.CURRENCY: mark("Which currency are prices in?"),
        Question.CURRENCY_SEARCH: mark("Type the currency's three letters"),
    }
)
_MISTAKES: Final[Mapping[Mistake, str]] = MappingProxyType(
    {
        Mistake.NO_ADDRESS: mark("That is no name and no address like name@domain."),
        Mistake.NO_COUNTRY: mark("A country has two letters, like SV."),
        Mistake.NOBODY: NOBODY,
        Mistake.PIN_SHORT: mark("A PIN has 4 to 12 digits."),
        Mistake.PINS_DIFFER: mark("The two PINs were not the same. Begin again."),
        Mistake.NOTHING_FOUND: mark("Nothing is called so. Type less, or something else."),
    }
)


def first_run(canvas: Canvas, screen: FirstRun, look: Look) -> None:
    """The question that is asked."""
    words = canvas.words
    match screen.question:
        case Question.NETWORK if screen.network is not None:
            wifi(canvas, screen.network)
        case Question.NETWORK | Question.RADIO:
            sentence_page(canvas, Icon.WIFI, words.tr("Looking for networks"))
        case Question.MONEY:
            _money(canvas, screen)
        case Question.TILL_ACCOUNT:
            _till_account(canvas, screen)
        case Question.PHONE_KEY:
            copy_key(canvas, COPY_FIRST_KEY)
        case Question.PHONE if screen.phone is not None:
            by_phone(canvas, screen.phone, shows_page_code=screen.shows_page_code)
        case Question.LANGUAGE | Question.TIME_ZONE | Question.CURRENCY:
            _choosing(canvas, screen)
        case Question.PIN:
            _pin(canvas, screen, look, words.tr("Choose a manager PIN"))
        case Question.PIN_AGAIN:
            _pin(canvas, screen, look, words.tr("The same PIN again"))
        case Question.LOOKING_UP:
            looking_page(canvas, screen.payee_typed)
        case Question.PAYEE_REFUSED:
            payee_refused_page(canvas, screen.payee_typed, screen.trouble)
        case Question.PAYEE_RIGHT:
            payee_right_page(canvas, screen.answers.payee)
        case Question.SAVING | Question.STICK_SAVING:
            sentence_page(canvas, Icon.LOCK, words.tr("Saving. Leave the plug in."))
        case Question.NOT_SAVED:
            refusal_page(canvas, screen.outcome)
        case Question.STICK | Question.STICK_READING | Question.STICK_RIGHT:
            stick_page(canvas, screen)
        case Question.STICK_REFUSED:
            refusal_page(canvas, screen.outcome)
        case Question.DONE:
            _done(canvas, screen)
        case _:
            _typing(canvas, screen)


def _choosing(canvas: Canvas, screen: FirstRun) -> None:
    words = canvas.words
    is_language = screen.question is Question.LANGUAGE
    labels = [
        LANGUAGE_NAMES[choice]
        if is_language
        else words.as_written(choice.replace("_", " ").replace("/", " / "))
        for choice in screen.shown_choices
    ]
    choices_page(
        canvas,
        words.tr(_TITLES[screen.question]),
        [(label, "") for label in labels],
        has_back=not is_language,
        has_pages=len(screen.choices) > PAGE_CHOICES,
        search="" if is_language else words.tr("Search"),
        save=words.tr("Set up by phone") if is_language else "",
    )


def _money(canvas: Canvas, screen: FirstRun) -> None:
    words = canvas.words
    body, foot = page_with_foot(canvas)
    foot_keys(canvas, foot, [back_key(canvas)])
    if screen.refused:
        refused = words.tr(
            "The file on the memory card is wrong: {names}", names=first_of(screen.refused, ", ")
        )
        body = banner(canvas, body, Icon.WARNING, refused, Tone.BAD, LABEL)
    head, rest = off_top(body, canvas.points(LARGE), canvas.points(GAP))
    canvas.text(
        words.tr(_TITLES[Question.MONEY]), head, canvas.palette.ink, LARGE, weight=Weight.BOLD
    )
    ways = rows(
        middle(rest, rest.width, canvas.points(280)), [1] * len(screen.choices), canvas.points(GAP)
    )
    for number, (place, way) in enumerate(zip(ways, screen.choices, strict=True)):
        title, about = (
            (words.tr("Straight to me"), words.tr("to my Blink name or Lightning address"))
            if way == DIRECT
            else (words.tr("Through a till account"), words.tr("it takes a key of Blink"))
        )
        _way(canvas, place, Key(str(number + 1)), title, about)


def _way(canvas: Canvas, place: pygame.Rect, key: Key, title: str, about: str) -> None:
    colours = canvas.palette
    canvas.button(place, key)
    down = canvas.pressed is key
    inner = place.inflate(-2 * canvas.points(MARGIN), -2 * canvas.points(GAP))
    legend, texts = canvas.columns(inner, [5, 95], canvas.points(GAP))
    ink, quiet = (colours.on_accent,) * 2 if down else (colours.ink, colours.quiet)
    canvas.text(canvas.words.whole(int(key)), legend, quiet, LABEL, align=Align.START)
    head, line = rows(texts, [1, 1], 0)
    canvas.text(title, head, ink, LARGE, align=Align.START, weight=Weight.BOLD)
    canvas.lines(about, line, quiet, LABEL, align=Align.START)


def _till_account(canvas: Canvas, screen: FirstRun) -> None:
    words = canvas.words
    body, foot = page_with_foot(canvas)
    read = (Key.CHARGE, words.tr("Read the USB stick"), Icon.DOWN, Tone.PLAIN)
    by_phone_key = (Key.D1, words.tr("Set up by phone"), Icon.ARROW, Tone.MAIN)
    foot_keys(canvas, foot, [back_key(canvas), by_phone_key, read])
    steps = [
        words.tr("Write a file kiosk.env, on any computer. docs/settings.md says what is in it."),
        words.tr("Put it on a USB stick, and plug the stick in here."),
    ]
    if screen.machine.has_touch:
        steps.insert(0, words.tr("Make a key for the till account at dashboard.blink.sv."))
    for number, (place, step) in enumerate(
        zip(rows(body, [1] * len(steps), 0), steps, strict=True)
    ):
        legend, line = canvas.columns(place, [8, 92], canvas.points(GAP))
        canvas.text(
            words.whole(number + 1), legend, canvas.palette.accent, TITLE, weight=Weight.BOLD
        )
        canvas.lines(step, line, canvas.palette.ink, BODY, align=Align.START)


def _typing(canvas: Canvas, screen: FirstRun) -> None:
    words, colours, gap = canvas.words, canvas.palette, letters_gap(canvas)
    head, keys = letters_page(canvas)
    line, typed = rows(head.inflate(-2 * canvas.points(GAP), 0), [55, 45], 0)
    if screen.mistake is not None:
        wrong = words.tr(_MISTAKES[screen.mistake])
        canvas.lines(wrong, line, colours.bad, LABEL, weight=Weight.BOLD)
    else:
        canvas.lines(words.tr(_TITLES[screen.question]), line, colours.quiet, LABEL)
    shown = words.as_written(f"{screen.typed.text}_")
    canvas.text(shown, typed, colours.ink, LARGE, weight=Weight.BOLD)
    *letters, last = rows(keys, [1] * 5, gap)
    letter_rows(canvas, letters, screen.typed.layer, gap)
    leave, signs, at, dot, go_on = columns(last, [22, 16, 17, 17, 28], gap)
    canvas.button(leave, Key.CLEAR, words.tr("Back"), name=Icon.BACK, size=LABEL * 0.9)
    signs_key(canvas, signs, screen.typed.layer)
    if screen.question is Question.PAYEE:
        canvas.button(at, Letter("@"), "@")
        canvas.button(dot, Letter("."), ".")
    else:
        canvas.button(at.union(dot), Letter(" "), words.tr("Space"), tone=Tone.QUIET)
    canvas.button(go_on, Key.CHARGE, words.tr("Next"), tone=Tone.MAIN)


def _pin(canvas: Canvas, screen: FirstRun, look: Look, title: str) -> None:
    words = canvas.words
    wrong = "" if screen.mistake is None else words.tr(_MISTAKES[screen.mistake])
    hint = words.tr("It opens totals and settings. Write it down.")
    pin_page(canvas, title, len(screen.typed.text), look, wrong=wrong, hint=hint)


def _done(canvas: Canvas, screen: FirstRun) -> None:
    words = canvas.words
    if screen.phone is None:
        done = words.tr("All set. The till starts.")
        done = words.joined(done, stick_farewell(canvas, screen.outcome))
    else:
        done = words.tr("All set. Money goes to {name}.", name=screen.phone.payee)
    sentence_page(canvas, Icon.TICK, done)

"""Settings behind the PIN: groups, the settings of one, a new value, and the PIN again."""

import re
from typing import Final

from kiosk.sale.keys import Key, Letter
from kiosk.sale.phone_setup import PhoneStep
from kiosk.sale.setting_parts import parts_of
from kiosk.sale.settings_change import ChangeOutcome, StickFile
from kiosk.sale.settings_screen import ROWS, EditableSetting, SettingsScreen, SettingsStep
from kiosk.screen.drawing.canvas import Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import columns, rows
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import BODY, GAP, LABEL, LARGE, TITLE
from kiosk.screen.text.labels import CHANGE_OUTCOMES
from kiosk.screen.text.setting_labels import GROUP_LABELS, choice_label, setting_label
from kiosk.screen.text.setting_problems import problem_text, problems_text
from kiosk.screen.text.words import Words
from kiosk.screen.views.choices import (
    back_key,
    choices_page,
    foot_keys,
    page_with_foot,
    sentence_page,
)
from kiosk.screen.views.letters import letter_rows, letters_gap, letters_page, signs_key
from kiosk.screen.views.payee import looking_page, payee_refused_page
from kiosk.screen.views.phone_setup import COPY_NEW_KEY, by_phone, copy_key, key_right
from kiosk.screen.views.pin_and_tip import pin_page
from kiosk.screen.views.stick import reading_words, stick_changes, stick_farewell

_HIDDEN: Final = "•"
_PIN_IN_LIST: Final = re.compile(r"[0-9]{3,}")
_ITEMS: Final = "KIOSK_ITEMS"  # the one list whose parts have columns
_NOTHING: Final = "–"  # an empty value


def settings_pages(canvas: Canvas, screen: SettingsScreen, look: Look) -> None:
    """The page that is open."""
    words = canvas.words
    match screen.step:
        case SettingsStep.GROUPS:
            groups = [(_group(words, group), "") for group in screen.groups]
            groups.append((words.tr("From a USB stick: settings, items, logo"), ""))
            if screen.takes_key:
                groups.append((words.tr("A new key of the till account, by phone"), ""))
            choices_page(canvas, words.tr("Settings"), groups, save=_save(words, screen))
        case SettingsStep.LIST:
            shown = [
                (setting_label(words, entry.name), _value(words, screen, entry))
                for entry in screen.shown
            ]
            has_pages, save = len(screen.in_group) > ROWS, _save(words, screen)
            title = _group(words, screen.group)
            choices_page(canvas, title, shown, has_pages=has_pages, save=save)
        case SettingsStep.CHOICE if screen.setting is not None:
            choices = [(choice_label(words, text), "") for text in screen.setting.choices]
            choices_page(canvas, setting_label(words, screen.setting.name), choices)
        case SettingsStep.PARTS if screen.setting is not None:
            _parts(canvas, screen, screen.setting)
        case SettingsStep.TEXT if screen.setting is not None:
            _typing(canvas, screen, screen.setting)
        case SettingsStep.PIN:
            _pin(canvas, screen, look)
        case SettingsStep.PHONE_KEY:
            copy_key(canvas, COPY_NEW_KEY)
        case SettingsStep.PHONE if screen.phone is not None:
            if screen.phone.step is PhoneStep.CONFIRMING:
                key_right(canvas, screen.phone)
            else:
                by_phone(canvas, screen.phone, shows_page_code=screen.shows_page_code)
        case SettingsStep.LOOKING_UP:
            looking_page(canvas, _payee_name(screen))
        case SettingsStep.PAYEE_REFUSED:
            payee_refused_page(canvas, _payee_name(screen), screen.trouble)
        case SettingsStep.READING_STICK:
            sentence_page(canvas, Icon.DOWN, reading_words(canvas))
        case SettingsStep.SAVING:
            sentence_page(canvas, Icon.LOCK, words.tr("Saving. Leave the plug in."))
        case SettingsStep.ANSWER if screen.result is not None:
            _answer(canvas, screen)


def _group(words: Words, group: str) -> str:
    return words.tr(GROUP_LABELS[group]) if group in GROUP_LABELS else group


def _value(words: Words, screen: SettingsScreen, setting: EditableSetting) -> str:
    """What it is, and will be; of a secret only whether it is there."""
    is_changed = setting.name in dict(screen.changes)
    if setting.is_secret:
        is_set = bool(screen.text_of(setting)) if is_changed else setting.is_set
        text = words.tr("is set") if is_set else words.tr("not set")
    else:
        text = _text(words, setting, screen.text_of(setting)) or _NOTHING
    return words.tr("new: {value}", value=text) if is_changed else text


def _payee_name(screen: SettingsScreen) -> str:
    payee = screen.new_payee
    if payee is None:
        return ""
    return payee.name if payee.address is None else str(payee.address)


def _text(words: Words, setting: EditableSetting, text: str) -> str:
    """A chosen value as it is called; of a list how many; what was typed is shown as it is."""
    if setting.separator:
        return words.whole(len(parts_of(text, setting.separator))) if text else ""
    if not text:
        return ""
    return choice_label(words, text) if setting.choices else words.as_written(text)


def _parts(canvas: Canvas, screen: SettingsScreen, setting: EditableSetting) -> None:
    """The parts of a list, and behind them the key for a new one."""
    words = canvas.words
    lines = [*((words.as_written(part), "") for part in screen.parts), (words.tr("New"), "")]
    shown = lines[screen.part_top : screen.part_top + ROWS]
    title = setting_label(words, setting.name)
    choices_page(canvas, title, shown, has_pages=len(lines) > ROWS)


def _save(words: Words, screen: SettingsScreen) -> str:
    return words.tr("Save") if screen.changes else ""


def _typing(canvas: Canvas, screen: SettingsScreen, setting: EditableSetting) -> None:
    words, colours, gap = canvas.words, canvas.palette, letters_gap(canvas)
    head, keys = letters_page(canvas)
    line, typed = rows(head.inflate(-2 * canvas.points(GAP), 0), [55, 45], 0)
    if screen.problem:
        problem = problem_text(words, f"{setting.name}: {screen.problem}")
        canvas.lines(problem, line, colours.bad, LABEL, weight=Weight.BOLD)
    else:
        label = setting_label(words, setting.name)
        if screen.typed_first:
            label = words.tr("The same PIN again")
        if setting.separator:
            hint = words.tr("Empty takes it away.")
            if setting.name == _ITEMS:
                hint = words.tr("name; price; currency; tax; colour. Empty takes it away.")
            label = words.joined(f"{label}:", hint)
        canvas.lines(label, line, colours.quiet, LABEL)
    shown = words.as_written(f"{shown_while_typed(screen.typed.text, setting)}_")
    canvas.text(shown, typed, colours.ink, LARGE, weight=Weight.BOLD)
    *letters, last = rows(keys, [1] * 5, gap)
    letter_rows(canvas, letters, screen.typed.layer, gap)
    leave, signs, sign, space, go_on = columns(last, [21, 14, 11, 27, 27], gap)
    canvas.button(leave, Key.CLEAR, words.tr("Back"), name=Icon.BACK, size=LABEL * 0.9)
    signs_key(canvas, signs, screen.typed.layer)
    useful = "@" if setting.name == "MERCHANT_ADDRESS" else ";" if setting.name == _ITEMS else ","
    canvas.button(sign, Letter(useful), useful)
    canvas.button(space, Letter(" "), words.tr("Space"), tone=Tone.QUIET)
    canvas.button(go_on, Key.CHARGE, words.tr("Next"), tone=Tone.MAIN)


def shown_while_typed(text: str, setting: EditableSetting) -> str:
    """Dots for a PIN; of cashiers the names and their two digits can be read, and no PIN."""
    if setting.is_typed_twice:
        return _HIDDEN * len(text)
    if setting.is_secret:
        return _PIN_IN_LIST.sub(lambda pin: _HIDDEN * len(pin[0]), text)
    return text


def _pin(canvas: Canvas, screen: SettingsScreen, look: Look) -> None:
    """What it will be, whoever gets the money first, then the PIN; the till starts again."""
    words = canvas.words
    parts = []
    if screen.payee:
        parts.append(words.tr("Money of every sale will go to: {value}", value=screen.payee))
    for setting, text in sorted(screen.changed, key=lambda change: not change[0].changes_payee):
        if screen.payee and setting.name.startswith("MERCHANT_") and text:
            continue  # said by whom it pays
        shown = _HIDDEN * 4 if setting.is_secret else _text(words, setting, text) or _NOTHING
        parts.append(f"{setting_label(words, setting.name)}: {shown}")
    changes = "; ".join(parts) + "."
    if screen.wants_phone:
        changes = words.tr("A new key of the till account, by phone")
    if screen.stick is not None:
        changes = stick_changes(canvas, screen.stick)
    restart = words.tr("The till starts again.") if screen.needs_restart else ""
    hint = words.joined(changes, restart)
    pin_page(canvas, words.tr("Manager PIN"), len(screen.typed.text), look, hint=hint)


def _answer(canvas: Canvas, screen: SettingsScreen) -> None:
    words, colours, result = canvas.words, canvas.palette, screen.result
    assert result is not None  # an answer is shown
    is_good = result.outcome is ChangeOutcome.IN_FORCE
    body, foot = page_with_foot(canvas)
    sign, line, problems = rows(body, [30, 35, 35], canvas.points(GAP))
    icon, ink = (Icon.TICK, colours.good) if is_good else (Icon.WARNING, colours.bad)
    canvas.sign(icon, sign, ink, TITLE * 1.4)
    outcome = words.tr(CHANGE_OUTCOMES[result.outcome])
    if is_good and not screen.needs_restart:
        outcome = words.tr("Saved.")
    sentence = words.joined(outcome, stick_farewell(canvas, result))
    canvas.lines(sentence, line, colours.ink, BODY)
    if result.problems:
        canvas.lines(problems_text(words, result.problems), problems, colours.quiet, LABEL)
    if not screen.ends_in_restart:
        foot_keys(canvas, foot, [back_key(canvas)])
    elif result.stick_file is StickFile.LEFT:  # it is to be read first
        restart = (Key.CHARGE, words.tr("Restart"), Icon.AGAIN, Tone.MAIN)
        foot_keys(canvas, foot, [restart])

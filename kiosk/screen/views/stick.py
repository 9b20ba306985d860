"""A USB stick with settings: asked about, read, and what is on it."""

from kiosk.sale.first_run_screen import FirstRun, Question
from kiosk.sale.keys import Key
from kiosk.sale.settings_change import ChangeOutcome, SettingsChangeResult, StickFile
from kiosk.screen.drawing.canvas import Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import rows
from kiosk.screen.drawing.theme import BODY, GAP, LABEL, LARGE, TITLE
from kiosk.screen.text.labels import CHANGE_OUTCOMES
from kiosk.screen.text.setting_labels import setting_label
from kiosk.screen.text.setting_problems import problems_text
from kiosk.screen.views.choices import back_key, foot_keys, page_with_foot, sentence_page


def stick_page(canvas: Canvas, screen: FirstRun) -> None:
    """The first run's questions about a stick."""
    words = canvas.words
    match screen.question:
        case Question.STICK:
            asked = words.tr("A USB stick is plugged in. Take the settings from its kiosk.env?")
            sentence_page(canvas, Icon.DOWN, asked)
            _, foot = page_with_foot(canvas)
            foot_keys(canvas, foot, [back_key(canvas), _yes(canvas)])
        case Question.STICK_READING:
            sentence_page(canvas, Icon.DOWN, reading_words(canvas))
        case _:
            _right(canvas, screen)


def reading_words(canvas: Canvas) -> str:
    """What is shown while the stick is read."""
    return canvas.words.tr("Reading the stick. Leave it in.")


def refusal_page(canvas: Canvas, result: SettingsChangeResult | None) -> None:
    """Why nothing was saved, what is wrong with the file, and another try."""
    words, colours = canvas.words, canvas.palette
    outcome = ChangeOutcome.NO_ANSWER if result is None else result.outcome
    body, foot = page_with_foot(canvas)
    sign, line, problems = rows(body, [25, 35, 40], canvas.points(GAP))
    canvas.sign(Icon.WARNING, sign, colours.bad, TITLE * 1.4)
    canvas.lines(words.tr(CHANGE_OUTCOMES[outcome]), line, colours.ink, BODY)
    if result is not None and result.problems:
        canvas.lines(problems_text(words, result.problems), problems, colours.quiet, LABEL)
    again = (Key.CHARGE, words.tr("Try again"), Icon.AGAIN, Tone.MAIN)
    foot_keys(canvas, foot, [back_key(canvas), again])


def stick_farewell(canvas: Canvas, result: SettingsChangeResult | None) -> str:
    """What to do with the stick whose file is in force; empty where there was none."""
    if result is None or result.stick_file is None:
        return ""
    if result.stick_file is StickFile.LEFT:
        return canvas.words.tr("The file is still on the stick: delete it there.")
    return canvas.words.tr("The file on the stick is overwritten. Pull the stick out.")


def stick_changes(canvas: Canvas, result: SettingsChangeResult) -> str:
    """Who gets the money with the stick's file, and what else it changes."""
    words = canvas.words
    names = ", ".join(setting_label(words, name) for name in result.changed)
    changes = (
        words.tr("It changes: {names}.", names=names) if names else words.tr("It changes nothing.")
    )
    if not result.payee:
        return changes
    paid = words.tr("Money of every sale will go to: {value}", value=result.payee)
    return words.joined(f"{paid}.", changes)


def _right(canvas: Canvas, screen: FirstRun) -> None:
    words, colours = canvas.words, canvas.palette
    result = screen.outcome
    assert result is not None  # the file was read
    body, foot = page_with_foot(canvas)
    title, name, names, sure = rows(body, [18, 24, 30, 28], canvas.points(GAP))
    payee = words.as_written(result.payee) or words.tr("the account of the key")
    canvas.text(words.tr("Money goes to"), title, colours.quiet, LARGE)
    canvas.text(payee, name, colours.ink, TITLE, weight=Weight.BOLD)
    labels = ", ".join(setting_label(words, changed) for changed in result.changed)
    canvas.lines(labels, names, colours.quiet, LABEL)
    canvas.lines(words.tr("Use the settings of this file?"), sure, colours.ink, BODY)
    foot_keys(canvas, foot, [back_key(canvas), _yes(canvas)])


def _yes(canvas: Canvas) -> tuple[Key, str, Icon | None, Tone]:
    return (Key.CHARGE, canvas.words.tr("Yes"), Icon.TICK, Tone.MAIN)

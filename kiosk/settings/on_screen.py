"""The settings as the till's screen shows them: their texts, and what can be chosen or typed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from kiosk.sale.quick_item import QuickItem
from kiosk.sale.settings_screen import EditableSetting
from kiosk.sale.tax import TaxRate
from kiosk.settings.entry import Setting
from kiosk.settings.items import items_text
from kiosk.settings.parsers import choices_of
from kiosk.settings.receipt_parsers import SEPARATOR, PrintedLines
from kiosk.settings.table import FIELDS, Settings


def editable_settings(settings: Settings) -> tuple[EditableSetting, ...]:
    """Every setting that the screen changes, and of the other secrets whether they are there."""
    return tuple(
        _editable(entry, getattr(settings, field))
        for field, entry in FIELDS.items()
        if entry.changed_on_screen or entry.secret
    )


def with_changes(settings: Settings, changes: Mapping[str, str]) -> Settings:
    """The settings with other texts by name; an empty one takes a setting back to its default.

    Raises:
        ValueError: a text is wrong.
    """
    values = {
        field: entry.read(changes[entry.name] or ("" if entry.keeps_empty else entry.default))
        for field, entry in FIELDS.items()
        if entry.name in changes
    }
    return replace(settings, **values)


def text_of(value: Any) -> str:
    """A value as its setting is written."""
    match value:
        case None:
            return ""
        case PrintedLines():
            return SEPARATOR.join(value)
        case bool():
            return "on" if value else "off"
        case (int() as width, int() as height, *_) if len(value) == 2 and min(value) >= 240:
            return f"{width}x{height}"
        case (QuickItem(), *_):
            return items_text(value)
        case tuple():
            return ", ".join(map(text_of, value))
        case TaxRate(name, hundredths):
            return f"{name} {hundredths // 100}.{hundredths % 100:02d}"
        case tzinfo():
            return str(value)
    return str(value)


def _editable(entry: Setting, value: Any) -> EditableSetting:
    return EditableSetting(
        name=entry.name,
        group=entry.group.value,
        value="" if entry.secret else text_of(value),
        is_set=value not in (None, "", ()),
        is_secret=entry.secret,
        can_change=entry.changed_on_screen,
        applies_at_once=entry.applies_at_once,
        choices=choices_of(entry.parse),
        separator=entry.separator,
        problem=_problem_of(entry),
    )


def _problem_of(entry: Setting) -> Callable[[str], str]:
    def problem(text: str) -> str:
        try:
            entry.read(text)
        except ValueError as error:
            return str(error)
        return ""

    return problem

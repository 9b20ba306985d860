"""Rows of a worksheet as the XML of a workbook: `<row>` and `<c>` of ECMA-376, part 1, 18.3.1.

They are what XlsxWriter itself writes for the same cells. It spends some fifteen calls on each,
and a year of sales has more than a million.
"""

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from kiosk.commands.cells import Row

# What a cell holds at most is 32,767 UTF-16 units; a character has up to two of them.
_LETTERS_A_CELL: Final = 32_767 // 2
# A day is a number: days since this one. A time of day is a fraction of a day.
_DAY_ZERO: Final = date(1899, 12, 30).toordinal()
_DAY_S: Final = 24 * 60 * 60
_DAY_PATTERN: Final = "yyyy-mm-dd"
_TIME_PATTERN: Final = "hh:mm:ss"
# Names, currencies, days and states come again and again.
_CELLS_REMEMBERED: Final = 512

# What needs more than to be copied: markup, control characters, what looks like one that is escaped
# already, and spaces at an end.
_SPECIAL: Final = re.compile(r"[&<>\x00-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_|\A\s|\s\Z")
_ESCAPED_ALREADY: Final = re.compile("(_x[0-9a-fA-F]{4}_)")
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class _SpellingByType(dict[type, Callable[[Any], str]]):
    """How a cell is spelled, by its type; a type that is derived, like a StrEnum, as its base."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        self[kind] = next(self[base] for base in kind.__mro__ if base in self)
        return self[kind]


class RowWriter:
    """Spells rows; `style` gives the number of the style that shows numbers like `0.00`."""

    def __init__(self, columns: int, style: Callable[[str], int]) -> None:
        self._beginnings = [f'<c r="{_column_letters(column)}' for column in range(columns)]
        self._style = style
        # How amounts begin, with an amount of each exponent that was met.
        self._amount_styles: list[tuple[Decimal, str]] = []
        remembered = lru_cache(maxsize=_CELLS_REMEMBERED)
        self._spell = _SpellingByType(
            {
                str: remembered(_text_cell),
                bool: {
                    value: f' t="b"><v>{value:d}</v></c>' for value in (False, True)
                }.__getitem__,
                int: "><v>%d</v></c>".__mod__,
                Decimal: self._amount_cell,
                date: remembered(self._day_cell),
                time: remembered(self._time_cell),
            }
        )

    def row(self, number: int, cells: Row) -> str:
        """The row with this number, from 1; what is None or empty is no cell."""
        spell = self._spell
        place = f'{number}"'
        written = [
            f"{beginning}{place}{spelled}"
            for beginning, cell in zip(self._beginnings, cells, strict=True)
            if cell is not None and (spelled := spell[type(cell)](cell))
        ]
        return f'<row r="{place}>{"".join(written)}</row>'

    def _amount_cell(self, amount: Decimal) -> str:
        """With as many digits after the dot as its currency has; exact up to 16 digits."""
        for known, style in self._amount_styles:
            if known.same_quantum(amount):
                return f"{style}{amount:.16G}</v></c>"
        style = f' s="{self._style(_amount_pattern(amount))}"><v>'
        self._amount_styles.append((amount, style))
        return f"{style}{amount:.16G}</v></c>"

    def _day_cell(self, day: date) -> str:
        return f' s="{self._style(_DAY_PATTERN)}"><v>{day.toordinal() - _DAY_ZERO}</v></c>'

    def _time_cell(self, clock: time) -> str:
        seconds = (clock.hour * 60 + clock.minute) * 60 + clock.second
        return f' s="{self._style(_TIME_PATTERN)}"><v>{seconds / _DAY_S:.16G}</v></c>'


def _text_cell(text: str) -> str:
    """A cell of text, from behind its place; an empty text is no cell."""
    if not text:
        return ""
    kept = text[:_LETTERS_A_CELL]
    space = ""
    if _SPECIAL.search(kept):
        kept = _without_controls(kept)
        space = ' xml:space="preserve"' if kept.strip() != kept else ""
        kept = kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f' t="inlineStr"><is><t{space}>{kept}</t></is></c>'


def _without_controls(text: str) -> str:
    """With `_x0007_` for what no XML may hold, and `_x005F_` before what looks like such a code."""
    text = _ESCAPED_ALREADY.sub(r"_x005F\1", text)
    return _NOT_IN_XML.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def _amount_pattern(amount: Decimal) -> str:
    """How a spreadsheet shows an amount: 12.50 by `0.00`."""
    _, _, fraction = f"{amount:f}".partition(".")
    return f"0.{'0' * len(fraction)}" if fraction else "0"


def _column_letters(column: int) -> str:
    """The name of a column, counted from 0: A to Z, then AA."""
    before, letter = divmod(column, 26)
    return (_column_letters(before - 1) if before else "") + chr(ord("A") + letter)

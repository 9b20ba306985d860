"""The quick items: as a setting, with | between them, and as a CSV file, a line each."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from kiosk.sale.quick_item import MOST_ITEMS, QuickItem

COLOURS: Final = ("red", "orange", "yellow", "green", "blue", "purple", "brown", "grey")
SEPARATOR: Final = "|"
_COLUMNS: Final = ("name", "price", "currency", "tax", "colour")
_PRICE: Final = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,2})?")
# 1.500 is fifteen hundred in some countries: it is read as 1.5 only of an item that names one of
# the currencies with three digits (ISO 4217).
_PRICE_OF_THREE: Final = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,3})?")
_THREE_DIGITS: Final = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_LONGEST_NAME: Final = 30


def items(text: str) -> tuple[QuickItem, ...]:
    """The items of the setting: name;price;currency;tax;colour each, the last three if wanted."""
    listed = []
    parts = [part.strip() for part in text.split(SEPARATOR)]
    for place, part in enumerate((part for part in parts if part), start=1):
        try:
            listed.append(_item(part.split(";" if ";" in part else ",")))
        except ValueError as error:
            raise ValueError(f"item {place} {error}") from None
    if len(listed) > MOST_ITEMS:
        raise ValueError(f"takes at most {MOST_ITEMS} items")
    return tuple(listed)


def item_text(item: QuickItem) -> str:
    """An item as the setting has it."""
    fields = [item.name, f"{item.price:f}", item.currency, item.tax, item.colour]
    return ";".join(fields).rstrip(";")


def items_text(listed: Sequence[QuickItem]) -> str:
    """Items as the setting has them."""
    return f" {SEPARATOR} ".join(map(item_text, listed))


def items_of_csv(data: bytes) -> tuple[tuple[QuickItem, ...], tuple[str, ...]]:
    """The items of a CSV file, and a sentence for each line that is wrong.

    UTF-8, with or without a byte order mark; between the columns stand commas or semicolons, as
    the spreadsheet of the country writes it. The first line may name the columns, in any order.
    """
    import csv  # for this one file: no till in a shop needs it
    import io

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return (), ("is not UTF-8: save it as CSV UTF-8",)
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    columns: Sequence[str] = _COLUMNS
    listed, problems = [], []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if reader.line_num == 1 and "name" in map(str.lower, cells):
                columns = ["colour" if cell.lower() == "color" else cell.lower() for cell in cells]
                continue
            try:
                listed.append(_item(_in_order(columns, cells)))
            except ValueError as error:
                problems.append(f"line {reader.line_num} {error}")
    except csv.Error as error:
        problems.append(f"line {reader.line_num} is not CSV: {error}")
    if len(listed) > MOST_ITEMS:
        problems.append(f"has more than {MOST_ITEMS} items")
    return tuple(listed), tuple(problems)


def _in_order(columns: Sequence[str], cells: Sequence[str]) -> list[str]:
    """The cells of a line in the order of _COLUMNS; what has no column is too much."""
    if any(cells[len(columns) :]):
        raise ValueError("has more cells than columns")
    by_column = dict(zip(columns, cells, strict=False))
    return [by_column.get(column, "") for column in _COLUMNS]


def _item(cells: Sequence[str]) -> QuickItem:
    if len(cells) > len(_COLUMNS):
        raise ValueError("has more than name, price, currency, tax, colour")
    name, price, currency, tax, colour = (
        cell.strip() for cell in (*cells, *[""] * (len(_COLUMNS) - len(cells)))
    )
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
        raise ValueError(f"must begin with a name of 1 to {_LONGEST_NAME} letters")
    if set(name) & set(";|\\"):
        raise ValueError("has a name with one of ; | \\")
    shape = _PRICE_OF_THREE if currency.upper() in _THREE_DIGITS else _PRICE
    if not shape.fullmatch(price):
        raise ValueError("must have a price like 2.50, without a sign of the currency")
    amount = Decimal(price.replace(",", "."))
    if not amount:
        raise ValueError("has the price 0")
    if currency and not re.fullmatch(r"[A-Za-z]{3,4}", currency):
        raise ValueError("must name its currency like EUR or SAT, or leave it empty")
    if colour and colour.lower() not in COLOURS:
        raise ValueError(f"must have one of these colours, or none: {', '.join(COLOURS)}")
    return QuickItem(name, amount, currency.upper(), tax, colour.lower())

"""Keys -> the amount being typed: digit shift from the right, cash-register style, with a sum."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from kiosk.sale.money import Currency, Fiat

# Twelve digits still fit every screen, and hold more than any invoice Blink would make.
MAX_DIGITS: Final = 12

# As many as a receipt or a memo has use for; the sum is reckoned anew with every picture.
MAX_ITEMS: Final = 99


@dataclass(frozen=True, slots=True)
class Entry:
    """What the merchant has typed: `items` already added with +, and `with_digit`, in minor
    units.

    `tax` is which of the merchant's tax rates holds for what is typed, 0 the usual one;
    `item_taxes` the same for the items, without the zeros at its end.
    """

    unit: Currency
    typed: int = 0
    items: tuple[int, ...] = ()
    tax: int = 0
    item_taxes: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        """Everything together, in minor units of `unit` (sats when the unit is SAT)."""
        return sum(self.items) + self.typed

    @property
    def is_empty(self) -> bool:
        """Nothing typed and nothing added: the till is idle."""
        return not self.items and self.typed == 0

    @property
    def taxed_items(self) -> tuple[tuple[int, int], ...]:
        """Every item, what is typed as the last: its amount and its tax rate's place."""
        taxes = (*self.item_taxes, *[0] * (len(self.items) - len(self.item_taxes)))
        items = tuple(zip(self.items, taxes, strict=True))
        return (*items, (self.typed, self.tax)) if self.typed else items

    @property
    def price(self) -> Fiat:
        """The total as an amount of the entry's unit."""
        return Fiat(self.total, self.unit)


@dataclass(frozen=True, slots=True)
class Tip:
    """What the customer adds, in the price's unit; `percent` is None for an own amount."""

    minor: int = 0
    percent: int | None = None


class EntryFull(ValueError):
    """The digit or the sum would not fit into `MAX_DIGITS`."""


class SumFull(ValueError):
    """There would be more than `MAX_ITEMS` items in the sum."""


def percentage_tip(entry: Entry, percent: int) -> Tip:
    """A percentage of what was typed, rounded half up to its smallest unit."""
    return Tip((entry.total * percent + 50) // 100, percent)


def with_digit(entry: Entry, digit: int) -> Entry:
    """Shift a digit in from the right.

    Raises:
        EntryFull: the amount, alone or with the sum, would be longer than `MAX_DIGITS`.
    """
    longer = replace(entry, typed=entry.typed * 10 + digit)
    if longer.total >= 10**MAX_DIGITS:
        raise EntryFull(f"more than {MAX_DIGITS} digits")
    return longer


def without_last_digit(entry: Entry) -> Entry:
    """Take back the last digit; with nothing typed, take back the last item to edit it."""
    if entry.typed == 0 and entry.items:
        (*others, (typed, tax)) = entry.taxed_items
        return _of_items(replace(entry, typed=typed, tax=tax), others)
    shorter = entry.typed // 10
    return replace(entry, typed=shorter, tax=entry.tax if shorter else 0)


def with_item_added(entry: Entry) -> Entry:
    """Put what is typed onto the sum; nothing typed adds nothing.

    Raises:
        SumFull: there would be no room for the item that is to follow.
    """
    if entry.typed == 0:
        return entry
    if len(entry.items) + 1 >= MAX_ITEMS:
        raise SumFull(f"more than {MAX_ITEMS} items")
    return _of_items(replace(entry, typed=0, tax=0), entry.taxed_items)


def with_next_tax(entry: Entry, rates: int) -> Entry:
    """Take the next of so many tax rates for what is typed; nothing typed keeps the usual one."""
    return replace(entry, tax=(entry.tax + 1) % rates) if entry.typed and rates else entry


def with_entry_cleared(entry: Entry) -> Entry:
    """Clear what is typed; with nothing typed, clear the sum."""
    return replace(entry, typed=0, tax=0) if entry.typed else Entry(entry.unit)


def _of_items(entry: Entry, items: Sequence[tuple[int, int]]) -> Entry:
    taxes = [tax for _, tax in items]
    while taxes and taxes[-1] == 0:
        taxes.pop()
    return replace(entry, items=tuple(item for item, _ in items), item_taxes=tuple(taxes))

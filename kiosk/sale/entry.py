"""Keys -> the amount being typed: digit shift from the right, cash-register style, with a sum."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from kiosk.sale.money import Currency, Fiat

# Twelve digits still fit every screen, and hold more than any invoice Blink would make.
MAX_DIGITS: Final = 12

# As many as a receipt or a memo has use for; the sum is reckoned anew with every picture.
MAX_ITEMS: Final = 99

_TYPED: Final = ("", 1)  # name and quantity of an amount that was typed


@dataclass(frozen=True, slots=True)
class EntryItem:
    """A line of a sum. `minor` is all of it; `tax` is the place of its tax rate, 0 the usual one.

    `name` is empty for an amount that was typed.
    """

    minor: int
    tax: int = 0
    name: str = ""
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """What the merchant has typed: `items` already added with +, and `with_digit`, in minor
    units.

    `tax` is which of the merchant's tax rates holds for what is typed, 0 the usual one;
    `item_taxes` the same for the items, without the zeros at its end; `item_names` are the names
    and quantities of those that were no typed amounts, without the empty ones at its end.
    """

    unit: Currency
    typed: int = 0
    items: tuple[int, ...] = ()
    tax: int = 0
    item_taxes: tuple[int, ...] = ()
    item_names: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        """Everything together, in minor units of `unit` (sats when the unit is SAT)."""
        return sum(self.items) + self.typed

    @property
    def is_empty(self) -> bool:
        """Nothing typed and nothing added: the till is idle."""
        return not self.items and self.typed == 0

    @property
    def tape(self) -> tuple[EntryItem, ...]:
        """The items with all that is known of them."""
        taxes = (*self.item_taxes, *[0] * (len(self.items) - len(self.item_taxes)))
        names = (*self.item_names, *[_TYPED] * (len(self.items) - len(self.item_names)))
        items = zip(self.items, taxes, names, strict=True)
        return tuple(EntryItem(minor, tax, *named) for minor, tax, named in items)

    @property
    def lines(self) -> tuple[EntryItem, ...]:
        """Every item, what is typed as the last."""
        return (*self.tape, EntryItem(self.typed, self.tax)) if self.typed else self.tape

    @property
    def count(self) -> int:
        """How many items there are, each as often as it was taken."""
        return sum(item.quantity for item in self.tape)

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
    """Take back the last digit; with nothing typed, take back the last item to edit it.

    Of an item with a name one is taken back.
    """
    if entry.typed == 0 and entry.items:
        *others, last = entry.tape
        if last.name:
            fewer = last.quantity - 1
            left = replace(last, minor=last.minor // last.quantity * fewer, quantity=fewer)
            return _of_items(entry, [*others, left] if fewer else others)
        return _of_items(replace(entry, typed=last.minor, tax=last.tax), others)
    shorter = entry.typed // 10
    return replace(entry, typed=shorter, tax=entry.tax if shorter else 0)


def with_item_added(entry: Entry) -> Entry:
    """Put what is typed onto the sum; nothing typed adds nothing.

    Raises:
        SumFull: there would be no room for the item that is to follow.
    """
    if entry.typed == 0:
        return entry
    if entry.count + 1 >= MAX_ITEMS:
        raise SumFull(f"more than {MAX_ITEMS} items")
    return _of_items(replace(entry, typed=0, tax=0), entry.lines)


def with_named_item(entry: Entry, item: EntryItem) -> Entry:
    """Put an item with a name onto the sum; the same as the last one makes that one more.

    Raises:
        SumFull: there would be more than `MAX_ITEMS` items.
        EntryFull: the sum would be longer than `MAX_DIGITS`.
    """
    if entry.count + item.quantity > MAX_ITEMS:
        raise SumFull(f"more than {MAX_ITEMS} items")
    tape = list(entry.tape)
    if tape and _is_same(tape[-1], item):
        last = tape.pop()
        quantity = last.quantity + item.quantity
        item = replace(item, minor=last.minor + item.minor, quantity=quantity)
    longer = _of_items(entry, [*tape, item])
    if longer.total >= 10**MAX_DIGITS:
        raise EntryFull(f"more than {MAX_DIGITS} digits")
    return longer


def _is_same(first: EntryItem, second: EntryItem) -> bool:
    """Whether two items are of one kind and price, whatever their quantity."""
    return (first.name, first.tax, first.minor * second.quantity) == (
        second.name,
        second.tax,
        second.minor * first.quantity,
    )


def with_next_tax(entry: Entry, rates: int) -> Entry:
    """Take the next of so many tax rates for what is typed; nothing typed keeps the usual one."""
    return replace(entry, tax=(entry.tax + 1) % rates) if entry.typed and rates else entry


def with_entry_cleared(entry: Entry) -> Entry:
    """Clear what is typed; with nothing typed, clear the sum."""
    return replace(entry, typed=0, tax=0) if entry.typed else Entry(entry.unit)


def _of_items(entry: Entry, items: Sequence[EntryItem]) -> Entry:
    taxes = [item.tax for item in items]
    while taxes and taxes[-1] == 0:
        taxes.pop()
    names = [(item.name, item.quantity) for item in items]
    while names and names[-1] == _TYPED:
        names.pop()
    return replace(
        entry,
        items=tuple(item.minor for item in items),
        item_taxes=tuple(taxes),
        item_names=tuple(names),
    )

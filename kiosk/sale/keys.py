"""Key: what a key means, from the touchscreen, the keypad and the keyboard alike."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

# In place of a key's legend: something rests on the touchscreen.
SCREEN_LEGEND: Final = "screen"


class Key(StrEnum):
    """One meaning, however it was pressed. Digits carry their own character as value."""

    D0 = "0"
    D1 = "1"
    D2 = "2"
    D3 = "3"
    D4 = "4"
    D5 = "5"
    D6 = "6"
    D7 = "7"
    D8 = "8"
    D9 = "9"
    DELETE = "delete"  # the last digit
    CLEAR = "clear"  # C: first the entry, then the sum; Cancel on a code; no or back to a question
    PLUS = "plus"
    CHARGE = "charge"
    CURRENCY = "currency"  # the next display unit: fiat, sats
    TAX = "tax"  # the next tax rate for what is typed
    ITEMS = "items"  # the quick items; what is typed says how many
    CASHIER = "cashier"  # another one takes over
    MENU = "menu"
    CHECK = "check"  # "Paid? Check": ask Blink now
    BRIGHTER = "brighter"  # white level of the QR code
    DIMMER = "dimmer"
    PUT_AWAY = "put-away"  # what was odd about money, or not printed, has been read
    PRINT_AGAIN = "print-again"  # the receipts that the printer gave up
    WIFI = "wifi"  # on a till that does not reach Blink: another network
    SHOW_BRIGHTNESS = "show-brightness"  # a tap on the code: its two keys for that, or not
    LANGUAGE = "language"  # the customer's: the next of the languages that are offered
    LETTER_CASE = "letter-case"  # the code in lower case, or again in upper case
    SHOW_CONNECTIONS = "show-connections"  # a tap on the two signs: their words, or not

    @property
    def digit(self) -> int | None:
        """The digit's value, or None for a key that is not a digit."""
        return int(self.value) if self.value.isdigit() else None


@dataclass(frozen=True, slots=True)
class Letter:
    """One character of a passphrase, from the screen's letters or an attached keyboard."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list on the screen, 0 for the first. Only a finger chooses one."""

    number: int


# What a place on the screen means.
Touch = Key | Letter | Row


class Light(StrEnum):
    """What LED and buzzer show; it always agrees with the screen."""

    DARK = "dark"  # idle
    WAITING = "waiting"  # an invoice waits for its customer
    PAID = "paid"  # the customer has paid, the forward is on its way
    FORWARDED = "forwarded"  # the merchant has it
    RECEIVED = "received"  # money that was no sale reached the merchant directly
    TROUBLE = "trouble"  # somebody should look at the screen

"""One setting: its name, how it is read, what it means. `table` has all of them."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal, Required, TypedDict, TypeVar, Unpack, cast, overload

T = TypeVar("T")
E = TypeVar("E")

_KEY: Final = "setting"


class Group(Enum):
    """What belongs together in the pages and files for people; the value is the headline."""

    ACCOUNTS = "Accounts"
    MONEY = "Selling"
    DEVICE = "This kiosk"
    RECEIPTS = "Receipts"
    SCREEN = "Screen and sound"
    WIRING = "Keypad, LED, buzzer"


@dataclass(frozen=True, slots=True)
class Setting:
    """How one setting is read and explained.

    `parse` takes a text that is not empty, and raises ValueError with a sentence for the merchant.
    """

    name: str
    parse: Callable[[str], Any]
    meaning: str
    group: Group
    default: str
    if_empty: Callable[[], Any]
    keeps_empty: bool
    secret: bool
    default_words: str
    boot_check: Callable[[str], None] | None
    changed_on_screen: bool
    kept: Callable[[str], str]
    applies_at_once: bool
    separator: str

    def read(self, text: str) -> Any:
        """The value of a text.

        Raises:
            ValueError: with a sentence that does not contain the text.
        """
        return self.parse(text) if text else self.if_empty()

    def in_place_of_a_wrong_value(self) -> Any:
        """The default. A pin that is wrong is none: another one may have something else on it."""
        return self.read("" if self.keeps_empty else self.default)


class Details(TypedDict, total=False):
    """What an entry may say besides.

    `default_words` says in the docs what an empty default is. `boot_check` raises ValueError for
    a value that a file on the boot partition must not set: anybody with the card can write there.
    `changed_on_screen` is False for what only a file may set: secrets, paths, Blink's addresses.
    `kept` is what may be kept of a text on the disk: of a PIN its hash. `applies_at_once` is True
    for what a running till can take over: everything else needs a new start. `separator` stands
    between the parts of a list that the screen changes one by one.
    """

    group: Required[Group]
    secret: bool
    default_words: str
    boot_check: Callable[[str], None]
    changed_on_screen: bool
    kept: Callable[[str], str]
    applies_at_once: bool
    separator: str


@overload
def setting(
    name: str, parse: Callable[[str], T], meaning: str, *, default: str, **details: Unpack[Details]
) -> T: ...


@overload
def setting(
    name: str, parse: Callable[[str], T], meaning: str, **details: Unpack[Details]
) -> T | None: ...


@overload
def setting(
    name: str,
    parse: Callable[[str], T],
    meaning: str,
    *,
    default: str = "",
    keeps_empty: Literal[True],
    **details: Unpack[Details],
) -> T | None: ...


@overload
def setting(
    name: str,
    parse: Callable[[str], T],
    meaning: str,
    *,
    if_empty: Callable[[], E],
    **details: Unpack[Details],
) -> T | E: ...


def setting(
    name: str,
    parse: Callable[[str], Any],
    meaning: str,
    *,
    default: str = "",
    if_empty: Callable[[], Any] = lambda: None,
    keeps_empty: bool = False,
    **details: Unpack[Details],
) -> Any:
    """A dataclass field that carries its setting.

    Without a `default`, an empty value is what `if_empty` says, or None. With `keeps_empty`, a name
    that is written down with nothing behind it means None, and not the default.
    """
    entry = Setting(
        name=name,
        parse=parse,
        meaning=meaning,
        group=details["group"],
        default=default,
        if_empty=if_empty,
        keeps_empty=keeps_empty,
        secret=details.get("secret", False),
        default_words=details.get("default_words", ""),
        boot_check=details.get("boot_check"),
        changed_on_screen=details.get("changed_on_screen", True),
        kept=details.get("kept", str),
        applies_at_once=details.get("applies_at_once", False),
        separator=details.get("separator", ""),
    )
    return dataclasses.field(metadata={_KEY: entry})


def setting_of(field: dataclasses.Field[Any]) -> Setting:
    """The setting that a field carries."""
    return cast(Setting, field.metadata[_KEY])

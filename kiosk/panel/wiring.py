"""Which pin is which row or column, and what is printed on the keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kiosk.sale.keys import Key

# Pins are BCM numbers. These are free on a Pi with a DSI or HDMI panel, and stay free with SPI,
# I2C, the serial console and a sound card in use. Left alone on purpose:
#   0, 1        the ID EEPROM of a HAT, probed at boot
#   2, 3        I2C, with pull-ups on the board: a touch controller, a clock, a light sensor
#   14, 15      the serial console
#   7 to 11     SPI
#   18 to 21    I2S; 18 and 19 are also the usual PWM sound output
# (A panel on the DPI pins leaves room for no keypad at all.) The rows are together on the header,
# at 29 31 33 37, and so are the columns, at 15 16 18 22: one short ribbon each. The keypad is
# switches only, so how its pins are pulled while the Pi boots does not matter.
DEFAULT_ROWS: Final = (5, 6, 13, 26)
DEFAULT_COLUMNS: Final = (22, 23, 24, 25)
# 9 to 27 are pulled down until the program takes them, so an LED is dark while the Pi boots; on 0
# to 8, pulled up, it would glow and a buzzer would sound.
DEFAULT_LED_PIN: Final = 17
DEFAULT_BUZZER_PIN: Final[int | None] = None  # many boxes have none; 27, next to the LED, is free

# Row after row, top to bottom, as they are printed on the common membrane pads.
LAYOUT_4X4: Final = "123A 456B 789C *0#D"
LAYOUT_4X3: Final = "123 456 789 *0#"
DEFAULT_LAYOUT: Final = LAYOUT_4X4

LAST_PIN: Final = 27  # the 40-pin header has BCM 0 to 27
ROWS: Final = 4
COLUMN_COUNTS: Final = (3, 4)

MEANINGS: Final[Mapping[str, Key]] = MappingProxyType(
    {
        **{str(digit): Key(str(digit)) for digit in range(10)},
        "A": Key.PLUS,
        "B": Key.DELETE,
        "C": Key.MENU,
        "D": Key.CURRENCY,
        "*": Key.CLEAR,
        "#": Key.CHARGE,
        "T": Key.TAX,
        "X": Key.ITEMS,
    }
)
NEEDED: Final = frozenset("0123456789*#")  # without one of these no amount can be charged


@dataclass(frozen=True, slots=True)
class Wiring:
    """A 4x3 or 4x4 keypad: BCM pins of the rows and columns, and a legend for every crossing."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    legends: tuple[str, ...]  # one string for each row, one character for each column

    def legend(self, row: int, column: int) -> str:
        """What is printed on the key at this crossing, counted from 0."""
        return self.legends[row][column]

    def key(self, row: int, column: int) -> Key:
        """What the key at this crossing means, counted from 0."""
        return MEANINGS[self.legend(row, column)]


def read_wiring(
    rows: Sequence[int] | None = None,
    columns: Sequence[int] | None = None,
    layout: str | None = None,
    *,
    led_pin: int | None = None,
    buzzer_pin: int | None = None,
) -> Wiring:
    """Make the wiring from the settings; None is the default wiring of that part.

    `layout` is the legends row after row; spaces and commas between the rows are optional. With
    three columns and no layout it is the common 4x3 pad. The pins of LED and buzzer are only
    compared with the keypad's.

    Raises:
        ValueError: one sentence that names the setting to change.
    """
    rows = DEFAULT_ROWS if rows is None else tuple(rows)
    if columns is None:
        columns = DEFAULT_COLUMNS[: _width(layout)]
    columns = tuple(columns)
    if len(rows) != ROWS:
        raise ValueError(f"KIOSK_KEYPAD_ROWS must name {ROWS} pins, it names {len(rows)}.")
    if len(columns) not in COLUMN_COUNTS:
        raise ValueError(f"KIOSK_KEYPAD_COLUMNS must name 3 or 4 pins, it names {len(columns)}.")
    _check_pins(rows, columns, led_pin, buzzer_pin)
    return Wiring(rows, columns, _legends(layout, len(columns)))


def _check_pins(
    rows: Sequence[int], columns: Sequence[int], led_pin: int | None, buzzer_pin: int | None
) -> None:
    named = [("KIOSK_KEYPAD_ROWS", pin) for pin in rows]
    named += [("KIOSK_KEYPAD_COLUMNS", pin) for pin in columns]
    named += [("KIOSK_LED_PIN", led_pin)] if led_pin is not None else []
    named += [("KIOSK_BUZZER_PIN", buzzer_pin)] if buzzer_pin is not None else []
    owners: dict[int, str] = {}
    for name, pin in named:
        if not 0 <= pin <= LAST_PIN:
            raise ValueError(f"{name} must name BCM pins from 0 to {LAST_PIN}, not {pin}.")
        if pin in owners:
            if owners[pin] == name:
                raise ValueError(f"{name} names pin {pin} twice.")
            raise ValueError(f"{name} names pin {pin} which {owners[pin]} has already.")
        owners[pin] = name


def _width(layout: str | None) -> int:
    """Columns of the default wiring that this layout needs; a wrong one is found later."""
    return 3 if layout is not None and len(_compact(layout)) == ROWS * 3 else 4


def _legends(layout: str | None, columns: int) -> tuple[str, ...]:
    text = _compact((LAYOUT_4X3 if columns == 3 else LAYOUT_4X4) if layout is None else layout)
    if len(text) != ROWS * columns:
        raise ValueError(
            f"KIOSK_KEYPAD_LAYOUT must have {ROWS} x {columns} legends, it has {len(text)}."
        )
    for legend in text:
        if legend not in MEANINGS:
            known = "".join(MEANINGS)
            raise ValueError(f"KIOSK_KEYPAD_LAYOUT may have {known} only, not {legend!r}.")
        if text.count(legend) > 1:
            raise ValueError(f"KIOSK_KEYPAD_LAYOUT has {legend} more than once.")
    missing = sorted(NEEDED - set(text))
    if missing:
        raise ValueError(f"KIOSK_KEYPAD_LAYOUT lacks {' '.join(missing)}.")
    return tuple(text[start : start + columns] for start in range(0, len(text), columns))


def _compact(layout: str) -> str:
    return layout.upper().replace(" ", "").replace(",", "")

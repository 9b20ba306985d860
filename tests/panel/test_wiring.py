"""Settings become a wiring, or one clear sentence that names the setting."""

import pytest

from kiosk.panel.wiring import (
    DEFAULT_BUZZER_PIN,
    DEFAULT_COLUMNS,
    DEFAULT_LED_PIN,
    DEFAULT_ROWS,
    read_wiring,
)
from kiosk.sale.keys import Key


def test_the_default_is_the_common_4x4_pad() -> None:
    wiring = read_wiring(led_pin=DEFAULT_LED_PIN, buzzer_pin=DEFAULT_BUZZER_PIN)
    assert (wiring.rows, wiring.columns) == (DEFAULT_ROWS, DEFAULT_COLUMNS)
    assert wiring.legends == ("123A", "456B", "789C", "*0#D")


def test_every_key_of_the_4x4_pad_means_what_the_readme_says() -> None:
    wiring = read_wiring()
    meanings = [wiring.key(row, column) for row in range(4) for column in range(4)]
    assert meanings == [
        *(Key.D1, Key.D2, Key.D3, Key.PLUS),
        *(Key.D4, Key.D5, Key.D6, Key.DELETE),
        *(Key.D7, Key.D8, Key.D9, Key.MENU),
        *(Key.CLEAR, Key.D0, Key.CHARGE, Key.CURRENCY),
    ]


def test_three_columns_are_a_4x3_pad() -> None:
    wiring = read_wiring(columns=(22, 23, 24))
    assert wiring.legends == ("123", "456", "789", "*0#")
    assert wiring.key(3, 2) is Key.CHARGE


def test_a_4x3_layout_takes_three_of_the_default_columns() -> None:
    assert read_wiring(layout="123 456 789 *0#").columns == DEFAULT_COLUMNS[:3]


def test_a_layout_may_be_written_in_any_usual_way() -> None:
    written = ("789A,456B,123C,*0#D", "789a 456b 123c *0#d", "789A456B123C*0#D")
    assert {read_wiring(layout=text).legends for text in written} == {
        ("789A", "456B", "123C", "*0#D")
    }


@pytest.mark.parametrize("pin", [*DEFAULT_ROWS, *DEFAULT_COLUMNS])
def test_the_default_pins_leave_the_buses_and_the_boot_alone(pin: int) -> None:
    id_eeprom, i2c, serial, spi, i2s = {0, 1}, {2, 3}, {14, 15}, {7, 8, 9, 10, 11}, {18, 19, 20, 21}
    assert pin not in id_eeprom | i2c | serial | spi | i2s


def test_the_default_led_is_dark_while_the_board_boots() -> None:
    assert DEFAULT_LED_PIN >= 9, "0 to 8 are pulled up until a program takes them"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"rows": (5, 6, 13)}, "KIOSK_KEYPAD_ROWS must name 4 pins, it names 3."),
        ({"columns": (22, 23)}, "KIOSK_KEYPAD_COLUMNS must name 3 or 4 pins, it names 2."),
        ({"rows": (5, 6, 13, 28)}, "KIOSK_KEYPAD_ROWS must name BCM pins from 0 to 27, not 28."),
        ({"rows": (5, 6, 13, -1)}, "KIOSK_KEYPAD_ROWS must name BCM pins from 0 to 27, not -1."),
        ({"rows": (5, 6, 13, 5)}, "KIOSK_KEYPAD_ROWS names pin 5 twice."),
        (
            {"columns": (22, 23, 24, 5)},
            "KIOSK_KEYPAD_COLUMNS names pin 5 which KIOSK_KEYPAD_ROWS has already.",
        ),
        (
            {"led_pin": 22},
            "KIOSK_LED_PIN names pin 22 which KIOSK_KEYPAD_COLUMNS has already.",
        ),
        (
            {"led_pin": 17, "buzzer_pin": 17},
            "KIOSK_BUZZER_PIN names pin 17 which KIOSK_LED_PIN has already.",
        ),
        ({"layout": "123"}, "KIOSK_KEYPAD_LAYOUT must have 4 x 4 legends, it has 3."),
        (
            {"columns": (22, 23, 24), "layout": "123A456B789C*0#D"},
            "KIOSK_KEYPAD_LAYOUT must have 4 x 3 legends, it has 16.",
        ),
        (
            {"layout": "123A 456B 789C *0#E"},
            "KIOSK_KEYPAD_LAYOUT may have 0123456789ABCD*#TX only, not 'E'.",
        ),
        ({"layout": "123A 456B 789C *0#A"}, "KIOSK_KEYPAD_LAYOUT has A more than once."),
        ({"layout": "123A 456B 789C *#D1"}, "KIOSK_KEYPAD_LAYOUT has 1 more than once."),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError) as refusal:
        read_wiring(**settings)  # type: ignore[arg-type]
    assert str(refusal.value) == sentence

"""The picture of docs/wiring.md, drawn from the pins that the panel uses if nothing is set.

python -m tests.panel.picture
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kiosk.panel.wiring import DEFAULT_COLUMNS, DEFAULT_LED_PIN, DEFAULT_ROWS, LAYOUT_4X4

PICTURE: Final = Path(__file__).parent / "pictures" / "wiring.svg"

# Raspberry Pi's 40-pin header: BCM number -> physical pin.
HEADER: Final = {
    2: 3, 3: 5, 4: 7, 14: 8, 15: 10, 17: 11, 18: 12, 27: 13, 22: 15, 23: 16, 24: 18, 10: 19,
    9: 21, 25: 22, 11: 23, 8: 24, 7: 26, 0: 27, 1: 28, 5: 29, 6: 31, 12: 32, 13: 33, 19: 35,
    16: 36, 26: 37, 20: 38, 21: 40,
}  # fmt: skip
GROUND: Final = 9  # the one beside the LED's pin

_SIZE: Final = (760, 560)
_PITCH: Final = 24
_FIRST_PIN: Final = (70, 60)
_KEY: Final = 62
_PAD: Final = (440, 210)
_LED: Final = (440, 70)
_ROW_COLOURS: Final = ("#b04a00", "#c77700", "#8a6d00", "#7a4b2b")
_COLUMN_COLOURS: Final = ("#00703c", "#006d8f", "#2a4fb0", "#6b3fa0")
_LED_COLOUR: Final = "#b01620"
_GROUND_COLOUR: Final = "#333333"


def svg() -> str:
    """The whole picture."""
    width, height = _SIZE
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            ' font-family="sans-serif" font-size="13" text-anchor="middle">',
            f'<rect width="{width}" height="{height}" fill="#f6f5f1"/>',
            *_wires(),
            *_header(),
            *_keypad(),
            *_led(),
            "</svg>\n",
        ]
    )


def _pin_at(pin: int) -> tuple[int, int]:
    left, top = _FIRST_PIN
    return left + _PITCH * ((pin - 1) % 2), top + _PITCH * ((pin - 1) // 2)


def _ends() -> Iterator[tuple[int, str, str, tuple[int, int]]]:
    """Every wire: physical pin, what it is, colour, and where it ends."""
    left, top = _PAD
    for place, (bcm, colour) in enumerate(zip(DEFAULT_ROWS, _ROW_COLOURS, strict=True)):
        end = (left - 14, top + _KEY * place + _KEY // 2)
        yield HEADER[bcm], f"GPIO {bcm}, row {place + 1}", colour, end
    for place, (bcm, colour) in enumerate(zip(DEFAULT_COLUMNS, _COLUMN_COLOURS, strict=True)):
        end = (left + _KEY * place + _KEY // 2, top - 14)
        yield HEADER[bcm], f"GPIO {bcm}, column {place + 1}", colour, end
    yield HEADER[DEFAULT_LED_PIN], f"GPIO {DEFAULT_LED_PIN}, LED", _LED_COLOUR, (_LED[0], _LED[1])
    yield GROUND, "ground", _GROUND_COLOUR, (_LED[0], _LED[1] + 44)


def _wires() -> Iterator[str]:
    for pin, _, colour, (x, y) in _ends():
        from_x, from_y = _pin_at(pin)
        on_top = y < _PAD[1] and x > _PAD[0]
        to = f"{x - 20} {y - 150}, {x} {y}" if on_top else f"{x - 110} {y}, {x} {y}"
        yield (
            f'<path d="M {from_x} {from_y} C {from_x + 190} {from_y}, {to}" fill="none"'
            f' stroke="{colour}" stroke-width="3"/>'
        )


def _header() -> Iterator[str]:
    names = {pin: (name, colour) for pin, name, colour, _ in _ends()}
    left, top = _FIRST_PIN
    yield f'<text x="{left + 12}" y="30" font-weight="bold">40-pin header</text>'
    yield (
        f'<rect x="{left - 14}" y="{top - 14}" width="{_PITCH + 28}" height="{_PITCH * 19 + 28}"'
        ' rx="4" fill="#18181b"/>'
    )
    for pin in range(1, 41):
        x, y = _pin_at(pin)
        colour = names[pin][1] if pin in names else "#5a5962"
        yield f'<circle cx="{x}" cy="{y}" r="8" fill="{colour}" stroke="#ffffff"/>'
        if pin in names:
            yield (
                f'<text x="{x}" y="{y + 4}" font-size="9" font-weight="bold"'
                f' fill="#ffffff">{pin}</text>'
            )


def _keypad() -> Iterator[str]:
    left, top = _PAD
    side = 4 * _KEY
    yield f'<rect x="{left - 14}" y="{top - 14}" width="{side + 28}" height="{side + 28}"'
    yield ' rx="10" fill="#e4e1d8" stroke="#8a877d"/>'
    for row, legends in enumerate(LAYOUT_4X4.split()):
        for column, legend in enumerate(legends):
            x, y = left + column * _KEY, top + row * _KEY
            yield (
                f'<rect x="{x + 5}" y="{y + 5}" width="{_KEY - 10}" height="{_KEY - 10}" rx="7"'
                ' fill="#ffffff" stroke="#b8b5ab"/>'
            )
            yield (
                f'<text x="{x + _KEY // 2}" y="{y + _KEY // 2 + 7}" font-size="20">{legend}</text>'
            )
    for _, name, colour, (x, y) in _ends():
        if "row" in name:
            yield _label(x - 8, y + 17, name, colour, "end")
        elif "column" in name:
            yield f'<circle cx="{x}" cy="{y}" r="5" fill="{colour}"/>'
    for place, bcm in enumerate(DEFAULT_COLUMNS):
        x = left + _KEY * place + _KEY // 2
        yield _label(x, top + side + 32, f"col {place + 1}", _COLUMN_COLOURS[place], "middle")
        yield _label(x, top + side + 48, f"GPIO {bcm}", _COLUMN_COLOURS[place], "middle")


def _led() -> Iterator[str]:
    x, y = _LED
    yield f'<rect x="{x}" y="{y - 9}" width="58" height="18" rx="9" fill="#e8cfa0"/>'
    yield f'<path d="M {x + 58} {y} H {x + 100} V {y + 44} H {x}" fill="none" stroke="#333333"'
    yield ' stroke-width="3"/>'
    yield f'<circle cx="{x + 100}" cy="{y + 22}" r="14" fill="{_LED_COLOUR}"/>'
    yield f'<text x="{x + 29}" y="{y + 4}" font-size="11">330 Ω</text>'
    yield _label(x + 124, y + 27, f"LED, GPIO {DEFAULT_LED_PIN}", _LED_COLOUR, "start")


def _label(x: int, y: int, words: str, colour: str, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" fill="{colour}" text-anchor="{anchor}">{words}</text>'


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(svg())

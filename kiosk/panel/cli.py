"""`kiosk keypad`: press the keys one by one and see whether the wiring is right."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import ExitStack, closing
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

from kiosk.panel.debounce import (
    STUCK_AFTER_S,
    Change,
    Position,
    Pressed,
    Released,
    Scan,
    SeveralDown,
    Stuck,
)
from kiosk.panel.gpio_chip import PanelMissing
from kiosk.panel.gpio_header import GpioMode, open_pins
from kiosk.panel.wiring import Wiring
from kiosk.sale.keys import Key

if TYPE_CHECKING:
    from kiosk.panel.pin_factory import Factory

_WORDS: Final = {
    Key.DELETE: "delete the last digit",
    Key.CLEAR: "clear, or cancel the sale",
    Key.PLUS: "add to the sum",
    Key.CHARGE: "charge",
    Key.CURRENCY: "next currency",
    Key.MENU: "manager's menu",
    Key.TAX: "next tax rate",
    Key.ITEMS: "quick items",
}

Say = Callable[[str], None]


def add_arguments(parser: ArgumentParser) -> None:
    """Options of `kiosk keypad`."""
    parser.add_argument(
        "--seconds", type=float, metavar="N", help="stop after N seconds without a key"
    )


def run(
    args: Namespace,
    wiring: Wiring,
    mode: GpioMode,
    *,
    open_factory: Callable[[GpioMode], "Factory | None"] = open_pins,
    say: Say = print,
) -> int:
    """Show every key as it is pressed, until Ctrl-C. 0 when it could be done, 1 without GPIO."""
    if mode == "off":
        print("KIOSK_GPIO is off. Set it to auto to use the keypad.", file=sys.stderr)
        return 1
    changes: SimpleQueue[Change] = SimpleQueue()
    with ExitStack() as opened:
        try:
            factory = open_factory("on")
            assert factory is not None  # `on` never means none
            from kiosk.panel.keypad import Keypad

            opened.callback(factory.close)
            opened.enter_context(closing(Keypad(wiring, factory, changes.put)))
        except PanelMissing as missing:
            print(missing, file=sys.stderr)
            return 1
        for line in introduction(wiring):
            say(line)
        try:
            while True:
                say(sentence(changes.get(timeout=args.seconds), wiring))
        except (KeyboardInterrupt, Empty):
            return 0


def introduction(wiring: Wiring) -> tuple[str, ...]:
    """The wiring that is expected, as a table with its pins, and what to do."""
    pins = "".join(f"{f'GPIO {pin}':>9}" for pin in wiring.columns)
    return (
        f"{'':9}{pins}",
        *(
            f"{f'GPIO {pin}':9}" + "".join(f"{legend:>9}" for legend in legends)
            for pin, legends in zip(wiring.rows, wiring.legends, strict=True)
        ),
        "Press the keys one by one; Ctrl-C ends. A key that says nothing is not connected;",
        "a key that says another has its row or column on the wrong pin.",
    )


def sentence(change: Change, wiring: Wiring) -> str:
    """What happened at the keypad, in a line a merchant's helper can act on."""
    match change:
        case Pressed(position):
            return f"{_place(position, wiring)}  {_meaning(wiring.key(*position))}"
        case Stuck(position):
            return (
                f"{_place(position, wiring)}  STUCK: down for {STUCK_AFTER_S:.0f} seconds. Lift it,"
                " or look for a short between these two wires."
            )
        case Released(position):
            return f"{_place(position, wiring)}  came up again"
        case SeveralDown(positions):
            legends = " ".join(sorted(wiring.legend(*position) for position in positions))
            ghosts = " (one of them may be a ghost)" if _may_hold_ghost(positions) else ""
            return f"several keys down: {legends}{ghosts}. None is taken until all are up."


def _place(position: Position, wiring: Wiring) -> str:
    row, column = position
    pins = f"row GPIO {wiring.rows[row]:<2}  column GPIO {wiring.columns[column]:<2}"
    return f"{wiring.legend(row, column)}  {pins}"


def _meaning(key: Key) -> str:
    return _WORDS.get(key, f"digit {key}")


def _may_hold_ghost(positions: Scan) -> bool:
    """Whether four of the keys are the corners of a rectangle, so that three would show as four."""
    return any(
        row < other_row
        and column < other_column
        and {(row, other_column), (other_row, column)} <= positions
        for row, column in positions
        for other_row, other_column in positions
    )

"""Pins, scans and the sleep between two customers, on a keypad with wires."""

import logging
import threading
from collections.abc import Callable, Iterator
from queue import Queue

import pytest

from kiosk.panel.debounce import (
    SCAN_S,
    STUCK_AFTER_S,
    Change,
    Pressed,
    Released,
    SeveralDown,
    Stuck,
)
from kiosk.panel.keypad import STUCK_SCAN_S, Keypad, Matrix, Scanner
from kiosk.panel.wiring import Wiring
from tests.panel.wired import WIRING_4X3, WIRING_4X4, Copper, wait_for_end_of_scanning

DEADLINE_S = 5.0

Move = tuple[float, Callable[[], None]]


class Bench:
    """A keypad on copper. Its time passes only in the scanner's pauses and between the moves."""

    def __init__(self, wiring: Wiring = WIRING_4X4) -> None:
        self.copper = Copper(wiring)
        self.wiring = wiring
        self.now_s = 0.0
        self.pauses: list[float] = []
        self.changes: list[Change] = []
        self._moves: list[Move] = []
        self.scanner = Scanner(
            wiring, self.copper, self.changes.append, self._pause, lambda: self.now_s
        )
        self.scanner.scan_until_rest()

    def down(self, at_s: float, *legends: str) -> Move:
        return at_s, lambda: self.copper.press(*legends)

    def up(self, at_s: float, *legends: str) -> Move:
        return at_s, lambda: self.copper.release(*legends)

    def play(self, *moves: Move) -> list[Change]:
        """Let fingers move at these times, scan whenever an edge asks for it, end at rest."""
        self._moves = sorted(moves, key=lambda move: move[0])
        while self._moves:
            self.now_s = max(self.now_s, self._moves[0][0])
            self._move()
            if self.scanner.edge_seen.is_set():
                self.scanner.scan_until_rest()
        return self.changes

    def typed(self) -> str:
        """The legends of all keys taken so far."""
        return "".join(
            self.wiring.legend(*change.position)
            for change in self.changes
            if isinstance(change, Pressed)
        )

    def _pause(self, pause_s: float) -> bool:
        self.pauses.append(pause_s)
        self.now_s += pause_s
        self._move()
        return False

    def _move(self) -> None:
        while self._moves and self._moves[0][0] <= self.now_s:
            self._moves.pop(0)[1]()


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    assert bench.copper.shorts == 0, "no row may be driven against another"
    bench.scanner.close()


@pytest.mark.parametrize("wiring", [WIRING_4X4, WIRING_4X3], ids=["4x4", "4x3"])
def test_every_key_is_told_from_every_other(wiring: Wiring) -> None:
    bench = Bench(wiring)
    legends = "".join(wiring.legends)
    for second, legend in enumerate(legends):
        bench.play(bench.down(second + 0.1, legend), bench.up(second + 0.2, legend))
    assert bench.typed() == legends


def test_a_held_key_is_one_press(bench: Bench) -> None:
    bench.play(bench.down(1, "5"), bench.up(11, "5"), bench.down(12, "6"), bench.up(12.1, "6"))
    assert bench.typed() == "56"


def test_a_bouncing_key_is_one_press(bench: Bench) -> None:
    bounces = [
        move
        for start_s in (1.0, 1.2)
        for flip_s in (0.002, 0.007, 0.012)
        for move in (bench.up(start_s + flip_s, "7"), bench.down(start_s + flip_s + 0.002, "7"))
    ]
    bench.play(bench.down(1.0, "7"), *bounces, bench.up(1.216, "7"))
    assert bench.typed() == "7"


def test_a_key_that_only_crackles_is_none(bench: Bench) -> None:
    bench.play(bench.down(1.0, "7"), bench.up(1.005, "7"), bench.down(1.1, "7"), bench.up(1.11))
    assert bench.changes == []


def test_two_keys_of_one_column_are_none_and_short_nothing(bench: Bench) -> None:
    bench.play(bench.down(1, "1", "4"), bench.up(2, "1", "4"))
    assert bench.changes == [SeveralDown(frozenset([(0, 0), (1, 0)]))]


def test_three_corners_show_the_fourth_as_a_ghost_and_none_is_taken(bench: Bench) -> None:
    bench.play(bench.down(1, "1", "2", "4"), bench.up(2))
    assert bench.changes == [SeveralDown(frozenset([(0, 0), (0, 1), (1, 0), (1, 1)]))]


def test_a_second_key_under_a_held_one_is_not_taken(bench: Bench) -> None:
    bench.play(
        *(bench.down(1, "1"), bench.down(2, "9"), bench.up(3, "9"), bench.up(4, "1")),
        *(bench.down(5, "9"), bench.up(6, "9")),
    )
    assert bench.typed() == "19"


def test_a_stuck_key_is_told_waited_for_slowly_and_taken_back(bench: Bench) -> None:
    bench.play(bench.down(1, "#"), bench.up(1 + STUCK_AFTER_S + 60, "#"))
    assert bench.changes == [Pressed((3, 2)), Stuck((3, 2)), Released((3, 2))]
    assert bench.pauses.count(STUCK_SCAN_S) == pytest.approx(60 / STUCK_SCAN_S, abs=2)
    assert bench.pauses.count(SCAN_S) == pytest.approx(STUCK_AFTER_S / SCAN_S, abs=3)


def test_a_key_pressed_while_the_rows_come_to_rest_is_not_lost(bench: Bench) -> None:
    matrix = bench.scanner._matrix
    rest = matrix.rest
    presses = iter([bench.down(0, "8")[1]])

    def rest_and_press() -> None:
        rest()
        next(presses, lambda: None)()  # its edge is forgotten with those of the scans

    matrix.rest = rest_and_press  # type: ignore[method-assign]
    bench.play(bench.down(1, "1"), bench.up(1.1, "1"), bench.up(2, "8"))
    assert bench.typed() == "18"


def test_at_rest_one_press_makes_one_edge() -> None:
    copper, edges = Copper(WIRING_4X4), list[str]()
    matrix = Matrix(WIRING_4X4, copper, lambda: edges.append("edge"))
    matrix.rest()
    assert (edges, matrix.any_down()) == ([], False)
    copper.press("6")
    assert (edges, matrix.any_down()) == (["edge"], True)
    matrix.close()


def test_scanning_an_untouched_keypad_makes_no_edge() -> None:
    copper, edges = Copper(WIRING_4X4), list[str]()
    matrix = Matrix(WIRING_4X4, copper, lambda: edges.append("edge"))
    matrix.rest()
    assert matrix.scan() == frozenset()
    matrix.rest()
    assert edges == [], "or a scan would wake the next one for ever"
    matrix.close()


def test_after_the_last_key_no_edge_is_left_to_wake_the_scanner(bench: Bench) -> None:
    bench.play(bench.down(1, "3"), bench.up(2, "3"))
    assert not bench.scanner.edge_seen.is_set()


# --- The thread -----------------------------------------------------------------------------


def test_keys_are_read_in_real_time() -> None:
    copper, changes = Copper(WIRING_4X4), Queue[Change]()
    keypad = Keypad(WIRING_4X4, copper, changes.put)
    for legend, position in (("1", (0, 0)), ("D", (3, 3))):
        copper.press(legend)
        assert changes.get(timeout=DEADLINE_S) == Pressed(position)
        copper.release()
    keypad.close()


def test_a_key_already_down_at_start_is_seen() -> None:
    copper, changes = Copper(WIRING_4X4), Queue[Change]()
    copper.press("9")
    keypad = Keypad(WIRING_4X4, copper, changes.put)
    assert changes.get(timeout=DEADLINE_S) == Pressed((2, 2))
    keypad.close()


def test_an_idle_keypad_makes_no_scan() -> None:
    copper, changes = Copper(WIRING_4X4), Queue[Change]()
    keypad = Keypad(WIRING_4X4, copper, changes.put)
    copper.press("1")
    changes.get(timeout=DEADLINE_S)
    asleep = copper.next_time_at_rest()
    copper.release("1")
    assert asleep.wait(DEADLINE_S)
    driven = copper.driven
    assert not copper.next_time_at_rest().wait(10 * SCAN_S), "no row moves: nobody scans"
    assert copper.driven == driven
    keypad.close()


def test_a_failing_pin_ends_the_thread_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def unplugged(change: Change) -> None:
        raise OSError("the chip is gone")

    copper = Copper(WIRING_4X4)
    with caplog.at_level(logging.ERROR):
        keypad = Keypad(WIRING_4X4, copper, unplugged)
        copper.press("1")
        wait_for_end_of_scanning(DEADLINE_S)
    assert not keypad.alive()
    assert "the keypad is no longer read" in caplog.text
    keypad.close()


def test_closing_leaves_no_thread_and_all_pins_floating() -> None:
    before = threading.active_count()
    copper = Copper(WIRING_4X4)
    keypad = Keypad(WIRING_4X4, copper, lambda change: None)
    assert keypad.alive()
    keypad.close()
    assert (keypad.alive(), threading.active_count()) == (False, before)
    assert {pin.function for pin in copper.pins.values()} == {"input"}


def test_closing_does_not_wait_for_a_held_key() -> None:
    copper, changes = Copper(WIRING_4X4), Queue[Change]()
    keypad = Keypad(WIRING_4X4, copper, changes.put)
    copper.press("3")
    changes.get(timeout=DEADLINE_S)
    keypad.close()
    assert not keypad.alive()

"""`kiosk keypad`: a merchant's helper with a soldering iron reads this."""

from argparse import ArgumentParser, Namespace
from queue import Queue

import pytest

from kiosk.panel.cli import add_arguments, introduction, run, sentence
from kiosk.panel.debounce import Pressed, Released, SeveralDown, Stuck
from kiosk.panel.gpio_chip import PanelMissing
from kiosk.panel.gpio_header import GpioMode
from kiosk.panel.wiring import read_wiring
from tests.panel.wired import WIRING_4X3, WIRING_4X4, Copper

DEADLINE_S = 5.0


def arguments(*words: str) -> Namespace:
    parser = ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def test_the_expected_wiring_is_shown_first() -> None:
    table = [line.split() for line in introduction(WIRING_4X4)[:5]]
    assert table == [
        ["GPIO", "22", "GPIO", "23", "GPIO", "24", "GPIO", "25"],
        ["GPIO", "5", "1", "2", "3", "A"],
        ["GPIO", "6", "4", "5", "6", "B"],
        ["GPIO", "13", "7", "8", "9", "C"],
        ["GPIO", "26", "*", "0", "#", "D"],
    ]


def test_a_key_is_shown_with_its_pins_and_its_meaning() -> None:
    assert sentence(Pressed((1, 1)), WIRING_4X4) == "5  row GPIO 6   column GPIO 23  digit 5"
    assert sentence(Pressed((3, 2)), WIRING_4X3) == "#  row GPIO 26  column GPIO 24  charge"


@pytest.mark.parametrize("layout", [None, "123T456X789C*0#D"])
def test_only_digits_are_called_digits(layout: str | None) -> None:
    wiring = read_wiring(layout=layout)
    for row, legends in enumerate(wiring.legends):
        for column, legend in enumerate(legends):
            said = sentence(Pressed((row, column)), wiring)
            assert said.endswith(f"digit {legend}") is legend.isdigit()
            assert ("digit" in said.split("  ")[-1].split()[:1]) is legend.isdigit()


def test_a_stuck_key_is_shown_with_the_cure_and_when_it_is_free_again() -> None:
    assert "STUCK: down for 30 seconds" in sentence(Stuck((0, 0)), WIRING_4X4)
    assert sentence(Released((0, 0)), WIRING_4X4).endswith("came up again")


def test_two_keys_are_several_and_four_corners_may_hide_a_ghost() -> None:
    assert sentence(SeveralDown(frozenset([(0, 0), (1, 0)])), WIRING_4X4) == (
        "several keys down: 1 4. None is taken until all are up."
    )
    corners = frozenset([(0, 0), (0, 1), (1, 0), (1, 1)])
    assert "1 2 4 5 (one of them may be a ghost)" in sentence(SeveralDown(corners), WIRING_4X4)
    diagonal = frozenset([(0, 0), (1, 1), (2, 2)])
    assert "ghost" not in sentence(SeveralDown(diagonal), WIRING_4X4)


def test_keys_are_shown_as_they_are_pressed_until_ctrl_c() -> None:
    copper, said = Copper(WIRING_4X4), Queue[str]()

    def say(line: str) -> None:
        said.put(line)
        if line.startswith("Press"):
            copper.press("8")
        if line.startswith("8"):
            raise KeyboardInterrupt

    code = run(arguments(), WIRING_4X4, "auto", open_factory=lambda mode: copper, say=say)
    assert code == 0
    assert "8  row GPIO 13  column GPIO 23  digit 8" in said.queue
    assert {pin.function for pin in copper.pins.values()} <= {"input"}


def test_it_may_end_by_itself() -> None:
    lines: list[str] = []
    code = run(
        arguments("--seconds", "0.05"),
        WIRING_4X4,
        "auto",
        open_factory=lambda mode: Copper(WIRING_4X4),
        say=lines.append,
    )
    assert (code, tuple(lines)) == (0, introduction(WIRING_4X4))


def test_without_gpio_it_says_so_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    def open_factory(mode: GpioMode) -> None:
        assert mode == "on", "whoever asks for the keypad wants to know why there is none"
        raise PanelMissing("This machine has no Raspberry Pi GPIO header.")

    assert run(arguments(), WIRING_4X4, "auto", open_factory=open_factory) == 1
    assert capsys.readouterr().err == "This machine has no Raspberry Pi GPIO header.\n"


def test_when_gpio_is_off_it_names_the_setting(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments(), WIRING_4X4, "off") == 1
    assert "KIOSK_GPIO is off" in capsys.readouterr().err

"""The panel as the loop sees it."""

import logging
import os
import threading
from functools import partial
from queue import Queue

import pytest

from kiosk.panel.chip import Line, PanelMissing
from kiosk.panel.debounce import Crowded, Freed, Stuck
from kiosk.panel.header import GpioMode
from kiosk.panel.panel import (
    KeyDown,
    KeypadEvent,
    NoPanel,
    Panel,
    StuckKey,
    StuckKeyReleased,
    open_panel,
)
from kiosk.panel.pins import KernelFactory
from kiosk.sale.keys import Key, Light
from tests.panel.kernel import Kernel
from tests.panel.wired import WIRING_4X4, Copper

DEADLINE_S = 5.0
LED_PIN, BUZZER_PIN = 17, 27


def test_a_press_comes_out_as_what_the_key_means() -> None:
    copper, events = Copper(WIRING_4X4), Queue[KeypadEvent]()
    panel = Panel(WIRING_4X4, LED_PIN, None, copper, events.put)
    for legend, key in (("7", Key.D7), ("#", Key.CHARGE), ("C", Key.MENU)):
        copper.press(legend)
        assert events.get(timeout=DEADLINE_S) == KeyDown(key)
        copper.release()
    panel.close()


def test_a_stuck_key_is_named_by_its_legend_and_a_crowd_is_nobodys_news() -> None:
    events = Queue[KeypadEvent]()
    panel = Panel(WIRING_4X4, None, None, Copper(WIRING_4X4), events.put)
    for change in (Stuck((3, 0)), Crowded(frozenset([(0, 0), (0, 1)])), Freed((3, 0))):
        panel._tell(change)
    panel.close()
    assert [events.get_nowait(), events.get_nowait()] == [StuckKey("*"), StuckKeyReleased("*")]
    assert events.empty()


def test_a_light_is_shown() -> None:
    copper = Copper(WIRING_4X4)
    panel = Panel(WIRING_4X4, LED_PIN, BUZZER_PIN, copper, lambda event: None)
    lit = threading.Event()
    copper.pin(LED_PIN)._set_state = lambda high: lit.set() if high else None
    panel.show(Light.WAITING)
    assert lit.wait(DEADLINE_S)
    panel.close()


def test_closing_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    panel = Panel(WIRING_4X4, LED_PIN, BUZZER_PIN, Copper(WIRING_4X4), lambda event: None)
    assert panel.alive()
    panel.close()
    assert not panel.alive()
    assert threading.active_count() == before


def test_a_panel_whose_keypad_died_is_not_alive(caplog: pytest.LogCaptureFixture) -> None:
    def full(event: KeypadEvent) -> None:
        raise RuntimeError("no room for this key")

    copper = Copper(WIRING_4X4)
    panel = Panel(WIRING_4X4, LED_PIN, None, copper, full)
    with caplog.at_level(logging.ERROR):
        copper.press("1")
        panel._keypad._thread.join(DEADLINE_S)
    assert not panel.alive()
    panel.close()


def test_a_box_without_gpio_has_a_panel_that_does_nothing() -> None:
    panel = open_panel(
        "auto", WIRING_4X4, LED_PIN, None, lambda event: None, open_factory=lambda mode: None
    )
    assert isinstance(panel, NoPanel)
    panel.show(Light.PAID)
    assert panel.alive()
    panel.close()


def test_the_whole_panel_works_on_kernel_lines() -> None:
    kernel, before = Kernel(), threading.active_count()
    events = Queue[KeypadEvent]()
    panel = open_panel("on", WIRING_4X4, LED_PIN, None, events.put, partial(kernel_pins, kernel))
    kernel.wait_for_outputs(WIRING_4X4.rows)
    kernel.press(WIRING_4X4.rows[1], WIRING_4X4.columns[1])
    assert events.get(timeout=DEADLINE_S) == KeyDown(Key.D5)
    panel.close()
    assert threading.active_count() == before
    kernel.close()


@pytest.mark.parametrize("pin", [LED_PIN, WIRING_4X4.rows[2], WIRING_4X4.columns[3]])
def test_a_taken_pin_stops_on_and_is_one_warning_for_auto(
    pin: int, caplog: pytest.LogCaptureFixture
) -> None:
    kernel, before = Kernel(), threading.active_count()
    kernel.taken.add(pin)
    open_factory = partial(kernel_pins, kernel)
    with pytest.raises(PanelMissing, match=f"GPIO {pin} cannot be used"):
        open_panel("on", WIRING_4X4, LED_PIN, None, lambda event: None, open_factory)
    with caplog.at_level(logging.INFO):
        panel = open_panel("auto", WIRING_4X4, LED_PIN, None, lambda event: None, open_factory)
    assert isinstance(panel, NoPanel)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert threading.active_count() == before
    kernel.close()


def kernel_pins(kernel: Kernel, mode: GpioMode) -> KernelFactory:
    return KernelFactory(os.open(os.devnull, os.O_RDWR), partial(Line, ioctl=kernel.ioctl))

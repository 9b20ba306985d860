"""The panel as the loop sees it."""

import logging
import threading
from functools import partial
from queue import Queue

import pytest

from kiosk.panel.debounce import Released, SeveralDown, Stuck
from kiosk.panel.gpio_chip import PanelMissing
from kiosk.panel.gpio_header import GpioMode
from kiosk.panel.panel import KeyEvent, NoPanel, Panel, Put, open_panel
from kiosk.panel.pin_factory import KernelFactory
from kiosk.sale.events import KeyPressed, KeyReleased, KeyStuck
from kiosk.sale.keys import Key, Light
from tests.panel.kernel import OUTPUT, Kernel
from tests.panel.wired import WIRING_4X4, Copper, wait_for_end_of_scanning

DEADLINE_S = 5.0
LED_PIN, BUZZER_PIN = 17, 27


def test_a_press_comes_out_as_what_the_key_means() -> None:
    copper, events = Copper(WIRING_4X4), Queue[KeyEvent]()
    panel = opened(copper, events.put)
    for legend, key in (("7", Key.D7), ("#", Key.CHARGE), ("C", Key.MENU)):
        copper.press(legend)
        assert events.get(timeout=DEADLINE_S) == KeyPressed(key)
        copper.release()
    panel.close()


def test_a_stuck_key_is_named_by_its_legend_and_a_crowd_is_nobodys_news() -> None:
    events = Queue[KeyEvent]()
    panel = opened(Copper(WIRING_4X4), events.put)
    for change in (Stuck((3, 0)), SeveralDown(frozenset([(0, 0), (0, 1)])), Released((3, 0))):
        panel.on_change(change)
    panel.close()
    assert [events.get_nowait(), events.get_nowait()] == [KeyStuck("*"), KeyReleased("*")]
    assert events.empty()


def test_a_light_is_shown() -> None:
    copper = Copper(WIRING_4X4)
    panel = opened(copper, lambda event: None)
    lit = threading.Event()
    copper.pin(LED_PIN)._set_state = lambda high: lit.set() if high else None
    panel.show(Light.WAITING)
    assert lit.wait(DEADLINE_S)
    panel.close()


def test_closing_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    panel = opened(Copper(WIRING_4X4), lambda event: None)
    assert panel.alive()
    panel.close()
    assert not panel.alive()
    assert threading.active_count() == before


def test_a_panel_whose_keypad_died_is_not_alive(caplog: pytest.LogCaptureFixture) -> None:
    def full(event: KeyEvent) -> None:
        raise RuntimeError("no room for this key")

    copper = Copper(WIRING_4X4)
    panel = opened(copper, full)
    with caplog.at_level(logging.ERROR):
        copper.press("1")
        wait_for_end_of_scanning(DEADLINE_S)
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
    events = Queue[KeyEvent]()
    panel = open_panel("on", WIRING_4X4, LED_PIN, None, events.put, partial(kernel_pins, kernel))
    kernel.wait_for_outputs(WIRING_4X4.rows)
    kernel.press(WIRING_4X4.rows[1], WIRING_4X4.columns[1])
    assert events.get(timeout=DEADLINE_S) == KeyPressed(Key.D5)
    panel.close()
    assert threading.active_count() == before
    kernel.unplug()


@pytest.mark.parametrize("pin", [LED_PIN, WIRING_4X4.rows[2], WIRING_4X4.columns[3]])
def test_a_taken_pin_stops_on(pin: int) -> None:
    kernel, before = Kernel(), threading.active_count()
    kernel.taken[pin] = "lirc"
    with pytest.raises(PanelMissing, match=f'GPIO {pin} cannot be used: "lirc" uses it'):
        open_panel(
            "on", WIRING_4X4, LED_PIN, None, lambda event: None, partial(kernel_pins, kernel)
        )
    assert (threading.active_count(), kernel.open_chips, kernel.edges) == (before, 0, {})


def test_a_taken_led_pin_leaves_keypad_and_buzzer_at_work() -> None:
    """Box fault 7: one busy pin took keypad, LED and buzzer with it."""
    kernel, before, events = Kernel(), threading.active_count(), Queue[KeyEvent]()
    kernel.taken[LED_PIN] = "lirc"
    open_factory = partial(kernel_pins, kernel)
    panel = open_panel("auto", WIRING_4X4, LED_PIN, BUZZER_PIN, events.put, open_factory)
    (words,) = panel.missing
    assert words.startswith(f'LED: GPIO {LED_PIN} cannot be used: "lirc" uses it.')
    assert kernel.settings[BUZZER_PIN] == OUTPUT
    kernel.wait_for_outputs(WIRING_4X4.rows)
    kernel.press(WIRING_4X4.rows[1], WIRING_4X4.columns[1])
    assert events.get(timeout=DEADLINE_S) == KeyPressed(Key.D5)
    panel.close()
    assert (threading.active_count(), kernel.open_chips, kernel.edges) == (before, 0, {})


@pytest.mark.parametrize("pin", [WIRING_4X4.rows[0], WIRING_4X4.columns[3]])
def test_a_taken_keypad_pin_leaves_the_light_and_is_right_again_when_it_is_free(pin: int) -> None:
    """Box fault 7: a refusal that passes was believed until the next start."""
    kernel, before, events = Kernel(), threading.active_count(), Queue[KeyEvent]()
    kernel.taken[pin] = ""
    open_factory = partial(kernel_pins, kernel)
    panel = open_panel("auto", WIRING_4X4, LED_PIN, None, events.put, open_factory)
    assert [words.partition(":")[0] for words in panel.missing] == ["Keypad"]
    assert kernel.settings[LED_PIN] == OUTPUT
    assert panel.alive(), "what is not open cannot be dead"
    panel.retry()
    assert [*panel.missing] != []
    del kernel.taken[pin]
    panel.retry()
    assert panel.missing == ()
    kernel.wait_for_outputs(WIRING_4X4.rows)
    kernel.press(WIRING_4X4.rows[1], WIRING_4X4.columns[1])
    assert events.get(timeout=DEADLINE_S) == KeyPressed(Key.D5)
    panel.close()
    assert (threading.active_count(), kernel.open_chips, kernel.edges) == (before, 0, {})


def test_an_led_that_is_free_again_shows_the_light_of_now() -> None:
    kernel = Kernel()
    kernel.taken[LED_PIN] = "lirc"
    panel = open_panel(
        "auto", WIRING_4X4, LED_PIN, None, lambda event: None, partial(kernel_pins, kernel)
    )
    panel.show(Light.FORWARDED)
    del kernel.taken[LED_PIN]
    panel.retry()
    assert panel.missing == ()
    kernel.wait_for_outputs((LED_PIN,))
    panel.close()


def test_a_header_that_refuses_for_a_moment_is_opened_later() -> None:
    kernel = Kernel()
    refusals = [True, True]

    def open_factory(mode: GpioMode) -> KernelFactory:
        if refusals:
            refusals.pop()
            raise PanelMissing("This user may not use the GPIO pins.")
        return KernelFactory(kernel.chip())

    panel = open_panel("auto", WIRING_4X4, LED_PIN, None, lambda event: None, open_factory)
    assert [words[:9] for words in panel.missing] == ["This user"]
    panel.show(Light.PAID)
    panel.retry()
    assert panel.missing == ()
    panel.close()
    assert kernel.open_chips == 0


def opened(copper: Copper, put: Put) -> Panel:
    panel = Panel(WIRING_4X4, LED_PIN, BUZZER_PIN, put, lambda mode: copper)
    panel.retry()
    assert panel.missing == ()
    return panel


def kernel_pins(kernel: Kernel, mode: GpioMode) -> KernelFactory:
    return KernelFactory(kernel.chip())

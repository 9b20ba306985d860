"""Lights and beeps: pure patterns, and a thread that sleeps when nothing changes."""

import threading
from collections.abc import Iterator
from queue import Queue
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from kiosk.panel.led import LED, NEVER, Lamp, Pattern, beeps, level
from kiosk.sale.keys import Light

DEADLINE_S = 5.0
LED_PIN, BUZZER_PIN = 17, 27


def flashes(light: Light, from_s: float, to_s: float) -> int:
    """How often the LED goes on in this time; it was dark before 0."""
    levels = [level(light, ms / 1000) for ms in range(round(from_s * 1000), round(to_s * 1000))]
    before = from_s > 0 and level(light, from_s - 0.001)
    return sum(1 for was, now in zip([before, *levels], levels, strict=False) if now > was)


def test_a_pattern_is_on_then_off_then_dark_for_good() -> None:
    pattern = Pattern((1.0, 2.0, 1.0))
    assert [pattern.at(second)[0] for second in (0, 0.9, 1, 2.9, 3, 3.9, 4, 400)] == [
        *(True, True, False, False, True, True, False, False)
    ]


def test_a_repeating_pattern_begins_again() -> None:
    pattern = Pattern((1.0, 2.0), repeats=True)
    assert [pattern.at(second)[0] for second in (0, 1, 3, 4, 3000, 3001)] == [True, False] * 3


def test_a_pattern_knows_when_it_changes_next() -> None:
    pattern = Pattern((1.0, 2.0))
    assert pattern.at(0.25) == (True, 0.75)
    assert pattern.at(2.0) == (False, 1.0)
    assert pattern.at(3.0) == (False, None)


def test_a_pattern_that_begins_again_never_stops_changing() -> None:
    pattern = Pattern((0.1, 0.2), repeats=True)
    for ms in range(0, 5000, 7):
        _, changes_s = pattern.at(ms / 1000)
        assert changes_s is not None
        assert 0 <= changes_s <= 0.2


def test_dark_is_dark_and_needs_no_waking() -> None:
    assert LED[Light.DARK].at(0.0) == (False, None)


def test_every_light_has_a_pattern() -> None:
    assert set(LED) == set(Light)


def test_waiting_is_slow_paid_is_double_and_trouble_is_sos() -> None:
    assert flashes(Light.WAITING, 0, 2) == 1
    assert flashes(Light.PAID, 0, 1) == 2
    assert flashes(Light.TROUBLE, 0, 6.5) == 9


def test_a_forward_is_celebrated_and_then_dark() -> None:
    assert flashes(Light.FORWARDED, 0, 4) == 9
    assert LED[Light.FORWARDED].at(4.0) == (False, None)


@pytest.mark.parametrize("light", list(Light))
def test_no_light_flashes_more_than_three_times_in_any_second(light: Light) -> None:
    assert max(flashes(light, start / 20, start / 20 + 1) for start in range(200)) <= 3


def test_money_beeps_twice_and_trouble_once() -> None:
    paid = beeps(Light.WAITING, Light.PAID)
    trouble = beeps(Light.DARK, Light.TROUBLE)
    assert paid is not None
    assert trouble is not None
    assert (len(paid.steps_s[::2]), len(trouble.steps_s[::2])) == (2, 1)
    assert trouble.steps_s[0] > 5 * paid.steps_s[0]


def test_a_forward_beeps_only_when_the_payment_did_not() -> None:
    assert beeps(Light.PAID, Light.FORWARDED) is None
    assert beeps(Light.WAITING, Light.FORWARDED) == beeps(Light.WAITING, Light.PAID)


@pytest.mark.parametrize("before", list(Light))
def test_money_that_was_no_sale_does_not_beep_and_does_not_flash(before: Light) -> None:
    """Box fault 33: it looked and sounded like a sale."""
    assert beeps(before, Light.RECEIVED) is None
    assert flashes(Light.RECEIVED, 0, 60) == 1


@pytest.mark.parametrize("before", list(Light))
def test_waiting_and_dark_leave_the_buzzer_alone(before: Light) -> None:
    assert beeps(before, Light.WAITING) is None
    assert beeps(before, Light.DARK) is None


# --- The thread -----------------------------------------------------------------------------


class ToldPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    """A mock pin that tells every change of its level."""

    def _change_state(self, value: Any) -> bool:
        changed = bool(super()._change_state(value))
        if changed:
            self.factory.switched.put((self._number, bool(value)))
        return changed


class Told(MockFactory):  # type: ignore[misc]  # gpiozero has no types
    def __init__(self) -> None:
        super().__init__(pin_class=ToldPin)
        self.switched: Queue[tuple[int, bool]] = Queue()

    def next(self) -> tuple[int, bool]:
        return self.switched.get(timeout=DEADLINE_S)


@pytest.fixture
def factory() -> Iterator[Told]:
    factory = Told()
    yield factory
    factory.close()


def test_the_led_blinks_while_a_customer_is_awaited_and_is_dark_after(factory: Told) -> None:
    lamp = Lamp(LED_PIN, None, factory)
    lamp.show(Light.WAITING)
    assert factory.next() == (LED_PIN, True)
    lamp.show(Light.DARK)
    assert factory.next() == (LED_PIN, False)
    lamp.close()


def test_a_payment_flashes_and_beeps_twice(factory: Told) -> None:
    lamp = Lamp(LED_PIN, BUZZER_PIN, factory)
    lamp.show(Light.PAID)
    seen = [factory.next() for _ in range(8)]
    assert [on for pin, on in seen if pin == BUZZER_PIN] == [True, False, True, False]
    assert [on for pin, on in seen if pin == LED_PIN] == [True, False, True, False]
    lamp.close()


def test_a_forward_does_not_cut_the_beeps_short(factory: Told) -> None:
    lamp = Lamp(None, BUZZER_PIN, factory)
    lamp.show(Light.PAID)
    lamp.show(Light.FORWARDED)
    assert [factory.next() for _ in range(4)] == [(BUZZER_PIN, True), (BUZZER_PIN, False)] * 2
    lamp.close()


def test_a_dark_lamp_asks_for_no_waking() -> None:
    assert NEVER.at(0.0) == (False, None)
    clock_reads = list[float]()

    def clock() -> float:
        clock_reads.append(0.0)
        return 0.0

    factory = Told()
    lamp = Lamp(LED_PIN, BUZZER_PIN, factory, clock)
    lamp.show(Light.WAITING)
    factory.next()
    lamp.show(Light.DARK)
    assert factory.next() == (LED_PIN, False)
    lamp.show(Light.DARK)
    lamp.close()
    assert len(clock_reads) <= 8, "it was awake only when it was spoken to"


def test_closing_is_dark_silent_and_leaves_no_thread(factory: Told) -> None:
    before = threading.active_count()
    lamp = Lamp(LED_PIN, BUZZER_PIN, factory)
    lamp.show(Light.TROUBLE)
    assert factory.next()[1]
    assert lamp.alive()
    lamp.close()
    assert (lamp.alive(), threading.active_count()) == (False, before)
    assert {pin.function for pin in factory.pins.values()} == {"input"}


def test_a_box_without_led_and_buzzer_is_content(factory: Told) -> None:
    lamp = Lamp(None, None, factory)
    lamp.show(Light.TROUBLE)
    lamp.close()
    assert factory.switched.empty()

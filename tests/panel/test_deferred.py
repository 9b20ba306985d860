"""The panel opens after the first picture, and has missed nothing."""

import threading
from queue import Queue

from kiosk.panel.deferred import RETRY_EVERY_S, RETRY_FOR_S, DeferredPanel
from kiosk.panel.panel import NoPanel
from kiosk.sale.events import DeviceFailed
from kiosk.sale.keys import Light
from kiosk.sale.trouble import Trouble, TroubleKind

DEADLINE_S = 5.0


def no_fault(fault: DeviceFailed) -> None:
    raise AssertionError(fault)


class Seen(NoPanel):
    def __init__(self) -> None:
        self.lights: list[Light] = []
        self.lives = True

    def show(self, light: Light) -> None:
        self.lights.append(light)

    def alive(self) -> bool:
        return self.lives


def test_nothing_is_opened_before_it_is_asked_for() -> None:
    made: list[Seen] = []

    def make() -> Seen:
        made.append(Seen())
        return made[-1]

    panel = DeferredPanel(make, no_fault)
    panel.show(Light.TROUBLE)
    assert made == []
    assert panel.alive(), "what is not open cannot be dead"
    panel.close()


def test_the_last_light_is_shown_as_soon_as_there_is_one() -> None:
    seen = Seen()
    panel = DeferredPanel(lambda: seen, no_fault)
    panel.show(Light.DARK)
    panel.show(Light.TROUBLE)
    panel.open()
    panel.show(Light.DARK)
    assert seen.lights == [Light.TROUBLE, Light.DARK]


def test_an_open_panel_answers_for_itself() -> None:
    seen = Seen()
    panel = DeferredPanel(lambda: seen, no_fault)
    panel.open()
    seen.lives = False
    assert not panel.alive()


class Busy(NoPanel):
    """A panel whose pin is taken until it was tried so often."""

    def __init__(self, tries: int) -> None:
        self.tries = tries
        self.missing = ("LED: GPIO 17 cannot be used.",)

    def retry(self) -> None:
        self.tries -= 1
        if not self.tries:
            self.missing = ()


class Minute:
    """Time that passes only while it is waited for."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def pause(self, seconds: float) -> bool:
        self.now_s += seconds
        return False

    def clock(self) -> float:
        return self.now_s


def test_what_is_still_missing_after_a_minute_is_told_once() -> None:
    """Box fault 7: a header that cannot be used was only a line in the log."""
    minute, reported, before = Minute(), Queue[DeviceFailed](), threading.active_count()
    busy = Busy(1000)
    panel = DeferredPanel(lambda: busy, reported.put, pause=minute.pause, clock=minute.clock)
    panel.open()
    assert reported.get(timeout=DEADLINE_S) == DeviceFailed(
        Trouble(TroubleKind.PANEL_MISSING, "LED: GPIO 17 cannot be used.")
    )
    panel.close()
    assert reported.empty()
    assert minute.now_s == 100 + RETRY_FOR_S
    assert 1000 - busy.tries == RETRY_FOR_S / RETRY_EVERY_S
    assert threading.active_count() == before


def test_a_refusal_that_passes_within_the_minute_is_nobodys_news() -> None:
    minute, before = Minute(), threading.active_count()
    busy = Busy(3)
    panel = DeferredPanel(lambda: busy, no_fault, pause=minute.pause, clock=minute.clock)
    panel.open()
    panel.close()
    assert busy.tries == 0
    assert threading.active_count() == before


def test_closing_ends_the_waiting_at_once() -> None:
    before = threading.active_count()
    panel = DeferredPanel(lambda: Busy(1000), no_fault)
    panel.open()
    panel.close()
    assert threading.active_count() == before

"""The panel opens after the first picture, and has missed nothing."""

from kiosk.panel.late import LatePanel
from kiosk.panel.panel import NoPanel
from kiosk.sale.keys import Light


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

    panel = LatePanel(make)
    panel.show(Light.TROUBLE)
    assert made == []
    assert panel.alive(), "what is not open cannot be dead"
    panel.close()


def test_the_last_light_is_shown_as_soon_as_there_is_one() -> None:
    seen = Seen()
    panel = LatePanel(lambda: seen)
    panel.show(Light.DARK)
    panel.show(Light.TROUBLE)
    panel.open()
    panel.show(Light.DARK)
    assert seen.lights == [Light.TROUBLE, Light.DARK]


def test_an_open_panel_answers_for_itself() -> None:
    seen = Seen()
    panel = LatePanel(lambda: seen)
    panel.open()
    seen.lives = False
    assert not panel.alive()

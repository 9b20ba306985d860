"""The window at rest: dim, drifting, black; the first touch or key only wakes it."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pygame
import pytest

from kiosk.sale.entry import Entry
from kiosk.sale.events import KeyPressed
from kiosk.sale.keys import Key
from kiosk.sale.screens import EnteringAmount, Forwarded
from kiosk.sale.till import Till
from kiosk.screen.display.backlight import RESTING, Backlight
from kiosk.screen.display.screensaver import ScreensaverDelays, ScreenStage
from kiosk.screen.display.window import Window
from kiosk.screen.drawing.canvas import Canvas
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.qr import WHITE_LEVELS
from kiosk.screen.drawing.theme import PALETTES
from kiosk.screen.views import attract
from tests.sale.tills import USD
from tests.screen.samples import AWAITING, NOW_S, SALE, till
from tests.screen.window_parts import look_of, painter_of, zones_of

SIZE = (800, 480)
IDLE = till(EnteringAmount(Entry(USD)))
DIM_S, ATTRACT_S, BLANK_S = 121.0, 151.0, 901.0


def at(quiet_s: float, till: Till = IDLE) -> Till:
    return replace(till, now_s=NOW_S + quiet_s)


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    """A backlight as sysfs shows it, at its brightest."""
    place = tmp_path / "backlight" / "panel"
    place.mkdir(parents=True)
    (place / "max_brightness").write_text("31\n")
    (place / "brightness").write_text("31\n")
    return place


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    yield from opened(tmp_path / "no backlight")


@pytest.fixture
def lit_window(panel: Path) -> Iterator[Window]:
    yield from opened(panel.parent)


def opened(backlights: Path) -> Iterator[Window]:
    made = Window(Look(), SIZE, delays=ScreensaverDelays(120, 900), backlights=backlights)
    made.draw(IDLE)
    pygame.event.clear()
    yield made
    made.close()


def touch(window: Window, place: tuple[int, int]) -> list[Key]:
    down = pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=place, button=1, touch=False)
    up = pygame.event.Event(pygame.MOUSEBUTTONUP, pos=place, button=1, touch=False)
    pygame.event.post(down)
    pygame.event.post(up)
    return [event.key for event in window.wait(1.0) if isinstance(event, KeyPressed)]


def brightest(window: Window) -> int:
    return max(
        max(painter_of(window).page.surface.get_at((x, y))[:3])
        for x in range(0, 800, 9)
        for y in range(480)
    )


def place_of(window: Window, key: Key) -> tuple[int, int]:
    x, y = next(zone.rect.center for zone in zones_of(window) if zone.key is key)
    return x, y


@pytest.mark.parametrize("quiet_s", [DIM_S, ATTRACT_S, BLANK_S])
def test_the_first_touch_only_wakes_and_the_second_is_a_key(window: Window, quiet_s: float) -> None:
    """Bug 36 of other tills: the wake-up tap pressed a button, once an emergency stop."""
    five = place_of(window, Key.D5)
    window.draw(at(quiet_s))
    assert touch(window, five) == []
    assert window.draw(at(quiet_s + 0.1))
    assert touch(window, five) == [Key.D5]


@pytest.mark.parametrize("quiet_s", [DIM_S, ATTRACT_S, BLANK_S])
def test_the_first_key_from_anywhere_only_wakes(window: Window, quiet_s: float) -> None:
    window.draw(at(quiet_s))
    assert window.wake_display()
    assert not window.wake_display()
    window.draw(at(quiet_s))
    assert not window.wake_display()


def test_a_key_of_the_keyboard_that_means_nothing_wakes_too(window: Window) -> None:
    window.draw(at(BLANK_S))
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_a, mod=0))
    assert window.wait(1.0) == ()
    assert not window.wake_display()


@pytest.mark.parametrize("place", [(1, 1), (400, 479)])
def test_a_touch_beside_the_keys_keeps_it_awake(window: Window, place: tuple[int, int]) -> None:
    window.draw(at(119))
    assert touch(window, place) == []
    window.draw(at(119.5))
    window.draw(at(130))
    assert not window.wake_display()


def test_a_wake_after_hours_starts_from_that_moment(window: Window) -> None:
    window.draw(at(BLANK_S))
    touch(window, (400, 240))
    window.draw(at(30_000))
    assert window.next_frame_s(at(30_000)) == NOW_S + 30_000 + 120


def test_a_long_rest_does_not_count_as_holding_the_logo(window: Window) -> None:
    logo = place_of(window, Key.MENU)
    down = pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=logo, button=1, touch=False)
    pygame.event.post(down)
    assert window.wait(1.0) == ()
    window.draw(at(100))
    assert window.wait(0) == ()
    window.draw(at(102.1))
    assert window.wait(0) == (KeyPressed(Key.MENU),)


def test_black_is_black_and_neither_draws_nor_wakes_again(window: Window) -> None:
    assert window.draw(at(BLANK_S))
    assert brightest(window) == 0
    assert window.next_frame_s(at(BLANK_S)) is None
    assert not window.draw(at(BLANK_S + 5000))
    assert not window.draw(at(BLANK_S + 6000, replace(IDLE, rates=None)))


def test_the_attract_screen_moves_in_slow_steps(window: Window) -> None:
    assert window.draw(at(ATTRACT_S))
    due_s = window.next_frame_s(at(ATTRACT_S))
    assert due_s is not None
    assert 0 < due_s - (NOW_S + ATTRACT_S) <= attract.DRIFT.step_s
    assert not window.draw(replace(IDLE, now_s=due_s - 0.01))
    assert window.draw(replace(IDLE, now_s=due_s))


def test_payment_wakes_it(window: Window) -> None:
    window.draw(at(BLANK_S))
    assert window.draw(at(BLANK_S + 10, till(Forwarded(SALE, NOW_S + BLANK_S + 10))))
    assert brightest(window) > 200
    assert not window.wake_display()


def test_a_code_never_rests(window: Window) -> None:
    window.draw(at(0, till(AWAITING)))
    due_s = window.next_frame_s(at(0, till(AWAITING)))
    assert due_s is not None
    window.draw(at(500, till(AWAITING)))
    assert brightest(window) == 255


def test_without_a_backlight_the_picture_itself_is_darker(window: Window) -> None:
    light = brightest(window)
    window.draw(at(DIM_S))
    assert 0 < brightest(window) < light / 2
    window.wake_display()
    window.draw(at(DIM_S))
    assert brightest(window) == light


def test_the_backlight_follows_and_the_picture_stays_as_it_is(
    lit_window: Window, panel: Path
) -> None:
    light = brightest(lit_window)
    seen = []
    for quiet_s in (0.0, DIM_S, ATTRACT_S, BLANK_S):
        lit_window.draw(at(quiet_s))
        seen.append(int((panel / "brightness").read_text()))
        assert quiet_s != DIM_S or brightest(lit_window) == light
    assert seen == [31, 31 * RESTING // 100, 31 * RESTING // 100, 0]
    lit_window.wake_display()
    lit_window.draw(at(BLANK_S))
    assert (panel / "brightness").read_text() == "31"


def test_the_light_is_on_again_when_the_window_closes(panel: Path) -> None:
    made = Window(Look(), SIZE, delays=ScreensaverDelays(120, 900), backlights=panel.parent)
    for quiet_s in (0, BLANK_S):
        made.draw(at(quiet_s))
    made.close()
    assert (panel / "brightness").read_text() == "31"


@pytest.mark.parametrize(("level", "wanted"), [("20", "20"), ("12", "31"), ("0", "31")])
def test_a_level_left_behind_by_a_kill_is_not_taken_for_the_merchants(
    panel: Path, level: str, wanted: str
) -> None:
    (panel / "brightness").write_text(level)
    made = Window(Look(), SIZE, delays=ScreensaverDelays(120, 900), backlights=panel.parent)
    made.draw(IDLE)
    made.draw(at(BLANK_S))
    made.wake_display()
    made.draw(at(BLANK_S))
    made.close()
    assert (panel / "brightness").read_text() == wanted


def test_a_light_that_a_crash_left_at_nothing_is_on_from_the_start(panel: Path) -> None:
    """Box fault 2: the display stayed black until the first rest and touch after it."""
    (panel / "brightness").write_text("0")
    made = Window(Look(), SIZE, delays=ScreensaverDelays(120, 900), backlights=panel.parent)
    assert (panel / "brightness").read_text() == "31"
    made.close()


def test_a_backlight_that_cannot_be_set_is_told_once_and_dimmed_in_the_picture(
    panel: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = Window(Look(), SIZE, delays=ScreensaverDelays(120, 900), backlights=panel.parent)
    made.draw(IDLE)
    light = brightest(made)
    (panel / "brightness").unlink()
    (panel / "brightness").mkdir()  # root may write every file, but nobody a folder
    for quiet_s in (DIM_S, BLANK_S):
        made.draw(at(quiet_s))
        if quiet_s == DIM_S:
            assert brightest(made) < light / 2
    made.close()
    assert [record.message[:26] for record in caplog.records] == ["backlight cannot be set, t"]


def test_no_pixel_of_the_attract_screen_is_lit_for_long() -> None:
    pygame.font.init()
    size = (200, 120)
    sums = [0] * (size[0] * size[1])
    canvas = Canvas(pygame.Surface(size), PALETTES["light"])
    steps = range(0, 47 * 31, 5)
    for step in steps:
        attract.paint(canvas, Look(name="Café Satoshi"), step)
        green = pygame.image.tobytes(canvas.surface, "RGB")[1::3]
        sums = [total + (value > 60) for total, value in zip(sums, green, strict=True)]
    assert 0 < max(sums) / len(steps) < 0.3


@pytest.mark.parametrize("size", [(480, 320), (800, 480), (1920, 1080), (720, 1280)], ids=str)
def test_the_attract_screen_is_whole_in_every_step(size: tuple[int, int]) -> None:
    pygame.font.init()
    canvas = Canvas(pygame.Surface(size), PALETTES["light"])
    for step in range(0, 200, 7):
        assert canvas.rect.contains(attract.place(canvas.rect, step))
        attract.paint(canvas, Look(name="A merchant's name of forty characters .."), step)
    assert canvas.overflows == []
    assert canvas.zones == []


# --- What is remembered ---------------------------------------------------------------------


def kept(memory: Path) -> object:
    return json.loads(memory.read_text())


def remembering(memory: Path) -> Window:
    return Window(Look(), SIZE, memory=memory)


def test_the_white_level_survives_a_restart(tmp_path: Path) -> None:
    memory = tmp_path / "remembered.json"
    first = remembering(memory)
    first.draw(till(AWAITING))
    first.adjust_code_brightness(-2)
    first.draw(till(AWAITING))
    assert not memory.exists(), "nothing is written while a customer waits"
    first.draw(IDLE)
    assert kept(memory) == {"white": WHITE_LEVELS[-3]}
    second = remembering(memory)
    assert look_of(second).white == WHITE_LEVELS[-3]
    second.close()


def test_nothing_is_written_when_nothing_changed(tmp_path: Path) -> None:
    memory = tmp_path / "remembered.json"
    window = remembering(memory)
    for quiet_s in range(5):
        window.draw(at(quiet_s))
    window.adjust_code_brightness(-1)
    window.adjust_code_brightness(1)
    window.draw(at(6))
    window.close()
    assert not memory.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"white": "x"}', '{"white": null}', "\x00\xff"])
def test_a_corrupt_memory_is_told_once_and_forgotten(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    memory = tmp_path / "remembered.json"
    memory.write_text(text)
    window = remembering(memory)
    assert look_of(window).white == WHITE_LEVELS[-1]
    assert len(caplog.records) == 1
    window.adjust_code_brightness(-1)
    window.draw(IDLE)
    window.close()
    assert kept(memory) == {"white": WHITE_LEVELS[-2]}


def test_a_memory_that_cannot_be_written_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    window = remembering(tmp_path / "nowhere" / "remembered.json")
    window.adjust_code_brightness(-1)
    for quiet_s in range(5):
        window.draw(at(quiet_s))
    window.close()
    assert len(caplog.records) == 1


def test_a_level_that_there_is_no_more_becomes_the_nearest(tmp_path: Path) -> None:
    memory = tmp_path / "remembered.json"
    memory.write_text(json.dumps({"white": WHITE_LEVELS[1] + 1}))
    window = remembering(memory)
    assert look_of(window).white == WHITE_LEVELS[1]
    window.close()


def test_the_brightness_that_is_set_is_that_of_the_backlight_at_once(
    panel: Path,
) -> None:
    shown = []
    with contextlib.closing(Window(Look(), SIZE, brightness=50, backlights=panel.parent)) as window:
        shown.append((panel / "brightness").read_text())
        for brightness in (100, 10):
            window.use_brightness(brightness)
            shown.append((panel / "brightness").read_text())
    assert shown == ["15", "31", "3"]


@pytest.mark.parametrize("brightness", range(10, 101, 10))
def test_at_every_brightness_rest_is_dimmer_and_a_dark_screen_is_dark(
    panel: Path, brightness: int
) -> None:
    backlight, shown = Backlight(panel.parent, brightness), {}
    for stage in ScreenStage:
        backlight.follow(stage)
        shown[stage] = int((panel / "brightness").read_text())
    assert 0 == shown[ScreenStage.BLANK] < shown[ScreenStage.DIM] < shown[ScreenStage.AWAKE]
